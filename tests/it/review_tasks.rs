//! Sheets for Label Studio and doccano: what they hold, and the way there and back.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::command::{Bench, told};

fn bench(format: &str) -> Bench {
    let bench = Bench::new();
    let text =
        "{\"id\":\"甲\",\"text\":\"𠮷野家 <b>&amp;\\n电话13900002468\"}\n{\"text\":\"没有什么\"}\n";
    bench.file("web/a.jsonl", text.as_bytes());
    assert_eq!(bench.scan(&["-q"]).0, 0);
    let args = [
        "sample", "run", "--corpus", "corpus", "-o", "sample", "--format", format,
    ];
    let (code, text) = told(&bench.yujian(&args));
    assert_eq!(code, 0, "{text}");
    bench
}

fn import(bench: &Bench, files: &[&str], more: &[&str]) -> (i32, String) {
    let mut args = vec![
        "review", "import", "--sample", "sample", "--store", "v.sqlite",
    ];
    args.extend(more);
    args.push("--");
    args.extend(files);
    told(&bench.yujian(&args))
}

fn totals(bench: &Bench) -> Vec<(String, Value)> {
    let args = ["review", "show", "--store", "v.sqlite", "--format", "json"];
    let shown: Value = serde_json::from_slice(&bench.yujian(&args).stdout).unwrap();
    let sets = shown["samples"][0]["sets"].as_array().unwrap().iter();
    sets.map(|set| {
        (
            set["name"].as_str().unwrap().to_owned(),
            set["total"].clone(),
        )
    })
    .collect()
}

#[test]
fn tasks_of_label_studio_come_back_as_verdicts() {
    let bench = bench("label-studio");
    for question in ["content", "metadata", "risk-record", "rights-record"] {
        let read = |end: &str| {
            fs::read_to_string(bench.path(&format!("sample/{question}.{end}"))).unwrap()
        };
        let mut tasks: Vec<Value> = serde_json::from_str(&read("json")).unwrap();
        let interface = read("xml");
        assert_eq!(tasks.len(), 2);
        // The interface shows what every task has, and is well-formed.
        let shown: BTreeSet<&str> = interface
            .split("value=\"$")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(shown.contains("recorded"), question != "content");
        let mut reader = quick_xml::Reader::from_str(&interface);
        let mut choices = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Empty(tag) if tag.name().as_ref() == "Choice" => {
                    choices += 1
                }
                _ => {}
            }
        }
        assert_eq!(choices, 3 + 31);
        for (number, task) in tasks.iter_mut().enumerate() {
            let data = &task["data"];
            assert!(
                shown.iter().all(|key| data[key].is_string()),
                "{shown:?} {data}"
            );
            let text = data["text"].as_str().unwrap();
            assert!(!text.contains("13900002468"), "masked");
            assert_eq!(
                data["text_blake3"],
                blake3::hash(text.as_bytes()).to_hex().as_str()
            );
            let verdict = ["合格", "不合格"][number];
            let mut result = vec![
                json!({"from_name": "verdict", "to_name": "text", "type": "choices", "value": {"choices": [verdict]}}),
            ];
            if number == 1 {
                // With the alias, or without it.
                let risks = json!({"choices": ["A.1.a", "A.2.b 暴力宣扬"]});
                result.push(json!({"from_name": "risk", "to_name": "text", "type": "choices", "value": risks}));
            }
            task["id"] = json!(number + 1);
            task["annotations"] = json!([{"completed_by": 4, "result": result}]);
        }
        fs::write(
            bench.path(&format!("{question}.json")),
            json!(tasks).to_string(),
        )
        .unwrap();
    }
    let (code, text) = import(
        &bench,
        &[
            "content.json",
            "metadata.json",
            "risk-record.json",
            "rights-record.json",
        ],
        &[],
    );
    assert_eq!(code, 0, "{text}");
    for (set, total) in totals(&bench) {
        assert_eq!(
            (&total["pass"], &total["fail"]),
            (&json!(1), &json!(1)),
            "{set}"
        );
    }
}

#[test]
fn documents_of_doccano_come_back_as_verdicts() {
    let bench = bench("doccano");
    let labels: Vec<Value> =
        serde_json::from_slice(&fs::read(bench.path("sample/labels.json")).unwrap()).unwrap();
    assert_eq!(labels.len(), 3 + 31);
    let code = labels[3]["text"].clone();
    let mut files = Vec::new();
    for question in ["content", "metadata", "risk-record", "rights-record"] {
        let text = fs::read_to_string(bench.path(&format!("sample/{question}.jsonl"))).unwrap();
        let mut out = String::new();
        for (number, line) in text.lines().enumerate() {
            let mut document: Value = serde_json::from_str(line).unwrap();
            let shown = document["text"].as_str().unwrap();
            assert_eq!(shown.contains("【系统记录】"), question != "content");
            assert!(!shown.contains("13900002468"), "masked");
            document["id"] = json!(number + 9);
            document["label"] = match number {
                0 => json!(["合格"]),
                _ => json!([code, "不合格"]),
            };
            out.push_str(&format!("{document}\n"));
        }
        let name = format!("{question}.jsonl");
        fs::write(bench.path(&name), out).unwrap();
        files.push(name);
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (code, text) = import(&bench, &files, &["--reviewer", "周八"]);
    assert_eq!(code, 0, "{text}");
    for (set, total) in totals(&bench) {
        assert_eq!(
            (&total["pass"], &total["fail"]),
            (&json!(1), &json!(1)),
            "{set}"
        );
    }
    // Nobody has labelled it yet.
    let (code, text) = import(&bench, &["sample/content.jsonl"], &["--reviewer", "吴九"]);
    assert!(code == 0 && text.contains("not judged yet 2"), "{text}");
}
