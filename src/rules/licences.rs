//! [`Obligations`]: what licences ask for and forbid, from `rules/data/licences.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::LicenceUse;
use crate::data;

/// Id of licences that cannot be told from each other or are in no list. Source: SPDX 2.3, 7.13.
pub const UNKNOWN_LICENCE: &str = "NOASSERTION";

/// Something that a licence asks for or forbids, from `rules/data/licence_classes.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceClass {
    /// Its stable word: `non-commercial`.
    pub name: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// What a person has to settle, in Chinese.
    pub why_zh: &'static str,
    /// … and in English.
    pub why_en: &'static str,
    /// Uses it may be against, or `*` for every one.
    against: Vec<&'static str>,
}

impl LicenceClass {
    /// The class of that word.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|class| class.name == name)
    }

    /// All of them, read when they are first asked for.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<LicenceClass>> = LazyLock::new(|| {
            let rows = data::rows(data::LICENCE_CLASSES).filter(|row| row.len() == 6);
            let class = |row: Vec<&'static str>| LicenceClass {
                name: row[0],
                zh: row[1],
                en: row[2],
                against: row[3].split(' ').filter(|use_| *use_ != "-").collect(),
                why_zh: row[4],
                why_en: row[5],
            };
            rows.map(class).collect()
        });
        &ALL
    }

    /// Uses it may be against, the widest first.
    pub fn uses(&self) -> impl Iterator<Item = &'static LicenceUse> {
        LicenceUse::all()
            .iter()
            .filter(|of| self.is_against(of.name))
    }

    /// Whether it may be against any use at all.
    pub fn is_restriction(&self) -> bool {
        !self.against.is_empty()
    }

    /// Whether it may be against a use, by the word of that.
    pub fn is_against(&self, name: &str) -> bool {
        self.against.iter().any(|of| *of == "*" || *of == name)
    }
}

/// The family of a licence in Chinese and English, from `rules/data/licence_families.csv`.
pub fn licence_family(id: &str) -> Option<(&'static str, &'static str)> {
    data::rows(data::LICENCE_FAMILIES)
        .filter(|row| row.len() == 3 && id.starts_with(row[0]))
        .max_by_key(|row| row[0].len())
        .map(|row| (row[1], row[2]))
}

/// What licences ask for and forbid, by id.
#[derive(Debug)]
pub struct Obligations {
    exact: HashMap<&'static str, Vec<&'static str>>,
    /// Beginnings of ids, the longest first.
    families: Vec<(&'static str, Vec<&'static str>)>,
}

impl Obligations {
    /// The table that ships with the program, read when it is first asked for.
    pub fn builtin() -> &'static Self {
        static TABLE: LazyLock<Obligations> = LazyLock::new(Obligations::parse);
        &TABLE
    }

    fn parse() -> Self {
        let mut exact = HashMap::new();
        let mut families = Vec::new();
        for row in data::rows(data::LICENCES).filter(|row| row.len() > 1) {
            let classes: Vec<&'static str> = row[1].split(' ').collect();
            match row[0].strip_suffix('*') {
                Some(family) => families.push((family, classes)),
                None => drop(exact.insert(row[0], classes)),
            }
        }
        families.sort_by_key(|(family, _)| (std::cmp::Reverse(family.len()), *family));
        Self { exact, families }
    }

    /// What a licence asks for and forbids; nothing if nobody has looked. Of licences that are not
    /// in the table the SPDX list knows whether they are copyleft.
    pub fn of(&self, id: &str) -> &[&'static str] {
        if let Some(classes) = self.exact.get(id) {
            return classes;
        }
        let family = self
            .families
            .iter()
            .find(|(family, _)| id.starts_with(family));
        match family {
            Some((_, classes)) => classes,
            None if spdx::license_id(id).is_some_and(spdx::LicenseId::is_copyleft) => &["copyleft"],
            None => &[],
        }
    }

    /// Those of its classes that may be against a use.
    pub fn restrictions(&self, id: &str) -> impl Iterator<Item = &'static str> {
        let classes = self.of(id).iter().copied();
        classes.filter(|class| LicenceClass::named(class).is_some_and(LicenceClass::is_restriction))
    }

    /// Whether an id is one of the table, or of the SPDX list.
    pub fn knows(&self, id: &str) -> bool {
        self.exact.contains_key(id)
            || spdx::license_id(id).is_some()
            || spdx::exception_id(id).is_some()
    }

    /// Ids of the table, without families.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        data::rows(data::LICENCES)
            .map(|row| row[0])
            .filter(|id| !id.ends_with('*'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_entry_counts() {
        let table = Obligations::builtin();
        for (id, classes) in [
            ("MIT", &["attribution"][..]),
            ("CC-BY-4.0", &["attribution"]),
            (
                "CC-BY-NC-SA-3.0-DE",
                &["attribution", "non-commercial", "share-alike"],
            ),
            (
                "CC-BY-NC-ND-4.0",
                &["attribution", "non-commercial", "no-derivatives"],
            ),
            (
                "AGPL-3.0-or-later",
                &["copyleft", "network-copyleft", "patent", "attribution"],
            ),
            ("GPL-2.0-only", &["copyleft", "attribution"]),
            ("NOASSERTION", &[]),
        ] {
            assert_eq!(table.of(id), classes, "{id}");
        }
        let restrictions: Vec<&str> = table.restrictions("CC-BY-NC-SA-4.0").collect();
        assert_eq!(restrictions, ["non-commercial", "share-alike"]);
    }

    #[test]
    fn every_row_names_a_licence_and_known_classes() {
        let known: Vec<&str> = LicenceClass::all().iter().map(|class| class.name).collect();
        let rows = data::rows(data::LICENCES);
        for row in rows {
            assert_eq!(row.len(), 3, "{row:?}");
            let unknown = row[1].split(' ').find(|class| !known.contains(class));
            assert_eq!(unknown, None, "{row:?}");
            let is_id = match row[0].strip_suffix('*') {
                Some(family) => spdx::identifiers::LICENSES
                    .iter()
                    .any(|licence| licence.name.starts_with(family)),
                None => row[0].starts_with("LicenseRef-") || spdx::license_id(row[0]).is_some(),
            };
            assert!(is_id, "{row:?}");
        }
        let links = data::rows(data::LICENCE_LINKS);
        for row in data::rows(data::LICENCE_NAMES).chain(links) {
            let id = row[1];
            assert!(id.is_empty() || Obligations::builtin().knows(id), "{row:?}");
        }
    }
    #[test]
    fn every_class_family_and_use_is_whole() {
        let uses: Vec<&str> = data::rows(data::LICENCE_USES).map(|row| row[0]).collect();
        for row in data::rows(data::LICENCE_CLASSES) {
            assert_eq!(row.len(), 6, "{row:?}");
            for of in row[3].split(' ') {
                assert!(["*", "-"].contains(&of) || uses.contains(&of), "{row:?}");
            }
        }
        for row in data::rows(data::LICENCE_FAMILIES) {
            let mut ids = spdx::identifiers::LICENSES.iter().map(|known| known.name);
            let table = Obligations::builtin();
            let is_id = |id: &str| id.starts_with(row[0]);
            assert!(
                row.len() == 3 && (ids.any(is_id) || table.ids().any(is_id)),
                "{row:?}"
            );
        }
        assert_eq!(
            licence_family("CC-BY-NC-4.0"),
            Some(("知识共享", "Creative Commons"))
        );
        assert_eq!(licence_family("LicenseRef-Ours"), None);
    }
}
