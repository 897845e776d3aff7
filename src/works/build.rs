//! [`Builder`]: fingerprints of works, sorted on disk, to a pack.
//!
//! Fingerprints are gathered up to a limit of memory, sorted, and put aside in unnamed files beside
//! the pack; then all of them are merged. The bytes of a pack depend on its works alone: works are
//! numbered in the order of their digests, and what is kept of a fingerprint that stands in many
//! places is the first of these. So packs that are merged are the pack of all their works.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::gathered::Gathered;
use super::merge::{Aside, Input, Merged, Raw, Source, Works};
use super::pack::{PLACE_BITS, Pack, Posting, Work};
use super::stream::{Scheme, Selected, Stream};
use super::write::{Numbered, cannot_write, write, write_all};
use crate::SetupError;

/// Units of the longest work.
pub const MOST_UNITS: u64 = 1 << PLACE_BITS;
/// Fingerprints that a work hands over at a time.
const BATCH: usize = 1 << 16;

/// What was gathered so far.
#[derive(Default)]
struct Pile {
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
    gathered: Mutex<Pile>,
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
        Reading {
            builder: self,
            number: self.next_number(),
            stream: Stream::new(self.scheme),
            digest: blake3::Hasher::new(),
            units: 0,
            raw: Vec::new(),
            failed: None,
        }
    }

    /// Begins a work of which the fingerprints are there already.
    pub fn volume(&self) -> Volume<'_> {
        Volume {
            builder: self,
            number: self.next_number(),
            units: 0,
            raw: Vec::new(),
        }
    }

    /// Whether there is a work in it.
    pub fn has_works(&self) -> bool {
        !self.lock().works.is_empty()
    }

    fn next_number(&self) -> u32 {
        let mut gathered = self.lock();
        gathered.next += 1;
        gathered.next - 1
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pile> {
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

/// A work that is put together of fingerprints, such as a shard of its pieces.
pub struct Volume<'b> {
    builder: &'b Builder,
    number: u32,
    units: u64,
    raw: Vec<Raw>,
}

impl Volume<'_> {
    /// Units of it so far.
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Puts texts behind those that are in it. What is longer than a work can be is left out.
    ///
    /// # Errors
    ///
    /// Those of putting fingerprints aside.
    pub fn add(&mut self, gathered: &Gathered) -> io::Result<()> {
        for (fingerprint, posting) in gathered.each() {
            let place = self.units + u64::from(posting.place);
            if place < MOST_UNITS {
                let posting = Posting {
                    work: self.number,
                    place: place as u32,
                    ..posting
                };
                self.raw.push(Raw {
                    fingerprint,
                    posting,
                });
            }
        }
        self.units += gathered.units();
        match self.raw.len() >= BATCH {
            true => self.builder.take(&mut self.raw),
            false => Ok(()),
        }
    }

    /// Ends it and keeps it under what `about` says of it, digest and all; only its length is
    /// filled in.
    ///
    /// # Errors
    ///
    /// As [`Volume::add`].
    pub fn end(mut self, mut about: Work) -> io::Result<()> {
        self.builder.take(&mut self.raw)?;
        about.units = self.units;
        self.builder.lock().works.insert(self.number, about);
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
