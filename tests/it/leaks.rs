//! No output shows a personal value or a credential: planted in texts, in names of records and in
//! what they say of themselves, and looked for in everything that is written.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use tempfile::TempDir;

use crate::command::fixtures;
use crate::command_line::{copy, yujian};

/// What is planted. Invented, with check digits that are right.
const VALUES: &[&str] = &[
    "11010519491231002X",
    "13900002468",
    "wang.fang@mail-demo.cn",
];

/// Ways in which a value stands in a text.
const PLACES: &[&str] = &[
    "张三的资料是{}请勿外传",
    "资料: {} 。",
    "({})",
    "Copyright (c) 2024 王芳 {} All rights reserved.",
    "版权所有 © 2023 李四{} 未经许可不得转载",
    "{}",
];

fn corpus(dir: &Path) {
    let folder = dir.join("corpus/letters");
    fs::create_dir_all(&folder).unwrap();
    let mut lines = String::new();
    for value in VALUES {
        for (number, place) in PLACES.iter().enumerate() {
            let text = place.replace("{}", value);
            let line = serde_json::json!({
                "id": format!("{value}-{number}"),
                "text": text,
                "url": format!("https://letters.example/u?q={value}"),
                "source": value,
                "license": format!("by {value}"),
            });
            lines.push_str(&format!("{line}\n"));
        }
    }
    fs::write(folder.join("a.jsonl"), lines).unwrap();
    let config = fs::read_to_string(dir.join("yujian.toml")).unwrap();
    let more = "\n[[source]]\nid = \"letters\"\nmatch = [\"letters/**\"]\nname = \"来信 2026\"\nkind = \"user_input\"\n";
    fs::write(dir.join("yujian.toml"), config + more).unwrap();
}

/// The text of a file, and of what is packed in it.
fn unpacked(bytes: &[u8]) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut bytes = Vec::new();
        archive
            .by_index(at)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

/// Which values stand in a text.
fn shown(text: &str) -> Vec<&'static str> {
    VALUES
        .iter()
        .copied()
        .filter(|value| text.contains(value))
        .collect()
}

#[test]
fn nothing_that_is_written_shows_a_planted_value() {
    let dir = TempDir::new().unwrap();
    copy(&fixtures("filing"), dir.path());
    corpus(dir.path());
    let dir = dir.path();
    fs::write(dir.join("key"), "00".repeat(32)).unwrap();
    let config = ["--config", "yujian.toml"];
    let scan = [
        "scan",
        "corpus",
        "-o",
        "run",
        "--sidecar",
        "--key-file",
        "key",
        "-v",
    ];
    let mut leaks = Vec::new();
    let mut told = |name: &str, args: &[&str]| {
        let (_, out, said) = yujian(dir, args);
        let text = String::from_utf8_lossy(&out) + said.as_str();
        leaks.extend(
            shown(&text)
                .into_iter()
                .map(|value| format!("{value} in {name}")),
        );
    };
    told("scan", &[&scan[..], &config].concat());
    for format in FORMATS_OF_THE_GATE {
        for clauses in [&[][..], &["--clauses"]] {
            let args = ["gate", "run", "--format", format];
            told(
                &format!("gate {format} {clauses:?}"),
                &[&args[..], clauses, &config].concat(),
            );
        }
    }
    for what in ["findings", "records", "shards", "holders"] {
        for format in ["jsonl", "csv"] {
            let args = ["export", "run", "--what", what, "--format", format];
            told(&format!("export {what} {format}"), &args);
        }
    }
    told("report", &[&["report", "run"][..], &config].concat());
    let package = ["report", "run", "-o", "filing", "--lang", "en"];
    told("report -o", &[&package[..], &config].concat());
    told(
        "report --before",
        &[
            &["report", "run", "-o", "again", "--before", "run"][..],
            &config,
        ]
        .concat(),
    );
    told("diff", &["diff", "run", "run", "--format", "json"]);
    for format in ["xlsx", "jsonl"] {
        let args = ["sample", "run", "--corpus", "corpus", "--format", format];
        let output = format!("sample-{format}");
        told(&output, &[&args[..], &["-o", &output], &config].concat());
    }
    told(
        "verify",
        &[&["verify", "run", "--corpus", "corpus"][..], &config].concat(),
    );
    let mut files = 0;
    for folder in ["run", "filing", "again", "sample-xlsx", "sample-jsonl"] {
        for entry in walkdir::WalkDir::new(dir.join(folder)) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                files += 1;
                let text = unpacked(&fs::read(entry.path()).unwrap());
                let name = entry.path().strip_prefix(dir).unwrap().display();
                leaks.extend(
                    shown(&text)
                        .into_iter()
                        .map(|value| format!("{value} in {name}")),
                );
            }
        }
    }
    assert!(files > 30, "{files}");
    assert!(leaks.is_empty(), "{leaks:#?}");
}

/// Forms in which `gate` tells its verdict.
const FORMATS_OF_THE_GATE: &[&str] = &["table", "json", "sarif", "junit", "markdown"];
