//! [`Finding`]: one thing found in one record, in the shape every later stage sees.
//!
//! A finding never holds corpus text but for its masked [`Finding::excerpt`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stored::stored;
use crate::{Details, Span};

/// Characters of context on each side of what was found in an [excerpt](Finding::excerpt).
pub const EXCERPT_CONTEXT: usize = 12;

/// Position of a rule in the [`RuleSet`](crate::rules::RuleSet) that found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleIndex(pub u32);

/// How grave it is if the finding is what the rule takes it for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    schemars::JsonSchema,
    Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look in bulk.
    Low,
    /// Should not be trained on.
    Medium,
    /// Must not be trained on.
    High,
    /// One is too many.
    Critical,
}

impl Severity {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Which kinds of folding were needed to see a match; empty when the text stood there as written.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Folds(pub u16);

impl Folds {
    /// Full-width and half-width forms.
    pub const WIDTH: Self = Self(1);
    /// Upper and lower case.
    pub const CASE: Self = Self(1 << 1);
    /// Traditional and variant characters.
    pub const VARIANT: Self = Self(1 << 2);
    /// Other compatibility forms (NFKC): circled, ligatures, mathematical letters.
    pub const COMPAT: Self = Self(1 << 3);
    /// Zero-width, bidirectional, soft-hyphen and combining characters that were skipped.
    pub const IGNORABLE: Self = Self(1 << 4);
    /// Letters or digits of another script that look like Latin ones.
    pub const LOOKALIKE: Self = Self(1 << 5);

    /// Symbols or spaces between the characters of a term.
    pub const NOISE: Self = Self(1 << 6);
    /// Characters written several times.
    pub const REPEAT: Self = Self(1 << 7);
    /// Chinese numerals for digits, or the other way round.
    pub const NUMERAL: Self = Self(1 << 8);

    /// Syllables written out in Latin letters for characters.
    pub const PINYIN: Self = Self(1 << 9);
    /// First letters of the syllables for all characters.
    pub const INITIALS: Self = Self(1 << 10);
    /// Other characters that sound the same.
    pub const HOMOPHONE: Self = Self(1 << 11);
    /// Characters written as their two parts.
    pub const SPLIT: Self = Self(1 << 12);
    /// Digits and signs in the place of Latin letters.
    pub const LEET: Self = Self(1 << 13);

    /// The disguises: not another spelling of the same characters but something else that is read
    /// as them, so that they are looked for only where a rule asks.
    pub const EVASION: Self = Self(0b11111 << 9);

    /// Every fold with its name, in the order of the bits.
    pub const NAMES: [(Self, &'static str); 14] = [
        (Self::WIDTH, "width"),
        (Self::CASE, "case"),
        (Self::VARIANT, "variant"),
        (Self::COMPAT, "compat"),
        (Self::IGNORABLE, "ignorable"),
        (Self::LOOKALIKE, "lookalike"),
        (Self::NOISE, "noise"),
        (Self::REPEAT, "repeat"),
        (Self::NUMERAL, "numeral"),
        (Self::PINYIN, "pinyin"),
        (Self::INITIALS, "initials"),
        (Self::HOMOPHONE, "homophone"),
        (Self::SPLIT, "split"),
        (Self::LEET, "leet"),
    ];

    /// The fold of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, n)| *n == name)
            .map(|(f, _)| *f)
    }

    /// Whether no fold was needed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two share a fold.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of these that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Folds {
    /// The names joined by `+`, in the order of the bits; nothing when empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (fold, name) in Self::NAMES {
            if self.intersects(fold) {
                if !first {
                    f.write_str("+")?;
                }
                first = false;
                f.write_str(name)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Folds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Folds({self})")
    }
}

/// Probability in percent, 0 to 100, that a finding is what its rule takes it for, before review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Confidence(pub u8);

impl Confidence {
    /// From a fraction 0–1, as rule files write it; rounds to whole percents.
    pub fn from_fraction(fraction: f64) -> Self {
        Self((fraction * 100.0).round().clamp(0.0, 100.0) as u8)
    }

    /// As a fraction 0–1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// Keyed hash of a found value: equal values of one key have equal hashes, and without the key
/// nothing can be matched. First 16 bytes of BLAKE3 in keyed mode over entity and compact value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ValueHash(pub [u8; 16]);

impl ValueHash {
    /// Its first 64 bits, which is how values are counted.
    pub fn short(self) -> u64 {
        u64::from_le_bytes(self.0[..8].try_into().expect("eight of sixteen bytes"))
    }
}

impl fmt::Display for ValueHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ValueHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueHash({self})")
    }
}

/// One thing found in one field of one record.
///
/// Record number and shard are known to whoever holds the finding. The order is the order
/// findings are kept in: field, place, rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Path of the field in the record, dotted (`messages[1].content`); empty for a whole file.
    pub field: String,
    /// Where in the field's decoded text.
    pub span: Span,
    /// The rule that found it.
    pub rule: RuleIndex,
    /// Code points of the field before the span, and up to its end.
    pub code_points: Span,
    /// See [`Confidence`].
    pub confidence: Confidence,
    /// Why the confidence is what it is: names joined by `+` (`checksum+region+context`).
    pub reasons: String,
    /// Masked quotation with a little context.
    pub excerpt: String,
    /// Keyed hash of the value; none without a key, and none for combinations.
    pub value: Option<ValueHash>,
    /// Folds that were needed.
    pub folds: Folds,
    /// Why it does not count, if it does not: `context:legal`, `allow:carrier hotline`, …
    pub suppressed_by: Option<String>,
    /// What it says beyond its place.
    pub details: Details,
}

stored!(struct RuleIndex(_));
stored!(struct Folds(_));
stored!(struct Confidence(_));
stored!(
    enum Severity {
        Low,
        Medium,
        High,
        Critical,
    }
);
