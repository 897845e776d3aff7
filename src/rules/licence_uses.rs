//! [`LicenceUses`]: what a corpus is declared to be used for, from `rules/data/licence_uses.csv`.

use std::sync::LazyLock;

use super::LicenceClass;
use crate::data;

/// A use that a licence may allow or forbid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceUse {
    /// Its word in `[model] use`.
    pub name: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// Uses that who may do this may do too, itself among them.
    covers: Vec<&'static str>,
    /// Words of a declared scope that mean it.
    words: Vec<&'static str>,
}

impl LicenceUse {
    /// All of them, the widest first.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<LicenceUse>> = LazyLock::new(|| {
            let rows = data::rows(data::LICENCE_USES).filter(|row| row.len() == 5);
            let one = |row: Vec<&'static str>| LicenceUse {
                name: row[0],
                zh: row[1],
                en: row[2],
                covers: row[3].split(' ').collect(),
                words: row[4].split(' ').collect(),
            };
            rows.map(one).collect()
        });
        &ALL
    }

    /// Uses that the words of a scope name. "non-commercial" is no commercial use.
    fn of_scope(scope: &[String]) -> Vec<&'static Self> {
        let mut text = scope.join("\n").to_lowercase();
        let mut words: Vec<(&str, &Self)> = Self::all()
            .iter()
            .flat_map(|of| of.words.iter().map(move |word| (*word, of)))
            .collect();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let mut named: Vec<&Self> = Vec::new();
        for (word, of) in words {
            if text.contains(word) {
                text = text.replace(word, "\n");
                named.push(of);
            }
        }
        named
    }
}

/// The uses that are declared for a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceUses {
    all: Vec<&'static LicenceUse>,
    /// Whether nothing is declared, and the widest use is assumed.
    pub is_assumed: bool,
}

impl Default for LicenceUses {
    /// What a model that is filed is for: services to the public, which may be sold.
    fn default() -> Self {
        Self {
            all: LicenceUse::all().iter().take(2).collect(),
            is_assumed: true,
        }
    }
}

impl LicenceUses {
    /// From words, each one of [`LicenceUse::all`]; the default if there are none.
    ///
    /// # Errors
    ///
    /// The words that name no use.
    pub fn of<'w>(words: &[&'w str]) -> Result<Self, Vec<&'w str>> {
        let find = |word: &str| LicenceUse::all().iter().find(|of| of.name == word);
        let unknown: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| find(word).is_none())
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let named = |of: &&LicenceUse| words.contains(&of.name);
        let all: Vec<&LicenceUse> = LicenceUse::all().iter().filter(named).collect();
        match all.is_empty() {
            true => Ok(Self::default()),
            false => Ok(Self {
                all,
                is_assumed: false,
            }),
        }
    }

    /// Whether a class of licences may be against one of them.
    pub fn are_against(&self, class: &LicenceClass) -> bool {
        self.all.iter().any(|of| class.is_against(of.name))
    }

    /// Those of them that a declared scope does not cover; none if it names no use at all, because
    /// then it speaks of something else.
    pub fn beyond(&self, scope: &[String]) -> Vec<&'static LicenceUse> {
        let named = LicenceUse::of_scope(scope);
        let is_covered = |of: &LicenceUse| named.iter().any(|may| may.covers.contains(&of.name));
        let all = self.all.iter().copied();
        all.filter(|of| !named.is_empty() && !is_covered(of))
            .collect()
    }

    /// In Chinese.
    pub fn zh(&self) -> String {
        let names: Vec<&str> = self.all.iter().map(|of| of.zh).collect();
        names.join("、")
    }

    /// In English.
    pub fn en(&self) -> String {
        let names: Vec<&str> = self.all.iter().map(|of| of.en).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_is_narrower() {
        for (uses, scope, beyond) in [
            (&["commercial"][..], &["use", "modify"][..], &[][..]),
            (&["commercial", "public_service"], &["commercial"], &[]),
            (&["commercial"], &["non-commercial"], &["commercial"]),
            (
                &["public_service"],
                &["仅限非商业研究"],
                &["public_service"],
            ),
            (&["research"], &["非商用"], &[]),
            (&["research"], &["可商用"], &[]),
            (&["commercial"], &["研究", "商用"], &[]),
            (&[], &["internal use"], &["commercial", "public_service"]),
        ] {
            let uses = LicenceUses::of(uses).unwrap();
            let scope: Vec<String> = scope.iter().map(|word| (*word).to_owned()).collect();
            let names: Vec<&str> = uses.beyond(&scope).iter().map(|of| of.name).collect();
            assert_eq!(names, beyond, "{scope:?}");
        }
        assert_eq!(LicenceUses::of(&["comercial"]), Err(vec!["comercial"]));
    }
}
