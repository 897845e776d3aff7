//! [`TermFinder`]: those of the compiled terms that are looked for everywhere, and those that
//! matter only where something was found.

use std::ops::Range;

use super::Hit;
use super::compile::{CompiledTerms, Stage};
use super::matcher::{Reading, TermMatcher, TermOptions};
use crate::Folds;

/// Some of the compiled terms, with a matcher of their own.
pub struct TermFinder {
    pub(super) matcher: TermMatcher,
    /// Number in the matcher → number in [`CompiledTerms::terms`], ascending.
    pub(super) numbers: Vec<u32>,
}

impl TermFinder {
    /// For the terms of one stage.
    pub fn new(terms: &CompiledTerms, stage: Stage) -> Self {
        let numbers: Vec<u32> = (0..terms.terms.len() as u32)
            .filter(|term| {
                terms.roles[*term as usize]
                    .iter()
                    .any(|role| terms.is_wanted(*role, stage))
            })
            .collect();
        Self::of(terms, stage, numbers)
    }

    /// For some terms, by their numbers in [`CompiledTerms::terms`], ascending, as they are read
    /// at a stage.
    pub fn of(terms: &CompiledTerms, stage: Stage, numbers: Vec<u32>) -> Self {
        let words = numbers
            .iter()
            .map(|term| terms.terms[*term as usize].clone())
            .collect();
        let options = |number: usize| {
            let term = numbers[number] as usize;
            TermOptions {
                reading: match stage {
                    Stage::Everywhere if terms.is_evasive(term) => Reading::Evasive,
                    _ => Reading::Folded,
                },
                inside_words: terms.inside_words(term),
                disguises: match stage {
                    Stage::Everywhere => terms.disguises(term),
                    Stage::Around => Folds::default(),
                },
            }
        };
        Self {
            matcher: TermMatcher::new(words, options),
            numbers,
        }
    }

    /// As [`TermMatcher::find_within`], with the numbers of the compiled terms.
    pub fn find_within(&self, text: &str, range: Range<usize>, hits: &mut Vec<Hit>) {
        let first = hits.len();
        self.matcher.find_within(text, range, hits);
        for hit in &mut hits[first..] {
            hit.term = self.numbers[hit.term as usize];
        }
    }
}
