//! Machine-made text and holders of rights: from files of every form to tables, summary and gate.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command_line::{export, report, scan, tally, yujian};

/// The code of an invented organisation of a region that does not exist.
const CODE: &str = "001191990000MA0ABCD1XJ00000";

fn label() -> Value {
    json!({"Label": "1", "ContentProducer": CODE, "ProduceID": "demo-1", "ReservedCode1": "", "ContentPropagator": "", "PropagateID": "", "ReservedCode2": ""})
}

fn corpus(config: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let file = |name: &str, text: String| {
        let path = dir.path().join("corpus").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let lines = [
        json!({"text": "第一条", "AIGC": label()}),
        json!({"text": "第二条", "AIGC": label().to_string()}),
        json!({"text": "第三条", "metadata": {"AIGC": label()}}),
        json!({"text": "第四条", "AIGC": null}),
        json!({"text": "作为一个人工智能语言模型,我没有个人情感。"}),
        json!({"title": "没有文本路径", "AIGC": label()}),
        json!({"title": "没有文本路径", "AIGC": label().to_string()}),
    ];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    file("made/a.jsonl", lines.join("\n"));
    let meta = label().to_string();
    file(
        "made/b.html",
        format!(
            "<html><head><meta name=\"AIGC\" content='{meta}'></head><body><p>正文</p></body></html>"
        ),
    );
    file(
        "made/c.md",
        format!(
            "---\ntitle: x\nAIGC:\n    Label: '1'\n    ContentProducer: '{CODE}'\n    ProduceID: demo-1\n---\n\n正文\n"
        ),
    );
    file("made/d.md", format!("---\nAIGC: {meta}\n---\n正文\n"));
    file(
        "made/e.csv",
        format!("text,AIGC\n正文,\"{}\"\n", meta.replace('"', "\"\"")),
    );
    file("other/a.txt", "Copyright (c) 2005-2006 Example Works, Inc. All rights reserved.\n\n©2019 EXAMPLE WORKS INC\n".to_owned());
    file("other/b.txt", "©2019 某某网 版权所有".to_owned());
    file("yujian.toml", config.to_owned());
    dir
}

const CONFIG: &str = "[[source]]\nid = \"made\"\nmatch = [\"made/**\"]\nkind = \"self_crawled\"\n[[source]]\nid = \"other\"\nmatch = [\"other/**\"]\n";

#[test]
fn a_label_is_found_wherever_a_file_keeps_it() {
    let dir = corpus(CONFIG);
    scan(dir.path(), "run", &[]);
    let findings = export(dir.path(), "run", "findings");
    let labels: Vec<&Value> = findings
        .iter()
        .filter(|f| f["entity"] == "rights.aigc.label")
        .collect();
    let places: BTreeSet<String> = labels
        .iter()
        .map(|f| {
            format!(
                "{} {} {}",
                f["path"].as_str().unwrap().rsplit('/').next().unwrap(),
                f["record"],
                f["field"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "a.jsonl 0 AIGC",
        "a.jsonl 1 AIGC",
        "a.jsonl 2 metadata.AIGC",
        "a.jsonl 5 AIGC",
        "a.jsonl 6 AIGC",
        "b.html 0 meta.aigc",
        "c.md 0 ",
        "d.md 0 ",
        "e.csv 1 AIGC",
    ];
    assert_eq!(places, expected.map(str::to_owned).into());
    assert_eq!(labels.len(), expected.len(), "none twice");
    for label in labels {
        assert_eq!(label["details"]["label"], "confirmed");
        assert_eq!(label["details"]["producer"], "91990000MA0ABCD1XJ");
        assert_eq!(label["details"]["producer_code_valid"], "true");
        assert_eq!(label["details"]["produce_id"], "demo-1");
    }
    // A label beside the text is not counted as text.
    let plain = fs::read_to_string(dir.path().join("corpus/made/a.jsonl")).unwrap();
    let without: Vec<String> = plain
        .lines()
        .take(5)
        .map(|line| {
            json!({"text": serde_json::from_str::<Value>(line).unwrap()["text"]}).to_string()
        })
        .collect();
    fs::write(dir.path().join("corpus/made/a.jsonl"), without.join("\n")).unwrap();
    let before = tally(dir.path(), "run")["sources"]["made"]["characters"]
        .as_u64()
        .unwrap();
    scan(dir.path(), "plain", &[]);
    let after = tally(dir.path(), "plain")["sources"]["made"]["characters"]
        .as_u64()
        .unwrap();
    let whole: u64 = ["没有文本路径", "没有文本路径", &label().to_string()]
        .iter()
        .map(|t| t.chars().count() as u64)
        .sum();
    let values: u64 = label()
        .as_object()
        .unwrap()
        .values()
        .map(|v| v.as_str().unwrap().chars().count() as u64)
        .sum();
    assert_eq!(before - after, whole + values);
}

fn checks(dir: &TempDir, clause: &str) -> Vec<(Value, String)> {
    let corpus = dir.path().join("corpus/yujian.toml");
    let (_, out, told) = yujian(
        dir.path(),
        &[
            "gate",
            "run",
            "--config",
            corpus.to_str().unwrap(),
            "--format",
            "json",
        ],
    );
    let verdict: Value = serde_json::from_slice(&out).unwrap_or_else(|e| panic!("{e}: {told}"));
    let checks = verdict["checks"].as_array().unwrap().iter();
    let of = checks.filter(|check| check["clause"] == clause);
    of.map(|check| {
        (
            check["source"].clone(),
            check["state"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

#[test]
fn the_gate_asks_about_rights_and_machine_made_text() {
    let dir = corpus(CONFIG);
    scan(dir.path(), "run", &[]);
    let state = |source: &str, state: &str| (json!(source), state.to_owned());
    assert_eq!(
        checks(&dir, "IPR-02"),
        [state("made", "compliant"), state("other", "needs-evidence")]
    );
    assert_eq!(
        checks(&dir, "AIG-02"),
        [state("made", "needs-evidence"), state("other", "compliant")]
    );
    assert_eq!(checks(&dir, "AIG-04"), [state("made", "compliant")]);
    assert_eq!(
        checks(&dir, "AIG-01"),
        [(Value::Null, "compliant".to_owned())]
    );
    let declared = CONFIG.replace("self_crawled", "synthetic") + "licence_id = \"MIT\"\n";
    fs::write(dir.path().join("corpus/yujian.toml"), declared).unwrap();
    assert_eq!(
        checks(&dir, "IPR-02"),
        [state("made", "compliant"), state("other", "needs-review")]
    );
    assert_eq!(
        checks(&dir, "AIG-02"),
        [state("made", "needs-evidence"), state("other", "compliant")]
    );
}

#[test]
fn holders_are_told_by_source_whatever_the_threads() {
    let dir = corpus(CONFIG);
    let told: Vec<Vec<Value>> = ["1", "4"]
        .iter()
        .map(|threads| {
            let run = format!("run{threads}");
            scan(dir.path(), &run, &["--threads", threads]);
            export(dir.path(), &run, "holders")
        })
        .collect();
    assert_eq!(told[0], told[1]);
    let first = &told[0][0];
    assert_eq!(first["source"], "other");
    assert_eq!(first["holder"], "Example Works, Inc.");
    assert_eq!(
        (&first["findings"], &first["records"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&first["year_from"], &first["year_to"]),
        (&json!(2005), &json!(2019))
    );
    assert_eq!(told[0][1]["holder"], "某某网");
    let (code, out, _) = yujian(
        dir.path(),
        &["export", "run1", "--what", "holders", "--format", "csv"],
    );
    assert_eq!(code, 0);
    assert_eq!(
        String::from_utf8(out).unwrap().lines().count(),
        1 + told[0].len()
    );
    let (summary, text) = report(dir.path(), "run1");
    assert_eq!(
        summary["holders"][0]["first"][0]["holder"],
        "Example Works, Inc."
    );
    let made = &summary["machine_made"][0];
    assert_eq!(
        (&made["labelled"], &made["marked"], &made["records"]),
        (&json!(9), &json!(10), &json!(11))
    );
    assert_eq!(made["kinds"]["aigc.label"], json!(9));
    assert!(
        text.contains("Example Works, Inc.") && text.contains("(90.91%)"),
        "{text}"
    );
}
