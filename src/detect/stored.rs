//! Scanners as bytes and back, for a cache of compiled rules.

use std::sync::Arc;

use super::keyword::{CompiledTerms, TermFinder};
use super::pii::CompiledPatterns;
use super::rights::CompiledMarks;
use super::scanner::{Compiled, DetectOptions, Scanner};
use crate::rules::RuleSet;
use crate::stored::{Reader, Stored};
use crate::text::{FoldTable, Sounds};

impl Scanner {
    /// Everything that took time to make: tables of characters, rules, terms and their matchers.
    /// Patterns are not among it; they are compiled again where they are needed.
    pub fn store(&self) -> Vec<u8> {
        let mut out = Vec::new();
        FoldTable::get().put(&mut out);
        let sounds = Sounds::made();
        sounds.is_some().put(&mut out);
        if let Some(sounds) = sounds {
            sounds.put(&mut out);
        }
        self.rules.put(&mut out);
        self.terms.put(&mut out);
        self.everywhere.put(&mut out);
        self.settle.finder().put(&mut out);
        out
    }

    /// The scanner that was stored, or nothing if these bytes cannot be one that this program
    /// has stored. They are checked, but only for what would make a search go wrong: whoever
    /// keeps them must see that they are those that were stored.
    pub fn restore(bytes: &[u8], options: DetectOptions) -> Option<Self> {
        let mut from = Reader(bytes);
        let table = FoldTable::take(&mut from)?;
        if bool::take(&mut from)? {
            Sounds::take(&mut from)?.adopt();
        }
        let rules = Arc::new(RuleSet::take(&mut from)?);
        let terms = CompiledTerms::take(&mut from)?;
        if !terms.belongs_to(&rules) {
            return None;
        }
        let everywhere = TermFinder::take(&terms, &mut from)?;
        let around = TermFinder::take(&terms, &mut from)?;
        if !from.0.is_empty() {
            return None;
        }
        table.adopt();
        let compiled = Compiled {
            patterns: CompiledPatterns::known(&rules),
            marks: CompiledMarks::known(&rules),
            rules,
            terms,
            everywhere,
            around,
        };
        Some(Self::of(compiled, options))
    }
}
