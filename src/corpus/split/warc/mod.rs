//! Web archives: WARC 0.17 to 1.1 with WET and WAT in it, and ARC 1 and 2.
//!
//! A response is read as the page it carries: transfer and compression are undone here, characters
//! and markup where it is scanned. Requests, revisits and what the crawler says of itself hold
//! no text that anyone would train on and are skipped; so are media, which are counted.
//! Documents that are no text are left out too, but not excused.
//!
//! A damaged record fails, and with it in the end the shard; the records behind it are read.

pub mod container;
pub mod http;

use std::io::Read;

use self::container::{Container, Entry, Header};
use self::http::{BodyError, Message};
use crate::corpus::meta::Stating;
use crate::corpus::page::{self, Page, PageKind};
use crate::corpus::records::{Extent, Meta, Records};
use crate::corpus::split::json::is_dotted;
use crate::origins::Signals;
use crate::{Limit, ShardError};

/// Noted where the crawler, or who wrote the record, did not store all of a page.
const CUT: &str = "note:truncated-payload";

/// Reads the archive to its end.
///
/// # Errors
///
/// Those of decoding and limits of the shard; and, when everything was read that can be, that a
/// record is damaged or cut off.
pub fn read(input: &mut dyn Read, records: &mut Records<'_>) -> Result<(), ShardError> {
    let mut container = Container::new(input, records.context.limits.record_bytes);
    let mut damage = None;
    loop {
        let entry = container.advance();
        let entry = entry.map_err(|error| ShardError::from_read(error, container.offset()))?;
        let at = Extent {
            offset: container.offset(),
            bytes: container.bytes(),
        };
        match entry {
            None => return damage.map_or(Ok(()), Err),
            Some(Entry::Blank) => records.overhead(at.bytes),
            Some(Entry::Whole(header)) => record(&header, container.block(), at, records)?,
            Some(Entry::Long(header)) => {
                let whole = long(&mut container, &header, at, records)?;
                damage = damage.or((!whole).then(|| damaged(at.offset)));
            }
            Some(Entry::Damaged(cut)) => {
                records.fail(at, if cut { "cut-off" } else { "bad-record" });
                let error = if cut {
                    ShardError::Truncated {
                        decoded: at.offset + at.bytes,
                    }
                } else {
                    damaged(at.offset)
                };
                damage = damage.or(Some(error));
            }
        }
    }
}

fn damaged(offset: u64) -> ShardError {
    ShardError::Malformed {
        reason: "bad-warc",
        what: "a record of the web archive is damaged or its length is wrong; others were read. \
            The first such record begins",
        offset,
    }
}

/// A record that is longer than may be held in memory. Returns whether it was whole.
fn long(
    container: &mut Container<&mut dyn Read>,
    header: &Header,
    at: Extent,
    records: &mut Records<'_>,
) -> Result<bool, ShardError> {
    let skip = match Content::of(header, container.block()) {
        Content::Skip(reason) => Some(reason),
        Content::Bytes(kind, ..) => skipped(PageKind::tell(kind, container.block())),
        Content::Http(message) => {
            skipped(PageKind::tell(message.get("content-type"), message.body))
        }
        Content::Fail(_) => None,
    };
    let passed = container.pass(skip.is_none());
    let (passed, whole) =
        passed.map_err(|error| ShardError::from_read(error, container.offset()))?;
    let at = Extent {
        bytes: at.bytes + passed,
        ..at
    };
    match skip {
        Some(reason) if whole => records.skip(at, reason),
        _ if whole => records.fail(at, Limit::RecordBytes.reason()),
        _ => records.fail(at, "bad-record"),
    }
    Ok(whole)
}

/// What the block of a record is.
enum Content<'a> {
    /// A message with headers of its own.
    Http(Message<'a>),
    /// Bytes of a type.
    Bytes(Option<&'a str>, &'a [u8]),
    /// Nothing to be read, for this reason.
    Skip(&'static str),
    /// Nothing that can be read, for this reason.
    Fail(&'static str),
}

impl<'a> Content<'a> {
    fn of(header: &'a Header, block: &'a [u8]) -> Self {
        let kind = header.get("warc-type").unwrap_or_default();
        let said = header.get("content-type");
        let base = said.and_then(|said| said.split(';').next());
        let url = header.get("warc-target-uri").unwrap_or_default();
        match kind.to_ascii_lowercase().as_str() {
            "" if header.arc && url.starts_with("filedesc:") => Self::Skip("archive-metadata"),
            _ if base == Some("text/dns") => Self::Skip("archive-metadata"),
            "warcinfo" => Self::Skip("archive-metadata"),
            "metadata" if base != Some("application/json") => Self::Skip("archive-metadata"),
            "request" => Self::Skip("request"),
            "revisit" => Self::Skip("revisit"),
            "continuation" => Self::Fail("segmented-record"),
            "" if !header.arc => Self::Fail("bad-record"),
            "" | "response" => match Message::read(block) {
                Some(message) => Self::Http(message),
                None => Self::Bytes(said, block),
            },
            "resource" | "conversion" | "metadata" => Self::Bytes(said, block),
            _ => Self::Fail("unknown-record-type"),
        }
    }
}

/// Why pages of this kind are not read.
const fn skipped(kind: PageKind) -> Option<&'static str> {
    match kind {
        PageKind::Media => Some("media"),
        PageKind::Binary => Some("not-text"),
        _ => None,
    }
}

/// Why a body was not decoded: one page, or the whole shard.
enum Stop {
    Page(&'static str),
    Shard(ShardError),
}

impl From<BodyError> for Stop {
    fn from(error: BodyError) -> Self {
        Self::Page(match error {
            BodyError::Corrupt => "corrupt-payload",
            BodyError::Unknown => "unknown-content-encoding",
            BodyError::Long => Limit::RecordBytes.reason(),
        })
    }
}

fn record(
    header: &Header,
    block: &[u8],
    at: Extent,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    let mut signals = Signals::default();
    let (said, language, bytes) = match Content::of(header, block) {
        Content::Skip(reason) => {
            records.skip(at, reason);
            return Ok(());
        }
        Content::Fail(reason) => {
            records.fail(at, reason);
            return Ok(());
        }
        Content::Bytes(said, bytes) => (said.map(str::to_owned), None, bytes.into()),
        Content::Http(message) => {
            let limits = records.context.limits;
            let budget = records.context.budget;
            let mut count = |bytes| budget.decoded(bytes).map_err(Stop::Shard);
            match message.decode(limits.record_bytes, &mut count) {
                Ok(body) => {
                    if body.cut {
                        records.note(CUT);
                    }
                    for (name, value) in message.headers() {
                        signals.hear(name, value);
                    }
                    let owned = |name| message.get(name).map(str::to_owned);
                    (owned("content-type"), owned("content-language"), body.bytes)
                }
                Err(Stop::Shard(error)) => return Err(error),
                Err(Stop::Page(reason)) => {
                    records.fail(at, reason);
                    return Ok(());
                }
            }
        }
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        records.skip(at, "no-text");
        return Ok(());
    }
    let kind = PageKind::tell(said.as_deref(), &bytes);
    if let Some(reason) = skipped(kind) {
        records.skip(at, reason);
        return Ok(());
    }
    if header.get("warc-truncated").is_some() {
        records.note(CUT);
    }
    let charset = said
        .as_deref()
        .and_then(|said| page::parameter(said, "charset"));
    let page = Page {
        charset: charset.map(str::to_owned),
        meta: Meta {
            signals,
            ..meta(header, said.as_deref(), language.as_deref(), records)
        },
        bytes: bytes.into_owned(),
        kind,
    };
    records.page(at, page);
    Ok(())
}

/// What is known of a record: its id, what it states, and what decides its source. Names that can
/// be asked for as sources: `url`, `host`, `date`, `digest`, `type`, `language`; as metadata every
/// header of the record, in lower case.
fn meta(
    header: &Header,
    said: Option<&str>,
    language: Option<&str>,
    records: &Records<'_>,
) -> Meta {
    let url = header.get("warc-target-uri");
    let digest = header.get("warc-payload-digest");
    let digest = digest.or(header.get("warc-block-digest"));
    let language = language.or(header.get("warc-identified-content-language"));
    let known = [
        ("url", url),
        ("host", url.and_then(host)),
        ("date", header.get("warc-date")),
        ("digest", digest),
        ("type", said),
        ("language", language),
    ];
    let value = |path: &Vec<String>| {
        let found = known.iter().find(|(name, _)| is_dotted(path, name));
        found.and_then(|(_, value)| value.map(str::to_owned))
    };
    let mut stating = Stating::new(&records.context.meta.fields);
    for (name, _) in &header.fields {
        if let Some(value) = header.get(name) {
            stating.give_named(name, value);
        }
    }
    let mut stated = stating.end();
    if let Some(digest) = digest {
        // The operator may have taken the name for something else.
        let kept = stated.others.entry("digest".to_owned());
        kept.or_insert_with(|| digest.to_owned());
    }
    stated.url = url.map(str::to_owned);
    stated.date = header.get("warc-date").map(str::to_owned);
    stated.language = language.map(str::to_owned);
    Meta {
        id: header.get("warc-record-id").or(url).map(str::to_owned),
        sources: records.context.meta.sources.iter().map(value).collect(),
        stated,
        ..Meta::default()
    }
}

/// The host of a URL.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    Some(host).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_urls_are_found() {
        for (url, expected) in [
            ("http://a.example/b", Some("a.example")),
            ("https://u:p@a.example:8080?x", Some("a.example")),
            ("http://[::1]:80/", Some("::1")),
            ("dns:a.example", None),
            ("http:///x", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
