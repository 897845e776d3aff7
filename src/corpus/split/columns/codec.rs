//! Compressed bytes of a page or buffer → exactly as many as its header promises.
//!
//! Nothing is allocated by a promise that the compressed bytes cannot keep, and decompressing
//! ends where the promise ends.

use std::io::Read;

use parquet::basic::Compression;

use super::fault::Fault;

const BROKEN: Fault = Fault::Damaged("compressed bytes are damaged");
const LIE: Fault = Fault::Damaged("compressed bytes do not become as many as is promised");

/// Most bytes that one compressed byte can become: a copy of 64 bytes takes three in Snappy, a
/// length goes on by 255 a byte in LZ4.
const SNAPPY_RATIO: usize = 32;
const LZ4_RATIO: usize = 256;

/// Decompresses pages and buffers, one after another.
pub struct Codec {
    kind: Compression,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Codec {
    /// # Errors
    ///
    /// If there is no decompressor for it.
    pub fn new(kind: Compression) -> Result<Self, Fault> {
        let zstd = match kind {
            Compression::ZSTD(_) => Some(zstd::bulk::Decompressor::new().map_err(|_| BROKEN)?),
            Compression::LZO => {
                return Err(Fault::Refused(
                    "unsupported-compression",
                    "its columns are compressed with LZO, which is not read: write it anew with zstd",
                ));
            }
            _ => None,
        };
        Ok(Self { kind, zstd })
    }

    /// `bytes`: how many there must be.
    ///
    /// # Errors
    ///
    /// If `packed` is damaged or becomes more or less.
    pub fn decompress(&mut self, packed: &[u8], bytes: usize) -> Result<Vec<u8>, Fault> {
        let out = match self.kind {
            Compression::UNCOMPRESSED => packed.to_vec(),
            Compression::ZSTD(_) => {
                let zstd = self.zstd.as_mut().expect("made for this codec");
                let mut out = Vec::with_capacity(bytes);
                zstd.decompress_to_buffer(packed, &mut out)
                    .map_err(|_| BROKEN)?;
                out
            }
            Compression::SNAPPY => snappy(packed, bytes)?,
            Compression::GZIP(_) => at_most(flate2::bufread::MultiGzDecoder::new(packed), bytes)?,
            Compression::BROTLI(_) => {
                at_most(brotli_decompressor::Decompressor::new(packed, 4096), bytes)?
            }
            Compression::LZ4_RAW => lz4(packed, bytes)?,
            Compression::LZ4 => lz4_framed(packed, bytes)?,
            Compression::LZO => return Err(BROKEN),
        };
        if out.len() == bytes {
            Ok(out)
        } else {
            Err(LIE)
        }
    }
}

/// One byte more than promised is enough to tell the lie.
fn at_most(reader: impl Read, bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    reader
        .take(bytes as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|_| BROKEN)?;
    Ok(out)
}

fn snappy(packed: &[u8], bytes: usize) -> Result<Vec<u8>, Fault> {
    let promised = snap::raw::decompress_len(packed).map_err(|_| BROKEN)?;
    if promised != bytes || bytes / SNAPPY_RATIO > packed.len() {
        return Err(LIE);
    }
    let mut out = vec![0; bytes];
    let read = snap::raw::Decoder::new()
        .decompress(packed, &mut out)
        .map_err(|_| BROKEN)?;
    out.truncate(read);
    Ok(out)
}

fn lz4(packed: &[u8], bytes: usize) -> Result<Vec<u8>, Fault> {
    if bytes / LZ4_RATIO > packed.len() {
        return Err(LIE);
    }
    let mut out = vec![0; bytes];
    let read = lz4_flex::block::decompress_into(packed, &mut out).map_err(|_| BROKEN)?;
    out.truncate(read);
    Ok(out)
}

/// The codec `LZ4` was never defined: blocks framed as Hadoop does, LZ4 frames and bare blocks
/// are all found under its name.
fn lz4_framed(packed: &[u8], bytes: usize) -> Result<Vec<u8>, Fault> {
    if packed.starts_with(&[0x04, 0x22, 0x4D, 0x18]) {
        return at_most(lz4_flex::frame::FrameDecoder::new(packed), bytes);
    }
    hadoop(packed, bytes).map_or_else(|| lz4(packed, bytes), Ok)
}

/// Blocks, each behind its two lengths in big-endian order.
fn hadoop(packed: &[u8], bytes: usize) -> Option<Vec<u8>> {
    if bytes / LZ4_RATIO > packed.len() {
        return None;
    }
    let number = |at: usize| -> Option<usize> {
        let four = packed.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_be_bytes(four.try_into().ok()?)).ok()
    };
    let mut out = vec![0; bytes];
    let (mut at, mut done) = (0, 0);
    while at < packed.len() {
        let end = done + number(at)?;
        at += 4;
        while done < end {
            let length = number(at)?;
            let block = packed.get(at + 4..(at + 4).checked_add(length)?)?;
            let read = lz4_flex::block::decompress_into(block, out.get_mut(done..end)?).ok()?;
            if read == 0 {
                return None;
            }
            done += read;
            at += 4 + length;
        }
    }
    (done == bytes).then_some(out)
}
