//! Compressed shards → bytes, with every stored byte hashed on the way.

use std::io::{self, BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use lz4_flex::frame::FrameDecoder;

use super::Compression;
use super::blocks::{self, Blocks};

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
///
/// They are given in parts that end at multiples of the buffer's length, however they came and
/// whatever was put back: a decoder that meets damage loses what it decoded since its last part
/// began, so that what a broken shard decodes to would otherwise depend on the number of threads.
pub struct Stored<'a> {
    inner: Hashing<Box<dyn Read + 'a>>,
    /// Bytes from `position` on.
    buffer: Vec<u8>,
    at: usize,
    /// Where the byte at `at` stands in the file.
    position: u64,
    /// Length of a part.
    part: usize,
    ended: bool,
}

impl<'a> Stored<'a> {
    /// Of these bytes, so many if that is known.
    pub fn new(stored: Box<dyn Read + 'a>, bytes: Option<u64>) -> Self {
        Self {
            inner: Hashing::new(stored),
            buffer: Vec::new(),
            at: 0,
            position: 0,
            part: bytes.map_or(BUFFER, |b| (b as usize).clamp(512, BUFFER)),
            ended: false,
        }
    }

    /// Puts back what was read last.
    pub fn put_back(&mut self, mut bytes: Vec<u8>) {
        self.position -= bytes.len() as u64;
        bytes.extend_from_slice(&self.buffer[self.at..]);
        (self.buffer, self.at) = (bytes, 0);
    }

    /// Reads past the buffer where that is empty, for who decodes nothing.
    fn read_through(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.buffer.len() || buffer.len() < self.part {
            return self.read(buffer);
        }
        let read = self.inner.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }

    /// Bytes to the end of the part.
    fn left(&self) -> usize {
        self.part - (self.position % self.part as u64) as usize
    }

    fn finish(self) -> io::Result<(blake3::Hash, u64)> {
        self.inner.finish()
    }
}

impl Read for Stored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Stored<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.left();
        if self.buffer.len() - self.at < left && !self.ended {
            self.buffer.drain(..self.at);
            self.at = 0;
            // What came before an error is given at once, and the error when it is asked for again.
            let (mut have, mut failed) = (self.buffer.len(), None);
            self.buffer.resize(left, 0);
            while have < left && !self.ended && failed.is_none() {
                match self.inner.read(&mut self.buffer[have..]) {
                    Ok(read) => {
                        have += read;
                        self.ended = read == 0;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => failed = Some(error),
                }
            }
            self.buffer.truncate(have);
            if let (0, Some(error)) = (have, failed) {
                return Err(error);
            }
        }
        let end = self.buffer.len().min(self.at + left);
        Ok(&self.buffer[self.at..end])
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
        self.position += bytes as u64;
    }
}

/// Decoded bytes of a stream.
pub enum Decoder<'a> {
    /// As stored.
    Plain(Box<Stored<'a>>),
    /// gzip, all members.
    Gzip(Box<MultiGzDecoder<Stored<'a>>>),
    /// Zstandard, all frames.
    Zstd(Box<zstd::stream::read::Decoder<'static, Stored<'a>>>),
    /// xz, all streams.
    Xz(Box<XzDecoder<Stored<'a>>>),
    /// bzip2, all streams.
    Bzip2(Box<MultiBzDecoder<Stored<'a>>>),
    /// LZ4, all frames.
    Lz4(Box<FrameDecoder<Stored<'a>>>),
    /// gzip or Zstandard in blocks that all threads decode.
    Blocks(Box<Blocks<'a>>),
}

/// Bytes read from a stream at a time.
const BUFFER: usize = 256 << 10;
/// Windows of up to 2 GiB (`zstd --long=31`) are accepted; memory for them is taken as needed.
const ZSTD_WINDOW_LOG_MAX: u32 = 31;
/// Memory that xz may ask for; its highest preset needs 65 MiB.
const XZ_MEMORY: u64 = 1 << 30;

impl<'a> Decoder<'a> {
    /// Decodes `stored`, whose length is told where it is known, so that small files do not pay
    /// for large buffers.
    ///
    /// # Errors
    ///
    /// If the decoder cannot be set up.
    pub fn new(
        stored: Box<dyn Read + 'a>,
        compression: Compression,
        bytes: Option<u64>,
    ) -> io::Result<Self> {
        let mut stored = Stored::new(stored, bytes);
        let blocks = match compression {
            // What cannot be read here is told of when it is read again.
            Compression::Gzip => stored.fill_buf().is_ok_and(blocks::is_bgzf),
            Compression::Zstd => stored.fill_buf().is_ok_and(blocks::is_short_frame),
            _ => false,
        };
        if blocks {
            return Ok(Self::Blocks(Box::new(Blocks::new(stored, compression))));
        }
        Self::plain(stored, compression)
    }

    /// Decodes `stored` on this thread alone.
    ///
    /// # Errors
    ///
    /// If the decoder cannot be set up.
    pub fn plain(stored: Stored<'a>, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Self::Plain(Box::new(stored)),
            Compression::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(stored))),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Self::Zstd(Box::new(decoder))
            }
            Compression::Xz => {
                let flags = liblzma::stream::CONCATENATED;
                let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, flags)?;
                Self::Xz(Box::new(XzDecoder::new_stream(stored, stream)))
            }
            Compression::Bzip2 => Self::Bzip2(Box::new(MultiBzDecoder::new(stored))),
            Compression::Lz4 => Self::Lz4(Box::new(FrameDecoder::new(stored))),
        })
    }

    /// Digest and number of all stored bytes, after the end.
    ///
    /// # Errors
    ///
    /// Those of reading what the decoder left.
    pub fn finish(self) -> io::Result<(blake3::Hash, u64)> {
        self.into_stored().finish()
    }

    /// The stored bytes that are left.
    pub fn into_stored(self) -> Stored<'a> {
        match self {
            Self::Plain(stored) => *stored,
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
            Self::Xz(decoder) => decoder.into_inner(),
            Self::Bzip2(decoder) => decoder.into_inner(),
            Self::Lz4(decoder) => decoder.into_inner(),
            Self::Blocks(blocks) => blocks.into_stored(),
        }
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stored) => stored.read_through(buffer),
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
            Self::Xz(decoder) => decoder.read(buffer),
            Self::Blocks(blocks) => blocks.read(buffer),
            Self::Bzip2(decoder) => {
                let read = decoder.read(buffer)?;
                // Zeros behind the last stream are padding and end it quietly; so would anything.
                if read == 0 && !buffer.is_empty() && !decoder.get_mut().fill_buf()?.is_empty() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "data after the last stream",
                    ));
                }
                Ok(read)
            }
            Self::Lz4(decoder) => loop {
                let read = decoder.read(buffer)?;
                // A frame may be empty; the stream ends where there is no other.
                let ended = read == 0 && decoder.get_mut().fill_buf()?.is_empty();
                if read > 0 || buffer.is_empty() || ended {
                    return Ok(read);
                }
            },
        }
    }
}

/// The beginning of what `head`, the beginning of a compressed file, decodes to: at most `bytes`.
pub fn head(head: &[u8], compression: Compression, bytes: usize) -> Vec<u8> {
    let mut decoded = Vec::new();
    let stored = Stored::new(Box::new(head), Some(head.len() as u64));
    if let Ok(decoder) = Decoder::plain(stored, compression) {
        // The end of the sample is an error to most decoders; what came before it counts.
        let mut part = [0; 4096];
        let mut decoder = decoder.take(bytes as u64);
        while let Ok(read @ 1..) = decoder.read(&mut part) {
            decoded.extend_from_slice(&part[..read]);
        }
    }
    decoded
}
