//! [`RuleInfo`]: what later stages need to know of a rule.

use serde::{Deserialize, Serialize};

use crate::Severity;
use crate::stored::stored;

/// A text in the two languages of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Classes of a kind of personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PiClass {
    /// Class under GB/T 45574-2025: `一般`, `敏感-金融`, …
    pub gbt45574: String,
    /// Whether GB/T 35273-2020 Appendix B would call it sensitive.
    pub gbt35273: bool,
    /// Whether it is handled like sensitive data by default although the standard does not list it.
    #[serde(default)]
    pub high_risk: bool,
}

/// What every stage after detection needs to know of a rule; findings refer to it by position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct RuleInfo {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub title: Bilingual,
    /// Appendix A code of GB/T 45654-2025, with our sub-code; none for what is no risk.
    pub risk: Option<String>,
    /// Classes of 网络信息内容生态治理规定.
    pub ecology: Vec<String>,
    /// Kind of personal data, credential or rights mark.
    pub entity: Option<String>,
    /// Classes of that kind.
    pub class: Option<PiClass>,
    /// How grave.
    pub severity: Severity,
}

stored!(struct Bilingual { zh, en });
stored!(struct PiClass { gbt45574, gbt35273, high_risk });
