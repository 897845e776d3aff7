//! [`Obligations`]: what licences ask for and forbid, from `rules/data/licences.csv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::data;

/// Id of licences that cannot be told from each other or are in no list. Source: SPDX 2.3, 7.13.
pub const UNKNOWN_LICENCE: &str = "NOASSERTION";

/// Classes that a use of texts for training may conflict with.
const RESTRICTIVE: [&str; 9] = [
    "non-commercial",
    "no-derivatives",
    "research-only",
    "share-alike",
    "copyleft",
    "network-copyleft",
    "use-restrictions",
    "proprietary",
    "no-training",
];

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

    /// Those of its classes that a use for training may conflict with.
    pub fn restrictions(&self, id: &str) -> impl Iterator<Item = &'static str> {
        let classes = self.of(id).iter().copied();
        classes.filter(|class| RESTRICTIVE.contains(class))
    }

    /// Whether an id is one of the table, or of the SPDX list.
    pub fn knows(&self, id: &str) -> bool {
        self.exact.contains_key(id)
            || spdx::license_id(id).is_some()
            || spdx::exception_id(id).is_some()
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
        let known: Vec<&str> = RESTRICTIVE
            .into_iter()
            .chain(["attribution", "weak-copyleft", "patent", "public-domain"])
            .collect();
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
}
