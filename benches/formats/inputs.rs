//! The shards that are measured, made of real records.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use serde_json::json;

/// A record: id and text.
pub type Record = (String, String);

/// Writes the records to a file in some form.
pub type Maker = fn(&[Record], &Path);

/// Name and maker of each shard.
pub const SHARDS: [(&str, Maker); 8] = [
    ("one-member.jsonl.gz", |records, path| {
        gzip(path, [lines(records)]);
    }),
    ("members.jsonl.gz", |records, path| {
        gzip(path, records.chunks(1000).map(lines));
    }),
    ("bgzf.jsonl.gz", bgzf),
    ("one-frame.jsonl.zst", |records, path| {
        zstd(path, [lines(records)]);
    }),
    ("frames.jsonl.zst", |records, path| {
        zstd(path, records.chunks(100).map(lines));
    }),
    ("zstd.parquet", parquet),
    ("pages.warc.gz", |records, path| {
        gzip(path, records.iter().map(|record| page(record, true)));
    }),
    ("texts.warc.wet.gz", |records, path| {
        gzip(path, records.iter().map(|record| page(record, false)));
    }),
];

/// For a scan that looks for nothing.
pub const QUIET_RULE: &str = r#"
format = 1

[pack]
id = "bench.none"
version = "2026.11.25"
title = { zh = "无", en = "none" }
risk = "A.4.f"
ecology = ["E6.10"]

[[rule]]
id = "bench.none"
title = { zh = "无", en = "none" }
severity = "low"
confidence = 0.5
source = "benchmark"
terms = ["鱻龘靐齉爨饕餮"]
examples = ["鱻龘靐齉爨饕餮", "见鱻龘靐齉爨饕餮也"]
near_misses = ["鱻龘靐齉爨饕", "龘靐齉爨饕餮"]
"#;

/// The texts of records in these files, or of those in the other folder.
pub fn texts(root: &Path, files: &[String], fallback: &str) -> Vec<String> {
    let read = |file: &String| std::fs::read_to_string(root.join(file)).ok();
    let mut all: Vec<String> = files.iter().filter_map(read).collect();
    if all.is_empty() {
        println!("the real text is not there; the fixtures are measured");
        let entries = std::fs::read_dir(root.join(fallback)).unwrap();
        all = entries
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
    }
    all.iter()
        .flat_map(|file| file.lines())
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|record| record["text"].as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .collect()
}

/// Records of these texts, repeated until there are so many bytes.
pub fn records(texts: &[String], bytes: usize) -> Vec<Record> {
    let mut size = 0;
    let texts = texts.iter().cycle().take_while(|text| {
        let more = size < bytes;
        size += text.len();
        more
    });
    texts
        .enumerate()
        .map(|(number, text)| (format!("record-{number}"), text.clone()))
        .collect()
}

/// One short record a file, a thousand files a folder.
pub fn tiny_files(records: &[Record], folder: &Path, files: usize) {
    for (number, (id, text)) in records.iter().cycle().take(files).enumerate() {
        let folder = folder.join(format!("{:03}", number / 1000));
        if number % 1000 == 0 {
            std::fs::create_dir_all(&folder).unwrap();
        }
        let text: String = text.chars().take(100).collect();
        let line = json!({"id": id, "text": text}).to_string() + "\n";
        std::fs::write(folder.join(format!("{number}.jsonl")), line).unwrap();
    }
}

fn lines(records: &[Record]) -> Vec<u8> {
    let mut all = Vec::new();
    for (id, text) in records {
        serde_json::to_writer(&mut all, &json!({"id": id, "text": text})).unwrap();
        all.push(b'\n');
    }
    all
}

fn gzip(path: &Path, members: impl IntoIterator<Item = Vec<u8>>) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for member in members {
        let mut encoder = GzEncoder::new(&mut file, Compression::new(6));
        encoder.write_all(&member).unwrap();
        encoder.finish().unwrap();
    }
}

/// Members of at most 64 KiB that say how long they are, as `bgzip` writes them.
fn bgzf(records: &[Record], path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let all = lines(records);
    for block in all.chunks(0xFF00).chain([&[][..]]) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(block).unwrap();
        let packed = encoder.finish().unwrap();
        let size = u16::try_from(packed.len() + 25).unwrap().to_le_bytes();
        file.write_all(b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0")
            .unwrap();
        file.write_all(&size).unwrap();
        file.write_all(&packed).unwrap();
        file.write_all(&crc32fast::hash(block).to_le_bytes())
            .unwrap();
        file.write_all(&(block.len() as u32).to_le_bytes()).unwrap();
    }
}

fn zstd(path: &Path, frames: impl IntoIterator<Item = Vec<u8>>) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for frame in frames {
        file.write_all(&zstd::bulk::compress(&frame, 3).unwrap())
            .unwrap();
    }
}

fn parquet(records: &[Record], path: &Path) {
    let schema = "message m { required binary id (UTF8); required binary text (UTF8); }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let level = parquet::basic::ZstdLevel::try_new(3).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::ZSTD(level))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    for group in records.chunks(4000) {
        let mut rows = writer.next_row_group().unwrap();
        let columns: [fn(&Record) -> &String; 2] = [|r| &r.0, |r| &r.1];
        for column in columns {
            let values: Vec<ByteArray> = group.iter().map(|r| column(r).as_str().into()).collect();
            let mut writer = rows.next_column().unwrap().unwrap();
            writer
                .typed::<ByteArrayType>()
                .write_batch(&values, None, None)
                .unwrap();
            writer.close().unwrap();
        }
        rows.close().unwrap();
    }
    writer.close().unwrap();
}

/// A record of a web archive: a page as a server gave it, or its text as it was extracted.
fn page((id, text): &Record, html: bool) -> Vec<u8> {
    let (kind, mime, block) = if html {
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('\n', "</p>\n<p>");
        let page = format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"><title>{id}</title></head><body><p>{text}</p></body></html>"
        );
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            page.len()
        );
        (
            "response",
            "application/http; msgtype=response",
            head + &page,
        )
    } else {
        ("conversion", "text/plain", text.clone())
    };
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://example.org/{id}\r\n\
         WARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: 2026-11-25T00:00:00Z\r\n\
         Content-Type: {mime}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
    .into_bytes()
}
