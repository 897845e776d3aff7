//! Licences: which ones a text states, by identifier, field, name, address or its full text.
//!
//! Words of rules lead here; each rule looks in its own way, which the last part of its id names.
//! What is found says which licence it is (an SPDX id or expression, or a `LicenseRef-`) and what
//! that asks for and forbids. A mention inside the text of a licence is no finding of its own.

mod creative_commons;
mod fingerprint;
mod links;
mod names;
mod stated;
mod terms;
mod text;
mod value;
mod words;

use std::ops::Range;

pub use fingerprint::References;
pub(super) use terms::CONFIRMATIONS;
pub use value::{licence_of_value, nearest_licence};
pub use words::Words;

use super::detector::Named;
use super::{Detector, Mark, Part};
use crate::detect::excerpt;
use crate::rules::{LicenceStatement as Statement, RuleSet};
use crate::text::View;
use crate::{Confidence, Details, RuleIndex, Span};

pub(super) const LICENCE: Named = Named {
    name: "licence",
    make: |rules, of| {
        Box::new(Licences(
            of.iter().map(|rule| Rule::new(rules, *rule)).collect(),
        ))
    },
};

/// Bytes before the text of a licence in which its name is a part of it.
const TITLE: usize = 240;
/// Bytes between two statements of one licence that are one: a name, and the address of its text.
const TOGETHER: usize = 400;

struct Licences(Vec<Rule>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The full text of a licence.
    Text,
    /// `SPDX-License-Identifier:`
    Identifier,
    /// `License: MIT`, badges, classifiers.
    Field,
    /// "Licensed under the Apache License", 遵循…协议.
    Name,
    /// The address of a licence.
    Link,
}

struct Rule {
    index: RuleIndex,
    confidence: Confidence,
    way: Way,
}

/// A statement in a window.
struct Found {
    rule: RuleIndex,
    way: Way,
    range: Range<usize>,
    statement: Statement,
    confidence: Confidence,
    reason: &'static str,
    details: Details,
}

impl Rule {
    fn new(rules: &RuleSet, index: RuleIndex) -> Self {
        let spec = &rules.rules()[index.0 as usize];
        let way = match spec.id.get_ref().rsplit('.').next() {
            Some("identifier") => Way::Identifier,
            Some("field") => Way::Field,
            Some("link") => Way::Link,
            Some("text") => Way::Text,
            _ => Way::Name,
        };
        Self {
            index,
            confidence: Confidence::from_fraction(spec.confidence),
            way,
        }
    }

    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Found>) {
        let mut places: Vec<Range<usize>> = part.words(self.index).collect();
        places.sort_unstable_by_key(|place| (place.start, place.end));
        if places.is_empty() {
            return;
        }
        let first = found.len();
        match self.way {
            Way::Text => text::find(part, &places, &mut |range, statement, details| {
                found.push(self.found(range, statement, "words", details));
            }),
            Way::Identifier => stated::identifiers(part, &places, view, &mut |range, statement| {
                found.push(self.found(range, statement, "tag", Details::default()));
            }),
            Way::Field => stated::fields(part, &places, view, &mut |range, statement| {
                found.push(self.found(range, statement, "field", Details::default()));
            }),
            Way::Name => stated::names(part, &places, view, &mut |range, statement, reason| {
                found.push(self.found(range, statement, reason, Details::default()));
            }),
            Way::Link => stated::addresses(part, &places, &mut |range, statement| {
                found.push(self.found(range, statement, "address", Details::default()));
            }),
        }
        // Words beside each other lead to the same statement.
        let mut own = found.split_off(first);
        own.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
        own.dedup_by(|next, kept| next.range.start < kept.range.end);
        found.append(&mut own);
    }

    fn found(
        &self,
        range: Range<usize>,
        statement: Statement,
        reason: &'static str,
        details: Details,
    ) -> Found {
        Found {
            rule: self.index,
            way: self.way,
            range,
            statement,
            confidence: self.confidence,
            reason,
            details,
        }
    }
}

impl Detector for Licences {
    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Mark>) {
        let mut all = Vec::new();
        for rule in &self.0 {
            rule.find(part, view, &mut all);
        }
        if all.is_empty() {
            return;
        }
        // What says more comes first and takes what only repeats it.
        all.sort_by_key(|found| (found.way, found.range.start, found.range.end));
        let mut kept: Vec<Found> = Vec::new();
        for next in all {
            if !kept.iter().any(|known| repeats(known, &next)) {
                kept.push(next);
            }
        }
        kept.sort_by_key(|found| (found.range.start, found.range.end, found.way));
        found.extend(kept.into_iter().map(|found| found.mark(part.text)));
    }
}

/// Whether `next` says nothing that `known` does not.
fn repeats(known: &Found, next: &Found) -> bool {
    let near = |before: usize, after: usize| {
        next.range.start < known.range.end + after && known.range.start < next.range.end + before
    };
    match known.way {
        // Licences name themselves and others.
        Way::Text if next.way == Way::Identifier => false,
        Way::Text => near(TITLE, 0),
        _ => {
            near(0, 0)
                || (known.statement.licence == next.statement.licence && near(TOGETHER, TOGETHER))
        }
    }
}

impl Found {
    fn mark(self, text: &str) -> Mark {
        let mut details = self.details;
        details.push("licence", self.statement.licence.as_str());
        details.push("classes", self.statement.classes().join(" "));
        details.push("family", self.statement.families().join("; "));
        let kind = match self.way {
            Way::Text => "text",
            Way::Identifier | Way::Field => "identifier",
            Way::Name => "header",
            Way::Link => "link",
        };
        details.push("kind", kind);
        if let Some(problem) = &self.statement.problem {
            details.push("problem", problem.as_str());
            let stated: String = text[self.range.clone()].chars().take(80).collect();
            details.push("stated", excerpt::without_values(&excerpt::phrase(&stated)));
        }
        Mark {
            rule: self.rule,
            span: Span::new(self.range.start, self.range.end),
            confidence: self.confidence,
            reasons: self.reason.to_owned(),
            details,
            value: Some(self.statement.licence.into_bytes()),
            allowed: None,
        }
    }
}
