//! What verdicts come to: who prevails, pass rates and intervals, duties, the filing.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::command::{Bench, told};
use yujian::judge::interval;

/// 6,000 records of one source and 300 of another, scanned and sampled.
fn bench() -> Bench {
    let bench = Bench::new();
    for (source, n) in [("web", 6_000), ("books", 300)] {
        // Some of the web is a candidate: a game of chance is mentioned.
        let words = |i| match i % 40 {
            0 if source == "web" => "网络赌博平台注册送彩金",
            _ => "没有什么",
        };
        let line = |i| {
            format!(
                "{{\"id\":\"{source}{i}\",\"text\":\"第{i}条,{}\"}}\n",
                words(i)
            )
        };
        let text: String = (0..n).map(line).collect();
        bench.file(&format!("{source}/a.jsonl"), text.as_bytes());
    }
    bench.file(
        "yujian.toml",
        "[[source]]\nid = \"web\"\nmatch = [\"web/**\"]\nkind = \"self_crawled\"\n\
         [[source]]\nid = \"books\"\nmatch = [\"books/**\"]\nkind = \"commercial\"\n"
            .as_bytes(),
    );
    assert_eq!(bench.scan(&["-q"]).0, 0);
    draw(&bench, "sample", &[]);
    bench
}

fn draw(bench: &Bench, out: &str, more: &[&str]) {
    let args = ["sample", "run", "--corpus", "corpus", "-q", "-o", out];
    let args = [&args[..], &["--format", "jsonl"], more].concat();
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
}

fn sheet(bench: &Bench, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(bench.path(name)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Imports what `judge` says of each row, by number; nothing if it says nothing.
fn import(
    bench: &Bench,
    question: &str,
    who: &str,
    more: &[&str],
    judge: impl Fn(usize, &Value) -> Option<(&'static str, &'static str)>,
) {
    let mut rows = sheet(bench, &format!("sample/{question}.jsonl"));
    for (number, row) in rows.iter_mut().enumerate() {
        if let Some((verdict, risk)) = judge(number, row) {
            (row["verdict"], row["risk"]) = (json!(verdict), json!(risk));
            row["reviewer"] = json!(who);
        }
    }
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(bench.path("filled.jsonl"), text).unwrap();
    let args = [
        "review",
        "import",
        "filled.jsonl",
        "--sample",
        "sample",
        "--store",
        "v.sqlite",
    ];
    let (code, text) = told(&bench.yujian(&[&args[..], more].concat()));
    assert_eq!(code, 0, "{text}");
}

fn json_of(bench: &Bench, args: &[&str]) -> Value {
    let output = bench.yujian(&[args, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output).1))
}

fn show(bench: &Bench) -> Value {
    json_of(bench, &["review", "show", "--store", "v.sqlite"])
}

/// Results of a duty: source, state, reason.
fn clause(bench: &Bench, id: &str) -> Vec<(Value, String, String)> {
    clause_of(bench, id, "corpus/yujian.toml")
}

fn clause_of(bench: &Bench, id: &str, config: &str) -> Vec<(Value, String, String)> {
    let args = [
        "gate",
        "run",
        "--clauses",
        "--verdicts",
        "v.sqlite",
        "--config",
    ];
    let judged = json_of(bench, &[&args[..], &[config]].concat());
    let clauses = judged["matrix"]["clauses"].as_array().unwrap();
    let found = clauses.iter().find(|clause| clause["id"] == id).unwrap();
    let points = found["points"].as_array().unwrap().iter();
    points
        .map(|point| {
            let word = |v: &Value| v.as_str().unwrap().to_owned();
            (
                point["source"].clone(),
                word(&point["state"]),
                word(&point["reason"]["en"]),
            )
        })
        .collect()
}

fn state(bench: &Bench, id: &str) -> (String, String) {
    let mut points = clause(bench, id);
    assert_eq!(points.len(), 1, "{points:?}");
    let (_, state, reason) = points.remove(0);
    (state, reason)
}

#[test]
fn duties_follow_the_verdicts_of_this_run() {
    let bench = bench();
    // No store, no verdicts.
    let judged = json_of(&bench, &["gate", "run", "--clauses"]);
    assert!(
        judged
            .to_string()
            .contains("there are no verdicts of reviewers yet")
    );
    let rows = sheet(&bench, "sample/content.jsonl");
    // Half of it is judged, with every fiftieth a fail.
    let fails = |number: usize| number % 50 == 7;
    let verdict = |number| match fails(number) {
        true => Some(("不合格", "A.1.a")),
        false => Some(("合格", "")),
    };
    import(&bench, "content", "张三", &[], |n, _| {
        verdict(n).filter(|_| n < 2000)
    });
    let (now, reason) = state(&bench, "EVA-02");
    assert!(
        now == "needs-evidence" && reason.contains("not judged yet"),
        "{now} {reason}"
    );
    let (now, _) = state(&bench, "D52-17");
    assert_ne!(now, "compliant");
    // All of it.
    import(&bench, "content", "张三", &[], |n, _| verdict(n));
    let shown = show(&bench);
    let sample = &shown["samples"][0];
    let (set, passed) = (&sample["sets"][0], &sample["pass"][0]["whole"]);
    let manual: Vec<(usize, &Value)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            let described = &set["name"];
            assert_eq!(described, "manual");
            row["question"] == "content"
        })
        .collect();
    assert!(manual.len() >= 4000);
    assert_eq!(set["total"]["drawn"], 4000);
    assert_eq!(set["total"]["open"], 0);
    let fail = set["total"]["fail"].as_u64().unwrap();
    assert!((75..=85).contains(&fail), "{fail}");
    let (low, high) = interval(4000 - fail, 4000, 0.95);
    let end = |name: &str| passed[name].as_f64().unwrap();
    assert_eq!(passed["method"], "pooled");
    // Moved out by what rounding leaves, and no further.
    assert!(
        end("low") <= low && low - end("low") < 3e-4,
        "{passed} {low}"
    );
    assert!(
        end("high") >= high && end("high") - high < 3e-4,
        "{passed} {high}"
    );
    let (now, reason) = state(&bench, "EVA-02");
    assert!(
        now == "compliant" && reason.contains("interval ["),
        "{now} {reason}"
    );
    // Sources: 59 of each were judged as well.
    let points = clause(&bench, "SRC-02");
    let people: Vec<_> = points
        .iter()
        .filter(|p| p.2.starts_with("people"))
        .collect();
    assert_eq!(people.len(), 2, "{points:?}");
    for (source, state, reason) in people {
        assert!(source == "web" || source == "books");
        let open = reason.contains(", limit 5.00%: enlarge");
        assert_eq!(state == "needs-review", open, "{state} {reason}");
        assert!(reason.contains("59 judged"), "{reason}");
    }
    // Candidates are 2.4 % of all, and two of a hundred that people judged fail too.
    let (now, reason) = state(&bench, "EVA-03");
    assert!(
        now == "needs-review" && reason.contains("lower bound of 97."),
        "{now} {reason}"
    );
    import(&bench, "content", "张三", &[], |n, _| match fails(n) {
        true => Some(("合格", "")),
        false => None,
    });
    let (now, reason) = state(&bench, "EVA-03");
    assert!(
        now == "compliant" && reason.contains("lower bound of 99."),
        "{now} {reason}"
    );
    // A verdict that changes counts, and so does an undecided one: 160 fails are too many at 161.
    let more = |n: usize| fails(n) || n % 50 == 8 || (n % 500 == 9);
    import(&bench, "content", "张三", &[], |n, _| match more(n) {
        true => Some(("无法判断", "")),
        false => Some(("合格", "")),
    });
    let total = &show(&bench)["samples"][0]["sets"][0]["total"];
    let pass = total["pass"].as_u64().unwrap();
    let (now, reason) = state(&bench, "EVA-02");
    assert_eq!(now == "compliant", pass >= 3840, "{reason}");
    assert!(
        pass < 3840 && now == "non-compliant",
        "{pass} {now} {reason}"
    );
    // Another run of the same corpus with other rules is another run.
    let (code, text) = told(&bench.yujian(&["scan", "corpus", "-q", "-o", "run2", "--sidecar"]));
    assert_eq!(code, 0, "{text}");
    let args = ["gate", "run2", "--clauses", "--verdicts", "v.sqlite"];
    let judged = json_of(&bench, &args).to_string();
    assert!(
        judged.contains("no sample in the store of verdicts is of this run"),
        "{judged}"
    );
}

#[test]
fn who_differs_is_no_pass_until_a_third_person_decides() {
    let bench = bench();
    // The first four rows in four ways; of all others two people agree.
    import(&bench, "metadata", "甲", &[], |n, _| match n {
        3 => Some(("不合格", "A.1.a")),
        _ => Some(("合格", "")),
    });
    import(&bench, "metadata", "乙", &[], |n, _| match n {
        0 => Some(("不合格", "A.1.a")),
        1 | 2 => Some(("无法判断", "")),
        _ => Some(("合格", "")),
    });
    let told_now = show(&bench);
    let sample = &told_now["samples"][0];
    let conflicts = sample["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 4);
    assert_eq!(sample["sets"][2]["total"]["conflicts"], 4);
    let said = conflicts[0]["said"].as_array().unwrap();
    assert_eq!(said.len(), 2);
    let agreed = sample["agreement"].as_array().unwrap();
    let metadata = agreed.iter().find(|a| a["question"] == "metadata").unwrap();
    assert_eq!(metadata["doubled"], 200);
    assert_eq!(metadata["agreement"]["observed"], 0.98);
    assert!(metadata["agreement"]["cohen"][0]["kappa"]["value"].is_f64());
    let points = clause(&bench, "D52-15");
    assert!(
        points
            .iter()
            .all(|(_, state, _)| state != "compliant" || points.len() > 1)
    );
    assert!(
        points
            .iter()
            .any(|(_, state, reason)| { state == "needs-review" && reason.contains("disputed") })
    );
    // A third person decides.
    import(
        &bench,
        "metadata",
        "主审",
        &["--adjudicate"],
        |n, _| match n {
            0 => Some(("不合格", "A.1.a")),
            1..=3 => Some(("合格", "")),
            _ => None,
        },
    );
    let told_now = show(&bench);
    let sample = &told_now["samples"][0];
    assert_eq!(sample["conflicts"], json!([]));
    assert_eq!(sample["sets"][2]["total"]["fail"], 1);
    assert_eq!(sample["adjudicators"], json!({"主审": 4}));
    let points = clause(&bench, "D52-15");
    assert!(
        points.iter().any(|(_, state, _)| state == "non-compliant"),
        "{points:?}"
    );
    // Whoever contradicts the decision after it opens it again.
    import(&bench, "metadata", "丙", &[], |n, _| {
        (n == 1).then_some(("不合格", "A.1.b"))
    });
    assert_eq!(
        show(&bench)["samples"][0]["conflicts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let (_, text) = told(&bench.yujian(&["review", "show", "--store", "v.sqlite"]));
    assert!(
        text.contains("丙 fail") && text.contains("主审 (decides) pass"),
        "{text}"
    );
    // One who decides that agrees closes it.
    import(&bench, "metadata", "主审", &["--adjudicate"], |n, _| {
        (n == 1).then_some(("不合格", "A.1.b"))
    });
    assert_eq!(show(&bench)["samples"][0]["conflicts"], json!([]));
}

#[test]
fn a_sample_that_does_not_please_is_not_replaced_by_another() {
    let bench = bench();
    import(&bench, "content", "甲", &[], |_, _| {
        Some(("不合格", "A.1.a"))
    });
    assert_eq!(state(&bench, "EVA-02").0, "non-compliant");
    fs::rename(bench.path("sample"), bench.path("first")).unwrap();
    draw(&bench, "sample", &["--seed", "77"]);
    import(&bench, "content", "甲", &[], |_, _| Some(("合格", "")));
    let states: Vec<String> = clause(&bench, "EVA-02")
        .into_iter()
        .map(|(_, s, _)| s)
        .collect();
    assert_eq!(states, ["non-compliant", "compliant"]);
    // A smaller one than the standard asks is none.
    draw(&bench, "small", &["--plan", "manual", "--size", "50"]);
    fs::remove_dir_all(bench.path("sample")).unwrap();
    fs::rename(bench.path("small"), bench.path("sample")).unwrap();
    fs::remove_file(bench.path("v.sqlite")).unwrap();
    import(&bench, "content", "甲", &[], |_, _| Some(("合格", "")));
    let (now, reason) = state(&bench, "EVA-02");
    assert!(
        now == "non-compliant" && reason.contains("4000 are asked for"),
        "{now} {reason}"
    );
}

#[test]
fn the_filing_says_who_has_judged_what_and_what_came_of_it() {
    let bench = bench();
    // What the scan has recorded is right but for one code, and people find something else.
    let recorded = |row: &Value, code: &str| {
        let all = row["recorded"].as_array().unwrap();
        all.iter()
            .any(|word| word.as_str().unwrap().starts_with(code))
    };
    let risk = "A.1.h";
    import(&bench, "risk-record", "王五", &[], |n, row| match n {
        _ if recorded(row, risk) && n % 2 == 0 => Some(("不合格", "A.2.a")),
        _ => Some(("合格", "")),
    });
    import(&bench, "content", "李四", &[], |n, _| match n {
        0 => Some(("不合格", "A.3.a")),
        _ => Some(("合格", "")),
    });
    let rows = sheet(&bench, "sample/risk-record.jsonl");
    let with: Vec<usize> = (0..rows.len())
        .filter(|n| recorded(&rows[*n], risk))
        .collect();
    let refuted = with.iter().filter(|n| **n % 2 == 0).count();
    let config = bench.path("corpus/yujian.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}[review]\nstore = \"../v.sqlite\"\n"),
    )
    .unwrap();
    let args = [
        "report",
        "run",
        "-o",
        "out",
        "--config",
        "corpus/yujian.toml",
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    let report: Value =
        serde_json::from_slice(&fs::read(bench.path("out/report.json")).unwrap()).unwrap();
    let risks: BTreeMap<&str, &Value> = report["findings"]["risks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["code"].as_str().unwrap(), &row["reviewed"]))
        .collect();
    assert!(!with.is_empty(), "the scan has recorded gambling");
    assert_eq!(risks[risk]["recorded"], with.len());
    assert_eq!(risks[risk]["confirmed"], with.len() - refuted);
    assert_eq!(risks["A.2.a"]["missed"], refuted);
    assert_eq!(risks["A.3.a"]["found"], 1);
    assert_eq!(
        risks["A.5.a"],
        &json!({"recorded": 0, "confirmed": 0, "missed": 0, "found": 0})
    );
    let sampling = &report["sampling"];
    let whole = sampling["whole"].as_array().unwrap();
    let manual = whole.iter().find(|row| row["clause"] == "EVA-02").unwrap();
    let people = manual["people"]["reviewers"].as_array().unwrap();
    assert!(people.contains(&json!("李四")), "{manual}");
    assert_eq!(manual["state"], "compliant");
    let sources = sampling["sources"].as_array().unwrap();
    let judged: Vec<&Value> = sources
        .iter()
        .filter(|row| row["judged"].is_array())
        .collect();
    assert_eq!(judged.len(), 2);
    let store = json_of(&bench, &["review", "show", "--store", "v.sqlite"]);
    assert_eq!(sampling["store"]["head"], store["head"]);
    // The same once more, byte for byte.
    let (code, _) = told(&bench.yujian(&[
        "report",
        "run",
        "-o",
        "again",
        "--config",
        "corpus/yujian.toml",
    ]));
    assert_eq!(code, 0);
    for entry in fs::read_dir(bench.path("out")).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &str| fs::read(bench.path(folder).join(&name)).ok();
        assert!(read("out") == read("again"), "{name:?}");
    }
    // A store that is named and cannot be read stops it.
    fs::write(
        bench.path("v.sqlite"),
        "no database, but text of some length",
    )
    .unwrap();
    let (code, text) = told(&bench.yujian(&[
        "report",
        "run",
        "-o",
        "third",
        "--config",
        "corpus/yujian.toml",
    ]));
    assert!(code == 2 && text.contains("is no database"), "{text}");
}

#[test]
fn what_is_for_fine_tuning_is_sampled_on_its_own() {
    const CONFIG: &str = "declared.toml";
    let bench = bench();
    let declare = |web: &str, books: &str| {
        let config = format!(
            "[[source]]\nid = \"web\"\nmatch = [\"web/**\"]\nkind = \"self_crawled\"\n{web}\n\
             [[source]]\nid = \"books\"\nmatch = [\"books/**\"]\nkind = \"commercial\"\n{books}\n"
        );
        fs::write(bench.path(CONFIG), config).unwrap();
    };
    let one = || {
        let mut points = clause_of(&bench, "D52-18", CONFIG);
        assert_eq!(points.len(), 1, "{points:?}");
        let (_, state, reason) = points.remove(0);
        (state, reason)
    };
    declare("", "");
    import(&bench, "metadata", "张三", &[], |_, _| Some(("合格", "")));
    // Nobody says what is for fine-tuning.
    let (now, reason) = one();
    assert!(
        now == "needs-review" && reason.contains("2 sources do not say"),
        "{reason}"
    );
    let tuning = [
        "sample", "run", "--corpus", "corpus", "--plan", "tuning", "-o", "none", "--config", CONFIG,
    ];
    let (code, text) = told(&bench.yujian(&tuning));
    assert!(
        code == 2 && text.contains("stages = [\"fine-tuning\"]"),
        "{code} {text}"
    );
    assert!(!bench.path("none").exists());
    // Nothing is.
    declare("stages = [\"pre-training\"]", "stages = [\"pre-training\"]");
    assert_eq!(one().0, "not-applicable");
    // Books are, and the sample that was drawn does not tell them apart.
    declare(
        "stages = [\"pre-training\"]",
        "stages = [\"pre-training\", \"fine-tuning\"]",
    );
    let (now, reason) = one();
    assert!(
        now == "needs-evidence" && reason.contains("not sampled on its own"),
        "{reason}"
    );
    fs::remove_dir_all(bench.path("sample")).unwrap();
    draw(&bench, "sample", &["--plan", "tuning", "--config", CONFIG]);
    let drawn: Value =
        serde_json::from_slice(&fs::read(bench.path("sample/sample.json")).unwrap()).unwrap();
    let sets = drawn["sets"].as_array().unwrap().iter();
    let sizes: Vec<_> = sets
        .map(|set| (&set["name"], &set["population"], &set["size"]))
        .collect();
    assert_eq!(
        json!(sizes),
        json!([
            ["tuning-metadata", 300, 100],
            ["tuning-risk-record", 300, 300]
        ])
    );
    let rows = [
        sheet(&bench, "sample/metadata.jsonl"),
        sheet(&bench, "sample/risk-record.jsonl"),
    ];
    assert_eq!(rows.each_ref().map(Vec::len), [100, 300]);
    assert!(rows.iter().flatten().all(|row| row["source"] == "books"));
    import(&bench, "metadata", "张三", &[], |_, _| Some(("合格", "")));
    import(&bench, "risk-record", "张三", &[], |n, _| {
        (n > 0).then_some(("合格", ""))
    });
    let states = || {
        let points = clause_of(&bench, "D52-18", CONFIG).into_iter();
        points.map(|(_, state, _)| state).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["compliant", "needs-evidence"]);
    import(&bench, "risk-record", "张三", &[], |n, _| {
        (n == 0).then_some(("合格", ""))
    });
    assert_eq!(states(), ["compliant", "compliant"]);
    // No share is named, so what is wrong is for a person.
    import(&bench, "risk-record", "张三", &[], |n, _| {
        (n == 0).then_some(("不合格", "A.1.a"))
    });
    assert_eq!(states(), ["compliant", "needs-review"]);
    // The sample is of what was declared when it was drawn.
    declare("stages = [\"fine-tuning\"]", "stages = [\"fine-tuning\"]");
    assert_eq!(states(), ["needs-evidence", "needs-evidence"]);
    // Drawn with everything else, it is in the same sheets.
    draw(&bench, "all", &["--config", CONFIG]);
    let rows = sheet(&bench, "all/risk-record.jsonl");
    assert!((4_000..=4_200).contains(&rows.len()), "{}", rows.len());
}
