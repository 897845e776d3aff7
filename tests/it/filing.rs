//! The documents of a filing: every one of them says what the model says.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::fixtures;
use crate::command_line::{copy, said};
use crate::docx::{part, well_formed};

const DOCUMENTS: [&str; 3] = [
    "附件1-语料安全评估.docx",
    "附件3-语料标注规则.docx",
    "训练数据说明.docx",
];
const SHEETS: [&str; 4] = [
    "附件4-拦截关键词列表.xlsx",
    "附件5-评估测试题集.xlsx",
    "语料来源清单.xlsx",
    "证据目录.xlsx",
];

/// The complete case, scanned.
fn case() -> TempDir {
    let dir = TempDir::new().unwrap();
    copy(&fixtures("filing"), dir.path());
    scan(dir.path(), 0);
    dir
}

fn scan(dir: &Path, code: i32) {
    fs::write(dir.join("key"), "00".repeat(32)).unwrap();
    let args = [
        "scan",
        "corpus",
        "-q",
        "-o",
        "run",
        "--config",
        "yujian.toml",
        "--sidecar",
    ];
    let (ended, told) = said(dir, &[&args[..], &["--key-file", "key"]].concat());
    assert_eq!(ended, code, "{told}");
}

fn package(dir: &Path, args: &[&str]) -> PathBuf {
    let (code, told) = said(dir, &[&["report", "run", "-o", "filing"], args].concat());
    assert_eq!(code, 0, "{told}");
    dir.join("filing")
}

fn model(package: &Path) -> Value {
    serde_json::from_slice(&fs::read(package.join("report.json")).unwrap()).unwrap()
}

/// Every file by its name in the package.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap();
            let name = name.to_str().unwrap().to_owned();
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

/// Rows of a sheet as text; numbers as they are, without thousands.
fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let cell = |data: &Data| match data {
        Data::Float(n) => format!("{n}"),
        other => other.to_string(),
    };
    range
        .rows()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

/// Tables of a document by caption, as rows of text.
fn tables(bytes: &[u8]) -> BTreeMap<String, Vec<Vec<String>>> {
    let body = part(bytes, "word/document.xml");
    let mut all = BTreeMap::new();
    for piece in body
        .split("<w:pStyle w:val=\"Caption\"/><w:keepNext/>")
        .skip(1)
    {
        let (caption, rest) = piece.split_once("<w:tbl>").unwrap();
        let table = rest.split("</w:tbl>").next().unwrap();
        let rows = table.split("<w:tr>").skip(1).map(|row| {
            let cells = row.split("<w:tc>").skip(1);
            cells.map(texts).collect::<Vec<String>>()
        });
        let caption = texts(caption);
        let name = caption.trim_start_matches(['表', ' ']);
        let name = name.trim_start_matches(|c: char| c.is_ascii_digit());
        all.insert(name.trim().to_owned(), rows.collect());
    }
    all
}

fn texts(xml: &str) -> String {
    let parts = xml
        .split("<w:t")
        .skip(1)
        .filter(|part| part.starts_with([' ', '>']));
    let texts = parts.map(|part| part.split_once('>').unwrap().1.split('<').next().unwrap());
    let joined: String = texts.collect();
    joined
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
}

fn count(text: &str) -> u64 {
    text.replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("{text} is no number"))
}

/// Everything that is written in a file, as one text.
fn all_text(name: &str, bytes: &[u8]) -> String {
    if name.ends_with(".docx") || name.ends_with(".xlsx") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        }
        return text;
    }
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_document_names_the_digest_of_the_model_and_totals_agree() {
    let dir = case();
    let folder = package(dir.path(), &[]);
    let all = files(&folder);
    let digest = blake3::hash(&all["report.json"]).to_hex().to_string();
    for name in DOCUMENTS.iter().chain(&SHEETS).chain(&["预审.md"]) {
        assert!(all_text(name, &all[*name]).contains(&digest), "{name}");
    }
    let model = model(&folder);
    let total = &model["sizes"]["total"];
    assert_eq!(
        total["records"],
        model["coverage"]["totals"]["records"]["scanned"]
    );
    let keys = [
        "records",
        "bytes",
        "text_bytes",
        "characters",
        "tokens",
        "media_files",
        "media_bytes",
    ];
    // Each table of sizes adds up to its last row, and that to the model; and a table has the
    // same cells in the document and in the spreadsheet.
    let documents = tables(&all["附件1-语料安全评估.docx"]);
    for (name, caption) in [
        ("规模-类型", "语料规模统计表\u{FF08}按类型\u{FF09}"),
        ("规模-来源类别", "语料规模统计表\u{FF08}按来源类别\u{FF09}"),
    ] {
        let rows = sheet(&all["语料来源清单.xlsx"], name);
        let written = &documents[caption];
        for (at, key) in (1..).zip(keys) {
            let column: Vec<u64> = rows[1..]
                .iter()
                .take_while(|row| !row[1].is_empty())
                .map(|row| count(&row[at]))
                .collect();
            let (last, parts) = column.split_last().unwrap();
            assert_eq!(parts.iter().sum::<u64>(), *last, "{name} {key}");
            assert_eq!(total[key], *last, "{name} {key}");
            let in_document: Vec<u64> = written[1..].iter().map(|row| count(&row[at])).collect();
            assert_eq!(in_document, column, "{name} {key}");
        }
    }
    matrices_agree(&all, &documents, &model);
    let ledger = sheet(&all["语料来源清单.xlsx"], "语料来源清单");
    assert_eq!(ledger[0].len(), 18);
    let sources = model["sources"].as_array().unwrap().len();
    let rows = &ledger[1..=sources];
    for (column, of) in [
        (11, &model["sizes"]["stored_bytes"]),
        (12, &total["tokens"]),
        (13, &total["records"]),
    ] {
        let sum: u64 = rows.iter().map(|row| count(&row[column])).sum();
        assert_eq!(of, sum, "column {column}");
        assert_eq!(count(&ledger[sources + 1][column]), sum);
    }
}

/// Types by kinds: rows and columns add up, in both formats alike.
fn matrices_agree(
    all: &BTreeMap<String, Vec<u8>>,
    documents: &BTreeMap<String, Vec<Vec<String>>>,
    model: &Value,
) {
    for (name, caption, key) in [
        (
            "类型×来源类别-条数",
            "类型 × 来源类别\u{FF08}条数\u{FF09}",
            "records",
        ),
        (
            "类型×来源类别-文本字节",
            "类型 × 来源类别\u{FF08}文本字节\u{FF09}",
            "text_bytes",
        ),
        (
            "类型×来源类别-词元",
            "类型 × 来源类别\u{FF08}词元数\u{FF09}",
            "tokens",
        ),
    ] {
        let rows = sheet(&all["语料来源清单.xlsx"], name);
        let numbers: Vec<Vec<u64>> = rows[1..]
            .iter()
            .map(|row| row[1..].iter().map(|c| count(c)).collect())
            .collect();
        for row in &numbers {
            let (last, parts) = row.split_last().unwrap();
            assert_eq!(parts.iter().sum::<u64>(), *last, "{name}");
        }
        let (last, parts) = numbers.split_last().unwrap();
        for at in 0..last.len() {
            assert_eq!(
                parts.iter().map(|row| row[at]).sum::<u64>(),
                last[at],
                "{name}"
            );
        }
        assert_eq!(model["sizes"]["total"][key], *last.last().unwrap());
        let written: Vec<Vec<u64>> = documents[caption][1..]
            .iter()
            .map(|row| row[1..].iter().map(|c| count(c)).collect())
            .collect();
        assert_eq!(written, numbers, "{name}");
    }
}

#[test]
fn clauses_have_the_same_results_everywhere_and_what_is_open_is_never_met() {
    let dir = case();
    // Without what people state, much is open.
    let config = fs::read_to_string(dir.path().join("yujian.toml")).unwrap();
    let unstated = config.split("# Duties that no program").next().unwrap();
    fs::write(dir.path().join("yujian.toml"), unstated).unwrap();
    let folder = package(dir.path(), &[]);
    let all = files(&folder);
    let model = model(&folder);
    let words: BTreeMap<&str, &str> = [
        ("compliant", "符合"),
        ("not-applicable", "不适用"),
        ("needs-review", "人工复核"),
        ("needs-evidence", "待核"),
        ("non-compliant", "不符合"),
    ]
    .into();
    let tables = tables(&all["附件1-语料安全评估.docx"]);
    let by_clause: BTreeMap<&str, &str> = tables["条款判定表"][1..]
        .iter()
        .map(|row| (&*row[0], &*row[6]))
        .collect();
    let clauses = model["matrix"]["clauses"].as_array().unwrap();
    let mut open = 0;
    for clause in clauses {
        let (id, state) = (
            clause["id"].as_str().unwrap(),
            clause["state"].as_str().unwrap(),
        );
        assert_eq!(by_clause[id], words[state], "{id}");
        open += usize::from(state.starts_with("needs"));
    }
    assert!(open > 10 && by_clause.len() == clauses.len());
    // One row a result of a source in the spreadsheet.
    let rows = sheet(&all["语料来源清单.xlsx"], "条款判定表");
    let points: Vec<(&str, &str)> = clauses
        .iter()
        .flat_map(|clause| {
            let points = clause["points"].as_array().unwrap().iter();
            points.map(|point| {
                (
                    clause["id"].as_str().unwrap(),
                    words[point["state"].as_str().unwrap()],
                )
            })
        })
        .collect();
    let written: Vec<(&str, &str)> = rows[1..].iter().map(|row| (&*row[0], &*row[6])).collect();
    assert_eq!(written, points);
    // Conclusions and the pre-check are those clauses.
    let markdown = String::from_utf8(all["预审.md"].clone()).unwrap();
    for (part, prefix, number) in [("conclusions", "REP-", 4), ("precheck", "RVW-", 13)] {
        let part = model[part].as_array().unwrap();
        assert_eq!(part.len(), number);
        for item in part {
            let id = item["id"].as_str().unwrap();
            assert!(id.starts_with(prefix));
            let word = by_clause[id];
            assert_eq!(words[item["state"].as_str().unwrap()], word);
            if prefix == "RVW-" {
                let line = markdown
                    .lines()
                    .find(|line| line.starts_with(&format!("| {id} |")));
                assert!(line.unwrap().contains(&format!("| {word} |")), "{id}");
            }
        }
    }
    let body = part(&all["附件1-语料安全评估.docx"], "word/document.xml");
    assert!(body.contains("目前不能得出符合的整体结论"));
}

#[test]
fn the_same_run_gives_the_same_bytes_in_both_languages() {
    let dir = case();
    let first = files(&package(dir.path(), &["--lang", "en"]));
    assert_eq!(first.len(), 2 * 8 + 4);
    // An older package is replaced as a whole.
    fs::remove_file(dir.path().join("filing/预审.md")).unwrap();
    let second = files(&package(dir.path(), &["--lang", "en"]));
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name}");
        if name.ends_with(".docx") {
            well_formed(bytes);
        }
    }
    // Nothing of the documents in English is left untranslated but names and what is declared.
    let english = part(
        &first["en/annex-1-corpus-safety-assessment.docx"],
        "word/document.xml",
    );
    for word in ["判定", "符合", "待补充", "合计"] {
        assert!(!english.contains(word), "{word}");
    }
    assert_eq!(files(&package(dir.path(), &["--lang", "zh"])).len(), 8 + 4);
}

#[test]
fn without_declarations_it_says_what_is_missing() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("corpus")).unwrap();
    fs::write(
        dir.path().join("corpus/a.jsonl"),
        "{\"text\":\"你好\"}\nbroken\n",
    )
    .unwrap();
    fs::write(dir.path().join("yujian.toml"), "").unwrap();
    scan(dir.path(), 2);
    let all = files(&package(dir.path(), &[]));
    let body = part(&all["附件1-语料安全评估.docx"], "word/document.xml");
    for missing in [
        "待补充\u{FF08}未申报 [model] name",
        "语料未全部读取",
        "未读取的内容及原因",
    ] {
        assert!(body.contains(missing), "{missing}");
    }
    let rules = part(&all["附件3-语料标注规则.docx"], "word/document.xml");
    assert!(rules.contains("待补充\u{FF08}未申报标注"));
}

#[test]
fn what_is_in_the_way_is_left_alone() {
    let dir = case();
    let out = dir.path().join("filing");
    let refused = |what: &str| {
        let (code, told) = said(dir.path(), &["report", "run", "-o", "filing"]);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains(what), "{told}");
    };
    fs::write(&out, "mine").unwrap();
    refused("no folder");
    assert_eq!(fs::read(&out).unwrap(), b"mine");
    fs::remove_file(&out).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    refused("notes.txt");
    fs::rename(out.join("notes.txt"), out.join("预审.md")).unwrap();
    refused("report.json");
    fs::remove_file(out.join("预审.md")).unwrap();
    package(dir.path(), &[]);
    fs::write(out.join("notes.txt"), "mine").unwrap();
    refused("notes.txt");
    assert_eq!(fs::read(out.join("notes.txt")).unwrap(), b"mine");
    let names = fs::read_dir(dir.path()).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.any(|name| name.starts_with(".yujian")));
    fs::write(dir.path().join("letter.docx"), "none").unwrap();
    for (file, what) in [("letter.docx", "no .docx"), ("gone.docx", "gone.docx")] {
        let (code, told) = said(
            dir.path(),
            &["report", "run", "-o", "new", "--template", file],
        );
        assert_eq!(code, 2);
        assert!(told.contains(what), "{told}");
        assert!(!dir.path().join("new").exists());
    }
}

#[test]
fn names_cannot_break_a_page_or_become_a_formula() {
    let dir = case();
    let config = fs::read_to_string(dir.path().join("yujian.toml")).unwrap();
    let long = "长".repeat(40_000);
    let config = config
        .replacen(
            "乡土手艺资料集 2026 版",
            "=HYPERLINK(\\\"x\\\")</w:t><b>&\\u0001\\u202E🎲",
            1,
        )
        .replacen("Valley Notes 2025 archive", "+1-1@ 2025", 1)
        .replacen("\"去重、脱敏\"", &format!("\"{long}\""), 1);
    fs::write(dir.path().join("yujian.toml"), config).unwrap();
    let all = files(&package(dir.path(), &[]));
    for name in DOCUMENTS {
        well_formed(&all[name]);
    }
    let tables = tables(&all["附件1-语料安全评估.docx"]);
    let name = &tables["语料来源清单\u{FF08}来源与采集\u{FF09}"][1][1];
    assert_eq!(
        name,
        "=HYPERLINK(\"x\")</w:t><b>&\u{FFFD}\u{FFFD}🎲 [crafts]"
    );
    let rows = sheet(&all["语料来源清单.xlsx"], "语料来源清单");
    assert!(rows[1][1].starts_with("=HYPERLINK(\"x\")"));
    assert_eq!(rows[2][1], "+1-1@ 2025 [valley]");
    assert!(rows[1][15].ends_with('…') && rows[1][15].chars().count() < 32_768);
    let text = all_text("x.xlsx", &all["语料来源清单.xlsx"]);
    assert!(!text.contains("<f>"));
}

#[test]
fn no_document_shows_a_value() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("corpus")).unwrap();
    let values = [
        "11010519491231002X",
        "13900002468",
        "wang.fang@mail-demo.cn",
    ];
    let text = format!(
        "{{\"text\":\"身份证{} 手机{} 邮箱{}\"}}\nbroken {}\n",
        values[0], values[1], values[2], values[1]
    );
    fs::write(dir.path().join("corpus/a.jsonl"), text).unwrap();
    fs::write(dir.path().join("yujian.toml"), "").unwrap();
    scan(dir.path(), 2);
    let all = files(&package(dir.path(), &["--lang", "en"]));
    let found = &model(&dir.path().join("filing"))["findings"]["personal"];
    assert!(found.as_array().unwrap().len() >= 3, "{found}");
    for (name, bytes) in &all {
        let text = all_text(name, bytes);
        for value in values {
            assert!(!text.contains(value), "{value} in {name}");
        }
    }
}

#[test]
fn keywords_are_filed_by_group_and_counted_once() {
    let dir = case();
    let folder = package(dir.path(), &[]);
    let bytes = fs::read(folder.join("附件4-拦截关键词列表.xlsx")).unwrap();
    let mut rows = 0;
    for group in ["A.1", "A.2", "A.3", "A.4", "A.5"] {
        let sheet = sheet(&bytes, group);
        assert_eq!(sheet[0], ["关键词", "一级分类", "二级分类"]);
        assert!(sheet[1..].iter().all(|row| row[1].starts_with(group)));
        rows += sheet.len() - 1;
    }
    let audit = &model(&folder)["keywords"]["audit"];
    assert!(rows as u64 >= audit["unique"].as_u64().unwrap());
    let about = sheet(&bytes, "说明");
    let unique = about.iter().find(|row| row[0].contains("去重后")).unwrap();
    assert_eq!(count(&unique[1]), audit["unique"].as_u64().unwrap());
    assert!(sheet(&bytes, "版本记录")[1][0].contains("待补充"));
}
