//! Inputs of the fuzz targets, by name: bytes, the last of which says how the others are meant.

use std::io::{self, Write as _};

use yujian::corpus::{Compression, Format};

use super::reading::check;

/// Reads `input` as the fuzz target of that name does.
///
/// # Panics
///
/// If there is no such target, or something of what must hold does not.
pub fn read(family: &str, input: &[u8]) {
    let Some((choice, bytes)) = input.split_last() else {
        return;
    };
    let plain = |formats: &[Format]| {
        let format = formats[usize::from(*choice) % formats.len()];
        check(bytes, format, Compression::None);
    };
    match family {
        "decode" => decode(*choice, bytes),
        "json" => plain(&[Format::Json, Format::Jsonl]),
        "csv" => plain(&[Format::Csv, Format::Tsv]),
        "parquet" => plain(&[Format::Parquet]),
        "arrow" => plain(&[Format::Arrow]),
        "web" => web(*choice, bytes),
        "archives" => archives(*choice, bytes),
        "documents" => documents(*choice, bytes),
        "charset" => plain(&[
            Format::Text,
            Format::Jsonl,
            Format::Json,
            Format::Csv,
            Format::Code,
            Format::Html,
        ]),
        _ => panic!("there is no target {family}"),
    }
}

fn decode(choice: u8, bytes: &[u8]) {
    let all = [
        Compression::Gzip,
        Compression::Zstd,
        Compression::Xz,
        Compression::Bzip2,
        Compression::Lz4,
    ];
    let formats = [Format::Jsonl, Format::Text, Format::Csv];
    let (compression, rest) = (
        usize::from(choice) % all.len(),
        usize::from(choice) / all.len(),
    );
    check(bytes, formats[rest % formats.len()], all[compression]);
}

fn web(choice: u8, bytes: &[u8]) {
    match choice % 3 {
        0 => check(bytes, Format::Html, Compression::None),
        1 => check(bytes, Format::Warc, Compression::None),
        _ => check(bytes, Format::Warc, Compression::Gzip),
    }
}

/// Names whose endings say what is in them; one climbs out, one is a folder.
const NAMES: [&str; 8] = [
    "a.jsonl", "b.json", "c.csv", "d.txt", "../e.md", "f.html", "g.warc", "h/",
];

/// As they are, or files made of the bytes: what breaks a checksum hides what is behind it.
fn archives(choice: u8, bytes: &[u8]) {
    let parts = || {
        let parts = bytes.split(|byte| *byte == 0xFF);
        parts.take(16).filter_map(|part| {
            let (name, part) = part.split_first()?;
            Some((NAMES[usize::from(*name) % NAMES.len()], part))
        })
    };
    match choice % 5 {
        0 => check(bytes, Format::Tar, Compression::None),
        1 => check(bytes, Format::Zip, Compression::None),
        2 => check(&tar_of(parts()), Format::Tar, Compression::None),
        3 => check(&zip_of(parts()), Format::Zip, Compression::None),
        _ => check(bytes, Format::SevenZip, Compression::None),
    }
}

fn documents(choice: u8, bytes: &[u8]) {
    match choice % 5 {
        0 => check(bytes, Format::Markdown, Compression::None),
        1 => check(bytes, Format::Docx, Compression::None),
        2 => check(bytes, Format::Epub, Compression::None),
        3 => {
            let parts = [("word/document.xml", bytes), ("word/comments.xml", bytes)];
            check(&zip_of(parts.into_iter()), Format::Docx, Compression::None);
        }
        _ => {
            let container =
                b"<container><rootfiles><rootfile full-path=\"a.opf\"/></rootfiles></container>";
            let chapters = b"<package><manifest><item id=\"x\" href=\"x.xhtml\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"x\"/></spine></package>";
            // The list of chapters is the fuzzer's too where there is one.
            let middle = bytes.iter().position(|byte| *byte == 0xFF);
            let (list, chapter) = middle.map_or((&chapters[..], bytes), |at| bytes.split_at(at));
            let parts = [
                ("mimetype", &b"application/epub+zip"[..]),
                ("META-INF/container.xml", container),
                ("a.opf", list),
                ("x.xhtml", chapter),
            ];
            check(&zip_of(parts.into_iter()), Format::Epub, Compression::None);
        }
    }
}

fn tar_of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        let raw = header.as_gnu_mut().unwrap();
        raw.name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip_of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (number, (name, content)) in files.enumerate() {
        let options = zip::write::SimpleFileOptions::default();
        // The same name twice is refused by the writer; readers meet it all the same.
        let name = if number < 8 {
            name.to_owned()
        } else {
            format!("{number}{name}")
        };
        if writer.start_file(name, options).is_ok() {
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}
