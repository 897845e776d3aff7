//! Compiled terms as bytes and back, for the cache of compiled rules.

use super::compile::{CompiledTerms, KeywordRule, Role};
use super::finder::TermFinder;
use super::matcher::TermMatcher;
use crate::rules::RuleSet;
use crate::stored::{Reader, Stored, stored};

stored!(struct KeywordRule {
    rule, groups, within, near, near_within, min_count, density, boundary, folds_off, confidence,
    disguised,
});

stored!(struct CompiledTerms { terms, declared, leads, inside, roles, rules, sets });

impl Stored for Role {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Term(rule) => (0u8, *rule).put(out),
            Self::Group(rule, group) => (1u8, (*rule, *group)).put(out),
            Self::Allow(rule) => (2u8, *rule).put(out),
            Self::Near(set) => (3u8, *set).put(out),
            Self::Context(rule) => (4u8, *rule).put(out),
            Self::Against(rule) => (5u8, *rule).put(out),
            Self::Mark(rule) => (6u8, *rule).put(out),
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Term(Stored::take(from)?),
            1 => Self::Group(Stored::take(from)?, Stored::take(from)?),
            2 => Self::Allow(Stored::take(from)?),
            3 => Self::Near(Stored::take(from)?),
            4 => Self::Context(Stored::take(from)?),
            5 => Self::Against(Stored::take(from)?),
            6 => Self::Mark(Stored::take(from)?),
            _ => return None,
        })
    }
}

impl CompiledTerms {
    /// Whether they can have been made of these rules: every number points at what it must.
    pub(crate) fn belongs_to(&self, rules: &RuleSet) -> bool {
        let specs = rules.rules();
        let keyword = |rule: crate::RuleIndex| self.rules.get(rule.0 as usize)?.as_ref();
        let pattern = |rule: crate::RuleIndex| {
            let spec = specs.get(rule.0 as usize);
            spec.is_some_and(|spec| spec.anchor.is_some())
        };
        let mark = |rule: crate::RuleIndex| {
            let spec = specs.get(rule.0 as usize);
            spec.is_some_and(|spec| !spec.words.is_empty())
        };
        let role = |role: &Role| match *role {
            Role::Term(rule) => keyword(rule).is_some_and(|of| of.groups == 0),
            Role::Group(rule, group) => keyword(rule).is_some_and(|of| group < of.groups),
            Role::Allow(rule) => rule.is_none_or(|rule| keyword(rule).is_some()),
            Role::Near(set) => usize::from(set) < self.sets,
            Role::Context(rule) | Role::Against(rule) => pattern(rule),
            Role::Mark(rule) => mark(rule),
        };
        let rule = |(position, rule): (usize, &Option<KeywordRule>)| {
            rule.as_ref().is_none_or(|rule| {
                let near = rule.near.iter();
                rule.rule.0 as usize == position
                    && near
                        .into_iter()
                        .all(|(set, _)| usize::from(*set) < self.sets)
            })
        };
        self.declared.len() == self.terms.len()
            && self.roles.len() == self.terms.len()
            && self.rules.len() == specs.len()
            && self.leads.len() == specs.len()
            && self.inside.len() == specs.len()
            && self.roles.iter().flatten().all(role)
            && self.rules.iter().enumerate().all(rule)
    }
}

impl TermFinder {
    /// Appends everything but the terms.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        self.numbers.put(out);
        self.matcher.put(out);
    }

    /// For some of these terms; nothing if what is read does not belong to them.
    pub(crate) fn take(terms: &CompiledTerms, from: &mut Reader<'_>) -> Option<Self> {
        let numbers = Vec::<u32>::take(from)?;
        if !numbers.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let words = numbers
            .iter()
            .map(|term| terms.terms.get(*term as usize).map(String::as_str))
            .collect::<Option<Vec<&str>>>()?;
        Some(Self {
            matcher: TermMatcher::take(&words, from)?,
            numbers,
        })
    }
}
