//! The JSON Schema of `yujian.toml` against what is read.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Validator;
use serde_json::{Value, json};
use yujian::config::{Config, SCHEMA};
use yujian::sources::Declared;

use super::command::fixtures;
use super::command_line::command;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema()).unwrap()
}

/// A file as schemas see it: dates are strings.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(all) => all.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| (key, as_json(value)));
            Value::Object(entries.collect())
        }
        other => serde_json::to_value(other).unwrap(),
    }
}

/// A table of the schema: where it stands, with `[]` for lists, and what is said of it.
struct Table {
    path: Vec<String>,
    schema: Value,
}

/// The schema behind a reference.
fn followed<'s>(all: &'s Value, mut at: &'s Value) -> &'s Value {
    while let Some(to) = at["$ref"].as_str() {
        at = all.pointer(to.strip_prefix('#').unwrap()).unwrap();
    }
    at
}

/// Every table that has names of its own.
fn tables() -> Vec<Table> {
    fn walk(all: &Value, at: &Value, path: &[String], out: &mut Vec<Table>) {
        let at = followed(all, at);
        if at["type"] == "array" {
            let mut path = path.to_vec();
            path.push("[]".to_owned());
            walk(all, &at["items"], &path, out);
        }
        let Some(properties) = at["properties"].as_object() else {
            return;
        };
        out.push(Table {
            path: path.to_vec(),
            schema: at.clone(),
        });
        for (key, property) in properties {
            let path = [path, std::slice::from_ref(key)].concat();
            walk(all, property, &path, out);
        }
    }
    let all = schema();
    let mut out = Vec::new();
    walk(&all, &all, &[], &mut out);
    out
}

/// What a table must say besides for a file to make sense.
fn context(path: &[String]) -> Value {
    match path.join(".").as_str() {
        "source.[]" => json!({"id": "s", "match": ["s/**"]}),
        "testbank.omitted.[]" => json!({"aspect": "health", "reason": "r"}),
        "statement.[]" => {
            json!({"clause": "IPR-01", "result": "compliant", "evidence": ["e"], "by": "b",
            "on": "2026-01-02", "reason": "r"})
        }
        "annotation.source.[]" => json!({"match": ["a/*"]}),
        _ => json!({}),
    }
}

/// A file in which the table at `path` has `value` under `key`, beside what it must have.
fn file(path: &[String], key: &str, value: &Value) -> Value {
    let mut inner = context(path);
    inner[key] = value.clone();
    if key == "record_field" || key == "equals" {
        inner.as_object_mut().unwrap().remove("match");
        for other in ["record_field", "equals"] {
            if inner.get(other).is_none() {
                inner[other] = json!("x");
            }
        }
    }
    for depth in (0..path.len()).rev() {
        inner = match path[depth].as_str() {
            "[]" => json!([inner]),
            name => {
                let mut outer = context(&path[..depth]);
                outer[name] = inner;
                outer
            }
        };
    }
    inner
}

/// Whether the program reads it.
fn is_read(file: &Value) -> Result<(), String> {
    let text = toml::to_string(file).unwrap();
    Config::parse(&text, "yujian.toml")
        .map(drop)
        .map_err(|e| e.to_string())
}

/// Values that the schema of a key allows, as many as tell something.
fn allowed(all: &Value, at: &Value) -> Vec<Value> {
    let at = followed(all, at);
    if let Some(values) = at["enum"].as_array() {
        return values.clone();
    }
    if let Some(value) = at.get("const") {
        return vec![value.clone()];
    }
    if let Some(forms) = at["anyOf"].as_array() {
        return forms.iter().flat_map(|form| allowed(all, form)).collect();
    }
    let mut values = match at["type"].as_str().unwrap() {
        "string" if at["format"] == "date" => vec![json!("2026-01-31")],
        "string" if at["minLength"] == 1 => vec![json!("x")],
        "string" => vec![json!("")],
        "boolean" => vec![json!(true), json!(false)],
        "integer" | "number" => {
            let ends = ["minimum", "maximum"].map(|end| at[end].clone());
            ends.into_iter().filter(|end| !end.is_null()).collect()
        }
        "array" => {
            let items = followed(all, &at["items"]);
            let mut values = vec![json!([])];
            // What tables of lists must hold is tried where they are tables of their own.
            if items["type"] != "object" {
                values.push(allowed(all, items).into_iter().collect());
            }
            values.retain(|list| at["minItems"] != 1 || *list != json!([]));
            values
        }
        "object" => match at["propertyNames"]["enum"].as_array() {
            Some(names) => {
                let entries = names
                    .iter()
                    .map(|n| (n.as_str().unwrap().to_owned(), json!("x")));
                vec![Value::Object(entries.collect())]
            }
            None => vec![json!({})],
        },
        other => panic!("{other}"),
    };
    values.extend(at.get("default").cloned());
    values
}

#[test]
fn every_table_has_the_keys_that_are_read_and_no_others() {
    let mut seen = 0;
    for table in tables() {
        let name = table.path.join(".");
        let known: BTreeSet<String> = table.schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        if name == "model" {
            continue; // Names of its own choice are allowed there.
        }
        assert_eq!(table.schema["additionalProperties"], json!(false), "{name}");
        let odd = "zzzz";
        let message = if table
            .path
            .starts_with(&["source".to_owned(), "[]".to_owned()])
        {
            // Read on their own; what tells a source is read before.
            let inner = file(&table.path, odd, &json!(1));
            let mut inner = inner["source"][0].clone();
            for own in ["id", "match"] {
                inner.as_object_mut().unwrap().remove(own);
            }
            toml::from_str::<Declared>(&toml::to_string(&inner).unwrap())
                .unwrap_err()
                .to_string()
        } else {
            let text = toml::to_string(&file(&table.path, odd, &json!(1))).unwrap();
            toml::from_str::<Config>(&text).unwrap_err().to_string()
        };
        assert!(
            message.contains(&format!("unknown field `{odd}`")),
            "{name}: {message}"
        );
        let told = message.split("unknown field").nth(1).unwrap();
        let mut read: BTreeSet<String> = told
            .split('`')
            .skip(3)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        if name == "source.[]" {
            let own = ["id", "match", "record_field", "equals", "pi_basis"];
            read.extend(own.map(str::to_owned));
        }
        assert_eq!(known, read, "docs/yujian.schema.json and [{name}] differ");
        seen += 1;
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn every_key_takes_the_values_that_the_schema_allows_and_no_others() {
    let all = schema();
    let validator = validator();
    let wrong = [
        json!(true),
        json!(-7),
        json!(0.5),
        json!("§"),
        json!(""),
        json!([true]),
        json!(["§"]),
        json!({"zzzz": true}),
        json!([{"zzzz": 1}]),
        json!([["§"]]),
    ];
    let mut keys = 0;
    for table in tables() {
        for (key, property) in table.schema["properties"].as_object().unwrap() {
            let name = format!("{}.{key}", table.path.join("."));
            assert!(
                property["description"].as_str().is_some_and(|text| {
                    let (zh, en) = text.split_once('\n').unwrap();
                    !zh.is_empty() && !en.is_empty()
                }),
                "{name} lacks a description in two languages"
            );
            keys += 1;
            for value in allowed(&all, property) {
                let file = file(&table.path, key, &value);
                // Of a result that is met, what proves it must be named, whatever else is allowed.
                let bare = name == "statement.[].evidence" && value == json!([]);
                assert_eq!(validator.is_valid(&file), !bare, "{name} = {value}: {file}");
                let read = is_read(&file);
                assert_eq!(read.is_ok(), !bare, "{name} = {value}: {read:?}");
            }
            // The head of the filing takes anything; that its known names are texts is advice.
            let strict = !name.starts_with("model.");
            for value in wrong.iter().filter(|_| strict) {
                let file = file(&table.path, key, value);
                let (valid, read) = (validator.is_valid(&file), is_read(&file));
                assert_eq!(valid, read.is_ok(), "{name} = {value}: {read:?}");
            }
        }
    }
    assert!(keys > 150, "{keys}");
}

#[test]
fn the_files_of_the_fixtures_pass_and_wrong_ones_do_not() {
    let validator = validator();
    for name in ["corpus", "filing", "annotation"] {
        let text = fs::read_to_string(fixtures(name).join("yujian.toml")).unwrap();
        let file = as_json(toml::from_str(&text).unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&file)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
    for wrong in [
        json!({"corpus": {"txt": []}}),
        json!({"source": [{"id": "a"}]}),
        json!({"source": [{"id": "a", "match": ["a/**"], "kind": "open"}]}),
        json!({"source": [{"id": "a", "match": ["a/**"], "collected_from": "31/1/2026"}]}),
        json!({"statement": [{"clause": "IPR-01"}]}),
        json!({"policy": {"bad_rate": 5}}),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        assert!(is_read(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn it_is_printed_and_a_configuration_can_be_checked() {
    let dir = tempfile::tempdir().unwrap();
    let yujian = |args: &[&str]| {
        let output = command(dir.path()).args(args).output().unwrap();
        let code = output.status.code().unwrap();
        (
            code,
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
        )
    };
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/yujian.schema.json");
    assert_eq!(
        yujian(&["config", "schema"]),
        (0, fs::read_to_string(docs).unwrap())
    );
    let file = dir.path().join("s.json");
    let file = file.to_str().unwrap();
    assert_eq!(yujian(&["config", "schema", "-o", file]).0, 0);
    assert_eq!(fs::read_to_string(file).unwrap(), SCHEMA);
    assert_eq!(yujian(&["config", "schema", "-o", file]).0, 2);

    let good = fixtures("filing");
    let (code, told) = yujian(&["--lang", "en", "config", "check", good.to_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("6 sources"), "{told}");
    let wrong = dir.path().join("yujian.toml");
    fs::write(&wrong, "[corpus]\ntxt = 1\n[policy]\nbad_rate = 2\n").unwrap();
    let (code, told) = yujian(&["--lang", "en", "config", "check", wrong.to_str().unwrap()]);
    assert_eq!((code, told.matches("hint").count()), (2, 2), "{told}");
    assert_eq!(yujian(&["config", "check", "/nowhere/yujian.toml"]).0, 2);
}
