//! [`Page`]: bytes that a web server gave, or a file of markup → fields of text.
//!
//! What they are is told by what they look like and then by what they are said to be: servers
//! call pages pictures and pictures pages. Characters are decoded by a mark, by what the server
//! says, by what the page says, or by a guess, in this order; a charset that does not fit is held
//! against the guess.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::records::{FieldName, Meta};
use super::split::html::{self, Head, Markup};
use super::split::json::{self, FieldText, MetaPaths, TextPaths};
use super::{Charset, SAMPLE, sniff};
use crate::origins::Signals;

/// What a page consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// HTML and XHTML.
    Html,
    /// Any other XML, feeds among it.
    Xml,
    /// One JSON value.
    Json,
    /// Text without markup, or with one that is not known.
    Text,
    /// Pictures, sound, film, fonts.
    Media,
    /// Anything else that is no text: PDF, archives, programs.
    Binary,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// As they were before they were packed for transport.
    pub bytes: Vec<u8>,
    /// What they are.
    pub kind: PageKind,
    /// The charset the server named.
    pub charset: Option<String>,
    /// What is known of the record.
    pub meta: Meta,
}

/// What reading a page gave.
#[derive(Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// What is odd about it.
    pub notes: Vec<&'static str>,
    /// Bytes that were replaced.
    pub replaced: u64,
    /// What it says of its use by machines.
    pub signals: Signals,
    /// How it ended.
    pub fate: PageFate,
}

/// How a page ended.
#[derive(Debug, PartialEq, Eq)]
pub enum PageFate {
    /// It was read.
    Read,
    /// It has no text, for this reason.
    Skip(&'static str),
    /// It cannot be read, for this reason.
    Fail(&'static str),
}

/// Bytes in which a page names its charset; browsers look at 1,024, and some pages need more.
const PRESCAN: usize = 4096;

impl PageKind {
    /// Of bytes that begin with `head` and are said to be of the type `said`.
    pub fn tell(said: Option<&str>, head: &[u8]) -> Self {
        let said = said.unwrap_or_default().to_ascii_lowercase();
        let said = said.split(';').next().unwrap_or_default().trim();
        let head = &head[..head.len().min(sniff::PEEK)];
        if sniff::is_media(head) || is_font(head) {
            return Self::Media;
        }
        if !sniff::is_text(head) && !is_nearly_text(head) {
            let media = ["image/", "audio/", "video/", "font/"];
            // Bytes that are neither text nor known media may hold text nobody has read.
            let media = media.iter().any(|kind| said.starts_with(kind)) && said != "image/svg+xml";
            return if media { Self::Media } else { Self::Binary };
        }
        if let Some(kind) = Self::by_look(head) {
            return kind;
        }
        match said {
            "text/html" | "application/xhtml+xml" | "application/vnd.wap.xhtml+xml" => Self::Html,
            "application/json" | "text/json" => Self::Json,
            "text/xml" | "application/xml" => Self::Xml,
            _ if said.ends_with("+json") => Self::Json,
            _ if said.ends_with("+xml") => Self::Xml,
            _ => Self::Text,
        }
    }

    fn by_look(head: &[u8]) -> Option<Self> {
        let body = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let body = body.trim_ascii_start();
        let begins = |what: &str| {
            body.get(..what.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(what.as_bytes()))
        };
        if begins("<!doctype html") || begins("<html") {
            return Some(Self::Html);
        }
        if begins("<?xml") {
            let html = find_ignoring_case(body, b"<html").is_some();
            return Some(if html { Self::Html } else { Self::Xml });
        }
        let tags = [
            "<head", "<body", "<title", "<meta", "<script", "<div", "<p>",
        ];
        tags.iter().any(|tag| begins(tag)).then_some(Self::Html)
    }
}

impl Page {
    /// Calls `field` for every field of text. JSON is read by these paths up to this depth, and as
    /// plain text if it is deeper.
    pub fn read(
        &self,
        (text, meta, json_depth): (&TextPaths, &MetaPaths, u32),
        field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
    ) -> PageEnd {
        let mut end = PageEnd {
            notes: Vec::new(),
            replaced: 0,
            signals: Signals::default(),
            fate: PageFate::Read,
        };
        let decoded = self.decode(&mut end);
        // The same bound as for plain text.
        if end.replaced * 50 > self.bytes.len() as u64 {
            end.fate = PageFate::Fail("charset");
            return end;
        }
        let any = match self.kind {
            PageKind::Html => markup(&decoded, Markup::Html, &mut end, field),
            PageKind::Xml => markup(&decoded, Markup::Xml, &mut end, field),
            PageKind::Json
                if !json::is_too_deep(&decoded, json_depth)
                    && json::value(&decoded, text, meta, field).is_ok() =>
            {
                true
            }
            _ => plain(&decoded, field),
        };
        if !any {
            end.fate = PageFate::Skip("no-text");
        }
        end
    }

    fn decode(&self, end: &mut PageEnd) -> Cow<'_, str> {
        let sample = &self.bytes[..self.bytes.len().min(SAMPLE)];
        let whole = sample.len() == self.bytes.len();
        let said = self.said_charset();
        if said.is_none_or(|said| said == Charset::Utf8)
            && let Ok(text) = simdutf8::basic::from_utf8(&self.bytes)
        {
            return Cow::Borrowed(text.trim_start_matches('\u{FEFF}'));
        }
        let (mut text, mut replaced) = (String::new(), u64::MAX);
        if let Some(said) = said {
            (text, replaced) = said.decode(&self.bytes);
        }
        if replaced > 0 {
            let guess = Charset::of(sample, whole);
            let (other, more) = guess.decode(&self.bytes);
            if more < replaced {
                if said.is_some_and(|said| said != guess) {
                    end.notes.push("note:other-charset");
                }
                (text, replaced) = (other, more);
            }
        }
        if replaced > 0 {
            end.notes.push("note:invalid-characters");
        }
        end.replaced = replaced;
        Cow::Owned(text)
    }

    /// What a mark, the server or the page says of its charset.
    fn said_charset(&self) -> Option<Charset> {
        let head = &self.bytes[..self.bytes.len().min(PRESCAN)];
        let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
        if marks.iter().any(|mark| head.starts_with(mark)) {
            return Some(Charset::of(head, false));
        }
        let server = self
            .charset
            .as_deref()
            .and_then(|label| named(label.as_bytes()));
        server.or_else(|| match self.kind {
            // Whoever could read the declaration does not need to be told of UTF-16.
            PageKind::Html | PageKind::Xml => prescan(head).map(|charset| match charset {
                Charset::Utf16Le | Charset::Utf16Be => Charset::Utf8,
                charset => charset,
            }),
            _ => None,
        })
    }
}

/// The value of a parameter of a content type.
pub fn parameter<'t>(content_type: &'t str, name: &str) -> Option<&'t str> {
    content_type.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
    })
}

/// The charset of this label of the Encoding Standard.
fn named(label: &[u8]) -> Option<Charset> {
    let encoding = Encoding::for_label_no_replacement(label)?;
    Some(match encoding {
        _ if encoding == UTF_8 => Charset::Utf8,
        _ if encoding == UTF_16LE => Charset::Utf16Le,
        _ if encoding == UTF_16BE => Charset::Utf16Be,
        // GB18030 is GBK and more.
        _ if encoding == GBK => Charset::Legacy(GB18030),
        _ => Charset::Legacy(encoding),
    })
}

/// The charset named in a `meta` element or XML declaration.
fn prescan(head: &[u8]) -> Option<Charset> {
    let mut rest = head;
    while let Some(at) = find_ignoring_case(rest, b"<meta") {
        rest = &rest[at + 5..];
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        if let Some(charset) = behind(&rest[..end], b"charset").and_then(named) {
            return Some(charset);
        }
    }
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = memchr::memchr(b'>', declaration)?;
    behind(&declaration[..end], b"encoding").and_then(named)
}

/// The value behind `name` and an equals sign.
fn behind<'t>(text: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let at = find_ignoring_case(text, name)?;
    let value = text[at + name.len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or(value.strip_prefix(b"'"))
        .unwrap_or(value);
    let end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b';' | b'>' | b'/');
    let end = value.iter().position(end).unwrap_or(value.len());
    Some(&value[..end])
}

fn find_ignoring_case(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len())
        .position(|window| window.eq_ignore_ascii_case(what))
}

fn is_font(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 5] = [b"wOFF", b"wOF2", b"OTTO", b"\0\x01\0\0\0", b"\0\0\x01\0"];
    MAGIC.iter().any(|magic| head.starts_with(magic))
}

/// Text with a few control characters, as damaged pages have.
fn is_nearly_text(head: &[u8]) -> bool {
    let odd = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0C);
    head.iter().filter(odd).count() * 100 < head.len()
        && !head.starts_with(b"%PDF-")
        && (Charset::of(head, false).decode(head).1 * 50) as usize <= head.len()
}

/// Text of a page with markup, its title, and what it says of itself. Returns whether there was
/// any.
fn markup(
    text: &str,
    markup: Markup,
    end: &mut PageEnd,
    field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>),
) -> bool {
    let (body, head) = html::text(text, markup);
    if head.unclosed {
        end.notes.push("note:unclosed-markup");
    }
    for (name, content) in &head.meta {
        end.signals.hear(name, content);
    }
    let told = tell_head(&head, field);
    plain(&body, field) || told
}

/// Title and `meta` contents as fields: `title`, `meta.description`.
pub fn tell_head(head: &Head, field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>)) -> bool {
    let mut any = false;
    if !head.title.is_empty() {
        let name = FieldName {
            path: "title",
            key: "title",
        };
        field(name, FieldText::Plain(&head.title));
        any = true;
    }
    for (key, content) in &head.meta {
        // What is said to machines is no text.
        let machine = [
            "viewport",
            "charset",
            "content-type",
            "x-ua-compatible",
            "theme-color",
        ];
        if content.trim().is_empty() || machine.contains(&key.as_str()) {
            continue;
        }
        let path = format!("meta.{key}");
        field(FieldName { path: &path, key }, FieldText::Plain(content));
        any = true;
    }
    any
}

fn plain(text: &str, field: &mut dyn FnMut(FieldName<'_>, FieldText<'_>)) -> bool {
    let any = text.bytes().any(|b| !b.is_ascii_whitespace());
    if any {
        field(FieldName::WHOLE, FieldText::Plain(text));
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: PageKind, charset: Option<&str>, bytes: &[u8]) -> (Vec<String>, PageEnd) {
        let page = Page {
            bytes: bytes.to_vec(),
            kind,
            charset: charset.map(str::to_owned),
            meta: Meta::default(),
        };
        let mut fields = Vec::new();
        let paths = (TextPaths::default(), MetaPaths::default());
        let end = page.read((&paths.0, &paths.1, 64), &mut |name, text| {
            let FieldText::Plain(text) = text else {
                return fields.push(name.path.to_owned());
            };
            fields.push(format!("{}={text}", name.path));
        });
        (fields, end)
    }

    #[test]
    fn pages_are_told_by_their_look_first() {
        let png = b"\x89PNG\r\n\x1A\n";
        for (said, head, kind) in [
            (Some("text/html"), &b"text"[..], PageKind::Html),
            (Some("Text/HTML; charset=x"), b"text", PageKind::Html),
            (Some("image/jpeg"), b"\n <!DOCTYPE html>", PageKind::Html),
            (Some("text/html"), png, PageKind::Media),
            (
                Some("text/html"),
                b"%PDF-1.4\n\x80\0\0\x01",
                PageKind::Binary,
            ),
            (Some("image/x-new"), b"\0\0\x02\x03\x80", PageKind::Media),
            (Some("application/json"), b"{}", PageKind::Json),
            (Some("application/rss+xml"), b"<rss>", PageKind::Xml),
            (
                Some("text/plain"),
                b"<?xml version='1.0'?><html>",
                PageKind::Html,
            ),
            (Some("text/javascript"), b"var a = 1;", PageKind::Text),
            (None, b"text", PageKind::Text),
            (Some("text/html"), "<p>手机</p>".as_bytes(), PageKind::Html),
        ] {
            assert_eq!(PageKind::tell(said, head), kind, "{said:?}");
        }
    }

    #[test]
    fn charsets_are_those_of_server_page_or_guess() {
        let text = "语料安全扫描,第一段,共三段。身份证号码在第二段。";
        let encode = |text: &str| GB18030.encode(text).0.into_owned();
        let meta =
            format!("<meta http-equiv=Content-Type content='text/html; charset=gb2312'>{text}");
        let wrong = format!("<meta charset=\"utf-8\">{text}");
        for (charset, bytes, odd) in [
            (Some("gbk"), encode(text), 0),
            (None, encode(&meta), 0),
            (None, encode(text), 0),
            (Some("utf-8"), encode(text), 1),
            (None, encode(&wrong), 1),
            (Some("no-such"), text.as_bytes().to_vec(), 0),
            (Some("iso-8859-1;"), text.as_bytes().to_vec(), 0),
        ] {
            let (fields, end) = read(PageKind::Html, charset, &bytes);
            assert_eq!(fields.last().unwrap(), &format!("={text}"), "{charset:?}");
            assert_eq!((end.notes.len(), end.replaced), (odd, 0));
        }
        let bad = [text.as_bytes(), b"\xFF\xFE\xFF\xFE\xFF"].concat();
        let (fields, end) = read(PageKind::Html, None, &bad);
        assert_eq!((fields.len(), end.fate), (0, PageFate::Fail("charset")));
    }

    #[test]
    fn fields_are_title_meta_and_text() {
        let page = "<title>题</title><meta name=description content=述><meta charset=utf-8><p>文";
        let (fields, end) = read(PageKind::Html, None, page.as_bytes());
        assert_eq!(fields, ["title=题", "meta.description=述", "=文"]);
        assert_eq!(end.fate, PageFate::Read);
        let (fields, _) = read(PageKind::Json, None, "{\"a\":{\"b\":\"文\"}}".as_bytes());
        assert_eq!(fields, ["a.b=文"]);
        let (fields, _) = read(PageKind::Json, None, b"f({})");
        assert_eq!(fields, ["=f({})"]);
        let (_, end) = read(PageKind::Html, None, b"<div><br></div>");
        assert_eq!(end.fate, PageFate::Skip("no-text"));
    }

    #[test]
    fn parameters_of_types_are_found() {
        assert_eq!(
            parameter("text/html; Charset=\"gbk\"", "charset"),
            Some("gbk")
        );
        assert_eq!(
            parameter("text/html;a=b ; charset = x", "charset"),
            Some("x")
        );
        assert_eq!(parameter("text/html", "charset"), None);
    }
}
