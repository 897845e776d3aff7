//! `yujian init`: drafts, and drafts again.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use yujian::config::Config;

use crate::command_line::{command, said};

fn init(dir: &Path, args: &[&str]) -> (i32, String) {
    let all = [&["init", "corpus"], args].concat();
    said(dir, &all)
}

fn corpus(dir: &Path) {
    let town = dir.join("corpus/town");
    fs::create_dir_all(&town).unwrap();
    let page = |n: u32| {
        format!(
            "{{\"text\":\"示例城的春天来得很早,河边的柳树已经发芽。\",\"url\":\"https://town.example/{n}\",\"date\":\"2026-09-0{n}\",\"site\":\"s{}\"}}\n",
            n % 2
        )
    };
    fs::write(town.join("a.jsonl"), (1..=5).map(page).collect::<String>()).unwrap();
    let odd = dir.join("corpus/[odd] \"name\"");
    fs::create_dir_all(&odd).unwrap();
    fs::write(
        odd.join("b.txt"),
        "The river rises every spring, and the fields are wet.",
    )
    .unwrap();
}

#[test]
fn what_can_be_read_is_filled_in_and_an_edit_is_never_overwritten() {
    let dir = TempDir::new().unwrap();
    corpus(dir.path());
    let file = dir.path().join("corpus/yujian.toml");
    assert_eq!(init(dir.path(), &[]).0, 0);
    let text = fs::read_to_string(&file).unwrap();
    let config = Config::parse(&text, "yujian.toml").unwrap();
    let sources = config.sources();
    assert_eq!(sources.len(), 2);
    let town = sources.iter().find(|source| source.id == "town").unwrap();
    assert_eq!(town.declared.url, "https://town.example/");
    assert_eq!(town.declared.language.0, ["zh-Hans"]);
    assert_eq!(
        town.declared.collected_from.unwrap().to_string(),
        "2026-09-01"
    );
    assert_eq!(
        town.declared.collected_to.unwrap().to_string(),
        "2026-09-05"
    );
    assert_eq!(town.declared.kind, None);

    let edited = text.replacen("name = \"\"", "name = \"示例城 2026\" # 我改的", 1);
    fs::write(&file, &edited).unwrap();
    assert_eq!(init(dir.path(), &[]).0, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), edited);

    fs::create_dir(dir.path().join("corpus/new")).unwrap();
    fs::write(dir.path().join("corpus/new/c.txt"), "秋天到了。").unwrap();
    assert_eq!(init(dir.path(), &[]).0, 0);
    let grown = fs::read_to_string(&file).unwrap();
    assert!(grown.starts_with(&edited));
    assert_eq!(
        Config::parse(&grown, "yujian.toml").unwrap().source.len(),
        3
    );
}

#[test]
fn sources_may_be_values_of_a_field_and_a_wrong_file_is_left_alone() {
    let dir = TempDir::new().unwrap();
    corpus(dir.path());
    let (code, told) = init(dir.path(), &["-o", "by-site.toml", "--field", "site"]);
    assert_eq!(code, 0, "{told}");
    let text = fs::read_to_string(dir.path().join("by-site.toml")).unwrap();
    assert!(text.contains("record_field = \"site\"\nequals = \"s0\""));

    fs::write(dir.path().join("wrong.toml"), "[corpus\n").unwrap();
    let (code, told) = init(dir.path(), &["-o", "wrong.toml"]);
    assert_eq!(code, 2);
    assert!(told.contains("wrong.toml:1"), "{told}");
    assert_eq!(
        fs::read_to_string(dir.path().join("wrong.toml")).unwrap(),
        "[corpus\n"
    );
}

#[test]
fn licences_and_machine_made_text_that_are_seen_are_told() {
    let dir = TempDir::new().unwrap();
    let write = |source: &str, lines: &[&str]| {
        let folder = dir.path().join("corpus").join(source);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.jsonl"), lines.join("\n")).unwrap();
    };
    write(
        "code",
        &[
            r#"{"text":"// SPDX-License-Identifier: MIT\nfn main() {}","license":"mit"}"#,
            r#"{"text":"本项目遵循MIT协议。另见 https://opensource.org/licenses/MIT","license":"MIT License"}"#,
            r#"{"text":"本回答由AI生成,仅供参考。"}"#,
        ],
    );
    write(
        "mixed",
        &[
            r#"{"text":"春天","license":"某某网所有"}"#,
            r#"{"text":"仅供学习研究使用,禁止商用。"}"#,
        ],
    );
    let (code, told) = init(dir.path(), &[]);
    assert_eq!(code, 0, "{told}");
    let text = fs::read_to_string(dir.path().join("corpus/yujian.toml")).unwrap();
    for line in [
        "# licences they give: MIT 2\n",
        "# licences their texts state: MIT 2\n",
        "# 1 of 3 carry marks of machine-made text\n",
        "# licences they give: 某某网所有 1\n",
        "# licences their texts state: LicenseRef-NonCommercial 1, LicenseRef-Research-Only 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    let sources = Config::parse(&text, "yujian.toml").unwrap().sources();
    let ids: Vec<_> = sources.iter().map(|of| &of.declared.licence_id.0).collect();
    assert_eq!(ids, [&vec!["MIT".to_owned()], &Vec::new()]);
}

#[test]
fn editors_are_led_to_the_schema_which_is_no_part_of_the_corpus() {
    let dir = TempDir::new().unwrap();
    corpus(dir.path());
    let file = dir.path().join("corpus/yujian.toml");
    let schema = dir.path().join("corpus/yujian.schema.json");
    assert_eq!(init(dir.path(), &[]).0, 0);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("#:schema ./yujian.schema.json\n"));
    assert_eq!(fs::read_to_string(&schema).unwrap(), yujian::config::SCHEMA);
    // A second look does not take it for a source, and neither does a scan.
    assert_eq!(init(dir.path(), &[]).0, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let output = command(dir.path())
        .args(["scan", "corpus", "--dry-run", "--no-cache", "-v"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let row = told.lines().find(|row| row.contains("yujian.schema.json"));
    assert!(row.unwrap().contains("configuration"), "{told}");
    assert!(told.contains("2/4"), "{told}");

    // An older one is renewed, what is none of ours is not touched.
    let older = yujian::config::SCHEMA.replacen("\"corpus\"", "\"corpses\"", 1);
    fs::write(&schema, older).unwrap();
    assert_eq!(init(dir.path(), &[]).0, 0);
    assert_eq!(fs::read_to_string(&schema).unwrap(), yujian::config::SCHEMA);
    fs::write(&schema, "{\"mine\": 1}").unwrap();
    assert_eq!(init(dir.path(), &[]).0, 0);
    assert_eq!(fs::read_to_string(&schema).unwrap(), "{\"mine\": 1}");
    // Who has taken the line out does not get the file back.
    fs::remove_file(&schema).unwrap();
    fs::write(&file, text.replacen("#:schema", "# schema", 1)).unwrap();
    assert_eq!(init(dir.path(), &[]).0, 0);
    assert!(!schema.exists());
}

#[test]
fn comments_order_and_odd_forms_of_an_edited_file_are_kept_to_the_byte() {
    let dir = TempDir::new().unwrap();
    corpus(dir.path());
    let file = dir.path().join("corpus/yujian.toml");
    // Windows line ends, a mark at the beginning, tables out of order, no line end at the end.
    let edited = "\u{FEFF}# 我写的说明\r\n[[source]] # 城\r\nmatch = [ 'town/**', ] # 尾\r\nid = \"town\"\r\nname   =   \"\"\"示例\"\"\"\r\n\
        \r\n[policy]\r\n# zero_tolerance = []\r\nbad_rate=0.05";
    fs::write(&file, edited).unwrap();
    let (code, told) = init(dir.path(), &[]);
    assert_eq!(code, 0, "{told}");
    let merged = fs::read_to_string(&file).unwrap();
    assert!(merged.starts_with(edited), "{merged}");
    let config = Config::parse(&merged, "yujian.toml").unwrap();
    let ids: Vec<&str> = config.source.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["town", "[odd] \"name\""]);
    assert_eq!(config.policy.bad_rate, Some(0.05));
    // Nothing new: not a byte changes, however often.
    for _ in 0..2 {
        assert_eq!(init(dir.path(), &[]).0, 0);
        assert_eq!(fs::read_to_string(&file).unwrap(), merged);
    }
    // A form to which no table can be added: told, and left alone.
    let inline = "source = [{ id = \"town\", match = [\"town/**\"] }] # 一行\n";
    fs::write(&file, inline).unwrap();
    let (code, told) = init(dir.path(), &[]);
    assert_eq!(fs::read_to_string(&file).unwrap(), inline);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("[[source]]"), "{told}");
}
