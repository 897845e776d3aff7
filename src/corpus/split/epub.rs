//! Books in EPUB: their pages in the order they are read, one record a book.
//!
//! The order is that of the spine; pages it does not name follow, so that nothing in the book is
//! left out. A book whose lists are damaged is read in the order of the archive.
//!
//! Source: EPUB 3.3, 4 (container) and 5 (package document).

use super::docx::properties;
use super::json::FieldText;
use super::package::{self, Package, Xml, attribute, local};
use crate::ShardError;
use crate::corpus::Random;
use crate::corpus::page::{Page, PageFate, PageKind};
use crate::corpus::records::{FieldName, Meta, Records};

/// Reads the book.
///
/// # Errors
///
/// If a page is damaged or encrypted or there is none, and limits.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    package::document(random, records, pages)
}

fn pages(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let mut package = Package::open(random)?;
    let container = package.text("META-INF/container.xml", records)?;
    let root = root(&container.unwrap_or_default());
    let opf = match &root {
        Some(root) => package.text(root, records)?,
        None => None,
    };
    let opf = opf.unwrap_or_default();
    let folder = root.as_deref().and_then(|root| root.rsplit_once('/'));
    let mut order = spine(&opf, folder.map_or("", |(folder, _)| folder));
    let names = package.names();
    order.retain(|name| names.contains(name));
    if order.is_empty() {
        records.note("note:no-reading-order");
    }
    let rest: Vec<String> = names
        .into_iter()
        .filter(|name| is_page(name) && !order.contains(name))
        .collect();
    order.extend(rest);
    if order.is_empty() {
        return Err(package::DAMAGED);
    }
    tell_metadata(&opf, records);
    for name in order {
        let bytes = package.part(&name, records)?.unwrap_or_default();
        tell(&name, bytes, records)?;
    }
    Ok(())
}

fn tell(name: &str, bytes: Vec<u8>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let kind = PageKind::tell(Some("application/xhtml+xml"), &bytes);
    if matches!(kind, PageKind::Media | PageKind::Binary) {
        return Err(ShardError::Refused {
            reason: "encrypted",
            what: "a page of the book is no text, as in books with copy protection",
        });
    }
    let page = Page {
        bytes,
        kind,
        charset: None,
        meta: Meta::default(),
    };
    let context = records.context;
    let paths = (context.text, context.meta, context.limits.json_depth);
    let end = page.read(paths, &mut |field, text| {
        let path = match field.path {
            "" => name.to_owned(),
            inner => format!("{name}#{inner}"),
        };
        let field = FieldName {
            path: &path,
            key: field.key,
        };
        records.field(field, text);
    });
    end.notes.iter().for_each(|note| records.note(note));
    records.replaced(end.replaced);
    match end.fate {
        PageFate::Fail(_) => Err(package::DAMAGED),
        _ => Ok(()),
    }
}

/// Title, author and what else the book says of itself.
fn tell_metadata(opf: &str, records: &mut Records<'_>) {
    let (start, end) = (opf.find("<metadata"), opf.find("</metadata>"));
    let (Some(start), Some(end)) = (start, end) else {
        return;
    };
    let mut said = Vec::new();
    let Some(metadata) = opf.get(start..end + "</metadata>".len()) else {
        return;
    };
    // What was told before the damage counts; the list itself is no text.
    let _ = properties(metadata, &mut said);
    for (key, value) in said {
        let path = format!("meta.{key}");
        let name = FieldName {
            path: &path,
            key: &key,
        };
        records.field(name, FieldText::Plain(&value));
    }
}

fn is_page(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    matches!(
        extension.as_deref(),
        Some("xhtml" | "html" | "htm" | "xht" | "txt")
    )
}

/// The path of the package document.
fn root(container: &str) -> Option<String> {
    let mut root = None;
    let walked = package::walk(container, &mut |told| {
        if let Xml::Start(start) = told
            && local(start.name().as_ref()) == "rootfile"
            && root.is_none()
        {
            root = attribute(start, "full-path");
        }
    });
    walked.ok().and(root)
}

/// Paths in the archive, in reading order; as far as the list can be read.
fn spine(opf: &str, folder: &str) -> Vec<String> {
    let (mut items, mut order) = (std::collections::HashMap::new(), Vec::new());
    // What a damaged list does not name is read behind what it does.
    let _ = package::walk(opf, &mut |told| {
        let Xml::Start(start) = told else { return };
        match local(start.name().as_ref()) {
            "item" => {
                if let (Some(id), Some(href)) = (attribute(start, "id"), attribute(start, "href")) {
                    items.insert(id, resolve(folder, &href));
                }
            }
            "itemref" => order.extend(attribute(start, "idref")),
            _ => {}
        }
    });
    let mut paths: Vec<String> = Vec::new();
    for path in order.iter().filter_map(|id| items.remove(id)) {
        paths.push(path);
    }
    paths
}

/// The path in the archive that a reference from `folder` means.
fn resolve(folder: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let decoded = percent(href);
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `%E4` and the like as the bytes they stand for.
fn percent(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| *first == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spine_is_the_order() {
        let opf = "<package xmlns='u'><manifest><item id='b' href='b%20c.xhtml'/>\
            <item id='a' href='../a.xhtml#x'/></manifest><spine><itemref idref='a'/>\
            <itemref idref='b'/><itemref idref='a'/><itemref idref='none'/></spine></package>";
        assert_eq!(spine(opf, "OEBPS"), ["a.xhtml", "OEBPS/b c.xhtml"]);
        assert_eq!(percent("%E4%B8%AD%"), "中%");
        let container = "<c><r><rootfile full-path='OEBPS/p.opf'/></r></c>";
        assert_eq!(root(container).as_deref(), Some("OEBPS/p.opf"));
    }
}
