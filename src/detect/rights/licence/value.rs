//! Licences as the value of a field states them.

use super::names::Names;
use super::words::Words;
use super::{creative_commons, links};
use crate::rules::LicenceStatement;

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
    use crate::rules::UNKNOWN_LICENCE;

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
