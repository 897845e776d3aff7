//! Names of licences in a text: those of the SPDX list, its ids, and what else they are called.
//!
//! Names are compared word by word, without words that may be left out (licence, version,
//! software), so that "Apache License, Version 2.0", "Apache-2.0" and "apache 2.0" are one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::words::Words;
use crate::data;

/// Words of a text between the name of a licence of the GNU family and the version its header
/// names, and from there to "any later version". Source: "How to apply these terms" of the GPL.
const TO_VERSION: usize = 12;
const TO_LATER: usize = 12;

/// Names by their first word.
pub struct Names {
    by_first: BTreeMap<u32, Vec<Name>>,
    /// Words that may be left out.
    empty: Vec<u32>,
    /// Those of them that say that a licence is meant.
    licence: Vec<u32>,
    /// What says that later versions are meant too.
    later: Vec<Vec<u32>>,
    numbers: [(u32, &'static str); 4],
}

struct Name {
    words: Vec<u32>,
    id: &'static str,
    /// Whether it tells which version, where its id does.
    is_exact: bool,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// SPDX id, or a `LicenseRef-`.
    pub id: &'static str,
    /// The words of the text that it takes.
    pub words: Range<usize>,
    /// Words of the name that may not be left out.
    pub length: usize,
    /// Whether the word licence stands in it or beside it.
    pub is_called_licence: bool,
    /// Whether it tells which version of the licence is meant.
    pub is_exact: bool,
}

fn word(text: &str) -> u32 {
    let words = Words::of(text).hashes;
    words.first().copied().unwrap_or_default()
}

impl Names {
    /// All names, read when they are first asked for.
    pub fn get() -> &'static Self {
        static NAMES: LazyLock<Names> = LazyLock::new(Names::new);
        &NAMES
    }

    fn new() -> Self {
        let licence = ["license", "licence", "licenses", "licences", "licensing"];
        let empty = ["the", "version", "ver", "software", "agreement", "revision"];
        let mut names = Self {
            by_first: BTreeMap::new(),
            empty: licence.iter().chain(&empty).map(|w| word(w)).collect(),
            licence: licence.iter().map(|w| word(w)).collect(),
            later: [
                "any later",
                "or later",
                "later version",
                "或更",
                "及更",
                "以后",
                "以上",
            ]
            .map(|text| Words::of(text).hashes)
            .to_vec(),
            numbers: ["1", "2", "2.1", "3"].map(|number| (word(&format!("v{number}")), number)),
        };
        // What the table says holds before what the list says of itself.
        for row in data::rows(data::LICENCE_NAMES) {
            names.add(row[0], row[1]);
        }
        for licence in spdx::identifiers::LICENSES {
            if licence.flags & spdx::flags::IS_DEPRECATED == 0 && licence.name != "NOASSERTION" {
                names.add(licence.name, licence.name);
                names.add(licence.full_name, licence.name);
            }
        }
        for of_first in names.by_first.values_mut() {
            of_first.sort_by_key(|name| std::cmp::Reverse(name.words.len()));
        }
        names
    }

    fn add(&mut self, name: &str, id: &'static str) {
        let mut words = Words::of(name).hashes;
        words.retain(|word| !self.empty.contains(word));
        let Some(first) = words.first() else {
            return;
        };
        let of_first = self.by_first.entry(*first).or_default();
        if !of_first.iter().any(|known| known.words == words) {
            let digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
            let is_exact = digit(name) || !digit(id);
            of_first.push(Name {
                words,
                id,
                is_exact,
            });
        }
    }

    /// The longest name that begins at word `at`.
    pub fn at(&self, words: &Words, at: usize) -> Option<Named> {
        let of_first = self.by_first.get(words.hashes.get(at)?)?;
        let (name, mut end) = of_first.iter().find_map(|name| {
            let end = self.matched(words, at, &name.words)?;
            Some((name, end))
        })?;
        let id = name.id;
        let hash = |at: usize| words.hashes.get(at);
        let is_licence = |at: usize| hash(at).is_some_and(|word| self.licence.contains(word));
        let is_called_licence = (at..=end).any(is_licence);
        let id = match family(id) {
            Some(family) => self.versioned(words, &mut end, id, family),
            None => id,
        };
        Some(Named {
            is_exact: name.is_exact || id != name.id,
            id,
            words: at..end,
            length: name.words.len(),
            is_called_licence,
        })
    }

    /// Where a name ends that begins at word `at`, if it stands there.
    fn matched(&self, words: &Words, at: usize, name: &[u32]) -> Option<usize> {
        let mut place = at;
        for (number, wanted) in name.iter().enumerate() {
            while number > 0
                && words
                    .hashes
                    .get(place)
                    .is_some_and(|w| self.empty.contains(w))
            {
                place += 1;
            }
            if words.hashes.get(place) != Some(wanted) {
                return None;
            }
            place += 1;
        }
        Some(place)
    }

    /// The licence of a family that a name means with what follows it: "either version 2 of the
    /// License, or (at your option) any later version", "2.1+", "or later".
    fn versioned(
        &self,
        words: &Words,
        end: &mut usize,
        id: &'static str,
        family: &'static str,
    ) -> &'static str {
        let from = *end;
        let ahead = |from: usize, most: usize| from..(from + most).min(words.hashes.len());
        let mut stated = version(id);
        if stated.is_none() || id.ends_with("-or-later") {
            let found = ahead(from, TO_VERSION).find_map(|at| {
                let number = self
                    .numbers
                    .iter()
                    .find(|(hash, _)| *hash == words.hashes[at])?;
                Some((number.1, at + 1))
            });
            let Some((number, after)) = found else {
                return id;
            };
            (stated, *end) = (Some(number), after);
        }
        let later = ahead(*end, TO_LATER).find_map(|at| {
            let rest = &words.hashes[at..];
            let said = self.later.iter().find(|said| rest.starts_with(said))?;
            Some(at + said.len())
        });
        *end = later.unwrap_or(*end);
        let number = stated.unwrap_or_default();
        let dotted = if number.contains('.') {
            number.to_owned()
        } else {
            format!("{number}.0")
        };
        let suffix = if later.is_some() { "or-later" } else { "only" };
        let full = spdx::license_id(&format!("{family}-{dotted}-{suffix}"));
        full.map_or(id, |full| full.name)
    }
}

/// The family of a licence whose versions may be followed by "or later".
fn family(id: &str) -> Option<&'static str> {
    ["AGPL", "LGPL", "GPL", "GFDL"].into_iter().find(|family| {
        id.strip_prefix(family)
            .is_some_and(|rest| rest.starts_with('-'))
    })
}

/// The version that an id of such a family names.
fn version(id: &'static str) -> Option<&'static str> {
    let (_, rest) = id.split_once('-')?;
    let number = rest.split('-').next()?;
    Some(number.strip_suffix(".0").unwrap_or(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<&'static str> {
        let words = Words::of(text);
        (0..words.hashes.len()).find_map(|at| Names::get().at(&words, at).map(|n| n.id))
    }

    #[test]
    fn a_licence_has_many_names() {
        for (text, id) in [
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("apache-2.0", "Apache-2.0"),
            ("the Apache 2 Software License", "Apache-2.0"),
            ("Apache License", "LicenseRef-Apache"),
            ("MIT License", "MIT"),
            ("New BSD License", "BSD-3-Clause"),
            ("GPL v3", "GPL-3.0-only"),
            ("GPLv2 or later", "GPL-2.0-or-later"),
            (
                "GNU Lesser General Public License v2.1 only",
                "LGPL-2.1-only",
            ),
            ("gpl-3.0-or-later", "GPL-3.0-or-later"),
            (
                "GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.",
                "GPL-2.0-or-later",
            ),
            (
                "GNU General Public License version 3 as published by",
                "GPL-3.0-only",
            ),
            ("GNU General Public License", "GPL-1.0-or-later"),
            ("木兰宽松许可证, 第2版", "MulanPSL-2.0"),
            ("Mulan PSL v2", "MulanPSL-2.0"),
            ("Open Database License", "ODbL-1.0"),
            ("CDLA-Permissive-2.0", "CDLA-Permissive-2.0"),
            ("LLAMA 2 COMMUNITY LICENSE AGREEMENT", "LicenseRef-Llama-2"),
            ("bigscience-openrail-m", "LicenseRef-BigScience-OpenRAIL-M"),
            ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ] {
            assert_eq!(named(text), Some(id), "{text}");
        }
        assert_eq!(named("nothing of that kind"), None);
    }
}
