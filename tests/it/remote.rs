//! Remote shards: against a small server that speaks as much of S3 as is asked of it (lists,
//! heads, ranges, tags), started by the test. Without the feature they are refused by name.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

#[cfg(feature = "cloud")]
#[path = "remote_server.rs"]
mod server;

/// Scans `url` into `run`; exit code, and what was told.
fn scan(dir: &Path, url: &str, run: &str, endpoint: &str) -> (i32, String) {
    fs::write(dir.join("key"), "00".repeat(32)).unwrap();
    let mut command = Command::cargo_bin("yujian").unwrap();
    let output = command
        .current_dir(dir)
        .env("YUJIAN_LANG", "en")
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "tester")
        .env("AWS_SECRET_ACCESS_KEY", "hidden-from-everyone")
        .args(["scan", url, "-o", run, "--key-file", "key"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("internal error at"), "{told}");
    (output.status.code().unwrap(), told)
}

fn manifest(dir: &Path, run: &str) -> Value {
    serde_json::from_slice(&fs::read(dir.join(run).join("run.json")).unwrap()).unwrap()
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_build_without_the_feature_names_it() {
    let dir = TempDir::new().unwrap();
    let url = "s3://user:hidden@bucket/prefix?X-Amz-Signature=0123abcd";
    let (code, told) = scan(dir.path(), url, "run", "http://127.0.0.1:9");
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("--features cloud"), "{told}");
    assert!(
        !told.contains("hidden") && !told.contains("0123abcd"),
        "{told}"
    );
    assert!(!dir.path().join("run").exists());
    let _ = manifest;
}

#[cfg(feature = "cloud")]
mod with_server {
    use std::collections::BTreeMap;
    use std::sync::atomic::Ordering;

    use super::server::Server;
    use super::*;
    use crate::command_line::export;

    const TEXT: &str = "诚招博彩代理加盟,日结";

    fn objects() -> BTreeMap<String, Vec<u8>> {
        let lines: String = (0..20_000)
            .map(|number| format!("{{\"id\": {number}, \"text\": \"第{number}条 {TEXT}\"}}\n"))
            .collect();
        let zst = zstd::bulk::compress(lines.as_bytes(), 3).unwrap();
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("inner.jsonl", options).unwrap();
        std::io::Write::write_all(&mut zip, lines.as_bytes()).unwrap();
        let zip = zip.finish().unwrap().into_inner();
        [
            ("corpus/web/a.jsonl", lines.into_bytes()),
            ("corpus/web/b.jsonl.zst", zst),
            ("corpus/books/c.zip", zip),
            ("corpus/empty.txt", Vec::new()),
            (
                "corpus-2/other.jsonl",
                b"{\"text\": \"no part of it\"}\n".to_vec(),
            ),
        ]
        .map(|(name, content)| (name.to_owned(), content))
        .into()
    }

    /// Status and digest of shards by path; the local paths are made URLs.
    fn shards(dir: &Path, run: &str, before: &str) -> Vec<(String, Value, Value, Value)> {
        let rows = export(dir, run, "shards").into_iter().map(|row| {
            let path = format!("{before}{}", row["path"].as_str().unwrap());
            let told = ["status", "digest", "records_scanned"].map(|key| row[key].clone());
            let [status, digest, records] = told;
            (path, status, digest, records)
        });
        rows.collect()
    }

    #[test]
    fn a_prefix_is_read_like_a_folder() {
        let dir = TempDir::new().unwrap();
        for (name, content) in objects() {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let server = Server::start(objects());
        let (code, told) = scan(dir.path(), "s3://bucket/corpus", "run", &server.url());
        assert_eq!(code, 0, "{told}");
        let (code, told) = scan(dir.path(), "corpus", "local", "");
        assert_eq!(code, 0, "{told}");
        let remote = shards(dir.path(), "run", "");
        assert_eq!(remote, shards(dir.path(), "local", "s3://bucket/corpus/"));
        assert_eq!(remote.len(), 5);
        let tally = |run: &str| crate::command_line::tally(dir.path(), run);
        assert_eq!(tally("run"), tally("local"));
        // The directory of a zip is read by ranges.
        assert!(server.ranges.load(Ordering::Relaxed) > 0);
        let all = fs::read_to_string(dir.path().join("run/run.json")).unwrap() + &told;
        assert!(!all.contains("hidden-from-everyone"));
    }

    #[test]
    fn one_file_of_a_web_server_is_read_without_its_signature_showing() {
        let dir = TempDir::new().unwrap();
        let server = Server::start(objects());
        let url = format!(
            "{}/bucket/corpus/web/a.jsonl?X-Amz-Signature=0123abcd",
            server.url()
        );
        let (code, told) = scan(dir.path(), &url, "run", "");
        assert_eq!(code, 0, "{told}");
        let rows = export(dir.path(), "run", "shards");
        let path = rows[0]["path"].as_str().unwrap();
        assert!(path.ends_with("a.jsonl?X-Amz-Signature=***"), "{path}");
        assert_eq!(rows[0]["records_scanned"], 20_000);
        let all = told + &manifest(dir.path(), "run").to_string();
        assert!(!all.contains("0123abcd"), "{all}");
    }

    #[test]
    fn failures_of_a_server_are_tried_again() {
        let dir = TempDir::new().unwrap();
        let server = Server::start(objects());
        server.failures.store(3, Ordering::Relaxed);
        let (code, told) = scan(dir.path(), "s3://bucket/corpus/web", "run", &server.url());
        assert_eq!(code, 0, "{told}");
        assert_eq!(server.failures.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn an_object_that_changes_is_no_clean_shard() {
        let dir = TempDir::new().unwrap();
        let server = Server::start(objects());
        server.changes.store(true, Ordering::Relaxed);
        let (code, told) = scan(
            dir.path(),
            "s3://bucket/corpus/web/a.jsonl",
            "run",
            &server.url(),
        );
        assert_eq!(code, 2, "{told}");
        let rows = export(dir.path(), "run", "shards");
        assert_eq!(rows[0]["reason"], "changed-while-read");
    }

    #[test]
    fn what_is_not_there_is_named_before_anything_is_read() {
        let dir = TempDir::new().unwrap();
        let server = Server::start(objects());
        for (url, what) in [
            ("s3://bucket/nothing/here".to_owned(), "nothing to scan"),
            (
                format!("{}/bucket/none.jsonl", server.url()),
                "no such object",
            ),
        ] {
            let (code, told) = scan(dir.path(), &url, "run", &server.url());
            assert!(code == 2 && told.contains(what), "{told}");
            assert!(!dir.path().join("run").exists());
        }
    }
}
