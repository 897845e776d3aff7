//! [`Statement`]: what a person answers for where nothing can be measured.

use serde::{Deserialize, Serialize};

use super::Day;

/// What a person says of a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// 符合
    Compliant,
    /// 不适用
    NotApplicable,
    /// 不符合
    NonCompliant,
}

/// `[[statement]]`: the result of a duty that no program can measure, with who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Our id of the duty.
    pub clause: String,
    /// What is said of it.
    pub result: Answer,
    /// Files that prove it; a duty that is met needs at least one.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Who says so: a name or a post.
    pub by: String,
    /// Since when.
    pub on: Day,
    /// Why: required unless the duty is met.
    #[serde(default)]
    pub reason: String,
}
