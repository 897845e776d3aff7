//! Records of JSON Lines: where lines begin and end.

use memchr::memchr;

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
