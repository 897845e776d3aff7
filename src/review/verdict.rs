//! What people say of a record: verdicts, codes of risks, names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::VERDICTS;
use crate::lexicon;
use crate::text::FoldTable;

/// What a person says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// 合格
    Pass,
    /// 不合格
    Fail,
    /// 无法判断: no pass.
    Undecided,
}

impl Verdict {
    /// All of them, in the order of the drop-down.
    pub const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::Undecided];

    /// The word of files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
        }
    }

    /// The word of sheets.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Pass => VERDICTS[0],
            Self::Fail => VERDICTS[1],
            Self::Undecided => VERDICTS[2],
        }
    }

    /// What a cell says, whatever its width, script, case and blanks; none if it is no verdict.
    pub fn read(cell: &str) -> Option<Self> {
        let said = plain(cell);
        Self::ALL
            .into_iter()
            .find(|verdict| said == plain(verdict.zh()) || said == verdict.as_str())
    }
}

/// In which part somebody judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// One of those who judge.
    Reviewer,
    /// Who decides where these differ.
    Adjudicator,
}

impl Role {
    /// The word of files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Adjudicator => "adjudicator",
        }
    }
}

/// Text in the form in which words of sheets are compared: no blanks, one width and script.
pub(super) fn plain(text: &str) -> String {
    let mut plain = FoldTable::get().plain(text);
    plain.retain(|c| !c.is_whitespace());
    plain
}

/// The codes that may be named: risks without the groups they are in.
pub fn risk_codes() -> BTreeSet<String> {
    let risks = lexicon::risks().filter(|risk| risk.code.matches('.').count() >= 2);
    risks.map(|risk| risk.code.to_owned()).collect()
}

/// Codes of a cell, sorted; none if one of them is no code.
pub(super) fn read_codes(cell: &str, known: &BTreeSet<String>) -> Option<Vec<String>> {
    let folded = FoldTable::get().plain(cell);
    let parts = folded.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、' | '/'));
    let codes: Option<BTreeSet<String>> = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            // Codes begin with a capital, which folding has taken away.
            let mut code = part.to_owned();
            if let Some(first) = code.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            known.contains(&code).then_some(code)
        })
        .collect();
    Some(codes?.into_iter().collect())
}

/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// A name as it is kept: one width, single blanks; none if it is none or can be no name.
pub(super) fn read_name(cell: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization as _;
    let folded: String = cell.nfkc().collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let name = words.join(" ");
    let right = !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.chars().any(char::is_control);
    right.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_width_script_and_case() {
        for (cell, verdict) in [
            ("合格", Some(Verdict::Pass)),
            (" 合 格\u{3000}", Some(Verdict::Pass)),
            ("不合格\n", Some(Verdict::Fail)),
            ("無法判斷", Some(Verdict::Undecided)),
            ("ＦＡＩＬ", Some(Verdict::Fail)),
            ("Pass", Some(Verdict::Pass)),
            ("合格?", None),
            ("不", None),
            ("", None),
        ] {
            assert_eq!(Verdict::read(cell), verdict, "{cell}");
        }
        let known = risk_codes();
        let read = |cell| read_codes(cell, &known);
        let two = vec!["A.1.a".to_owned(), "A.2.b".to_owned()];
        assert_eq!(read("A.2.b、ａ.1.a; A.1.a"), Some(two));
        assert_eq!(read("  "), Some(Vec::new()));
        assert_eq!(read("A.1"), None);
        assert_eq!(read("政治"), None);
        assert_eq!(read_name(" 张　三 "), Some("张 三".to_owned()));
        assert_eq!(read_name(&"长".repeat(65)), None);
    }
}
