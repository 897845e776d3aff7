//! HTTP messages as crawlers store them: headers, then a body that may be in chunks and compressed.
//!
//! Crawlers differ in what they undo before they store, and seldom mend the headers: a body
//! that does not look as its headers say is taken as it is.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// A message whose headers were read.
#[derive(Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Names in lower case and values, in order.
    headers: Vec<(String, String)>,
    /// As stored.
    pub body: &'a [u8],
}

/// What is left of a body once it is decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Whether it ends early.
    pub cut: bool,
}

/// Why a body cannot be decoded.
#[derive(Debug)]
pub enum BodyError {
    /// Its compression is damaged.
    Corrupt,
    /// Its compression is none that is read.
    Unknown,
    /// It decompresses to more than may be held in memory.
    Long,
}

impl<'a> Message<'a> {
    /// Reads a block that should begin with a status line; `None` if it does not.
    pub fn read(block: &'a [u8]) -> Option<Self> {
        if !block.starts_with(b"HTTP/") {
            return None;
        }
        let mut headers: Vec<(String, String)> = Vec::new();
        let (mut rest, mut first) = (block, true);
        loop {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
            if line.is_empty() {
                break;
            }
            let line = String::from_utf8_lossy(line);
            match (line.starts_with([' ', '\t']), headers.last_mut()) {
                (true, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                _ if first => {}
                // A line without a colon is nobody's header; the next ones may be.
                _ => headers.extend(line.split_once(':').map(|(name, value)| {
                    (name.trim().to_ascii_lowercase(), value.trim().to_owned())
                })),
            }
            first = false;
        }
        Some(Self {
            headers,
            body: rest,
        })
    }

    /// The last value of `name`, which is in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().rev();
        let found = all.find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Every header: its name in lower case, and its value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.headers.iter();
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body without chunks and compression. `count` is told of bytes that were decompressed.
    ///
    /// # Errors
    ///
    /// See [`BodyError`], and what `count` says.
    pub fn decode<E: From<BodyError>>(
        &self,
        most: u64,
        count: &mut dyn FnMut(u64) -> Result<(), E>,
    ) -> Result<Body<'a>, E> {
        let chunked = self.get("transfer-encoding").is_some_and(|value| {
            let mut codings = value.split(',');
            codings.any(|coding| coding.trim().eq_ignore_ascii_case("chunked"))
        });
        let mut body = Body {
            bytes: Cow::Borrowed(self.body),
            cut: false,
        };
        if chunked && let Some((bytes, whole)) = unchunk(self.body) {
            body = Body {
                bytes: Cow::Owned(bytes),
                cut: !whole,
            };
        }
        let codings = self.get("content-encoding").unwrap_or_default();
        for coding in codings.rsplit(',').map(str::trim) {
            if let Some((bytes, whole)) = decompress(&body.bytes, coding, most, count)? {
                body.bytes = Cow::Owned(bytes);
                body.cut |= !whole;
            }
        }
        Ok(body)
    }
}

/// The contents of chunks, and whether the last one was there; `None` if there are none. What
/// is behind damage is taken as it is.
fn unchunk(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let (mut bytes, mut rest) = (Vec::with_capacity(body.len()), body);
    loop {
        let Some((size, length)) = chunk_size(rest) else {
            if rest.len() == body.len() {
                return None;
            }
            bytes.extend_from_slice(rest);
            return Some((bytes, false));
        };
        rest = &rest[length..];
        if size == 0 {
            return Some((bytes, true));
        }
        let chunk = &rest[..rest.len().min(size)];
        bytes.extend_from_slice(chunk);
        rest = &rest[chunk.len()..];
        rest = rest
            .strip_prefix(b"\r\n")
            .or(rest.strip_prefix(b"\n"))
            .unwrap_or(rest);
        if chunk.len() < size || rest.is_empty() {
            return Some((bytes, false));
        }
    }
}

/// The size that a chunk begins with, and the length of its line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(1 << 10)])?;
    let line = bytes[..end].split(|b| *b == b';').next()?.trim_ascii();
    let line = std::str::from_utf8(line).ok()?;
    // The standard library would take a sign.
    let hex = !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    let size = hex.then(|| usize::from_str_radix(line, 16).ok())??;
    Some((size, end + 1))
}

/// What `bytes` decompress to, and whether they end as they should; `None` if they are not
/// compressed so.
fn decompress<E: From<BodyError>>(
    bytes: &[u8],
    coding: &str,
    most: u64,
    count: &mut dyn FnMut(u64) -> Result<(), E>,
) -> Result<Option<(Vec<u8>, bool)>, E> {
    let mut reader: Box<dyn Read + '_> = match coding.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" if bytes.starts_with(b"\x1F\x8B") => Box::new(MultiGzDecoder::new(bytes)),
        // Named so, both are meant: with and without the two bytes of zlib.
        "deflate" if is_zlib(bytes) => Box::new(ZlibDecoder::new(bytes)),
        "deflate" if !looks_plain(bytes) => Box::new(DeflateDecoder::new(bytes)),
        "br" if !looks_plain(bytes) => {
            Box::new(brotli_decompressor::Decompressor::new(bytes, 4 << 10))
        }
        "zstd" if bytes.starts_with(b"\x28\xB5\x2F\xFD") => {
            Box::new(zstd::Decoder::with_buffer(bytes).map_err(|_| BodyError::Corrupt)?)
        }
        "" | "identity" | "none" | "utf-8" | "gzip" | "x-gzip" | "deflate" | "br" | "zstd" => {
            return Ok(None);
        }
        _ if looks_plain(bytes) => return Ok(None),
        _ => return Err(BodyError::Unknown.into()),
    };
    let (mut decoded, mut part) = (Vec::new(), vec![0; 64 << 10]);
    let whole = loop {
        match reader.read(&mut part) {
            Ok(0) => break true,
            Ok(read) => {
                count(read as u64)?;
                decoded.extend_from_slice(&part[..read]);
                if decoded.len() as u64 > most {
                    return Err(BodyError::Long.into());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break false,
            Err(_) => return Err(BodyError::Corrupt.into()),
        }
    };
    Ok(Some((decoded, whole)))
}

/// Two bytes of zlib: deflate, and a multiple of 31. Source: RFC 1950, 2.2.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0F == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

/// Whether it is text already, as compressed bytes hardly ever are.
fn looks_plain(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    let odd = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0C);
    !head.iter().any(|b| odd(&b)) && (std::str::from_utf8(head).is_ok() || head.len() == 512)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    impl From<BodyError> for String {
        fn from(error: BodyError) -> Self {
            format!("{error:?}")
        }
    }

    fn decoded(headers: &str, body: &[u8]) -> Result<(String, bool), String> {
        let block = [b"HTTP/1.1 200 OK\r\n", headers.as_bytes(), b"\r\n", body].concat();
        let message = Message::read(&block).unwrap();
        let body = message.decode::<String>(1 << 16, &mut |_| Ok(()))?;
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        Ok((text, body.cut))
    }

    fn good(text: &str) -> Result<(String, bool), String> {
        Ok((text.to_owned(), false))
    }

    #[test]
    fn headers_are_read_however_they_are_written() {
        let block = b"HTTP/1.1 200OK\nContent-type : text/html\n ;charset=gbk\nrubbish\nA:\n\nbody";
        let message = Message::read(block).unwrap();
        assert_eq!(message.get("content-type"), Some("text/html ;charset=gbk"));
        assert_eq!((message.get("a"), message.body), (None, &b"body"[..]));
        assert_eq!(Message::read(b"HTTP/1.1 200 OK").unwrap().body, b"");
        assert_eq!(Message::read(b"<html>"), None);
    }

    #[test]
    fn chunks_are_joined_or_taken_as_they_are() {
        let chunked = "Transfer-Encoding: chunked\r\n";
        assert_eq!(
            decoded(chunked, b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"),
            good("abcde")
        );
        assert_eq!(decoded(chunked, b"<html>\n"), good("<html>\n"));
        assert_eq!(decoded(chunked, b"5\r\nab"), Ok(("ab".to_owned(), true)));
        let damaged = decoded(chunked, b"3\r\nabc\r\nrest\r\n");
        assert_eq!(damaged, Ok(("abcrest\r\n".to_owned(), true)));
        let huge = decoded(chunked, b"ffffffffffffffff\r\nabc");
        assert_eq!(huge, Ok(("abc".to_owned(), true)));
    }

    #[test]
    fn compression_is_undone_where_it_is_there() {
        let text = "语料".repeat(100);
        let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::fast());
        zlib.write_all(text.as_bytes()).unwrap();
        let zlib = zlib.finish().unwrap();
        let raw = &zlib[2..zlib.len() - 4];
        assert_eq!(decoded("Content-Encoding: gzip\r\n", &gzip), good(&text));
        assert_eq!(decoded("Content-Encoding: deflate\r\n", &zlib), good(&text));
        assert_eq!(decoded("Content-Encoding: deflate\r\n", raw), good(&text));
        assert_eq!(
            decoded("Content-Encoding: gzip\r\n", text.as_bytes()),
            good(&text)
        );
        assert_eq!(
            decoded("Content-Encoding: br\r\n", text.as_bytes()),
            good(&text)
        );
        // What the reference encoder makes of "abc".
        let brotli = b"\x0b\x01\x80abc\x03";
        assert_eq!(decoded("Content-Encoding: br\r\n", brotli), good("abc"));
        let (cut, damaged) = (
            &gzip[..gzip.len() - 9],
            [&gzip[..20], b"\xFF\xFF\xFF"].concat(),
        );
        assert!(decoded("Content-Encoding: gzip\r\n", cut).unwrap().1);
        assert!(decoded("Content-Encoding: gzip\r\n", &damaged).is_err());
        let unknown = decoded("Content-Encoding: exi\r\n", b"\x01\x02");
        assert_eq!(unknown, Err("Unknown".to_owned()));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        gzip.write_all(&vec![b'a'; 1 << 20]).unwrap();
        let bomb = decoded("Content-Encoding: gzip\r\n", &gzip.finish().unwrap());
        assert_eq!(bomb, Err("Long".to_owned()));
    }
}
