//! `report.html`: text of strangers stays text, the page stands alone, and its numbers are those of
//! the run. How it behaves in a browser is tested by `.ci/browser.py`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::command::fixtures;
use crate::command_line::{copy, said, scan, yujian};

const HOSTILE: &str = "</script></style><img src=x onerror=alert(1)>'\"`]]>--><svg/onload=alert(1)>\u{202e}gnp\u{7}\u{2028}😀";

/// A page taken apart as a browser does.
#[derive(Default)]
struct Parts {
    /// Elements with their attributes.
    tags: Vec<(String, BTreeMap<String, String>)>,
    /// What stands in scripts, styles and around them.
    text: String,
    scripts: Vec<String>,
    styles: Vec<String>,
    inside: Option<&'static str>,
}

#[derive(Default)]
struct Sink(RefCell<Parts>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut parts = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attributes = tag.attrs.iter();
                let attributes =
                    attributes.map(|a| (a.name.local.to_string(), a.value.to_string()));
                let name = tag.name.to_string();
                parts.tags.push((name.clone(), attributes.collect()));
                match &*name {
                    "script" => {
                        parts.inside = Some("script");
                        parts.scripts.push(String::new());
                        return TokenSinkResult::RawData(RawKind::ScriptData);
                    }
                    "style" => {
                        parts.inside = Some("style");
                        parts.styles.push(String::new());
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    _ => {}
                }
            }
            Token::TagToken(_) => parts.inside = None,
            Token::CharacterTokens(text) => {
                let parts = &mut *parts;
                let into = match parts.inside {
                    Some("script") => parts.scripts.last_mut().unwrap(),
                    Some(_) => parts.styles.last_mut().unwrap(),
                    None => &mut parts.text,
                };
                into.push_str(&text);
            }
            Token::CommentToken(text) => panic!("a comment: {text}"),
            Token::ParseError(error) => panic!("{error}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn parts(page: &str) -> Parts {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(page));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.take()
}

fn page(dir: &Path, name: &str, args: &[&str]) -> String {
    let all = ["report", "run", "--format", "html", "-o", name];
    let (code, told) = said(dir, &[&all[..], args].concat());
    assert_eq!(code, 0, "{told}");
    fs::read_to_string(dir.join(name)).unwrap()
}

/// What must hold for every page.
fn stands_alone(page: &str) -> Parts {
    let parts = parts(page);
    let policy = (parts.tags.iter())
        .find(|(_, attributes)| attributes.contains_key("http-equiv"))
        .map(|(_, attributes)| attributes["content"].clone())
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let (code, data) = (&parts.scripts[1], &parts.scripts[0]);
    for (kind, text) in [("script-src", code), ("style-src", &parts.styles[0])] {
        let digest = STANDARD.encode(Sha256::digest(text));
        assert!(policy.contains(&format!("{kind} 'sha256-{digest}'")));
    }
    assert_eq!((parts.scripts.len(), parts.styles.len()), (2, 1));
    serde_json::from_str::<Value>(data).unwrap();
    for (name, attributes) in &parts.tags {
        let forbidden = [
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form-action",
        ];
        assert!(!forbidden.contains(&name.as_str()), "{name}");
        for (key, value) in attributes {
            assert!(
                !key.starts_with("on") && key != "style",
                "{name} {key}={value}"
            );
            assert!(key != "src" && key != "action", "{name} {key}={value}");
            assert!(
                key != "href" || value.starts_with('#'),
                "{name} {key}={value}"
            );
        }
    }
    for word in [
        "fetch(",
        "XMLHttpRequest",
        "innerHTML",
        "insertAdjacentHTML",
        "eval(",
    ] {
        assert!(!code.contains(word), "{word}");
    }
    let disturbing = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found = page.chars().find(|c| disturbing(*c));
    assert_eq!(found, None);
    // Every id once, and what is pointed to is there.
    let mut ids = BTreeMap::new();
    for (_, attributes) in &parts.tags {
        if let Some(id) = attributes.get("id") {
            *ids.entry(id.clone()).or_insert(0) += 1;
        }
    }
    assert!(ids.values().all(|n| *n == 1), "{ids:?}");
    for (name, attributes) in &parts.tags {
        let to = attributes.get("href").and_then(|to| to.strip_prefix('#'));
        for id in [to, attributes.get("aria-labelledby").map(String::as_str)] {
            assert!(id.is_none_or(|id| ids.contains_key(id)), "{name} {id:?}");
        }
    }
    parts
}

#[test]
fn text_of_strangers_stays_text() {
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("corpus").join("a<b>&\"'\u{202e}\n");
    fs::create_dir_all(&place).unwrap();
    let long = place.join("长".repeat(80)).join("<i>".repeat(60));
    fs::create_dir_all(&long).unwrap();
    let line = |number: usize| {
        let mut record = serde_json::json!({
            "id": format!("{HOSTILE}{number}"),
            "from": HOSTILE,
            "license": HOSTILE,
            "text": format!("{HOSTILE} 手机号 1381234{:04} {HOSTILE}\n版权所有 © 2020 {HOSTILE}", 5678 + number),
        });
        record[HOSTILE] = format!("电话 {HOSTILE} 1395678{:04}", 1234 + number).into();
        record.to_string() + "\n"
    };
    let lines: String = (0..20).map(line).collect();
    fs::write(place.join("x.jsonl"), &lines).unwrap();
    fs::write(long.join("y.jsonl"), &lines).unwrap();
    let name = serde_json::to_string("</title><img src=x onerror=alert(1)>").unwrap();
    let config = format!(
        "[corpus]\nid = \"id\"\nsource = \"from\"\n\n[model]\nname = {name}\n\n[[source]]\nid = \"<s>\"\nmatch = [\"none/**\"]\nname = {name}\nlicence_evidence = \"<script>.pdf\"\n"
    );
    fs::write(dir.path().join("yujian.toml"), config).unwrap();
    let title = serde_json::to_string("</code><script>alert(1)</script>").unwrap();
    let rules = format!(
        "format = 1\n[pack]\nid = \"p\"\nversion = \"2026.11.28\"\nimported = true\n\
         title = {{ zh = {title}, en = {title} }}\nrisk = \"A.1.h\"\nsource = \"t\"\n\
         [[rule]]\nid = \"t.w\"\ntitle = {{ zh = {title}, en = {title} }}\n\
         severity = \"high\"\nconfidence = 0.5\nterms = [\"手机号\"]\n"
    );
    fs::write(dir.path().join("rules.toml"), rules).unwrap();
    let args = ["--config", "yujian.toml", "--rules", "rules.toml"];
    scan(dir.path(), "run", &args);
    let args = ["--config", "yujian.toml"];
    let text = page(dir.path(), "a.html", &args);
    let parts = stands_alone(&text);
    // It is all there to be read.
    assert!(parts.text.contains("</title><img src=x onerror=alert(1)>"));
    assert!(
        parts
            .text
            .contains("</script></style><img src=x onerror=alert(1)>")
    );
    let data: Value = serde_json::from_str(&parts.scripts[0]).unwrap();
    let sources = data["sources"].as_array().unwrap();
    assert!(
        sources
            .iter()
            .any(|source| source.as_str().unwrap().starts_with("</script></style>")),
        "{sources:?}"
    );
    let long = data["paths"].to_string();
    assert!(long.contains(&"<i>".repeat(60)), "{long}");
    assert!(
        parts.text.contains("</code><script>alert(1)</script>"),
        "a title of a rule"
    );
    let ids = data["families"].to_string();
    assert!(ids.contains("onerror=alert(1)"));
    assert!(!text.contains("13812345678"), "values stay masked");
}

#[test]
fn a_complete_case_says_what_the_model_says_in_the_same_bytes() {
    let dir = TempDir::new().unwrap();
    copy(&fixtures("filing"), dir.path());
    scan(dir.path(), "run", &["--config", "yujian.toml", "--sidecar"]);
    let first = page(dir.path(), "a.html", &[]);
    assert!(page(dir.path(), "b.html", &[]) == first);
    let (code, told) = said(
        dir.path(),
        &["report", "run", "-o", "filing", "--lang", "zh"],
    );
    assert_eq!(code, 0, "{told}");
    let packaged = fs::read_to_string(dir.path().join("filing/report.html")).unwrap();
    // `said` asks for English; all that differs is in which language the page opens.
    let (zh, en) = (stands_alone(&packaged), stands_alone(&first));
    let opened = |parts: &Parts| parts.tags[0].1["data-lang"].clone();
    assert_eq!((opened(&zh), opened(&en)), ("zh".into(), "en".into()));
    assert!(zh.scripts == en.scripts && zh.styles == en.styles && zh.tags[8..] == en.tags[8..]);
    let model = fs::read(dir.path().join("filing/report.json")).unwrap();
    let digest = blake3::hash(&model).to_hex().to_string();
    assert!(zh.text.contains(&digest));
    assert!(
        zh.styles[0].contains(&digest[..16]),
        "on every printed page"
    );
    let model: Value = serde_json::from_slice(&model).unwrap();
    // Every clause stands there once, with its own result and no better one.
    let class = |state: &str| match state {
        "compliant" => "ok",
        "not-applicable" => "na",
        "needs-review" => "review",
        "needs-evidence" => "wanted",
        "non-compliant" => "bad",
        other => panic!("{other}"),
    };
    let clauses = model["matrix"]["clauses"].as_array().unwrap();
    assert!(clauses.len() > 100);
    for clause in clauses {
        let id = format!("clause-{}", clause["id"].as_str().unwrap());
        let tag = zh.tags.iter().find(|(_, a)| a.get("id") == Some(&id));
        let classes = &tag.unwrap().1["class"];
        let expected = class(clause["state"].as_str().unwrap());
        assert_eq!(*classes, format!("clause {expected}"), "{id}");
    }
    for id in model["evidence"]["proofs"].as_array().unwrap() {
        let id = format!("proof-{}", id["id"].as_str().unwrap());
        assert!(
            zh.tags.iter().any(|(_, a)| a.get("id") == Some(&id)),
            "{id}"
        );
    }
}

#[test]
fn a_file_is_replaced_only_if_asked_and_written_whole() {
    let dir = TempDir::new().unwrap();
    copy(&fixtures("corpus"), &dir.path().join("corpus"));
    scan(dir.path(), "run", &[]);
    fs::write(dir.path().join("a.html"), "mine").unwrap();
    fs::create_dir(dir.path().join("folder")).unwrap();
    let report = |args: &[&str]| {
        let all = [&["report", "run", "--format", "html"], args].concat();
        yujian(dir.path(), &all)
    };
    let (code, _, told) = report(&["-o", "a.html"]);
    assert_eq!(code, 2, "{told}");
    assert!(
        told.contains("a.html exists already") && told.contains("--force"),
        "{told}"
    );
    assert_eq!(
        fs::read_to_string(dir.path().join("a.html")).unwrap(),
        "mine"
    );
    let (code, _, told) = report(&["-o", "folder", "--force"]);
    assert_eq!(code, 2);
    assert!(told.contains("folder is a folder"), "{told}");
    // Without a file it goes to standard output.
    let (code, printed, told) = report(&[]);
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = report(&["-o", "a.html", "--force"]);
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = report(&["-o", "new/b.html"]);
    assert_eq!(code, 0, "{told}");
    let written = fs::read(dir.path().join("a.html")).unwrap();
    assert!(written == fs::read(dir.path().join("new/b.html")).unwrap());
    assert!(printed == written);
    let left: Vec<_> = (fs::read_dir(dir.path()).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".yujian"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_corpus_without_text_has_a_page() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("corpus")).unwrap();
    fs::write(dir.path().join("corpus/a.txt"), "\n").unwrap();
    scan(dir.path(), "run", &[]);
    let parts = stands_alone(&page(dir.path(), "a.html", &[]));
    let data: Value = serde_json::from_str(&parts.scripts[0]).unwrap();
    assert_eq!(data["families"], serde_json::json!([]));
}

#[test]
fn what_was_not_read_is_told_and_sums_close() {
    let dir = TempDir::new().unwrap();
    copy(&fixtures("broken"), &dir.path().join("corpus"));
    let (code, told) = crate::command_line::try_scan(dir.path(), "run", &[]);
    assert_eq!(code, 2, "{told}");
    let parts = stands_alone(&page(dir.path(), "a.html", &[]));
    assert!(parts.text.contains("Not everything was read"));
    assert!(
        !parts
            .text
            .contains("Everything that was to be read was read")
    );
    assert!(parts.text.matches("✓ 是yes").count() >= 5, "{}", parts.text);
    assert!(!parts.text.contains("✕ 否no"));
}
