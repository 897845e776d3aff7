//! Test banks (annex 5): their audit, or why there is none. No question is quoted.

use serde::Serialize;

use super::{Input, both};
use crate::judge::TestBankAudit;
use crate::rules::Bilingual;

/// Test banks.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TestBankPart {
    /// The audit; none with a reason.
    pub audit: Option<TestBankAudit>,
    /// Why there is none.
    pub missing: Option<Bilingual>,
}

pub(super) fn part(input: &Input<'_>) -> TestBankPart {
    TestBankPart {
        audit: input.testbank.cloned(),
        missing: input.testbank.is_none().then(|| {
            both(
                "未提供测试题库([testbank] files)",
                "no test bank was given ([testbank] files)",
            )
        }),
    }
}
