//! [`Sorter`]: more than fits into memory, in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _};
use std::path::Path;
use std::vec;

use lz4_flex::frame::{FrameDecoder, FrameEncoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::RunError;

/// Sorts by merging sorted stretches in temporary files, which have no names and go with the
/// process.
pub(crate) struct Sorter<T> {
    pending: Vec<T>,
    /// Held at a time.
    limit: usize,
    stretches: Vec<File>,
}

/// Findings held at a time: with their texts some 100 MB.
const HELD: usize = 128 << 10;

impl<T: Ord + Serialize + DeserializeOwned> Default for Sorter<T> {
    fn default() -> Self {
        Self::holding(HELD)
    }
}

impl<T: Ord + Serialize + DeserializeOwned> Sorter<T> {
    /// Holds so many at a time.
    pub fn holding(limit: usize) -> Self {
        Self {
            pending: vec![],
            limit,
            stretches: vec![],
        }
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written.
    pub fn push(&mut self, one: T) -> Result<(), RunError> {
        self.pending.push(one);
        if self.pending.len() < self.limit {
            return Ok(());
        }
        self.spill().map_err(|e| failed("write", e))
    }

    fn spill(&mut self) -> io::Result<()> {
        self.pending.sort_unstable();
        let file = tempfile::tempfile()?;
        let mut out = BufWriter::with_capacity(64 << 10, FrameEncoder::new(file));
        for one in self.pending.drain(..) {
            serde_json::to_writer(&mut out, &one)?;
            out.write_all(b"\n")?;
        }
        let encoder = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut file = encoder.finish().map_err(io::Error::from)?;
        file.rewind()?;
        self.stretches.push(file);
        Ok(())
    }

    /// All, in ascending order.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be read.
    pub fn sorted(mut self) -> Result<Sorted<T>, RunError> {
        self.pending.sort_unstable();
        let readers = self.stretches.into_iter().map(Stretch::new);
        let mut sorted = Sorted {
            held: self.pending.into_iter(),
            stretches: readers.collect(),
            heap: BinaryHeap::new(),
        };
        for number in 0..=sorted.stretches.len() {
            sorted.refill(number)?;
        }
        Ok(sorted)
    }
}

/// One sorted stretch in a file.
struct Stretch {
    lines: BufReader<FrameDecoder<File>>,
    line: String,
}

impl Stretch {
    fn new(file: File) -> Self {
        Self {
            lines: BufReader::new(FrameDecoder::new(file)),
            line: String::new(),
        }
    }

    fn next<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        self.line.clear();
        if self.lines.read_line(&mut self.line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&self.line)?))
    }
}

/// Gives what a [`Sorter`] took, in order.
pub(crate) struct Sorted<T> {
    held: vec::IntoIter<T>,
    stretches: Vec<Stretch>,
    /// The next of each stretch; that of what is held has the last number.
    heap: BinaryHeap<Reverse<(T, usize)>>,
}

impl<T: Ord + DeserializeOwned> Sorted<T> {
    fn refill(&mut self, number: usize) -> Result<(), RunError> {
        let next = match self.stretches.get_mut(number) {
            Some(stretch) => stretch.next().map_err(|e| failed("read", e))?,
            None => self.held.next(),
        };
        self.heap.extend(next.map(|one| Reverse((one, number))));
        Ok(())
    }

    /// The next one; none at the end.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be read.
    pub fn next(&mut self) -> Result<Option<T>, RunError> {
        let Some(Reverse((one, number))) = self.heap.pop() else {
            return Ok(None);
        };
        self.refill(number)?;
        Ok(Some(one))
    }
}

fn failed(action: &'static str, error: io::Error) -> RunError {
    RunError::io(
        action,
        Path::new("a temporary file (TMPDIR says where)"),
        error,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_what_does_not_fit() {
        for limit in [1, 7, 100, 5000] {
            let mut sorter = Sorter::holding(limit);
            let numbers = (0..1000u64).map(|i| (i * 7919 % 503, format!("语{}", i % 9)));
            let mut expected: Vec<_> = numbers.clone().collect();
            expected.sort();
            numbers.for_each(|one| sorter.push(one).unwrap());
            let mut sorted = sorter.sorted().unwrap();
            let mut all = vec![];
            while let Some(one) = sorted.next().unwrap() {
                all.push(one);
            }
            assert_eq!(all, expected, "{limit}");
        }
    }
}
