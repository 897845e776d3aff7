//! One line about tokens under the table of a scan.

use indicatif::HumanCount;

use super::language::Language;
use crate::report::TokenSummary;

/// How many there are, with the margin of an estimate and the name of the tokenizer.
pub fn line(tokens: &TokenSummary, language: Language) -> String {
    let (total, name) = (&tokens.total, &tokens.counted.tokenizer.name);
    let number = HumanCount(total.tokens);
    if total.exact {
        return match language {
            Language::Zh => format!("词元数: {number} ({name})"),
            Language::En => format!("tokens: {number} ({name})"),
        };
    }
    let margin = HumanCount(total.margin());
    let (sampled, passages) = (HumanCount(total.sampled), HumanCount(total.passages));
    match language {
        Language::Zh => format!(
            "词元数: ≈ {number} ± {margin} (95% 置信区间,{name},计数 {passages} 个片段中的 {sampled} 个)"
        ),
        Language::En => format!(
            "tokens: ≈ {number} ± {margin} (95 %, {name}, {sampled} of {passages} passages counted)"
        ),
    }
}
