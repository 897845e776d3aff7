//! JSON Schemas of what the program writes: the ones that are published are those of the program, and
//! what it writes of every fixture is valid.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::command::{Bench, fixtures, told};

const NAMES: [&str; 5] = ["report", "gate", "clauses", "summary", "diff"];

fn schema(bench: &Bench, name: &str) -> Value {
    let output = bench.yujian(&["schema", name]);
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// No object has keys that the schema does not name.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
            map.values_mut().for_each(strict);
        }
        Value::Array(all) => all.iter_mut().for_each(strict),
        _ => {}
    }
}

#[test]
fn published_schemas_are_those_of_the_program() {
    let bench = Bench::new();
    for name in NAMES {
        let file = format!("docs/{name}.schema.json");
        let published = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file));
        let output = bench.yujian(&["schema", name]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            published.unwrap() == printed,
            "yujian schema {name} > {file}"
        );
        let schema = schema(&bench, name);
        assert_eq!(schema["$id"], format!("urn:yujian:{name}:1"));
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
    }
    assert_eq!(
        told(&bench.yujian(&["schema", "gate", "-o", "x.json"])).0,
        0
    );
    assert_eq!(
        told(&bench.yujian(&["schema", "gate", "-o", "x.json"])).0,
        2
    );
}

/// What the program writes of a run, by the name of its schema.
fn written(bench: &Bench, config: &str) -> Vec<(&'static str, Value)> {
    let json = |args: &[&str]| -> Value {
        let output = bench.yujian(&[args, &["--config", config]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output).1))
    };
    let package = [
        "report", "run", "-q", "-o", "out", "--before", "run", "--config", config,
    ];
    let (code, text) = told(&bench.yujian(&package));
    assert_eq!(code, 0, "{text}");
    let file = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(bench.path("out").join(name)).unwrap()).unwrap()
    };
    let diff = bench.yujian(&["diff", "run", "run", "--format", "json"]);
    vec![
        ("report", json(&["report", "run", "--format", "json"])),
        ("report", file("report.json")),
        ("summary", file("summary.json")),
        ("gate", json(&["gate", "run", "--format", "json"])),
        (
            "clauses",
            json(&["gate", "run", "--clauses", "--format", "json"]),
        ),
        ("diff", serde_json::from_slice(&diff.stdout).unwrap()),
    ]
}

#[test]
fn what_is_written_of_every_fixture_is_valid() {
    for (corpus, config) in [
        ("corpus", "corpus/yujian.toml"),
        ("filing/corpus", "filing/yujian.toml"),
        ("broken", ""),
    ] {
        let bench = Bench::new();
        fs::write(bench.path("empty.toml"), "").unwrap();
        let config = match config {
            "" => bench.path("empty.toml"),
            config => fixtures(config),
        };
        let (config, corpus) = (config.to_str().unwrap(), fixtures(corpus));
        let args = [
            "scan",
            corpus.to_str().unwrap(),
            "-q",
            "-o",
            "run",
            "--config",
            config,
        ];
        let (code, text) = told(&bench.yujian(&[&args[..], &["--key-file", "key"]].concat()));
        assert!(code != 1, "{text}");
        for (name, document) in written(&bench, config) {
            let mut schema = schema(&bench, name);
            strict(&mut schema);
            let validator = jsonschema::validator_for(&schema).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .take(5)
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
            damaged(&document, &validator, name);
        }
    }
}

/// A schema that takes any of these is none.
fn damaged(document: &Value, validator: &jsonschema::Validator, name: &str) {
    let mut keys: Vec<String> = document.as_object().unwrap().keys().cloned().collect();
    keys.retain(|key| key != "rectification");
    for key in keys {
        let mut broken = document.clone();
        broken.as_object_mut().unwrap().remove(&key);
        assert!(!validator.is_valid(&broken), "{name} without {key}");
        let mut broken = document.clone();
        broken[&key] = json!({ "nothing": [1] });
        assert!(!validator.is_valid(&broken), "{name} with another {key}");
    }
    let mut broken = document.clone();
    broken["format"] = json!("yujian-report/99");
    assert!(!validator.is_valid(&broken), "{name} of another version");
}
