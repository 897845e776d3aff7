//! [`Input`]: the decoded bytes of one file, with a look at its head before it is read.

use std::io::{self, Read};

use super::Compression;
use super::decode::Decoder;
use super::limits::Budget;
use crate::ShardError;

/// Decoded bytes, counted, and held against the shard's budget where they were compressed.
///
/// Errors of its `Read` are [`ShardError`]s inside; [`ShardError::from_read`] gets them back.
pub struct Input<'a> {
    decoder: Decoder<'a>,
    budget: Option<&'a Budget>,
    /// What was looked at before it was read, and how much of it is read.
    head: Vec<u8>,
    at: usize,
    /// An error met while looking; given when the head is read.
    failed: Option<ShardError>,
    /// Bytes decoded.
    decoded: u64,
    /// Whether nothing follows the head.
    ended: bool,
    /// Why decoding failed: some decoders would say that they are at the end when asked again.
    dead: Option<ShardError>,
}

/// Room that is made at a time for what is decoded.
const STEP: usize = 256 << 10;

impl<'a> Input<'a> {
    /// Reads `stored`.
    ///
    /// # Errors
    ///
    /// [`ShardError::Read`] if the decoder cannot be set up.
    pub fn new(
        stored: Box<dyn Read + 'a>,
        compression: Compression,
        bytes: Option<u64>,
        budget: &'a Budget,
    ) -> Result<Self, ShardError> {
        let decoder = Decoder::new(stored, compression, bytes).map_err(ShardError::Read)?;
        Ok(Self {
            decoder,
            budget: (compression != Compression::None).then_some(budget),
            head: Vec::new(),
            at: 0,
            failed: None,
            decoded: 0,
            ended: false,
            dead: None,
        })
    }

    /// The first `bytes`, or all there are; only before anything is read. Says whether that is
    /// everything.
    pub fn peek(&mut self, bytes: usize) -> (&[u8], bool) {
        while self.head.len() < bytes && self.failed.is_none() && !self.ended {
            let before = self.head.len();
            self.head.resize(bytes, 0);
            let mut part = std::mem::take(&mut self.head);
            let result = self.decode(&mut part[before..]);
            self.head = part;
            let read = match result {
                Ok(read) => read,
                Err(error) => {
                    self.failed = Some(error);
                    0
                }
            };
            self.ended = read == 0;
            self.head.truncate(before + read);
        }
        (&self.head, self.ended)
    }

    /// Bytes that were read.
    pub fn read_bytes(&self) -> u64 {
        self.decoded - (self.head.len() - self.at) as u64
    }

    /// Reads until `buffer` has grown by `bytes`, or the end. Returns whether there may be more.
    ///
    /// # Errors
    ///
    /// Those of decoding and limits; what was decoded before stays in the buffer.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, bytes: usize) -> Result<bool, ShardError> {
        let mut have = buffer.len();
        let wanted = have.saturating_add(bytes);
        let result = loop {
            if have == wanted {
                break Ok(true);
            }
            // Not `read_to_end`: the room it gives depends on what was read before, and with it
            // what a decoder gives before an error.
            if have == buffer.len() {
                buffer.resize(wanted.min(have.saturating_add(STEP)), 0);
            }
            match self.read(&mut buffer[have..]) {
                Ok(0) => break Ok(false),
                Ok(read) => have += read,
                Err(error) => break Err(ShardError::from_read(error, self.decoded)),
            }
        };
        buffer.truncate(have);
        result
    }

    fn decode(&mut self, buffer: &mut [u8]) -> Result<usize, ShardError> {
        let decoded = self.decoded;
        if let Some(why) = &self.dead {
            return Err(why.again().unwrap_or(ShardError::Corrupt { decoded }));
        }
        let result = self.decode_more(buffer);
        if let Err(why) = &result {
            self.dead = Some(why.again().unwrap_or(ShardError::Corrupt { decoded }));
        }
        result
    }

    fn decode_more(&mut self, buffer: &mut [u8]) -> Result<usize, ShardError> {
        let read = loop {
            match self.decoder.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let read = read.map_err(|error| match (&self.decoder, error) {
            (Decoder::Plain(_), error) if error.get_ref().is_none() => ShardError::Read(error),
            (_, error) => ShardError::from_read(error, self.decoded),
        })?;
        self.decoded += read as u64;
        if let Some(budget) = self.budget {
            budget.decoded(read as u64)?;
        }
        Ok(read)
    }

    /// Digest and number of all stored bytes, after the end.
    ///
    /// # Errors
    ///
    /// Those of reading what the decoder left.
    pub fn finish(self) -> io::Result<(blake3::Hash, u64)> {
        self.decoder.finish()
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.head.len() {
            let rest = &self.head[self.at..];
            let read = rest.len().min(buffer.len());
            buffer[..read].copy_from_slice(&rest[..read]);
            self.at += read;
            return Ok(read);
        }
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if self.ended {
            return Ok(0);
        }
        Ok(self.decode(buffer)?)
    }
}
