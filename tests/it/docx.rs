//! Word documents: what stands in their parts, with and without a template.

use std::io::{Cursor, Read as _, Write as _};

use yujian::report::docx::{
    Align, Block, Cell, Column, Document, Numbering, Orientation, Table, Template, TemplateError,
};
use zip::ZipArchive;

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn document() -> Document {
    let column = |title: &str, align| Column {
        title: title.to_owned(),
        weight: 1,
        align,
    };
    Document {
        title: "语料安全评估".to_owned(),
        subtitle: "示例".to_owned(),
        cover: vec![("摘要".to_owned(), "ab".to_owned())],
        header: "页眉 <b>".to_owned(),
        contents: "目录".to_owned(),
        numbering: Numbering::Chinese,
        blocks: vec![
            Block::Heading(1, "概况".to_owned()),
            Block::Paragraph("一 & 二 <三>\u{1}\u{202E}四\n五".to_owned()),
            Block::Section(Orientation::Landscape),
            Block::Heading(1, "规模".to_owned()),
            Block::Heading(2, "类型".to_owned()),
            Block::Table(Table {
                caption: "规模".to_owned(),
                columns: vec![column("类型", Align::Left), column("条数", Align::Right)],
                rows: vec![vec![
                    "中文\"文本\"".to_owned().into(),
                    Cell {
                        text: "12".to_owned(),
                        strong: true,
                    },
                ]],
                empty: "无".to_owned(),
            }),
            Block::Section(Orientation::Portrait),
            Block::Heading(1, "结论".to_owned()),
            Block::Table(Table {
                caption: "空".to_owned(),
                columns: vec![column("甲", Align::Left)],
                rows: Vec::new(),
                empty: "(无)".to_owned(),
            }),
        ],
    }
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A part of a document.
pub fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// Every part is XML in which every element ends.
pub fn well_formed(bytes: &[u8]) {
    let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in names.iter().filter(|name| !name.ends_with(".png")) {
        let xml = part(bytes, name);
        let mut reader = quick_xml::Reader::from_str(&xml);
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0, "{name}");
    }
}

#[test]
fn the_same_document_has_the_same_bytes_and_is_well_formed() {
    let bytes = document().write(None);
    assert_eq!(bytes, document().write(None));
    well_formed(&bytes);
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains("一 &amp; 二 &lt;三&gt;\u{FFFD}\u{FFFD}四</w:t><w:br/>"));
    assert!(body.contains("中文&quot;文本&quot;"));
    assert_eq!(body.matches("<w:tblHeader/>").count(), 2);
    assert!(body.contains("<w:gridSpan") || body.contains("(无)"));
    // Cover, upright, across, upright again; pages are counted from after the cover.
    assert_eq!(body.matches("<w:sectPr>").count(), 4);
    assert_eq!(body.matches("w:orient=\"landscape\"").count(), 1);
    assert_eq!(body.matches("<w:pgNumType w:start=\"1\"/>").count(), 1);
    for entry in ["一、概况", "二、规模", "（一）类型", "三、结论"] {
        assert_eq!(body.matches(entry).count(), 1, "{entry}");
    }
    assert!(part(&bytes, "word/header1.xml").contains("页眉 &lt;b&gt;"));
}

#[test]
fn columns_add_up_to_the_width_of_the_text() {
    let body = part(&document().write(None), "word/document.xml");
    let grid = body.split("<w:tblGrid>").nth(1).unwrap();
    let grid = grid.split("</w:tblGrid>").next().unwrap();
    let numbers = grid.split("w:w=\"").skip(1);
    let sum: u32 = numbers
        .map(|n| n.split('"').next().unwrap().parse::<u32>().unwrap())
        .sum();
    assert_eq!(sum, 13_958);
}

/// A letterhead as word processors write one.
fn letterhead(root: &str, section: &str) -> Vec<u8> {
    let styles = format!(
        "<w:styles xmlns:w=\"{}\"><w:style w:type=\"paragraph\" w:default=\"1\" \
         w:styleId=\"a\"><w:name w:val=\"Normal\"/></w:style><w:style w:type=\"paragraph\" \
         w:styleId=\"1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>",
        W
    );
    let body =
        format!("<?xml version=\"1.0\"?>\r\n{root}<w:body><w:p/>{section}</w:body></w:document>");
    package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", body.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
        ("word/header7.xml", b"<h>Letterhead</h>"),
    ])
}

const ROOT: &str = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"r\" xmlns:q=\"q\">";

#[test]
fn a_template_keeps_its_styles_page_setup_and_headers() {
    let section = "<w:sectPr q:id=\"7\"><w:headerReference w:type=\"default\" r:id=\"rId9\"/>\
        <w:pgSz w:w=\"12240\" w:h=\"15840\"/><w:pgMar w:left=\"1000\" w:right=\"1000\"/></w:sectPr>";
    let template = Template::read(&letterhead(ROOT, section)).unwrap();
    let bytes = document().write(Some(&template));
    well_formed(&bytes);
    assert_eq!(part(&bytes, "word/header7.xml"), "<h>Letterhead</h>");
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains(ROOT));
    assert_eq!(body.matches("r:id=\"rId9\"").count(), 4);
    assert!(body.contains("<w:pgSz w:w=\"15840\" w:h=\"12240\" w:orient=\"landscape\"/>"));
    // The heading has the style of the template, and its number in the text.
    assert!(body.contains("<w:pStyle w:val=\"1\"/><w:numPr>"));
    assert_eq!(body.matches("一、概况").count(), 2);
    let styles = part(&bytes, "word/styles.xml");
    assert!(styles.contains("w:styleId=\"YjCell\"") && !styles.contains("w:styleId=\"Heading1\""));
    assert!(styles.contains("<w:basedOn w:val=\"a\"/>"));
    assert!(body.contains(&format!("<w:tblW w:w=\"{}\"", 15_840 - 2_000)));
}

#[test]
fn what_is_no_template_is_refused_with_its_remedy() {
    let strict = ROOT.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    );
    let macros = package(&[("word/vbaProject.bin", b"x")]);
    let empty = package(&[]);
    let cut = &letterhead(ROOT, "")[..60];
    for (bytes, error) in [
        (&b"no zip"[..], TemplateError::NotDocx),
        (&b""[..], TemplateError::NotDocx),
        (cut, TemplateError::NotDocx),
        (&letterhead(&strict, ""), TemplateError::Strict),
        (&letterhead("<w:document>", ""), TemplateError::NotDocx),
        (&letterhead(ROOT, "<w:sectPr>"), TemplateError::NotDocx),
        (&macros, TemplateError::Macros),
        (&empty, TemplateError::Missing("word/document.xml")),
    ] {
        assert_eq!(Template::read(bytes), Err(error.clone()), "{error}");
    }
}
