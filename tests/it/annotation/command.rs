//! `yujian annotation` as its user meets it, and a million records.

use std::fs;
use std::path::PathBuf;

use super::{Project, open};
use crate::command_line::{copy, said as yujian};

#[test]
fn the_command_ends_with_0_1_or_2() {
    let project = Project::new();
    let dir = project.dir.path();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ANN-11") && text.contains("passed"), "{text}");
    project.replace("batches.csv", "fb1,4,0,0,accepted", "fb1,4,1,0,accepted");
    let (code, text) = yujian(dir, &["annotation", "check", "--format", "json"]);
    assert_eq!(code, 1, "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["passed"], false);
    fs::write(project.path("registry.csv"), "").unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("registry.csv") && text.contains("hint:"),
        "{text}"
    );
    fs::write(
        project.path("yujian.toml"),
        "[annotation]\nregistri = \"x\"\n",
    )
    .unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("yujian.toml:2") && text.contains("did you mean `registry`?"),
        "{text}"
    );
    fs::write(project.path("yujian.toml"), "").unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert!(code == 2 && text.contains("annotation init"), "{text}");

    let (code, text) = yujian(dir, &["annotation", "init", "new"]);
    assert_eq!(code, 0, "{text}");
    assert!(project.path("new/safety.toml").exists());
    let (code, text) = yujian(dir, &["annotation", "init", "new"]);
    assert!(code == 2 && text.contains("not overwritten"), "{text}");
}

/// `cargo test --release --test it -- --ignored annotation_of_a_million --nocapture`
#[test]
#[ignore = "takes a minute: writes the records of which docs/annotation.md tells the time"]
fn annotation_of_a_million_items() {
    use std::io::Write as _;
    let target = std::env::var_os("YUJIAN_ANNOTATION_BENCH").map(PathBuf::from);
    let project = Project::new();
    let records = project.path("records/functional.jsonl");
    let mut out = std::io::BufWriter::new(fs::File::create(&records).unwrap());
    for n in 0..1_000_000u32 {
        let minute = n % 50 + 10;
        writeln!(
            out,
            "{{\"item_id\":\"item-{n}\",\"batch_id\":\"b{}\",\"task_id\":\"t{n}\",\"task_type\":\"qa\",\"annotation_kind\":\"functional\",\"rule_id\":\"functional-01\",\"rule_version\":\"1.0\",\"annotator_id\":\"A01\",\"annotated_at\":\"2026-03-02T09:{minute}:00+08:00\",\"duration_s\":{},\"tool\":\"平台甲\",\"reviewer_id\":\"A02\",\"review_result\":\"pass\",\"reviewed_at\":\"2026-03-03\",\"storage_zone\":\"general\",\"prompt\":\"请用一句话说明第{n}号图书的主要内容,并指出它适合哪一类读者阅读。\",\"answer\":\"这本书介绍了编号{n}的主题,语言平实,适合对该主题感兴趣的一般读者。\",\"label\":\"合格\",\"spot_check\":{{\"n\":50,\"errors\":0,\"risk_hits\":0,\"action\":\"accepted\"}}}}",
            n / 1000,
            n % 100 + 10,
        )
        .unwrap();
    }
    drop(out);
    if let Some(target) = target {
        copy(project.dir.path(), &target);
        return;
    }
    let report = project.check();
    assert_eq!(open(&report), []);
    assert_eq!(
        report.figures.annotated["text"]["functional"].items,
        1_000_000
    );
}
