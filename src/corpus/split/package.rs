//! [`Package`]: the parts of a document that is a zip archive, as EPUB and DOCX are.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::zip::check_overlaps;
use crate::corpus::records::{Extent, Meta, Records};
use crate::corpus::{Charset, Random, RandomReader};
use crate::{Limit, ShardError};

/// What an error of a document says.
pub const DAMAGED: ShardError = ShardError::Refused {
    reason: "bad-document",
    what: "a part of the document is missing or damaged: open and save it with an office or \
        book program, or exclude it",
};

/// Reads a file that is one record as `read` says.
///
/// # Errors
///
/// Those of `read`; the record has failed then.
pub fn document(
    random: &Random<'_>,
    records: &mut Records<'_>,
    read: impl FnOnce(&Random<'_>, &mut Records<'_>) -> Result<(), ShardError>,
) -> Result<(), ShardError> {
    let at = Extent {
        offset: 0,
        bytes: random.len(),
    };
    let result = read(random, records);
    match &result {
        Ok(()) => {
            let meta = Meta {
                sources: vec![None; records.context.meta.sources.len()],
                ..Meta::default()
            };
            records.end(at, meta);
        }
        Err(error) => records.fail(at, error.reason()),
    }
    result
}

/// See the module.
pub struct Package<'a> {
    archive: ZipArchive<BufReader<RandomReader<'a>>>,
}

impl<'a> Package<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    ///
    /// If it is missing, damaged, or describes parts that overlap.
    pub fn open(random: &'a Random<'_>) -> Result<Self, ShardError> {
        let reader = BufReader::new(random.reader());
        let mut archive = ZipArchive::new(reader).map_err(|_| DAMAGED)?;
        check_overlaps(&mut archive)?;
        Ok(Self { archive })
    }

    /// Names of all parts, in order of the directory.
    pub fn names(&self) -> Vec<String> {
        let names = self.archive.file_names().flatten();
        names.map(std::borrow::Cow::into_owned).collect()
    }

    /// The bytes of a part; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// If it is damaged or encrypted, and limits.
    pub fn part(
        &mut self,
        name: &str,
        records: &Records<'_>,
    ) -> Result<Option<Vec<u8>>, ShardError> {
        let Some(index) = self.archive.index_for_name(name) else {
            return Ok(None);
        };
        records.context.go_on()?;
        let mut file = self.archive.by_index(index).map_err(|_| DAMAGED)?;
        let (mut bytes, mut part) = (Vec::new(), vec![0; 64 << 10]);
        let most = records.context.limits.record_bytes;
        loop {
            let read = file.read(&mut part).map_err(|_| DAMAGED)?;
            if read == 0 {
                return Ok(Some(bytes));
            }
            records.context.budget.decoded(read as u64)?;
            bytes.extend_from_slice(&part[..read]);
            if bytes.len() as u64 > most {
                return Err(ShardError::Limit {
                    limit: Limit::RecordBytes,
                    value: most,
                });
            }
        }
    }

    /// [`Package::part`] as text.
    ///
    /// # Errors
    ///
    /// Those of [`Package::part`].
    pub fn text(
        &mut self,
        name: &str,
        records: &Records<'_>,
    ) -> Result<Option<String>, ShardError> {
        let bytes = self.part(name, records)?;
        Ok(bytes.map(|bytes| {
            let charset = Charset::of(&bytes, true);
            charset.decode(&bytes).0
        }))
    }
}

/// What stands in XML, one after another. Entities that a document declares itself are not
/// followed.
pub enum Xml<'e, 'x> {
    /// An element begins.
    Start(&'e BytesStart<'x>),
    /// The element of this name, without prefix, ends.
    End(&'e str),
    /// Text, with nothing to be decoded.
    Text(&'e str),
}

/// Calls `told` for everything in `xml`.
///
/// # Errors
///
/// If it is no XML.
pub fn walk(xml: &str, told: &mut dyn FnMut(Xml<'_, '_>)) -> Result<(), ShardError> {
    let mut reader = Reader::from_str(xml);
    let mut open = 0u64;
    loop {
        match reader.read_event().map_err(|_| DAMAGED)? {
            Event::Start(start) => {
                open += 1;
                told(Xml::Start(&start));
            }
            Event::Empty(start) => {
                told(Xml::Start(&start));
                told(Xml::End(local(start.name().as_ref())));
            }
            Event::End(end) => {
                open = open.saturating_sub(1);
                told(Xml::End(local(end.name().as_ref())));
            }
            Event::Text(text) => told(Xml::Text(&text.xml10_content())),
            Event::CData(text) => told(Xml::Text(&text.xml10_content())),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => told(Xml::Text(c.encode_utf8(&mut [0; 4]))),
                _ => {
                    let named = match &*reference {
                        "amp" => "&",
                        "lt" => "<",
                        "gt" => ">",
                        "quot" => "\"",
                        "apos" => "'",
                        _ => "\u{FFFD}",
                    };
                    told(Xml::Text(named));
                }
            },
            // The reader does not mind elements that never end.
            Event::Eof => return if open == 0 { Ok(()) } else { Err(DAMAGED) },
            _ => {}
        }
    }
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The value of an attribute, with or without a prefix.
pub fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = start.attributes().flatten();
    let found = all.find(|attribute| local(attribute.key.as_ref()) == name)?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}
