//! Every format, compression and charset gives the same findings for the same documents.

use std::collections::BTreeMap;

use encoding_rs::GB18030;
use serde_json::{Value, json};

use super::command::Bench;
use super::packed::{bzip2, gzip, lz4, seven_zip_of, tar_of, xz, zip_of, zstd};
use super::same_bytes::bytes_of;

/// Documents with findings of several kinds, and everything that formats must quote.
pub fn documents() -> Vec<(String, String)> {
    let parts = [
        "普通的一句话,\"引号\"和逗号,没有任何发现。",
        "身份证号码11010519491231002X,请核对。\n第二行\t有制表符",
        "联系电话 13800138000;邮箱 zhang.san@corp-mail.cn 谢谢",
        "警方通报:打击犯罪,维护社会稳定。\\n 不是换行",
        "诚招博彩代理加盟,日结,加微信",
    ];
    (0..40)
        .map(|i| {
            let text: Vec<&str> = (0..=i % 4).map(|j| parts[(i + j) % parts.len()]).collect();
            (format!("doc-{i}"), text.join("|"))
        })
        .collect()
}

pub fn jsonl(documents: &[(String, String)]) -> String {
    let line = |(id, text): &(String, String)| json!({"id": id, "text": text}).to_string() + "\n";
    documents.iter().map(line).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        }
    }
    out
}

pub fn table(documents: &[(String, String)], delimiter: u8) -> String {
    let terminator = csv::Terminator::Any(b'\n');
    ended_table(documents, delimiter, terminator)
}

fn ended_table(
    documents: &[(String, String)],
    delimiter: u8,
    terminator: csv::Terminator,
) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(terminator)
        .from_writer(vec![]);
    writer.write_record(["id", "text"]).unwrap();
    for (id, text) in documents {
        writer.write_record([id, text]).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn utf32(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|c| (c as u32).to_le_bytes())
        .collect()
}

/// The same documents, written in many ways: name and contents.
fn twins(documents: &[(String, String)]) -> Vec<(&'static str, Vec<u8>)> {
    let lines = jsonl(documents);
    let list = format!("[{}]", lines.trim_end().replace('\n', ","));
    let pretty: Value = serde_json::from_str(&list).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    let odd_lines = format!("\u{FEFF}{}", lines.replace('\n', "\r\n\r\n"));
    let (comma, tab) = (table(documents, b','), table(documents, b'\t'));
    let crlf = ended_table(documents, b',', csv::Terminator::CRLF);
    let bytes = |text: &str| text.as_bytes().to_vec();
    let plain = lines.as_bytes();
    vec![
        ("a.jsonl", bytes(&lines)),
        ("odd.ndjson", bytes(&odd_lines)),
        ("escaped.jsonl", bytes(&escaped(&lines))),
        ("list.json", bytes(&list)),
        ("pretty.json", bytes(&pretty)),
        ("objects.json", bytes(&lines)),
        ("escaped.json", bytes(&escaped(&list))),
        ("a.csv", bytes(&comma)),
        ("semicolon.csv", bytes(&table(documents, b';'))),
        ("a.tsv", bytes(&tab)),
        ("crlf.csv", bytes(&format!("\u{FEFF}{crlf}"))),
        ("lying.txt", bytes(&lines)),
        ("part-00000", bytes(&lines)),
        ("a.jsonl.gz", gzip(plain)),
        (
            "two.jsonl.gz",
            [gzip(&plain[..100]), gzip(&plain[100..])].concat(),
        ),
        ("a.jsonl.zst", zstd(plain)),
        (
            "two.jsonl.zst",
            [zstd(&plain[..100]), zstd(&plain[100..])].concat(),
        ),
        ("a.jsonl.xz", xz(plain)),
        (
            "two.jsonl.xz",
            [xz(&plain[..100]), xz(&plain[100..])].concat(),
        ),
        ("a.jsonl.bz2", bzip2(plain)),
        (
            "two.jsonl.bz2",
            [bzip2(&plain[..100]), bzip2(&plain[100..])].concat(),
        ),
        ("a.jsonl.lz4", lz4(plain)),
        (
            "two.jsonl.lz4",
            [lz4(&plain[..100]), lz4(&plain[100..])].concat(),
        ),
        ("a.csv.gz", gzip(comma.as_bytes())),
        ("a.json.zst", zstd(list.as_bytes())),
        ("a.tar", tar_of(&[("x/a.jsonl", plain)])),
        ("a.tar.gz", gzip(&tar_of(&[("./a.csv", comma.as_bytes())]))),
        ("a.tgz", gzip(&tar_of(&[("a.jsonl.zst", &zstd(plain))]))),
        ("a.zip", zip_of(&[("语料/a.jsonl", plain)])),
        ("a.zip.gz", gzip(&zip_of(&[("a.json", list.as_bytes())]))),
        ("a.7z", seven_zip_of(&[("语料/a.jsonl", plain)], true)),
        (
            "nested.tar",
            tar_of(&[("b.zip", &zip_of(&[("c.jsonl", plain)]))]),
        ),
        ("gb18030.jsonl", GB18030.encode(&lines).0.into_owned()),
        ("gb18030.json", GB18030.encode(&list).0.into_owned()),
        ("gb18030.csv", GB18030.encode(&comma).0.into_owned()),
        ("gb18030.jsonl.gz", gzip(&GB18030.encode(&lines).0)),
        ("utf16.jsonl", utf16(&format!("\u{FEFF}{lines}"), true)),
        ("utf16be.jsonl", utf16(&lines, false)),
        ("utf16.csv", utf16(&format!("\u{FEFF}{comma}"), false)),
        ("utf32.json", utf32(&list)),
    ]
}

#[test]
fn a_broken_block_of_a_7z_archive_costs_its_own_files() {
    let bench = Bench::new();
    // Text that does not shrink, so that a byte in the middle is a byte of a file.
    let noise: String = (0..4000u32)
        .map(|n| {
            let digest = blake3::hash(&n.to_le_bytes());
            format!("{{\"text\":\"{}\"}}\n", digest.to_hex())
        })
        .collect();
    let files = [
        ("a.jsonl", noise.as_bytes()),
        ("empty.jsonl", b""),
        ("b.jsonl", "{\"text\":\"微信赌博网站\"}\n".as_bytes()),
    ];
    let broken = |solid: bool| {
        let mut archive = seven_zip_of(&files, solid);
        archive[20_000] ^= 1;
        archive
    };
    bench.file("whole.7z", &seven_zip_of(&files, true));
    bench.file("apart.7z", &broken(false));
    bench.file("solid.7z", &broken(true));
    bench.file("cut.7z", &seven_zip_of(&files, true)[..30_000]);
    let (code, _) = bench.scan(&[]);
    assert_eq!(code, 2);
    let shards = bench.export("run", "shards");
    let of = |path: &str| {
        let shard = shards.iter().find(|s| s["path"] == path).unwrap();
        (shard["status"].to_string(), shard["reason"].to_string())
    };
    let told = |status: &str, reason: &str| (format!("\"{status}\""), format!("\"{reason}\""));
    for path in ["whole.7z!a.jsonl", "whole.7z!b.jsonl", "apart.7z!b.jsonl"] {
        assert_eq!(of(path).0, "\"scanned\"", "{path}");
    }
    assert_eq!(of("whole.7z!empty.jsonl"), told("skipped", "empty"));
    assert_eq!(of("apart.7z!a.jsonl").0, "\"failed\"");
    assert_eq!(of("solid.7z!a.jsonl").0, "\"failed\"");
    assert_eq!(of("solid.7z!b.jsonl"), told("failed", "corrupt"));
    assert_eq!(of("cut.7z"), told("failed", "bad-archive"));
}

/// What was found in the shards that `wanted` names, without what is of the shard alone.
fn findings(bench: &Bench, run: &str) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for mut finding in bench.export(run, "findings") {
        let object = finding.as_object_mut().unwrap();
        let path = object.remove("path").unwrap();
        for own in ["id", "record", "source", "shard_digest"] {
            object.remove(own);
        }
        let file = path.as_str().unwrap().split('!').next().unwrap().to_owned();
        all.entry(file).or_default().push(finding.to_string());
    }
    all.values_mut().for_each(|list| list.sort());
    all
}

#[test]
fn the_same_documents_give_the_same_findings_in_every_format() {
    let bench = Bench::new();
    let documents = documents();
    let twins = twins(&documents);
    for (name, content) in &twins {
        bench.file(name, content);
    }
    let (code, text) = bench.scan(&[]);
    let shards = bench.export("run", "shards");
    let unread: Vec<_> = shards.iter().filter(|s| s["status"] != "scanned").collect();
    assert_eq!(code, 0, "{text}\n{unread:?}");
    let found = findings(&bench, "run");
    let expected = &found["a.jsonl"];
    assert!(expected.len() > 50, "{expected:?}");
    for (name, _) in &twins {
        assert_eq!(found.get(*name), Some(expected), "{name}");
    }
    for shard in &shards {
        let format = shard["format"].as_str().unwrap();
        let archive = matches!(format, "tar" | "zip" | "7z");
        let records = if archive { 0 } else { documents.len() };
        assert_eq!(shard["records_scanned"], records, "{shard}");
        assert_eq!(shard["records_failed"], 0, "{shard}");
    }
    let of = |path: &str| shards.iter().find(|s| s["path"] == path).unwrap();
    let inner = of("nested.tar!b.zip!c.jsonl");
    assert_eq!(inner["archive"], "nested.tar!b.zip");
    let digest = blake3::hash(jsonl(&documents).as_bytes()).to_hex();
    assert_eq!(inner["digest"], digest.as_str());
    assert_eq!(of("gb18030.jsonl")["encoding"], "gb18030");
    assert_eq!(of("utf16be.jsonl")["encoding"], "utf-16be");
    assert_eq!(of("lying.txt")["reasons"]["note:extension-mismatch"], 1);
    // Offsets of lines in GB18030 are those of the file as it is stored.
    let stored = GB18030.encode(&jsonl(&documents)).0.into_owned();
    for record in bench.export("run", "records") {
        if record["path"] == "gb18030.jsonl" {
            let (at, length) = (
                record["offset"].as_u64().unwrap(),
                record["bytes"].as_u64().unwrap(),
            );
            let line = &stored[at as usize..(at + length) as usize];
            assert!(line.starts_with(b"{") && line.ends_with(b"}\n"));
        }
    }
}

#[test]
fn threads_chunks_and_maps_do_not_change_a_byte() {
    let bench = Bench::new();
    let documents = documents();
    for (name, content) in twins(&documents) {
        bench.file(name, &content);
    }
    // Records longer than a batch, between others, in a file of their own and in archives.
    let long: String = documents
        .iter()
        .map(|(_, text)| text.as_str())
        .collect::<String>()
        .repeat(150);
    let object = |i: usize, text: &str| json!({"id": i, "text": text}).to_string();
    let list = format!(
        "[{},{},{}]",
        object(0, "短"),
        object(1, &long),
        object(2, &long)
    );
    let small = (0..300).map(|i| format!("f{i}.txt")).collect::<Vec<_>>();
    let mut members: Vec<(&str, &[u8])> =
        vec![("big.txt", long.as_bytes()), ("l.json", list.as_bytes())];
    members.extend(
        small
            .iter()
            .map(|name| (name.as_str(), documents[7].1.as_bytes())),
    );
    bench.file("long.txt", long.as_bytes());
    bench.file("long.json", list.as_bytes());
    bench.file("long.md.gz", &gzip(long.as_bytes()));
    bench.file("long.tar", &tar_of(&members));
    bench.file("long.zip", &zip_of(&members));
    let scan = |run: &str, args: &[&str]| {
        let mut all = vec![
            "scan",
            "corpus",
            "-o",
            run,
            "--key-file",
            "key",
            "--sidecar",
        ];
        all.extend(args);
        let output = bench.yujian(&all);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            super::command::told(&output).1
        );
        bytes_of(&bench.path(run))
    };
    let first = scan("one", &["--threads", "1"]);
    let second = scan("two", &["--threads", "3", "--max-memory", "1M"]);
    let third = scan(
        "three",
        &["--threads", "2", "--no-mmap", "--max-memory", "1M"],
    );
    for ((a, b), c) in first.iter().zip(&second).zip(&third) {
        assert!(a == b && a == c, "{} differs", a.0);
    }
}

#[test]
fn files_that_belong_together_share_their_stem() {
    let bench = Bench::new();
    let members: &[(&str, &[u8])] = &[
        ("data/", b""),
        ("data/0001.txt", "身份证号码11010519491231002X".as_bytes()),
        (
            "data/0001.json",
            "{\"caption\":\"身份证号码11010519491231002X\"}".as_bytes(),
        ),
        ("data/0001.jpg", b"\xFF\xD8\xFF\xE0 picture"),
        ("data/0002.txt", b""),
        ("data/0002.txt", b"again"),
    ];
    bench.file("shard-0.tar", &tar_of(members));
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 0, "{text}");
    let findings = bench.export("run", "findings");
    assert_eq!(findings.len(), 2, "{findings:?}");
    for finding in findings {
        assert_eq!(finding["record_id"], "data/0001", "{finding}");
    }
    let shards = bench.export("run", "shards");
    let of = |path: &str| shards.iter().find(|s| s["path"] == path).unwrap();
    assert_eq!(
        of("shard-0.tar!data/0001.jpg")["reason"],
        "media-by-reference"
    );
    assert_eq!(of("shard-0.tar!data/0002.txt")["reason"], "empty");
    assert_eq!(of("shard-0.tar!data/0002.txt~2")["status"], "scanned");
    // Headers, padding and the end of the archive.
    let all = tar_of(members).len() as u64;
    let held: u64 = members
        .iter()
        .map(|(_, content)| content.len() as u64)
        .sum();
    assert_eq!(of("shard-0.tar")["decoded_bytes"], all);
    assert_eq!(of("shard-0.tar")["decoded_skipped"], all - held);
}

#[test]
fn tables_are_read_as_they_are_meant() {
    let bench = Bench::new();
    bench.file(
        "unknown.csv",
        "标题,内容\n甲,身份证号码11010519491231002X\n".as_bytes(),
    );
    bench.file(
        "headless.csv",
        "1,身份证号码11010519491231002X\n2,b\n".as_bytes(),
    );
    bench.file("ragged.csv", b"id,text\n1,a\n2\n3,b,c\n4,\"d\"\n");
    bench.file("open.csv", b"id,text\n1,a\n2,\"never closed\n3,b\n");
    bench.file("key.csv", "id,text,手机\n1,a,13912345678\n".as_bytes());
    let (code, text) = bench.scan(&["--sidecar"]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let of = |path: &str| shards.iter().find(|s| s["path"] == path).unwrap();
    assert_eq!(of("unknown.csv")["reasons"]["note:header-scanned"], 1);
    assert_eq!(of("unknown.csv")["records_scanned"], 2);
    assert_eq!(of("headless.csv")["reasons"]["note:no-header"], 1);
    assert_eq!(of("ragged.csv")["reasons"]["ragged-row"], 2);
    assert_eq!(of("ragged.csv")["records_scanned"], 2);
    assert_eq!(of("open.csv")["reasons"]["unclosed-quote"], 1);
    let found = bench.export("run", "findings");
    let field = |path: &str| {
        let found = found.iter().find(|f| f["path"] == path);
        found.map(|f| f["field"].as_str().unwrap().to_owned())
    };
    assert_eq!(field("unknown.csv").as_deref(), Some("内容"));
    assert_eq!(field("headless.csv").as_deref(), Some("column2"));
}

#[test]
fn charsets_that_cannot_be_read_fail_and_odd_ones_are_noted() {
    let bench = Bench::new();
    let zh = "今天的天气很好,我们在公园里散步。他说这是一个有意思的地方。".repeat(20);
    let gbk = GB18030.encode(&zh).0.into_owned();
    // UTF-8 by its mark, and not by its bytes.
    bench.file(
        "lying-mark.txt",
        &[b"\xEF\xBB\xBF".as_slice(), &gbk].concat(),
    );
    let misread = encoding_rs::GBK.decode(zh.as_bytes()).0.into_owned();
    bench.file("mojibake.txt", misread.as_bytes());
    let mut bad: Vec<u8> = zh.clone().into_bytes();
    bad.truncate(bad.len() - 1);
    bench.file("one-bad.txt", &bad);
    let mixed = [
        "{\"text\":\"utf-8 的一行\"}\n".as_bytes().to_vec(),
        GB18030
            .encode(&format!(
                "{{\"text\":\"{zh} 身份证号码11010519491231002X\"}}\n"
            ))
            .0
            .into_owned(),
    ];
    bench.file(
        "mixed.jsonl",
        &[mixed[0].repeat(4000), mixed[1].clone()].concat(),
    );
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 2, "{text}");
    let shards = bench.export("run", "shards");
    let of = |path: &str| shards.iter().find(|s| s["path"] == path).unwrap();
    assert_eq!(
        of("lying-mark.txt")["reasons"]["charset"],
        1,
        "{}",
        of("lying-mark.txt")
    );
    assert_eq!(of("mojibake.txt")["reasons"]["note:mojibake"], 1);
    assert_eq!(of("one-bad.txt")["reasons"]["note:invalid-utf8"], 1);
    assert_eq!(
        of("mixed.jsonl")["reasons"]["note:other-charset"],
        1,
        "{}",
        of("mixed.jsonl")
    );
    let found = bench.export("run", "findings");
    assert!(
        found.iter().any(|f| f["path"] == "mixed.jsonl"),
        "{found:?}"
    );
}
