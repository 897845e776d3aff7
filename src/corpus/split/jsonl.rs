//! Records of JSON Lines: where lines begin and end.

use std::io::Read;

use memchr::memchr;

use crate::corpus::Charset;
use crate::corpus::records::{Extent, Records};
use crate::{Limit, ShardError};

/// Bytes of a line that is passed over read at a time.
const PART: usize = 1 << 20;

/// Reads a stream of lines to its end, and hands them on in chunks, to be read where they are
/// scanned. A line that goes beyond the limit of a record fails, and the next one goes on.
///
/// # Errors
///
/// Those of reading; what came before is told of, the cut line as well.
pub fn read(
    reader: &mut dyn Read,
    charset: Charset,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    let chunk = records.context.chunk;
    let longest = records.context.limits.record_bytes;
    let mut carry = Vec::new();
    loop {
        let mut buffer = std::mem::take(&mut carry);
        let before = buffer.len();
        let result = fill(reader, &mut buffer, chunk, records.accounted());
        if matches!(result, Ok(true)) {
            let Some(last) = memchr::memrchr(b'\n', &buffer[before..]) else {
                // No line end in a whole chunk: the line goes on.
                carry = buffer;
                if carry.len() as u64 > longest {
                    let begun = std::mem::take(&mut carry).len() as u64;
                    carry = pass_over(reader, begun, records)?;
                }
                continue;
            };
            carry = buffer.split_off(before + last + 1);
        }
        if !buffer.is_empty() {
            records.lines(records.accounted(), buffer, charset);
        }
        if !matches!(result, Ok(true)) {
            return result.map(drop);
        }
    }
}

/// Reads until `buffer` has grown by `bytes`, or the end. Returns whether there may be more.
fn fill(
    reader: &mut dyn Read,
    buffer: &mut Vec<u8>,
    bytes: usize,
    decoded: u64,
) -> Result<bool, ShardError> {
    let before = buffer.len();
    match reader.take(bytes as u64).read_to_end(buffer) {
        Ok(read) => Ok(read == bytes),
        Err(error) => {
            let decoded = decoded + (buffer.len() - before) as u64;
            Err(ShardError::from_read(error, decoded))
        }
    }
}

/// Counts a line of which `begun` bytes were read, and which is too long, as failed. Returns what
/// was read of the lines behind it.
fn pass_over(
    reader: &mut dyn Read,
    begun: u64,
    records: &mut Records<'_>,
) -> Result<Vec<u8>, ShardError> {
    let (offset, mut bytes, mut part) = (records.accounted(), begun, Vec::new());
    let (end, result) = loop {
        part.clear();
        let result = fill(reader, &mut part, PART, offset + bytes);
        let end = memchr(b'\n', &part).map_or(part.len(), |at| at + 1);
        bytes += end as u64;
        if part[..end].ends_with(b"\n") || !matches!(result, Ok(true)) {
            break (end, result);
        }
    };
    records.fail(Extent { offset, bytes }, Limit::RecordBytes.reason());
    // What stands behind it is lost with an error, and counted as such.
    result.map(|_| part.split_off(end))
}

/// The records that begin in `start..end` of `bytes`, as half-open ranges with their line ends.
///
/// Whoever owns the range in which a line begins owns the line, so pieces of one shard share out
/// its lines whatever the cuts are, and no byte is looked at by two for its line ends.
pub fn lines(bytes: &[u8], start: usize, end: usize) -> Lines<'_> {
    let end = end.min(bytes.len());
    let at = if start == 0 || bytes[start - 1] == b'\n' {
        start
    } else {
        memchr(b'\n', &bytes[start..end]).map_or(end, |i| start + i + 1)
    };
    Lines { bytes, at, end }
}

/// See [`lines`].
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl Iterator for Lines<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        self.at = memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |i| start + i + 1);
        Some((start, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn pieces_share_out_all_lines(text in "[a\n]{0,60}", chunk in 1usize..20) {
            let bytes = text.as_bytes();
            let whole: Vec<_> = lines(bytes, 0, bytes.len()).collect();
            let pieces: Vec<_> = (0..bytes.len())
                .step_by(chunk)
                .flat_map(|at| lines(bytes, at, at + chunk).collect::<Vec<_>>())
                .collect();
            proptest::prop_assert_eq!(&pieces, &whole);
            let covered: usize = whole.iter().map(|(a, b)| b - a).sum();
            proptest::prop_assert_eq!(covered, bytes.len());
        }
    }
}
