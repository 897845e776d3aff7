//! Records of JSON Lines: where lines begin and end.

use memchr::memchr;

use crate::corpus::records::{Extent, Records};
use crate::corpus::{Charset, Input};
use crate::{Limit, ShardError};

/// Reads a stream of lines to its end, and hands them on in chunks, to be read where they are
/// scanned. A line that goes beyond the limit of a record fails, and the next one goes on.
///
/// # Errors
///
/// Those of decoding; what came before is told of, the cut line as well.
pub fn read(
    input: &mut Input<'_>,
    charset: Charset,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    let chunk = records.context.chunk;
    let longest = records.context.limits.record_bytes;
    let mut carry = Vec::new();
    loop {
        let mut buffer = std::mem::take(&mut carry);
        let before = buffer.len();
        let result = input.fill(&mut buffer, chunk);
        let more = matches!(result, Ok(true));
        if more {
            let Some(last) = memchr::memrchr(b'\n', &buffer[before..]) else {
                // No line end in a whole chunk: the line goes on.
                carry = buffer;
                if carry.len() as u64 > longest {
                    pass_over(input, std::mem::take(&mut carry), records, &mut carry)?;
                }
                continue;
            };
            carry = buffer.split_off(before + last + 1);
        }
        if !buffer.is_empty() {
            records.lines(records.accounted(), buffer, charset);
        }
        if !more {
            return result.map(drop);
        }
    }
}

/// Counts a line that is too long as failed; what follows it goes to `carry`.
fn pass_over(
    input: &mut Input<'_>,
    begun: Vec<u8>,
    records: &mut Records<'_>,
    carry: &mut Vec<u8>,
) -> Result<(), ShardError> {
    let (offset, mut bytes) = (records.accounted(), begun.len() as u64);
    drop(begun);
    let mut part = Vec::new();
    let result = loop {
        part.clear();
        let result = input.fill(&mut part, 1 << 20);
        let end = memchr(b'\n', &part).map_or(part.len(), |at| at + 1);
        bytes += end as u64;
        if end < part.len() || part.ends_with(b"\n") || !matches!(result, Ok(true)) {
            carry.extend_from_slice(&part[end..]);
            break result;
        }
    };
    records.fail(Extent { offset, bytes }, Limit::RecordBytes.reason());
    if carry.is_empty() {
        return result.map(drop);
    }
    // An error stays where it is: the next call meets it again, or the end.
    match result {
        Err(error) => {
            let (offset, lost) = (records.accounted(), std::mem::take(carry));
            let bytes = lost.len() as u64;
            records.fail(Extent { offset, bytes }, error.reason());
            Err(error)
        }
        Ok(_) => Ok(()),
    }
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
