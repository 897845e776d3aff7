//! Every duty of the table: a complete case that meets all of them, and for each duty one change
//! that makes it, and what rests on it, fail and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;
use yujian::judge::Clauses;

fn yujian(dir: &Path, args: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("yujian").unwrap();
    let output = command
        .current_dir(dir)
        .env("YUJIAN_LANG", "en")
        .env("YUJIAN_CACHE_DIR", dir.join("cache"))
        .args(args)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(code, 0 | 1), "{code}: {told}");
    (code, String::from_utf8(output.stdout).unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// As many invented words as a filing needs, which stand in no text.
fn lexicon() -> String {
    let mut words = String::from("关键词,二级分类\n");
    let syllables = [
        "磬", "螭", "黼", "鼗", "龠", "霰", "韪", "阒", "锱", "醢", "赜", "谶", "觥", "裰", "蓼",
        "菡",
    ];
    let risks: Vec<String> = ('a'..='h')
        .map(|leaf| format!("A.1.{leaf}"))
        .chain(('a'..='i').map(|leaf| format!("A.2.{leaf}")))
        .collect();
    for number in 0..10_200_usize {
        let digit = |place: u32| syllables[number / 16_usize.pow(place) % 16];
        let word = [digit(0), digit(1), digit(2), digit(3), digit(0)].concat();
        let risk = &risks[number % risks.len()];
        words.push_str(&format!("{word},{risk}\n"));
    }
    words
}

/// The complete case in a folder of its own, scanned.
fn case() -> TempDir {
    let dir = TempDir::new().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/filing");
    copy(&fixture, dir.path());
    fs::write(dir.path().join("words.csv"), lexicon()).unwrap();
    let args = ["rules", "import", "words.csv", "-o", "lexicon"];
    assert_eq!(yujian(dir.path(), &args).0, 0);
    let config = dir.path().join("yujian.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("[rules]\npacks = [\"builtin\", \"lexicon\"]\n\n{text}"),
    )
    .unwrap();
    fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
    let args = [
        "scan",
        "corpus",
        "-o",
        "run",
        "--config",
        "yujian.toml",
        "--key-file",
        "key",
        "--sidecar",
        "-q",
    ];
    assert_eq!(yujian(dir.path(), &args).0, 0);
    dir
}

/// States by clause, and the whole answer.
fn judged(dir: &Path) -> (BTreeMap<String, String>, Value) {
    let args = [
        "gate",
        "run",
        "--clauses",
        "--config",
        "yujian.toml",
        "--format",
        "json",
    ];
    let (_, out) = yujian(dir, &args);
    let all: Value = serde_json::from_str(&out).unwrap();
    let clauses = all["matrix"]["clauses"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let states = clauses.iter().map(|c| (text(&c["id"]), text(&c["state"])));
    (states.collect(), all)
}

/// What else must change when these do.
fn with_dependents(ids: &[&str]) -> BTreeSet<String> {
    let clauses = Clauses::builtin();
    let mut all: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    loop {
        let before = all.len();
        for clause in &clauses.all {
            if clause.clauses.iter().any(|id| all.contains(id)) {
                all.insert(clause.id.clone());
            }
        }
        if all.len() == before {
            return all;
        }
    }
}

/// One change to the case.
enum Change {
    /// In `yujian.toml`, the first occurrence after the source's id.
    Config(&'static str, &'static str, &'static str),
    /// A file without content.
    Empty(&'static str),
    /// A file that is gone.
    Gone(&'static str),
    /// A statement that is gone.
    Unsaid(&'static str),
}
use Change::{Config, Empty, Gone, Unsaid};

/// Change, the duties that are about it, and what becomes of them.
const CHANGES: &[(Change, &[&str], &str)] = &[
    (
        Config("crafts", "bad = 0", "bad = 6"),
        &["SRC-01"],
        "non-compliant",
    ),
    (
        Config("crafts", "n = 100", "n = 20"),
        &["SRC-01"],
        "needs-review",
    ),
    (
        Config("town", "at = 2026-06-25", "at = 2026-10-25"),
        &["SRC-01"],
        "needs-evidence",
    ),
    (
        Config("crafts", "licence_id = \"CC-BY-4.0\"", ""),
        &["SRC-06", "D52-04"],
        "non-compliant",
    ),
    (
        Empty("evidence/crafts-licence.txt"),
        &["SRC-06"],
        "non-compliant",
    ),
    (
        Gone("evidence/valley-licence.txt"),
        &["SRC-06"],
        "non-compliant",
    ),
    (
        Config(
            "crafts",
            "processing = \"去重、脱敏\"",
            "processing = \"去重\"\ndelivery = \"url_list\"",
        ),
        &["SRC-07"],
        "non-compliant",
    ),
    (Gone("evidence/town-log.csv"), &["SRC-08"], "needs-evidence"),
    (
        Config(
            "town",
            "robots_verdict = \"allowed\"",
            "robots_verdict = \"disallowed\"",
        ),
        &["SRC-08"],
        "non-compliant",
    ),
    (
        Gone("evidence/town-robots.txt"),
        &["SRC-08"],
        "needs-evidence",
    ),
    (
        Config(
            "reader",
            "contract_valid_to = 2028-06-30",
            "contract_valid_to = 2026-07-31",
        ),
        &["SRC-09"],
        "non-compliant",
    ),
    (
        Config("reader", "91350100MA0000TE69", "91350100MA0000TE68"),
        &["SRC-09"],
        "non-compliant",
    ),
    (
        Config("reader", "quality = true", "quality = false"),
        &["SRC-10"],
        "non-compliant",
    ),
    (
        Config("reader", "result = \"通过\"", "result = \"不通过\""),
        &["SRC-11"],
        "non-compliant",
    ),
    (
        Gone("evidence/reader-review.txt"),
        &["SRC-11"],
        "needs-evidence",
    ),
    (
        Config("ask", "user_authorisation_ref = \"auth-2026-06\"", ""),
        &["SRC-12", "D52-04"],
        "non-compliant",
    ),
    (
        Config("made", "version = \"0.9\", ", ""),
        &["SRC-14"],
        "non-compliant",
    ),
    (
        Config(
            "made",
            "denied_sources = [\"某某盗版书库\"",
            "denied_sources = [\"crafts\"",
        ),
        &["SRC-15"],
        "non-compliant",
    ),
    (Unsaid("CON-02"), &["CON-02"], "needs-evidence"),
    (
        Empty("evidence/ipr-policy.txt"),
        &["IPR-01"],
        "needs-evidence",
    ),
    (Unsaid("IPR-03"), &["IPR-03"], "needs-evidence"),
    (Unsaid("EVA-02"), &["EVA-02"], "needs-evidence"),
    (Unsaid("D52-03"), &["D52-03"], "needs-evidence"),
    (Unsaid("CLF-01"), &["CLF-01"], "needs-evidence"),
    (
        Config("crafts", "data_class = \"文化\"", ""),
        &["D52-01"],
        "needs-evidence",
    ),
    (
        Config("crafts", "important_data = false", ""),
        &["BRD-01"],
        "needs-evidence",
    ),
    (
        Config(
            "valley",
            "hosting_country = \"CN\"",
            "hosting_country = \"NZ\"",
        ),
        &["BRD-02"],
        "needs-evidence",
    ),
    (
        Config("valley", "origin_country = \"NZ\"", ""),
        &[],
        "compliant",
    ),
    (
        Config("made", "origin_country = \"CN\"", ""),
        &["SRC-05"],
        "needs-evidence",
    ),
    (
        Config("crafts", "kind = \"open_cn\"", "kind = \"open_foreign\""),
        &["FIL-07"],
        "non-compliant",
    ),
    (
        Config("", "name = \"示例大模型\"", ""),
        &["FIL-12"],
        "needs-evidence",
    ),
    (
        Config(
            "reader",
            "name = \"《乡土读本》2026 年授权文本\"",
            "name = \"公开数据集\"",
        ),
        &["RVW-03"],
        "non-compliant",
    ),
    (
        Config("town", "collected_to = 2026-09-30", ""),
        &["RVW-04"],
        "needs-evidence",
    ),
    (
        Config(
            "crafts",
            "https://crafts.example/page/index",
            "https://crafts.example/",
        ),
        &["RVW-05"],
        "needs-review",
    ),
    (Unsaid("RVW-10"), &["RVW-10"], "needs-evidence"),
];

fn changed(text: &str, source: &str, from: &str, to: &str) -> String {
    let start = match source {
        "" => 0,
        id => text.find(&format!("id = \"{id}\"")).unwrap(),
    };
    let (head, tail) = text.split_at(start);
    assert!(tail.contains(from), "{source}: {from}");
    format!("{head}{}", tail.replacen(from, to, 1))
}

fn without_statement(text: &str, clause: &str) -> String {
    let start = text
        .find(&format!("[[statement]]\nclause = \"{clause}\""))
        .unwrap();
    let next = text[start + 1..].find("[[");
    let end = next.map_or(text.len(), |at| start + 1 + at);
    format!("{}{}", &text[..start], &text[end..])
}

#[test]
fn the_complete_case_meets_every_duty_and_each_change_fails_its_own() {
    let dir = case();
    let (good, all) = judged(dir.path());
    let bad: Vec<_> = good
        .iter()
        .filter(|(_, state)| !matches!(state.as_str(), "compliant" | "not-applicable"))
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert_eq!(all["matrix"]["positive"], true);
    assert_eq!(all["problems"], serde_json::json!([]));

    let config = dir.path().join("yujian.toml");
    let text = fs::read_to_string(&config).unwrap();
    for (change, ids, state) in CHANGES {
        let mut back = None;
        match change {
            Config(source, from, to) => {
                fs::write(&config, changed(&text, source, from, to)).unwrap()
            }
            Unsaid(clause) => fs::write(&config, without_statement(&text, clause)).unwrap(),
            Empty(path) | Gone(path) => {
                let path = dir.path().join(path);
                back = Some((path.clone(), fs::read(&path).unwrap()));
                if matches!(change, Empty(_)) {
                    fs::write(&path, "").unwrap();
                } else {
                    fs::remove_file(&path).unwrap();
                }
            }
        }
        let (now, all) = judged(dir.path());
        let names = match change {
            Config(source, from, _) => format!("{source}: {from}"),
            Unsaid(name) | Empty(name) | Gone(name) => (*name).to_owned(),
        };
        for id in *ids {
            assert_eq!(now[*id], *state, "{names}: {id}");
        }
        let mut allowed = with_dependents(ids);
        if ids.contains(&"SRC-14") {
            // The gate's check of synthetic sources asks for the generator too.
            allowed.extend(with_dependents(&["AIG-02"]));
        }
        for (id, before) in &good {
            assert!(
                now[id] == *before || allowed.contains(id),
                "{names}: {id} became {}",
                now[id]
            );
        }
        assert_eq!(all["matrix"]["positive"], ids.is_empty(), "{names}");
        let files = matches!(change, Empty(_) | Gone(_));
        assert_eq!(
            all["problems"].as_array().unwrap().is_empty(),
            !files,
            "{names}"
        );
        fs::write(&config, &text).unwrap();
        if let Some((path, bytes)) = back {
            fs::write(path, bytes).unwrap();
        }
    }
}
