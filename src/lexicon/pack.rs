//! Words → rule packs, one a risk code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::category::risks;
use super::lint::Kept;
use crate::rules::Bilingual;
use crate::rules::syntax::FORMAT;

#[derive(Serialize)]
struct File<'a> {
    format: u32,
    pack: Pack<'a>,
    rule: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Pack<'a> {
    id: String,
    version: &'a str,
    title: Title,
    risk: &'a str,
    ecology: Vec<&'static str>,
    source: &'a str,
    imported: bool,
}

#[derive(Clone, Serialize)]
struct Title {
    zh: String,
    en: String,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: String,
    title: Title,
    severity: &'static str,
    confidence: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    all_of: Vec<Vec<&'a str>>,
}

/// Confidence of a word from a list: nobody has looked at what it finds yet.
const CONFIDENCE: f64 = 0.5;

/// File names and texts of the packs, by risk code. `name` begins all ids, `version` is their date
/// as year.month.day, `source` says where the lists come from.
pub fn packs(name: &str, version: &str, source: &str, kept: &[Kept]) -> Vec<(String, String)> {
    let mut by_risk: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
    for word in kept {
        by_risk.entry(&word.risk).or_default().push(word);
    }
    let packs = by_risk.into_iter().map(|(risk, words)| {
        let id = format!("{name}.{risk}");
        let known = risks().filter(|r| risk.starts_with(r.code)).last();
        // Without them its words would be counted, and never as illegal or undesirable.
        let ecology = known.as_ref().map(|known| known.ecology.clone());
        let title = known.map_or_else(
            || Bilingual {
                zh: risk.to_owned(),
                en: risk.to_owned(),
            },
            |known| known.title,
        );
        let title = Title {
            zh: title.zh,
            en: title.en,
        };
        let rule = |id: String, terms, all_of| Rule {
            id,
            title: title.clone(),
            severity: "medium",
            confidence: CONFIDENCE,
            terms,
            all_of,
        };
        let terms: Vec<&str> = words
            .iter()
            .filter(|w| w.words.len() == 1)
            .map(|w| w.words[0].as_str())
            .collect();
        let mut rules = Vec::new();
        if !terms.is_empty() {
            rules.push(rule(format!("{id}.terms"), terms, vec![]));
        }
        let combinations = words.iter().filter(|w| w.words.len() > 1).enumerate();
        rules.extend(combinations.map(|(number, word)| {
            let groups = word.words.iter().map(|word| vec![word.as_str()]).collect();
            rule(
                format!("{id}.combination.{:05}", number + 1),
                vec![],
                groups,
            )
        }));
        let file = File {
            format: FORMAT,
            pack: Pack {
                id: id.clone(),
                version,
                title: title.clone(),
                risk,
                ecology: ecology.unwrap_or_default(),
                source,
                imported: true,
            },
            rule: rules,
        };
        let text = toml::to_string_pretty(&file).expect("strings and numbers are TOML");
        (format!("{id}.toml"), text)
    });
    packs.collect()
}
