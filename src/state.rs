//! [`State`]: the result of one check, in the words of the assessment method.

use serde::{Deserialize, Serialize};

/// Result of one check. Only [`State::Compliant`] and [`State::NotApplicable`] are good.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// 符合
    Compliant,
    /// 不适用
    NotApplicable,
    /// 人工复核: signals that a person has to judge.
    NeedsReview,
    /// 待核: evidence is missing.
    NeedsEvidence,
    /// 不符合
    NonCompliant,
}

impl State {
    /// In Chinese, in the words of the standards.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Compliant => "符合",
            Self::NotApplicable => "不适用",
            Self::NeedsReview => "人工复核",
            Self::NeedsEvidence => "待核",
            Self::NonCompliant => "不符合",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::NotApplicable => "not applicable",
            Self::NeedsReview => "needs review",
            Self::NeedsEvidence => "needs evidence",
            Self::NonCompliant => "non-compliant",
        }
    }
}
