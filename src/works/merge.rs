//! Fingerprints in order, from many sources: sorted parts that were put aside, or packs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::{self, BufReader, Read};

use super::pack::{Posting, Work};

/// Places of one fingerprint that are kept in all, and in one work: what many works have in common
/// is found as that of the first of them.
const PLACES_KEPT: usize = 32;
const PLACES_OF_WORK: usize = 4;
/// Places of one fingerprint that are held in memory while it is merged.
const PLACES_HELD: usize = 1 << 20;
/// Bytes of a fingerprint that is put aside.
const ASIDE: usize = 24;

/// A fingerprint that was not merged yet: its work by the number it was given while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Raw {
    pub fingerprint: u64,
    pub posting: Posting,
}

impl Raw {
    pub fn to_bytes(self) -> [u8; ASIDE] {
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

/// Works by source and number there.
pub(super) type Works = BTreeMap<(u32, u32), Work>;

/// What is to be merged.
pub(super) struct Input<'s> {
    /// Each with its number.
    pub sources: Vec<(u32, Source<'s>)>,
    /// Fingerprints of all of them.
    pub at_most: u64,
}

/// Fingerprints in order.
pub(super) type Source<'s> = Box<dyn Iterator<Item = io::Result<Raw>> + 's>;

/// Fingerprints that were put aside.
pub(super) struct Aside(pub BufReader<File>);

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
pub(super) struct Merged<'s> {
    sources: Vec<(u32, Source<'s>)>,
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    current: Vec<Option<Raw>>,
    /// Number of a work in the pack, by source and number there.
    numbers: BTreeMap<u32, Vec<Option<u32>>>,
    pub at_most: u64,
}

impl<'s> Merged<'s> {
    pub fn new(input: Input<'s>, numbers: BTreeMap<u32, Vec<Option<u32>>>) -> io::Result<Self> {
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
    pub fn next(&mut self, places: &mut Vec<Posting>) -> io::Result<Option<u64>> {
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
