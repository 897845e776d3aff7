//! [`uri`]: a path of the corpus as a relative reference of RFC 3986.

use std::fmt::Write as _;

/// The path, with every byte that is not unreserved encoded but `/` and the `!` before what is in an
/// archive. Never absolute, never with a scheme, and no segment that climbs.
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let path = path.trim_start_matches('/');
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        if matches!(segment, "." | "..") {
            // Readers would take it for a step, and leave out what is before it.
            out.push_str(&segment.replace('.', "%2E"));
            continue;
        }
        for byte in segment.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'!' => {
                    out.push(char::from(byte));
                }
                byte => {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn nothing_in_a_path_is_syntax() {
        for (path, told) in [
            ("a/b.jsonl", "a/b.jsonl"),
            ("a b#c?d%e.txt", "a%20b%23c%3Fd%25e.txt"),
            ("😀/文.txt", "%F0%9F%98%80/%E6%96%87.txt"),
            ("out.zip!in/x.jsonl", "out.zip!in/x.jsonl"),
            ("/root/x", "root/x"),
            ("../x", "%2E%2E/x"),
            ("c:\\x", "c%3A%5Cx"),
            ("a\n\u{1}b", "a%0A%01b"),
        ] {
            assert_eq!(uri(path), told);
        }
    }
}
