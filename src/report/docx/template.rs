//! [`Template`]: a letterhead of the user, into which a body is put.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::body::{self, Pages};
use super::package::{self, Parts};
use super::styles::{self, StyleIds, W};
use super::xml::attribute as escaped;
use super::{Document, Orientation};

/// Bytes of all parts together; a letterhead with pictures has a few megabytes.
const LARGEST: u64 = 64 << 20;
/// Parts; a document of hundreds of pages has fewer.
const MOST_PARTS: usize = 4_000;
const BODY: &str = "word/document.xml";
const STYLES: &str = "word/styles.xml";

/// Why a file cannot be a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// No zip file, or a damaged one.
    #[error(
        "it is no .docx file, or a damaged one: open it in a word processor and save it as .docx"
    )]
    NotDocx,
    /// A file of this kind holds programs.
    #[error("it holds macros: save it as an ordinary .docx")]
    Macros,
    /// It is in the other dialect, which few programs write.
    #[error("it is in the form \"Strict Open XML\": save it as an ordinary .docx")]
    Strict,
    /// A part that every document has is not where word processors put it.
    #[error("it has no {0}: open it in a word processor and save it as .docx")]
    Missing(&'static str),
    /// It is larger than a letterhead is.
    #[error(
        "it has more than {LARGEST} bytes or {MOST_PARTS} parts: take out what is no letterhead"
    )]
    TooLarge,
}

/// A document whose styles, page setup, headers and footers are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// All parts but the body.
    parts: Parts,
    /// The first tag of the body part: it binds the prefixes that `section` uses.
    root: String,
    /// The element that ends its last section.
    section: String,
    ids: StyleIds,
}

impl Template {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be a template; the error says how to mend it.
    pub fn read(bytes: &[u8]) -> Result<Self, TemplateError> {
        let mut parts = parts(bytes)?;
        if parts
            .iter()
            .any(|(name, _)| name.ends_with("vbaProject.bin"))
        {
            return Err(TemplateError::Macros);
        }
        let at = |name: &str| parts.iter().position(|(part, _)| part == name);
        let body = at(BODY).ok_or(TemplateError::Missing(BODY))?;
        let styles_at = at(STYLES).ok_or(TemplateError::Missing(STYLES))?;
        let text = |at: usize| String::from_utf8(parts[at].1.clone());
        let body_text = text(body).map_err(|_| TemplateError::NotDocx)?;
        let style_text = text(styles_at).map_err(|_| TemplateError::NotDocx)?;
        let (root, section) = root_and_section(&body_text)?;
        let (style_text, ids) = with_own_styles(&style_text)?;
        parts[styles_at].1 = style_text.into_bytes();
        // A template that says it is one would open as an unnamed copy.
        for (name, bytes) in &mut parts {
            if name == "[Content_Types].xml" {
                let text = String::from_utf8_lossy(bytes);
                *bytes = text
                    .replace("template.main+xml", "document.main+xml")
                    .into_bytes();
            }
        }
        parts.remove(body);
        Ok(Self {
            parts,
            root,
            section,
            ids,
        })
    }

    /// The file with a body of its own.
    pub fn fill(&self, document: &Document) -> Vec<u8> {
        let (upright, width) = laid(&self.section, Orientation::Portrait);
        let (across, wide) = laid(&self.section, Orientation::Landscape);
        let pages = Pages {
            front: upright.clone(),
            first: [upright.clone(), across.clone()],
            next: [upright, across],
            widths: [width, wide],
        };
        // Right tabs of contents would have to be those of its page; headings count in their text.
        let text = body::body(document, &self.ids, &pages);
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{}<w:body>{text}</w:body></w:document>",
            self.root
        );
        let mut parts = self.parts.clone();
        // Readers want the types first; the rest stays in its order.
        let at = usize::from(parts.first().is_some_and(|(name, _)| name.starts_with('[')));
        parts.insert(at, (BODY.to_owned(), xml.into_bytes()));
        package::zip(&parts)
    }
}

fn parts(bytes: &[u8]) -> Result<Parts, TemplateError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TemplateError::NotDocx)?;
    if archive.len() > MOST_PARTS {
        return Err(TemplateError::TooLarge);
    }
    let (mut parts, mut total) = (Parts::new(), 0);
    for index in 0..archive.len() {
        let mut file = archive
            .by_index(index)
            .map_err(|_| TemplateError::NotDocx)?;
        if file.is_dir() {
            continue;
        }
        let name = file
            .name()
            .map_err(|_| TemplateError::NotDocx)?
            .into_owned();
        let mut content = Vec::new();
        let left = LARGEST - total;
        let read = file.by_ref().take(left + 1).read_to_end(&mut content);
        total += read.map_err(|_| TemplateError::NotDocx)? as u64;
        if total > LARGEST {
            return Err(TemplateError::TooLarge);
        }
        if parts.iter().any(|(known, _)| *known == name) {
            return Err(TemplateError::NotDocx);
        }
        parts.push((name, content));
    }
    Ok(parts)
}

/// The first tag and the last section of the body, as they are written.
fn root_and_section(xml: &str) -> Result<(String, String), TemplateError> {
    let mut reader = Reader::from_str(xml);
    let (mut root, mut section) = (None, None);
    let (mut depth, mut begun) = (0_u32, 0);
    loop {
        let before = place(&reader, xml);
        let event = reader.read_event().map_err(|_| TemplateError::NotDocx)?;
        let after = place(&reader, xml);
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth == 1 {
                    root = Some(checked_root(&start, &xml[before..after])?);
                }
                if depth == 3 && start.name().as_ref() == "w:sectPr" {
                    begun = before;
                }
            }
            Event::End(end) => {
                if depth == 3 && end.name().as_ref() == "w:sectPr" {
                    section = Some(xml[begun..after].to_owned());
                }
                depth = depth.saturating_sub(1);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = root.filter(|_| depth == 0).ok_or(TemplateError::NotDocx)?;
    // One without page setup is read by all programs as one of the usual page.
    let usual = || {
        "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1440\" w:right=\"1800\" \
         w:bottom=\"1440\" w:left=\"1800\" w:header=\"851\" w:footer=\"992\" w:gutter=\"0\"/></w:sectPr>"
            .to_owned()
    };
    Ok((root, section.unwrap_or_else(usual)))
}

fn place(reader: &Reader<&[u8]>, xml: &str) -> usize {
    usize::try_from(reader.buffer_position()).map_or(xml.len(), |at| at.min(xml.len()))
}

fn checked_root(start: &BytesStart<'_>, tag: &str) -> Result<String, TemplateError> {
    let bound = value(start, "xmlns:w");
    match bound.as_deref() {
        Some(W) if start.name().as_ref() == "w:document" => Ok(tag.trim().to_owned()),
        Some(other) if other.contains("purl.oclc.org") => Err(TemplateError::Strict),
        _ => Err(TemplateError::NotDocx),
    }
}

/// The value of an attribute, by its whole name.
fn value(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = start.attributes().flatten();
    let found = all.find(|attribute| attribute.key.as_ref() == name)?;
    quick_xml::escape::unescape(&found.value)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// The styles with ours that are not there, and which ids a body has to use.
fn with_own_styles(xml: &str) -> Result<(String, StyleIds), TemplateError> {
    let mut reader = Reader::from_str(xml);
    let mut ids = StyleIds {
        counted: false,
        ..StyleIds::default()
    };
    let (mut known, mut current, mut normal) = (Vec::new(), String::new(), None);
    let mut end = None;
    loop {
        let before = place(&reader, xml);
        match reader.read_event().map_err(|_| TemplateError::NotDocx)? {
            Event::Start(start) | Event::Empty(start) => match start.name().as_ref() {
                "w:style" => {
                    current = value(&start, "w:styleId").unwrap_or_default();
                    known.push(current.clone());
                    let default = value(&start, "w:default");
                    let is = matches!(default.as_deref(), Some("1" | "true" | "on"));
                    if is && value(&start, "w:type").as_deref() == Some("paragraph") {
                        normal = Some(current.clone());
                    }
                }
                "w:name" => {
                    let name = value(&start, "w:val").unwrap_or_default().to_lowercase();
                    let of = match &*name {
                        "title" => &mut ids.title,
                        "subtitle" => &mut ids.subtitle,
                        "heading 1" => &mut ids.headings[0],
                        "heading 2" => &mut ids.headings[1],
                        "heading 3" => &mut ids.headings[2],
                        "caption" => &mut ids.caption,
                        "toc 1" => &mut ids.contents[0],
                        "toc 2" => &mut ids.contents[1],
                        _ => continue,
                    };
                    of.clone_from(&current);
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == "w:styles" => end = Some(before),
            Event::Eof => break,
            _ => {}
        }
    }
    let end = end.ok_or(TemplateError::NotDocx)?;
    let normal = normal.map_or_else(|| "Normal".to_owned(), |id| escaped(&id));
    let mut out = xml[..end].to_owned();
    let used = [&ids.title, &ids.subtitle, &ids.caption]
        .into_iter()
        .chain(&ids.headings)
        .chain(&ids.contents);
    let used: Vec<String> = used.cloned().collect();
    for (id, style) in styles::own(&normal, true) {
        // Under another id the template has a style of this name, which is taken.
        let wanted = id.starts_with("Yj") || used.contains(&id);
        if wanted && !known.contains(&id) {
            out.push_str(&style);
        }
    }
    out.push_str(&xml[end..]);
    Ok((out, ids))
}

/// A section with its pages lying so, and the width of its text in twentieths of a point.
fn laid(section: &str, orientation: Orientation) -> (String, u32) {
    let mut out = String::with_capacity(section.len());
    let mut reader = Reader::from_str(section);
    let (mut width, mut margins) = (11_906, 3_600);
    loop {
        let before = place(&reader, section);
        let Ok(event) = reader.read_event() else {
            break;
        };
        let after = place(&reader, section);
        match event {
            Event::Empty(start) if start.name().as_ref() == "w:pgSz" => {
                let side = |name| value(&start, name).and_then(|v| v.parse::<u32>().ok());
                let (w, h) = (side("w:w").unwrap_or(11_906), side("w:h").unwrap_or(16_838));
                let (short, long) = (w.min(h), w.max(h));
                let (w, h, word) = match orientation {
                    Orientation::Portrait => (short, long, ""),
                    Orientation::Landscape => (long, short, " w:orient=\"landscape\""),
                };
                width = w;
                out.push_str(&format!("<w:pgSz w:w=\"{w}\" w:h=\"{h}\"{word}/>"));
            }
            Event::Empty(start) => {
                if start.name().as_ref() == "w:pgMar" {
                    let side = |name| value(&start, name).and_then(|v| v.parse::<u32>().ok());
                    let all = ["w:left", "w:right", "w:gutter"].map(|name| side(name).unwrap_or(0));
                    margins = all.iter().sum();
                }
                out.push_str(&section[before..after]);
            }
            Event::Eof => break,
            _ => out.push_str(&section[before..after]),
        }
    }
    (out, width.saturating_sub(margins).max(2_000))
}
