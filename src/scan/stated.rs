//! What a record says of itself, made fit to be kept.
//!
//! Address, date, source, licence and language are what a ledger of sources is checked by, so
//! they are kept as they are, shortened and without passwords. Fields that the operator named may
//! hold anything, an author's address as well: values of personal data in them are masked.

use crate::corpus::{LABEL_FIELD, Stated, shortened, without_secrets};
use crate::detect::{RecordFindings, Scanner, Scratch};

/// What is kept of a value that cannot be masked place by place.
const HIDDEN: &str = "***";

/// Entities of what speaks of machine-made text begin so.
const MACHINE_MADE: &str = "rights.aigc.";

/// Adds to `found` what the label of machine-made text says that stands beside the text of a
/// record. It is no text of the record, so nothing else is looked for in it and it is not counted.
pub(super) fn add_label(
    found: &mut RecordFindings,
    stated: &Stated,
    scanner: &Scanner,
    scratch: &mut Scratch,
) {
    let Some((path, label)) = &stated.label else {
        return;
    };
    // Where no text path matched, it was a field like any other.
    if found.findings.iter().any(|finding| finding.field == *path) {
        return;
    }
    let mut scan = scanner.record(scratch);
    scan.field(path, LABEL_FIELD, label);
    let of_label = scan.finish();
    let infos = scanner.rules().infos();
    let wanted = |rule: crate::RuleIndex| {
        let entity = infos[rule.0 as usize].entity.as_deref();
        entity.is_some_and(|entity| entity.starts_with(MACHINE_MADE))
    };
    for (rule, counts) in of_label.counts {
        if wanted(rule) {
            let sum = found.counts.entry(rule).or_default();
            sum.open += counts.open;
            sum.suppressed += counts.suppressed;
        }
    }
    let findings = of_label.findings.into_iter();
    found.findings.extend(findings.filter(|f| wanted(f.rule)));
    found.findings.sort();
    let values = of_label.values.into_iter();
    found
        .values
        .extend(values.filter(|(rule, _)| wanted(*rule)));
}

/// Makes `stated` fit to be kept.
pub(super) fn cleaned(stated: Stated, scanner: &Scanner, scratch: &mut Scratch) -> Stated {
    let short = |value: Option<String>| value.map(|text| shortened(&text).to_owned());
    let others = stated.others.into_iter().map(|(name, value)| {
        let value = masked(&name, shortened(&value), scanner, scratch);
        (name, value)
    });
    let others = others.collect();
    Stated {
        url: short(stated.url.map(|url| without_secrets(&url))),
        date: short(stated.date),
        source: short(stated.source),
        licence: short(stated.licence),
        language: short(stated.language),
        others,
        references: stated.references,
        label: None,
    }
}

/// `value` with `*` for every character of personal data that is found in it.
fn masked(name: &str, value: &str, scanner: &Scanner, scratch: &mut Scratch) -> String {
    let mut scan = scanner.record(scratch);
    scan.field(name, name, value);
    let found = scan.finish();
    let infos = scanner.rules().infos();
    let personal = |rule: crate::RuleIndex| {
        let entity = infos[rule.0 as usize].entity.as_deref();
        entity.is_some_and(|entity| !entity.starts_with("rights."))
    };
    let all: u64 = found
        .counts
        .iter()
        .filter(|(rule, _)| personal(**rule))
        .map(|(_, counts)| counts.open)
        .sum();
    let spans: Vec<_> = found
        .findings
        .iter()
        .filter(|finding| personal(finding.rule) && finding.suppressed_by.is_none())
        .map(|finding| finding.span)
        .collect();
    // Findings beyond the limit of a record have no place.
    if all > spans.len() as u64 {
        return HIDDEN.to_owned();
    }
    let inside = |at: usize| spans.iter().any(|span| span.range().contains(&at));
    let characters = value.char_indices();
    characters
        .map(|(at, c)| if inside(at) { '*' } else { c })
        .collect()
}
