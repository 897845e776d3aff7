//! [`Known`]: what an earlier scan with other rules says of shards, so that only those records
//! are scanned again in which the difference between the rules may show.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::sync::atomic::Ordering;

use super::hash::Subtree;
use super::outcome::{ShardIndex, ShardOutcome};
use super::work::{Stopped, Work, with_scratch};
use crate::corpus::decode::Hashing;
use crate::corpus::open::Opened;
use crate::corpus::split::json::Unescape;
use crate::corpus::{Budget, Compression, Digests, Format, Input};
use crate::detect::{Difference, Scratch};

/// A document up to so many bytes is searched for the difference before it is read as a record;
/// a longer one is scanned again.
const DOCUMENT: usize = 8 << 20;

/// What an earlier scan knows.
pub struct Known {
    /// Words in which its rules differ from those of now.
    pub difference: Difference,
    /// The shards it has read to their ends, and that look unchanged.
    pub shards: BTreeMap<ShardIndex, KnownShard>,
}

/// A shard that an earlier scan has read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownShard {
    /// BLAKE3 of its stored bytes then, hex. With any other the shard is scanned anew.
    pub digest: String,
    /// Its bytes after decompression.
    pub decoded_bytes: u64,
    /// Records to scan again whatever stands in them, by their first bytes, ascending.
    pub again: Vec<u64>,
}

/// Which records of a known shard to scan again.
#[derive(Clone, Copy)]
pub struct ShardTouch<'a> {
    /// Words in which the rules differ.
    pub difference: &'a Difference,
    /// The shard.
    pub shard: &'a KnownShard,
}

/// Whether texts are written with the escapes of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// They stand as they are.
    None,
    /// The fields of a line are searched together, once unescaped.
    Json,
}

impl ShardTouch<'_> {
    /// Whether no record has to be scanned again, so that the shard need not be decoded.
    pub fn is_idle(&self) -> bool {
        self.difference.words() == 0 && self.shard.again.is_empty()
    }

    /// Whether the record that begins at `offset` of the decoded shard has to be scanned again.
    /// `text` is all of it; `flat` is room to work in.
    ///
    /// A line is searched whole, with its keys and quotes: each of its fields stands in it as
    /// one piece, and what surrounds a field only lets more be found.
    pub fn touches(
        &self,
        text: &str,
        offset: u64,
        escapes: Escapes,
        flat: &mut String,
        scratch: &mut Scratch,
    ) -> bool {
        if self.shard.again.binary_search(&offset).is_ok() {
            return true;
        }
        let escaped = escapes == Escapes::Json && memchr::memchr(b'\\', text.as_bytes()).is_some();
        if !escaped {
            return self.difference.touches(text, scratch);
        }
        flat.clear();
        Unescape::new(text).fill(flat, usize::MAX);
        self.difference.touches(flat, scratch)
    }
}

impl Work<'_> {
    /// The same work, over only what an earlier scan leaves to do if the shard is as it was.
    pub(super) fn with_known(&self, opened: &Opened) -> Result<Self, Stopped> {
        let known = self.line.known;
        let Some((known, shard)) = known.and_then(|k| Some((k, k.shards.get(&self.number)?)))
        else {
            return Ok(*self);
        };
        // Before the first record is passed over: nothing that was told has to be taken back.
        let digest = match opened {
            Opened::Mapped(mapped) => self.digest(mapped)?,
            // It would have to be fetched twice.
            Opened::Remote(_) => String::new(),
            Opened::Stream(_) => File::open(&self.shard.location)
                .and_then(|file| Hashing::new(file).finish())
                .map_or_else(|_| String::new(), |(digest, _)| digest.to_hex().to_string()),
        };
        let mut work = *self;
        if digest == shard.digest {
            work.context.touch = Some(ShardTouch {
                difference: &known.difference,
                shard,
            });
        }
        Ok(work)
    }

    /// BLAKE3 of a mapped shard, hex; in parts, on all threads.
    fn digest(&self, bytes: &[u8]) -> Result<String, Stopped> {
        let chunk = self.line.options.chunk;
        let ranges = bytes.len().div_ceil(chunk);
        let mut subtrees: Vec<Option<Subtree>> = (0..ranges).map(|_| None).collect();
        rayon::scope(|scope| {
            for ((range, part), subtree) in bytes.chunks(chunk).enumerate().zip(&mut subtrees) {
                scope.spawn(move |_| {
                    if !self.stopped() {
                        *subtree = Some(Subtree::of(part, (range * chunk) as u64, ranges == 1));
                    }
                });
            }
        });
        let subtrees: Option<Vec<Subtree>> = subtrees.into_iter().collect();
        let root = Subtree::root(&subtrees.ok_or(Stopped)?);
        Ok(root.to_hex().to_string())
    }

    /// The outcome of a known shard of which nothing has to be scanned again.
    pub(super) fn idle(
        &self,
        opened: &Opened,
        (format, compression): (Format, Compression),
    ) -> Option<ShardOutcome> {
        let touch = self.context.touch?;
        let document = matches!(format, Format::Text | Format::Markdown);
        let passes = || document && self.passes_document(touch, opened, compression);
        if !(touch.is_idle() || passes()) {
            return None;
        }
        let progress = &self.line.progress.bytes;
        progress.fetch_add(self.shard.bytes, Ordering::Relaxed);
        // Everything else about it stands in the earlier run.
        Some(ShardOutcome {
            shard: self.number,
            pieces: 0,
            digest: touch.shard.digest.clone(),
            decoded_bytes: touch.shard.decoded_bytes,
            member_bytes: 0,
            members: 0,
            charset: String::new(),
            notes: BTreeSet::new(),
            digests: Digests::new(),
            error: None,
        })
    }

    /// Whether an earlier scan has said all of a shard that is one document. No of what is long,
    /// or cannot be read: whoever scans it tells why.
    fn passes_document(
        &self,
        touch: ShardTouch<'_>,
        opened: &Opened,
        compression: Compression,
    ) -> bool {
        if touch.shard.decoded_bytes > DOCUMENT as u64 {
            return false;
        }
        let stored: Box<dyn Read + '_> = match opened {
            Opened::Mapped(mapped) => Box::new(&mapped[..]),
            Opened::Remote(_) => return false,
            Opened::Stream(_) => match File::open(&self.shard.location) {
                Ok(file) => Box::new(file),
                Err(_) => return false,
            },
        };
        let budget = Budget::new(self.shard.bytes, &self.line.options.limits);
        let Ok(mut input) = Input::new(stored, compression, Some(self.shard.bytes), &budget) else {
            return false;
        };
        let mut bytes = Vec::new();
        let whole = matches!(input.fill(&mut bytes, DOCUMENT + 1), Ok(false));
        let Ok(text) = simdutf8::basic::from_utf8(&bytes) else {
            return false;
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut room = String::new();
        let touches =
            |scratch: &mut Scratch| touch.touches(text, 0, Escapes::None, &mut room, scratch);
        whole && !with_scratch(touches)
    }
}
