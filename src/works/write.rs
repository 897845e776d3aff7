//! The bytes of a pack, in order: entries, directory, filter, works, and the header last.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::build::Built;
use super::merge::{Input, Merged, Works};
use super::pack::{
    BUCKET_BITS, ENTRY, HASH_BITS, HEADER, Header, PER_FILTER_WORD, STORED_BITS, WORK_BITS, Work,
    entry_bytes, filter_bits, filter_word,
};
use super::stream::Scheme;
use crate::SetupError;

/// Most works of a pack.
const MOST_WORKS: usize = 1 << WORK_BITS;
/// Least entries of a bucket on average, where there are enough.
const BUCKET: u64 = 8;

/// Numbers of works in a pack, by source and number there; and what is said of them, in order.
pub(super) struct Numbered<'w> {
    pub numbers: BTreeMap<u32, Vec<Option<u32>>>,
    pub table: Vec<&'w Work>,
}

impl<'w> Numbered<'w> {
    pub fn new(works: &'w Works) -> Result<Self, SetupError> {
        let mut sorted: BTreeMap<&str, &Work> = BTreeMap::new();
        for work in works.values() {
            // Of the same text under two names that stands of which more is said, then the first.
            let rank = |work: &'w Work| (Reverse(work.said()), work);
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
pub(super) fn write(
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
pub(super) fn write_all<S: Store>(
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
pub(super) trait Store {
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

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> SetupError {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room: a pack takes about two fifths of the bytes of its works, and as much again while it is made; nothing was changed"
        }
        _ => "check that the folder exists, and that you may write there; nothing was changed",
    };
    SetupError::other(format!("cannot write {}: {error}", path.display()), hint)
}
