//! Runs that were touched, corpora that were changed, signatures, digests for filings.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::command::{Bench, told};
use super::packed::{gzip, tar_of};
use super::same_bytes::bytes_of;

/// A corpus with a finding in every other record, and its run.
fn scanned(more: &[&str]) -> Bench {
    let bench = Bench::new();
    let line = |i: usize| match i % 2 {
        0 => format!(
            "{{\"id\":\"r{i}\",\"text\":\"第{i}条 手机1390000{:04}\"}}\n",
            i % 10_000
        ),
        _ => format!("{{\"id\":\"r{i}\",\"text\":\"没有什么\"}}\n"),
    };
    let lines: String = (0..2000).map(line).collect();
    bench.file("a/one.jsonl", lines.as_bytes());
    bench.file("a/two.jsonl.gz", &gzip(lines.as_bytes()));
    bench.file("b/text.txt", "联系电话13900002468。".as_bytes());
    bench.file("c.tar", &tar_of(&[("x.txt", "电话13900002468".as_bytes())]));
    bench.file("empty.txt", b"");
    let mut args = vec!["-q"];
    args.extend(more);
    let (code, text) = bench.scan(&args);
    assert_eq!(code, 0, "{text}");
    bench
}

/// Exit code and what `verify --format json` says.
fn verified(bench: &Bench, more: &[&str]) -> (i32, Value) {
    let mut args = vec!["verify", "run", "--format", "json"];
    args.extend(more);
    let output = bench.yujian(&args);
    let (code, text) = told(&output);
    let json = serde_json::from_slice(&output.stdout);
    (code, json.unwrap_or_else(|_| panic!("{text}")))
}

/// `kind file` of all differences.
fn kinds(report: &Value) -> Vec<String> {
    let list = report["differences"]["list"].as_array().unwrap();
    let told = |one: &Value| {
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        format!("{} {}", word("kind"), word("file"))
    };
    list.iter().map(told).collect()
}

#[test]
fn lists_of_the_operator_in_the_corpus_are_no_part_of_it() {
    let bench = Bench::new();
    bench.file("a.jsonl", "{\"text\":\"没有什么\"}\n".as_bytes());
    bench.file("lists/block.txt", b"blocked.example.cn\n");
    let config = "[origins]\nblock = [\"lists/block.txt\"]\n";
    bench.file("yujian.toml", config.as_bytes());
    let (code, text) = bench.scan(&["-q"]);
    assert_eq!(code, 0, "{text}");
    let (code, report) = verified(&bench, &["--corpus", "corpus"]);
    assert_eq!((code, kinds(&report)), (0, Vec::new()));
}

#[test]
fn a_fresh_run_and_its_corpus_are_well() {
    let bench = scanned(&[]);
    let (code, report) = verified(&bench, &["--corpus", "corpus"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["all_well"], true);
    assert_eq!(report["corpus"]["files_same"], 4);
    // An empty file has no digest: it was never read.
    assert_eq!(report["corpus"]["files_by_length_only"], 1);
    let (code, text) = told(&bench.yujian(&["verify", "run"]));
    assert!(code == 0 && text.contains("all well"), "{text}");
}

#[test]
fn every_flipped_byte_of_every_file_is_noticed_and_its_file_named() {
    let bench = scanned(&["--digest", "sm3,sha256"]);
    let names = [
        "findings.parquet",
        "records.parquet",
        "shards.parquet",
        "tally.json",
        "rules.json",
        "blocks.json",
        "basis.jsonl.zst",
        "digests.sm3",
        "digests.sha256",
    ];
    for name in names {
        let path = bench.path("run").join(name);
        let good = fs::read(&path).unwrap();
        for at in [0, good.len() / 3, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            fs::write(&path, &bad).unwrap();
            let (code, report) = verified(&bench, &[]);
            assert_eq!(code, 1, "{name} at {at}: {report}");
            let named = kinds(&report).contains(&format!("file-changed {name}"));
            assert!(named, "{name} at {at}: {report}");
        }
        fs::write(&path, &good[..good.len() / 2]).unwrap();
        let (code, report) = verified(&bench, &[]);
        assert_eq!(code, 1, "{name}");
        assert!(
            kinds(&report).contains(&format!("file-changed {name}")),
            "{report}"
        );
        fs::remove_file(&path).unwrap();
        let (code, report) = verified(&bench, &[]);
        assert_eq!(code, 1, "{name}");
        assert!(
            kinds(&report).contains(&format!("file-missing {name}")),
            "{report}"
        );
        fs::write(&path, &good).unwrap();
    }
    assert_eq!(verified(&bench, &[]).0, 0);
}

/// A flipped byte need not break a table, so reading it is not enough.
#[test]
fn nothing_is_judged_or_written_of_a_run_that_was_changed() {
    let bench = scanned(&[]);
    for name in [
        "findings.parquet",
        "records.parquet",
        "tally.json",
        "rules.json",
    ] {
        let path = bench.path("run").join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        fs::write(&path, &bad).unwrap();
        for args in [
            &["gate", "run"][..],
            &["gate", "run", "--clauses"],
            &["report", "run"],
            &["report", "run", "-o", "out"],
            &["export", "run", "--what", "findings"],
            &["provenance", "run", "--format", "spdx", "-o", "out"],
            &["sample", "run", "--corpus", "corpus", "-o", "out"],
        ] {
            let (code, text) = told(&bench.yujian(args));
            assert!(
                code == 2 && text.contains(&format!("{name} is damaged")),
                "{args:?}: {text}"
            );
            assert!(!bench.path("out").exists(), "{args:?}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert_ne!(told(&bench.yujian(&["gate", "run"])).0, 2);
}

#[test]
fn an_edited_manifest_is_noticed_or_cannot_be_read() {
    let bench = scanned(&[]);
    let path = bench.path("run/run.json");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"kept\": ", "\"kept\": 1"),
        ("\"whole\": true", "\"whole\": false"),
        ("\"leaves\": ", "\"leaves\": 1"),
        ("\"root_digest\": \"", "\"root_digest\": \"0"),
        ("\"config_digest\": \"", "\"config_digest\": \"0"),
        ("\"root\": \"", "\"root\": \"0"),
    ] {
        assert!(good.contains(from), "{from}");
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let (code, report) = verified(&bench, &[]);
        assert_eq!(code, 1, "{from}: {report}");
    }
    for bad in ["", "{", "{\"format_version\": 99}", &good[..good.len() / 2]] {
        fs::write(&path, bad).unwrap();
        let (code, text) = told(&bench.yujian(&["verify", "run"]));
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("run.json") && text.contains("hint"), "{text}");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(bench.path("run/checkpoint")).unwrap();
    let (code, text) = told(&bench.yujian(&["verify", "run"]));
    assert!(code == 2 && text.contains("not complete"), "{text}");
    let (code, text) = told(&bench.yujian(&["verify", "nowhere"]));
    assert!(code == 2 && text.contains("nowhere"), "{text}");
}

#[test]
fn what_was_changed_missing_and_added_in_the_corpus_is_named() {
    let bench = scanned(&["--digest", "sm3"]);
    let path = bench.path("corpus/a/one.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    fs::remove_file(bench.path("corpus/b/text.txt")).unwrap();
    bench.file("d/new.txt", b"x");
    bench.file("empty.txt", b"no longer");
    let (code, report) = verified(&bench, &["--corpus", "corpus", "--digest", "sm3"]);
    assert_eq!(code, 1);
    let mut all = kinds(&report);
    all.sort();
    let expected = [
        "shard-added d/new.txt",
        "shard-changed a/one.jsonl",
        "shard-changed empty.txt",
        "shard-missing b/text.txt",
    ];
    assert_eq!(all, expected, "{report}");
    let (code, text) =
        told(&bench.yujian(&["verify", "run", "--corpus", "corpus", "--digest", "sha256"]));
    assert!(code == 2 && text.contains("holds no sha256"), "{text}");
}

#[test]
fn parts_are_held_against_their_part_of_the_corpus() {
    let bench = scanned(&[]);
    let part = [
        "scan",
        "corpus",
        "-q",
        "-o",
        "part",
        "--shard",
        "2/2",
        "--key-file",
        "key",
    ];
    assert_eq!(told(&bench.yujian(&part)).0, 0);
    let verify = ["verify", "part", "--corpus", "corpus", "--shard", "2/2"];
    let (code, text) = told(&bench.yujian(&verify));
    assert_eq!(code, 0, "{text}");
    let (code, _) = told(&bench.yujian(&verify[..4]));
    assert_eq!(code, 1, "the other part was added");
}

#[test]
fn one_file_can_be_proved_to_be_in_the_run() {
    let bench = scanned(&[]);
    for path in ["a/one.jsonl", "a/two.jsonl.gz", "c.tar!x.txt", "empty.txt"] {
        let output = bench.yujian(&["verify", "run", "--prove", path]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output).1);
        let proof: yujian::run::Proof = serde_json::from_slice(&output.stdout).unwrap();
        assert!(proof.holds());
        assert!(proof.row.contains(path));
        let run: Value =
            serde_json::from_slice(&fs::read(bench.path("run/run.json")).unwrap()).unwrap();
        assert_eq!(run["integrity"]["root"], proof.root.as_str());
        let mut forged = proof.clone();
        forged.row = forged.row.replace("\"findings\":", "\"findings\":1");
        assert!(!forged.holds());
        let mut forged = proof.clone();
        forged.in_table.index ^= 1;
        assert!(!forged.holds());
        let mut forged = proof.clone();
        forged.root = forged.root.replace('a', "b");
        assert!(!forged.holds());
    }
    let (code, text) = told(&bench.yujian(&["verify", "run", "--prove", "nothing"]));
    assert!(code == 2 && text.contains("no file nothing"), "{text}");
}

/// Makes a key pair; none without OpenSSL.
fn keys(bench: &Bench, name: &str) -> Option<(String, String)> {
    let (private, public) = (format!("{name}.pem"), format!("{name}.pub"));
    let openssl = |args: &[&str]| {
        let mut command = Command::new("openssl");
        let command = command.args(args).current_dir(bench.path(""));
        command.output().is_ok_and(|out| out.status.success())
    };
    let made = openssl(&["genpkey", "-algorithm", "ed25519", "-out", &private])
        && openssl(&["pkey", "-in", &private, "-pubout", "-out", &public]);
    if !made {
        eprintln!("skipped: no openssl that makes ed25519 keys");
    }
    made.then_some((private, public))
}

#[test]
fn signatures_tell_wrong_keys_from_changed_runs() {
    let bench = scanned(&[]);
    let (Some((key, public)), Some((other, other_public))) =
        (keys(&bench, "ours"), keys(&bench, "others"))
    else {
        return;
    };
    let check = |public: &str| told(&bench.yujian(&["verify", "run", "--public-key", public]));
    let (code, text) = check(&public);
    assert!(code == 1 && text.contains("not signed"), "{text}");
    let (code, text) = told(&bench.yujian(&["sign", "run", "--key", &key]));
    assert_eq!(code, 0, "{text}");
    let (code, text) = check(&public);
    assert!(code == 0 && text.contains("signature is good"), "{text}");
    let (code, text) = check(&other_public);
    assert!(code == 1 && text.contains("another key"), "{text}");
    // Signing again changes nothing; with another key it is refused.
    assert_eq!(told(&bench.yujian(&["sign", "run", "--key", &key])).0, 0);
    let (code, text) = told(&bench.yujian(&["sign", "run", "--key", &other]));
    assert!(code == 2 && text.contains("another key"), "{text}");
    // OpenSSL agrees with us.
    let file: Value =
        serde_json::from_slice(&fs::read(bench.path("run/run.sig")).unwrap()).unwrap();
    let hex = file["signature"].as_str().unwrap();
    let signature: Vec<u8> = (0..64)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    fs::write(bench.path("sig.bin"), signature).unwrap();
    let args = ["pkeyutl", "-verify", "-pubin", "-inkey", &public, "-rawin"];
    let mut openssl = Command::new("openssl");
    let openssl = openssl.args(args).current_dir(bench.path(""));
    let openssl = openssl.args(["-in", "run/run.json", "-sigfile", "sig.bin"]);
    assert!(openssl.output().unwrap().status.success());
    // The environment is signed too.
    let path = bench.path("run/run.json");
    let json = fs::read_to_string(&path).unwrap();
    fs::write(&path, json.replacen("\"host\": \"", "\"host\": \"x", 1)).unwrap();
    assert_eq!(told(&bench.yujian(&["verify", "run"])).0, 0);
    let (code, text) = check(&public);
    assert!(code == 1 && text.contains("not what was signed"), "{text}");
    fs::write(bench.path("run/run.sig"), "{}").unwrap();
    let (code, text) = check(&public);
    assert!(code == 1 && text.contains("no signature"), "{text}");
}

#[test]
fn keys_of_other_kinds_are_told_from_each_other() {
    let bench = scanned(&[]);
    let Some((key, public)) = keys(&bench, "ours") else {
        return;
    };
    let args = ["genrsa", "-out", "rsa.pem", "2048"];
    let mut openssl = Command::new("openssl");
    openssl.args(args).current_dir(bench.path(""));
    openssl.output().unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args([
        "pkey",
        "-in",
        &key,
        "-aes256",
        "-passout",
        "pass:x",
        "-out",
        "locked.pem",
    ]);
    openssl.current_dir(bench.path("")).output().unwrap();
    fs::write(bench.path("junk"), b"\xff\xfe").unwrap();
    for (file, what) in [
        ("nowhere.pem", "cannot read"),
        (&public, "holds a public key"),
        ("rsa.pem", "not Ed25519"),
        ("locked.pem", "password"),
        ("junk", "no private key"),
    ] {
        let (code, text) = told(&bench.yujian(&["sign", "run", "--key", file]));
        assert!(code == 2 && text.contains(what), "{file}: {text}");
        let args = [
            "scan",
            "corpus",
            "-o",
            "other",
            "--key-file",
            "key",
            "--sign",
            file,
        ];
        let (code, text) = told(&bench.yujian(&args));
        assert!(code == 2 && text.contains(what), "{file}: {text}");
        assert!(!bench.path("other").exists(), "nothing was begun");
    }
    let (code, text) = told(&bench.yujian(&["verify", "run", "--public-key", &key]));
    assert!(code == 2 && text.contains("private key"), "{text}");
    let args = [
        "scan",
        "corpus",
        "-q",
        "-o",
        "signed",
        "--key-file",
        "key",
        "--sign",
        &key,
    ];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
    let args = ["verify", "signed", "--public-key", &public];
    assert_eq!(told(&bench.yujian(&args)).0, 0);
}

#[test]
fn digests_are_those_of_other_programs_and_change_nothing_else() {
    let bench = scanned(&["--digest", "sm3,sha256"]);
    let plain = ["scan", "corpus", "-q", "-o", "plain", "--key-file", "key"];
    assert_eq!(told(&bench.yujian(&plain)).0, 0);
    let with = bytes_of(&bench.path("run"));
    let without = bytes_of(&bench.path("plain"));
    let lists = ["digests.sha256", "digests.sm3"];
    let rest: Vec<_> = with
        .iter()
        .filter(|(name, _)| !lists.contains(&name.as_str()) && name != "run.json")
        .collect();
    let plain: Vec<_> = without
        .iter()
        .filter(|(name, _)| name != "run.json")
        .collect();
    assert_eq!(rest, plain);
    let list = fs::read_to_string(bench.path("run/digests.sha256")).unwrap();
    assert_eq!(list.lines().count(), 4, "{list}");
    let mut check = Command::new("sha256sum")
        .args(["--strict", "-c", "../run/digests.sha256"])
        .current_dir(bench.path("corpus"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(check.wait().unwrap().success());
    let list = fs::read_to_string(bench.path("run/digests.sm3")).unwrap();
    for line in list.lines() {
        let (digest, path) = line.split_once("  ").unwrap();
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sm3"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let bytes = fs::read(bench.path("corpus").join(path)).unwrap();
        openssl.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = openssl.wait_with_output().unwrap();
        if output.status.success() {
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.trim_end().ends_with(digest), "{path}: {text}");
        }
    }
    let (code, report) = verified(
        &bench,
        &[
            "--corpus", "corpus", "--digest", "sm3", "--digest", "sha256",
        ],
    );
    assert_eq!(code, 0, "{report}");
}

#[test]
fn digests_do_not_depend_on_threads_chunks_maps_or_an_earlier_run() {
    let bench = scanned(&["--digest", "sm3", "--threads", "1"]);
    let expected = bytes_of(&bench.path("run"));
    for (i, args) in [
        &["--threads", "2", "--max-memory", "1M"][..],
        &["--threads", "2", "--no-mmap", "--max-memory", "1M"],
        &["--since", "run"],
    ]
    .iter()
    .enumerate()
    {
        let run = format!("run{i}");
        let mut all = vec!["scan", "corpus", "-q", "-o", &run, "--key-file", "key"];
        all.extend(["--digest", "sm3"]);
        all.extend(*args);
        let (code, text) = told(&bench.yujian(&all));
        assert_eq!(code, 0, "{text}");
        assert!(bytes_of(&bench.path(&run)) == expected, "{args:?}");
    }
}
