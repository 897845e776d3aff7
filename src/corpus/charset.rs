//! Charsets: told by a mark, by validity, by a guess; then decoded part by part, with every byte
//! that had to be replaced counted.

use super::utf8::LossyUtf8;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_16BE, UTF_16LE};

/// Bytes that a charset is told from.
pub const SAMPLE: usize = 64 << 10;

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and with it ASCII.
    Utf8,
    /// Two bytes a unit, low byte first.
    Utf16Le,
    /// Two bytes a unit, high byte first.
    Utf16Be,
    /// Four bytes a character, low byte first.
    Utf32Le,
    /// Four bytes a character, high byte first.
    Utf32Be,
    /// Anything of the Encoding Standard.
    Legacy(&'static Encoding),
}

impl Charset {
    /// The word used in files and output: the name of the Encoding Standard in lower case.
    pub fn name(self) -> String {
        match self {
            Self::Utf8 => "utf-8".to_owned(),
            Self::Utf16Le => "utf-16le".to_owned(),
            Self::Utf16Be => "utf-16be".to_owned(),
            Self::Utf32Le => "utf-32le".to_owned(),
            Self::Utf32Be => "utf-32be".to_owned(),
            Self::Legacy(encoding) => encoding.name().to_ascii_lowercase(),
        }
    }

    /// Whether the byte of a line end is a line end wherever it stands, so that lines can be cut
    /// before they are decoded. In GB18030, Big5, Shift_JIS and EUC no second byte is below 0x30.
    pub const fn cuts_at_line_ends(self) -> bool {
        matches!(self, Self::Utf8 | Self::Legacy(_))
    }

    /// The charset of a shard whose first bytes are `head`; `whole` if that is all of it.
    pub fn of(head: &[u8], whole: bool) -> Self {
        if let Some(marked) = Self::by_mark(head) {
            return marked;
        }
        if let Some(wide) = by_zeros(head) {
            return wide;
        }
        let (bad, multibyte) = utf8_errors(head, whole);
        let ascii = head.iter().filter(|b| b.is_ascii()).count();
        let stray = bad < 3 && ascii * 10 > head.len() * 9;
        if bad == 0 || stray || multibyte > 3 * bad {
            return Self::Utf8;
        }
        if let Some(wide) = by_characters(head) {
            return wide;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(head, whole);
        let guess = detector.guess(None, Utf8Detection::Deny);
        // GB18030 is GBK and more.
        Self::Legacy(if guess == GBK { GB18030 } else { guess })
    }

    /// The charset that a byte order mark names.
    fn by_mark(head: &[u8]) -> Option<Self> {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => Some(Self::Utf8),
            [0xFF, 0xFE, 0, 0, ..] => Some(Self::Utf32Le),
            [0, 0, 0xFE, 0xFF, ..] => Some(Self::Utf32Be),
            [0xFF, 0xFE, ..] => Some(Self::Utf16Le),
            [0xFE, 0xFF, ..] => Some(Self::Utf16Be),
            [0x84, 0x31, 0x95, 0x33, ..] => Some(Self::Legacy(GB18030)),
            _ => None,
        }
    }

    /// Begins to decode.
    pub fn decoder(self) -> TextDecoder {
        let inner = match self {
            Self::Utf8 => Inner::Utf8(LossyUtf8::default()),
            Self::Utf32Le => Inner::Utf32(u32::from_le_bytes, Vec::new()),
            Self::Utf32Be => Inner::Utf32(u32::from_be_bytes, Vec::new()),
            Self::Utf16Le => Inner::Other(Box::new(UTF_16LE.new_decoder_without_bom_handling())),
            Self::Utf16Be => Inner::Other(Box::new(UTF_16BE.new_decoder_without_bom_handling())),
            Self::Legacy(encoding) => {
                Inner::Other(Box::new(encoding.new_decoder_without_bom_handling()))
            }
        };
        TextDecoder {
            inner,
            replaced: 0,
            begun: false,
        }
    }

    /// The text of `bytes`, and how many of them were replaced.
    pub fn decode(self, bytes: &[u8]) -> (String, u64) {
        let (mut decoder, mut text) = (self.decoder(), String::new());
        decoder.push(bytes, &mut text);
        decoder.end(&mut text);
        (text, decoder.replaced)
    }
}

/// UTF-32 by its zero bytes, UTF-16 of mostly Latin text by the side its zeros are on.
fn by_zeros(head: &[u8]) -> Option<Charset> {
    if head.len() < 8 {
        return None;
    }
    let mut zeros = [0usize; 4];
    for (i, byte) in head.iter().enumerate() {
        zeros[i % 4] += usize::from(*byte == 0);
    }
    let quads = head.len() / 4;
    let all = |at: usize| zeros[at] >= quads;
    let scalars = |read: fn([u8; 4]) -> u32| {
        let units = head.as_chunks::<4>().0.iter();
        units
            .map(|b| read(*b))
            .all(|c| char::from_u32(c).is_some_and(|c| c != '\0'))
    };
    if all(3) && scalars(u32::from_le_bytes) {
        return Some(Charset::Utf32Le);
    }
    if all(0) && scalars(u32::from_be_bytes) {
        return Some(Charset::Utf32Be);
    }
    let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3]);
    let pairs = head.len() / 2;
    if odd * 3 > pairs && even * 20 <= odd {
        return Some(Charset::Utf16Le);
    }
    if even * 3 > pairs && odd * 20 <= even {
        return Some(Charset::Utf16Be);
    }
    None
}

/// UTF-16 without a mark and with few zeros: nearly all units are what Chinese text consists of.
fn by_characters(head: &[u8]) -> Option<Charset> {
    let usual = |unit: u16| {
        matches!(unit, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x2010..=0x2026 | 0x3000..=0x30FF
            | 0x4E00..=0x9FFF | 0xFF00..=0xFFEF)
    };
    // Shift_JIS looks like Han characters in UTF-16 too, but for these.
    let mark = |unit: u16| matches!(unit, 0x0A | 0x0D | 0x20 | 0x3001 | 0x3002 | 0xFF0C | 0xFF1A);
    let share = |read: fn([u8; 2]) -> u16| {
        let (pairs, _) = head.as_chunks::<2>();
        let good = pairs.iter().filter(|b| usual(read(**b))).count();
        let marked = pairs.iter().any(|b| mark(read(*b)));
        pairs.len() >= 4 && good * 100 >= pairs.len() * 95 && marked
    };
    match (share(u16::from_le_bytes), share(u16::from_be_bytes)) {
        (true, false) => Some(Charset::Utf16Le),
        (false, true) => Some(Charset::Utf16Be),
        _ => None,
    }
}

/// Sequences that are no UTF-8, and characters of several bytes that are; a character cut at the
/// end is no error unless `whole`.
fn utf8_errors(head: &[u8], whole: bool) -> (usize, usize) {
    let (mut bad, mut multibyte, mut rest) = (0, 0, head);
    let several = |bytes: &[u8]| bytes.iter().filter(|b| **b >= 0xC0).count();
    loop {
        match std::str::from_utf8(rest) {
            Ok(good) => return (bad, multibyte + several(good.as_bytes())),
            Err(error) => {
                multibyte += several(&rest[..error.valid_up_to()]);
                let Some(length) = error.error_len() else {
                    return (bad + usize::from(whole), multibyte);
                };
                bad += 1;
                rest = &rest[error.valid_up_to() + length..];
            }
        }
    }
}

/// Decodes text that comes in parts; a leading byte order mark is dropped.
pub struct TextDecoder {
    inner: Inner,
    /// Bytes that were replaced.
    pub replaced: u64,
    begun: bool,
}

enum Inner {
    Utf8(LossyUtf8),
    Utf32(fn([u8; 4]) -> u32, Vec<u8>),
    Other(Box<encoding_rs::Decoder>),
}

impl TextDecoder {
    /// Whether the bytes should be UTF-8.
    pub const fn is_utf8(&self) -> bool {
        matches!(self.inner, Inner::Utf8(_))
    }

    /// Appends the text of `bytes` to `out`; a character cut at the end waits for the next part.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        let before = out.len();
        match &mut self.inner {
            Inner::Utf8(lossy) => {
                lossy.push(bytes, out);
                self.replaced = lossy.replaced;
            }
            Inner::Utf32(read, carry) => {
                carry.extend_from_slice(bytes);
                let (units, rest) = carry.as_chunks::<4>();
                for unit in units {
                    let c = char::from_u32(read(*unit));
                    self.replaced += if c.is_none() { 4 } else { 0 };
                    out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                *carry = rest.to_vec();
            }
            Inner::Other(decoder) => self.replaced += decode(decoder, bytes, out, false),
        }
        if !self.begun && out.len() > before {
            self.begun = true;
            if out[before..].starts_with('\u{FEFF}') {
                out.replace_range(before..before + '\u{FEFF}'.len_utf8(), "");
            }
        }
    }

    /// Replaces what is left of a cut character.
    pub fn end(&mut self, out: &mut String) {
        match &mut self.inner {
            Inner::Utf8(lossy) => {
                lossy.end(out);
                self.replaced = lossy.replaced;
            }
            Inner::Utf32(_, carry) => {
                if !carry.is_empty() {
                    self.replaced += carry.len() as u64;
                    carry.clear();
                    out.push(char::REPLACEMENT_CHARACTER);
                }
            }
            Inner::Other(decoder) => self.replaced += decode(decoder, &[], out, true),
        }
    }
}

/// Returns how many bytes were replaced.
fn decode(decoder: &mut encoding_rs::Decoder, bytes: &[u8], out: &mut String, last: bool) -> u64 {
    let (mut rest, mut replaced) = (bytes, 0);
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len());
        out.reserve(room.unwrap_or(rest.len()));
        let (result, read) = decoder.decode_to_string_without_replacement(rest, out, last);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return replaced,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(bad, _) => {
                replaced += u64::from(bad);
                out.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Utf8Reader;
    use std::io::Read as _;

    use encoding_rs::{BIG5, EUC_KR, SHIFT_JIS, WINDOWS_1252};

    proptest::proptest! {
        #[test]
        fn every_charset_decodes_in_parts_like_the_whole(bytes: Vec<u8>, cut in 1usize..9) {
            for charset in [Charset::Utf16Le, Charset::Utf32Be, Charset::Legacy(GB18030)] {
                let (mut decoder, mut text) = (charset.decoder(), String::new());
                bytes.chunks(cut).for_each(|part| decoder.push(part, &mut text));
                decoder.end(&mut text);
                let whole = charset.decode(&bytes);
                proptest::prop_assert_eq!((text.clone(), decoder.replaced), whole);
                let mut read = String::new();
                Utf8Reader::new(&bytes[..], charset).read_to_string(&mut read).unwrap();
                proptest::prop_assert_eq!(text, read);
            }
        }
    }

    #[test]
    fn charsets_are_told_by_mark_zeros_validity_or_guess() {
        let zh = "语料安全扫描:第一段,共三段。身份证号码在第二段。\n".repeat(4);
        let utf16 = |text: &str, le: bool| -> Vec<u8> {
            let bytes = |u: u16| if le { u.to_le_bytes() } else { u.to_be_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let utf32 = |text: &str| -> Vec<u8> {
            text.chars()
                .flat_map(|c| (c as u32).to_be_bytes())
                .collect()
        };
        let encode = |e: &'static Encoding, text: &str| e.encode(text).0.into_owned();
        let traditional = "語料安全掃描,第一段共三段,臺灣的網頁多用這種編碼。".repeat(4);
        for (bytes, charset) in [
            (zh.clone().into_bytes(), Charset::Utf8),
            (b"plain".to_vec(), Charset::Utf8),
            (utf16(&zh, true), Charset::Utf16Le),
            (utf16(&zh, false), Charset::Utf16Be),
            (utf16("\u{FEFF}a", true), Charset::Utf16Le),
            (utf16("{\"text\":\"ab\"}", false), Charset::Utf16Be),
            (utf32(&zh), Charset::Utf32Be),
            (encode(GB18030, &zh), Charset::Legacy(GB18030)),
            (encode(BIG5, &traditional), Charset::Legacy(BIG5)),
            (
                encode(
                    SHIFT_JIS,
                    &"これは日本語の文章です。カタカナもあります。".repeat(4),
                ),
                Charset::Legacy(SHIFT_JIS),
            ),
            (
                encode(
                    EUC_KR,
                    &"이것은 한국어 문장입니다. 검사 대상입니다.".repeat(4),
                ),
                Charset::Legacy(EUC_KR),
            ),
            (
                encode(
                    WINDOWS_1252,
                    &"Été à la mer, déjà vu, çà et là, forêt, où êtes-vous?".repeat(4),
                ),
                Charset::Legacy(WINDOWS_1252),
            ),
            (
                b"mostly good ascii text with one \xFF in it".to_vec(),
                Charset::Utf8,
            ),
        ] {
            assert_eq!(Charset::of(&bytes, true), charset);
        }
        // A character cut at the end of the sample decides nothing.
        assert_eq!(Charset::of(&zh.as_bytes()[..40], false), Charset::Utf8);
    }

    #[test]
    fn what_is_replaced_is_counted() {
        assert_eq!(
            Charset::Utf8.decode(b"\xEF\xBB\xBFa\xFF\xFFb"),
            ("a\u{FFFD}\u{FFFD}b".into(), 2)
        );
        assert_eq!(
            Charset::Legacy(GB18030).decode(b"\xD6\xD0\xFF"),
            ("中\u{FFFD}".into(), 1)
        );
        assert_eq!(
            Charset::Utf16Le.decode(b"\xFF\xFEa\0\0\xD8b\0"),
            ("a\u{FFFD}b".into(), 2)
        );
        assert_eq!(
            Charset::Utf32Le.decode(b"a\0\0\0\0\0\0\xFFb"),
            ("a\u{FFFD}\u{FFFD}".into(), 5)
        );
    }
}
