//! Types and languages of records: on open corpora, and from the corpus to the report.
#![allow(
    clippy::print_stdout,
    reason = "tables of what was told, and why a test was skipped"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use yujian::identify::{Kind, identify};

use crate::command_line::{export, report, scan, tally};

/// Records of an open corpus; none where the test data is absent.
fn open_corpus(name: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/text")
        .join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return None;
    };
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

#[test]
fn open_corpora_are_what_they_are() {
    // Least share of the records that must be of the type; nothing may be code.
    let expected = [
        ("laws-cn", Kind::Zh, 1.0),
        ("classics-original", Kind::Zh, 1.0),
        ("poetry", Kind::Zh, 1.0),
        ("medical-qa", Kind::Zh, 1.0),
        ("phone-dialogues", Kind::Zh, 1.0),
        ("office-docs-zh", Kind::Zh, 0.99),
        ("cpp-docs-zh", Kind::Zh, 0.98),
        ("novels-eltec", Kind::En, 1.0),
        ("novels-litbank", Kind::En, 1.0),
        ("licence-texts", Kind::En, 0.95),
        ("win32-docs", Kind::En, 0.96),
    ];
    let mut counts = BTreeMap::<String, BTreeMap<(Kind, &str), u32>>::new();
    for file in ["open_zh.jsonl", "open_en.jsonl", "open_mixed.jsonl"] {
        let Some(records) = open_corpus(file) else {
            return;
        };
        for record in records {
            let identity = identify(record["text"].as_str().unwrap());
            let source = counts.entry(record["source"].as_str().unwrap().to_owned());
            *source
                .or_default()
                .entry((identity.kind, identity.language))
                .or_default() += 1;
        }
    }
    for (source, types) in &counts {
        for ((kind, language), records) in types {
            println!("{source:20} {:8} {language:8} {records:6}", kind.as_str());
        }
    }
    for (source, kind, least) in expected {
        let types = &counts[source];
        let all: u32 = types.values().sum();
        let of = |wanted: Kind| -> u32 {
            let own = types.iter().filter(|((kind, _), _)| *kind == wanted);
            own.map(|(_, records)| records).sum()
        };
        let share = f64::from(of(kind)) / f64::from(all);
        assert!(share >= least, "{source}: {share}");
        assert_eq!(of(Kind::Code), 0, "{source}");
    }
}

#[test]
fn solutions_with_code_are_in_the_language_of_their_prose() {
    let Some(records) = open_corpus("open_mixed.jsonl") else {
        return;
    };
    let (mut right, mut all) = (0u32, 0u32);
    for record in &records {
        let Some(url) = record["url"].as_str().filter(|url| url.contains("README")) else {
            continue;
        };
        if record["source"] != "doocs-leetcode" {
            continue;
        }
        let kind = if url.ends_with("README_EN.md") {
            Kind::En
        } else {
            Kind::Zh
        };
        right += u32::from(identify(record["text"].as_str().unwrap()).kind == kind);
        all += 1;
    }
    println!("{right} of {all}");
    assert!(all > 0 && right * 100 >= all * 98, "{right} of {all}");
}

#[test]
fn the_programs_own_source_is_code() {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => collect(&path, files),
                false if path.extension().is_some_and(|e| e == "rs") => files.push(path),
                false => {}
            }
        }
    }
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut files,
        );
    }
    let code = files
        .iter()
        .filter(|path| identify(&fs::read_to_string(path).unwrap()).kind == Kind::Code);
    let (code, all) = (code.count(), files.len());
    println!("{code} of {all}");
    // Some begin with a page of description and hold little but lists.
    assert!(code * 100 >= all * 92, "{code} of {all}");
}

#[test]
fn languages_are_told_by_script_letters_and_words() {
    let cases = [
        (
            "本法所称职业教育，是指为了培养高素质技术技能人才。",
            "zh-Hans",
        ),
        (
            "人間春蕩蕩，帳暖香揚揚。飛光染幽紅，誇嬌來洞房。",
            "zh-Hant",
        ),
        ("すべての人間は、生まれながらにして自由である。", "ja"),
        ("모든 인간은 태어날 때부터 자유로우며 존엄하다.", "ko"),
        ("འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས", "bo"),
        (
            "ھەممە ئادەم زاتىدىنلا ئەركىن، ئىززەت-ھۆرمەت ۋە ھوقۇقتا باپباراۋەر بولۇپ تۇغۇلغان",
            "ug",
        ),
        ("ᠬᠦᠮᠦᠨ ᠪᠦᠷ ᠲᠥᠷᠥᠵᠦ ᠮᠡᠨᠳᠡᠯᠡᠬᠦ ᠡᠷᠬᠡ ᠴᠢᠯᠥᠭᠡ ᠲᠡᠢ", "mn-Mong"),
        ("ꊿꂷꃅꄿꐨꐥ，ꌅꅍꀂꏽꐯꒈꃅꐥꌐ", "ii"),
        (
            "Хүн бүр төрж мэндлэхэд эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй байдаг",
            "mn",
        ),
        (
            "Барлық адамдар тумысынан азат және қадір-қасиеті мен құқықтары тең болып дүниеге келеді",
            "kk",
        ),
        (
            "Все люди рождаются свободными и равными в своем достоинстве и правах.",
            "ru",
        ),
        (
            "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرا",
            "ar",
        ),
        (
            "All human beings are born free and equal in dignity and rights. They are endowed with reason.",
            "en",
        ),
        (
            "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison.",
            "fr",
        ),
        (
            "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft begabt.",
            "de",
        ),
        (
            "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen.",
            "nl",
        ),
        (
            "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia",
            "es",
        ),
        (
            "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
            "vi",
        ),
        // Too short, or no language at all.
        ("ok", "und"),
        ("12345 67890", "und"),
        ("", "und"),
        ("3f2a9c 77be01 c0ffee 99d1", "und"),
    ];
    for (text, language) in cases {
        assert_eq!(identify(text).language, language, "{text}");
    }
}

/// A corpus of every type.
fn corpus() -> TempDir {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("corpus/mixed");
    fs::create_dir_all(&folder).unwrap();
    let line = |text: &str| serde_json::json!({ "text": text }).to_string();
    let lines = [
        line("第一条 为了规范语料处理活动，制定本办法。"),
        line("It was the best of times, it was the worst of times, and they were there."),
        line("for (int i = 0; i < n; i++) {\n    sum += values[i];\n}\nreturn sum;\n"),
        line("Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind begabt."),
        line("https://img.example.com/cat.jpg"),
        line("audio/0001.flac"),
        line("x9 12"),
    ];
    fs::write(folder.join("a.jsonl"), lines.join("\n") + "\n").unwrap();
    fs::write(folder.join("tool.py"), "# 一个小工具\nVALUE = 1\n").unwrap();
    fs::write(folder.join("cat.png"), b"\x89PNG\r\n\x1A\n0000").unwrap();
    dir
}

#[test]
fn types_reach_the_table_the_counts_and_the_report() {
    let dir = corpus();
    scan(dir.path(), "run", &["--sidecar"]);
    let rows = export(dir.path(), "run", "records");
    let types: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row["type"].as_str().unwrap(),
                row["language"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("zh", "zh-Hans"),
        ("en", "en"),
        ("code", "und"),
        ("other", "de"),
        ("image", "und"),
        ("audio", "und"),
        ("unknown", "und"),
        ("code", "und"),
    ];
    assert_eq!(types, expected);
    let tally = tally(dir.path(), "run");
    let source = &tally["sources"]["mixed"];
    assert_eq!(source["types"]["code"]["und"]["records"], 2);
    assert_eq!(
        source["types"]["zh"]["zh-Hans"]["characters"],
        rows[0]["characters"]
    );
    let sum = |key: &str| -> u64 {
        let types = source["types"].as_object().unwrap().values();
        let all = types.flat_map(|languages| languages.as_object().unwrap().values());
        all.map(|amount| amount[key].as_u64().unwrap()).sum()
    };
    assert_eq!(sum("records"), source["records"]["scanned"]);
    assert_eq!(sum("bytes"), source["bytes"]["scanned"]);
    assert_eq!(sum("text_bytes"), source["text_bytes"]);
    assert_eq!(tally["media"]["mixed"]["image"]["files"], 1);
    let (summary, markdown) = report(dir.path(), "run");
    assert_eq!(summary["sources"][0]["types"], source["types"]);
    assert!(
        markdown.contains("| mixed | zh | zh-Hans | 1 |"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| mixed | image | 1 | 12 |"),
        "{markdown}"
    );
}
