//! Shard → bytes: mapped where that works, read where it does not. Holds all unsafe code.
//!
//! A mapped file that is shortened while it is read raises SIGBUS, which would kill the process.
//! [`Mapped`] registers its range; the handler puts zero pages under the missing part, marks the
//! range and lets the reader go on, and [`Mapped::intact`] says afterwards that the shard cannot
//! be trusted. A signal from anywhere else is passed on to the previous handler.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memmap2::{Advice, Mmap, UncheckedAdvice};

use super::remote;

/// A file in memory, or one that has to be read.
pub enum Opened {
    /// Mapped: pieces can be taken from anywhere.
    Mapped(Mapped),
    /// To be read from the beginning to the end.
    Stream(File),
    /// On another machine.
    Remote(remote::Object),
}

/// Opens a file; an empty one, or one that cannot be mapped, as a stream.
///
/// # Errors
///
/// Those of opening a file.
pub fn open(path: &Path, map: bool) -> io::Result<(Opened, Identity)> {
    if remote::url(path).is_some() {
        let object = remote::open(path)?;
        let identity = Identity {
            bytes: object.bytes(),
            modified: None,
            remote: Some(object.clone()),
        };
        return Ok((Opened::Remote(object), identity));
    }
    let file = File::open(path)?;
    let identity = Identity::of(&file)?;
    if map
        && identity.bytes > 0
        && let Ok(mapped) = Mapped::new(&file)
    {
        return Ok((Opened::Mapped(mapped), identity));
    }
    Ok((Opened::Stream(file), identity))
}

/// Size and time of a file, to see whether it changed while it was read.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Bytes.
    pub bytes: u64,
    modified: Option<std::time::SystemTime>,
    remote: Option<remote::Object>,
}

impl Identity {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            remote: None,
        })
    }

    /// Whether the file at `path` is still the same.
    pub fn holds(&self, path: &Path) -> bool {
        if let Some(object) = &self.remote {
            return object.holds();
        }
        std::fs::metadata(path)
            .is_ok_and(|m| m.len() == self.bytes && m.modified().ok() == self.modified)
    }
}

/// A mapped file whose loss of pages does not kill the process.
pub struct Mapped {
    map: Mmap,
    slot: Option<usize>,
}

impl Mapped {
    #[expect(unsafe_code, reason = "mapping a file is unsafe by nature")]
    fn new(file: &File) -> io::Result<Self> {
        install_handler();
        // SAFETY: sound only while nobody writes to the file, which no API can promise. Writers
        // can change what is read (README, "Limits"); shortening is caught by the handler.
        let map = unsafe { Mmap::map(file)? };
        let _ = map.advise(Advice::Sequential);
        let slot = claim(map.as_ptr() as usize, map.len());
        if slot.is_none() {
            // Unprotected maps are not worth the risk; reading works as well.
            return Err(io::Error::other("too many mapped files"));
        }
        Ok(Self { map, slot })
    }

    /// Lets go of the memory behind a range that was read; what is read of it again is fetched
    /// again.
    #[expect(
        unsafe_code,
        reason = "dropping pages is unsafe for maps that were written to"
    )]
    pub fn release(&self, range: Range<usize>) {
        // SAFETY: the map is private, of a file and never written to, so its pages are fetched from
        // the file again; a page that the handler put there was zero and is zero again.
        let _ = unsafe {
            self.map.unchecked_advise_range(
                UncheckedAdvice::DontNeed,
                range.start,
                range.end - range.start,
            )
        };
    }

    /// Tells the system that it will be read here and there, and not in order.
    pub fn read_anywhere(&self) {
        let _ = self.map.advise(Advice::Random);
    }

    /// Whether no page went missing so far.
    pub fn intact(&self) -> bool {
        self.slot
            .is_none_or(|slot| !SLOTS[slot].broken.load(Ordering::Acquire))
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            SLOTS[slot].len.store(0, Ordering::Release);
            SLOTS[slot].start.store(0, Ordering::Release);
        }
    }
}

/// A range the handler answers for. `start` 0 is free, 1 is being filled in.
struct Slot {
    start: AtomicUsize,
    len: AtomicUsize,
    broken: AtomicBool,
}

/// Files mapped at a time at most; far more than threads.
const SLOT_COUNT: usize = 4096;

static SLOTS: [Slot; SLOT_COUNT] = [const {
    Slot {
        start: AtomicUsize::new(0),
        len: AtomicUsize::new(0),
        broken: AtomicBool::new(false),
    }
}; SLOT_COUNT];

fn claim(start: usize, len: usize) -> Option<usize> {
    let free = SLOTS.iter().position(|slot| {
        slot.start
            .compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    })?;
    SLOTS[free].broken.store(false, Ordering::Release);
    SLOTS[free].len.store(len, Ordering::Release);
    SLOTS[free].start.store(start, Ordering::Release);
    Some(free)
}

fn install_handler() {
    static ONCE: Once = Once::new();
    ONCE.call_once(install);
}

/// The handler that was there before ours, as the kernel knows it.
static PREVIOUS: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

#[expect(unsafe_code, reason = "signal handlers are installed through libc")]
fn install() {
    // SAFETY: `action` is fully initialized (zero is valid for every field that is not set), the
    // handler only does what is allowed in a signal handler, and it lives as long as the program.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_bus_error as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        let mut previous: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGBUS, &raw const action, &raw mut previous) == 0 {
            PREVIOUS.store(previous.sa_sigaction, Ordering::Release);
        }
    }
}

/// Puts a zero page where a mapped file has lost one; anything else is not ours.
#[expect(unsafe_code, reason = "a signal handler")]
extern "C" fn on_bus_error(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    _context: *mut libc::c_void,
) {
    const PAGE: usize = 4096;
    // SAFETY: the kernel passes a valid `siginfo_t` to SA_SIGINFO handlers.
    let address = unsafe { (*info).si_addr() } as usize;
    for slot in &SLOTS {
        let (start, len) = (
            slot.start.load(Ordering::Acquire),
            slot.len.load(Ordering::Acquire),
        );
        if start > 1 && (start..start + len).contains(&address) {
            slot.broken.store(true, Ordering::Release);
            // SAFETY: the page lies inside our own read-only file mapping, which is unmapped as
            // a whole later; replacing it by zeros is all that is done. mmap is a plain system
            // call and touches no state of the program.
            let replaced = unsafe {
                libc::mmap(
                    (address & !(PAGE - 1)) as *mut libc::c_void,
                    PAGE,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE | libc::MAP_FIXED | libc::MAP_ANONYMOUS,
                    -1,
                    0,
                )
            };
            if replaced != libc::MAP_FAILED {
                return;
            }
        }
    }
    // Not ours: hand the signal back; the access repeats and the previous handler sees it.
    // SAFETY: restores a disposition the kernel gave us.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = PREVIOUS.load(Ordering::Acquire);
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_file_that_shrinks_reads_as_zeros_and_is_known_to_be_broken() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        let (opened, identity) = open(file.path(), true).unwrap();
        let Opened::Mapped(mapped) = opened else {
            panic!("regular files can be mapped")
        };
        assert!(mapped.intact());
        file.as_file().set_len(10).unwrap();
        let sum: u64 = mapped.iter().map(|b| u64::from(*b)).sum();
        assert_eq!(sum, 10 * u64::from(b'x'));
        assert!(!mapped.intact());
        assert!(!identity.holds(file.path()));
    }
}
