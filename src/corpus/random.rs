//! [`Random`]: bytes that can be read anywhere, for formats whose directory stands at their end.
//!
//! A mapped shard is one as it is. What comes out of a decompressor or an archive is first set
//! aside: in memory up to a limit, then in an unnamed temporary file that nobody else can open and
//! that is gone when the scan ends, however it ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;

use super::Limits;
use super::remote::Object;
use crate::{Limit, ShardError};

/// Bytes with a length that can be read from any place.
pub enum Random<'a> {
    /// In memory, or mapped.
    Bytes(&'a [u8]),
    /// In memory, set aside.
    Own(Vec<u8>),
    /// In a file.
    File(File, u64),
    /// On another machine.
    Remote(Object),
}

impl Random<'_> {
    /// How many there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Own(bytes) => bytes.len() as u64,
            Self::File(_, bytes) => *bytes,
            Self::Remote(object) => object.bytes(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, where they lie in memory.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Own(bytes) => Some(bytes),
            Self::File(..) | Self::Remote(_) => None,
        }
    }

    /// Fills as much of `buffer` as there is from `offset`; 0 at the end.
    ///
    /// # Errors
    ///
    /// Those of reading a file.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Own(bytes) => &bytes[..],
            Self::File(file, _) => return file.read_at(buffer, offset),
            Self::Remote(object) => return object.read_at(buffer, offset),
        };
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        let read = buffer.len().min(bytes.len() - start);
        buffer[..read].copy_from_slice(&bytes[start..start + read]);
        Ok(read)
    }

    /// A reader with a place of its own.
    pub fn reader(&self) -> RandomReader<'_> {
        RandomReader {
            random: self,
            at: 0,
        }
    }

    /// Sets aside everything that `input` gives.
    ///
    /// # Errors
    ///
    /// Those of reading it, [`Limit::SpoolBytes`], and those of the temporary file.
    pub fn spool(input: &mut dyn Read, limits: &Limits) -> Result<Random<'static>, ShardError> {
        let mut memory = Vec::new();
        let wrong = |error| ShardError::from_read(error, 0);
        let most = limits.spool_memory;
        input
            .take(most + 1)
            .read_to_end(&mut memory)
            .map_err(wrong)?;
        if memory.len() as u64 <= most {
            return Ok(Random::Own(memory));
        }
        let mut file = tempfile::tempfile().map_err(ShardError::Spool)?;
        file.write_all(&memory).map_err(ShardError::Spool)?;
        let mut bytes = memory.len() as u64;
        memory.resize(1 << 20, 0);
        loop {
            let read = input.read(&mut memory).map_err(wrong)?;
            if read == 0 {
                return Ok(Random::File(file, bytes));
            }
            bytes += read as u64;
            if bytes > limits.spool_bytes {
                return Err(ShardError::Limit {
                    limit: Limit::SpoolBytes,
                    value: limits.spool_bytes,
                });
            }
            file.write_all(&memory[..read]).map_err(ShardError::Spool)?;
        }
    }
}

/// See [`Random::reader`].
pub struct RandomReader<'a> {
    random: &'a Random<'a>,
    at: u64,
}

impl Read for RandomReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.random.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for RandomReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.random.len().checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_reads_the_same_in_memory_and_in_a_file() {
        let bytes: Vec<u8> = (0..100_000u32).map(|i| i as u8).collect();
        for memory in [1 << 20, 1000] {
            let limits = Limits {
                spool_memory: memory,
                ..Limits::default()
            };
            let random = Random::spool(&mut &bytes[..], &limits).unwrap();
            assert_eq!(
                (random.len(), random.bytes().is_some()),
                (100_000, memory > 100_000)
            );
            let mut read = Vec::new();
            let mut reader = random.reader();
            reader.seek(SeekFrom::End(-10)).unwrap();
            reader.read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes[99_990..]);
            assert_eq!(random.read_at(&mut [0; 4], 200_000).unwrap(), 0);
        }
        let limits = Limits {
            spool_memory: 10,
            spool_bytes: 99,
            ..Limits::default()
        };
        let error = Random::spool(&mut &bytes[..], &limits)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(error.reason(), "limit-spool-bytes");
    }
}
