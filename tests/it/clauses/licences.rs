//! What the check of licences says of one change each: the gate and the table of clauses alike.

use std::fs;
use std::path::Path;

use serde_json::Value;
use yujian::config::Config as File;

use super::{Case, changed};
use crate::command_line::yujian;

/// State of the licence check of a source, and why: in the checks of the gate, which must stand
/// in the table of clauses as it is.
fn of_source(dir: &Path, run: &str, source: &str) -> (String, String) {
    let answer = |more: &[&str]| -> Value {
        let args = [&["gate", run, "--format", "json"], more].concat();
        let (code, out, told) = yujian(dir, &args);
        assert!(code < 2, "{code}: {told}");
        serde_json::from_slice(&out).unwrap()
    };
    let (verdict, all) = (answer(&[]), answer(&["--clauses"]));
    let checks = verdict["checks"].as_array().unwrap().iter();
    let mut of = checks.filter(|c| c["id"] == "licence" && c["source"] == source);
    let check = of.next().unwrap();
    let mut clauses = all["matrix"]["clauses"].as_array().unwrap().iter();
    let clause = clauses.find(|c| c["id"] == "SRC-06").unwrap();
    let points = clause["points"].as_array().unwrap().iter();
    let same = points.filter(|point| {
        point["source"] == source
            && point["state"] == check["state"]
            && point["reason"]["zh"] == check["reason_zh"]
            && point["reason"]["en"] == check["reason_en"]
    });
    assert_eq!(same.count(), 1, "{check} {clause}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&check["state"]), text(&check["reason_zh"]))
}

/// One change to what is declared: source, from, to; the source that is judged, its state, and
/// what its reason names.
const CHANGES: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("", "\n", "\n", "crafts", "compliant", "CC-BY-4.0(署名)"),
    ("", "\n", "\n", "town", "not-applicable", "未声明许可"),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"CC-BY-NC-4.0\"",
        "crafts",
        "needs-review",
        "未声明 [model] use",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"CC-BY-NC-SA-4.0\"",
        "crafts",
        "needs-review",
        "非商业性使用:不得以商业利益为主要目的;相同方式共享",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"CC-BY-ND-4.0\"",
        "crafts",
        "needs-review",
        "禁止演绎",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"LicenseRef-Tongyi-Qianwen-Research\"",
        "crafts",
        "needs-review",
        "仅供研究",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"GPL-2.0-only WITH Classpath-exception-2.0\"",
        "crafts",
        "needs-review",
        "著佐权(强)",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"LicenseRef-Ours\"",
        "crafts",
        "needs-review",
        "须人工阅读:LicenseRef-Ours",
    ),
    (
        "crafts",
        "\"CC-BY-4.0\"",
        "\"CC-BY4.0 OR MIT\"",
        "crafts",
        "non-compliant",
        "最接近 CC-BY-4.0 OR MIT",
    ),
    (
        "crafts",
        "\"use\", \"modify\", \"commercial\"",
        "\"研究\"",
        "crafts",
        "needs-review",
        "未涵盖商业使用、向公众提供服务",
    ),
    (
        "reader",
        "contract_id",
        "licence_id = \"MIT\"\ncontract_id",
        "reader",
        "needs-evidence",
        "缺少 licence_evidence",
    ),
    (
        "reader",
        "contract_id",
        "licence_id = \"某某授权\"\ncontract_id",
        "reader",
        "needs-evidence",
        "含有未知的许可标识",
    ),
];

#[test]
fn the_gate_and_the_clauses_say_the_same_of_every_change() {
    let case = Case::new();
    let dir = case.dir.path();
    let text = case.read("yujian.toml");
    let write = |text: &str| fs::write(case.path("yujian.toml"), text).unwrap();
    for (source, from, to, judged, state, named) in CHANGES {
        write(&changed(&text, source, from, to));
        let (now, reason) = of_source(dir, "run-1", judged);
        assert_eq!(now, *state, "{source} {to}: {reason}");
        assert!(reason.contains(named), "{named}: {reason}");
    }

    // What the model is for decides, and a person may settle what is left to people.
    let both = "[\"CC-BY-4.0\", \"CC-BY-NC-4.0\"]";
    let free = changed(&text, "crafts", "\"CC-BY-4.0\"", both);
    write(&changed(
        &free,
        "",
        "[model]",
        "[model]\nuse = \"research\"",
    ));
    let (state, reason) = of_source(dir, "run-1", "crafts");
    assert_eq!(state, "compliant", "{reason}");
    assert!(reason.contains("声明用途(研究)"), "{reason}");
    write(&free);
    assert_eq!(case.judged("run-1").0["SRC-06"], "needs-review");
    let statement = "\n[[statement]]\nclause = \"SRC-06\"\nresult = \"compliant\"\nevidence = [\"evidence/ipr-policy.txt\"]\nby = \"知识产权岗\"\non = 2026-10-01\n";
    write(&(free + statement));
    assert_eq!(case.judged("run-1").0["SRC-06"], "compliant");

    write(&changed(&text, "crafts", "\"CC-BY-4.0\"", "\"CC-BY4.0\""));
    let problems = case.judged("run-1").1["problems"].clone();
    let problem = &problems.as_array().unwrap()[0];
    assert_eq!(problem["source"], "crafts");
    assert_eq!(problem["key"], "licence_id");
    let hint = problem["hint"]["en"].as_str().unwrap();
    assert!(hint.starts_with("did you mean CC-BY-4.0?"), "{hint}");

    let misspelt = changed(&text, "", "[model]", "[model]\nuse = [\"comercial\"]");
    let error = File::parse(&misspelt, "yujian.toml")
        .unwrap_err()
        .to_string();
    assert!(error.contains("`comercial` is no use"), "{error}");
    assert!(error.contains("did you mean `commercial`?"), "{error}");
    for wrong in ["3", "[1]", "{ a = 1 }"] {
        let wrong = changed(&text, "", "[model]", &format!("[model]\nuse = {wrong}"));
        let error = File::parse(&wrong, "yujian.toml").unwrap_err().to_string();
        assert!(error.contains("[model] use is a list of uses"), "{error}");
    }
}

#[test]
fn what_records_state_counts_beside_what_is_declared() {
    let dir = tempfile::TempDir::new().unwrap();
    let folder = dir.path().join("corpus/a");
    fs::create_dir_all(&folder).unwrap();
    let lines = [
        r#"{"text":"第一条","license":"cc-by-4.0"}"#,
        r#"{"text":"第二条 SPDX-License-Identifier: GPL-3.0-or-later","license":"CC BY 4.0"}"#,
        r#"{"text":"第三条","license":"odc-by"}"#,
        r#"{"text":"第四条","license":"保留所有解释"}"#,
    ];
    fs::write(folder.join("a.jsonl"), lines.join("\n")).unwrap();
    fs::write(dir.path().join("proof"), "CC BY").unwrap();
    let source = "[[source]]\nid = \"a\"\nmatch = [\"a/**\"]\nkind = \"open_cn\"\nlicence_id = \"CC-BY-4.0\"\nlicence_evidence = \"proof\"\n";
    fs::write(dir.path().join("yujian.toml"), source).unwrap();
    let args = [
        "scan",
        "corpus",
        "-o",
        "run",
        "--config",
        "yujian.toml",
        "-q",
    ];
    yujian(dir.path(), &args);
    let (state, reason) = of_source(dir.path(), "run", "a");
    assert_eq!(state, "needs-review", "{reason}");
    for named in [
        "GPL-3.0-or-later(著佐权(强):衍生作品须以相同许可提供;1 条记录写明)",
        "声明之外的许可:ODC-By-1.0 (1)",
        "须人工阅读:无法识别的许可 (1)",
    ] {
        assert!(reason.contains(named), "{named}: {reason}");
    }
}
