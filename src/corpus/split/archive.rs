//! What all archives have in common: the names of files in them, and the way into each file.
//!
//! Nothing is ever written to a disk by such a name. Names that would lead out of a folder fail
//! nevertheless: whoever unpacks the corpus for training would write them.

use std::io::{self, Read};

use crate::corpus::limits::Budget;
use crate::corpus::records::{Member, Records};
use crate::corpus::{Charset, Fate, Skip, sniff};
use crate::{Limit, ShardError};

/// The name of a file in an archive, in whatever charset it was written.
pub fn name(raw: &[u8]) -> String {
    let (name, _) = Charset::of(raw, true).decode(raw);
    let name = name.strip_prefix("./").unwrap_or(&name);
    // Names are printed: what would steer a terminal is not kept.
    let plain = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    name.chars().map(plain).collect()
}

/// Whether unpacking a file of this name would write outside of the folder.
fn escapes(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    name.starts_with(['/', '\\']) || drive || name.split(['/', '\\']).any(|part| part == "..")
}

impl Records<'_> {
    /// Reads one file of this archive, in its order, and tells of it.
    ///
    /// `packed`: bytes it takes in the archive, if those are not the file itself; `size`: bytes of
    /// the file as the archive has it.
    ///
    /// # Errors
    ///
    /// Limits of the whole shard; what is wrong with the file itself is told of with it.
    pub fn member(
        &mut self,
        name: &str,
        packed: Option<u64>,
        size: u64,
        stored: &mut dyn Read,
    ) -> Result<(), ShardError> {
        self.context.budget.member()?;
        self.context.go_on()?;
        let path = self.unique(name);
        let mut file = Exact {
            inner: stored,
            size,
            read: 0,
        };
        let mut head = Vec::new();
        let peeked = (&mut file).take(sniff::PEEK as u64).read_to_end(&mut head);
        let mut fate = match peeked {
            _ if escapes(name) => Fate::Fail(
                "path-escapes".to_owned(),
                "its name leads out of the archive: pack it under another".to_owned(),
            ),
            Err(error) => failed(&ShardError::from_read(error, 0)),
            Ok(0) => Fate::Skip(Skip::Empty),
            Ok(_) => sniff::tell(name.rsplit('/').next().unwrap_or(name), &head),
        };
        if let Fate::Read(format, _) = fate
            && format.is_archive()
            && let Err(error) = self.check_depth()
        {
            fate = failed(&error);
        }
        self.sink.open_member(&path, &self.path);
        let mut end = None;
        if let Fate::Read(format, compression) = fate {
            let stored: Box<dyn Read + '_> = Box::new(io::Cursor::new(head).chain(&mut file));
            let stem = (!format.is_archive()).then(|| stem_of(name)).flatten();
            let (context, depth) = (self.context, self.depth + 1);
            let mut inside = Records::inside(&mut *self.sink, context, path.clone(), depth, stem);
            if sniff::is_misnamed(name, format, compression) {
                inside.note_file("note:extension-mismatch");
            }
            end = Some(inside.read(stored, (format, compression), Some(size)));
        }
        // What was not read, because of its fate or an error, is passed over.
        let passed = io::copy(&mut file, &mut io::sink());
        let bytes = file.read;
        if let (None, Err(error)) = (&end, passed) {
            fate = failed(&ShardError::from_read(error, bytes));
        }
        let limit = end.as_ref().and_then(|end| end.error.as_ref());
        let limit = limit.and_then(|(reason, _)| self.limit_of_shard(reason));
        self.tell(path, packed.unwrap_or(bytes), bytes, fate, end);
        limit.map_or(Ok(()), Err)
    }

    /// Tells of a file of this archive that is not read. `packed`: bytes it takes in the archive.
    ///
    /// # Errors
    ///
    /// Limits of the whole shard.
    pub fn unread_member(&mut self, name: &str, packed: u64, fate: Fate) -> Result<(), ShardError> {
        self.context.budget.member()?;
        let path = self.unique(name);
        self.sink.open_member(&path, &self.path);
        self.tell(path, packed, packed, fate, None);
        Ok(())
    }

    fn tell(
        &mut self,
        path: String,
        packed_bytes: u64,
        bytes: u64,
        fate: Fate,
        end: Option<crate::corpus::ReadEnd>,
    ) {
        self.accounted += packed_bytes;
        self.member_bytes += packed_bytes;
        self.sink.close_member(Member {
            path,
            archive: self.path.clone(),
            packed_bytes,
            bytes,
            fate,
            end,
        });
    }

    /// The path of a file of this archive; a name that comes again gets a number.
    fn unique(&mut self, name: &str) -> String {
        let (mut unique, mut number) = (name.to_owned(), 2);
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}~{number}");
            number += 1;
        }
        format!("{}!{unique}", self.path)
    }

    /// Fails if there may be no archive inside this one.
    fn check_depth(&self) -> Result<(), ShardError> {
        let limits = self.context.limits;
        if self.depth < limits.nesting {
            return Ok(());
        }
        Err(ShardError::Limit {
            limit: Limit::Nesting,
            value: u64::from(limits.nesting),
        })
    }

    /// The limit of the whole shard with this reason: an archive is not read on when it is
    /// reached.
    fn limit_of_shard(&self, reason: &str) -> Option<ShardError> {
        let (limit, limits) = (Limit::of_reason(reason)?, self.context.limits);
        let value = match limit {
            Limit::DecodedBytes => limits.decoded_bytes,
            Limit::Ratio => limits.ratio,
            Limit::Members => u64::from(limits.members),
            _ => return None,
        };
        Some(ShardError::Limit { limit, value })
    }
}

fn failed(error: &ShardError) -> Fate {
    Fate::Fail(error.reason().to_owned(), error.to_string())
}

/// The fate of a file that cannot be read: `reason` for tables, `what` with the remedy.
pub fn fail(reason: &str, what: &str) -> Fate {
    Fate::Fail(reason.to_owned(), what.to_owned())
}

/// Bytes that were decompressed, held against the shard's budget.
pub struct Budgeted<'a, R> {
    /// Where they come from.
    pub inner: R,
    /// That of the shard.
    pub budget: &'a Budget,
}

impl<R: Read> Read for Budgeted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.budget.decoded(read as u64)?;
        Ok(read)
    }
}

/// What files that belong together share, by the custom of WebDataset: the name up to the first
/// dot of its last part.
fn stem_of(name: &str) -> Option<String> {
    let folder = name.rfind('/').map_or(0, |at| at + 1);
    let dot = name[folder..]
        .find('.')
        .map_or(name.len(), |at| folder + at);
    (dot > folder).then(|| name[..dot].to_owned())
}

/// A file in an archive, whose early end is an error.
struct Exact<'a> {
    inner: &'a mut dyn Read,
    size: u64,
    read: u64,
}

impl Read for Exact<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        if read == 0 && !buffer.is_empty() && self.read < self.size {
            return Err(ShardError::Truncated { decoded: self.read }.into());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_known() {
        for out in [
            "../a",
            "a/../../b",
            "/etc/passwd",
            "C:\\a",
            "\\\\host\\a",
            "a\\..\\b",
        ] {
            assert!(escapes(out), "{out}");
        }
        for inside in ["a", "a/b", "..a/b", "a..b", "a/.../b", "语料/一.txt"] {
            assert!(!escapes(inside), "{inside}");
        }
    }

    #[test]
    fn names_are_decoded_and_harmless() {
        assert_eq!(name("./语料/一.txt".as_bytes()), "语料/一.txt");
        assert_eq!(name(b"a\x1B[2Jb\0"), "a\u{FFFD}[2Jb\u{FFFD}");
        let gbk = encoding_rs::GBK.encode("语料安全测试/第一章说明文档.txt").0;
        assert_eq!(name(&gbk), "语料安全测试/第一章说明文档.txt");
    }

    #[test]
    fn stems_are_those_of_web_dataset() {
        assert_eq!(stem_of("a/000001.seg.txt").as_deref(), Some("a/000001"));
        assert_eq!(stem_of("b.d/000001").as_deref(), Some("b.d/000001"));
        assert_eq!(stem_of("a/.hidden"), None);
    }
}
