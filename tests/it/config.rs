//! What is wrong with a configuration, as its author sees it.

use std::fs;

use tempfile::TempDir;
use yujian::config::Config;

use crate::command_line::command;

/// The complaints about a text, without the first line's name of the file.
fn told(text: &str) -> String {
    Config::parse(text, "yujian.toml").unwrap_err().to_string()
}

/// Exit code, and what stands on standard error.
fn scan(bytes: &[u8], args: &[&str]) -> (i32, String) {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("yujian.toml"), bytes).unwrap();
    fs::write(dir.path().join("a.jsonl"), "{\"text\":\"春天来了\"}\n").unwrap();
    let output = command(dir.path())
        .args(["scan", ".", "--dry-run", "--no-cache"])
        .args(args)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn every_unknown_key_is_told_at_its_place_with_the_nearest_one() {
    let text = "[corpus]\ntxt = [\"text\"]\nid = \"id\"\n\n[[source]]\nid = \"甲\"\nmatch = [\"a/**\"]\nlicense_id = \"MIT\"\n\
        commitments = { source = true, saftey = true }\n\n[polcy]\n";
    let told = told(text);
    let expected = "yujian.toml:2:1: unknown key `txt` in [corpus]\n   2 | txt = [\"text\"]\n     | ^^^\n  hint: did you mean `text`?\n\
        yujian.toml:8:1: unknown key `license_id` in [[source]]\n   8 | license_id = \"MIT\"\n     | ^^^^^^^^^^\n  hint: did you mean `licence_id`?\n\
        yujian.toml:9:32: unknown key `saftey` in [source.commitments]\n   9 | commitments = { source = true, saftey = true }\n     |                                ^^^^^^\n  hint: did you mean `safety`?\n\
        yujian.toml:11:2: unknown key `polcy`\n  11 | [polcy]\n     |  ^^^^^\n  hint: did you mean `policy`?";
    assert_eq!(told, expected);
}

#[test]
fn types_words_dates_and_meaning_are_told_together_in_the_order_of_the_file() {
    let text = "[policy]\nbad_rate = 5\n\n[corpus]\nid = 3\nexclude = [\"b\", \"a[\"]\n\n[[source]]\nid = \"a\"\nmatch = \"a/**\"\nkind = \"open\"\n\
        collected_to = \"31/1/2026\"\n\n[[source]]\nid = \"a\"\nmatch = [\"b/**\"]\npi_basis = \"consents\"\n\n[[statement]]\nresult = \"compliant\"\nby = \"b\"\non = 2026-01-02\n\n\
        [limits]\nratio = -1\n";
    let told = told(text);
    let places: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("yujian.toml:"))
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "2:12", "5:6", "6:17", "10:9", "11:8", "12:16", "15:6", "17:12", "19:1", "25:9"
        ]
    );
    for what in [
        "`id` is of the wrong type: it is an integer",
        "`a[` is no glob",
        "did you mean `open_cn`?",
        "no such date: write it as 2026-01-31",
        "source `a` is declared twice",
        "did you mean `consent`?",
        "[[statement]] lacks `clause`",
        "`ratio` is out of range",
    ] {
        assert!(told.contains(what), "{what} is not in {told}");
    }
    // What follows from another complaint is none of its own: the first source has a `match`.
    assert!(!told.contains("must be told by"), "{told}");
}

#[test]
fn mistakes_of_syntax_are_told_line_by_line() {
    let told =
        told("[corpus]\nid = \u{201C}id\u{201D}\n名 = 1\ntext = [\"a\"]\n[[source]]\nid = \"a\n");
    for place in [
        "yujian.toml:2:6: ",
        "yujian.toml:3:1: ",
        "yujian.toml:6:8: ",
    ] {
        assert!(told.contains(place), "{told}");
    }
    assert!(told.contains("quotes, equals signs, commas and brackets in ASCII"));
    assert_eq!(told.matches("hint:").count(), 3);
    let twice = self::told("[corpus]\nid = \"a\"\nid = \"b\"\n");
    assert!(
        twice.contains("yujian.toml:3:1") && twice.contains("duplicate key"),
        "{twice}"
    );
}

#[test]
fn it_is_plain_in_the_language_asked_for_and_ends_with_2() {
    let text = "[corpus]\n\t名 = 1 # 甲\n".replace("名", "\"名\"");
    let (code, zh) = scan(text.as_bytes(), &["--lang", "zh"]);
    assert_eq!(code, 2);
    assert!(!zh.contains('\u{1b}'), "{zh:?}");
    assert!(zh.contains("没有 `名` 这个键"), "{zh}");
    assert!(
        zh.contains("   2 |     \"名\" = 1 # 甲\n     |     ^^^^\n"),
        "{zh}"
    );
    let (_, en) = scan(text.as_bytes(), &["--lang", "en"]);
    assert!(en.contains("unknown key `名` in [corpus]\n"), "{en}");

    let (code, told) = scan(b"[corpus]\nid = \"\xD6\xD0\"\n", &["--lang", "en"]);
    assert_eq!(code, 2);
    assert!(told.contains("yujian.toml:2:7: this is no UTF-8"), "{told}");
    let marked = "\u{FEFF}[corpus]\r\nid = \"id\"\r\n";
    assert_eq!(scan(marked.as_bytes(), &[]).0, 0);
}

#[test]
fn secrets_of_the_file_are_not_printed() {
    let text = "[corpus]\nsecret_access_key = \"wJalrXUtnFEMI\"\nurl = \"https://me:pw77@host.example/?sig=zz99\"\n\
        [[source]]\nid = \"11010519491231002X\"\nkind = \"ghp0123456789abcdefghijkl\"\nname = 11010519491231\n";
    for lang in ["zh", "en"] {
        let (code, told) = scan(text.as_bytes(), &["--lang", lang]);
        assert_eq!(code, 2);
        for secret in ["wJalr", "pw77", "zz99", "110105", "ghp012"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}

#[test]
fn many_faults_and_odd_files_end() {
    let mut text = String::new();
    for n in 0..2_000 {
        text.push_str(&format!(
            "[[source]]\nid = \"{n}\"\nmatch = [\"{n}/**\"]\nwrong{n} = 1\n"
        ));
    }
    let told = self::told(&text);
    assert_eq!(told.matches("hint:").count(), 50);
    for odd in [
        "\0".to_owned(),
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        "a.".repeat(50_000),
        format!("a = \"{}\"", "长".repeat(1_000_000)),
        "[corpus]\n\u{202E}id = \"x\"\n".to_owned(),
    ] {
        let told = self::told(&odd);
        assert!(
            told.len() < 20_000 && !told.contains('\u{202E}'),
            "{}",
            told.len()
        );
    }
}

#[test]
fn rule_files_are_told_of_in_the_same_way() {
    let dir = TempDir::new().unwrap();
    let rules = "format = 1\n\n[pack]\nid = \"p\"\nversion = \"2026.1.1\"\ntitel = \"x\"\n\n[[rule]]\nid = \"a.b\"\nsevrity = \"high\"\n";
    let file = dir.path().join("r.toml");
    fs::write(&file, rules).unwrap();
    let output = command(dir.path())
        .args(["--lang", "en", "rules", "check"])
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains(
            "r.toml:6:1: unknown key `titel` in [pack]\n   6 | titel = \"x\"\n     | ^^^^^\n"
        ),
        "{told}"
    );
    assert!(
        told.contains("r.toml:10:1: unknown key `sevrity` in [[rule]]"),
        "{told}"
    );
    assert!(told.contains("did you mean `severity`?"), "{told}");
}
