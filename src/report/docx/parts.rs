//! The parts of a document that is written without a template.

use super::body::{self, Pages};
use super::package;
use super::styles::{self, StyleIds, W};
use super::xml::{attribute, push_text};
use super::{Document, Orientation};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Page setup. Sizes in twentieths of a point; upright pages as GB/T 9704-2012 has them (A4, top
/// margin 37 mm, left margin 28 mm, text 156 mm by 225 mm).
fn section(orientation: Orientation, numbered: bool, start: bool) -> String {
    let references = if numbered {
        "<w:headerReference w:type=\"default\" r:id=\"rId4\"/>\
         <w:headerReference w:type=\"even\" r:id=\"rId4\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId5\"/>\
         <w:footerReference w:type=\"even\" r:id=\"rId6\"/>"
    } else {
        ""
    };
    let page = match orientation {
        Orientation::Portrait => {
            "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" \
             w:bottom=\"1984\" w:left=\"1588\" w:header=\"1247\" w:footer=\"1417\" w:gutter=\"0\"/>"
        }
        Orientation::Landscape => {
            "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/><w:pgMar w:top=\"1588\" \
             w:right=\"1440\" w:bottom=\"1474\" w:left=\"1440\" w:header=\"907\" w:footer=\"907\" \
             w:gutter=\"0\"/>"
        }
    };
    let first = if start {
        "<w:pgNumType w:start=\"1\"/>"
    } else {
        ""
    };
    format!("<w:sectPr>{references}<w:type w:val=\"nextPage\"/>{page}{first}</w:sectPr>")
}

/// The file.
pub fn write(document: &Document) -> Vec<u8> {
    let both =
        |start| [Orientation::Portrait, Orientation::Landscape].map(|of| section(of, true, start));
    // Pages are counted from the first one after cover and contents; sections that follow go on.
    let pages = Pages {
        front: section(Orientation::Portrait, false, false),
        first: both(true),
        next: both(false),
        widths: [8844, 13958],
    };
    let text = body::body(document, &StyleIds::default(), &pages);
    let document_xml = format!(
        "{HEAD}<w:document xmlns:w=\"{W}\" xmlns:r=\"{R}\"><w:body>{text}</w:body></w:document>"
    );
    let parts = [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_relations()),
        ("docProps/core.xml", properties(document)),
        ("word/document.xml", document_xml),
        ("word/_rels/document.xml.rels", relations()),
        ("word/styles.xml", styles::styles()),
        ("word/numbering.xml", styles::numbering(document.numbering)),
        ("word/fontTable.xml", styles::fonts()),
        ("word/settings.xml", settings()),
        ("word/header1.xml", header(&document.header)),
        ("word/footer1.xml", footer("right")),
        ("word/footer2.xml", footer("left")),
    ];
    let parts: package::Parts = parts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .collect();
    package::zip(&parts)
}

fn content_types() -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/docProps/core.xml\" \
         ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for (name, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("fontTable", "fontTable"),
        ("settings", "settings"),
        ("header1", "header"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ] {
        out.push_str(&format!(
            "<Override PartName=\"/word/{name}.xml\" ContentType=\"{TYPES}.{kind}+xml\"/>"
        ));
    }
    out.push_str("</Types>");
    out
}

fn package_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{R}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"rId2\" \
         Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    )
}

fn relations() -> String {
    let mut out = format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    );
    let parts = [
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("settings", "settings"),
        ("header", "header1"),
        ("footer", "footer1"),
        ("footer", "footer2"),
        ("fontTable", "fontTable"),
    ];
    for (number, (kind, name)) in (1..).zip(parts) {
        out.push_str(&format!(
            "<Relationship Id=\"rId{number}\" Type=\"{R}/{kind}\" Target=\"{name}.xml\"/>"
        ));
    }
    out.push_str("</Relationships>");
    out
}

fn properties(document: &Document) -> String {
    let title = attribute(&document.title);
    format!(
        "{HEAD}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title>\
         <dc:description>{}</dc:description></cp:coreProperties>",
        attribute(&document.header)
    )
}

fn settings() -> String {
    // Pages of two sides; fields that are marked are updated when the document is opened.
    format!(
        "{HEAD}<w:settings xmlns:w=\"{W}\"><w:zoom w:percent=\"100\"/><w:evenAndOddHeaders/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"
    )
}

fn header(text: &str) -> String {
    let mut out = format!(
        "{HEAD}<w:hdr xmlns:w=\"{W}\"><w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr><w:r>\
         <w:t xml:space=\"preserve\">"
    );
    push_text(&mut out, &text.replace(['\n', '\t'], " "));
    out.push_str("</w:t></w:r></w:p></w:hdr>");
    out
}

/// `— 1 —`, one character away from the outer edge (GB/T 9704-2012, 7.5).
fn footer(side: &str) -> String {
    let size = "<w:rPr><w:sz w:val=\"28\"/></w:rPr>";
    format!(
        "{HEAD}<w:ftr xmlns:w=\"{W}\"><w:p><w:pPr><w:pStyle w:val=\"Footer\"/>\
         <w:ind w:left=\"280\" w:right=\"280\"/><w:jc w:val=\"{side}\"/></w:pPr>\
         <w:r>{size}<w:t xml:space=\"preserve\">— </w:t></w:r>\
         <w:r>{size}<w:fldChar w:fldCharType=\"begin\"/></w:r>\
         <w:r>{size}<w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>\
         <w:r>{size}<w:fldChar w:fldCharType=\"separate\"/></w:r><w:r>{size}<w:t>1</w:t></w:r>\
         <w:r>{size}<w:fldChar w:fldCharType=\"end\"/></w:r>\
         <w:r>{size}<w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>"
    )
}
