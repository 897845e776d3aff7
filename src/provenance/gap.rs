//! [`Gaps`]: what a format asks for and nobody gave.

use std::collections::BTreeSet;

/// One thing that is missing, and what would fill it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Whether the format asks for it; the others are only worth having.
    pub optional: bool,
    /// Of which source; none if of the corpus.
    pub source: Option<String>,
    /// What to declare in `yujian.toml`, or how to scan.
    pub key: &'static str,
    /// The element of the format it is for.
    pub element: &'static str,
}

/// What one key would fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapsOfKey<'a> {
    /// Whether the format asks for it.
    pub optional: bool,
    /// What to declare, or how to scan.
    pub key: &'static str,
    /// Of which sources; none if of the corpus.
    pub sources: BTreeSet<&'a str>,
    /// The elements of the format it is for.
    pub elements: Vec<&'static str>,
}

/// All that is missing, each said once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps(BTreeSet<Gap>);

impl Gaps {
    /// Notes what the format asks for.
    pub(super) fn needed(
        &mut self,
        source: Option<&str>,
        key: &'static str,
        element: &'static str,
    ) {
        self.note(false, source, key, element);
    }

    /// Notes what is worth having.
    pub(super) fn wanted(
        &mut self,
        source: Option<&str>,
        key: &'static str,
        element: &'static str,
    ) {
        self.note(true, source, key, element);
    }

    fn note(
        &mut self,
        optional: bool,
        source: Option<&str>,
        key: &'static str,
        element: &'static str,
    ) {
        self.0.insert(Gap {
            optional,
            source: source.map(str::to_owned),
            key,
            element,
        });
    }

    /// In order: what is needed first, of the corpus first.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.0.iter()
    }

    /// In the same order, with the sources and elements of each key together.
    pub fn by_key(&self) -> Vec<GapsOfKey<'_>> {
        let mut out: Vec<GapsOfKey<'_>> = Vec::new();
        for gap in &self.0 {
            let of_source = gap.source.is_some();
            let same = |known: &&mut GapsOfKey<'_>| {
                (known.optional, known.key, !known.sources.is_empty())
                    == (gap.optional, gap.key, of_source)
            };
            let known = match out.iter_mut().find(same) {
                Some(known) => known,
                None => {
                    out.push(GapsOfKey {
                        optional: gap.optional,
                        key: gap.key,
                        sources: BTreeSet::new(),
                        elements: Vec::new(),
                    });
                    out.last_mut().expect("it was just put in")
                }
            };
            known.sources.extend(gap.source.as_deref());
            if !known.elements.contains(&gap.element) {
                known.elements.push(gap.element);
            }
        }
        out
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
