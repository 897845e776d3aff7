//! Digests of a shard as it is stored: BLAKE3 always, others for filings that ask for them.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::open::{Opened, open};

/// A digest beside BLAKE3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DigestKind {
    /// SHA-256. Source: FIPS 180-4.
    Sha256,
    /// SM3. Source: GB/T 32905-2016.
    Sm3,
}

impl DigestKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sm3];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }
}

/// Digests in lower-case hex, by kind.
pub type Digests = BTreeMap<DigestKind, String>;

/// Makes all wanted digests at once.
#[derive(Clone)]
pub struct Hashers {
    blake3: Option<blake3::Hasher>,
    sha256: Option<sha2::Sha256>,
    sm3: Option<sm3::Sm3>,
    bytes: u64,
}

impl Hashers {
    /// BLAKE3 and these.
    pub fn new(kinds: &[DigestKind]) -> Self {
        Self {
            blake3: Some(blake3::Hasher::new()),
            sha256: kinds.contains(&DigestKind::Sha256).then(sha2::Sha256::new),
            sm3: kinds.contains(&DigestKind::Sm3).then(sm3::Sm3::new),
            bytes: 0,
        }
    }

    /// These alone, where BLAKE3 is made elsewhere.
    pub fn without_blake3(kinds: &[DigestKind]) -> Self {
        Self {
            blake3: None,
            ..Self::new(kinds)
        }
    }

    /// Adds bytes, on this thread.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.blake3 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.sm3 {
            hasher.update(bytes);
        }
        self.bytes += bytes.len() as u64;
    }

    /// Adds bytes, on all threads of the current rayon pool.
    fn update_on_all(&mut self, bytes: &[u8]) {
        let Self {
            blake3,
            sha256,
            sm3,
            ..
        } = self;
        let others = || {
            rayon::join(
                || sha256.iter_mut().for_each(|hasher| hasher.update(bytes)),
                || sm3.iter_mut().for_each(|hasher| hasher.update(bytes)),
            );
        };
        let blake3 = || {
            if let Some(hasher) = blake3 {
                hasher.update_rayon(bytes);
            }
        };
        rayon::join(blake3, others);
        self.bytes += bytes.len() as u64;
    }

    /// Bytes so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digests, without BLAKE3.
    pub fn finish(self) -> Digests {
        self.finish_all().1
    }

    /// BLAKE3, if it was made, and the others.
    fn finish_all(self) -> (Option<blake3::Hash>, Digests) {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let sha256 = self.sha256.map(|hasher| hex(hasher.finalize().as_slice()));
        let sm3 = self.sm3.map(|hasher| hex(hasher.finalize().as_slice()));
        let all = [(DigestKind::Sha256, sha256), (DigestKind::Sm3, sm3)];
        let digests = all.into_iter().filter_map(|(kind, hex)| Some((kind, hex?)));
        (
            self.blake3.map(|hasher| hasher.finalize()),
            digests.collect(),
        )
    }
}

/// Mapped bytes that are hashed before their memory is let go.
const WINDOW: usize = 32 << 20;
/// Bytes read at a time where a file is not mapped.
const BUFFER: usize = 1 << 20;

/// Reads the stored bytes of the shard at `location` and digests them; big ones on all threads of
/// the current rayon pool. Adds bytes to `progress` as they are done.
///
/// # Errors
///
/// Those of reading; one that says that the file was changed meanwhile.
pub fn digest_shard(
    location: &Path,
    kinds: &[DigestKind],
    map: bool,
    progress: &AtomicU64,
) -> io::Result<(blake3::Hash, Digests)> {
    let mut hashers = Hashers::new(kinds);
    let (opened, identity) = open(location, map)?;
    match &opened {
        Opened::Mapped(mapped) => {
            for start in (0..mapped.len()).step_by(WINDOW) {
                let range = start..(start + WINDOW).min(mapped.len());
                hashers.update_on_all(&mapped[range.clone()]);
                progress.fetch_add(range.len() as u64, Ordering::Relaxed);
                mapped.release(range);
            }
            if !mapped.intact() {
                return Err(changed());
            }
        }
        Opened::Stream(file) => read_all(file, &mut hashers, progress)?,
        Opened::Remote(object) => read_all(object.reader(), &mut hashers, progress)?,
    }
    if hashers.bytes() != identity.bytes || !identity.holds(location) {
        return Err(changed());
    }
    let (blake3, others) = hashers.finish_all();
    Ok((blake3.expect("it was asked for"), others))
}

fn read_all(mut from: impl Read, hashers: &mut Hashers, progress: &AtomicU64) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hashers.update(&buffer[..read]);
        progress.fetch_add(read as u64, Ordering::Relaxed);
    }
}

fn changed() -> io::Error {
    io::Error::other("it was changed while it was read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        let mut hashers = Hashers::new(&DigestKind::ALL);
        hashers.update(b"a");
        hashers.update_on_all(b"bc");
        assert_eq!(hashers.bytes(), 3);
        let (blake3, others) = hashers.finish_all();
        assert_eq!(blake3, Some(blake3::hash(b"abc")));
        // GB/T 32905-2016, A.1, and FIPS 180-4.
        let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(others[&DigestKind::Sm3], sm3);
        assert_eq!(others[&DigestKind::Sha256], sha256);
    }

    #[test]
    fn mapped_and_read_are_the_same_and_nothing_is_left_out() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..3_000_001u32).map(|i| ((i * 31) >> 3) as u8).collect();
        io::Write::write_all(&mut file, &bytes).unwrap();
        for map in [true, false] {
            let done = AtomicU64::new(0);
            let (blake3, others) =
                digest_shard(file.path(), &[DigestKind::Sm3], map, &done).unwrap();
            assert_eq!(blake3, blake3::hash(&bytes));
            assert_eq!(others.len(), 1);
            assert_eq!(done.into_inner(), bytes.len() as u64);
        }
    }
}
