//! Texts without personal data.

use std::collections::BTreeMap;

use crate::Span;
use crate::detect::{Scanner, Scratch};

/// Field of a record: path, key, text.
pub(super) type Field = (String, String, String);

/// Puts `*` for every character of what the rules take for personal data or credentials, whether
/// or not it counts. Nothing of a value is left, unlike in excerpts of findings: a sheet goes
/// through more hands than a run.
///
/// `scanner`: one that keeps all findings of a record.
pub(super) fn mask(fields: &mut [Field], scanner: &Scanner, scratch: &mut Scratch) {
    let mut scan = scanner.record(scratch);
    for (path, key, text) in fields.iter() {
        scan.field(path, key, text);
    }
    let infos = scanner.rules().infos();
    let mut hidden: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for finding in scan.finish().findings {
        // Aggregates have no characters of their own. Their values are findings too, and what
        // stands between those has to be read to be judged.
        if finding.code_points.start == finding.code_points.end {
            continue;
        }
        let entity = infos[finding.rule.0 as usize].entity.as_deref();
        if entity.is_some_and(|entity| !entity.starts_with("rights.")) {
            hidden.entry(finding.field).or_default().push(finding.span);
        }
    }
    for (path, _, text) in fields {
        // Several fields may have one path, where a key is repeated: then all spans hold for each.
        if let Some(spans) = hidden.get_mut(path.as_str()) {
            spans.sort_unstable();
            *text = without(text, spans);
        }
    }
}

/// `spans`: by their beginnings.
fn without(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut next, mut until) = (0, 0);
    for (at, c) in text.char_indices() {
        while let Some(span) = spans.get(next).filter(|span| span.start <= at as u64) {
            until = until.max(span.end);
            next += 1;
        }
        let inside = (at as u64) < until && !c.is_whitespace();
        out.push(if inside { '*' } else { c });
    }
    out
}
