//! Web archives and pages: the same findings as in JSON Lines, and what becomes of damage.

use serde_json::{Value, json};

use super::command::Bench;
use super::formats::{documents, jsonl};
use super::packed::{gzip, tar_of, zip_of};

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A page that shows `text` as it is, among what is not shown.
fn page(text: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"gbk\"><script>var a = '13912345678<p>';</script>\
         <style>p {{ color: red }}</style></head><body><!-- 13912345678 --><pre>{}</pre></body>",
        escaped(text)
    )
}

fn record(kind: &str, id: usize, headers: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\n\
         WARC-Target-URI: http://site-{}.example/{id}\r\nWARC-Date: 2024-05-18T01:58:10Z\r\n\
         {headers}Content-Length: {}\r\n\r\n",
        id % 3,
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn response(id: usize, headers: &str, body: &[u8]) -> Vec<u8> {
    let message = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    let http = "Content-Type: application/http; msgtype=response\r\n";
    record("response", id, http, &[message.as_bytes(), body].concat())
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

/// Documents as responses, packed for transport in every way there is.
fn responses(documents: &[(String, String)]) -> Vec<Vec<u8>> {
    let one = |(id, (_, text)): (usize, &(String, String))| match id % 4 {
        0 => response(id, "Content-Type: text/html\r\n", &gbk(&page(text))),
        1 => {
            let body = gzip(page(text).as_bytes());
            let headers = "Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n";
            response(id, headers, &body)
        }
        2 => {
            let body = page(text);
            let (a, b) = body.as_bytes().split_at(101);
            let chunk =
                |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
            let body = [chunk(a), chunk(b), b"0\r\n\r\n".to_vec()].concat();
            let headers =
                "Content-Type: text/html; charset=UTF-8\r\nTransfer-Encoding: chunked\r\n";
            response(id, headers, &body)
        }
        _ => response(id, "Content-Type: text/plain\r\n", text.as_bytes()),
    };
    documents.iter().enumerate().map(one).collect()
}

fn arc(documents: &[(String, String)]) -> Vec<u8> {
    let mut arc = b"filedesc://a.arc 0.0.0.0 20240518015810 text/plain 6\n1 0 me\n".to_vec();
    for (_, text) in documents {
        let block = [
            &b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"[..],
            &gbk(&page(text)),
        ];
        let block = block.concat();
        let line = "\nhttp://e.example/a b 10.0.0.1 20240518015810 text/html";
        arc.extend_from_slice(format!("{line} {}\n", block.len()).as_bytes());
        arc.extend_from_slice(&block);
    }
    arc
}

/// Rule, span and excerpt of what was found in the shards whose path begins so, in order.
fn findings(bench: &Bench, shard: &str) -> Vec<String> {
    let all = bench.export("run", "findings").into_iter();
    let own = all.filter(|f| f["path"].as_str().unwrap().split('!').next() == Some(shard));
    let told = |mut finding: Value| {
        let object = finding.as_object_mut().unwrap();
        for of_shard in [
            "path",
            "id",
            "record",
            "record_id",
            "source",
            "shard_digest",
            "field",
        ] {
            object.remove(of_shard);
        }
        finding.to_string()
    };
    let mut told: Vec<String> = own.map(told).collect();
    told.sort();
    told
}

fn shard(bench: &Bench, path: &str) -> Value {
    let mut all = bench.export("run", "shards").into_iter();
    all.find(|shard| shard["path"] == path).unwrap()
}

#[test]
fn archives_and_pages_give_the_findings_of_their_documents() {
    let bench = Bench::new();
    let documents = documents();
    let responses = responses(&documents);
    let wet = documents.iter().enumerate().map(|(id, (_, text))| {
        record(
            "conversion",
            id,
            "Content-Type: text/plain\r\nWARC-Block-Digest: sha1:QC\r\nWARC-Robot: bot/1\r\n",
            text.as_bytes(),
        )
    });
    let wet: Vec<u8> = wet.collect::<Vec<_>>().concat();
    let members: Vec<u8> = responses.iter().flat_map(|record| gzip(record)).collect();
    let pages: Vec<(String, String)> = documents
        .iter()
        .map(|(id, text)| (format!("{id}.html"), page(text).replace("gbk", "utf-8")))
        .collect();
    let files: Vec<(&str, &[u8])> = pages
        .iter()
        .map(|(name, page)| (name.as_str(), page.as_bytes()))
        .collect();
    bench.file("a.jsonl", jsonl(&documents).as_bytes());
    bench.file("a.warc", &responses.concat());
    bench.file("a.warc.gz", &members);
    bench.file("a.wet", &wet);
    bench.file("a.arc", &arc(&documents));
    bench.file("pages.tar", &tar_of(&files));
    bench.file(
        "../own.toml",
        b"[corpus.metadata]\nrobot = \"warc-robot\"\n",
    );
    let config = bench.path("own.toml");
    let (code, text) = bench.scan(&["--config", config.to_str().unwrap()]);
    let shards = bench.export("run", "shards");
    let unread: Vec<_> = shards.iter().filter(|s| s["status"] != "scanned").collect();
    assert_eq!(code, 0, "{text}\n{unread:?}");
    let expected = findings(&bench, "a.jsonl");
    assert!(expected.len() > 50);
    for path in ["a.warc", "a.warc.gz", "a.wet", "a.arc", "pages.tar"] {
        assert_eq!(findings(&bench, path), expected, "{path}");
    }
    for path in ["a.warc", "a.warc.gz", "a.wet", "a.arc"] {
        let shard = shard(&bench, path);
        assert_eq!(shard["format"], "warc");
        assert_eq!(shard["records_scanned"], documents.len(), "{shard}");
    }
    let records = bench.export("run", "records");
    let first = records
        .iter()
        .find(|r| r["path"] == "a.warc" && r["record"] == 1);
    assert_eq!(first.unwrap()["id"], "urn:uuid:1");
    let plain = records
        .iter()
        .find(|r| r["path"] == "a.wet" && r["record"] == 1);
    let expected = json!({"digest": "sha1:QC", "robot": "bot/1"});
    assert_eq!(plain.unwrap()["metadata"], expected);
}

#[test]
fn what_is_no_text_is_skipped_for_a_reason_and_the_sums_close() {
    let bench = Bench::new();
    let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR";
    let pdf = b"%PDF-1.4\n\x80\x81\0\x01\x02\x03\x04\x05\x06\x07\x08";
    let archive = [
        record(
            "warcinfo",
            0,
            "Content-Type: application/warc-fields\r\n",
            b"a: b\r\n",
        ),
        record("request", 1, "", b"GET / HTTP/1.1\r\n\r\n"),
        record("revisit", 2, "", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        response(3, "Content-Type: text/html\r\n", png),
        response(
            4,
            "Content-Type: text/html\r\n",
            b"<p>13800138000 \xE7\x94\xB5\xE8\xAF\x9D",
        ),
        response(5, "Content-Type: text/html\r\n", b""),
        record(
            "metadata",
            6,
            "Content-Type: application/json\r\n",
            b"{\"a\":\"b\"}",
        ),
    ];
    bench.file("a.warc", &archive.concat());
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 0, "{text}");
    let told = shard(&bench, "a.warc");
    let reasons = serde_json::json!({
        "archive-metadata": 1, "request": 1, "revisit": 1, "media": 1, "no-text": 1, "overhead": 0,
    });
    assert_eq!(told["reasons"], reasons, "{told}");
    assert_eq!(
        (&told["records_scanned"], &told["records_skipped"]),
        (&2.into(), &5.into())
    );
    // A document that nobody has read is not excused.
    let bench = Bench::new();
    let pdf = response(1, "Content-Type: application/pdf\r\n", pdf);
    bench.file("a.warc", &pdf);
    let (code, _) = bench.scan(&[]);
    let told = shard(&bench, "a.warc");
    assert_eq!(told["reasons"]["not-text"], 1, "{code} {told}");
}

#[test]
fn damage_costs_its_record_and_the_shard_but_not_the_rest() {
    let bench = Bench::new();
    let documents = documents();
    let mut records = responses(&documents);
    let all = records.len();
    let wrong =
        String::from_utf8_lossy(&records[7]).replace("Content-Length: ", "Content-Length: 9");
    records[7] = wrong.into_bytes();
    records[20] = b"no record at all\r\n\r\n".to_vec();
    let whole = records.concat();
    bench.file("damaged.warc", &whole);
    bench.file("cut.warc", &whole[..whole.len() - 60]);
    let (code, _) = bench.scan(&[]);
    assert_eq!(code, 2);
    let damaged = shard(&bench, "damaged.warc");
    assert_eq!(
        (&damaged["status"], &damaged["reason"]),
        (&"failed".into(), &"bad-warc".into())
    );
    assert_eq!(damaged["records_scanned"], all - 2, "{damaged}");
    assert_eq!(damaged["reasons"]["bad-record"], 2, "{damaged}");
    let cut = shard(&bench, "cut.warc");
    assert_eq!(cut["status"], "failed");
    assert_eq!(cut["records_scanned"], all - 3, "{cut}");
    assert_eq!(cut["reasons"]["cut-off"], 1, "{cut}");
    let error = damaged["error"].as_str().unwrap();
    assert!(error.contains("at decoded byte"), "{error}");
}

fn docx(text: &str) -> Vec<u8> {
    let runs = |line: &str| {
        let parts: Vec<String> = line
            .split('\t')
            .map(|part| format!("<w:r><w:t>{}</w:t></w:r>", escaped(part)))
            .collect();
        format!("<w:p>{}</w:p>", parts.join("<w:r><w:tab/></w:r>"))
    };
    let body: String = text.split('\n').map(runs).collect();
    let body = format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"u\">{body}</w:document>");
    let core = "<c:p xmlns:c=\"u\"><dc:title>\u{65e0}</dc:title></c:p>";
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", body.as_bytes()),
        ("docProps/core.xml", core.as_bytes()),
    ])
}

fn epub(text: &str) -> Vec<u8> {
    let container =
        "<container><rootfiles><rootfile full-path=\"O/p.opf\"/></rootfiles></container>";
    let opf = "<package><metadata><dc:title>\u{65e0}</dc:title></metadata><manifest>\
        <item id=\"a\" href=\"a.xhtml\"/></manifest><spine><itemref idref=\"a\"/></spine></package>";
    let page = page(text).replace("gbk", "utf-8");
    zip_of(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", container.as_bytes()),
        ("O/p.opf", opf.as_bytes()),
        ("O/a.xhtml", page.as_bytes()),
    ])
}

#[test]
fn books_and_documents_give_the_findings_of_their_text() {
    let bench = Bench::new();
    let documents = documents();
    bench.file("a.jsonl", jsonl(&documents).as_bytes());
    for (kind, make) in [("docx", docx as fn(&str) -> Vec<u8>), ("epub", epub)] {
        let made: Vec<(String, Vec<u8>)> = documents
            .iter()
            .map(|(id, text)| (format!("{id}.{kind}"), make(text)))
            .collect();
        let files: Vec<(&str, &[u8])> = made
            .iter()
            .map(|(name, file)| (name.as_str(), file.as_slice()))
            .collect();
        bench.file(&format!("{kind}.tar"), &tar_of(&files));
    }
    let (code, text) = bench.scan(&[]);
    assert_eq!(code, 0, "{text}");
    let expected = findings(&bench, "a.jsonl");
    assert!(expected.len() > 50);
    for path in ["docx.tar", "epub.tar"] {
        assert_eq!(findings(&bench, path), expected, "{path}");
    }
    assert_eq!(shard(&bench, "epub.tar!doc-0.epub")["format"], "epub");
}

#[test]
fn damaged_books_and_documents_fail() {
    let bench = Bench::new();
    let (docx, epub) = (docx("\u{6587}"), epub("\u{6587}"));
    bench.file("cut.docx", &docx[..docx.len() / 2]);
    bench.file("cut.epub", &epub[..epub.len() / 2]);
    bench.file(
        "empty.docx",
        &zip_of(&[("[Content_Types].xml", b"<Types/>")]),
    );
    let torn: &[u8] = b"<w:document><w:p>";
    bench.file(
        "torn.docx",
        &zip_of(&[("word/document.xml", torn), ("a", b"")]),
    );
    let locked: &[u8] = b"\x01\x02\x03\x80\x90\xFF\0\x11\x12";
    bench.file("locked.epub", &zip_of(&[("a.xhtml", locked)]));
    let (code, _) = bench.scan(&[]);
    assert_eq!(code, 2);
    for shard in bench.export("run", "shards") {
        let reason = if shard["path"] == "locked.epub" {
            "encrypted"
        } else {
            "bad-document"
        };
        assert_eq!(
            (&shard["status"], &shard["reason"]),
            (&"failed".into(), &reason.into()),
            "{shard}"
        );
        assert_eq!(shard["records_failed"], 1, "{shard}");
    }
}
