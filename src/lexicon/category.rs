//! Categories of lexicons → risk codes.

use std::collections::BTreeMap;

use crate::SetupError;
use crate::data;
use crate::rules::{Bilingual, is_risk};

/// One risk, or a group of risks, of Appendix A.
#[derive(Clone, Debug)]
pub struct Risk {
    /// `A.1.d`; of a group `A.1`.
    pub code: &'static str,
    /// Title.
    pub title: Bilingual,
    /// Codes of the ecology rule that it is of; none of a group.
    pub ecology: Vec<&'static str>,
}

/// The five groups and 31 risks, each group before its risks.
pub fn risks() -> impl Iterator<Item = Risk> {
    data::rows(data::RISKS).map(|row| Risk {
        code: row[0],
        title: Bilingual {
            zh: row[1].to_owned(),
            en: row[2].to_owned(),
        },
        ecology: row[3].split_whitespace().collect(),
    })
}

/// Names of categories with their codes.
pub struct Categories {
    given: BTreeMap<String, String>,
    /// Longest names first.
    known: Vec<(String, String)>,
    fallback: Option<String>,
}

impl Categories {
    /// With what the user says: `name=code` for some categories, a code for all others.
    ///
    /// # Errors
    ///
    /// What is no `name=code`, and codes that do not exist.
    pub fn new(given: &[String], fallback: Option<&str>) -> Result<Self, SetupError> {
        let check = |code: &str| match is_risk(code) {
            true => Ok(code.to_owned()),
            false => Err(SetupError::other(
                format!("`{code}` is no risk code"),
                "Appendix A codes look like A.1.h or A.1.h.fraud",
            )),
        };
        let mut pairs = BTreeMap::new();
        for pair in given {
            let (name, code) = pair.split_once('=').ok_or_else(|| {
                SetupError::other(
                    format!("`{pair}` maps nothing"),
                    "write CATEGORY=CODE, such as 涉赌=A.1.h.gambling",
                )
            })?;
            pairs.insert(name.trim().to_owned(), check(code.trim())?);
        }
        let titles = risks().filter(|risk| risk.code.len() > 3);
        let mut known: Vec<(String, String)> = titles
            .flat_map(|risk| {
                [risk.title.zh, risk.title.en].map(|title| (plain(&title), risk.code.to_owned()))
            })
            .chain(data::rows(data::CATEGORIES).map(|row| (plain(row[0]), row[1].to_owned())))
            .collect();
        known.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        Ok(Self {
            given: pairs,
            known,
            fallback: fallback.map(check).transpose()?,
        })
    }

    /// The code of a category: as the user says, a code as it stands, or the longest known name
    /// it holds; else the fallback.
    pub fn code(&self, category: &str) -> Option<&str> {
        let category = category.trim();
        if let Some(code) = self.given.get(category) {
            return Some(code);
        }
        if let Some(risk) = risks().find(|risk| {
            let rest = category.strip_prefix(risk.code);
            risk.code.len() > 3 && rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        }) {
            // A code of our own with a finer part is kept whole.
            let finer = self.known.iter().find(|(_, code)| code == category);
            return Some(finer.map_or(risk.code, |(_, code)| code));
        }
        let wanted = plain(category);
        let known = self
            .known
            .iter()
            .find(|(name, _)| wanted.contains(name.as_str()));
        known
            .map(|(_, code)| code.as_str())
            .or(self.fallback.as_deref())
    }
}

/// A title as titles are compared: without punctuation and case.
pub fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_known_by_code_title_and_habit() {
        let given = ["自定义=A.4.a".to_owned()];
        let categories = Categories::new(&given, None).unwrap();
        for (category, code) in [
            ("A.1.d", Some("A.1.d")),
            ("A.1.d 宣扬恐怖主义、极端主义", Some("A.1.d")),
            ("A.1.h.fraud", Some("A.1.h.fraud")),
            ("宣扬恐怖主义,极端主义", Some("A.1.d")),
            ("色情类", Some("A.1.f")),
            ("暴恐词库", Some("A.1.d")),
            ("涉枪涉爆违法信息关键词", Some("A.1.h.arms")),
            ("民族歧视", Some("A.2.a")),
            ("自定义", Some("A.4.a")),
            ("补充词库", None),
        ] {
            assert_eq!(categories.code(category), code, "{category}");
        }
        let all = Categories::new(&[], Some("A.1.h")).unwrap();
        assert_eq!(all.code("补充词库"), Some("A.1.h"));
        assert!(Categories::new(&[], Some("B.1")).is_err());
        assert!(Categories::new(&["A.1.h".to_owned()], None).is_err());
    }

    #[test]
    fn there_are_31_risks_in_five_groups() {
        assert_eq!(risks().filter(|risk| risk.code.len() == 3).count(), 5);
        assert_eq!(risks().filter(|risk| risk.code.len() == 5).count(), 31);
    }
}
