//! [`Known`]: what an earlier scan with other rules says of shards, so that only those records
//! are scanned again in which the difference between the rules may show.

use std::collections::BTreeMap;

use crate::corpus::split::json::Unescape;
use crate::detect::{Difference, Scratch};

use super::ShardIndex;

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
