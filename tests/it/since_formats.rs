//! `scan --since` where formats meet: lines of JSON and documents in UTF-8 are taken over in any
//! compression, everything else is scanned in full, and the run is that of a full scan.

use super::bench::{Bench, base, records, rule, with_pack};
use super::why_full;
use crate::packed::{gzip, tar_of, zip_of};

/// Shards of [`corpus`] that are taken over.
const TAKEN_OVER: u64 = 11;

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn corpus(bench: &Bench) {
    let write = |name: &str, content: &[u8]| bench.write(&format!("corpus/{name}"), content);
    let lines = records(1, 200);
    write("d/lines.jsonl", lines.as_bytes());
    write("d/lines.jsonl.gz", &gzip(records(2, 200).as_bytes()));
    // The name promises a document.
    write("d/lines.txt", records(3, 50).as_bytes());
    let mut mixed = records(4, 100).into_bytes();
    mixed.extend(gb18030("{\"text\": \"依法判处,今天天气很好,散步,麻古\"}\n"));
    write("d/mixed.jsonl", &mixed);
    write("d/none.txt", "今天散步,冰毒。".as_bytes());
    write("d/none.md", "---\nid: 7\nhost: h9\n---\n麻古".as_bytes());
    write("d/none.txt.gz", &gzip("\u{FEFF}刷单返利".as_bytes()));
    write("d/some.txt", "兼职打字员裸聊".as_bytes());
    write("d/some.md.gz", &gzip("# 裸聊\n冰毒".as_bytes()));
    // Longer than what is read at a time where chunks are small.
    let long = format!("{}裸聊", "今天天气很好,冰毒。\n".repeat(24_000));
    write("d/long.txt", long.as_bytes());
    let mut bad = "今天天气很好,麻古。".repeat(20).into_bytes();
    bad.push(0xFF);
    write("d/bad.txt", &bad);
    let inside: [(&str, &[u8]); 2] = [
        ("lines.jsonl", lines.as_bytes()),
        ("裸聊.txt", "裸聊,冰毒".as_bytes()),
    ];
    let inner = zip_of(&inside);
    write("a.zip", &inner);
    write(
        "b.tar",
        &tar_of(&[inside[0], ("in.zip", &inner), inside[1]]),
    );
    write("b.tgz", &gzip(&tar_of(&inside)));
    // Names that stand among those of what is in the archive.
    write("a.zip x.jsonl", records(5, 50).as_bytes());
    write("a.zip!lines.jsonl", records(6, 50).as_bytes());
    write(
        "e/list.json",
        "[{\"text\": \"冰毒\"}, {\"text\": \"裸聊\"}]".as_bytes(),
    );
    write("e/table.csv", "id,text\n1,冰毒\n2,裸聊\n".as_bytes());
    write("e/code.py", "# 裸聊,冰毒\nprint()\n".as_bytes());
    write("e/gbk.jsonl", &gb18030(&lines));
    write(
        "e/gbk.txt",
        &gb18030("我们去公园散步,今天天气很好,冰毒。裸聊。"),
    );
}

fn scanned(args: &[&str]) -> Bench {
    let bench = Bench::new();
    corpus(&bench);
    bench.rules("old-rules", &base());
    let new =
        |term: &str| with_pack(&[rule("a.more.new", &format!("terms = [\"{term}\"]"), "low")]);
    bench.rules("new-rules", &new("裸聊"));
    bench.rules("unheard-rules", &new("闻所未闻"));
    bench.scan("old-rules", "old", args);
    bench
}

#[test]
fn lines_and_documents_are_taken_over_and_the_rest_is_scanned_in_full() {
    let bench = scanned(&[]);
    for (rules, again) in [
        // Only the long document, in which more is found than is kept.
        ("old-rules", 1..=1),
        // And the one in which bytes are replaced: it is no text to search.
        ("unheard-rules", 2..=2),
        ("new-rules", 4..=100),
    ] {
        let since = bench.compare(rules, &[]);
        assert_eq!(why_full(&since), None, "{rules}");
        assert_eq!(since["files"], TAKEN_OVER, "{rules}: {since}");
        let scanned = since["records_again"].as_u64().unwrap();
        assert!(again.contains(&scanned), "{rules}: {since}");
    }
}

#[test]
fn options_that_bear_on_reading_do_not_matter() {
    for args in [&["--no-mmap"][..], &["--sidecar", "--keep", "1"]] {
        let bench = scanned(args);
        for rules in ["old-rules", "new-rules"] {
            let since = bench.compare(rules, args);
            assert_eq!(why_full(&since), None, "{args:?}");
            assert_eq!(since["files"], TAKEN_OVER, "{args:?}: {since}");
        }
    }
}

#[test]
fn a_shard_that_has_become_an_archive_is_scanned_in_full() {
    let bench = scanned(&[]);
    let lines = records(1, 200);
    bench.write(
        "corpus/d/lines.jsonl",
        &zip_of(&[("a.jsonl", lines.as_bytes())]),
    );
    bench.write("corpus/a.zip", lines.as_bytes());
    bench.write("corpus/d/none.md", &[0xFF, 0xFE, 0x3A, 0x53]);
    let since = bench.compare("new-rules", &[]);
    assert_eq!(why_full(&since), None, "{since}");
    assert_eq!(since["files"], TAKEN_OVER - 2, "{since}");
}
