//! What a record says of itself, made fit to be kept.
//!
//! Address, date, source, licence and language are what a ledger of sources is checked by, and an
//! id is what a record is found again by: they are kept, shortened and without passwords. Fields
//! that the operator named may hold anything. Personal data in any of them is masked.

use crate::corpus::{LABEL_FIELD, Stated, shortened, without_secrets};
use crate::detect::{RecordFindings, Scanner, Scratch, masked, masked_if_any};

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
    let mut clean = |name: &str, value: Option<String>| {
        let value = value?;
        Some(masked_if_any(name, shortened(&value), scanner, scratch).into_owned())
    };
    let url = clean("url", stated.url.map(|url| without_secrets(&url)));
    let source = clean("source", stated.source);
    let licence = clean("licence", stated.licence);
    // Most records say when they were written, and a date has as many digits as a telephone number.
    let date = match stated.date {
        Some(date) if crate::dates::parse(&date).is_err() => clean("date", Some(date)),
        date => short(date),
    };
    let others = stated.others.into_iter().map(|(name, value)| {
        let value = masked(&name, shortened(&value), scanner, scratch);
        (name, value)
    });
    let others = others.collect();
    Stated {
        url,
        date,
        source,
        licence,
        language: short(stated.language),
        others,
        references: stated.references,
        label: None,
    }
}
