//! Rules → one list of different folded terms, each with the roles it plays.

use std::collections::HashMap;

use super::matcher::is_noise;
use crate::rules::RuleSet;
use crate::rules::syntax::{Anchor, Boundary, RuleSpec};
use crate::text::FoldTable;
use crate::{Complaint, Confidence, Folds, RuleIndex};

/// Default of `within` and `not_near.within`, characters: about one clause to each side.
pub const WITHIN: usize = 40;

/// Share of a rule's confidence that a match in disguise has: it is read, not spelled.
const DISGUISED: f64 = 0.5;

/// What an occurrence of a term means to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A match of the rule.
    Term(RuleIndex),
    /// A word of the rule's group.
    Group(RuleIndex, u16),
    /// A harmless phrase for one rule, or for all.
    Allow(Option<RuleIndex>),
    /// A word of a set that makes matches near it harmless.
    Near(u16),
    /// A word that speaks for a value of the pattern rule close by.
    Context(RuleIndex),
    /// A word that speaks against it.
    Against(RuleIndex),
    /// A word by which a mark of the rule is found.
    Mark(RuleIndex),
}

/// A keyword rule as matching needs it.
#[derive(Debug)]
pub struct KeywordRule {
    /// Its position.
    pub rule: RuleIndex,
    /// Number of groups of a combination; 0 for plain terms.
    pub groups: u16,
    /// Window of a combination in characters.
    pub within: usize,
    /// Sets whose words near a match make it harmless, with the name suppressions use.
    pub near: Vec<(u16, String)>,
    /// Within how many characters.
    pub near_within: usize,
    /// Matches a record must have.
    pub min_count: u64,
    /// Matches per thousand characters a record must have.
    pub density: f64,
    /// What may stand beside a term.
    pub boundary: Boundary,
    /// Folds that must not be needed; of the disguises, all that the rule does not ask for.
    pub folds_off: Folds,
    /// See [`crate::Finding::confidence`].
    pub confidence: Confidence,
    /// That of a match in disguise.
    pub disguised: Confidence,
}

/// When a term is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Everywhere: it may be a match, or a value may follow it.
    Everywhere,
    /// Around what was found: it says whether that stands.
    Around,
}

/// All terms of all rules.
pub struct CompiledTerms {
    /// Different folded terms.
    pub terms: Vec<String>,
    /// How rules spell each, where they spell it otherwise or where it is a number.
    pub(super) declared: Vec<Vec<String>>,
    /// Whether the context words of a rule by position lead to its values.
    pub(super) leads: Vec<bool>,
    /// Whether the words of a mark rule by position may begin inside a Latin word.
    pub(super) inside: Vec<bool>,
    /// Roles of each.
    pub roles: Vec<Vec<Role>>,
    /// Keyword rules by rule position.
    pub rules: Vec<Option<KeywordRule>>,
    /// Number of word sets.
    pub sets: usize,
}

impl CompiledTerms {
    /// From a rule set.
    pub fn new(rules: &RuleSet, complaints: &mut Vec<Complaint>) -> Self {
        let mut builder = Builder {
            table: FoldTable::get(),
            ids: HashMap::new(),
            terms: vec![],
            declared: vec![],
            roles: vec![],
        };
        let mut sets: HashMap<&str, u16> = HashMap::new();
        for context in rules.contexts() {
            let set = sets.len() as u16;
            sets.insert(context.id.get_ref(), set);
            context
                .words
                .iter()
                .for_each(|word| builder.add(word, Role::Near(set)));
        }
        for phrase in rules.phrases() {
            builder.add(phrase.text.get_ref(), Role::Allow(None));
        }
        let mut next_set = sets.len() as u16;
        let mut compiled = Vec::with_capacity(rules.rules().len());
        for (position, rule) in rules.rules().iter().enumerate() {
            let index = RuleIndex(position as u32);
            compiled.push(builder.rule(index, rule, &sets, &mut next_set));
        }
        for (term, roles) in builder.terms.iter().zip(&builder.roles) {
            if contradicts(roles) {
                complaints.push(Complaint::new(
                    "rules",
                    0,
                    format!("`{term}` is a term and, for the same rule, an allow phrase"),
                    "remove one of the two",
                ));
            }
        }
        let leads = rules.rules().iter().map(|rule| match rule.anchor {
            Some(Anchor::Context) => true,
            Some(Anchor::Digit) => rule.context_required,
            _ => false,
        });
        let inside = rules.rules().iter().map(|rule| rule.inside);
        Self {
            leads: leads.collect(),
            inside: inside.collect(),
            terms: builder.terms,
            declared: builder.declared,
            roles: builder.roles,
            rules: compiled,
            sets: usize::from(next_set),
        }
    }
}

impl CompiledTerms {
    /// Whether a term is looked for at this stage for the sake of a role.
    pub fn is_wanted(&self, role: Role, stage: Stage) -> bool {
        match (role, stage) {
            (Role::Term(_) | Role::Group(..) | Role::Mark(_), _) => stage == Stage::Everywhere,
            // Words that lead to values also speak for the values around them.
            (Role::Context(rule), Stage::Everywhere) => self.leads[rule.0 as usize],
            (Role::Context(_) | Role::Allow(_) | Role::Near(_) | Role::Against(_), _) => {
                stage == Stage::Around
            }
        }
    }

    /// Whether a rule wants the term found where noise or repetitions hide it.
    pub fn is_evasive(&self, term: usize) -> bool {
        const EVASIONS: Folds = Folds::NOISE.union(Folds::REPEAT);
        self.roles[term].iter().any(|role| match role {
            Role::Term(rule) | Role::Group(rule, _) => self.rules[rule.0 as usize]
                .as_ref()
                .is_some_and(|rule| rule.folds_off.0 & EVASIONS.0 != EVASIONS.0),
            _ => false,
        })
    }

    /// Disguises in which some rule wants a term found.
    pub fn disguises(&self, term: usize) -> Folds {
        let asked = self.roles[term].iter().filter_map(|role| match role {
            Role::Term(rule) | Role::Group(rule, _) => self.rules[rule.0 as usize].as_ref(),
            _ => None,
        });
        asked.fold(Folds::default(), |all, rule| {
            all.union(Folds::EVASION.without(rule.folds_off))
        })
    }

    /// The folds that `original` needed to be this term: none where a rule spells it so. Nothing
    /// where it is another number than a rule spells: 五四 is not 54.
    pub fn needed(&self, term: u32, original: &str, folds: Folds) -> Option<Folds> {
        const HIDING: Folds = Folds::NOISE.union(Folds::REPEAT).union(Folds::IGNORABLE);
        if folds.intersects(Folds::EVASION) {
            return Some(folds);
        }
        let declared = &self.declared[term as usize];
        if declared.is_empty() || declared.iter().any(|word| word == original) {
            return Some(if declared.is_empty() {
                folds
            } else {
                Folds::default()
            });
        }
        let table = FoldTable::get();
        let plain = table.plain(original);
        let spelled = |word: &String| {
            // What only hides stands between the characters a rule spells.
            let mut shown = plain.chars().peekable();
            let mut previous = None;
            let whole = table.plain(word).chars().all(|wanted| {
                while shown
                    .peek()
                    .is_some_and(|c| *c != wanted && (is_noise(*c) || Some(*c) == previous))
                {
                    shown.next();
                }
                previous = Some(wanted);
                shown.next() == Some(wanted)
            });
            whole && shown.all(|c| Some(c) == previous)
        };
        if let Some(word) = declared.iter().find(|word| spelled(word)) {
            // Folds of the spelling itself say nothing about the text.
            let own = table.folds_of(word);
            let of_text = table.folds_of(original);
            let other = Folds(of_text.0 & !own.0);
            return Some(Folds(folds.0 & HIDING.0).union(other));
        }
        let is_number = self.terms[term as usize]
            .bytes()
            .all(|b| b.is_ascii_digit());
        (!is_number).then_some(folds)
    }

    /// Whether a term may begin inside a Latin word: allow phrases, and rules without boundary.
    pub fn inside_words(&self, term: usize) -> bool {
        self.roles[term].iter().any(|role| match role {
            Role::Allow(_) => true,
            Role::Term(rule) | Role::Group(rule, _) => self.rules[rule.0 as usize]
                .as_ref()
                .is_some_and(|rule| rule.boundary == Boundary::None),
            Role::Mark(rule) => self.inside[rule.0 as usize],
            _ => false,
        })
    }
}

/// A term that its own allow phrase forbids can never be found.
fn contradicts(roles: &[Role]) -> bool {
    roles.iter().any(|role| match role {
        Role::Term(rule) | Role::Group(rule, _) => {
            roles.contains(&Role::Allow(None)) || roles.contains(&Role::Allow(Some(*rule)))
        }
        _ => false,
    })
}

struct Builder {
    table: &'static FoldTable,
    ids: HashMap<String, usize>,
    terms: Vec<String>,
    declared: Vec<Vec<String>>,
    roles: Vec<Vec<Role>>,
}

impl Builder {
    fn add(&mut self, word: &str, role: Role) {
        let folded = self.table.term(word);
        if folded.is_empty() {
            return;
        }
        let id = *self.ids.entry(folded).or_insert_with_key(|folded| {
            self.terms.push(folded.clone());
            self.roles.push(Vec::new());
            self.declared.push(Vec::new());
            self.terms.len() - 1
        });
        let is_number = || word.chars().all(|c| self.table.digit(c).is_some());
        let is_match = matches!(role, Role::Term(_) | Role::Group(..));
        if is_match
            && (self.terms[id] != word || is_number())
            && !self.declared[id].iter().any(|spelled| spelled == word)
        {
            self.declared[id].push(word.to_owned());
        }
        if !self.roles[id].contains(&role) {
            self.roles[id].push(role);
        }
    }

    fn rule(
        &mut self,
        index: RuleIndex,
        rule: &RuleSpec,
        sets: &HashMap<&str, u16>,
        next_set: &mut u16,
    ) -> Option<KeywordRule> {
        rule.context
            .iter()
            .for_each(|word| self.add(word, Role::Context(index)));
        rule.against
            .iter()
            .for_each(|word| self.add(word, Role::Against(index)));
        rule.words
            .iter()
            .for_each(|word| self.add(word, Role::Mark(index)));
        if rule.terms.is_empty() && rule.all_of.is_empty() {
            return None;
        }
        rule.terms
            .iter()
            .for_each(|term| self.add(term, Role::Term(index)));
        for (group, words) in rule.all_of.iter().enumerate() {
            words
                .iter()
                .for_each(|word| self.add(word, Role::Group(index, group as u16)));
        }
        rule.allow
            .iter()
            .for_each(|phrase| self.add(phrase, Role::Allow(Some(index))));
        let mut near = Vec::new();
        let not_near = rule.not_near.clone().unwrap_or_default();
        for name in &not_near.sets {
            if let Some(&set) = sets.get(name.as_str()) {
                near.push((set, format!("context:{name}")));
            }
        }
        if !not_near.words.is_empty() {
            not_near
                .words
                .iter()
                .for_each(|word| self.add(word, Role::Near(*next_set)));
            near.push((*next_set, "context:rule".to_owned()));
            *next_set += 1;
        }
        let named = |names: &[String]| {
            let folds = names.iter().filter_map(|name| Folds::named(name));
            folds.fold(Folds::default(), Folds::union)
        };
        let no_disguise = Folds::EVASION.without(named(&rule.evasion));
        Some(KeywordRule {
            rule: index,
            groups: rule.all_of.len() as u16,
            within: rule.within.unwrap_or(WITHIN),
            near,
            near_within: not_near.within.unwrap_or(WITHIN),
            min_count: rule.min_count.unwrap_or(1),
            density: rule.density.unwrap_or(0.0),
            boundary: rule.boundary,
            folds_off: named(&rule.folds_off).union(no_disguise),
            confidence: Confidence::from_fraction(rule.confidence),
            disguised: Confidence::from_fraction(rule.confidence * DISGUISED),
        })
    }
}
