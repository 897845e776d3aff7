//! How much there is (`FIL-01` to `FIL-06`): one row for every source, type and language, and sums
//! of these rows, which therefore agree with each other and with the totals of the run.

use serde::Serialize;

use super::Gathered;
use crate::sources::SourceKind;
use crate::tokens::{Counted, Estimate};

/// Types in the order of the form (`FIL-03`); what could not be told stands by itself.
pub const TYPES: [&str; 8] = [
    "zh", "en", "code", "image", "audio", "video", "other", "unknown",
];

/// Kinds of sources in the order of the form (`FIL-04`); the last one is not declared.
pub const KINDS: [&str; 8] = [
    "open_cn",
    "open_foreign",
    "self_crawled",
    "self_produced",
    "commercial",
    "user_input",
    "synthetic",
    "undeclared",
];

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Amounts {
    /// Records.
    pub records: u64,
    /// Their bytes once decompressed, with all that is around text.
    pub bytes: u64,
    /// Bytes of their text in UTF-8.
    pub text_bytes: u64,
    /// Characters of it.
    pub characters: u64,
    /// Tokens of it; none if they were not counted.
    pub tokens: Option<u64>,
    /// Files of pictures, sound and film.
    pub media_files: u64,
    /// Their bytes as stored.
    pub media_bytes: u64,
}

impl Amounts {
    /// Adds `other`.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.text_bytes += other.text_bytes;
        self.characters += other.characters;
        self.tokens = match (self.tokens, other.tokens) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        self.media_files += other.media_files;
        self.media_bytes += other.media_bytes;
    }
}

/// What there is of one source, type and language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SizeRow {
    /// The source.
    pub source: String,
    /// Its kind, one of [`KINDS`].
    pub kind: &'static str,
    /// One of [`TYPES`], or another word of the run.
    #[serde(rename = "type")]
    pub type_: String,
    /// BCP 47; `und` where it has none.
    pub language: String,
    /// How much.
    pub amounts: Amounts,
}

/// A sum of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct NamedAmounts {
    /// Of what.
    pub name: String,
    /// How much.
    pub amounts: Amounts,
}

/// How tokens were counted, and their sum with its interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TokenFacts {
    /// By what, and whether all.
    pub counted: Counted,
    /// All together.
    pub total: Estimate,
}

/// All amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SizePart {
    /// Bytes of files as stored that were scanned.
    pub stored_bytes: u64,
    /// How tokens were counted; none if they were not.
    pub tokens: Option<TokenFacts>,
    /// Row by row, by source, type and language.
    pub rows: Vec<SizeRow>,
    /// All together.
    pub total: Amounts,
    /// By type, in the order of [`TYPES`], all of them.
    pub by_type: Vec<NamedAmounts>,
    /// By kind, in the order of [`KINDS`]; the last one only if there is any of it.
    pub by_kind: Vec<NamedAmounts>,
    /// By source, in the order of the sources.
    pub by_source: Vec<NamedAmounts>,
}

impl SizePart {
    /// The sum of the rows that `of` says yes to.
    pub fn sum(&self, of: impl Fn(&SizeRow) -> bool) -> Amounts {
        let mut sum = Amounts::default();
        let rows = self.rows.iter().filter(|row| of(row));
        rows.for_each(|row| sum.add(&row.amounts));
        sum
    }
}

pub(super) fn kind_of(gathered: &Gathered<'_>, source: &str) -> &'static str {
    let source = gathered.input.ledger.source(source);
    let kind = source.and_then(|source| source.declared.kind);
    kind.map_or("undeclared", SourceKind::as_str)
}

pub(super) fn part(gathered: &Gathered<'_>) -> SizePart {
    let ids = gathered.ids();
    let mut rows = Vec::new();
    for source in &ids {
        let kind = kind_of(gathered, source);
        let row = |type_: &str, language: &str, amounts| SizeRow {
            source: source.clone(),
            kind,
            type_: type_.to_owned(),
            language: language.to_owned(),
            amounts,
        };
        let tally = gathered.tally.sources.get(source);
        for (type_, language, amount) in tally.iter().flat_map(|tally| tally.types.iter()) {
            let strata = gathered.tokens.iter().flat_map(|tokens| &tokens.strata);
            let mut strata = strata.filter(|stratum| {
                stratum.source == *source && stratum.kind == type_ && stratum.language == language
            });
            let amounts = Amounts {
                records: amount.records,
                bytes: amount.bytes,
                text_bytes: amount.text_bytes,
                characters: amount.characters,
                tokens: strata.next().map(|stratum| stratum.estimate.tokens),
                ..Amounts::default()
            };
            rows.push(row(type_, language, amounts));
        }
        for (type_, files) in gathered.tally.media.get(source).into_iter().flatten() {
            let amounts = Amounts {
                media_files: files.files,
                media_bytes: files.bytes,
                ..Amounts::default()
            };
            rows.push(row(type_, "und", amounts));
        }
    }
    let mut part = SizePart {
        stored_bytes: gathered.input.run.manifest().totals.stored_bytes.scanned,
        tokens: gathered.tokens.map(|tokens| TokenFacts {
            counted: tokens.counted.clone(),
            total: tokens.total,
        }),
        rows,
        total: Amounts::default(),
        by_type: Vec::new(),
        by_kind: Vec::new(),
        by_source: Vec::new(),
    };
    part.total = part.sum(|_| true);
    let others = part.rows.iter().map(|row| row.type_.as_str());
    let mut types = TYPES.to_vec();
    for other in others {
        if !types.contains(&other) {
            types.push(other);
        }
    }
    let named = |name: &str, amounts| NamedAmounts {
        name: name.to_owned(),
        amounts,
    };
    part.by_type = (types.iter())
        .map(|name| named(name, part.sum(|row| row.type_ == *name)))
        .collect();
    let any = |name: &str| part.rows.iter().any(|row| row.kind == name);
    part.by_kind = (KINDS.iter())
        .filter(|name| **name != "undeclared" || any(name))
        .map(|name| named(name, part.sum(|row| row.kind == *name)))
        .collect();
    part.by_source = (ids.iter())
        .map(|name| named(name, part.sum(|row| row.source == *name)))
        .collect();
    part
}
