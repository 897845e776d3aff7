//! What fails when not everything was read, or less was looked for than a filing needs.

use super::*;

/// Duties that fail when a file of the corpus was not read to its end. Some fail for no other
/// reason.
pub const UNREAD: &[(&str, &str)] = &[
    ("CON-01", "non-compliant"),
    ("FIL-01", "needs-evidence"),
    ("FIL-03", "needs-evidence"),
    ("RVW-12", "needs-evidence"),
];

type Options = &'static [&'static str];
type Fails = &'static [(&'static str, &'static str)];

/// Options of a scan, and the duties that need more.
const OPTIONS: &[(Options, Fails)] = &[
    (
        &[],
        &[
            ("D52-08", "needs-evidence"),
            ("D52-11", "needs-evidence"),
            // Records cannot be held against the log of their collection.
            ("SRC-08", "needs-evidence"),
        ],
    ),
    (
        &["--sidecar", "--tokens", "off"],
        &[("FIL-02", "needs-evidence")],
    ),
];

/// Without the rules of the program.
const OWN_RULES_ONLY: &[(&str, &str)] = &[
    ("AIG-01", "needs-evidence"),
    ("AIG-02", "needs-evidence"),
    ("AIG-03", "needs-evidence"),
    ("AIG-04", "needs-evidence"),
    ("SRC-06", "needs-evidence"),
];

/// Duties that are broken here.
pub fn broken() -> impl Iterator<Item = &'static str> {
    let options = OPTIONS.iter().flat_map(|(_, fails)| *fails);
    let words = ["KWL-01", "KWL-02", "FIL-08"];
    let all = UNREAD.iter().chain(options).chain(OWN_RULES_ONLY);
    all.map(|(id, _)| *id).chain(words)
}

#[test]
fn while_anything_is_unread_nothing_that_rests_on_the_scan_is_met() {
    let case = Case::new();
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken/cut-off.jsonl.gz");
    fs::copy(broken, case.path("corpus/crafts/cut-off.jsonl.gz")).unwrap();
    let (run, code) = case.scan(&["--sidecar"]);
    assert_eq!(code, 2);
    let (now, all) = case.judged(&run);
    for (id, state) in UNREAD {
        assert_eq!(now[*id], *state, "{id}");
    }
    assert_eq!(all["matrix"]["positive"], false);
    for id in ["SRC-02", "PII-01", "EVA-03", "D52-13", "AIG-03", "IPR-02"] {
        assert_ne!(now[id], "compliant", "{id}");
    }
    // What does not rest on it stands.
    for id in ["SRC-09", "ANN-09", "FIL-08", "D74-07", "IPR-01"] {
        assert_eq!(now[id], case.good[id], "{id}");
    }
}

#[test]
fn what_was_not_looked_for_is_not_met() {
    let case = Case::new();
    let mut odd = Vec::new();
    for (options, fails) in OPTIONS {
        let (run, code) = case.scan(options);
        assert_eq!(code, 0);
        odd.extend(case.odd(&format!("{options:?}"), &case.judged(&run).0, fails));
    }
    let undo = case.change(&[Config("", "\"builtin\", ", "")]);
    let (run, code) = case.scan(&["--sidecar"]);
    assert!(code < 2);
    let (now, _) = case.judged(&run);
    odd.extend(case.odd("own rules only", &now, OWN_RULES_ONLY));
    drop(undo);

    fs::remove_dir_all(case.path("lexicon")).unwrap();
    lexicon::write(case.dir.path(), 5_100, |risk| risk);
    let (run, _) = case.scan(&["--sidecar"]);
    let (now, _) = case.judged(&run);
    odd.extend(case.odd("few words", &now, &[("KWL-01", "non-compliant")]));
    fs::remove_dir_all(case.path("lexicon")).unwrap();
    lexicon::write(case.dir.path(), 10_200, |risk| match risk {
        "A.2.b" => "A.2.c",
        other => other,
    });
    let (run, _) = case.scan(&["--sidecar"]);
    let (now, _) = case.judged(&run);
    odd.extend(case.odd("no words of A.2.b", &now, &[("KWL-02", "non-compliant")]));
    assert!(odd.is_empty(), "{odd:#?}");
}

/// Clauses that annotation supplies.
fn of_annotation() -> Vec<String> {
    let clauses = Clauses::builtin();
    let supplied = clauses.all.iter().filter(|c| c.supplier == "annotation");
    supplied.map(|clause| clause.id.clone()).collect()
}

#[test]
fn annotation_that_is_absent_or_unread_is_never_met() {
    let case = Case::new();
    let mut odd = Vec::new();
    let clauses = of_annotation();
    assert_eq!(clauses.len(), 24);
    let undo = case.change(&[Gone("annotation/registry.csv")]);
    let args = ["gate", "run-1", "--clauses", "--format", "json"];
    let (code, out, _) = yujian(case.dir.path(), &args);
    assert_eq!(code, 2);
    let all: Value = serde_json::from_slice(&out).unwrap();
    let now = states(&all);
    for id in &clauses {
        assert_ne!(now[id], "compliant", "{id}");
    }
    assert!(!all["problems"].as_array().unwrap().is_empty());
    drop(undo);

    let undo = case.change(&[
        Empty("annotation/records/functional.jsonl"),
        Empty("annotation/records/safety.jsonl"),
    ]);
    let (now, _) = case.judged("run-1");
    assert_eq!(now["FIL-08"], "needs-evidence");
    assert_eq!(now["FIL-14"], "needs-evidence");
    assert_eq!(now["ANN-05"], "compliant");
    drop(undo);

    let text = case.read("yujian.toml");
    let from = text.find("[annotation]").unwrap();
    let to = text.find("# Duties that no program").unwrap();
    let without = format!("{}{}", &text[..from], &text[to..]);
    fs::write(case.path("yujian.toml"), without).unwrap();
    let fails: Vec<(&str, &str)> = clauses
        .iter()
        .map(|id| (id.as_str(), "needs-evidence"))
        .collect();
    let (now, _) = case.judged("run-1");
    odd.extend(case.odd("no [annotation]", &now, &fails));
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn a_kept_report_counts_only_while_nothing_has_changed() {
    let case = Case::new();
    let check = ["annotation", "check", "--format", "json", "-o", "kept.json"];
    let (code, _, told) = yujian(case.dir.path(), &check);
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = yujian(case.dir.path(), &check);
    assert!(code == 2 && told.contains("kept.json exists"), "{told}");

    let gate = |more: &[&str]| {
        let all = [&["gate", "run-1", "--clauses", "--format", "json"], more].concat();
        yujian(case.dir.path(), &all)
    };
    let (code, anew, _) = gate(&[]);
    assert_eq!(code, 0);
    let (code, kept, told) = gate(&["--annotation", "kept.json"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(kept, anew);

    let records = "annotation/records/safety.jsonl";
    let new = "annotation/records/more.jsonl";
    for (changes, says) in [
        (
            &[Append(records, "")][..],
            "safety.jsonl (annotation.records) has changed",
        ),
        (
            &[Gone("annotation/batches.csv")],
            "batches.csv (annotation.batches) has changed",
        ),
        (
            &[Append(new, "{}")],
            "more.jsonl (annotation.records) is new",
        ),
        (
            &[Config("", "min_seconds = 5", "min_seconds = 1")],
            "[annotation]:",
        ),
        (
            &[Config("", "batches = \"annotation/batches.csv\"", "")],
            "batches.csv (annotation.batches) is gone",
        ),
        (
            &[Replace("kept.json", "\"tool\": \"", "\"tool\": \"9.")],
            "version of the program",
        ),
        (
            &[Replace("kept.json", "\"clause\": \"ANN-01\",", "")],
            "is no report",
        ),
        (&[Empty("kept.json")], "is no report"),
        (&[Gone("kept.json")], "cannot read kept.json"),
    ] {
        let _undo = case.change(changes);
        let (code, out, told) = gate(&["--annotation", "kept.json"]);
        assert_eq!((code, out.len()), (2, 0), "{changes:?}");
        assert!(told.contains(says), "{changes:?}: {told}");
    }
    let undo = case.change(&[Append(records, ""), Gone("annotation/registry.csv")]);
    let (_, _, told) = gate(&["--annotation", "kept.json"]);
    assert!(
        told.contains("safety.jsonl") && told.contains("registry.csv"),
        "{told}"
    );
    drop(undo);
}
