//! Which words become terms, and why others do not.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Serialize;

use super::read::Entry;
use crate::Folds;
use crate::detect::keyword::{Reading, TermMatcher, TermOptions};
use crate::rules::syntax::Boundary;
use crate::rules::too_broad;
use crate::text::FoldTable;

/// What is to be said about a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Would match nearly everything; says why.
    TooBroad {
        /// Such as `is a single character`.
        why: &'static str,
    },
    /// The same as another once folded.
    Duplicate {
        /// File and line of the first.
        of: String,
    },
    /// In more documents of the sample than a telling word is.
    Ordinary {
        /// Share of documents.
        share: f64,
    },
    /// Holds a shorter word of the same risk, which finds it too.
    Covered {
        /// The shorter word.
        by: String,
    },
    /// Longer than a keyword should be.
    TooLong {
        /// Han characters.
        han_characters: usize,
        /// Words of another language.
        words: usize,
    },
}

impl Reason {
    /// Whether the word is left out for it.
    pub const fn leaves_out(&self) -> bool {
        matches!(
            self,
            Self::TooBroad { .. } | Self::Duplicate { .. } | Self::Ordinary { .. }
        )
    }

    /// Name as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TooBroad { .. } => "too_broad",
            Self::Duplicate { .. } => "duplicate",
            Self::Ordinary { .. } => "ordinary",
            Self::Covered { .. } => "covered",
            Self::TooLong { .. } => "too_long",
        }
    }
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lint {
    /// The file.
    pub file: String,
    /// Line or row, from 1.
    pub line: usize,
    /// The word as it stands there.
    pub word: String,
    /// What is to be said.
    #[serde(flatten)]
    pub reason: Reason,
}

/// A word or combination that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The word, or all words of a combination.
    pub words: Vec<String>,
    /// Risk code.
    pub risk: String,
}

/// What became of a lexicon.
#[derive(Debug, Default)]
pub struct Linted {
    /// In the order of the files.
    pub kept: Vec<Kept>,
    /// In the order of the files.
    pub lints: Vec<Lint>,
}

/// Judges entries, each with its file and risk code. `sample` are documents in which an ordinary
/// word is found in more than `most`, a share; none are needed.
pub fn lint(
    entries: impl IntoIterator<Item = (String, Entry, String)>,
    sample: &[String],
    most: f64,
    longest: (usize, usize),
) -> Linted {
    let table = FoldTable::get();
    let mut linted = Linted::default();
    let mut places: HashMap<String, String> = HashMap::new();
    let mut found: Vec<(String, usize, Kept)> = Vec::new();
    for (file, entry, risk) in entries {
        let shown = entry.words.join("+");
        let folded: Vec<String> = entry.words.iter().map(|word| table.term(word)).collect();
        let broad = entry
            .words
            .iter()
            .find_map(|word| too_broad(&table.plain(word), Boundary::Auto));
        let reason = match broad {
            Some(why) => Some(Reason::TooBroad { why }),
            None => {
                let here = format!("{file}:{}", entry.line);
                let mut key = folded.clone();
                key.sort_unstable();
                match places.entry(key.join("+")) {
                    std::collections::hash_map::Entry::Occupied(first) => Some(Reason::Duplicate {
                        of: first.get().clone(),
                    }),
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(here);
                        None
                    }
                }
            }
        };
        match reason {
            Some(reason) => linted.lints.push(Lint {
                file,
                line: entry.line,
                word: shown,
                reason,
            }),
            None => found.push((
                file,
                entry.line,
                Kept {
                    words: entry.words,
                    risk,
                },
            )),
        }
    }
    let shares = shares(&found, sample);
    let covered = covered(&found);
    for ((at, (file, line, kept)), share) in found.into_iter().enumerate().zip(shares) {
        let mut say = |reason| {
            linted.lints.push(Lint {
                file: file.clone(),
                line,
                word: kept.words.join("+"),
                reason,
            });
        };
        if share > most {
            say(Reason::Ordinary { share });
            continue;
        }
        if let Some(by) = covered.get(&at) {
            say(Reason::Covered { by: by.clone() });
        }
        let word = kept.words.join("");
        let (han_characters, words) = length(&word);
        if kept.words.len() == 1 && (han_characters > longest.0 || words > longest.1) {
            say(Reason::TooLong {
                han_characters,
                words,
            });
        }
        linted.kept.push(kept);
    }
    linted
}

/// Han characters and words of other languages in a keyword.
pub fn length(word: &str) -> (usize, usize) {
    let han = |c: &char| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' | '〇');
    let other =
        word.split(|c: char| han(&c) || !(c.is_alphanumeric() || matches!(c, '\'' | '-' | '.')));
    (
        word.chars().filter(han).count(),
        other.filter(|w| !w.is_empty()).count(),
    )
}

/// Of each single word the share of documents it is found in, folded.
fn shares(found: &[(String, usize, Kept)], sample: &[String]) -> Vec<f64> {
    let mut counts = vec![0u64; found.len()];
    if !sample.is_empty() {
        let table = FoldTable::get();
        let single: Vec<usize> = (0..found.len())
            .filter(|at| found[*at].2.words.len() == 1)
            .collect();
        let terms = single
            .iter()
            .map(|at| table.term(&found[*at].2.words[0]))
            .collect();
        let matcher = TermMatcher::new(terms, |_| TermOptions {
            reading: Reading::Folded,
            inside_words: false,
            disguises: Folds::default(),
        });
        let mut hits = Vec::new();
        for document in sample {
            hits.clear();
            matcher.find(document, &mut hits);
            let mut terms: Vec<u32> = hits.iter().map(|hit| hit.term).collect();
            terms.sort_unstable();
            terms.dedup();
            terms
                .iter()
                .for_each(|term| counts[single[*term as usize]] += 1);
        }
    }
    let documents = sample.len().max(1) as f64;
    counts
        .into_iter()
        .map(|count| count as f64 / documents)
        .collect()
}

/// Words that hold a shorter one of the same risk.
fn covered(found: &[(String, usize, Kept)]) -> HashMap<usize, String> {
    let table = FoldTable::get();
    let single: Vec<(usize, String)> = found
        .iter()
        .enumerate()
        .filter(|(_, (_, _, kept))| kept.words.len() == 1)
        .map(|(at, (_, _, kept))| (at, table.term(&kept.words[0])))
        .collect();
    let Ok(search) = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(single.iter().map(|(_, term)| term))
    else {
        // Too many for an automaton: this remark leaves nothing out.
        return HashMap::new();
    };
    let mut covered = HashMap::new();
    for (at, term) in &single {
        let shorter = search.find_overlapping_iter(term).find(|m| {
            let (other, _) = &single[m.pattern().as_usize()];
            // In Latin script a word inside a word is no match.
            let whole = crate::detect::keyword::is_whole_word(term.as_bytes(), m.start(), m.end());
            m.len() < term.len() && whole && found[*other].2.risk == found[*at].2.risk
        });
        if let Some(shorter) = shorter {
            let (other, _) = single[shorter.pattern().as_usize()];
            covered.insert(*at, found[other].2.words[0].clone());
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(words: &[&str]) -> Vec<(String, Entry, String)> {
        let entry = |(at, word): (usize, &&str)| {
            let entry = Entry {
                words: word.split('+').map(str::to_owned).collect(),
                category: None,
                line: at + 1,
            };
            ("list.txt".to_owned(), entry, "A.1.h".to_owned())
        };
        words.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn a_padded_list_shows_its_true_size() {
        let words = [
            "网上赌场",
            "網上賭場",
            "网\u{200B}上赌场",
            "ＶＰＮ翻墙",
            "vpn翻墙",
            "赌",
            "！！",
            "赌场+开户",
            "开户+赌场",
        ];
        let linted = lint(entries(&words), &[], 1.0, (10, 5));
        let kept: Vec<String> = linted.kept.iter().map(|k| k.words.join("+")).collect();
        assert_eq!(kept, ["网上赌场", "ＶＰＮ翻墙", "赌场+开户"]);
        let names: Vec<&str> = linted.lints.iter().map(|l| l.reason.name()).collect();
        assert_eq!(
            names,
            [
                "duplicate",
                "duplicate",
                "duplicate",
                "too_broad",
                "too_broad",
                "duplicate"
            ]
        );
    }

    #[test]
    fn ordinary_covered_and_long_words_are_told() {
        let sample: Vec<String> = (0..100)
            .map(|n| {
                if n % 2 == 0 {
                    "今天招聘会很热闹"
                } else {
                    "山水之间"
                }
                .to_owned()
            })
            .collect();
        let words = [
            "招聘",
            "网上赌场",
            "网上赌场开户",
            "一二三四五六七八九十百千万亿",
        ];
        let linted = lint(entries(&words), &sample, 0.01, (10, 5));
        let told: Vec<(&str, &str)> = linted
            .lints
            .iter()
            .map(|l| (l.word.as_str(), l.reason.name()))
            .collect();
        assert_eq!(
            told,
            [
                ("招聘", "ordinary"),
                ("网上赌场开户", "covered"),
                ("一二三四五六七八九十百千万亿", "too_long")
            ]
        );
        assert_eq!(linted.kept.len(), 3);
    }
}
