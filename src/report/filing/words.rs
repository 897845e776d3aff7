//! [`Words`]: how values of the model are said, in one language.

use super::grid::GridCell;
use crate::State;
use crate::judge::Duty;
use crate::report::ReportLanguage;
use crate::report::inventory::kind_name;
use crate::report::model::Said;
use crate::rules::Bilingual;
use crate::sources::EvidenceState;

/// One language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub ReportLanguage);

impl Words {
    /// One of two texts.
    pub const fn l<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        self.0.pick(zh, en)
    }

    /// The right half of a bilingual text, punctuated as documents are.
    pub fn say(self, text: &Bilingual) -> String {
        punctuated(self.0.pick(&text.zh, &text.en))
    }

    /// What stands where somebody has to fill something in.
    pub fn missing(self, reason: &str) -> String {
        match self.0 {
            ReportLanguage::Zh => format!("待补充（{}）", punctuated(reason)),
            ReportLanguage::En => format!("to be completed ({reason})"),
        }
    }

    /// A value as text.
    pub fn said(self, said: &Said) -> String {
        match said {
            Said::Told(text) => text.clone(),
            Said::Known(text) => self.say(text),
            Said::Missing(reason) => self.missing(&self.say(reason)),
        }
    }

    /// A value as a cell.
    pub fn cell(self, said: &Said) -> GridCell {
        match said {
            Said::Missing(_) => GridCell::Missing(self.said(said)),
            _ => GridCell::Text(self.said(said)),
        }
    }

    /// A result; one that is missing needs evidence.
    pub fn state(self, state: State) -> &'static str {
        match self.0 {
            ReportLanguage::Zh => state.zh(),
            ReportLanguage::En => state.en(),
        }
    }

    /// A type of `FIL-03`.
    pub fn type_(self, name: &str) -> &str {
        kind_name(name, self.0)
    }

    /// A kind of sources of `FIL-04`.
    pub fn kind(self, name: &'static str) -> &'static str {
        let (zh, en) = match name {
            "open_cn" => ("境内开源", "open, domestic"),
            "open_foreign" => ("境外开源", "open, foreign"),
            "self_crawled" => ("自采(爬取)", "crawled"),
            "self_produced" => ("自采(自建)", "own work"),
            "commercial" => ("商业", "commercial"),
            "user_input" => ("使用者输入", "user input"),
            "synthetic" => ("合成", "synthetic"),
            _ => ("类别未申报", "not declared"),
        };
        self.0.pick(zh, en)
    }

    /// How sure the text of a clause is.
    pub fn text_status(self, status: &str) -> &str {
        let (zh, en) = match status {
            "final_verified" => ("正式文本,已核对", "final, checked"),
            "draft" => ("征求意见稿", "draft"),
            "technical_doc" => ("技术文件", "technical document"),
            "practice" => ("实践口径", "practice"),
            other => (other, other),
        };
        self.0.pick(zh, en)
    }

    /// Whether a duty must be met.
    pub const fn duty(self, duty: Duty) -> &'static str {
        match duty {
            Duty::Must => self.l("应", "must"),
            Duty::Should => self.l("宜", "should"),
        }
    }

    /// Whether a file that proves something is there.
    pub const fn evidence(self, state: &EvidenceState) -> &'static str {
        match state {
            EvidenceState::Present => self.l("在", "present"),
            EvidenceState::Missing => self.l("缺失", "missing"),
            EvidenceState::Empty => self.l("空文件", "empty"),
            EvidenceState::Unreadable => self.l("无法读取", "unreadable"),
        }
    }

    /// Separates words of a list.
    pub const fn comma(self) -> &'static str {
        self.l("、", ", ")
    }

    /// Separates clauses of a sentence.
    pub const fn semicolon(self) -> &'static str {
        self.l("；", "; ")
    }

    /// Stands before what is explained.
    pub const fn colon(self) -> &'static str {
        self.l("：", ": ")
    }

    /// Ends a sentence.
    pub const fn stop(self) -> &'static str {
        self.l("。", ".")
    }

    /// All sources, as a cell says it.
    pub fn source(self, source: Option<&str>) -> String {
        source.map_or_else(|| self.l("全部", "all").to_owned(), str::to_owned)
    }
}

/// A number with its thousands set apart.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent. Never rounded to 0 or 100 % if it is neither.
pub fn percent(share: f64) -> String {
    let text = format!("{:.2}%", share * 100.0);
    match &*text {
        "0.00%" if share > 0.0 => "<0.01%".to_owned(),
        "100.00%" if share < 1.0 => ">99.99%".to_owned(),
        _ => text,
    }
}

/// The beginning of a digest, for sentences: all of it is on the cover, and a long word without
/// gaps stretches the lines around it.
pub fn short(digest: &str) -> &str {
    let hex = digest.find(':').map_or(0, |at| at + 1);
    digest.get(..hex + 16).unwrap_or(digest)
}

/// The text with marks of full width beside Han characters, as official documents have them; the
/// program's own words are written with narrow ones, as terminals show them best.
pub fn punctuated(text: &str) -> String {
    let is_wide =
        |c: char| matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}' | '“' | '”');
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    // Whether each open bracket was made wide.
    let mut brackets = Vec::new();
    for (at, c) in chars.iter().copied().enumerate() {
        let before = out.last().copied();
        let after = chars[at + 1..].iter().copied().find(|c| *c != ' ');
        let beside = [before, after].into_iter().flatten().any(is_wide);
        let wide = match c {
            ',' => '\u{FF0C}',
            ';' => '\u{FF1B}',
            ':' => '\u{FF1A}',
            '?' => '\u{FF1F}',
            '!' => '\u{FF01}',
            '(' => '\u{FF08}',
            ')' => '\u{FF09}',
            other => other,
        };
        let made = match c {
            '(' => {
                brackets.push(beside);
                beside
            }
            ')' => brackets.pop().unwrap_or(false),
            _ => beside,
        };
        let spaced =
            c == ' ' && before.is_some_and(|c| matches!(c, '\u{FF0C}' | '\u{FF1B}' | '\u{FF1A}'));
        if !spaced {
            out.push(if made { wide } else { c });
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_wide_beside_han_characters_only() {
        for (text, told) in [
            ("判定(FIL-01):符合", "判定（FIL-01）：符合"),
            ("文本 14,344 字节; 存储", "文本 14,344 字节；存储"),
            ("a, b (c): d", "a, b (c): d"),
            ("见 https://a.example/b,另", "见 https://a.example/b，另"),
            ("f(x)是", "f(x)是"),
        ] {
            assert_eq!(punctuated(text), told);
        }
    }

    #[test]
    fn numbers_are_set_apart_and_shares_do_not_round_to_all_or_nothing() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(number(n), text);
        }
        for (share, text) in [
            (0.0, "0.00%"),
            (0.000_01, "<0.01%"),
            (0.3, "30.00%"),
            (0.999_999, ">99.99%"),
            (1.0, "100.00%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
