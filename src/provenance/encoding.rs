//! Media types of what was read, and paths as references.

/// Media types of a file: of its contents, and of its compression if it has one.
pub fn media_types(format: Option<&str>, compression: Option<&str>) -> Vec<&'static str> {
    let mut types = vec![format.map_or("application/octet-stream", media_type)];
    types.extend(match compression {
        Some("gzip") => Some("application/gzip"),
        Some("zstd") => Some("application/zstd"),
        Some("xz") => Some("application/x-xz"),
        Some("bzip2") => Some("application/x-bzip2"),
        Some("lz4") => Some("application/x-lz4"),
        _ => None,
    });
    types
}

/// Media type of a format by the name it has in a run. Source: registry of IANA, and where it has
/// none the types of Croissant 1.1.
pub fn media_type(format: &str) -> &'static str {
    match format {
        "jsonl" => "application/jsonlines",
        "json" => "application/json",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "text" | "code" => "text/plain",
        "markdown" => "text/markdown",
        "html" => "text/html",
        "warc" => "application/warc",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "epub" => "application/epub+zip",
        "tar" => "application/x-tar",
        "zip" => "application/zip",
        "7z" => "application/x-7z-compressed",
        "parquet" => "application/vnd.apache.parquet",
        "arrow" => "application/vnd.apache.arrow.file",
        _ => "application/octet-stream",
    }
}

/// A path as a relative reference (RFC 3987): everything but letters and digits of any script and
/// a few marks is escaped, so that no name can end it, show as something else or leave its folder.
/// Locations of remote files are references already.
pub fn reference(path: &str) -> String {
    if ["http://", "https://", "s3://"]
        .iter()
        .any(|s| path.starts_with(s))
    {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/') {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

/// Where data is fetched from. Whoever shows a document makes links of its addresses, so nothing
/// else, such as a script, is one.
const SCHEMES: [&str; 4] = ["http", "https", "ftp", "s3"];

/// A declared address, if it is one: other formats refuse what is no URI.
pub fn address(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let known = SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(scheme));
    let bad = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
    (known && !rest.is_empty() && !url.contains(bad)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_a_reference() {
        assert_eq!(reference("语料/a b.jsonl"), "语料/a%20b.jsonl");
        assert_eq!(
            reference("a:b?c#d%\u{202e}\n\""),
            "a%3Ab%3Fc%23d%25%E2%80%AE%0A%22"
        );
        assert_eq!(reference("s3://bucket/a b"), "s3://bucket/a b");
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        assert_eq!(
            address(" https://a.example/x "),
            Some("https://a.example/x")
        );
        assert_eq!(address("HTTPS://a.example"), Some("HTTPS://a.example"));
        for wrong in [
            "",
            "a.example",
            "https://a b",
            "http:",
            "http://",
            ":x",
            "ht\"tp://x",
            "javascript:alert(1)",
            "javascript://a.example/%0Aalert(1)",
            "data:text/html,x",
            "file:///etc/hosts",
        ] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
