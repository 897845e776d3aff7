//! Provenance of a corpus in the formats in which others read it.
//!
//! One model, [`Corpus`], is gathered once from a run and what is declared beside it; each format
//! is one file that writes it. What is written was measured by the scan or declared by the
//! operator, and nothing else: a value that nobody gave is left out where the format lets it be,
//! or marked as missing, and in any case told as a [`Gap`], with the key that would fill it.
//!
//! Documents follow from the run, the declarations and the day they are made for: no clock, no
//! random identifiers. Corpus text and personal values are in none of them, because the model
//! holds counts only.

mod california;
mod completeness;
mod croissant;
mod cyclonedx;
mod draft;
mod dta;
mod encoding;
mod european;
mod gap;
mod identity;
mod licence;
mod model;
mod notes;
mod prov;
mod responsible;
mod spdx;
mod tc609;

pub use gap::{Gap, Gaps, GapsOfKey};
pub use model::{
    Corpus, CorpusFile, Facts, FileList, PersonalKind, Read, SourceFacts, SourceFiles,
};
pub use tc609::{Records, write_records};

use serde_json::Value;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Croissant 1.1 with its responsible-AI vocabulary, JSON-LD.
    Croissant,
    /// SPDX 3.0.1 with the profile Dataset, JSON-LD.
    Spdx,
    /// CycloneDX 1.7, JSON.
    CycloneDx,
    /// Data Provenance Standards 1.0.0 of the Data & Trust Alliance, JSON: the corpus.
    Dta,
    /// The same, one JSON object a line: its sources.
    DtaSources,
    /// PROV-O of the W3C, JSON-LD: files, sources, and what was done to them.
    Prov,
    /// Public summary of training content, Article 53(1)(d) of the AI Act, a draft in Markdown.
    European,
    /// California AB 2013, a draft in Markdown.
    California,
    /// What records and declarations say, by source and field, CSV.
    Completeness,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Croissant,
        Self::Spdx,
        Self::CycloneDx,
        Self::Dta,
        Self::DtaSources,
        Self::Prov,
        Self::European,
        Self::California,
        Self::Completeness,
    ];

    /// Name of its file in a folder of all.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Croissant => "croissant.json",
            Self::Spdx => "spdx.json",
            Self::CycloneDx => "cyclonedx.json",
            Self::Dta => "dta.json",
            Self::DtaSources => "dta-sources.jsonl",
            Self::Prov => "prov.json",
            Self::European => "eu-training-content.md",
            Self::California => "california-ab2013.md",
            Self::Completeness => "completeness.csv",
        }
    }

    /// The corpus in this format, with a line end, and what was missing for it.
    pub fn write(self, corpus: &Corpus) -> (String, Gaps) {
        let mut gaps = Gaps::default();
        let text = match self {
            Self::Croissant => pretty(&croissant::document(corpus, &mut gaps)),
            Self::Spdx => pretty(&spdx::document(corpus, &mut gaps)),
            Self::CycloneDx => pretty(&cyclonedx::document(corpus, &mut gaps)),
            Self::Dta => pretty(&dta::document(corpus, &mut gaps)),
            Self::DtaSources => {
                let lines = dta::sources(corpus, &mut gaps);
                lines.iter().map(|line| format!("{line}\n")).collect()
            }
            Self::Prov => pretty(&prov::document(corpus, &mut gaps)),
            Self::European => european::summary(corpus, &mut gaps),
            Self::California => california::documentation(corpus, &mut gaps),
            Self::Completeness => completeness::table(corpus),
        };
        (text, gaps)
    }
}

fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}
