//! Every entity glued, spaced, punctuated, full-width, at line ends and at the end of the file.

use std::sync::Arc;

use yujian::Finding;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::syntax::RuleSpec;
use yujian::rules::{Anchor, RuleSet};

/// Rules whose value is a layout of several lines or a phrase with its own surroundings: their
/// examples are their matrix.
const OWN_LAYOUT: &[&str] = &[
    "pii.comms",
    "pii.icao.mrz",
    "pii.crime",
    "pii.wechat_ids",
    "classified.nda",
    "classified.confidential",
    "classified.privileged",
];

struct Subject<'a> {
    scanner: &'a Scanner,
    rule: &'a RuleSpec,
    /// The value as an example shows it, in half-width characters.
    value: String,
    /// What has to stand before it.
    lead: String,
    /// Where the finding lies in the value: a mark is tried with the words it is found by.
    inside: std::ops::Range<usize>,
}

fn of_rule<'f>(scanner: &Scanner, rule: &RuleSpec, findings: &'f [Finding]) -> Option<&'f Finding> {
    findings
        .iter()
        .find(|f| scanner.rules().info(f.rule).id == *rule.id.get_ref())
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c as u32 {
            code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap(),
            _ => c,
        })
        .collect()
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap(),
            _ => c,
        })
        .collect()
}

/// Takes the value out of the rule's first example and finds the least that must stand before it.
fn subject<'a>(scanner: &'a Scanner, rule: &'a RuleSpec) -> Subject<'a> {
    let example = &rule.examples[0];
    let findings = scanner.scan_text(example);
    let found = of_rule(scanner, rule, &findings).unwrap();
    if rule.anchor == Some(Anchor::Word) {
        let value = half_width(example);
        let found = scanner.scan_text(&value);
        let inside = of_rule(scanner, rule, &found).unwrap().span.range();
        return Subject {
            scanner,
            rule,
            value,
            lead: String::new(),
            inside,
        };
    }
    let value = half_width(&example[found.span.range()]);
    let leads = std::iter::once(String::new())
        .chain(rule.context.iter().cloned())
        .chain(std::iter::once(
            example[..found.span.start as usize].to_owned(),
        ));
    for lead in leads {
        let text = format!("{lead}{value}");
        if of_rule(scanner, rule, &scanner.scan_text(&text)).is_some() {
            return Subject {
                scanner,
                rule,
                inside: 0..value.len(),
                value,
                lead,
            };
        }
    }
    panic!(
        "{}: no context word makes it stand alone",
        rule.id.get_ref()
    );
}

impl Subject<'_> {
    fn check(&self, kind: &str, text: &str, value: &str, failures: &mut Vec<String>) {
        let findings = self.scanner.scan_text(text);
        let found = of_rule(self.scanner, self.rule, &findings);
        let at = text.rfind(value).unwrap();
        // Every character of a full-width value is three bytes, or was before.
        let place = |inside: usize| {
            let characters = self.value[..inside].chars().count();
            let end = value.char_indices().nth(characters);
            at + end.map_or(value.len(), |(end, _)| end)
        };
        let expected = place(self.inside.start)..place(self.inside.end);
        let id = self.rule.id.get_ref();
        match found {
            None => failures.push(format!("{id}, {kind}: nothing in {text:?}")),
            Some(f) if f.span.range() != expected => {
                failures.push(format!(
                    "{id}, {kind}: {:?} in {text:?}",
                    &text[f.span.range()]
                ));
            }
            Some(_) => {}
        }
    }

    fn matrix(&self, failures: &mut Vec<String>) {
        let (lead, value) = (&self.lead, &self.value);
        // A Latin context word must not run into the Han characters' place of the value.
        let wide = full_width(value);
        for (kind, text, value) in [
            ("glued", format!("其{lead}{value}已登记"), value),
            ("spaced", format!("其 {lead} {value} 已登记"), value),
            ("colon", format!("{lead}:{value},已登记"), value),
            ("brackets", format!("({lead}“{value}”)"), value),
            ("full stop", format!("{lead}:{value}。下一句"), value),
            ("full-width", format!("其{lead}{wide}已登记"), &wide),
            ("line end", format!("{lead}{value}\n下一行"), value),
            (
                "windows line end",
                format!("{lead}{value}\r\n下一行"),
                value,
            ),
            ("tab", format!("{lead}\t{value}\t下一格"), value),
            ("end of file", format!("正文。{lead}{value}"), value),
        ] {
            // Without a word before it the value stands at the start of the text.
            let text = if lead.is_empty() && matches!(kind, "colon" | "full stop") {
                text.trim_start_matches(':').to_owned()
            } else {
                text
            };
            self.check(kind, &text, value, failures);
        }
    }
}

#[test]
fn every_entity_is_found_whatever_stands_around_it() {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules.clone(), DetectOptions::default()).unwrap();
    let mut failures = Vec::new();
    let mut tried = 0;
    for rule in rules.rules() {
        let id = rule.id.get_ref().as_str();
        if rule.anchor.is_none() || OWN_LAYOUT.contains(&id) {
            continue;
        }
        subject(&scanner, rule).matrix(&mut failures);
        tried += 1;
    }
    assert!(tried >= 90, "only {tried} rules were tried");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_entity_is_found_inside_a_longer_number() {
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules.clone(), DetectOptions::default()).unwrap();
    let mut failures = Vec::new();
    for rule in rules.rules() {
        let id = rule.id.get_ref().as_str();
        // The older form of this permit has two digits more, and is found as such.
        let has_longer_form = id == "pii.cn.twp";
        if rule.anchor != Some(Anchor::Digit) || OWN_LAYOUT.contains(&id) || has_longer_form {
            continue;
        }
        let subject = subject(&scanner, rule);
        let text = format!("其{}7{}7", subject.lead, subject.value);
        let findings = scanner.scan_text(&text);
        if let Some(found) = of_rule(&scanner, rule, &findings)
            && text[found.span.range()].contains(&subject.value)
        {
            failures.push(format!("{id}: found in {text:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
