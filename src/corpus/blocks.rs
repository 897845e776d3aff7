//! Members of BGZF and frames of Zstandard that say how long they are → bytes, on all threads.
//!
//! Each such block stands for itself, so a row of them is taken from the stream and decompressed
//! by whoever is free. Which blocks are taken depends on the bytes alone. The first that is odd in
//! any way, or turns out to be broken, is put back, and from there the plain decoder goes on: what
//! is decoded, and where an error comes, is the same as if it had read everything.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};
use rayon::prelude::*;

use super::Compression;
use super::decode::{Decoder, Stored};

/// Decoded bytes of a block at most; longer ones are read as they come, which bounds memory.
const LONGEST: usize = 4 << 20;
/// Decoded bytes of the blocks that are taken at a time, by thread.
const BATCH: usize = 4 << 20;
/// Blocks that are taken at a time, by thread: they may hold nothing.
const COUNT: usize = 256;

/// Length of the header of a BGZF member, and of what follows its data.
/// Source: SAM/BAM specification, section 4.1.
const BGZF_HEAD: usize = 18;
const BGZF_TAIL: usize = 8;
/// Bytes that a BGZF member decodes to at most.
const BGZF_LONGEST: usize = 1 << 16;
/// Source: RFC 8878, section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// A block as it is stored, and how long it says to be when decoded.
struct Block {
    stored: Vec<u8>,
    bytes: usize,
}

/// See the module.
pub struct Blocks<'a> {
    compression: Compression,
    /// Until the plain decoder has it.
    stored: Option<Stored<'a>>,
    /// Decoded blocks in order, and how much of the first is given.
    decoded: VecDeque<Vec<u8>>,
    at: usize,
    /// What was taken and must be read by the plain decoder.
    put_back: Option<Vec<u8>>,
    /// The plain decoder, once it has taken over.
    plain: Option<Decoder<'a>>,
}

impl<'a> Blocks<'a> {
    /// Reads `stored`, which is compressed so.
    pub fn new(stored: Stored<'a>, compression: Compression) -> Self {
        Self {
            compression,
            stored: Some(stored),
            decoded: VecDeque::new(),
            at: 0,
            put_back: None,
            plain: None,
        }
    }

    /// The stored bytes that are left.
    pub fn into_stored(self) -> Stored<'a> {
        match (self.plain, self.stored) {
            (Some(plain), _) => plain.into_stored(),
            (None, Some(stored)) => stored,
            (None, None) => unreachable!("one of them has it"),
        }
    }

    /// Takes and decodes the next blocks; false at the end.
    fn refill(&mut self) -> bool {
        let stored = self
            .stored
            .as_mut()
            .expect("the plain decoder has not begun");
        let threads = rayon::current_num_threads();
        let (mut blocks, mut bytes) = (Vec::new(), 0);
        while bytes < threads * BATCH && blocks.len() < threads * COUNT {
            let mut taken = Vec::new();
            let block = match self.compression {
                Compression::Gzip => bgzf(stored, &mut taken),
                _ => zstd(stored, &mut taken),
            };
            match block {
                Some(length) => {
                    bytes += length;
                    blocks.push(Block {
                        stored: taken,
                        bytes: length,
                    });
                }
                None => {
                    let ended = taken.is_empty() && stored.fill_buf().is_ok_and(<[u8]>::is_empty);
                    self.put_back = (!ended).then_some(taken);
                    break;
                }
            }
        }
        if blocks.is_empty() {
            return false;
        }
        let mut decoded = decode(self.compression, &blocks);
        if let Some(broken) = decoded.iter().position(Option::is_none) {
            let rest = blocks[broken..].iter().flat_map(|block| &block.stored);
            let mut rest: Vec<u8> = rest.copied().collect();
            rest.extend(self.put_back.take().unwrap_or_default());
            self.put_back = Some(rest);
            decoded.truncate(broken);
        }
        self.decoded.extend(decoded.into_iter().flatten());
        true
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(plain) = &mut self.plain {
                return plain.read(buffer);
            }
            if let Some(first) = self.decoded.front() {
                let rest = &first[self.at..];
                let read = rest.len().min(buffer.len());
                buffer[..read].copy_from_slice(&rest[..read]);
                self.at += read;
                if self.at == first.len() {
                    self.decoded.pop_front();
                    self.at = 0;
                }
                // An empty block is not the end.
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                continue;
            }
            if self.put_back.is_none() && self.refill() {
                continue;
            }
            let Some(taken) = self.put_back.take() else {
                return Ok(0);
            };
            if let Some(mut stored) = self.stored.take() {
                stored.put_back(taken);
                self.plain = Some(Decoder::plain(stored, self.compression)?);
            }
        }
    }
}

/// Reads `bytes` more into `taken`; false if they are not there, for whatever reason.
fn take(stored: &mut Stored<'_>, taken: &mut Vec<u8>, bytes: usize) -> bool {
    let result = stored.take(bytes as u64).read_to_end(taken);
    result.is_ok_and(|read| read == bytes)
}

/// Takes a BGZF member, and says to how many bytes it decodes. Nothing if that is not one.
fn bgzf(stored: &mut Stored<'_>, taken: &mut Vec<u8>) -> Option<usize> {
    if !take(stored, taken, BGZF_HEAD) || !is_bgzf(taken) {
        return None;
    }
    let length = usize::from(u16::from_le_bytes([taken[16], taken[17]])) + 1;
    let rest = length.checked_sub(BGZF_HEAD)?;
    if rest < BGZF_TAIL || !take(stored, taken, rest) {
        return None;
    }
    let bytes = number(&taken[length - 4..]) as usize;
    (bytes <= BGZF_LONGEST).then_some(bytes)
}

/// Whether a member begins so: its only flag is an extra field, which holds its length and nothing
/// else.
pub fn is_bgzf(head: &[u8]) -> bool {
    head.len() >= BGZF_HEAD
        && head.starts_with(b"\x1f\x8b\x08\x04")
        && head[10..16] == *b"\x06\0BC\x02\0"
}

/// Takes a frame with its length in its header and no dictionary, and says to how many bytes it
/// decodes. Nothing if that is not one.
fn zstd(stored: &mut Stored<'_>, taken: &mut Vec<u8>) -> Option<usize> {
    if !take(stored, taken, 5) {
        return None;
    }
    let (head, checksum) = zstd_head(taken)?;
    if !take(stored, taken, head - 5) {
        return None;
    }
    let bytes = zstd_length(taken)?;
    loop {
        let at = taken.len();
        if !take(stored, taken, 3) {
            return None;
        }
        let block = u32::from_le_bytes([taken[at], taken[at + 1], taken[at + 2], 0]);
        let (last, kind, size) = (block & 1 == 1, block >> 1 & 3, (block >> 3) as usize);
        // One byte that is repeated; its size is how often.
        let size = if kind == 1 { 1 } else { size };
        if taken.len() + size > LONGEST || !take(stored, taken, size) {
            return None;
        }
        if last {
            let checksum = if checksum { 4 } else { 0 };
            return take(stored, taken, checksum).then_some(bytes);
        }
    }
}

/// Whether frames that begin so are taken: `head` is what is there, and need not be whole.
pub fn is_short_frame(head: &[u8]) -> bool {
    let whole = zstd_head(head).filter(|(length, _)| head.len() >= *length);
    whole
        .and_then(|(length, _)| zstd_length(&head[..length]))
        .is_some()
}

/// Length of a frame's header, and whether a checksum ends the frame.
fn zstd_head(head: &[u8]) -> Option<(usize, bool)> {
    let flags = *head.get(4)?;
    let (single, dictionary) = (flags >> 5 & 1 == 1, flags & 3);
    if !head.starts_with(&ZSTD_MAGIC) || dictionary != 0 || flags & 0b1000 != 0 {
        return None;
    }
    let length = match flags >> 6 {
        0 if single => 1,
        0 => return None,
        kind => 1 << kind,
    };
    Some((5 + usize::from(!single) + length, flags & 4 != 0))
}

/// Decoded bytes of a frame by its header, if they are few enough.
fn zstd_length(head: &[u8]) -> Option<usize> {
    let field = &head[5 + usize::from(head[4] >> 5 & 1 == 0)..];
    let length = match field.len() {
        1 => u64::from(field[0]),
        2 => u64::from(u16::from_le_bytes([field[0], field[1]])) + 256,
        4 => u64::from(number(field)),
        _ => u64::from_le_bytes(field.try_into().ok()?),
    };
    usize::try_from(length)
        .ok()
        .filter(|bytes| *bytes <= LONGEST)
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Blocks in order; nothing for one that is broken.
fn decode(compression: Compression, blocks: &[Block]) -> Vec<Option<Vec<u8>>> {
    match compression {
        Compression::Gzip => blocks.par_iter().map(inflate).collect(),
        _ => blocks
            .par_iter()
            .map_init(|| zstd::bulk::Decompressor::new().ok(), unpack)
            .collect(),
    }
}

fn inflate(block: &Block) -> Option<Vec<u8>> {
    let packed = &block.stored[BGZF_HEAD..block.stored.len() - BGZF_TAIL];
    // One more than it says, so that it cannot end where the room does.
    let mut bytes = Vec::with_capacity(block.bytes + 1);
    let mut inflater = Decompress::new(false);
    let status = inflater.decompress_vec(packed, &mut bytes, FlushDecompress::Finish);
    let ended = matches!(status, Ok(Status::StreamEnd));
    let all = inflater.total_in() == packed.len() as u64 && bytes.len() == block.bytes;
    let checksum = number(&block.stored[block.stored.len() - BGZF_TAIL..]);
    (ended && all && crc32fast::hash(&bytes) == checksum).then_some(bytes)
}

fn unpack(
    decompressor: &mut Option<zstd::bulk::Decompressor<'static>>,
    block: &Block,
) -> Option<Vec<u8>> {
    let bytes = decompressor
        .as_mut()?
        .decompress(&block.stored, block.bytes)
        .ok()?;
    (bytes.len() == block.bytes).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn bgzf_of(content: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let size = u16::try_from(BGZF_HEAD + packed.len() + BGZF_TAIL - 1).unwrap();
        let mut member = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0".to_vec();
        member.extend(size.to_le_bytes());
        member.extend(packed);
        member.extend(crc32fast::hash(content).to_le_bytes());
        member.extend((content.len() as u32).to_le_bytes());
        member
    }

    fn frame_of(content: &[u8]) -> Vec<u8> {
        let mut compressor = zstd::bulk::Compressor::new(1).unwrap();
        compressor
            .include_checksum(content.len().is_multiple_of(2))
            .unwrap();
        compressor.compress(content).unwrap()
    }

    /// A frame that does not say how long it is.
    fn streamed() -> Vec<u8> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.write_all(b"aaa").unwrap();
        encoder.flush().unwrap();
        encoder.finish().unwrap()
    }

    /// What is decoded, and how it ends.
    fn read(mut decoder: Decoder<'_>) -> (Vec<u8>, Option<io::ErrorKind>) {
        let (mut decoded, step) = (Vec::new(), 1000);
        loop {
            // As a reader does whose buffer is filled before it is used.
            let have = decoded.len();
            decoded.resize((have / step + 1) * step, 0);
            let result = decoder.read(&mut decoded[have..]);
            decoded.truncate(have + result.as_ref().map_or(0, |read| *read));
            match result {
                Ok(0) => return (decoded, None),
                Ok(_) => {}
                Err(error) => return (decoded, Some(error.kind())),
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn in_blocks_it_decodes_like_the_whole_however_it_is_broken(
            gzip: bool,
            contents in proptest::collection::vec("[a-c]{0,40}|[a-z]{300}", 1..8),
            odd in 0usize..5,
            flips in proptest::collection::vec((0usize..4000, 1u8..), 0..3),
            cut in 0usize..12_000,
        ) {
            let mut bytes: Vec<u8> = contents.iter().flat_map(|content| match gzip {
                true => bgzf_of(content.as_bytes()),
                false => frame_of(content.as_bytes()),
            }).collect();
            // Blocks that are not taken, or none at all, between and behind those that are.
            let skippable = b"\x50\x2a\x4d\x18\x02\0\0\0ab".to_vec();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(b"plain").unwrap();
            let plain = [encoder.finish().unwrap(), streamed()];
            match odd {
                0 => bytes.extend(&plain[usize::from(!gzip)]),
                1 => bytes.extend([0; 9]),
                2 => bytes.extend(skippable),
                _ => {}
            }
            for (at, bits) in flips {
                let at = at % bytes.len();
                bytes[at] ^= bits;
            }
            bytes.truncate(if cut % 3 == 0 { cut } else { bytes.len() });
            // An empty file does not begin with a block.
            proptest::prop_assume!(!bytes.is_empty());
            let compression = if gzip { Compression::Gzip } else { Compression::Zstd };
            let stored = || Stored::new(Box::new(&bytes[..]), None);
            let blocks = Blocks::new(stored(), compression);
            let whole = read(Decoder::plain(stored(), compression).unwrap());
            proptest::prop_assert_eq!(read(Decoder::Blocks(Box::new(blocks))), whole);
        }
    }

    #[test]
    fn blocks_are_told_by_their_beginning() {
        for (bytes, compression, expected) in [
            (bgzf_of(b"a"), Compression::Gzip, true),
            (frame_of(&[b'a'; 70_000]), Compression::Zstd, true),
            (frame_of(&vec![b'a'; LONGEST + 1]), Compression::Zstd, false),
            (streamed(), Compression::Zstd, false),
        ] {
            let decoder = Decoder::new(Box::new(&bytes[..]), compression, None).unwrap();
            assert_eq!(matches!(decoder, Decoder::Blocks(_)), expected);
            let (decoded, error) = read(decoder);
            assert!(error.is_none() && decoded.iter().all(|b| *b == b'a'));
        }
    }
}
