//! Corpora, rules and runs to be held against each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

use crate::packed::gzip;
use tempfile::TempDir;

/// Rules of every kind, by id. The pack counts as imported, so that examples are not asked for.
pub const RULES: [(&str, &str); 9] = [
    ("t.fraud", r#"terms = ["刷单返利", "兼职打字员"]"#),
    (
        "t.drugs",
        r#"terms = ["冰毒", "麻古"]
           not_near = { sets = ["legal"], words = ["电影"], within = 10 }"#,
    ),
    (
        "t.combo",
        r#"all_of = [["百家乐", "时时彩"], ["加微信", "客服QQ"]]
           within = 20"#,
    ),
    (
        "t.many",
        r#"terms = ["优惠券"]
           min_count = 2"#,
    ),
    (
        "t.allow",
        r#"terms = ["大麻"]
           allow = ["大麻烦"]"#,
    ),
    ("t.latin", r#"terms = ["viagra", "54188"]"#),
    (
        "p.mobile",
        r#"entity = "cn.mobile"
           class = { gbt45574 = "一般", gbt35273 = true }
           anchor = "digit"
           min_digits = 11
           pattern = '1[3-9]\d{9}'
           context = ["电话"]
           context_confidence = 0.9
           mask = { head = 3, tail = 2 }"#,
    ),
    (
        "p.member",
        r#"entity = "member"
           anchor = "context"
           pattern = '[A-Z]\d{5}'
           context = ["会员"]
           context_required = true"#,
    ),
    (
        "p.dump",
        r#"aggregate = { entities = ["cn.mobile", "member"], at_least = 3, of = "values" }"#,
    ),
];

pub const SHARED: &str = r#"format = 1
[[context]]
id = "legal"
words = ["判处", "依法"]
[[phrase]]
text = "冰毒蘑菇汤"
reason = "a dish in a tale"
"#;

/// Fragments of records, as JSON writes them: words in several spellings, and what is no word.
pub const FRAGMENTS: [&str; 44] = [
    "今天天气很好",
    "我们去公园散步",
    "the weather is fine",
    "他说了很多话,",
    "。",
    "\\n",
    "\\t",
    " ",
    "刷单返利",
    "刷單返利",
    "刷*单*返利",
    "\\u5237单返利",
    "兼职打字员",
    "冰毒",
    "冰\\u200b毒",
    "冰毒蘑菇汤",
    "麻古",
    "依法判处",
    "电影",
    "百家乐",
    "时时彩",
    "加微信",
    "客服QQ",
    "客服ＱＱ",
    "优惠券",
    "优惠券优惠券券",
    "大麻",
    "大麻烦",
    "VIAGRA",
    "\\nviagraaa ",
    "54188",
    "五四一八八",
    "电话13812345678",
    "13987654321",
    "会员A12345",
    "会*员B54321",
    "会员C11111",
    "裸聊",
    "代开发票",
    "翻墙软件",
    "去shua单返利",
    "裸liao软件",
    "散bu很好",
    "来刷单fan利",
];

/// Rule files by name.
pub type Files = BTreeMap<String, String>;

pub fn rule(id: &str, body: &str, severity: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\ntitle = {{ zh = \"规则\", en = \"rule\" }}\nseverity = \"{severity}\"\nconfidence = 0.7\n{body}\n"
    )
}

pub fn pack(id: &str, rules: &[String]) -> String {
    let head = format!(
        "format = 1\n[pack]\nid = \"{id}\"\nversion = \"2026.11.23\"\ntitle = {{ zh = \"包\", en = \"pack\" }}\nrisk = \"A.1.h.fraud\"\necology = [\"E6.9\"]\nsource = \"a test\"\nimported = true\n"
    );
    head + &rules.concat()
}

/// Words that stand nowhere, so that those that differ are few among all.
pub fn unheard(name: &str, count: usize) -> String {
    let terms: Vec<String> = (0..count).map(|n| format!("{name}{n}号")).collect();
    format!("terms = {terms:?}")
}

pub fn base() -> Files {
    let rules: Vec<String> = RULES
        .iter()
        .map(|(id, body)| rule(id, body, "high"))
        .collect();
    let filler = rule("z.filler", &unheard("生僻词", 200), "low");
    Files::from([
        ("filler.toml".to_owned(), pack("z", &[filler])),
        ("pack.toml".to_owned(), pack("t", &rules)),
        ("shared.toml".to_owned(), SHARED.to_owned()),
    ])
}

/// The rules with one piece of text replaced.
pub fn edited(file: &str, from: &str, to: &str) -> Files {
    let mut files = base();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(from), "{from}");
    *text = text.replacen(from, to, 1);
    files
}

pub fn with_pack(rules: &[String]) -> Files {
    let mut files = base();
    files.insert("more.toml".to_owned(), pack("a.more", rules));
    files
}

/// A scratch directory.
pub struct Bench {
    pub dir: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn rules(&self, folder: &str, files: &Files) {
        for (name, text) in files {
            self.write(&format!("{folder}/{name}"), text.as_bytes());
        }
    }

    pub fn scan(&self, rules: &str, run: &str, args: &[&str]) -> Output {
        let mut command = Command::cargo_bin("yujian").unwrap();
        command
            .current_dir(self.dir.path())
            .env("YUJIAN_LANG", "en");
        command.args([
            "scan",
            "corpus",
            "--no-builtin",
            "--rules",
            rules,
            "-o",
            run,
        ]);
        if !args.contains(&"--key-file") {
            command.args(["--key-file", "key"]);
        }
        command.args(args).output().unwrap()
    }

    /// Scans with `rules` in full and since the run `old`; both must be the same. What the
    /// second says of itself.
    pub fn compare(&self, rules: &str, args: &[&str]) -> Value {
        let full = self.scan(rules, "full", args);
        let mut since = vec!["--since", "old", "--threads", "1"];
        since.extend(args);
        let delta = self.scan(rules, "delta", &since);
        let told = told(&delta);
        assert_eq!(full.status.code(), delta.status.code(), "{told}");
        let since = self.same("full", "delta");
        // Other threads and other cuts.
        let mut since_again = vec!["--since", "old", "--threads", "2", "--max-memory", "4M"];
        since_again.extend(args);
        self.scan(rules, "again", &since_again);
        self.same("full", "again");
        for run in ["full", "delta", "again"] {
            fs::remove_dir_all(self.path(run)).unwrap();
        }
        since
    }

    /// Holds two runs against each other; the `since` section of the second.
    pub fn same(&self, one: &str, other: &str) -> Value {
        let (mut one, mut other) = (files(&self.path(one)), files(&self.path(other)));
        let mut manifests = [&mut one, &mut other].map(|files| {
            serde_json::from_slice::<Value>(&files.remove("run.json").unwrap()).unwrap()
        });
        let environment = manifests[1]["environment"].take();
        manifests[0]["environment"].take();
        assert_eq!(manifests[0], manifests[1]);
        assert!(one.keys().eq(other.keys()));
        for (name, content) in one {
            assert!(content == other[&name], "{name} differs");
        }
        environment["since"].clone()
    }
}

pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Records of fragments, some lines broken; always the same for a seed.
pub fn records(seed: u64, count: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut dice = move |sides: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % sides
    };
    let mut lines = String::new();
    for number in 0..count {
        let mut text = String::new();
        // Most records hold nothing that is looked for.
        let kinds = if dice(4) == 0 { FRAGMENTS.len() } else { 8 };
        for _ in 0..dice(12) {
            text.push_str(FRAGMENTS[dice(kinds)]);
        }
        lines += &match dice(40) {
            0 => "\n".to_owned(),
            1 => format!("{{\"text\": \"{text}\n"),
            2 => format!("{{\"id\": {number}, \"text\": \"\\冰毒{text}\"}}\n"),
            3 => format!("{{\"id\": {number}, \"kind\": \"k\", \"title\": \"{text}\"}}\n"),
            _ => format!(
                "{{\"id\": {number}, \"host\": \"h{}\", \"text\": \"{text}\"}}\n",
                number % 3
            ),
        };
    }
    lines
}

/// A corpus of every form, with shards that cannot be read whole.
pub fn corpus(bench: &Bench) {
    bench.write("corpus/a/1.jsonl", records(1, 400).as_bytes());
    bench.write("corpus/a/2.jsonl.gz", &gzip(records(2, 300).as_bytes()));
    let packed = zstd::bulk::compress(records(3, 300).as_bytes(), 3).unwrap();
    bench.write("corpus/b/3.jsonl.zst", &packed);
    bench.write("corpus/b/doc.txt", "今天,冰毒。\n依法判处".as_bytes());
    bench.write("corpus/b/plain.md", "# 今天\n散步".as_bytes());
    bench.write("corpus/b/packed.txt.gz", &gzip("刷单返利".as_bytes()));
    let mut odd = records(4, 60).into_bytes();
    odd.extend(b"{\"text\": \"\xFF\xFE ");
    odd.extend("冰毒\"}\n".as_bytes());
    bench.write("corpus/c/odd.jsonl", &odd);
    let torn = gzip(records(5, 200).as_bytes());
    bench.write("corpus/c/torn.jsonl.gz", &torn[..torn.len() / 2]);
    // Several pieces where chunks are small.
    bench.write("corpus/d/big.jsonl", records(6, 9000).as_bytes());
    bench.write("corpus/d/empty.jsonl", b"");
}

/// A bench with a corpus and a run over it by the basic rules.
pub fn scanned(args: &[&str]) -> Bench {
    let bench = Bench::new();
    corpus(&bench);
    bench.rules("old-rules", &base());
    let output = bench.scan("old-rules", "old", args);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    bench
}
