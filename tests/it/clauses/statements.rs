//! Duties that a person answers for.

use super::*;

/// Every duty that the complete case answers by a statement, with what is left without it.
pub const STATED: &[(&str, &str)] = &[
    ("CON-02", "needs-evidence"),
    ("IPR-01", "needs-evidence"),
    ("IPR-03", "needs-evidence"),
    ("IPR-04", "needs-evidence"),
    ("EVA-02", "needs-evidence"),
    ("EVA-05", "needs-evidence"),
    ("EVA-06", "needs-evidence"),
    ("CLF-01", "needs-evidence"),
    ("TST-01", "needs-evidence"),
    ("TST-02", "needs-evidence"),
    ("TST-03", "needs-evidence"),
    ("TST-04", "needs-evidence"),
    ("D52-02", "needs-evidence"),
    ("D52-03", "needs-evidence"),
    ("D52-15", "needs-evidence"),
    ("D52-16", "needs-evidence"),
    ("RVW-10", "needs-evidence"),
    ("SRC-03", "needs-review"),
    ("KWL-04", "needs-review"),
    ("KWL-05", "needs-evidence"),
];

#[test]
fn a_statement_that_is_missing_or_says_no_fails_its_duty() {
    let case = Case::new();
    let mut odd = Vec::new();
    let text = case.read("yujian.toml");
    let count = text.matches("[[statement]]").count();
    assert_eq!(count, STATED.len());
    for (clause, left) in STATED {
        let undo = case.change(&[Unsaid(clause)]);
        let (now, _) = case.judged("run-1");
        odd.extend(case.odd(&format!("without {clause}"), &now, &[(clause, left)]));
        drop(undo);

        let at = text.find(&format!("clause = \"{clause}\"")).unwrap();
        let (head, tail) = text.split_at(at);
        let (said, rest) = tail.split_once("by = ").unwrap();
        let by = format!(
            "reason = \"尚未完成\"\nby = {}",
            rest.replacen("reason = ", "# ", 1)
        );
        let by = match rest.find("reason = ") {
            // Its own reason is in the way.
            Some(reason) if rest.find("[[").is_none_or(|next| reason < next) => by,
            _ => format!("reason = \"尚未完成\"\nby = {rest}"),
        };
        let said = said.replace("\"compliant\"", "\"non_compliant\"");
        let said = said.replace("\"not_applicable\"", "\"non_compliant\"");
        let _undo = Undo(vec![(
            case.path("yujian.toml"),
            Some(text.clone().into_bytes()),
        )]);
        fs::write(case.path("yujian.toml"), format!("{head}{said}{by}")).unwrap();
        let (now, _) = case.judged("run-1");
        let no = [(*clause, "non-compliant")];
        odd.extend(case.odd(&format!("{clause} is denied"), &now, &no));
    }
    assert_eq!(case.judged("run-1").0, case.good);
    assert!(odd.is_empty(), "{odd:#?}");
}

/// What was measured to be wrong no word makes good.
#[test]
fn a_statement_does_not_make_good_what_was_measured() {
    let case = Case::new();
    let mut odd = Vec::new();
    let statement = "\n[[statement]]\nclause = \"ANN-01\"\nresult = \"compliant\"\nevidence = [\"evidence/manual-sampling.txt\"]\nby = \"评估岗\"\non = 2026-10-08";
    let _undo = case.change(&[
        Append("yujian.toml", statement),
        Replace(
            "annotation/registry.csv",
            "标注数据安全管理,2026-02-03",
            "其他,2026-02-03",
        ),
    ]);
    let (now, _) = case.judged("run-1");
    odd.extend(case.odd("ANN-01", &now, &[("ANN-01", "non-compliant")]));
    assert!(odd.is_empty(), "{odd:#?}");
}
