//! [`Builder`]: fingerprints of works, sorted on disk, to a pack.
//!
//! Fingerprints are gathered up to a limit of memory, sorted, and put aside in unnamed files beside
//! the pack; then all of them are merged. The bytes of a pack depend on its works alone: works are
//! numbered in the order of their digests, and what is kept of a fingerprint that stands in many
//! places is the first of these. So packs that are merged are the pack of all their works.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::pack::{
    BUCKET_BITS, ENTRY, HASH_BITS, HEADER, Header, PER_FILTER_WORD, PLACE_BITS, Pack, Posting,
    STORED_BITS, WORK_BITS, Work, entry_bytes, filter_bits, filter_word,
};
use super::stream::{Scheme, Selected, Stream};
use crate::SetupError;

/// Units of the longest work.
pub const MOST_UNITS: u64 = 1 << PLACE_BITS;
/// Most works of a pack.
const MOST_WORKS: usize = 1 << WORK_BITS;
/// Places of one fingerprint that are kept in all, and in one work: what many works have in common
/// is found as that of the first of them.
const PLACES_KEPT: usize = 32;
const PLACES_OF_WORK: usize = 4;
/// Places of one fingerprint that are held in memory while it is merged.
const PLACES_HELD: usize = 1 << 20;
/// Fingerprints that a work hands over at a time.
const BATCH: usize = 1 << 16;
/// Bytes of a fingerprint that is put aside.
const ASIDE: usize = 24;
/// Least entries of a bucket on average, where there are enough.
const BUCKET: u64 = 8;

/// A fingerprint that was not merged yet: its work by the number it was given while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Raw {
    fingerprint: u64,
    posting: Posting,
}

impl Raw {
    fn to_bytes(self) -> [u8; ASIDE] {
        let mut bytes = [0; ASIDE];
        bytes[..8].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.posting.work.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.posting.place.to_le_bytes());
        bytes[16..].copy_from_slice(&self.posting.signature.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ASIDE]) -> Self {
        let word = |at: usize| {
            let bytes = bytes[at..at + 4].try_into();
            u64::from(u32::from_le_bytes(bytes.expect("four bytes")))
        };
        Self {
            fingerprint: word(0) | word(4) << 32,
            posting: Posting {
                work: word(8) as u32,
                place: word(12) as u32,
                signature: word(16) | word(20) << 32,
            },
        }
    }
}

/// What was gathered so far.
#[derive(Default)]
struct Gathered {
    raw: Vec<Raw>,
    aside: Vec<File>,
    /// Number of fingerprints.
    count: u64,
    /// By the number it was given while reading.
    works: BTreeMap<u32, Work>,
    next: u32,
}

/// Makes a pack of works that are added from any thread.
pub struct Builder {
    scheme: Scheme,
    /// Where files are put aside.
    folder: PathBuf,
    /// Fingerprints held in memory.
    held: usize,
    gathered: Mutex<Gathered>,
}

/// A pack that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Its works.
    pub works: usize,
    /// Its fingerprints.
    pub entries: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// BLAKE3 of what it holds, hex.
    pub digest: String,
}

/// A work that is being read.
pub struct Reading<'b> {
    builder: &'b Builder,
    number: u32,
    stream: Stream,
    digest: blake3::Hasher,
    units: u64,
    raw: Vec<Raw>,
    failed: Option<io::Error>,
}

impl Builder {
    /// `folder`: where there is room for what does not fit into `memory` bytes.
    pub fn new(scheme: Scheme, folder: &Path, memory: usize) -> Self {
        Self {
            scheme,
            folder: folder.to_owned(),
            held: (memory / size_of::<Raw>()).max(BATCH),
            gathered: Mutex::default(),
        }
    }

    /// Begins a work, which comes in parts.
    pub fn work(&self) -> Reading<'_> {
        let mut gathered = self.lock();
        let number = gathered.next;
        gathered.next += 1;
        Reading {
            builder: self,
            number,
            stream: Stream::new(self.scheme),
            digest: blake3::Hasher::new(),
            units: 0,
            raw: Vec::new(),
            failed: None,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered> {
        let gathered = self.gathered.lock();
        gathered.unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take(&self, raw: &mut Vec<Raw>) -> io::Result<()> {
        let mut full = {
            let mut gathered = self.lock();
            gathered.count += raw.len() as u64;
            gathered.raw.append(raw);
            if gathered.raw.len() < self.held {
                return Ok(());
            }
            std::mem::take(&mut gathered.raw)
        };
        let file = self.put_aside(&mut full)?;
        self.lock().aside.push(file);
        Ok(())
    }

    fn put_aside(&self, raw: &mut [Raw]) -> io::Result<File> {
        raw.par_sort_unstable();
        let mut file = BufWriter::with_capacity(1 << 20, tempfile::tempfile_in(&self.folder)?);
        raw.iter()
            .try_for_each(|raw| file.write_all(&raw.to_bytes()))?;
        Ok(file.into_inner()?)
    }

    /// Writes the pack: beside `path` and renamed, so that whoever reads sees all of it or nothing.
    ///
    /// # Errors
    ///
    /// No work at all, more than a pack can hold; those of writing.
    pub fn finish(self, path: &Path) -> Result<Built, SetupError> {
        let scheme = self.scheme;
        let sorted = self.sorted();
        let (works, input) = sorted.map_err(|error| cannot_write(path, &error))?;
        write(path, scheme, &works, input)
    }

    /// A pack in memory.
    ///
    /// # Errors
    ///
    /// As [`Builder::finish`].
    pub fn finish_in_memory(self) -> Result<Pack, SetupError> {
        let (scheme, name) = (self.scheme, Path::new("(memory)"));
        let wrong = |error: io::Error| cannot_write(name, &error);
        let (works, input) = self.sorted().map_err(wrong)?;
        let Numbered { numbers, table } = Numbered::new(&works)?;
        let merged = Merged::new(input, numbers).map_err(wrong)?;
        let (_, bytes) = write_all(Vec::new(), scheme, merged, &table).map_err(wrong)?;
        Pack::from_bytes(bytes)
    }

    fn sorted(self) -> io::Result<(Works, Input<'static>)> {
        let gathered = self.gathered.into_inner();
        let mut gathered = gathered.unwrap_or_else(std::sync::PoisonError::into_inner);
        gathered.raw.par_sort_unstable();
        let mut sources: Vec<(u32, Source<'static>)> = Vec::new();
        for mut file in gathered.aside {
            file.seek(SeekFrom::Start(0))?;
            let aside = Aside(BufReader::with_capacity(1 << 20, file));
            sources.push((0, Box::new(aside)));
        }
        sources.push((0, Box::new(gathered.raw.into_iter().map(Ok))));
        let works = gathered.works.into_iter();
        let works = works.map(|(number, work)| ((0, number), work));
        let at_most = gathered.count;
        Ok((works.collect(), Input { sources, at_most }))
    }
}

/// Makes one pack of all works of several.
///
/// # Errors
///
/// Packs of different kinds; as [`Builder::finish`].
pub fn merge(packs: &[Pack], path: &Path) -> Result<Built, SetupError> {
    let scheme = packs.first().map_or(Scheme::Works, Pack::scheme);
    if let Some(other) = packs.iter().find(|pack| pack.scheme() != scheme) {
        return Err(SetupError::other(
            format!(
                "{} is a pack of {}, and {} one of {}",
                packs[0].path().display(),
                scheme.as_str(),
                other.path().display(),
                other.scheme().as_str()
            ),
            "merge packs of works and packs of items apart, and scan with both",
        ));
    }
    let mut works = BTreeMap::new();
    let mut sources: Vec<(u32, Source<'_>)> = Vec::new();
    for (number, pack) in (0..).zip(packs) {
        let of = (0..).zip(pack.works());
        works.extend(of.map(|(work, about)| ((number, work), about.clone())));
        let all = pack.all().map(|(fingerprint, posting)| {
            Ok(Raw {
                fingerprint,
                posting,
            })
        });
        sources.push((number, Box::new(all)));
    }
    let at_most = packs.iter().map(Pack::entries).sum();
    write(path, scheme, &works, Input { sources, at_most })
}

impl Reading<'_> {
    /// The next part of its text.
    pub fn push(&mut self, text: &str) {
        let Self {
            stream,
            digest,
            units,
            raw,
            number,
            ..
        } = self;
        let mut see = |values: &[u64]| {
            *units += values.len() as u64;
            for values in values.chunks(128) {
                let mut bytes = [0; 128 * 8];
                for (value, bytes) in values.iter().zip(bytes.chunks_exact_mut(8)) {
                    bytes.copy_from_slice(&value.to_le_bytes());
                }
                digest.update(&bytes[..values.len() * 8]);
            }
        };
        stream.push_seen(text, &mut see, &mut |selected| {
            raw.push(raw_of(selected, *number));
        });
        if raw.len() >= BATCH && self.failed.is_none() {
            self.failed = self.builder.take(&mut self.raw).err();
        }
    }

    /// Units of it so far.
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Names what it is made of, so that the same text is known again.
    pub fn digest(&self) -> String {
        self.digest.finalize().to_hex().to_string()
    }

    /// Ends the work and keeps it under what `about` says of it, whose length and digest are filled
    /// in. A work that is not ended is not part of the pack.
    ///
    /// # Errors
    ///
    /// Those of putting fingerprints aside.
    pub fn end(mut self, mut about: Work) -> io::Result<()> {
        let (raw, number) = (&mut self.raw, self.number);
        self.stream.end(&mut |selected| {
            raw.push(raw_of(selected, number));
        });
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.builder.take(&mut self.raw)?;
        about.units = self.units;
        about.digest = self.digest.finalize().to_hex().to_string();
        self.builder.lock().works.insert(number, about);
        Ok(())
    }
}

fn raw_of(selected: &Selected<'_>, work: u32) -> Raw {
    Raw {
        fingerprint: selected.fingerprint(),
        posting: Posting {
            work,
            // Longer works are not kept.
            place: selected.start() as u32,
            signature: selected.signature(),
        },
    }
}

/// Works by source and number there.
type Works = BTreeMap<(u32, u32), Work>;

/// What is to be merged.
struct Input<'s> {
    /// Each with its number.
    sources: Vec<(u32, Source<'s>)>,
    /// Fingerprints of all of them.
    at_most: u64,
}

/// Fingerprints in order.
type Source<'s> = Box<dyn Iterator<Item = io::Result<Raw>> + 's>;

/// Fingerprints that were put aside.
struct Aside(BufReader<File>);

impl Iterator for Aside {
    type Item = io::Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = [0; ASIDE];
        match self.0.read_exact(&mut bytes) {
            Ok(()) => Some(Ok(Raw::from_bytes(&bytes))),
            // Whole fingerprints were written, so this is the end.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// All fingerprints of several sources in order, with their works numbered anew.
struct Merged<'s> {
    sources: Vec<(u32, Source<'s>)>,
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    current: Vec<Option<Raw>>,
    /// Number of a work in the pack, by source and number there.
    numbers: BTreeMap<u32, Vec<Option<u32>>>,
    at_most: u64,
}

impl<'s> Merged<'s> {
    fn new(input: Input<'s>, numbers: BTreeMap<u32, Vec<Option<u32>>>) -> io::Result<Self> {
        let mut merged = Self {
            current: vec![None; input.sources.len()],
            heads: BinaryHeap::new(),
            sources: input.sources,
            numbers,
            at_most: input.at_most,
        };
        for at in 0..merged.sources.len() {
            merged.advance(at)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, at: usize) -> io::Result<()> {
        self.current[at] = self.sources[at].1.next().transpose()?;
        if let Some(raw) = &self.current[at] {
            self.heads.push(Reverse((raw.fingerprint, at)));
        }
        Ok(())
    }

    /// The next fingerprint and all of its places that are kept; `places` is a buffer.
    fn next(&mut self, places: &mut Vec<Posting>) -> io::Result<Option<u64>> {
        places.clear();
        let Some(Reverse((fingerprint, _))) = self.heads.peek() else {
            return Ok(None);
        };
        let fingerprint = *fingerprint;
        while let Some(Reverse((next, at))) = self.heads.peek().copied()
            && next == fingerprint
        {
            self.heads.pop();
            let (of, _) = self.sources[at];
            // All of this source, without asking the others.
            while let Some(raw) = self.current[at]
                && raw.fingerprint == fingerprint
            {
                let numbers = self.numbers.get(&of);
                let number = numbers.and_then(|all| *all.get(raw.posting.work as usize)?);
                if let Some(work) = number {
                    places.push(Posting {
                        work,
                        ..raw.posting
                    });
                }
                if places.len() >= PLACES_HELD {
                    keep_first(places);
                }
                self.current[at] = self.sources[at].1.next().transpose()?;
            }
            if let Some(raw) = &self.current[at] {
                self.heads.push(Reverse((raw.fingerprint, at)));
            }
        }
        keep_first(places);
        Ok(Some(fingerprint))
    }
}

/// Keeps the first places, and few of each work.
fn keep_first(places: &mut Vec<Posting>) {
    if places.len() > 1 {
        places.sort_unstable();
        places.dedup();
        let (mut work, mut count) = (u32::MAX, 0);
        places.retain(|posting| {
            count = if posting.work == work { count + 1 } else { 1 };
            work = posting.work;
            count <= PLACES_OF_WORK
        });
        places.truncate(PLACES_KEPT);
    }
}

/// Numbers of works in a pack, by source and number there; and what is said of them, in order.
struct Numbered<'w> {
    numbers: BTreeMap<u32, Vec<Option<u32>>>,
    table: Vec<&'w Work>,
}

impl<'w> Numbered<'w> {
    fn new(works: &'w Works) -> Result<Self, SetupError> {
        let mut sorted: BTreeMap<&str, &Work> = BTreeMap::new();
        for work in works.values() {
            // Of the same text under two names that stands of which more is said, then the first.
            let rank = |work: &'w Work| (std::cmp::Reverse(work.said()), work);
            let kept = sorted.entry(&work.digest).or_insert(work);
            if rank(work) < rank(kept) {
                *kept = work;
            }
        }
        if sorted.is_empty() {
            return Err(SetupError::other(
                "nothing to make a pack of: there is no work that can be used",
                "name a directory with the texts of works",
            ));
        }
        if sorted.len() > MOST_WORKS {
            return Err(SetupError::other(
                format!(
                    "{} works are more than a pack can hold ({MOST_WORKS})",
                    sorted.len()
                ),
                "make several packs, and scan with all of them",
            ));
        }
        let order: BTreeMap<&str, u32> = sorted.keys().copied().zip(0..).collect();
        let mut numbers: BTreeMap<u32, Vec<Option<u32>>> = BTreeMap::new();
        for ((source, number), work) in works {
            let of = numbers.entry(*source).or_default();
            of.resize((*number as usize + 1).max(of.len()), None);
            of[*number as usize] = order.get(work.digest.as_str()).copied();
        }
        Ok(Self {
            numbers,
            table: sorted.into_values().collect(),
        })
    }
}

/// Writes a pack of `works`, by source and number there, and of the fingerprints of `sources`.
fn write(
    path: &Path,
    scheme: Scheme,
    works: &Works,
    input: Input<'_>,
) -> Result<Built, SetupError> {
    let Numbered { numbers, table } = Numbered::new(works)?;
    let beside = path.with_extension(format!("{}.unfinished", std::process::id()));
    let written = || {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(true);
        let merged = Merged::new(input, numbers)?;
        let (built, _) = write_all(options.open(&beside)?, scheme, merged, &table)?;
        fs::rename(&beside, path)?;
        Ok(built)
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&beside);
        cannot_write(path, &error)
    })
}

/// Writes everything but what a name and a place in the file system take.
fn write_all<S: Store>(
    store: S,
    scheme: Scheme,
    mut merged: Merged<'_>,
    works: &[&Work],
) -> io::Result<(Built, S)> {
    let mut out = Hashed {
        store,
        digest: blake3::Hasher::new(),
        buffer: Vec::new(),
    };
    out.store.append(&[0; HEADER])?;
    // Entries by the highest bits of their fingerprints.
    let most = bucket_bits(merged.at_most);
    let mut counts = vec![0u32; 1 << most];
    let (mut entries, mut different) = (0u64, 0u64);
    let mut places = Vec::new();
    while let Some(fingerprint) = merged.next(&mut places)? {
        let count = &mut counts[(fingerprint >> (HASH_BITS - most)) as usize];
        *count += places.len() as u32;
        entries += places.len() as u64;
        different += u64::from(!places.is_empty());
        for posting in &places {
            out.write_all(&entry_bytes(fingerprint, posting))?;
        }
    }
    drop(merged);
    if u32::try_from(entries).is_err() {
        return Err(io::Error::other(format!(
            "{entries} fingerprints are more than a pack can hold; make several packs"
        )));
    }
    let bucket_bits = bucket_bits(entries);
    let mut first = 0u32;
    for counts in counts.chunks(1 << (most - bucket_bits)) {
        out.write_all(&first.to_le_bytes())?;
        first += counts.iter().sum::<u32>();
    }
    out.write_all(&first.to_le_bytes())?;
    drop(counts);
    let filter_words = different.div_ceil(PER_FILTER_WORD).max(1);
    out.flush()?;
    fill_filter(&mut out, filter_words, (entries, bucket_bits))?;
    let table = serde_json::to_vec(works)?;
    out.write_all(&table)?;
    out.flush()?;
    let digest = out.digest.finalize();
    let header = Header {
        scheme,
        entries,
        bucket_bits,
        filter_words,
        works_bytes: table.len() as u64,
        digest: *digest.as_bytes(),
    };
    out.store.put_first(&header.to_bytes())?;
    let built = Built {
        works: works.len(),
        entries,
        bytes: header.length(),
        digest: digest.to_hex().to_string(),
    };
    Ok((built, out.store))
}

/// Bits by which the buckets of so many entries are found.
fn bucket_bits(entries: u64) -> u32 {
    let wanted = (entries / BUCKET).max(1).ilog2();
    wanted.clamp(*BUCKET_BITS.start(), *BUCKET_BITS.end())
}

/// Writes the filter of the entries that were written, which are read once more: how large it is
/// was not known before, and it is filled in order.
fn fill_filter<S: Store>(
    out: &mut Hashed<S>,
    words: u64,
    (entries, bucket_bits): (u64, u32),
) -> io::Result<()> {
    const AT_A_TIME: usize = 1 << 12;
    let mut directory = Directory {
        at: HEADER as u64 + entries * ENTRY as u64,
        buffer: vec![0; 4 * AT_A_TIME],
        left: 0..0,
    };
    let mut bucket = 0u64;
    directory.next(&out.store)?;
    let mut end = u64::from(directory.next(&out.store)?);
    let (mut word, mut bits) = (0u64, 0u64);
    let mut buffer = vec![0; ENTRY * AT_A_TIME];
    let mut done = 0u64;
    while done < entries {
        let count = (entries - done).min(AT_A_TIME as u64) as usize;
        let part = &mut buffer[..count * ENTRY];
        let read = out
            .store
            .read_at(part, HEADER as u64 + done * ENTRY as u64)?;
        if read != part.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for bytes in part.chunks_exact(ENTRY) {
            while done >= end {
                bucket += 1;
                end = u64::from(directory.next(&out.store)?);
            }
            done += 1;
            let low = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
            let low = low & ((1 << STORED_BITS) - 1);
            let high = bucket >> (bucket_bits - BUCKET_BITS.start());
            let fingerprint = high << STORED_BITS | low;
            let own = filter_word(fingerprint, words);
            while word < own {
                out.write_all(&bits.to_le_bytes())?;
                (word, bits) = (word + 1, 0);
            }
            bits |= filter_bits(fingerprint);
        }
    }
    while word < words {
        out.write_all(&bits.to_le_bytes())?;
        (word, bits) = (word + 1, 0);
    }
    Ok(())
}

/// The numbers of a directory that was written, in order.
struct Directory {
    at: u64,
    buffer: Vec<u8>,
    left: Range<usize>,
}

impl Directory {
    fn next(&mut self, store: &impl Store) -> io::Result<u32> {
        if self.left.is_empty() {
            let read = store.read_at(&mut self.buffer, self.at)?;
            let whole = read - read % 4;
            if whole == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.at += whole as u64;
            self.left = 0..whole;
        }
        let bytes = self.buffer[self.left.start..self.left.start + 4].try_into();
        self.left.start += 4;
        Ok(u32::from_le_bytes(bytes.expect("four bytes")))
    }
}

/// Where a pack is written to: a file, or memory.
trait Store {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// As many bytes as there are, at most those of the buffer.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;
    /// Puts bytes in the place of the first ones, and ends.
    fn put_first(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Store for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match FileExt::read_at(self, &mut buffer[done..], at + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn put_first(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(0))?;
        self.write_all(bytes)?;
        self.sync_all()
    }
}

impl Store for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let from = self.get(at as usize..).unwrap_or_default();
        let count = from.len().min(buffer.len());
        buffer[..count].copy_from_slice(&from[..count]);
        Ok(count)
    }

    fn put_first(&mut self, bytes: &[u8]) -> io::Result<()> {
        self[..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

/// Writes, and hashes what is written.
struct Hashed<S> {
    store: S,
    digest: blake3::Hasher,
    buffer: Vec<u8>,
}

impl<S: Store> Hashed<S> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        const AT_A_TIME: usize = 1 << 20;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= AT_A_TIME {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        self.store.append(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> SetupError {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room: a pack takes about two fifths of the bytes of its works, and as much again while it is made; nothing was changed"
        }
        _ => "check that the folder exists, and that you may write there; nothing was changed",
    };
    SetupError::other(format!("cannot write {}: {error}", path.display()), hint)
}
