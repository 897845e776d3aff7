//! Addresses at which licences stand.

use std::sync::LazyLock;

use super::creative_commons;
use super::names::Names;
use super::words::Words;
use crate::data;

/// Beginnings of addresses with ids, the longest first; an id that is empty stands in the address.
static LINKS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let rows = data::rows(data::LICENCE_LINKS);
    let mut links: Vec<_> = rows.map(|row| (row[0], row[1])).collect();
    links.sort_by_key(|(link, _)| (std::cmp::Reverse(link.len()), *link));
    links
});

/// The licence that an address leads to; it may lack its scheme.
pub fn licence_of(address: &str) -> Option<String> {
    let lower = address.trim().to_ascii_lowercase();
    let bare = lower.split_once("://").map_or(&*lower, |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    if let Some(path) = bare.strip_prefix("creativecommons.org/") {
        return creative_commons::of_path(path);
    }
    let (link, id) = LINKS.iter().find(|(link, _)| bare.starts_with(link))?;
    if !id.is_empty() {
        return Some((*id).to_owned());
    }
    let name = bare[link.len()..].split(['/', '?', '#']).next()?;
    let words = Words::of(name.trim_end_matches(".html").trim_end_matches(".txt"));
    let named = Names::get().at(&words, 0)?;
    (named.words.end == words.hashes.len()).then(|| named.id.to_owned())
}

/// Where the address ends that begins `text`.
pub fn end_of(text: &str) -> usize {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "/:.-_~%?=&#+".contains(c));
    let end = text.find(ends).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ':', '?', '-']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_licences() {
        for (address, id) in [
            (
                "http://www.apache.org/licenses/LICENSE-2.0.txt",
                "Apache-2.0",
            ),
            ("https://opensource.org/licenses/MIT", "MIT"),
            (
                "https://www.gnu.org/licenses/gpl-3.0.en.html",
                "GPL-3.0-only",
            ),
            ("spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"),
            (
                "https://choosealicense.com/licenses/agpl-3.0/",
                "AGPL-3.0-only",
            ),
            ("http://license.coscl.org.cn/MulanPSL2", "MulanPSL-2.0"),
            (
                "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.zh",
                "CC-BY-NC-SA-4.0",
            ),
            ("creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
            ("creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ] {
            assert_eq!(licence_of(address).as_deref(), Some(id), "{address}");
        }
        assert_eq!(licence_of("https://example.com/license"), None);
        assert_eq!(end_of("opensource.org/licenses/MIT)."), 27);
        assert_eq!(end_of("creativecommons.org/licenses/by/4.0/。"), 36);
    }
}
