//! Verdicts come back: sheets in every state people leave them in, and the store they go to.

mod store;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::command::{Bench, told};

/// A corpus of twelve records in two sources, scanned and sampled as workbooks (`sample`) and as
/// lines (`lines`). Made once: nothing here changes it.
fn made() -> &'static Path {
    static MADE: OnceLock<(Bench, TempDir)> = OnceLock::new();
    let (bench, _) = MADE.get_or_init(|| {
        let bench = Bench::new();
        for (source, n) in [("web", 8), ("books", 4)] {
            let line = |i| format!("{{\"id\":\"{source}{i}\",\"text\":\"第{i}条,没有什么\"}}\n");
            let text: String = (0..n).map(line).collect();
            bench.file(&format!("{source}/a.jsonl"), text.as_bytes());
        }
        assert_eq!(bench.scan(&["-q"]).0, 0);
        for (out, format) in [("sample", "xlsx"), ("lines", "jsonl")] {
            let args = [
                "sample", "run", "--corpus", "corpus", "-o", out, "--format", format,
            ];
            let (code, text) = told(&bench.yujian(&args));
            assert_eq!(code, 0, "{text}");
        }
        let args = ["sample", "run", "--corpus", "corpus", "-o", "other"];
        let more = ["--seed", "9", "--format", "jsonl", "-q"];
        assert_eq!(told(&bench.yujian(&[&args[..], &more].concat())).0, 0);
        (bench, TempDir::new().unwrap())
    });
    static PATH: OnceLock<std::path::PathBuf> = OnceLock::new();
    PATH.get_or_init(|| bench.path(""))
}

/// A folder of its own with a store.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn import(&self, sheets: &[&str], more: &[&str]) -> (i32, String) {
        let sample = made().join("lines");
        let mut args = vec!["--lang", "zh", "review", "import"];
        args.extend(["--store", "v.sqlite", "--sample"]);
        args.push(sample.to_str().unwrap());
        args.extend(more);
        args.push("--");
        args.extend(sheets);
        told(
            &super::command_line::command(self.0.path())
                .args(&args)
                .output()
                .unwrap(),
        )
    }

    fn lines(&self, name: &str, rows: &[Value]) {
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        fs::write(self.path(name), text).unwrap();
    }

    /// The verdicts of the store: reviewer, verdict, risks, what they supersede.
    fn kept(&self) -> Vec<(String, String, String, bool)> {
        let store = rusqlite::Connection::open(self.path("v.sqlite")).unwrap();
        let sql =
            "SELECT reviewer, verdict, risks, supersedes IS NOT NULL FROM verdict ORDER BY seq";
        let mut query = store.prepare(sql).unwrap();
        let row =
            |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        query
            .query_map([], row)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }
}

/// Rows of a sheet of lines.
fn sheet(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(made().join("lines").join(name)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn judged() -> Vec<Value> {
    let mut rows = sheet("content.jsonl");
    for row in &mut rows {
        row["verdict"] = json!("合格");
        row["reviewer"] = json!("张三");
    }
    rows
}

/// The cells of the workbook of a question.
fn cells(name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(made().join("sample").join(name)).unwrap();
    let range = book.worksheet_range("抽检表").unwrap();
    let written = |cell: &Data| cell.to_string();
    range
        .rows()
        .map(|row| row.iter().map(written).collect())
        .collect()
}

/// A workbook with these cells; `more` changes it before it is saved.
fn workbook(path: &Path, cells: &[Vec<String>], more: impl Fn(&mut rust_xlsxwriter::Worksheet)) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, values) in (0u32..).zip(cells) {
        for (column, value) in (0u16..).zip(values) {
            match value.parse::<u32>() {
                Ok(number) if column == 3 => sheet.write_number(row, column, number).map(drop),
                _ => sheet.write_string(row, column, value).map(drop),
            }
            .unwrap();
        }
    }
    more(sheet);
    book.save(path).unwrap();
}

#[test]
fn a_workbook_comes_back_in_any_order_with_columns_moved_and_words_written_anyhow() {
    let desk = Desk::new();
    let mut all = cells("content.xlsx");
    all[0].resize(12, String::new());
    let at = |title: &str| all[0].iter().position(|t| t == title).unwrap();
    let (verdict, risk, who) = (at("结论"), at("风险代码"), at("审核人"));
    let words = [
        "合格",
        " 合 格\u{3000}",
        "不合格",
        "無法判斷",
        "ＰＡＳＳ",
        "",
    ];
    for (row, values) in all.iter_mut().enumerate().skip(1) {
        values.resize(12, String::new());
        words[row % words.len()].clone_into(&mut values[verdict]);
        if row % words.len() == 2 {
            "ａ.1.a、A.2.b".clone_into(&mut values[risk]);
        }
        " 李　四".clone_into(&mut values[who]);
    }
    all[1..].reverse();
    // Columns in another order, and one of somebody's own.
    for row in &mut all {
        row.reverse();
        row.push("备注".to_owned());
    }
    workbook(&desk.path("a.xlsx"), &all, |_| {});
    let (code, text) = desk.import(&["a.xlsx"], &[]);
    assert_eq!(code, 0, "{text}");
    let open = (1..=12).filter(|row| row % words.len() == 5).count();
    let kept = desk.kept();
    assert_eq!(kept.len(), 12 - open, "{text}");
    assert!(kept.iter().all(|(who, ..)| who == "李 四"), "{kept:?}");
    let of = |word: &str| {
        kept.iter()
            .filter(|(_, verdict, ..)| verdict == word)
            .count()
    };
    assert_eq!((of("pass"), of("fail"), of("undecided")), (6, 2, 2));
    let fails: Vec<&str> = kept
        .iter()
        .filter(|(_, verdict, ..)| verdict == "fail")
        .map(|(_, _, risks, _)| risks.as_str())
        .collect();
    assert_eq!(fails, ["A.1.a A.2.b"; 2]);
    // The same file once more.
    let before = fs::read(desk.path("v.sqlite")).unwrap();
    let (code, text) = desk.import(&["a.xlsx"], &[]);
    assert!(code == 0 && text.contains("未变"), "{text}");
    assert!(before == fs::read(desk.path("v.sqlite")).unwrap());
    // And as another program saves it.
    let saved = desk.path("again");
    let office = Command::new("soffice")
        .args(["--headless", "--convert-to", "xlsx", "--outdir"])
        .arg(&saved)
        .arg(desk.path("a.xlsx"))
        .env("HOME", desk.0.path())
        .output();
    match office {
        Ok(output) if output.status.success() && saved.join("a.xlsx").exists() => {
            let (code, text) = desk.import(&["again/a.xlsx"], &[]);
            assert!(code == 0 && text.contains("未变"), "{text}");
        }
        other => {
            #[allow(clippy::print_stderr, reason = "why a part was skipped")]
            {
                std::eprintln!("skipped: no office program ({:?})", other.map(|o| o.status));
            }
        }
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_its_place_and_nothing_is_imported() {
    let desk = Desk::new();
    let mut rows = judged();
    rows[0]["id"] = json!("0".repeat(20));
    rows[1]["verdict"] = json!("13900002468");
    rows[2]["risk"] = json!("A.9.z");
    rows[3]["verdict"] = json!("不合格");
    rows[4]["reviewer"] = json!("  ");
    rows[5]["record"] = json!(77);
    rows[6]["risk"] = json!("A.1.a");
    rows[7]["verdict"] = json!("");
    rows[7]["risk"] = json!("A.1.a");
    rows[8].as_object_mut().unwrap().remove("verdict");
    rows[9]["reviewer"] = json!("一".repeat(65));
    rows.push(rows[10].clone());
    desk.lines("a.jsonl", &rows);
    let (code, text) = desk.import(&["a.jsonl"], &[]);
    assert_eq!(code, 2, "{text}");
    for (row, column) in [
        (1, "编号"),
        (2, "结论"),
        (3, "风险代码"),
        (4, "风险代码"),
        (5, "审核人"),
        (6, "文件"),
        (7, "风险代码"),
        (8, "结论"),
        (9, "verdict"),
        (10, "审核人"),
        (11, "编号"),
        (13, "编号"),
    ] {
        assert!(
            text.contains(&format!("a.jsonl:{row}:{column}: ")),
            "{row} {text}"
        );
    }
    assert!(text.contains("12 处问题"), "{text}");
    assert!(
        !text.contains("13900002468"),
        "what stands in a cell is nobody's business"
    );
    assert!(!desk.path("v.sqlite").exists());
    // The one good row.
    let (code, text) = desk.import(&["a.jsonl"], &["--partial"]);
    assert!(code == 2 && text.contains("12 处问题"), "{text}");
    assert_eq!(desk.kept().len(), 1);
    // Everything is told again, the store is there or not.
    let (code, text) = desk.import(&["a.jsonl"], &[]);
    assert!(code == 2 && text.contains("12 处问题"), "{text}");
    assert_eq!(desk.kept().len(), 1);
}

#[test]
fn a_later_verdict_of_a_person_takes_the_place_of_an_earlier_one_which_stays() {
    let desk = Desk::new();
    let mut rows = judged();
    desk.lines("a.jsonl", &rows);
    assert_eq!(desk.import(&["a.jsonl"], &[]).0, 0);
    rows[0]["verdict"] = json!("fail");
    rows[0]["comment"] = json!("电话 13900002468");
    // Somebody else judges the same.
    rows[1]["reviewer"] = json!("王五");
    desk.lines("b.jsonl", &rows);
    let (code, text) = desk.import(&["b.jsonl"], &[]);
    assert_eq!(code, 0, "{text}");
    let kept = desk.kept();
    assert_eq!(kept.len(), 14);
    assert_eq!(
        kept[12],
        ("张三".to_owned(), "fail".to_owned(), String::new(), true)
    );
    assert_eq!(kept[13].0, "王五");
    // The old sheet says nothing new, even if it is older.
    let (code, text) = desk.import(&["a.jsonl"], &[]);
    assert!(code == 0 && text.contains("未变"), "{text}");
    let bytes = fs::read(desk.path("v.sqlite")).unwrap();
    for secret in ["13900002468", "没有什么"] {
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is in the store");
    }
    // Who decides must not be one of those who differ.
    desk.lines("c.jsonl", &rows[..2]);
    let (code, text) = desk.import(&["c.jsonl"], &["--adjudicate"]);
    assert!(code == 2 && text.contains("由第三人裁定"), "{text}");
    assert_eq!(desk.kept().len(), 14);
    for row in &mut rows[..2] {
        row["reviewer"] = json!("主审");
    }
    desk.lines("c.jsonl", &rows[..2]);
    assert_eq!(desk.import(&["c.jsonl"], &["--adjudicate"]).0, 0);
    let (code, text) = desk.import(&["c.jsonl"], &[]);
    assert!(code == 2 && text.contains("c.jsonl:2:审核人"), "{text}");
    // Two sheets that contradict each other have no order.
    let mut other = judged();
    desk.lines("d.jsonl", &other[5..6]);
    other[5]["verdict"] = json!("无法判断");
    desk.lines("e.jsonl", &other[5..6]);
    let (code, text) = desk.import(&["d.jsonl", "e.jsonl"], &[]);
    assert!(code == 2 && text.contains("另见 e.jsonl:1"), "{text}");
}

#[test]
fn what_is_no_sheet_of_the_sample_is_refused() {
    let desk = Desk::new();
    let other = fs::read_to_string(made().join("other/content.jsonl")).unwrap();
    fs::write(desk.path("other.jsonl"), other).unwrap();
    fs::write(desk.path("a.csv"), "编号,结论\n1,合格\n").unwrap();
    fs::write(desk.path("empty.xlsx"), "").unwrap();
    fs::write(desk.path("broken.xlsx"), b"PK\x03\x04 and nothing else").unwrap();
    fs::write(
        desk.path("old.xls"),
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest",
    )
    .unwrap();
    fs::write(desk.path("half.jsonl"), "{\"id\":\"a\",\"verd").unwrap();
    for (file, told) in [
        ("other.jsonl", "另一个样本"),
        ("a.csv", "CSV"),
        ("empty.xlsx", "空的"),
        ("broken.xlsx", "工作簿"),
        ("old.xls", "xls"),
        ("half.jsonl", "JSON"),
        ("nothing.xlsx", "无法读取"),
        (".", "无法读取"),
    ] {
        let (code, text) = desk.import(&[file], &[]);
        assert!(code == 2 && text.contains(told), "{file}: {text}");
        assert!(text.contains("1 处问题"), "{file}: {text}");
        assert!(!desk.path("v.sqlite").exists());
    }
    // All of them at once.
    let (_, text) = desk.import(&["a.csv", "empty.xlsx", "old.xls"], &[]);
    assert!(text.contains("3 处问题"), "{text}");
}

#[test]
fn columns_and_merged_cells_of_a_workbook() {
    let desk = Desk::new();
    let mut all = cells("content.xlsx");
    for row in &mut all {
        row.resize(12, String::new());
    }
    for row in &mut all[1..] {
        "合格".clone_into(&mut row[8]);
    }
    // One person has judged all, and says so in one cell.
    let plain = Format::new();
    workbook(&desk.path("who.xlsx"), &all, |sheet| {
        sheet.merge_range(1, 11, 12, 11, "赵六", &plain).unwrap();
    });
    let (code, text) = desk.import(&["who.xlsx"], &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(desk.kept().len(), 12);
    assert!(desk.kept().iter().all(|(who, ..)| who == "赵六"));
    // A verdict over several rows.
    workbook(&desk.path("what.xlsx"), &all, |sheet| {
        sheet.merge_range(3, 8, 4, 8, "合格", &plain).unwrap();
    });
    let (code, text) = desk.import(&["what.xlsx"], &["--reviewer", "孙七"]);
    assert_eq!(code, 2);
    for row in [4, 5] {
        assert!(
            text.contains(&format!("what.xlsx[Sheet1]:{row}:结论")),
            "{text}"
        );
    }
    // Columns that are gone or there twice.
    let mut less = all.clone();
    for row in &mut less {
        row.remove(8);
        row.remove(3);
        row.push(row[0].clone());
    }
    workbook(&desk.path("less.xlsx"), &less, |_| {});
    let (code, text) = desk.import(&["less.xlsx"], &["--reviewer", "孙七"]);
    assert_eq!(code, 2, "{text}");
    for column in ["结论", "记录", "编号"] {
        assert!(
            text.contains(&format!("less.xlsx[Sheet1]:1:{column}")),
            "{text}"
        );
    }
    // Only the column of paths was sorted.
    let mut sorted = all;
    let mut paths: Vec<String> = sorted[1..].iter().map(|row| row[2].clone()).collect();
    paths.sort();
    for (row, path) in sorted[1..].iter_mut().zip(paths) {
        row[2] = path;
    }
    workbook(&desk.path("sorted.xlsx"), &sorted, |_| {});
    let (code, text) = desk.import(&["sorted.xlsx"], &["--reviewer", "孙七"]);
    assert!(code == 2 && text.contains("只对部分列排序"), "{text}");
}

#[test]
fn exports_of_other_tools_say_the_same() {
    let desk = Desk::new();
    let rows = sheet("content.jsonl");
    let annotation = |by: Value, verdict: &str, risks: &[&str]| {
        json!({
            "completed_by": by,
            "updated_at": "2026-11-20T08:00:00.123Z",
            "result": [
                {"from_name": "verdict", "type": "choices", "value": {"choices": [verdict]}},
                {"from_name": "risk", "type": "choices", "value": {"choices": risks}},
            ],
        })
    };
    let data = |at: usize| {
        let text = rows[at]["text"].as_str().unwrap();
        json!({
            "yujian_id": rows[at]["id"], "path": rows[at]["path"], "record": rows[at]["record"],
            "text": text, "text_blake3": blake3::hash(text.as_bytes()).to_hex().as_str(),
        })
    };
    let mut cancelled = annotation(json!(3), "合格", &[]);
    cancelled["was_cancelled"] = json!(true);
    let mut tasks = json!([
        {"id": 1, "data": data(0), "annotations": [
            annotation(json!(1), "合格", &[]),
            annotation(json!({"id": 2, "email": "li@example.com"}), "不合格", &["A.1.a"]),
            cancelled,
        ]},
        {"id": 2, "data": data(1), "annotations": []},
    ]);
    fs::write(desk.path("ls.json"), tasks.to_string()).unwrap();
    let (code, text) = desk.import(&["ls.json"], &[]);
    assert_eq!(code, 0, "{text}");
    let kept = desk.kept();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!((&*kept[0].0, &*kept[0].1), ("label-studio:1", "pass"));
    assert_eq!((&*kept[1].0, &*kept[1].2), ("li@example.com", "A.1.a"));
    tasks[0]["data"]["text"] = json!("另一段");
    fs::write(desk.path("ls.json"), tasks.to_string()).unwrap();
    let (code, text) = desk.import(&["ls.json"], &[]);
    assert!(code == 2 && text.contains("正文与导出任务时不同"), "{text}");
    // JSON-MIN.
    let mut flat = data(2);
    flat["annotator"] = json!(5);
    flat["annotation_id"] = json!(17);
    flat["verdict"] = json!("不合格");
    flat["risk"] = json!({"choices": ["A.1.a", "A.1.b"]});
    fs::write(desk.path("min.json"), json!([flat]).to_string()).unwrap();
    let (code, text) = desk.import(&["min.json"], &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(desk.kept()[2].2, "A.1.a A.1.b");
    // doccano names nobody, or a number in old exports.
    let mut new = data(3);
    new["label"] = json!(["A.1.c", "不合格"]);
    let mut old = data(4);
    old["meta"] = json!({"yujian_id": old["yujian_id"].take()});
    old.as_object_mut().unwrap().remove("yujian_id");
    old["annotations"] = json!([{"label": "合格", "user": 8}]);
    desk.lines("d.jsonl", &[new.clone(), old]);
    let (code, text) = desk.import(&["d.jsonl"], &[]);
    assert!(code == 2 && text.contains("d.jsonl:1:审核人"), "{text}");
    let (code, text) = desk.import(&["d.jsonl"], &["--reviewer", "周八"]);
    assert_eq!(code, 0, "{text}");
    let kept = desk.kept();
    assert_eq!(
        (&*kept[3].0, &*kept[3].1, &*kept[3].2),
        ("周八", "fail", "A.1.c")
    );
    assert_eq!((&*kept[4].0, &*kept[4].1), ("doccano:8", "pass"));
    // Two verdicts are none.
    new["label"] = json!(["合格", "不合格"]);
    desk.lines("e.jsonl", &[new]);
    let (code, text) = desk.import(&["e.jsonl"], &["--reviewer", "周八"]);
    assert!(code == 2 && text.contains("e.jsonl:1:结论"), "{text}");
}

#[test]
fn a_sample_that_was_changed_is_refused() {
    let desk = Desk::new();
    desk.lines("a.jsonl", &judged());
    let text = fs::read_to_string(made().join("lines/sample.json")).unwrap();
    let import = |text: &str| {
        fs::write(desk.path("sample.json"), text).unwrap();
        let args = [
            "review",
            "import",
            "a.jsonl",
            "--store",
            "v.sqlite",
            "--sample",
            "sample.json",
        ];
        told(
            &super::command_line::command(desk.0.path())
                .args(args)
                .output()
                .unwrap(),
        )
    };
    let sealed = |rest: &str| {
        let digest = blake3::hash(rest.as_bytes()).to_hex();
        format!("{{\n  \"digest\": \"{digest}\",\n{rest}")
    };
    let rest = text.splitn(3, '\n').nth(2).unwrap();
    assert_eq!(sealed(rest), text);
    let (code, told) = import(&text.replace("\"population\": 8", "\"population\": 9"));
    assert!(code == 2 && told.contains("was changed"), "{told}");
    // With a digest that fits: rows still name themselves, and strata add up.
    let forged = rest.replace("\"population\": 8", "\"population\": 9");
    let (code, told) = import(&sealed(&forged));
    assert!(
        code == 2 && told.contains("does not hold the rows"),
        "{told}"
    );
    let forged = rest.replacen("\"record\": 1\n", "\"record\": 100\n", 1);
    assert!(forged != rest);
    let (code, told) = import(&sealed(&forged));
    assert!(
        code == 2 && told.contains("does not hold the rows"),
        "{told}"
    );
    let (code, told) = import(&sealed(
        &rest.replace("\"format_version\": 1", "\"format_version\": 2"),
    ));
    assert!(code == 2 && told.contains("another version"), "{told}");
    for odd in ["", "{}", "[1,2"] {
        let (code, told) = import(odd);
        assert!(code == 2 && told.contains("no sample.json"), "{told}");
    }
    assert!(!desk.path("v.sqlite").exists());
    assert_eq!(import(&text).0, 0);
}
