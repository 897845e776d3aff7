//! The findings as data for the script: text that is shown, never markup that is run.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

use super::Page;
use super::markup::shown;
use crate::report::families::Family;

/// Words in their order of first appearance, each once.
#[derive(Default)]
struct Words {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Words {
    fn place(&mut self, word: &str) -> usize {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        self.all.push(shown(word));
        self.places.insert(word.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }
}

/// The element that holds the data.
pub fn block(page: &Page<'_>) -> Markup {
    html! {
        script #findings-data type="application/json" { (PreEscaped(inert(&data(page).to_string()))) }
    }
}

/// JSON in which nothing is left that ends a script element, opens a comment or ends a line of it.
/// Outside of strings JSON has none of these characters.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' | '\u{7F}'..='\u{9F}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

fn data(page: &Page<'_>) -> Value {
    let (mut sources, mut paths, mut fields) =
        (Words::default(), Words::default(), Words::default());
    let mut rules = Words::default();
    let mut row = |family: &Family| {
        let places: Vec<Value> = (family.places.iter())
            .map(|place| {
                json!([
                    paths.place(&place.path),
                    // As text: numbers of a script end at 2^53.
                    place.record.to_string(),
                    place.record_id.as_deref().map(shown),
                    fields.place(&place.field),
                    place.code_points.start.to_string(),
                    place.code_points.end.to_string(),
                ])
            })
            .collect();
        json!([
            rules.place(&family.rule),
            sources.place(&family.source),
            family.suppressed_by.as_deref().map(shown),
            family.confidence.0,
            family.findings,
            family.records,
            family.files,
            shown(&family.excerpt),
            family.fingerprint,
            places,
        ])
    };
    let families: Vec<Value> = page.facts.families.shown.iter().map(&mut row).collect();
    let mut originals: Vec<(&String, &usize)> = rules.places.iter().collect();
    originals.sort_by_key(|(_, place)| **place);
    let rules: Vec<Value> = originals
        .into_iter()
        .map(|(id, _)| match page.facts.rule(id) {
            Some(info) => json!([
                shown(id),
                shown(&info.title.zh),
                shown(&info.title.en),
                info.severity.as_str(),
                info.risk.as_deref().map(shown),
                info.entity.as_deref().map(shown),
                info.class.as_ref().map(|class| shown(&class.gbt45574)),
            ]),
            None => json!([shown(id), "", "", "low", null, null, null]),
        })
        .collect();
    json!({
        "rules": rules,
        "sources": sources.all,
        "paths": paths.all,
        "fields": fields.all,
        "families": families,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_ends_its_element() {
        let hostile = "</script><script>alert(1)</script><!-- ]]> \u{2028}\u{85} & 'x' \"y\" \\";
        let text = inert(&json!([hostile]).to_string());
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [hostile]);
        let bare = ['<', '>', '&', '\'', '\u{2028}', '\u{85}'];
        assert!(!text.contains(bare), "{text}");
    }
}
