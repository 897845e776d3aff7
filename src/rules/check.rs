//! Every complaint about rules, all at once, each with file, line and remedy.
//!
//! What needs the folded form of a term or a compiled pattern is checked in
//! [`detect`](crate::detect) when the rules are compiled, with the same kind of complaint.

use std::collections::{HashMap, HashSet};

use super::set::Loaded;
use super::syntax::{Anchor, Boundary, FORMAT, Least, RuleSpec};
use crate::text::FoldTable;
use crate::{Complaint, Folds};

/// A file of another format version.
pub(super) fn format(found: u32, file: &str, complaints: &mut Vec<Complaint>) {
    if found != FORMAT {
        complaints.push(Complaint::new(
            file.to_owned(),
            1,
            format!("file format {found} is not known"),
            format!("this version reads `format = {FORMAT}`"),
        ));
    }
}

/// Everything wrong with the rules as a whole and one by one.
pub(super) fn all(loaded: &Loaded, complaints: &mut Vec<Complaint>) {
    let mut packs = HashSet::new();
    for (place, pack, _) in &loaded.packs {
        if !packs.insert(&pack.id) {
            complaints.push(place.complaint(
                format!("pack `{}` exists already", pack.id),
                "give every file its own pack id",
            ));
        }
        if !is_version(&pack.version) {
            complaints.push(place.complaint(
                format!("pack version `{}` is no date", pack.version),
                "write year.month.day, such as 2026.11.23",
            ));
        }
    }
    let contexts: HashSet<&str> = loaded
        .contexts
        .iter()
        .map(|(_, c)| c.id.get_ref().as_str())
        .collect();
    let ids: HashSet<&str> = loaded
        .rules
        .iter()
        .map(|(_, r)| r.id.get_ref().as_str())
        .collect();
    let mut seen = HashSet::new();
    for (place, rule) in &loaded.rules {
        if !seen.insert(rule.id.get_ref()) {
            complaints.push(place.complaint(
                format!("rule `{}` exists already", rule.id.get_ref()),
                "give the rule its own id; ids are never reused",
            ));
        }
        let mut report = |what: String, hint: &str| {
            complaints.push(place.complaint(format!("rule `{}`: {what}", rule.id.get_ref()), hint));
        };
        one(rule, &mut report);
        for set in rule.not_near.iter().flat_map(|n| &n.sets) {
            if !contexts.contains(set.as_str()) {
                report(
                    format!("no word set is called `{set}`"),
                    "rules/allow/contexts.toml lists the sets",
                );
            }
        }
        for other in &rule.supersedes {
            if !ids.contains(other.as_str()) {
                report(
                    format!("supersedes `{other}`, which is no rule"),
                    "name an existing rule id",
                );
            }
        }
    }
}

fn one(rule: &RuleSpec, report: &mut impl FnMut(String, &str)) {
    let kinds = [
        !rule.terms.is_empty(),
        !rule.all_of.is_empty(),
        rule.pattern.is_some() || rule.anchor == Some(Anchor::Address),
        rule.aggregate.is_some(),
        rule.detector.is_some(),
        rule.overlap.is_some(),
        rule.origin.is_some(),
    ];
    if kinds.iter().filter(|k| **k).count() != 1 {
        report(
            "must have exactly one of `terms`, `all_of`, `pattern`, `aggregate`, `detector`, \
             `overlap` and `origin`"
                .to_owned(),
            "split it into several rules, or say what it looks for",
        );
    }
    for (name, value) in [
        ("confidence", Some(rule.confidence)),
        ("context_confidence", rule.context_confidence),
    ] {
        if value.is_some_and(|v| !(0.0..=1.0).contains(&v)) {
            report(
                format!("`{name}` is a probability"),
                "write a number from 0 to 1",
            );
        }
    }
    if rule.source.as_deref().is_none_or(str::is_empty) {
        report(
            "has no `source`".to_owned(),
            "name the law, standard or table it stands on",
        );
    }
    if let Some(risk) = &rule.risk
        && !is_risk(risk)
    {
        report(
            format!("`{risk}` is no risk code"),
            "Appendix A codes look like A.1.h or A.1.h.fraud",
        );
    }
    for code in rule.ecology.iter().flatten() {
        let known = code
            .strip_prefix("E6.")
            .map(|n| (n, 11))
            .or_else(|| code.strip_prefix("E7.").map(|n| (n, 9)))
            .is_some_and(|(n, most)| n.parse().is_ok_and(|n: u32| (1..=most).contains(&n)));
        if !known {
            report(
                format!("`{code}` is no ecology code"),
                "E6.1 to E6.11, E7.1 to E7.9",
            );
        }
    }
    // A list that was imported is not ours to illustrate; its words are judged by the import.
    let proves_itself = rule.examples.len() >= 2 && rule.near_misses.len() >= 2;
    let of_origin = rule.origin_examples.len() >= 2 && rule.origin_near_misses.len() >= 2;
    if rule.origin.is_some() && !of_origin {
        report(
            "needs two `origin_examples` and two `origin_near_misses` at least".to_owned(),
            "add addresses that must fire, with what they are held against, and some that must not",
        );
    } else if rule.origin.is_none() && !proves_itself && !rule.imported {
        report(
            "needs two `examples` and two `near_misses` at least".to_owned(),
            "add invented text that must fire, and text that looks alike and must not",
        );
    }
    terms(rule, report);
    pattern(rule, report);
    if let Some(overlap) = &rule.overlap {
        let known = overlap.any.iter().all(|least| {
            let shares = [least.record_share, least.work_share];
            *least != Least::default() && shares.iter().all(|share| (0.0..=1.0).contains(share))
        });
        if overlap.any.is_empty() || !known {
            report(
                "`overlap.any` must say how much is an overlap".to_owned(),
                "write run, covered, record_share or work_share; shares are from 0 to 1",
            );
        }
    }
}

fn terms(rule: &RuleSpec, report: &mut impl FnMut(String, &str)) {
    let table = FoldTable::get();
    let lists = std::iter::once(&rule.terms).chain(&rule.all_of);
    for list in lists {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for term in list {
            let folded = table.term(term);
            if let Some(reason) = too_broad(&table.plain(term), rule.boundary) {
                report(
                    format!("term `{term}` {reason}"),
                    "make it longer, or combine it with others in `all_of`",
                );
            }
            if let Some(first) = seen.insert(folded, term) {
                report(
                    format!("terms `{first}` and `{term}` are the same after folding"),
                    "keep one",
                );
            }
        }
    }
    if rule.all_of.len() == 1 || rule.all_of.iter().any(Vec::is_empty) {
        report(
            "`all_of` needs two groups at least, none empty".to_owned(),
            "use `terms` for a single list",
        );
    }
    for (name, used, wanted) in [
        ("within", rule.within.is_some(), !rule.all_of.is_empty()),
        ("confirm", !rule.confirm.is_empty(), rule.anchor.is_some()),
        (
            "evasion",
            !rule.evasion.is_empty(),
            !rule.terms.is_empty() || !rule.all_of.is_empty(),
        ),
        ("mask", rule.mask.is_some(), rule.entity.is_some()),
        ("reach", rule.reach.is_some(), is_mark(rule)),
        (
            "origin_examples",
            !rule.origin_examples.is_empty() || !rule.origin_near_misses.is_empty(),
            rule.origin.is_some(),
        ),
        (
            "examples",
            !rule.examples.is_empty() || !rule.near_misses.is_empty(),
            rule.origin.is_none(),
        ),
        ("entropy", rule.entropy.is_some(), is_mark(rule)),
        ("inside", rule.inside, is_mark(rule)),
        ("needs", rule.needs.is_some(), is_mark(rule)),
        ("details", !rule.details.is_empty(), is_mark(rule)),
        (
            "allow_patterns",
            !rule.allow_patterns.is_empty(),
            is_mark(rule),
        ),
        (
            "words",
            !rule.words.is_empty(),
            is_mark(rule) || rule.detector.is_some(),
        ),
    ] {
        if used && !wanted {
            report(
                format!("`{name}` means nothing here"),
                "docs/rules.md says which keys go together",
            );
        }
    }
    let names = |evasion: bool| {
        let names = Folds::NAMES.into_iter();
        let of = names.filter(|(fold, _)| fold.intersects(Folds::EVASION) == evasion);
        of.map(|(_, name)| name).collect::<Vec<_>>()
    };
    for (key, given, evasion) in [
        ("folds_off", &rule.folds_off, false),
        ("evasion", &rule.evasion, true),
    ] {
        let known = names(evasion);
        for name in given.iter().filter(|name| !known.contains(&name.as_str())) {
            report(
                format!("`{key}` has nothing that is called `{name}`"),
                &known.join(", "),
            );
        }
    }
}

/// Why a term, folded but for numerals, would match nearly everything.
pub fn too_broad(folded: &str, boundary: Boundary) -> Option<&'static str> {
    let characters = folded.chars().filter(|c| !c.is_whitespace()).count();
    let digits = folded.chars().filter(|c| c.is_numeric()).count();
    if characters == 0 {
        return Some("is empty after folding");
    }
    if folded.trim() != folded {
        return Some("begins or ends with a space");
    }
    if folded.chars().all(|c| !c.is_alphanumeric()) {
        return Some("has no letter or digit");
    }
    if digits == characters && digits < 5 {
        return Some("is a short number");
    }
    let latin = if boundary == Boundary::Word { 2 } else { 3 };
    match folded.is_ascii() {
        true if characters < latin => Some("has too few Latin letters"),
        false if characters < 2 => Some("is a single character"),
        _ => None,
    }
}

fn pattern(rule: &RuleSpec, report: &mut impl FnMut(String, &str)) {
    let has_pattern = rule.pattern.is_some();
    if has_pattern != rule.anchor.is_some_and(|a| a != Anchor::Address) {
        report(
            "`pattern` and `anchor` go together".to_owned(),
            "say where to look: digit, at, context, word, none",
        );
    }
    if is_mark(rule) && rule.words.is_empty() {
        report(
            "anchor `word` without `words`".to_owned(),
            "list the words by which the mark is found",
        );
    }
    if let Some((before, after)) = rule.reach
        && before.max(after) > MOST_REACH
    {
        report(
            format!("`reach` beyond {MOST_REACH} characters"),
            "a mark that is longer needs a detector",
        );
    }
    if rule.anchor == Some(Anchor::Context) && rule.context.is_empty() {
        report(
            "anchor `context` without `context` words".to_owned(),
            "list the words",
        );
    }
    if rule.context_required && rule.context.is_empty() {
        report(
            "`context_required` without `context` words".to_owned(),
            "list the words",
        );
    }
    if (rule.anchor.is_some() || rule.origin.is_some()) && rule.entity.is_none() {
        report(
            "a rule for patterns or origins without `entity`".to_owned(),
            "name the kind of value",
        );
    }
}

/// Whether the rule describes a mark.
fn is_mark(rule: &RuleSpec) -> bool {
    rule.anchor == Some(Anchor::Word)
}

/// Characters that a mark may reach beyond its words.
const MOST_REACH: usize = 4_000;

fn is_version(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|p| p.parse::<u32>().is_ok())
        && parts[0].len() == 4
        && parts[1..].iter().all(|p| p.len() == 2)
}

/// `A.` digit, `.` letter, then sub-codes of lower-case words; `A.5` is a whole group.
pub fn is_risk(risk: &str) -> bool {
    let parts: Vec<&str> = risk.split('.').collect();
    let (Some(&"A"), Some(group)) = (parts.first(), parts.get(1)) else {
        return false;
    };
    let leaf = parts.get(2).copied().unwrap_or("a");
    matches!(*group, "1" | "2" | "3" | "4" | "5")
        && leaf.len() == 1
        && leaf.bytes().all(|b| b.is_ascii_lowercase())
        && parts
            .iter()
            .skip(3)
            .all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}
