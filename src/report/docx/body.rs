//! Blocks → the body of `document.xml`.

use std::fmt::Write as _;

use super::styles::StyleIds;
use super::xml::push_text;
use super::{Align, Block, Cell, Column, Document, Numbering, Orientation, Table};

/// From so many columns on, the letters of a table are smaller.
const MANY_COLUMNS: usize = 9;
/// A row whose longest cell has more characters may be broken across pages.
const LONG_CELL: usize = 240;

/// Pages of a section.
pub struct Pages {
    /// The element that ends the section of cover and contents.
    pub front: String,
    /// The one that ends the section after it, by orientation.
    pub first: [String; 2],
    /// The one that ends every further section, by orientation.
    pub next: [String; 2],
    /// Width of the text in twentieths of a point, by orientation.
    pub widths: [u32; 2],
}

/// Everything between `<w:body>` and `</w:body>`.
pub fn body(document: &Document, styles: &StyleIds, pages: &Pages) -> String {
    let mut writer = Writer {
        out: String::new(),
        styles,
        numbering: document.numbering,
        counts: [0; 3],
        headings: 0,
        tables: 0,
        orientation: Orientation::Portrait,
        widths: pages.widths,
    };
    writer.cover(document);
    writer.contents(document);
    writer.end_section(&pages.front);
    let (mut sections, mut empty) = (&pages.first, true);
    for block in &document.blocks {
        let Block::Section(orientation) = block else {
            writer.block(block);
            empty = false;
            continue;
        };
        if *orientation != writer.orientation {
            // A section without content would be an empty page.
            if !empty {
                writer.end_section(&sections[writer.orientation as usize]);
                (sections, empty) = (&pages.next, true);
            }
            writer.orientation = *orientation;
        }
    }
    writer.out.push_str(&sections[writer.orientation as usize]);
    writer.out
}

struct Writer<'a> {
    out: String,
    styles: &'a StyleIds,
    numbering: Numbering,
    /// Numbers of the headings of each level.
    counts: [u32; 3],
    /// Headings so far, for bookmarks.
    headings: u32,
    tables: u32,
    orientation: Orientation,
    widths: [u32; 2],
}

impl Writer<'_> {
    fn cover(&mut self, document: &Document) {
        let (title, subtitle) = (self.styles.title.clone(), self.styles.subtitle.clone());
        self.paragraph(&title, "", &document.title, false);
        self.paragraph(&subtitle, "", &document.subtitle, false);
        for (what, value) in &document.cover {
            let colon = match self.numbering {
                Numbering::Chinese => "：",
                Numbering::Decimal => ": ",
            };
            self.paragraph("YjCover", "", &format!("{what}{colon}{value}"), false);
        }
    }

    /// The contents: what stands there is right without being updated. Page numbers are references
    /// of their own, which every program counts for itself when it lays out pages; inside a field
    /// TOC they are plain text to most, and stay what we wrote, which we cannot know.
    fn contents(&mut self, document: &Document) {
        self.paragraph("YjContents", "", &document.contents, false);
        let mut counts = [0; 3];
        let mut bookmark = 0_u32;
        for block in &document.blocks {
            let Block::Heading(level, text) = block else {
                continue;
            };
            bookmark += 1;
            let number = number(&mut counts, *level, self.numbering);
            let Some(style) = self.styles.contents.get(usize::from(*level) - 1).cloned() else {
                continue;
            };
            self.open(&style, "");
            let name = bookmark_name(bookmark);
            let _ = write!(
                self.out,
                "<w:hyperlink w:anchor=\"{name}\" w:history=\"1\">"
            );
            self.run(&format!("{number}{text}"), false);
            let _ = write!(
                self.out,
                "<w:r><w:tab/></w:r><w:r><w:fldChar w:fldCharType=\"begin\" w:dirty=\"true\"/></w:r>\
                 <w:r><w:instrText xml:space=\"preserve\"> PAGEREF {name} \\h </w:instrText></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t></w:t></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:hyperlink></w:p>"
            );
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text) => self.heading(*level, text),
            Block::Paragraph(text) => self.paragraph("YjBody", "", text, false),
            Block::Strong(text) => self.paragraph("YjStrong", "", text, true),
            Block::Item(text) => self.paragraph("YjItem", "", &format!("· {text}"), false),
            Block::Note(text) => self.paragraph("YjNote", "", text, false),
            Block::Table(table) => self.table(table),
            Block::Section(_) => {}
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        let level = level.clamp(1, 3);
        let number = number(&mut self.counts, level, self.numbering);
        self.headings += 1;
        let (id, name) = (self.headings, bookmark_name(self.headings));
        let style = self.styles.headings[usize::from(level) - 1].clone();
        let unlisted = match self.styles.counted {
            true => "",
            // Whatever the style of a template counts by, the number is in the text.
            false => "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"0\"/></w:numPr>",
        };
        self.open(&style, unlisted);
        let _ = write!(
            self.out,
            "<w:bookmarkStart w:id=\"{id}\" w:name=\"{name}\"/>"
        );
        match self.styles.counted {
            true => self.run(text, false),
            false => self.run(&format!("{number}{text}"), false),
        }
        let _ = write!(self.out, "<w:bookmarkEnd w:id=\"{id}\"/></w:p>");
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let caption = self.styles.caption.clone();
        // Whatever the style of a template says, it stays with its table.
        self.open(&caption, "<w:keepNext/>");
        let word = match self.numbering {
            Numbering::Chinese => "表 ",
            Numbering::Decimal => "Table ",
        };
        self.run(word, false);
        let _ = write!(
            self.out,
            "<w:fldSimple w:instr=\" SEQ Table \\* ARABIC \"><w:r><w:t>{}</w:t></w:r></w:fldSimple>",
            self.tables
        );
        self.run(&format!("  {}", table.caption), false);
        self.out.push_str("</w:p>");
        let total = self.widths[self.orientation as usize];
        let widths = widths(&table.columns, total);
        let _ = write!(
            self.out,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"YjTable\"/><w:tblW w:w=\"{total}\" \
             w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblLayout w:type=\"fixed\"/>\
             <w:tblCellMar><w:left w:w=\"60\" w:type=\"dxa\"/><w:right w:w=\"60\" \
             w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"
        );
        for width in &widths {
            let _ = write!(self.out, "<w:gridCol w:w=\"{width}\"/>");
        }
        self.out
            .push_str("</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        let small = table.columns.len() >= MANY_COLUMNS;
        let (head, cell) = match small {
            true => ("YjSmallHead", "YjSmallCell"),
            false => ("YjHead", "YjCell"),
        };
        for (column, width) in table.columns.iter().zip(&widths) {
            self.cell_open(*width, 1, true);
            self.cell_text(head, Align::Center, &column.title, false);
        }
        self.out.push_str("</w:tr>");
        if table.rows.is_empty() {
            self.out.push_str("<w:tr>");
            self.cell_open(widths.iter().sum(), widths.len(), false);
            self.cell_text(cell, Align::Center, &table.empty, false);
            self.out.push_str("</w:tr>");
        }
        for row in &table.rows {
            let long = row.iter().any(|c| c.text.chars().count() > LONG_CELL);
            self.out.push_str(match long {
                true => "<w:tr>",
                false => "<w:tr><w:trPr><w:cantSplit/></w:trPr>",
            });
            let empty = Cell::default();
            let cells = row.iter().chain(std::iter::repeat(&empty));
            for ((column, width), told) in table.columns.iter().zip(&widths).zip(cells) {
                self.cell_open(*width, 1, false);
                self.cell_text(cell, column.align, &told.text, told.strong);
            }
            self.out.push_str("</w:tr>");
        }
        self.out.push_str("</w:tbl>");
        // Two tables in a row would become one.
        self.out
            .push_str("<w:p><w:pPr><w:spacing w:line=\"160\" w:lineRule=\"exact\"/></w:pPr></w:p>");
    }

    fn cell_open(&mut self, width: u32, columns: usize, head: bool) {
        let _ = write!(
            self.out,
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>"
        );
        if columns > 1 {
            let _ = write!(self.out, "<w:gridSpan w:val=\"{columns}\"/>");
        }
        if head {
            self.out
                .push_str("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"E7EBF0\"/>");
        }
        self.out.push_str("<w:vAlign w:val=\"center\"/></w:tcPr>");
    }

    fn cell_text(&mut self, style: &str, align: Align, text: &str, strong: bool) {
        let side = match align {
            Align::Left => "",
            Align::Center => "<w:jc w:val=\"center\"/>",
            Align::Right => "<w:jc w:val=\"right\"/>",
        };
        self.paragraph(style, side, text, strong);
        self.out.push_str("</w:tc>");
    }

    fn end_section(&mut self, section: &str) {
        let _ = write!(
            self.out,
            "<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/>{section}</w:pPr></w:p>"
        );
    }

    fn paragraph(&mut self, style: &str, properties: &str, text: &str, strong: bool) {
        self.open(style, properties);
        self.run(text, strong);
        self.out.push_str("</w:p>");
    }

    fn open(&mut self, style: &str, properties: &str) {
        self.out.push_str("<w:p><w:pPr><w:pStyle w:val=\"");
        push_text(&mut self.out, style);
        let _ = write!(self.out, "\"/>{properties}</w:pPr>");
    }

    /// A run of text; line ends and tabs are what they are.
    fn run(&mut self, text: &str, strong: bool) {
        self.out.push_str("<w:r>");
        if strong {
            self.out.push_str("<w:rPr><w:b/><w:bCs/></w:rPr>");
        }
        let text = text.replace("\r\n", "\n");
        for (line_number, line) in text.split('\n').enumerate() {
            if line_number > 0 {
                self.out.push_str("<w:br/>");
            }
            for (part_number, part) in line.split('\t').enumerate() {
                if part_number > 0 {
                    self.out.push_str("<w:tab/>");
                }
                if !part.is_empty() {
                    self.out.push_str("<w:t xml:space=\"preserve\">");
                    push_text(&mut self.out, part);
                    self.out.push_str("</w:t>");
                }
            }
        }
        self.out.push_str("</w:r>");
    }
}

fn bookmark_name(number: u32) -> String {
    format!("_Toc{number:06}")
}

/// Widths of columns, which add up to `total` exactly.
fn widths(columns: &[Column], total: u32) -> Vec<u32> {
    let weights: u32 = columns.iter().map(|c| c.weight.max(1)).sum();
    let (mut weight, mut given) = (0, 0);
    let one = |column: &Column| {
        weight += column.weight.max(1);
        let upto = (u64::from(total) * u64::from(weight) / u64::from(weights.max(1))) as u32;
        let width = upto - given;
        given = upto;
        width
    };
    columns.iter().map(one).collect()
}

/// Counts a heading in, and gives its number with what stands between it and the text.
fn number(counts: &mut [u32; 3], level: u8, numbering: Numbering) -> String {
    let at = usize::from(level.clamp(1, 3)) - 1;
    counts[at] += 1;
    counts[at + 1..].fill(0);
    match (numbering, at) {
        (Numbering::Chinese, 0) => format!("{}、", han(counts[0])),
        (Numbering::Chinese, 1) => format!("（{}）", han(counts[1])),
        (Numbering::Chinese, _) => format!("{}. ", counts[2]),
        (Numbering::Decimal, 0) => format!("{} ", counts[0]),
        (Numbering::Decimal, 1) => format!("{}.{} ", counts[0], counts[1]),
        (Numbering::Decimal, _) => format!("{}.{}.{} ", counts[0], counts[1], counts[2]),
    }
}

/// A number below a hundred as headings have it; larger ones in digits.
fn han(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| DIGITS[n as usize];
    match (number / 10, number % 10) {
        (0, 0) | (10.., _) => number.to_string(),
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, ones) => format!("{}十{}", digit(tens), digit(ones)),
    }
}
