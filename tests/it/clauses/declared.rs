//! Changes to what is declared, and to what proves it: no text is scanned again.

use std::fs;

use super::*;

/// What is declared wrongly or not at all, and the duties that it is about.
pub const CHANGES: &[Broken] = &[
    Broken {
        changes: &[Config("crafts", "bad = 0", "bad = 6")],
        fails: &[("SRC-01", "non-compliant")],
    },
    Broken {
        changes: &[Config("crafts", "n = 100", "n = 20")],
        fails: &[("SRC-01", "needs-review")],
    },
    Broken {
        changes: &[Config("town", "at = 2026-06-25", "at = 2026-10-25")],
        fails: &[("SRC-01", "needs-evidence")],
    },
    Broken {
        changes: &[Config("crafts", "licence_id = \"CC-BY-4.0\"", "")],
        fails: &[("SRC-06", "non-compliant"), ("D52-04", "non-compliant")],
    },
    Broken {
        changes: &[Config("crafts", "\"CC-BY-4.0\"", "\"CC-BY-NC-4.0\"")],
        fails: &[("SRC-06", "needs-review")],
    },
    // What it is for is not said, or it is for fine-tuning, of which nobody has judged a sample.
    Broken {
        changes: &[Config("made", "stages = [\"pre-training\"]", "")],
        fails: &[("D52-18", "needs-evidence")],
    },
    Broken {
        changes: &[Config("made", "[\"pre-training\"]", "[\"fine-tuning\"]")],
        fails: &[("D52-18", "needs-evidence")],
    },
    Broken {
        changes: &[Empty("evidence/crafts-licence.txt")],
        fails: &[("SRC-06", "non-compliant")],
    },
    Broken {
        changes: &[Gone("evidence/valley-licence.txt")],
        fails: &[("SRC-06", "non-compliant")],
    },
    Broken {
        changes: &[Config(
            "crafts",
            "processing = \"去重、脱敏\"",
            "processing = \"去重\"
delivery = \"url_list\"",
        )],
        fails: &[("SRC-07", "non-compliant")],
    },
    Broken {
        changes: &[Gone("evidence/town-log.csv")],
        fails: &[("SRC-08", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "town",
            "robots_verdict = \"allowed\"",
            "robots_verdict = \"disallowed\"",
        )],
        fails: &[("SRC-08", "non-compliant")],
    },
    Broken {
        changes: &[Gone("evidence/town-robots.txt")],
        fails: &[("SRC-08", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "reader",
            "contract_valid_to = 2028-06-30",
            "contract_valid_to = 2026-07-31",
        )],
        fails: &[("SRC-09", "non-compliant")],
    },
    Broken {
        changes: &[Config("reader", "91350100MA0000TE69", "91350100MA0000TE68")],
        fails: &[("SRC-09", "non-compliant")],
    },
    Broken {
        changes: &[Config("reader", "quality = true", "quality = false")],
        fails: &[("SRC-10", "non-compliant")],
    },
    Broken {
        changes: &[Config("reader", "result = \"通过\"", "result = \"不通过\"")],
        fails: &[("SRC-11", "non-compliant")],
    },
    Broken {
        changes: &[Gone("evidence/reader-review.txt")],
        fails: &[("SRC-11", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "ask",
            "user_authorisation_ref = \"auth-2026-06\"",
            "",
        )],
        fails: &[("SRC-12", "non-compliant"), ("D52-04", "non-compliant")],
    },
    Broken {
        changes: &[Config("made", "version = \"0.9\", ", "")],
        fails: &[("SRC-14", "non-compliant"), ("AIG-02", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "made",
            "denied_sources = [\"某某盗版书库\"",
            "denied_sources = [\"crafts\"",
        )],
        fails: &[("SRC-15", "non-compliant")],
    },
    Broken {
        changes: &[Empty("evidence/ipr-policy.txt")],
        fails: &[("IPR-01", "needs-evidence")],
    },
    Broken {
        changes: &[Config("crafts", "data_class = \"文化\"", "")],
        fails: &[("D52-01", "needs-evidence")],
    },
    Broken {
        changes: &[Config("crafts", "important_data = false", "")],
        fails: &[("BRD-01", "needs-evidence")],
    },
    Broken {
        changes: &[
            Config("crafts", "important_data = false", "important_data = true"),
            Config(
                "crafts",
                "hosting_country = \"CN\"",
                "hosting_country = \"SG\"",
            ),
        ],
        fails: &[("BRD-01", "non-compliant"), ("BRD-02", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "valley",
            "hosting_country = \"CN\"",
            "hosting_country = \"NZ\"",
        )],
        fails: &[("BRD-02", "needs-evidence")],
    },
    Broken {
        changes: &[Config("made", "origin_country = \"CN\"", "")],
        fails: &[("SRC-05", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "crafts",
            "kind = \"open_cn\"",
            "kind = \"open_foreign\"",
        )],
        fails: &[("FIL-07", "non-compliant")],
    },
    Broken {
        changes: &[Config("crafts", "kind = \"open_cn\"", "")],
        fails: &[
            ("D52-04", "non-compliant"),
            ("FIL-04", "needs-evidence"),
            ("FIL-07", "needs-evidence"),
        ],
    },
    Broken {
        changes: &[Config("valley", "kind = \"open_foreign\"", "")],
        fails: &[
            ("D52-04", "non-compliant"),
            ("FIL-04", "needs-evidence"),
            ("FIL-05", "needs-evidence"),
            ("FIL-07", "needs-evidence"),
        ],
    },
    Broken {
        changes: &[
            Config("town", "kind = \"self_crawled\"", ""),
            Config("reader", "kind = \"commercial\"", ""),
        ],
        fails: &[
            ("D52-04", "non-compliant"),
            ("D52-06", "needs-evidence"),
            ("FIL-04", "needs-evidence"),
            ("FIL-06", "needs-evidence"),
            ("FIL-07", "needs-evidence"),
            ("PII-04", "needs-evidence"),
            ("SRC-08", "needs-evidence"),
            ("SRC-09", "needs-evidence"),
            ("SRC-10", "needs-evidence"),
            ("SRC-11", "needs-evidence"),
        ],
    },
    Broken {
        changes: &[Config("", "name = \"示例大模型\"", "")],
        fails: &[("FIL-12", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "reader",
            "name = \"《乡土读本》2026 年授权文本\"",
            "name = \"公开数据集\"",
        )],
        fails: &[("RVW-03", "non-compliant")],
    },
    Broken {
        changes: &[Config("town", "collected_to = 2026-09-30", "")],
        fails: &[("RVW-04", "needs-evidence")],
    },
    Broken {
        changes: &[Config(
            "crafts",
            "https://crafts.example/page/index",
            "https://crafts.example/",
        )],
        fails: &[("RVW-05", "needs-review")],
    },
    Broken {
        changes: &[Config("crafts", "publisher = \"示例手艺协会\"", "")],
        fails: &[("D52-04", "non-compliant"), ("D52-07", "non-compliant")],
    },
    Broken {
        changes: &[Gone("lexicon/releases.csv")],
        fails: &[("KWL-03", "needs-evidence")],
    },
    Broken {
        changes: &[Replace(
            "annotation/registry.csv",
            ",2026-02-02,3,",
            ",2026-02-02,,",
        )],
        fails: &[("FIL-10", "needs-evidence")],
    },
    Broken {
        changes: &[Replace("annotation/registry.csv", "A02,internal,", "A02,,")],
        fails: &[("FIL-09", "needs-evidence"), ("RVW-07", "needs-evidence")],
    },
    Broken {
        changes: &[
            Replace(
                "annotation/records/functional.jsonl",
                "\"reviewer_id\": \"A02\", \"review_result\": \"pass\", ",
                "",
            ),
            Replace(
                "annotation/records/safety.jsonl",
                "\"reviewer_id\": \"A02\", \"review_result\": \"pass\", ",
                "",
            ),
            Replace(
                "annotation/records/safety.jsonl",
                "{\"by\": \"A01\", \"result\": \"fail\", \"at\": \"2026-03-06\"}",
                "",
            ),
            Config("", "batches = \"annotation/batches.csv\"", ""),
        ],
        fails: &[
            ("FIL-14", "non-compliant"),
            ("ANN-09", "non-compliant"),
            ("ANN-10", "non-compliant"),
            ("D74-04", "not-applicable"),
            ("D74-06", "needs-evidence"),
        ],
    },
];

#[test]
fn what_is_declared_wrongly_fails_its_own_duty() {
    let case = Case::new();
    let mut odd = Vec::new();
    for broken in CHANGES {
        let undo = case.change(broken.changes);
        let what = format!("{:?}", broken.changes);
        let (now, all) = case.judged("run-1");
        odd.extend(case.odd(&what, &now, broken.fails));
        assert_eq!(all["matrix"]["positive"], false, "{what}");
        drop(undo);
    }
    assert_eq!(case.judged("run-1").0, case.good);
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn every_mistake_of_annotation_fails_its_own_duty() {
    let case = Case::new();
    let mut odd = Vec::new();
    for (clause, state, file, from, to) in crate::annotation::mistakes::MISTAKES {
        let name = match *file {
            "yujian.toml" => "yujian.toml".to_owned(),
            file => format!("annotation/{file}"),
        };
        let text = case.read(&name);
        assert!(text.contains(from), "{name}: {from}");
        fs::write(case.path(&name), text.replacen(from, to, 1)).unwrap();
        let (now, _) = case.judged("run-1");
        // What only annotation asks for is no duty of the table.
        let state = state.en().replace(' ', "-");
        let expected = [(*clause, &*state)];
        let known = !clause.starts_with("QLT");
        odd.extend(case.odd(
            &format!("{name}: {from}"),
            &now,
            &expected[..usize::from(known)],
        ));
        fs::write(case.path(&name), text).unwrap();
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

/// A source of which it is not said where it comes from is known by its kind.
#[test]
fn what_follows_from_something_else_need_not_be_declared() {
    let case = Case::new();
    let mut odd = Vec::new();
    let _undo = case.change(&[Config("valley", "origin_country = \"NZ\"", "")]);
    let (now, all) = case.judged("run-1");
    odd.extend(case.odd("origin of an open foreign source", &now, &[]));
    assert_eq!(all["matrix"]["positive"], true);
    assert!(odd.is_empty(), "{odd:#?}");
}
