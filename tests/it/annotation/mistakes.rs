//! One mistake each, and the one clause that it breaks.

use yujian::State::{self, NeedsEvidence, NeedsReview, NonCompliant};

use super::{Project, open};

const FUNCTIONAL: &str = "records/functional.jsonl";
const SAFETY: &str = "records/safety.jsonl";

/// Clause, what becomes of it, and the mistake: a file, what stands there, and what stands there
/// then.
pub const MISTAKES: &[(&str, State, &str, &str, &str)] = &[
    (
        "ANN-01",
        NonCompliant,
        "registry.csv",
        "标注内容质量核验、标注数据安全管理,2026-02-09",
        "标注内容质量核验,2026-02-09",
    ),
    (
        "ANN-01",
        NonCompliant,
        "registry.csv",
        "标注数据安全管理,2026-02-03",
        "标注数据安全管理,2026-03-03",
    ),
    (
        "ANN-02",
        NonCompliant,
        "registry.csv",
        "2026-08-31",
        "2026-03-04",
    ),
    (
        "ANN-02",
        NonCompliant,
        "registry.csv",
        "2026-08-31,,,true",
        "2026-08-31,2026-03-04,2026-03-06,true",
    ),
    (
        "ANN-02",
        NonCompliant,
        "registry.csv",
        "88,true",
        "48,false",
    ),
    (
        "ANN-03",
        NonCompliant,
        FUNCTIONAL,
        "\"reviewer_id\": \"A02\"",
        "\"reviewer_id\": \"A01\"",
    ),
    (
        "ANN-04",
        NonCompliant,
        FUNCTIONAL,
        "\"duration_s\": 61",
        "\"duration_s\": 1.5",
    ),
    (
        "ANN-04",
        NeedsEvidence,
        FUNCTIONAL,
        "\"duration_s\": 61, ",
        "",
    ),
    (
        "ANN-04",
        NeedsEvidence,
        "yujian.toml",
        "min_seconds = 5",
        "",
    ),
    (
        "ANN-05",
        NonCompliant,
        "rules/functional.md",
        "二、数据格式",
        "二、其他",
    ),
    (
        "ANN-06",
        NonCompliant,
        "rules/safety.md",
        "## 审核环节",
        "## 其他",
    ),
    (
        "ANN-07",
        NonCompliant,
        "rules/functional.md",
        "多样性",
        "丰富性",
    ),
    (
        "ANN-08",
        NonCompliant,
        "rules/safety.md",
        "判定:看内容是否空泛、残缺、答非所问,虽无严重错误但对使用者没有帮助。\n",
        "",
    ),
    (
        "ANN-09",
        NonCompliant,
        SAFETY,
        "\"review_result\": \"pass\"",
        "\"review_result\": \"fail\"",
    ),
    (
        "ANN-10",
        NonCompliant,
        "batches.csv",
        "fb1,4,0,0,accepted",
        "fb1,4,0,1,accepted",
    ),
    (
        "ANN-10",
        NonCompliant,
        FUNCTIONAL,
        "\"item_id\": \"f1\"",
        "\"item_id\": \"f1\", \"risk_codes\": \"A.1.f\"",
    ),
    (
        "ANN-11",
        NeedsReview,
        SAFETY,
        "\"storage_zone\": \"isolated\"",
        "\"storage_zone\": \"general\"",
    ),
    (
        "D74-01",
        NeedsEvidence,
        "yujian.toml",
        "evidence/operation_log.md",
        "evidence/none.md",
    ),
    (
        "D74-01",
        NeedsReview,
        "yujian.toml",
        "confirmed_by = \"A02\"",
        "",
    ),
    (
        "D74-02",
        NonCompliant,
        FUNCTIONAL,
        "\"rule_version\": \"1.0\"",
        "\"rule_version\": \"0.9\"",
    ),
    (
        "D74-02",
        NonCompliant,
        "rules/functional.md",
        "## 八、反例",
        "## 八、其他",
    ),
    (
        "D74-03",
        NonCompliant,
        "rules/safety.md",
        "安全回答:拒绝编写或扩散",
        "备注:",
    ),
    (
        "D74-04",
        NonCompliant,
        SAFETY,
        ", \"arbitration_id\": \"arb-1\"",
        "",
    ),
    (
        "D74-04",
        NeedsReview,
        FUNCTIONAL,
        "\"需改进\"",
        "\"不合格\"",
    ),
    (
        "D74-05",
        NonCompliant,
        "registry.csv",
        "2026-08-31,,,true",
        "2026-08-31,,,false",
    ),
    (
        "D74-05",
        NeedsEvidence,
        "registry.csv",
        "2026-08-31,,,true",
        "2026-08-31,,,",
    ),
    (
        "D74-06",
        NonCompliant,
        "batches.csv",
        "fb1,4,0,0,accepted",
        "fb1,4,1,0,accepted",
    ),
    (
        "D74-07",
        NeedsReview,
        FUNCTIONAL,
        "木星。",
        "木星。联系人手机13900135724",
    ),
    (
        "D74-08",
        NonCompliant,
        FUNCTIONAL,
        "\"rule_version\": \"1.0\", ",
        "",
    ),
    (
        "RVW-07",
        NonCompliant,
        "yujian.toml",
        "traceability = true",
        "traceability = false",
    ),
    (
        "RVW-07",
        NonCompliant,
        "yujian.toml",
        "employer = \"示例数据服务公司\"",
        "employer = \"别的公司\"",
    ),
    (
        "QLT-01",
        NeedsReview,
        FUNCTIONAL,
        "\"明早开会。\", \"label\": \"合格\"",
        "\"明早开会。\", \"label\": \"不合格\"",
    ),
];

#[test]
fn every_check_fails_for_its_own_reason_and_no_other() {
    for (clause, state, file, from, to) in MISTAKES {
        let project = Project::new();
        let report = project.replace(file, from, to).check();
        let problems: Vec<_> = report.problems.first.iter().map(|p| &*p.name).collect();
        assert_eq!(
            open(&report),
            [(*clause, *state)],
            "{file}: {from} -> {to}: {problems:?}"
        );
        assert!(!report.passed);
        assert_eq!(report.problems.unread, 0, "{:?}", report.problems.first);
        let check = report.clause(clause).unwrap();
        assert!(!check.reason.zh.is_empty() && !check.reason.en.is_empty());
    }
}
