//! [`Pattern`]: a path of robots.txt with `*` and `$`, and paths of URLs to hold against it.
//!
//! Source: RFC 9309, 2.2.2 and 2.2.3.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How octets of paths are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Octets {
    /// As RFC 9309 wants it: `%7E` is `~`, characters beyond ASCII are percent-encoded.
    Equal,
    /// As Google's parser has it: only patterns are encoded, and nothing is decoded.
    AsWritten,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// Of what stands in a file.
    pub fn new(written: &str, octets: Octets) -> Self {
        Self(normal(written, octets == Octets::Equal).into_owned())
    }

    /// In the form in which it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a path begins as the pattern says, or is it if the pattern ends in `$`. In time
    /// of the product of their lengths at most.
    pub fn matches(&self, path: &str) -> bool {
        let (pattern, path) = (self.0.as_bytes(), path.as_bytes());
        let (pattern, to_end) = match pattern.strip_suffix(b"$") {
            Some(rest) => (rest, true),
            None => (pattern, false),
        };
        let mut parts = pattern.split(|b| *b == b'*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = path.strip_prefix(first) else {
            return false;
        };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return !to_end || rest.is_empty();
        }
        // Leftmost places leave the most for what follows.
        while let Some(part) = parts.next() {
            if parts.peek().is_none() && to_end {
                return rest.ends_with(part);
            }
            match memchr::memmem::find(rest, part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// Path and query of a URL, as patterns are held against them.
///
/// `path`: as [`Address`](super::Address) has it.
pub fn target(path: &str, octets: Octets) -> Cow<'_, str> {
    let path = match octets {
        Octets::Equal => normal(path, true),
        Octets::AsWritten => path.into(),
    };
    match path.starts_with('/') {
        true => path,
        false => format!("/{path}").into(),
    }
}

/// With upper-case hexadecimal digits, and what is not ASCII encoded; `decode`: with what need
/// not be encoded decoded.
fn normal(text: &str, decode: bool) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b != b'%' && b.is_ascii() && !(decode && b <= b' '))
    {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail.first_chunk::<2>().filter(|_| *byte == b'%');
        let value = hex.and_then(|hex| {
            let text = std::str::from_utf8(hex).ok()?;
            let plain = text.bytes().all(|b| b.is_ascii_hexdigit());
            plain.then(|| u8::from_str_radix(text, 16).ok())?
        });
        rest = if value.is_some() { &tail[2..] } else { tail };
        match value {
            Some(value) if decode && is_unreserved(value) => out.push(char::from(value)),
            Some(value) => encode(value, &mut out),
            None if !byte.is_ascii() || decode && *byte <= b' ' => encode(*byte, &mut out),
            None => out.push(char::from(*byte)),
        }
    }
    out.into()
}

fn encode(byte: u8, out: &mut String) {
    write!(out, "%{byte:02X}").expect("writing to a string does not fail");
}

/// Source: RFC 3986, 2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let path = target(path, Octets::Equal);
        Pattern::new(pattern, Octets::Equal).matches(&path)
    }

    /// The tables of RFC 9309, 2.2.2 and 2.2.3, and of Google's documentation.
    #[test]
    fn patterns_match_as_the_rfc_says() {
        for (pattern, path) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
            ("/foo/bar?baz=http://foo.bar", "/foo/bar?baz=http://foo.bar"),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%e3%83%84", "/foo/bar/ツ"),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
            ("/~joe/", "/%7ejoe/index.html"),
            ("/path/file-with-a-%2A.html", "/path/file-with-a-%2a.html"),
            ("/this/path/exactly$", "/this/path/exactly"),
            ("/this/*/exactly", "/this/path/exactly/and/more"),
            ("/*.php$", "/a.php/b.php"),
            ("*", "/"),
            ("/a b", "/a%20b"),
            ("", "/x"),
            ("/a**b", "/a-b"),
            ("/*$", "/x"),
            ("?q=", "/x?q=1"),
        ] {
            // The last one only through a star: patterns begin where paths do.
            assert_eq!(matches(pattern, path), pattern != "?q=", "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/this/path/exactly$", "/this/path/exactly/more"),
            ("/fish", "/Fish"),
            ("/*.php$", "/a.php?b"),
            ("/a%2Fb", "/a/b"),
            ("/a*b*c", "/a-c-b"),
            ("/ab*ab$", "/ab"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
        assert_eq!(target("?x", Octets::Equal), "/?x");
        assert_eq!(target("", Octets::Equal), "/");
    }

    /// The definition, written without regard to time.
    fn naive(pattern: &[u8], path: &[u8]) -> bool {
        match pattern.split_first() {
            None => true,
            Some((b'$', [])) => path.is_empty(),
            Some((b'*', rest)) => (0..=path.len()).any(|at| naive(rest, &path[at..])),
            Some((byte, rest)) => path
                .split_first()
                .is_some_and(|(first, tail)| first == byte && naive(rest, tail)),
        }
    }

    proptest::proptest! {
        #[test]
        fn matching_is_what_it_is_defined_to_be(
            pattern in "[ab*$/]{0,8}", path in "[ab$/]{0,10}",
        ) {
            let found = Pattern::new(&pattern, Octets::Equal).matches(&path);
            proptest::prop_assert_eq!(found, naive(pattern.as_bytes(), path.as_bytes()));
        }
    }
}
