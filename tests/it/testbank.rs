//! Test banks: counted, judged, compared with the corpus, and filed as annex 5.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Reader as _, Xlsx};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use tempfile::TempDir;
use yujian::lexicon::risks;
use yujian::testbank::TestBankPolicy;

use crate::command_line::{said, scan, yujian};

/// A question of a bank: words, class, verdict.
type Asked = (String, String, &'static str);

/// Banks that are exactly as large as they have to be.
fn banks() -> Vec<(&'static str, Vec<Asked>)> {
    let leaves: Vec<_> = risks().filter(|risk| risk.code.len() > 3).collect();
    let question = |bank: &str, class: &str, number: usize| {
        format!("{bank}第{number}号:请围绕{class}谈谈你的看法并举出例子")
    };
    let filled = |bank: &str, classes: &[(String, usize)], total: usize| -> Vec<Asked> {
        let mut all: Vec<Asked> = Vec::new();
        for (class, least) in classes {
            all.extend((0..*least).map(|n| (question(bank, class, n), class.clone(), "合格")));
        }
        // The rest may be of any class.
        let class = &classes[0].0;
        for n in 1000.. {
            if all.len() >= total {
                break;
            }
            all.push((question(bank, class, n), class.clone(), ""));
        }
        all
    };
    let generated: Vec<(String, usize)> = (leaves.iter())
        .map(|risk| {
            let wide = risk.code.starts_with("A.1") || risk.code.starts_with("A.2");
            (risk.title.zh.clone(), if wide { 50 } else { 20 })
        })
        .collect();
    let refuse: Vec<(String, usize)> = (leaves.iter())
        .filter(|risk| risk.code.starts_with("A.1") || risk.code.starts_with("A.2"))
        .map(|risk| (risk.code.to_owned(), 20))
        .collect();
    let policy = TestBankPolicy::builtin();
    let answer: Vec<(String, usize)> = (policy.aspects())
        .map(|aspect| (aspect.title().zh, 20))
        .collect();
    vec![
        ("生成内容", filled("生成", &generated, 2000)),
        ("应拒答", filled("拒答", &refuse, 500)),
        ("非拒答", filled("应答", &answer, 500)),
    ]
}

fn write(path: &Path, banks: &[(&str, Vec<Asked>)]) {
    let mut book = Workbook::new();
    let about = book.add_worksheet();
    about.set_name("说明").unwrap();
    about.write(0, 0, "本表为评估测试题集").unwrap();
    for (name, questions) in banks {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        let head = [
            "序号",
            "测试题",
            "一级分类",
            "二级分类",
            "模型回答",
            "研判结果",
        ];
        for (column, title) in (0..).zip(head) {
            sheet.write(0, column, title).unwrap();
        }
        for (row, (text, class, judged)) in (1..).zip(questions) {
            sheet.write(row, 0, row).unwrap();
            sheet.write(row, 1, text).unwrap();
            sheet.write(row, 3, class).unwrap();
            sheet.write(row, 4, "好的").unwrap();
            sheet.write(row, 5, *judged).unwrap();
        }
    }
    book.save(path).unwrap();
}

/// Where everything is as it should be.
fn case() -> TempDir {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    write(&at("bank.xlsx"), &banks());
    let mut criteria = String::from("# 操作规则与判别标准\n");
    for risk in risks().filter(|risk| risk.code.len() > 3) {
        let _ = writeln!(
            criteria,
            "{} {}:出现即判为不合格。",
            risk.code, risk.title.zh
        );
    }
    fs::write(at("criteria.md"), criteria).unwrap();
    fs::write(at("yujian.toml"), CONFIG).unwrap();
    fs::create_dir(at("corpus")).unwrap();
    corpus(dir.path(), "河水从高处向低处流动。");
    dir
}

const CONFIG: &str = r#"
[testbank]
files = ["bank.xlsx"]
criteria = ["criteria.md"]
updated = [2026-09-20, 2026-10-15, 2026-11-10]

[rights]
works = ["bank.pack"]
"#;

fn corpus(dir: &Path, text: &str) {
    let line = serde_json::json!({ "id": "1", "text": text });
    fs::write(dir.join("corpus/a.jsonl"), format!("{line}\n")).unwrap();
}

fn index(dir: &Path) {
    let (code, told) = said(dir, &["testbank", "index", "-o", "bank.pack"]);
    assert_eq!(code, 0, "{told}");
}

/// The clauses of test banks with their states and reasons.
fn judged(dir: &Path, run: &str) -> BTreeMap<String, (String, String)> {
    let args = [
        "gate",
        run,
        "--clauses",
        "--format",
        "json",
        "--as-of",
        "2026-11-20",
    ];
    let (_, out, told) = yujian(dir, &args);
    let all: Value = serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{told}"));
    let clauses = all["matrix"]["clauses"].as_array().unwrap();
    let of = clauses.iter().filter_map(|clause| {
        let id = clause["id"].as_str()?;
        let reasons = clause["points"].as_array()?.iter();
        let reasons: Vec<&str> = reasons.filter_map(|p| p["reason"]["en"].as_str()).collect();
        let state = clause["state"].as_str()?.to_owned();
        id.starts_with("TST")
            .then(|| (id.to_owned(), (state, reasons.join("; "))))
    });
    of.collect()
}

fn states(dir: &Path, run: &str) -> Vec<String> {
    judged(dir, run)
        .into_values()
        .map(|(state, _)| state)
        .collect()
}

#[test]
fn a_complete_bank_meets_its_duties_and_each_lack_breaks_its_own() {
    let dir = case();
    let dir = dir.path();
    index(dir);
    scan(dir, "run", &["--config", "yujian.toml"]);
    assert_eq!(
        states(dir, "run"),
        ["compliant"; 4],
        "{:?}",
        judged(dir, "run")
    );
    let (code, _) = said(dir, &["testbank", "check", "--as-of", "2026-11-20"]);
    assert_eq!(code, 0);

    let with = |banks: &[(&str, Vec<Asked>)]| {
        write(&dir.join("bank.xlsx"), banks);
        judged(dir, "run")
    };
    // A question less of a class that has no more than it must.
    for (bank, clause) in [(0, "TST-01"), (1, "TST-02"), (2, "TST-03")] {
        let mut all = banks();
        all[bank].1.remove(30);
        let now = with(&all);
        for (id, (state, reason)) in &now {
            let expected = if id == clause {
                "non-compliant"
            } else {
                "compliant"
            };
            assert_eq!(state, expected, "{bank} {id} {reason}");
        }
    }
    // The same question in another writing is no further question.
    let mut all = banks();
    let copy = all[1].1[3].0.replace('第', " 第 ").replace('请', "請");
    all[1].1[2].0 = copy;
    assert_eq!(with(&all)["TST-02"].0, "non-compliant");
    // A question that is to be refused and to be answered.
    let mut all = banks();
    let both = all[1].1[0].0.clone();
    all[2].1.push((both, "文化".to_owned(), ""));
    let now = with(&all);
    assert!(now["TST-02"].1.contains("both to be refused"), "{now:?}");
    assert_eq!(now["TST-03"].0, "non-compliant");
    // A question that the scan was not asked about.
    let mut all = banks();
    all[0].1.push((
        "另外一道从未见过的新测试题目".to_owned(),
        "A.1.a".to_owned(),
        "",
    ));
    let now = with(&all);
    assert_eq!(now["TST-04"].0, "needs-evidence");
    assert!(now["TST-04"].1.starts_with("1 questions"), "{now:?}");
    // One that is too short to be told from ordinary language.
    let mut all = banks();
    all[0].1.push(("太短?".to_owned(), "A.1.a".to_owned(), ""));
    assert_eq!(with(&all)["TST-04"].0, "needs-review");
    write(&dir.join("bank.xlsx"), &banks());

    let config = |from: &str, to: &str| {
        assert!(CONFIG.contains(from));
        fs::write(dir.join("yujian.toml"), CONFIG.replacen(from, to, 1)).unwrap();
        judged(dir, "run")
    };
    assert_eq!(config(", 2026-11-10", "")["TST-01"].0, "non-compliant");
    assert_eq!(
        config("2026-09-20, 2026-10-15, 2026-11-10", "")["TST-01"].0,
        "needs-evidence"
    );
    assert_eq!(config("\"criteria.md\"", "")["TST-01"].0, "needs-evidence");
    assert_eq!(
        config("works = [\"bank.pack\"]", "works = []")["TST-04"].0,
        "needs-evidence"
    );
    let gone = config("files = [\"bank.xlsx\"]", "files = [\"no.xlsx\"]");
    assert_eq!(gone["TST-02"].0, "needs-evidence", "{gone:?}");
    fs::write(dir.join("yujian.toml"), CONFIG).unwrap();
    let text = fs::read_to_string(dir.join("criteria.md")).unwrap();
    let fewer: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("A.3.b"))
        .collect();
    fs::write(dir.join("criteria.md"), fewer.join("\n")).unwrap();
    let now = judged(dir, "run");
    assert_eq!(now["TST-01"].0, "non-compliant");
    assert!(now["TST-01"].1.contains("do not name A.3.b"), "{now:?}");
}

#[test]
fn aspects_may_be_left_out_with_a_reason_and_then_a_person_looks() {
    let dir = case();
    let dir = dir.path();
    let mut all = banks();
    all[2].1.retain(|(_, class, _)| class != "地理");
    let more: Vec<Asked> = (0..20)
        .map(|n| {
            (
                format!("补充题{n}:谈谈传统节日的由来与意义"),
                "习俗".to_owned(),
                "",
            )
        })
        .collect();
    all[2].1.extend(more);
    write(&dir.join("bank.xlsx"), &all);
    index(dir);
    scan(dir, "run", &["--config", "yujian.toml"]);
    assert_eq!(judged(dir, "run")["TST-03"].0, "non-compliant");
    let omitted = "\n[[testbank.omitted]]\naspect = \"地理\"\nreason = \"只回答票务问题\"\n";
    fs::write(dir.join("yujian.toml"), format!("{CONFIG}{omitted}")).unwrap();
    assert_eq!(judged(dir, "run")["TST-03"].0, "needs-review");
    let wrong = omitted
        .replace("地理", "天气")
        .replace("只回答票务问题", "");
    fs::write(dir.join("yujian.toml"), format!("{CONFIG}{wrong}")).unwrap();
    let (code, told) = said(dir, &["testbank", "check"]);
    assert_eq!(code, 2);
    assert!(
        told.contains("天气") && told.contains("geography"),
        "{told}"
    );
}

#[test]
fn a_question_in_the_corpus_is_left_to_people() {
    let dir = case();
    let dir = dir.path();
    index(dir);
    let leaked = banks()[0].1[7].0.clone();
    corpus(dir, &format!("课后练习。{leaked}。答:略。"));
    scan(dir, "run", &["--config", "yujian.toml"]);
    let now = judged(dir, "run");
    assert_eq!(now["TST-04"].0, "needs-review");
    assert!(now["TST-04"].1.contains("stand in 1 records"), "{now:?}");
}

#[test]
fn annex_5_holds_every_question_and_the_audit() {
    let dir = case();
    let dir = dir.path();
    let mut all = banks();
    all[0].1[5].2 = "不合格";
    all[0].1.push((
        "=HYPERLINK(\"http://x.example\")你怎么看".to_owned(),
        "A.1.a".to_owned(),
        "",
    ));
    all[0].1.push((String::new(), "A.1.a".to_owned(), ""));
    all[0]
        .1
        .push(("一道没有分类的题目".to_owned(), String::new(), "大概"));
    write(&dir.join("bank.xlsx"), &all);
    index(dir);
    scan(dir, "run", &["--config", "yujian.toml"]);
    let (code, told) = said(
        dir,
        &["report", "run", "-o", "filing", "--as-of", "2026-11-20"],
    );
    assert_eq!(code, 0, "{told}");
    let bytes = fs::read(dir.join("filing/附件5-评估测试题集.xlsx")).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut rows = |name: &str| -> Vec<Vec<String>> {
        let range = book.worksheet_range(name).unwrap();
        let text = |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect();
        range.rows().map(text).collect()
    };
    let generated = rows("生成内容测试题库");
    let head = [
        "序号",
        "测试题",
        "一级分类",
        "二级分类",
        "模型回答",
        "研判结果",
    ];
    assert_eq!(generated[0], head);
    assert_eq!(generated.len(), 1 + 2002);
    assert_eq!(generated[6][5], "不合格");
    assert_eq!(rows("应拒答测试题库").len(), 501);
    let counts = rows("题量统计");
    let first = &counts[1];
    assert_eq!(first[3], "2002", "{first:?}");
    let unknown = counts
        .iter()
        .find(|row| row[2] == "不在要求的类别之列")
        .unwrap();
    assert_eq!(unknown[3], "1");
    let problems = rows("题库问题");
    let places: Vec<&str> = problems[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(places, ["bank.xlsx:2003", "bank.xlsx:2004"], "{problems:?}");
    let model: Value =
        serde_json::from_slice(&fs::read(dir.join("filing/report.json")).unwrap()).unwrap();
    assert_eq!(model["testbank"]["audit"]["banks"][0]["unique"], 2002);
    // The model quotes no question.
    assert!(!model.to_string().contains("谈谈你的看法"));
    let evidence = fs::read(dir.join("filing/证据目录.xlsx")).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(evidence)).unwrap();
    let range = book.worksheet_range("证明材料").unwrap();
    let named = range.rows().any(|row| row[1] == "bank.xlsx");
    assert!(named, "the bank is evidence");
}

#[test]
fn files_that_are_no_bank_are_told_with_their_place() {
    let dir = case();
    let dir = dir.path();
    let check = |name: &str, bytes: &[u8]| {
        fs::write(dir.join(name), bytes).unwrap();
        let config = CONFIG.replace("bank.xlsx", name);
        fs::write(dir.join("yujian.toml"), config).unwrap();
        said(dir, &["testbank", "check"])
    };
    for (name, bytes, told) in [
        ("empty.csv", &b""[..], "the table is empty"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "is no workbook"),
        (
            "words.csv",
            "关键词,分类\n词,A.1.a\n".as_bytes(),
            "no column is called",
        ),
        ("bank.pdf", b"%PDF", "no form of a table"),
    ] {
        let (code, said) = check(name, bytes);
        assert_eq!(code, 2, "{name}: {said}");
        assert!(said.contains(told) && said.contains(name), "{name}: {said}");
    }
    // In GB18030, and told by the column of the bank.
    let text =
        "题库,测试题,二级分类\n非拒答,请介绍一下春节的来历,习俗\n别的,请介绍一下春节的来历,习俗\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(text);
    let (code, told) = check("old.csv", &bytes);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("old.csv:3"), "{told}");
    assert!(told.contains("customs"), "{told}");
    fs::remove_file(dir.join("yujian.toml")).unwrap();
    let (code, told) = said(dir, &["testbank", "check"]);
    assert_eq!(code, 2);
    assert!(told.contains("[testbank] files"), "{told}");
}
