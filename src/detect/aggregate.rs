//! Findings made of findings: several identifiers of one person, and dumps.

use std::collections::BTreeSet;

use crate::rules::RuleSet;
use crate::rules::syntax::{Aggregate, AggregateOf};
use crate::scan::Distinct;
use crate::{Confidence, RuleIndex, Span};

/// An aggregate rule as matching needs it.
pub struct AggregateRule {
    /// Its position.
    pub rule: RuleIndex,
    /// What it counts.
    pub spec: Aggregate,
    /// See [`crate::Finding::confidence`].
    pub confidence: Confidence,
}

/// A value of personal data in a record, as aggregates see it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Which field of the record, by number.
    pub field: usize,
    /// Where in the field.
    pub span: Span,
    /// Characters of the record before it, over all fields.
    pub position: u64,
    /// Kind of value, as the position of its first rule.
    pub entity: usize,
}

/// An aggregate that stands.
pub struct Group {
    /// Which rule.
    pub rule: RuleIndex,
    /// Field of its first member.
    pub field: usize,
    /// From the first member to the last one in that field.
    pub span: Span,
    /// Different entities or values.
    pub count: u64,
    /// See [`crate::Finding::confidence`].
    pub confidence: Confidence,
}

impl AggregateRule {
    /// Those of a rule set.
    pub fn all(rules: &RuleSet) -> Vec<Self> {
        let specs = rules.rules().iter().enumerate();
        specs
            .filter_map(|(position, rule)| {
                Some(Self {
                    rule: RuleIndex(position as u32),
                    spec: rule.aggregate.clone()?,
                    confidence: Confidence::from_fraction(rule.confidence),
                })
            })
            .collect()
    }

    /// Groups among `members`, which come in the order of their positions.
    ///
    /// `entities`: names by the numbers members use. `distinct`: different values per entity
    /// over the whole record, also of members that were not kept.
    pub fn groups(
        &self,
        members: &[Member],
        entities: &[String],
        distinct: &[Distinct],
    ) -> Vec<Group> {
        let wanted = |entity: usize| self.spec.entities.contains(&entities[entity]);
        let members: Vec<&Member> = members.iter().filter(|m| wanted(m.entity)).collect();
        match self.spec.of {
            AggregateOf::Values => {
                let mut all = Distinct::default();
                (0..distinct.len())
                    .filter(|e| wanted(*e))
                    .for_each(|e| all.merge(&distinct[e]));
                let (count, _) = all.estimate();
                let stands = count >= self.spec.at_least as u64 && !members.is_empty();
                stands
                    .then(|| self.group(&members, count))
                    .into_iter()
                    .collect()
            }
            AggregateOf::Entities => self.bundles(&members),
        }
    }

    fn bundles(&self, members: &[&Member]) -> Vec<Group> {
        let within = self.spec.within.map_or(u64::MAX, |w| w as u64);
        let (mut groups, mut first) = (Vec::new(), 0);
        while first < members.len() {
            let reach = members[first].position.saturating_add(within);
            let inside = members[first..]
                .iter()
                .take_while(|m| m.position <= reach)
                .count();
            let window = &members[first..first + inside];
            let kinds: BTreeSet<usize> = window.iter().map(|m| m.entity).collect();
            if kinds.len() >= self.spec.at_least {
                groups.push(self.group(window, kinds.len() as u64));
                first += inside;
            } else {
                first += 1;
            }
        }
        groups
    }

    fn group(&self, members: &[&Member], count: u64) -> Group {
        let first = members[0];
        let same_field = members.iter().filter(|m| m.field == first.field);
        let span = same_field.fold(first.span, |all, m| all.cover(m.span));
        Group {
            rule: self.rule,
            field: first.field,
            span,
            count,
            confidence: self.confidence,
        }
    }
}
