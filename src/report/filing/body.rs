//! [`Body`]: headings, paragraphs and tables of a document in the language of the package.

use super::Filing;
use super::grid::Grid;
use super::words::{Words, punctuated};
use crate::State;
use crate::report::ReportLanguage;
use crate::report::docx::{Block, Orientation};
use crate::report::model::Report;

/// Builds the body of a document.
pub struct Body<'a> {
    /// The model.
    pub report: &'a Report,
    /// The words of its language.
    pub w: Words,
    blocks: Vec<Block>,
}

impl<'a> Body<'a> {
    /// Without anything.
    pub fn new(filing: &Filing<'a>) -> Self {
        Self {
            report: filing.report,
            w: filing.w,
            blocks: Vec::new(),
        }
    }

    /// What was built.
    pub fn end(self) -> Vec<Block> {
        self.blocks
    }

    /// A heading.
    pub fn heading(&mut self, level: u8, zh: &str, en: &str) {
        self.blocks
            .push(Block::Heading(level, punctuated(self.w.l(zh, en))));
    }

    /// A paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(punctuated(&text.into())));
    }

    /// A paragraph that must not be overlooked.
    pub fn strong(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Strong(punctuated(&text.into())));
    }

    /// One of several points.
    pub fn item(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Item(punctuated(&text.into())));
    }

    /// Anything.
    pub fn block(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// A table with its note.
    pub fn grid(&mut self, grid: &Grid) {
        self.blocks.push(Block::Table(grid.table(self.w)));
        if !grid.note.is_empty() {
            self.blocks.push(Block::Note(grid.note.clone()));
        }
    }

    /// What follows stands on pages of this kind.
    pub fn pages(&mut self, orientation: Orientation) {
        self.blocks.push(Block::Section(orientation));
    }

    /// The result of a clause with its reasons.
    pub fn result(&mut self, clause: &str) {
        let w = self.w;
        let mut all = self.report.matrix.clauses.iter();
        let Some(result) = all.find(|result| result.id == clause) else {
            return;
        };
        let worst = result.points.iter().filter(|p| p.state == result.state);
        let mut reasons: Vec<String> = Vec::new();
        for point in worst {
            let reason = w.say(&point.reason);
            // The sentence goes on, or ends once.
            let reason = reason.trim_end_matches(['。', '.']);
            let reason = match &point.source {
                Some(source) => format!("{source}{}{reason}", w.colon()),
                None => reason.to_owned(),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let more = reasons.len().saturating_sub(5);
        reasons.truncate(5);
        let mut text = format!(
            "{}({}){}{}{}{}",
            w.l("判定", "Result "),
            result.id,
            w.colon(),
            w.state(result.state),
            w.l("。理由:", ". Reason: "),
            reasons.join(w.semicolon())
        );
        if more > 0 {
            text.push_str(&match w.0 {
                ReportLanguage::Zh => format!(";另有 {more} 项,见条款判定表"),
                ReportLanguage::En => format!("; {more} more in the table of clauses"),
            });
        }
        text.push_str(w.stop());
        match result.state {
            State::Compliant | State::NotApplicable => self.text(text),
            _ => self.strong(text),
        }
    }
}
