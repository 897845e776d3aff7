//! Lexicons of operators through the command: imported, audited, exported, refused.

use std::fs;
use std::path::Path;

use calamine::{Reader as _, Xlsx};
use rust_xlsxwriter::{Format, Formula, Workbook};
use tempfile::TempDir;

use crate::command_line::said as yujian;

/// A table as people write it: the category merged over its words.
fn merged_workbook(path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0u16..).zip(["序号", "关键词", "二级分类"]) {
        sheet.write(0, column, title).unwrap();
    }
    let words = [
        "真人荷官在线",
        "注册就送彩金",
        "迷魂药水购买",
        "笑气气瓶批发",
    ];
    for (row, word) in (1u32..).zip(words) {
        sheet.write(row, 0, row).unwrap();
        sheet.write(row, 1, word).unwrap();
    }
    let plain = Format::new();
    sheet.merge_range(1, 2, 2, 2, "涉赌", &plain).unwrap();
    sheet.merge_range(3, 2, 4, 2, "毒品类", &plain).unwrap();
    book.save(path).unwrap();
}

#[test]
fn lists_of_every_form_become_packs_that_find_their_words() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    merged_workbook(&at("table.xlsx"));
    let text = "关键词,分类\n假币批发渠道,诈骗\n代办假证件,A.1.h.forgery\n";
    let (gbk, _, failed) = encoding_rs::GBK.encode(text);
    assert!(!failed);
    fs::write(at("gbk.csv"), gbk).unwrap();
    fs::write(
        at("色情.txt"),
        "\u{FEFF}# 说明\n裸聊直播间,\n裸聊 直播间\n裸聊直播間，\n代理+裸聊平台\n\n",
    )
    .unwrap();
    fs::write(
        at("list.json"),
        r#"{"terrorism": ["袭击方案下载"], "A.2.d": ["某地人都是骗子"]}"#,
    )
    .unwrap();
    let utf16: Vec<u8> = "仿真枪配件批发\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(at("枪支.txt"), utf16).unwrap();
    let files = ["table.xlsx", "gbk.csv", "色情.txt", "list.json", "枪支.txt"];
    let mut args = vec!["rules", "import", "-o", "lexicon"];
    args.extend(files);
    let (code, told) = yujian(dir.path(), &args);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("read 13 entries, kept 12 (combinations 1), wrote"),
        "{told}"
    );
    assert!(
        told.contains("色情.txt:4  裸聊直播間  (= 色情.txt:2)"),
        "{told}"
    );

    for (word, rule) in [
        ("注册就送彩金", "operator.A.1.h.gambling.terms"),
        ("笑气气瓶批发", "operator.A.1.h.drugs.terms"),
        ("代办假证件", "operator.A.1.h.terms"),
        ("裸聊平台诚招代理", "operator.A.1.f.combination.00001"),
        ("袭击方案下载", "operator.A.1.d.terms"),
        ("仿真枪配件批发", "operator.A.1.h.arms.terms"),
    ] {
        let text = format!("这里有{word}的消息");
        let (_, told) = yujian(dir.path(), &["rules", "try", &text, "--rules", "lexicon"]);
        assert!(told.contains(rule), "{word}: {told}");
    }

    // The same words again are no new release; other words are, and a list that is gone is gone.
    assert_eq!(yujian(dir.path(), &args).0, 0);
    let log = || fs::read_to_string(at("lexicon/releases.csv")).unwrap();
    assert_eq!(log().lines().count(), 2, "{}", log());
    let (code, _) = yujian(dir.path(), &["rules", "import", "-o", "lexicon", "gbk.csv"]);
    assert_eq!((code, log().lines().count()), (0, 3));
    assert!(!at("lexicon/operator.A.1.h.drugs.toml").exists());
}

#[test]
fn the_audit_counts_what_is_different_and_the_table_holds_all() {
    let dir = TempDir::new().unwrap();
    let words: String = (0..210)
        .map(|n| format!("袭击方案{n:03}号\n襲擊方案{n:03}號\n袭击方案\u{200B}{n:03}号\n"))
        .collect();
    fs::write(dir.path().join("恐怖.txt"), words).unwrap();
    let (code, told) = yujian(
        dir.path(),
        &["rules", "import", "恐怖.txt", "-o", "lexicon"],
    );
    assert_eq!(code, 0, "{told}");
    let audit = [
        "rules",
        "audit",
        "--json",
        "--no-builtin",
        "--rules",
        "lexicon",
    ];
    let (code, told) = yujian(dir.path(), &audit);
    assert_eq!(code, 1, "{told}");
    let audit: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(audit["unique"], 210);
    let states: Vec<&str> = audit["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "non-compliant",
            "non-compliant",
            "compliant",
            "compliant",
            "needs-evidence"
        ]
    );
    let export = |file: &str| {
        let args = [
            "rules",
            "export",
            "-o",
            file,
            "--no-builtin",
            "--rules",
            "lexicon",
        ];
        assert_eq!(yujian(dir.path(), &args).0, 0);
        fs::read(dir.path().join(file)).unwrap()
    };
    assert_eq!(export("a.xlsx"), export("b.xlsx"));
    let mut book: Xlsx<_> = calamine::open_workbook(dir.path().join("a.xlsx")).unwrap();
    let sheet = book.worksheet_range("关键词1").unwrap();
    let row = |at: usize| {
        sheet
            .rows()
            .nth(at)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(sheet.rows().count(), 211);
    assert_eq!(row(0), ["关键词", "一级分类", "二级分类"]);
    assert_eq!(
        row(1),
        [
            "袭击方案000号",
            "A.1 包含违反社会主义核心价值观的内容",
            "A.1.d 宣扬恐怖主义、极端主义"
        ]
    );
    let csv = String::from_utf8(export("a.csv")).unwrap();
    assert!(csv.starts_with("\u{FEFF}关键词,一级分类,二级分类\n"));
    assert_eq!(
        String::from_utf8(export("a.txt")).unwrap().lines().count(),
        210
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_place_and_remedy_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("补充.txt"), "某个词语\n").unwrap();
    fs::write(
        at("broken.txt"),
        [
            b"\xE8\xB5\x8C\xE5\x8D\x9A\n".as_slice(),
            b"\xFF\xE8\xB5\n",
            &"中文的一行\n".repeat(30).into_bytes(),
        ]
        .concat(),
    )
    .unwrap();
    fs::write(at("huge.txt"), "某个词语\n".repeat(1_000_001)).unwrap();
    fs::write(at("list.docx"), "x").unwrap();
    fs::write(at("list.json"), "{\"a\": 1}").unwrap();
    fs::write(at("table.csv"), "编号,内容\n1,词语\n").unwrap();
    fs::write(at("fake.xlsx"), "no zip").unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "关键词").unwrap();
    sheet
        .write_formula(1, 0, Formula::new("=1/0").set_result("#DIV/0!"))
        .unwrap();
    book.save(at("formula.xlsx")).unwrap();
    for (args, told) in [
        (
            vec!["补充.txt"],
            "补充.txt:1: nobody knows the category `补充`",
        ),
        (
            vec!["huge.txt", "--risk", "A.1.h"],
            "huge.txt:1000001: more than 1000000 words are no list",
        ),
        (vec!["list.docx"], "`.docx` is no form of a lexicon"),
        (vec!["list.json"], "holds something that is no word"),
        (
            vec!["table.csv", "--risk", "A.1.h", "--word-column", "词"],
            "table.csv:1: no column is called `词`",
        ),
        (vec!["fake.xlsx"], "is no workbook"),
        (vec!["formula.xlsx"], "formula.xlsx:2: column 1 holds"),
        (vec!["missing.txt"], "missing.txt"),
        (vec!["补充.txt", "--risk", "B.9"], "`B.9` is no risk code"),
        (vec!["补充.txt", "--map", "补充"], "maps nothing"),
    ] {
        let mut all = vec!["rules", "import", "-o", "lexicon"];
        all.extend(&args);
        let (code, said) = yujian(dir.path(), &all);
        assert_eq!(code, 2, "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
        assert!(!at("lexicon").exists(), "{args:?}");
    }
    let (code, said) = yujian(
        dir.path(),
        &[
            "rules",
            "import",
            "-o",
            "lexicon",
            "broken.txt",
            "--risk",
            "A.1.h",
        ],
    );
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("broken.txt:2: is neither UTF-8 nor"),
        "{said}"
    );
}
