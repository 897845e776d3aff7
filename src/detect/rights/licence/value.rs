//! Licences as the value of a field states them.

use super::names::Names;
use super::words::Words;
use super::{creative_commons, links};
use crate::rules::{LicenceStatement, Obligations, UNKNOWN_LICENCE, expression_parts};

/// Jaro-Winkler similarity from which an id may have been meant. Ours: below it a wrong id helps
/// nobody.
const LIKE: f64 = 0.85;

/// From the value of a licence field: an expression, a name, an address, or a list of them.
pub fn licence_of_value(value: &str) -> LicenceStatement {
    let value = value
        .trim()
        .trim_matches(['[', ']', '"', '\'', '“', '”', ' ']);
    let as_expression = LicenceStatement::of_expression(value);
    if as_expression.problem.is_none() {
        return as_expression;
    }
    if let Some(id) = by_name(value) {
        return LicenceStatement::one(&id);
    }
    // ['mit', 'apache-2.0'] of The Stack means all that were found.
    let parts: Vec<&str> = value.split([',', ';', '|', '、']).collect();
    if parts.len() > 1 && parts.len() <= 16 {
        let all = parts.iter().map(|part| {
            let part = part.trim_matches(['"', '\'', ' ', '“', '”']);
            by_name(part).filter(|_| !part.is_empty())
        });
        if let Some(mut ids) = all.collect::<Option<Vec<String>>>() {
            ids.sort_unstable();
            ids.dedup();
            return LicenceStatement {
                licence: ids.join(" AND "),
                binding: ids,
                problem: None,
            };
        }
    }
    as_expression
}

/// What a value that is no licence may have been meant to be: the same value as an expression, with
/// ids that exist; none if it is a licence, or too far from any.
pub fn nearest_licence(value: &str) -> Option<String> {
    let is_operator = |part: &str| matches!(part, "AND" | "OR" | "WITH");
    let whole = licence_of_value(value);
    // A name or address; of what is joined by operators it would be a part.
    if whole.problem.is_none() && !expression_parts(value).any(is_operator) {
        return (whole.licence != UNKNOWN_LICENCE).then_some(whole.licence);
    }
    let mut after_with = false;
    let mut mended = String::with_capacity(value.len());
    for part in expression_parts(value.trim()) {
        let is_word = part.contains(char::is_alphanumeric);
        match is_word && !is_operator(part) {
            false => mended.push_str(part),
            true if after_with => mended.push_str(&nearest_exception(part)?),
            true => mended.push_str(&nearest_id(part)?),
        }
        after_with = part == "WITH" || (after_with && !is_word);
    }
    let mended = LicenceStatement::of_expression(&mended);
    mended.problem.is_none().then_some(mended.licence)
}

fn nearest_id(part: &str) -> Option<String> {
    let known = licence_of_value(part);
    if known.problem.is_none() {
        return Some(known.licence);
    }
    let listed = spdx::identifiers::LICENSES.iter();
    let today = listed.filter(|known| known.flags & spdx::flags::IS_DEPRECATED == 0);
    let ids = today.map(|known| known.name);
    nearest(part, ids.chain(Obligations::builtin().ids()))
}

fn nearest_exception(part: &str) -> Option<String> {
    let listed = spdx::identifiers::EXCEPTIONS.iter();
    nearest(part, listed.map(|known| known.name))
}

fn nearest<'i>(part: &str, ids: impl Iterator<Item = &'i str>) -> Option<String> {
    let part = part.to_lowercase();
    let likeness = |id: &str| strsim::jaro_winkler(&part, &id.to_lowercase());
    let all = ids.map(|id| (likeness(id), id));
    let (likeness, id) = all.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))?;
    (likeness >= LIKE).then(|| id.to_owned())
}

/// The licence that a whole value names.
fn by_name(value: &str) -> Option<String> {
    if let Some(id) = links::licence_of(value) {
        return Some(id);
    }
    if let Some(found) = creative_commons::find(value).into_iter().next()
        && found.range.len() * 2 > value.len()
    {
        return Some(found.id);
    }
    let words = Words::of(value);
    let named = Names::get().at(&words, 0).or_else(|| {
        // "The MIT License": what may be left out may come first.
        Names::get().at(&words, 1)
    })?;
    // Most of the value must be the name: "MIT-style terms of the customer" is no MIT.
    let rest = words.hashes.len() - named.words.len();
    (rest <= 2).then(|| named.id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_licence_may_be_near_one() {
        for (value, nearest) in [
            ("CC-BY-SA4.0", Some("CC-BY-SA-4.0")),
            ("Apache2", Some("Apache-2.0")),
            ("MIT AND GPL-3.0-olny", Some("MIT AND GPL-3.0-only")),
            ("(MIT OR Apche-2.0)", Some("MIT OR Apache-2.0")),
            (
                "GPL-2.0-only WITH Classpath-exception",
                Some("GPL-2.0-only WITH Classpath-exception-2.0"),
            ),
            ("知识共享 署名 4.0", Some("CC-BY-4.0")),
            ("某某网所有", None),
            ("MIT AND", None),
            ("", None),
        ] {
            assert_eq!(nearest_licence(value).as_deref(), nearest, "{value}");
        }
    }

    #[test]
    fn values_of_fields_may_be_names_addresses_and_lists() {
        for (value, licence) in [
            ("mit", "MIT"),
            ("The MIT License", "MIT"),
            ("apache-2.0", "Apache-2.0"),
            ("Apache License 2.0", "Apache-2.0"),
            ("cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"),
            ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
            ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
            ("知识共享 署名-非商业性使用 4.0 国际", "CC-BY-NC-4.0"),
            ("['mit', 'gpl-3.0-only']", "GPL-3.0-only AND MIT"),
            ("llama2", "LicenseRef-Llama-2"),
            ("openrail", "LicenseRef-OpenRAIL"),
            ("木兰宽松许可证,第2版", "MulanPSL-2.0"),
            ("all rights reserved by somebody else", UNKNOWN_LICENCE),
        ] {
            assert_eq!(licence_of_value(value).licence, licence, "{value}");
        }
    }
}
