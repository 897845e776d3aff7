//! [`TermMatcher`]: terms in, all overlapping occurrences out.

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

/// Finds all occurrences of a fixed list of folded terms.
///
/// A trait, although one automaton serves today, because the matching core is replaced without
/// touching what stands on it.
pub trait TermMatcher: Send + Sync {
    /// Calls `found(term, start, end)` for every occurrence of every term in `text`, which is
    /// folded and lower-cased; `term` is the position in the list, places are bytes of `text`.
    /// Occurrences come in the order of their ends.
    fn each(&self, text: &str, found: &mut dyn FnMut(u32, usize, usize));
}

/// A double-array Aho-Corasick automaton over characters.
pub struct Automaton(Option<CharwiseDoubleArrayAhoCorasick<u32>>);

impl Automaton {
    /// For these terms, which must be different and not empty.
    pub fn new(terms: &[String]) -> Self {
        if terms.is_empty() {
            return Self(None);
        }
        let numbered = terms
            .iter()
            .enumerate()
            .map(|(i, term)| (term.as_str(), i as u32));
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .build_with_values(numbered)
            .expect("terms are different, not empty, and fewer than 2^24");
        Self(Some(automaton))
    }
}

impl TermMatcher for Automaton {
    fn each(&self, text: &str, found: &mut dyn FnMut(u32, usize, usize)) {
        let Some(automaton) = &self.0 else { return };
        for hit in automaton.find_overlapping_iter(text) {
            found(hit.value(), hit.start(), hit.end());
        }
    }
}
