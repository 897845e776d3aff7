//! Word documents: [`Document`] → the bytes of a `.docx`.
//!
//! Written by hand over `zip`, because the writers that exist cannot repeat the head of a table,
//! break the field of a table of contents, and drop indents of two characters. What is written is
//! the part of ECMA-376 that Word, WPS and LibreOffice agree on, in the layout of official
//! documents (GB/T 9704-2012: page, fonts, headings, page numbers).
//!
//! The same document gives the same bytes: no clock, no random ids.

mod body;
mod package;
mod parts;
mod styles;
mod template;
pub(super) mod xml;

pub use template::{Template, TemplateError};

/// Which way the pages of a section lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientation {
    /// Upright.
    #[default]
    Portrait,
    /// Across, for wide tables.
    Landscape,
}

/// How headings and captions are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// 一、 (一) 1.
    #[default]
    Chinese,
    /// 1 1.1 1.1.1
    Decimal,
}

/// How a cell stands in its column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Short words.
    Center,
    /// Numbers.
    Right,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What stands in the head.
    pub title: String,
    /// Its share of the width, among the sum of all.
    pub weight: u32,
    /// How its cells stand.
    pub align: Align,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Whether it must not be overlooked.
    pub strong: bool,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            strong: false,
        }
    }
}

/// A table. Its head is repeated on every page.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Stands above it, with a number.
    pub caption: String,
    /// Its columns, at least one.
    pub columns: Vec<Column>,
    /// Its rows; cells that are missing are empty, and further ones are left out.
    pub rows: Vec<Vec<Cell>>,
    /// What stands in the only row if there is none.
    pub empty: String,
}

/// What stands in a document, from top to bottom.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading of level 1 to 3.
    Heading(u8, String),
    /// A paragraph, its first line indented by two characters.
    Paragraph(String),
    /// A paragraph of which one must not overlook a word.
    Strong(String),
    /// One of several points.
    Item(String),
    /// What explains a table, smaller.
    Note(String),
    /// A table.
    Table(Table),
    /// What follows stands on pages of this kind.
    Section(Orientation),
}

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// On the cover, and in the properties of the file.
    pub title: String,
    /// Under it.
    pub subtitle: String,
    /// Lines of the cover: what, and its value.
    pub cover: Vec<(String, String)>,
    /// At the top of every page.
    pub header: String,
    /// Heading of the table of contents.
    pub contents: String,
    /// How headings are counted.
    pub numbering: Numbering,
    /// The rest.
    pub blocks: Vec<Block>,
}

impl Document {
    /// The bytes of the file; in a template with its styles, page setup, headers and footers.
    pub fn write(&self, template: Option<&Template>) -> Vec<u8> {
        match template {
            None => parts::write(self),
            Some(template) => template.fill(self),
        }
    }
}
