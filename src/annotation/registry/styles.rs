//! Ways in which dates of a table are written.

use std::collections::BTreeMap;

use crate::dates::Style;
use crate::problem::Place;

/// In which ways dates of a column are written, with the first row of each.
#[derive(Default)]
pub struct Dates {
    met: BTreeMap<&'static str, BTreeMap<Style, u64>>,
}

impl Dates {
    /// Notes how a date is written.
    pub fn met(&mut self, column: &'static str, style: Style, line: u64) {
        self.met
            .entry(column)
            .or_default()
            .entry(style)
            .or_insert(line);
    }

    /// Tells of columns that mix several ways: each was read, but several hands wrote it.
    pub fn tell(&self, place: &mut Place<'_>) {
        for (column, styles) in self.met.iter().filter(|(_, styles)| styles.len() > 1) {
            let list: Vec<String> = styles
                .iter()
                .map(|(style, line)| format!("{} ({line})", style.example()))
                .collect();
            let line = styles.values().max().copied().unwrap_or(0);
            place.odd(
                line,
                "mixed-dates",
                (
                    format!(
                        "{column} 混用 {} 种日期写法(首次出现的行):{}",
                        styles.len(),
                        list.join("、")
                    ),
                    format!(
                        "{column} mixes {} ways of writing dates (first row of each): {}",
                        styles.len(),
                        list.join(", ")
                    ),
                ),
                (
                    "已逐一识别;建议统一为 2026-01-05",
                    "each was read; better write all as 2026-01-05",
                ),
            );
        }
    }
}
