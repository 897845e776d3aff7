//! What a file is: compression by its first bytes, format by its name without the suffixes of
//! compression, and by its contents where the name says nothing, or says what cannot be.

use super::split::{arrow, code};
use super::{Charset, Compression, Fate, Format, Skip, decode};

/// Bytes looked at.
pub const PEEK: usize = 4096;

/// What will be done with a file of this name that begins with `head`, up to [`PEEK`] bytes.
pub fn tell(name: &str, head: &[u8]) -> Fate {
    let compression = compression(head);
    let decoded;
    let inner = if compression == Compression::None {
        head
    } else {
        decoded = decode::head(head, compression, PEEK);
        &decoded
    };
    if compression != Compression::None && self::compression(inner) != Compression::None {
        return Fate::Fail(
            "stacked-compression".to_owned(),
            "it is compressed twice: decompress it once".to_owned(),
        );
    }
    let stem = stem(name);
    // Nothing could be decoded: only the name is left.
    let format = if inner.is_empty() {
        named(&stem).ok_or(Skip::UnsupportedFormat)
    } else {
        format(&stem, inner)
    };
    match format {
        Ok(format) => Fate::Read(format, compression),
        Err(skip) => Fate::Skip(skip),
    }
}

/// Whether the name promises another format or compression than the file has.
pub fn is_misnamed(name: &str, format: Format, compression: Compression) -> bool {
    let lower = name.to_lowercase();
    let promised = SUFFIXES
        .iter()
        .find(|(suffix, _, _)| lower.ends_with(suffix));
    let promised = promised.map_or(Compression::None, |(_, _, compression)| *compression);
    let same = |a: Format, b: Format| a == b || (is_table(a) && is_table(b));
    promised != compression || named(&stem(name)).is_some_and(|named| !same(named, format))
}

const fn is_table(format: Format) -> bool {
    matches!(format, Format::Csv | Format::Tsv)
}

/// Suffixes of compression, what the name is without them, and what they promise.
const SUFFIXES: [(&str, &str, Compression); 16] = [
    (".tgz", ".tar", Compression::Gzip),
    (".gz", "", Compression::Gzip),
    (".gzip", "", Compression::Gzip),
    (".bgz", "", Compression::Gzip),
    (".tzst", ".tar", Compression::Zstd),
    (".zst", "", Compression::Zstd),
    (".zstd", "", Compression::Zstd),
    (".txz", ".tar", Compression::Xz),
    (".xz", "", Compression::Xz),
    (".tbz2", ".tar", Compression::Bzip2),
    (".tbz", ".tar", Compression::Bzip2),
    (".bz2", "", Compression::Bzip2),
    (".bz", "", Compression::Bzip2),
    (".tlz4", ".tar", Compression::Lz4),
    (".lz4", "", Compression::Lz4),
    (".lzma", "", Compression::Xz),
];

/// The name in lower case without the suffixes of compression.
fn stem(name: &str) -> String {
    let mut stem = name.to_lowercase();
    for (suffix, instead, _) in SUFFIXES {
        if let Some(rest) = stem.strip_suffix(suffix) {
            stem = format!("{rest}{instead}");
        }
    }
    stem
}

/// The compression that begins so.
pub fn compression(head: &[u8]) -> Compression {
    match head {
        [0x1F, 0x8B, ..] => Compression::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Compression::Zstd,
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Compression::Xz,
        [
            b'B',
            b'Z',
            b'h',
            b'1'..=b'9',
            0x31,
            0x41,
            0x59,
            0x26,
            0x53,
            0x59,
            ..,
        ] => Compression::Bzip2,
        [
            b'B',
            b'Z',
            b'h',
            b'1'..=b'9',
            0x17,
            0x72,
            0x45,
            0x38,
            0x50,
            0x90,
            ..,
        ] => Compression::Bzip2,
        [0x04, 0x22, 0x4D, 0x18, ..] => Compression::Lz4,
        // A skippable frame may come first, in Zstandard and LZ4 alike.
        [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => behind_skippable(head),
        _ => Compression::None,
    }
}

fn behind_skippable(head: &[u8]) -> Compression {
    let length = head.get(4..8).and_then(|b| <[u8; 4]>::try_from(b).ok());
    let behind = length.and_then(|b| head.get(8 + u32::from_le_bytes(b) as usize..));
    match behind {
        Some([0x04, 0x22, 0x4D, 0x18, ..]) => Compression::Lz4,
        _ => Compression::Zstd,
    }
}

/// Extensions of formats that have no reader in this version, and are not to be taken for the
/// archive or the text they consist of.
const UNREAD: &[&str] = &[
    "mhtml",
    "xlsx",
    "pptx",
    "odt",
    "ods",
    "odp",
    "doc",
    "xls",
    "ppt",
    "rtf",
    "pdf",
    "sqlite",
    "sqlite3",
    "db",
    "rar",
    "npz",
    "npy",
    "pkl",
    "pt",
    "bin",
    "lzma",
    "safetensors",
    "h5",
    "hdf5",
    "lmdb",
    "mdb",
    "tfrecord",
    "avro",
    "orc",
    "svg",
];

/// Extensions of pictures, sound and film; what has no mark of one is damaged, and no text.
const MEDIA: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "ico", "heic", "avif", "mp3", "mp4",
    "m4a", "wav", "flac", "ogg", "opus", "aac", "avi", "mov", "mkv", "webm", "wmv", "flv",
];

/// The format that a name promises: `stem` in lower case.
fn named(stem: &str) -> Option<Format> {
    let base = stem.rsplit('/').next().unwrap_or(stem);
    let extension = base.rsplit_once('.').map(|(_, extension)| extension);
    Some(match extension {
        Some("jsonl" | "ndjson" | "jsonlines") => Format::Jsonl,
        Some("json" | "geojson") => Format::Json,
        Some("csv") => Format::Csv,
        Some("tsv" | "tab") => Format::Tsv,
        Some("txt" | "text") => Format::Text,
        Some("md" | "markdown") => Format::Markdown,
        Some("html" | "htm" | "xhtml" | "xht") => Format::Html,
        Some("warc" | "arc" | "wet" | "wat") => Format::Warc,
        Some("docx" | "docm" | "dotx") => Format::Docx,
        Some("epub") => Format::Epub,
        Some("tar") => Format::Tar,
        Some("zip") => Format::Zip,
        Some("7z") => Format::SevenZip,
        Some("parquet" | "pq" | "parq") => Format::Parquet,
        Some("arrow" | "arrows" | "feather" | "ipc") => Format::Arrow,
        // Numbered parts: `x.jsonl.00001`.
        Some(_) if base.contains(".jsonl") => Format::Jsonl,
        _ if code::language(base).is_some() => Format::Code,
        _ => return None,
    })
}

fn format(stem: &str, head: &[u8]) -> Result<Format, Skip> {
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    let named = named(stem);
    let document = match named {
        Some(format @ (Format::Docx | Format::Epub)) => Some(format),
        _ => is_book(head).then_some(Format::Epub),
    };
    if let Some(document) = document
        && (head.starts_with(b"PK\x03\x04") || named == Some(document))
    {
        return Ok(document);
    }
    if UNREAD.contains(&extension) || is_unread(head) {
        return Err(Skip::UnsupportedFormat);
    }
    if is_media(head) {
        return Err(Skip::MediaByReference);
    }
    if head.starts_with(b"PAR1") || head.starts_with(b"PARE") {
        return Ok(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") || head.starts_with(b"FEA1") || arrow::is_stream(head) {
        return Ok(Format::Arrow);
    }
    if let Some(archive) = archive(stem, head) {
        return Ok(archive);
    }
    if is_web_archive(head) {
        return Ok(Format::Warc);
    }
    match named {
        Some(Format::Tar | Format::Zip | Format::SevenZip | Format::Parquet | Format::Arrow) => {}
        // A damaged one is reported as such.
        Some(format @ (Format::Html | Format::Warc)) => return Ok(format),
        None if is_page(head) => return Ok(Format::Html),
        Some(Format::Jsonl) if begins_with_list(head) => return Ok(Format::Json),
        Some(format @ (Format::Jsonl | Format::Json | Format::Code)) => return Ok(format),
        _ if is_json_lines(head) => return Ok(Format::Jsonl),
        _ if is_json(head) => return Ok(Format::Json),
        Some(format) => return Ok(format),
        None => {}
    }
    if is_text(head) && !MEDIA.contains(&extension) {
        return Ok(Format::Text);
    }
    // A damaged archive is reported as such; anything else is none of ours.
    named.ok_or(Skip::UnsupportedFormat)
}

/// WARC, and ARC by its first line.
fn is_web_archive(head: &[u8]) -> bool {
    head.starts_with(b"WARC/") || head.starts_with(b"filedesc://")
}

/// Whether it begins like a page of HTML.
fn is_page(head: &[u8]) -> bool {
    let body = without_mark(head);
    ["<!doctype html", "<html"].iter().any(|start| {
        let head = body.get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    })
}

/// Formats of others that are told by their first bytes.
fn is_unread(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 4] = [
        b"SQLite format 3\0",
        b"%PDF-",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"Rar!\x1A\x07",
    ];
    MAGIC.iter().any(|magic| head.starts_with(magic)) || is_document_archive(head)
}

/// Whether a zip archive is a document (OOXML, ODF, EPUB): the name of its first file says so.
fn is_document_archive(head: &[u8]) -> bool {
    let Some([low, high]) = head.get(26..28).filter(|_| head.starts_with(b"PK\x03\x04")) else {
        return false;
    };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let name = head.get(30..30 + length).unwrap_or_default();
    matches!(name, b"[Content_Types].xml" | b"mimetype") || name.starts_with(b"_rels/")
}

/// Whether a zip archive is a book: its first file says so, uncompressed.
fn is_book(head: &[u8]) -> bool {
    is_document_archive(head)
        && memchr::memmem::find(&head[..head.len().min(128)], b"application/epub+zip").is_some()
}

/// Pictures, sound and film.
pub fn is_media(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 12] = [
        b"\x89PNG\r\n\x1A\n",
        b"\xFF\xD8\xFF",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"OggS\0",
        b"fLaC\0",
        b"ID3\x02",
        b"ID3\x03",
        b"ID3\x04",
        b"\x1A\x45\xDF\xA3",
    ];
    let riff =
        head.starts_with(b"RIFF") && matches!(head.get(8..12), Some(b"WEBP" | b"WAVE" | b"AVI "));
    // Frames of MPEG audio without a tag: eleven bits set, then a version and layer that exist.
    let mpeg = matches!(head, [0xFF, 0xFB | 0xFA | 0xF3 | 0xF2, third, ..] if third >> 4 != 15);
    let iso = head.get(4..8) == Some(b"ftyp");
    riff || mpeg || iso || MAGIC.iter().any(|magic| head.starts_with(magic))
}

/// Archives, but for documents that are archives of their parts.
fn archive(stem: &str, head: &[u8]) -> Option<Format> {
    if head.get(257..262) == Some(b"ustar") {
        return Some(Format::Tar);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Format::Zip);
    }
    if head.starts_with(b"7z\xBC\xAF\x27\x1C") {
        return Some(Format::SevenZip);
    }
    // Archives of 1979 have no mark, only a checksum.
    (stem.ends_with(".tar") && head.len() >= 512 && !is_text(head)).then_some(Format::Tar)
}

fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start()
}

/// Whether it begins like a list of records, and not like lines that are lists.
fn begins_with_list(head: &[u8]) -> bool {
    let body = without_mark(head);
    if body.first() != Some(&b'[') {
        return false;
    }
    let Some(end) = memchr::memchr(b'\n', body) else {
        return body[1..].trim_ascii_start().first() == Some(&b'{');
    };
    let first: Result<sonic_rs::LazyValue<'_>, _> = sonic_rs::from_slice(body[..end].trim_ascii());
    first.is_err() || body[end..].trim_ascii_start().first() != Some(&b'[')
}

/// Whether the first line, and the second if there is one, are JSON objects.
fn is_json_lines(head: &[u8]) -> bool {
    let body = without_mark(head);
    if body.first() != Some(&b'{') {
        return false;
    }
    let is_object = |line: &[u8]| {
        let value: Result<sonic_rs::LazyValue<'_>, _> = sonic_rs::from_slice(line);
        line.starts_with(b"{") && value.is_ok()
    };
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().unwrap_or_default();
    let mut rest: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    if head.len() >= PEEK {
        // The last one is cut.
        rest.pop();
    }
    is_object(first) && rest.first().is_none_or(|second| is_object(second))
}

/// Whether it begins like a list of objects, or like an object over several lines.
fn is_json(head: &[u8]) -> bool {
    let body = without_mark(head);
    let next = |after: &[u8]| after.trim_ascii_start().first().copied();
    match body.first() {
        Some(b'[') => match next(&body[1..]) {
            Some(b'{') => {
                let inner = body[1..].trim_ascii_start();
                next(&inner[1..]) == Some(b'"')
            }
            _ => false,
        },
        Some(b'{') => next(&body[1..]) == Some(b'"'),
        _ => false,
    }
}

/// Text in some charset, without control characters of binary files.
pub fn is_text(head: &[u8]) -> bool {
    let cut = head.len() >= PEEK;
    let charset = Charset::of(head, !cut);
    let (mut text, mut replaced) = charset.decode(head);
    if cut && text.ends_with(char::REPLACEMENT_CHARACTER) {
        text.pop();
        replaced = replaced.saturating_sub(4);
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{C}' | '\u{85}');
    !text.is_empty() && replaced * 50 <= head.len() as u64 && !text.chars().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, head: &[u8]) -> String {
        match tell(name, head) {
            Fate::Read(format, compression) => {
                let odd = is_misnamed(name, format, compression);
                let odd = if odd { " misnamed" } else { "" };
                format!("{} {}{odd}", format.as_str(), compression.as_str())
            }
            Fate::Skip(skip) => skip.as_str().to_owned(),
            Fate::Fail(reason, _) => reason,
        }
    }

    #[test]
    fn names_decide_where_contents_do_not_contradict() {
        let object: &[u8] = b"{\"text\":\"a\"}\n";
        for (name, head, what) in [
            ("a.jsonl", object, "jsonl none"),
            ("a.jsonl", b"anything", "jsonl none"),
            ("a.NDJSON", object, "jsonl none"),
            ("a.jsonl.0001", object, "jsonl none"),
            ("a.json", b"{\n \"a\": 1\n}", "json none"),
            ("a.json", object, "json none"),
            ("a.jsonl", b"[{\"a\":1}]", "json none misnamed"),
            ("a.csv", b"a,b\n1,2\n", "csv none"),
            ("a.tsv", b"a\tb\n", "tsv none"),
            (
                "a.txt",
                b"\xD6\xD0\xCE\xC4\xD3\xEF\xC1\xCF\xB0\xB2\xC8\xAB",
                "text none",
            ),
            ("a.jsonl", b"[1,\"a\"]\n[2,\"b\"]\n", "jsonl none"),
            ("a.txt", object, "jsonl none misnamed"),
            ("a.txt", b"[{\"text\": \"a\"}, ", "json none misnamed"),
            ("a.txt", b"{not json}", "text none"),
            ("part-00000", object, "jsonl none"),
            ("part-00000", b"text", "text none"),
            ("noname", b"\0\x01\x02\x03", "unsupported-format"),
            ("a.log", b"text", "text none"),
            ("a.dat", b"\x80\x02}q\0", "unsupported-format"),
            ("main.py", b"{\"a\": 1}\n", "code none"),
            ("Makefile", b"all:\n", "code none"),
            ("a.html", b"<html>", "html none"),
            ("noname", b" <!DOCTYPE HTML>", "html none"),
            ("a.wet", b"WARC/1.0\r\n", "warc none"),
            ("a.txt", b"WARC/1.0\r\n", "warc none misnamed"),
            ("a.arc", b"filedesc://a", "warc none"),
            ("a.docx", b"PK\x03\x04", "docx none"),
            ("a.pptx", b"PK\x03\x04", "unsupported-format"),
            ("a.zip", b"PK\x03\x04", "zip none"),
            ("a.txt", b"PK\x03\x04", "zip none misnamed"),
            (
                "noname",
                b"PK\x03\x04......................\x08\0\0\0mimetype",
                "unsupported-format",
            ),
            ("a.parquet", b"PAR1", "parquet none"),
            ("a.jsonl", b"PAR1", "parquet none misnamed"),
            ("a.arrow", b"ARROW1\0\0", "arrow none"),
            ("noname", b"ARROW1\0\0", "arrow none"),
            ("a.arrow", b"\x10\0\0\0", "arrow none"),
            ("a.bin", b"\xFF\xFF\xFF\xFF", "unsupported-format"),
            ("a.jpg", b"\xFF\xD8\xFF\xE0", "media-by-reference"),
            ("a.jpg", object, "jsonl none"),
        ] {
            assert_eq!(told(name, head), what, "{name}");
        }
    }

    #[test]
    fn compression_is_told_by_contents_and_looked_through() {
        use std::io::Write as _;
        let gzip = |content: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        };
        let object = b"{\"text\":\"a\"}\n";
        assert_eq!(told("a.jsonl.gz", &gzip(object)), "jsonl gzip");
        assert_eq!(told("a.jsonl", &gzip(object)), "jsonl gzip misnamed");
        assert_eq!(told("a.jsonl.zst", &gzip(object)), "jsonl gzip misnamed");
        assert_eq!(told("a.gz", &gzip(object)), "jsonl gzip");
        assert_eq!(told("a.jsonl.gz", object), "jsonl none misnamed");
        assert_eq!(
            told("a.jsonl.gz", &gzip(&gzip(object))),
            "stacked-compression"
        );
        assert_eq!(told("a.jsonl.gz", b"\x1F\x8B"), "jsonl gzip");
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(told("a.tgz", &gzip(&tar)), "tar gzip");
        assert_eq!(told("a.tar.gz", &gzip(&tar)), "tar gzip");
    }
}
