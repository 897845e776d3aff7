//! Word documents: the text of their paragraphs, one record a document.
//!
//! Body, headers, footers, notes and comments are fields; so is what the document says of itself,
//! its author among it. Deleted text that is still stored counts: whoever extracts the text may
//! extract it too.

use super::json::FieldText;
use super::package::{self, Package, Xml, local};
use crate::ShardError;
use crate::corpus::Random;
use crate::corpus::records::{FieldName, Records};

/// Reads the document.
///
/// # Errors
///
/// If a part is damaged or there is no body, and limits.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    package::document(random, records, parts)
}

fn parts(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let mut package = Package::open(random)?;
    let body = package.text("word/document.xml", records)?;
    let body = body.ok_or(package::DAMAGED)?;
    tell("", &text(&body)?, records);
    let mut others = package.names();
    others.retain(|name| is_text(name));
    others.sort();
    for name in others {
        let xml = package.text(&name, records)?.unwrap_or_default();
        let path = name.trim_start_matches("word/").trim_end_matches(".xml");
        tell(path, &text(&xml)?, records);
    }
    let said = package.text("docProps/core.xml", records)?;
    let mut said_of_itself = Vec::new();
    properties(&said.unwrap_or_default(), &mut said_of_itself)?;
    for (key, value) in said_of_itself {
        let path = format!("meta.{key}");
        let name = FieldName {
            path: &path,
            key: &key,
        };
        records.field(name, FieldText::Plain(&value));
    }
    Ok(())
}

/// Whether a part besides the body holds text.
fn is_text(name: &str) -> bool {
    let Some(name) = name.strip_prefix("word/") else {
        return false;
    };
    let kinds = [
        "header",
        "footer",
        "footnotes",
        "endnotes",
        "comments",
        "diagrams/data",
    ];
    name.ends_with(".xml") && kinds.iter().any(|kind| name.starts_with(kind))
}

fn tell(path: &str, text: &str, records: &mut Records<'_>) {
    if !text.trim().is_empty() {
        records.field(FieldName { path, key: "" }, FieldText::Plain(text));
    }
}

/// The text of a part, a line a paragraph.
///
/// Source: ECMA-376, part 1, 17.3.
fn text(xml: &str) -> Result<String, ShardError> {
    let (mut text, mut inside, mut fallback) = (String::new(), 0u32, 0u32);
    package::walk(xml, &mut |told| match told {
        // What is for programs that cannot show the first choice says the same once more.
        Xml::Start(start) if local(start.name().as_ref()) == "Fallback" => fallback += 1,
        Xml::End("Fallback") => fallback = fallback.saturating_sub(1),
        _ if fallback > 0 => {}
        Xml::Start(start) => match local(start.name().as_ref()) {
            "t" | "delText" => inside += 1,
            "tab" if !text.is_empty() && !text.ends_with('\n') => text.push('\t'),
            "br" | "cr" => text.push('\n'),
            "noBreakHyphen" => text.push('-'),
            _ => {}
        },
        Xml::End("t" | "delText") => inside = inside.saturating_sub(1),
        Xml::End("p") => text.push('\n'),
        Xml::Text(part) if inside > 0 => text.push_str(part),
        Xml::End(_) | Xml::Text(_) => {}
    })?;
    text.truncate(text.trim_end_matches('\n').len());
    Ok(text)
}

/// Every element with text, by its name.
pub fn properties(xml: &str, told: &mut Vec<(String, String)>) -> Result<(), ShardError> {
    let mut value = String::new();
    package::walk(xml, &mut |part| match part {
        Xml::Start(_) => value.clear(),
        Xml::Text(text) => value.push_str(text),
        Xml::End(name) => {
            let value = std::mem::take(&mut value);
            if !value.trim().is_empty() {
                told.push((name.to_owned(), value.trim().to_owned()));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_lines() {
        let xml = "<?xml version=\"1.0\"?><w:document xmlns:w=\"u\"><w:body><w:p><w:pPr><w:tabs>\
            <w:tab/></w:tabs></w:pPr><w:r><w:t>身份</w:t></w:r><w:r><w:t>证&amp;&#x4E2D;</w:t>\
            <w:tab/><w:t>x</w:t></w:r></w:p><w:p><w:del><w:delText>删</w:delText></w:del><w:br/>\
            <w:instrText>PAGE</w:instrText></w:p><mc:Fallback><w:t>再</w:t></mc:Fallback>\
            </w:body></w:document>";
        assert_eq!(text(xml).unwrap(), "身份证&中\tx\n删");
        for damaged in ["<a><b></a>", "<w:p><w:t>x", "<a"] {
            assert_eq!(text(damaged).unwrap_err().reason(), "bad-document");
        }
    }

    #[test]
    fn what_it_says_of_itself_is_told() {
        let xml = "<c:p xmlns:c='u'><dc:creator> 张三 </dc:creator><dc:title/></c:p>";
        let mut told = Vec::new();
        properties(xml, &mut told).unwrap();
        assert_eq!(told, [("creator".to_owned(), "张三".to_owned())]);
    }
}
