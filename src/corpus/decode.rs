//! Compressed shards → bytes, with every stored byte hashed on the way.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::Compression;
use crate::ShardError;

/// Hashes and counts what is read through it.
pub struct Hashing<R> {
    inner: R,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    /// Around `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }

    /// Reads what is left, then the digest of everything and its length.
    ///
    /// # Errors
    ///
    /// Those of reading.
    pub fn finish(mut self) -> io::Result<(blake3::Hash, u64)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.hasher.finalize(), self.bytes))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Stored bytes, hashed as they are read.
type Stored<'a> = BufReader<Hashing<Box<dyn Read + Send + 'a>>>;

/// Decoded bytes of a stream.
pub enum Decoder<'a> {
    /// As stored.
    Plain(Box<Stored<'a>>),
    /// gzip, all members.
    Gzip(Box<MultiGzDecoder<Stored<'a>>>),
    /// Zstandard, all frames.
    Zstd(Box<zstd::stream::read::Decoder<'static, Stored<'a>>>),
}

/// Bytes read from a stream at a time.
const BUFFER: usize = 256 << 10;
/// Windows of up to 2 GiB (`zstd --long=31`) are accepted; memory for them is taken as needed.
const ZSTD_WINDOW_LOG_MAX: u32 = 31;

impl<'a> Decoder<'a> {
    /// Decodes `stored`.
    ///
    /// # Errors
    ///
    /// If the decoder cannot be set up.
    pub fn new(stored: Box<dyn Read + Send + 'a>, compression: Compression) -> io::Result<Self> {
        let stored = BufReader::with_capacity(BUFFER, Hashing::new(stored));
        Ok(match compression {
            Compression::None => Self::Plain(Box::new(stored)),
            Compression::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(stored))),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Self::Zstd(Box::new(decoder))
            }
        })
    }

    /// Reads until `buffer` has grown by `bytes`, or the end. Returns whether there may be more.
    ///
    /// # Errors
    ///
    /// [`ShardError::Truncated`], [`ShardError::Corrupt`] or [`ShardError::Read`]; what was
    /// decoded before stays in the buffer.
    pub fn fill(
        &mut self,
        buffer: &mut Vec<u8>,
        bytes: usize,
        decoded: u64,
    ) -> Result<bool, ShardError> {
        let before = buffer.len();
        let result = self.by_ref().take(bytes as u64).read_to_end(buffer);
        let decoded = decoded + (buffer.len() - before) as u64;
        match result {
            Ok(read) => Ok(read == bytes),
            Err(error) => Err(self.classify(error, decoded)),
        }
    }

    fn classify(&self, error: io::Error, decoded: u64) -> ShardError {
        match (self, error.kind()) {
            (Self::Plain(_), _) => ShardError::Read(error),
            (_, io::ErrorKind::UnexpectedEof) => ShardError::Truncated { decoded },
            // Other kinds come from the operating system, these two from the decoders.
            (
                _,
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other,
            ) => ShardError::Corrupt { decoded },
            _ => ShardError::Read(error),
        }
    }

    /// Digest and number of all stored bytes, after the end.
    ///
    /// # Errors
    ///
    /// Those of reading what the decoder left.
    pub fn finish(self) -> io::Result<(blake3::Hash, u64)> {
        let stored = match self {
            Self::Plain(stored) => *stored,
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
        };
        stored.into_inner().finish()
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stored) => stored.read(buffer),
            Self::Gzip(decoder) => {
                let read = decoder.read(buffer)?;
                if read == 0 && !buffer.is_empty() && !decoder.get_mut().fill_buf()?.is_empty() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "data after the last member",
                    ));
                }
                Ok(read)
            }
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}
