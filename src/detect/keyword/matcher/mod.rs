//! [`TermMatcher`]: terms in, all overlapping occurrences out, in text as it stands.
//!
//! An automaton follows a chain of dependent loads for every character. Almost no place in a text
//! begins a term, so this asks first, and cheaply, whether the next two characters are the first
//! two of any term in any spelling: one hashed bit in a table that stays in the near caches
//! ([`blocks`]). Places that pass are gathered without branching, looked up with their third
//! character ([`index`]), and only then read ([`walk`]). Nothing is folded before it is read.
//!
//! Han characters followed by Han characters go the fast way. Those followed by something else,
//! other scripts, and whatever may be noise go the careful way: what may follow the first
//! character is folded on the spot.

mod blocks;
mod disguise;
mod index;
#[cfg(any(test, fuzzing))]
pub mod proof;
mod search;
mod stored;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;

use blocks::{Portable, Sets};
use disguise::Disguises;
use index::Index;
use search::Search;
pub use walk::Reading;
pub(super) use walk::is_noise;

use super::Hit;
use crate::Folds;

/// How one term is matched.
#[derive(Clone, Copy, Debug)]
pub struct TermOptions {
    /// How the text is read for it.
    pub reading: Reading,
    /// Whether it may begin inside a Latin word, if it begins with a letter or digit.
    pub inside_words: bool,
    /// Disguises in which it is looked for, of [`Folds::EVASION`].
    pub disguises: Folds,
}

/// All occurrences of a fixed list of terms.
pub struct TermMatcher {
    /// By number; one that was restored has none but those that are looked for in disguise.
    terms: Vec<String>,
    index: Index,
    /// What is looked for in disguise, if something is.
    disguises: Option<Disguises>,
    sets: Sets,
    /// Whether terms are read as they stand, all of them.
    exact: bool,
    /// Whether some are read evasively.
    evasive: bool,
    way: Way,
}

/// How blocks are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Portable,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Way {
    /// Those this processor has, the best last.
    fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have only the first")]
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            all.push(Self::Neon);
        }
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            if avx2 {
                all.push(Self::Avx2);
            }
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vbmi")
                && is_x86_feature_detected!("avx512vbmi2")
            {
                all.push(Self::Avx512);
            }
        }
        all
    }
}

impl TermMatcher {
    /// For these terms, which must be different and not empty, and folded and lower-case unless
    /// they are read exactly; `options` says of each how it is matched.
    ///
    /// # Panics
    ///
    /// If some terms are read exactly and others are not.
    pub fn new(terms: Vec<String>, options: impl Fn(usize) -> TermOptions) -> Self {
        let options: Vec<TermOptions> = (0..terms.len()).map(options).collect();
        let exact = |o: &TermOptions| o.reading == Reading::Exact;
        assert!(
            options.iter().all(exact) || !options.iter().any(exact),
            "terms are folded or they are not"
        );
        let index = Index::new(&terms, &options);
        let disguises = Disguises::new(
            &terms,
            options.iter().map(|o| o.disguises).collect(),
            &index.han_folded,
        );
        let words = disguises.as_ref().map_or([0; 16], |of| of.first);
        Self {
            sets: [index.ascii, index.inside, words, index.follow],
            index,
            disguises,
            exact: options.iter().any(|o| o.reading == Reading::Exact),
            evasive: options.iter().any(|o| o.reading == Reading::Evasive),
            terms,
            way: Way::all().pop().expect("there is always the portable one"),
        }
    }

    /// Appends every occurrence of every term in `text`, in the order of their ends, then starts.
    ///
    /// # Panics
    ///
    /// If `text` is 2 GiB or longer; callers cut long texts into windows.
    pub fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        self.find_within(text, 0..text.len(), hits);
    }

    /// As [`TermMatcher::find`], only what begins at the bytes of `range`, which begins and ends
    /// with whole characters.
    ///
    /// # Panics
    ///
    /// As [`TermMatcher::find`].
    #[expect(unsafe_code, reason = "`Way::all` has asked the processor")]
    pub fn find_within(&self, text: &str, range: Range<usize>, hits: &mut Vec<Hit>) {
        assert!(
            i32::try_from(text.len()).is_ok(),
            "windows are shorter than 2 GiB"
        );
        debug_assert!(text.get(range.clone()).is_some());
        let first = hits.len();
        let mut search = Search {
            matcher: self,
            index: &self.index,
            text,
            range,
            hits,
        };
        match self.way {
            // SAFETY: it needs nothing.
            Way::Portable => unsafe { search.run::<Portable>() },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: the processor has the feature.
            Way::Neon => unsafe { search.run_neon() },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has the features.
            Way::Avx2 => unsafe { search.run_avx2() },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has the features.
            Way::Avx512 => unsafe { search.run_avx512() },
        }
        hits[first..].sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term, hit.folds));
        // A place is looked at for more than one reason: once is enough.
        let mut kept = first;
        for at in first..hits.len() {
            if at == first || hits[at] != hits[kept - 1] {
                hits[kept] = hits[at];
                kept += 1;
            }
        }
        hits.truncate(kept);
    }
}
