//! Bytes in parts → UTF-8: [`LossyUtf8`] for what should be it already, [`Utf8Reader`] for readers of
//! formats that take nothing else.

use std::io::{self, Read};

use super::charset::{Charset, SAMPLE, TextDecoder};

/// Text from bytes that should be UTF-8 and come in parts; what is not is replaced and counted.
#[derive(Default)]
pub struct LossyUtf8 {
    carry: Vec<u8>,
    /// Bytes that were replaced.
    pub replaced: u64,
}

impl LossyUtf8 {
    /// Appends the text of `bytes` to `out`; a character cut at the end waits for the next part.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        if self.carry.is_empty() {
            let rest = self.take(bytes, out);
            self.carry.extend_from_slice(rest);
        } else {
            let mut joined = std::mem::take(&mut self.carry);
            joined.extend_from_slice(bytes);
            let rest = self.take(&joined, out).to_vec();
            self.carry = rest;
        }
    }

    /// Replaces what is left of a cut character.
    pub fn end(&mut self, out: &mut String) {
        if !self.carry.is_empty() {
            self.replaced += self.carry.len() as u64;
            self.carry.clear();
            out.push('\u{FFFD}');
        }
    }

    fn take<'b>(&mut self, bytes: &'b [u8], out: &mut String) -> &'b [u8] {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            out.push_str(text);
            return &[];
        }
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    out.push_str(text);
                    return &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    out.push_str(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        return bad;
                    };
                    out.push('\u{FFFD}');
                    self.replaced += length as u64;
                    rest = &bad[length..];
                }
            }
        }
    }
}

/// Bytes of any charset, read as UTF-8.
pub struct Utf8Reader<R> {
    inner: R,
    decoder: TextDecoder,
    raw: Vec<u8>,
    text: String,
    at: usize,
    ended: bool,
    /// Bytes of UTF-8 handed on.
    pub bytes: u64,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads `inner`, which is in `charset`.
    pub fn new(inner: R, charset: Charset) -> Self {
        Self {
            inner,
            decoder: charset.decoder(),
            raw: vec![0; SAMPLE],
            text: String::new(),
            at: 0,
            ended: false,
            bytes: 0,
        }
    }

    /// Bytes that were replaced so far.
    pub fn replaced(&self) -> u64 {
        self.decoder.replaced
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.text.clear();
            self.at = 0;
            let read = self.inner.read(&mut self.raw)?;
            if read == 0 {
                self.ended = true;
                self.decoder.end(&mut self.text);
            } else {
                self.decoder.push(&self.raw[..read], &mut self.text);
            }
        }
        let rest = &self.text.as_bytes()[self.at..];
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        self.at += read;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn parts_of_any_size_decode_like_the_whole(bytes: Vec<u8>, cut in 1usize..9) {
            let (mut decoder, mut text) = (LossyUtf8::default(), String::new());
            bytes.chunks(cut).for_each(|part| decoder.push(part, &mut text));
            decoder.end(&mut text);
            proptest::prop_assert_eq!(text, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}
