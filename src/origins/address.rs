//! [`Address`]: a URL as origins are compared by: host, port, path.

use std::borrow::Cow;

/// Longest host name, in bytes. Source: RFC 1035, 2.3.4.
const LONGEST_HOST: usize = 253;
/// Schemes behind which the name of a host follows. `s3://` and the like name other things.
const SCHEMES: [&str; 4] = ["http", "https", "ftp", "ftps"];

/// A URL taken apart. Nothing is copied: hosts are normalized by [`Host::of`] only when they are
/// met for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'u> {
    /// User, host and port as written.
    pub authority: &'u str,
    /// Path and query as written, without the fragment; begins with `/`, `?` or `;`, or is empty.
    pub path: &'u str,
    /// Whether a scheme was written.
    pub scheme: bool,
}

impl<'u> Address<'u> {
    /// Takes a URL apart, or a host with a path that lacks its scheme. Nothing if it cannot lead
    /// to a host.
    pub fn of(url: &'u str) -> Option<Self> {
        let url = url.trim();
        let (rest, scheme) = match url.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => {
                let known = SCHEMES.iter().any(|s| s.eq_ignore_ascii_case(scheme));
                (known.then_some(rest)?, true)
            }
            _ => (url.strip_prefix("//").unwrap_or(url), false),
        };
        // Browsers take a backslash for a slash.
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let path = &tail[..tail.find('#').unwrap_or(tail.len())];
        let plausible = !authority.is_empty()
            && !authority.contains(|c: char| c.is_whitespace() || c.is_control())
            && (scheme || is_bare_host(authority));
        plausible.then_some(Self {
            authority,
            path,
            scheme,
        })
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Whether what stands without a scheme is a host: not `mailto:a@b.cn`, no word, no file.
fn is_bare_host(authority: &str) -> bool {
    let port = |rest: &str| rest.bytes().all(|b| b.is_ascii_digit());
    authority.contains(['.', '。', '．'])
        && !authority.contains('@')
        && authority.split_once(':').is_none_or(|(_, rest)| port(rest))
}

/// The name of a host in the one form in which hosts are compared: ASCII (punycode), lower case,
/// no dot at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name or address.
    pub name: String,
    /// The port, if one is written.
    pub port: Option<u16>,
}

impl Host {
    /// From an authority: user and password are left out. Nothing if it names no host.
    ///
    /// Source: UTS #46 as URLs use it (WHATWG URL, 3.5).
    pub fn of(authority: &str) -> Option<Self> {
        let written = authority.rsplit('@').next()?;
        if let Some(rest) = written.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: std::net::Ipv6Addr = address.parse().ok()?;
            return Some(Self {
                name: address.to_string(),
                port: port.strip_prefix(':').and_then(|p| p.parse().ok()),
            });
        }
        let (name, port) = match written.rsplit_once([':', ':']) {
            Some((name, "")) => (name, None),
            Some((name, port)) => (name, Some(port.parse().ok()?)),
            None => (written, None),
        };
        Some(Self {
            name: ascii(name)?,
            port,
        })
    }

    /// The port, if it is none that goes with a scheme.
    pub fn own_port(&self) -> Option<u16> {
        self.port.filter(|port| !matches!(port, 80 | 443))
    }

    /// The host and each name above it, the longest first: `a.b.cn`, `b.cn`, `cn`.
    pub fn ladder(name: &str) -> impl Iterator<Item = &str> {
        let dots = memchr::memchr_iter(b'.', name.as_bytes());
        std::iter::once(name).chain(dots.map(|dot| &name[dot + 1..]))
    }
}

/// See [`Host::of`].
pub fn ascii(name: &str) -> Option<String> {
    let name: Cow<'_, str> = match name.contains('%') {
        true => decoded(name)?.into(),
        false => name.into(),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let mut ascii = if name.bytes().all(plain) && !name.to_ascii_lowercase().contains("xn--") {
        name.to_ascii_lowercase()
    } else {
        let deny = idna::AsciiDenyList::URL;
        idna::domain_to_ascii_cow(name.as_bytes(), deny)
            .ok()?
            .into_owned()
    };
    ascii.truncate(ascii.trim_end_matches('.').len());
    let whole = !ascii.is_empty()
        && ascii.len() <= LONGEST_HOST
        && ascii
            .split('.')
            .all(|label| (1..=63).contains(&label.len()));
    whole.then_some(ascii)
}

fn decoded(name: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

/// The registrable domain of a host in [`Host`]'s form, by the public suffix list; nothing for
/// addresses and for suffixes themselves.
pub fn registrable(name: &str) -> Option<&str> {
    let address = name.contains(':') || name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (!address).then(|| psl::domain_str(name)).flatten()
}

/// Whether a name is a public suffix of the list, below which hosts belong to anyone: `com.cn`,
/// `github.io`. A name that the list does not know is none, unless it is a single label.
pub fn is_suffix(name: &str) -> bool {
    use psl::Psl as _;
    let found = psl::List.suffix(name.as_bytes());
    found.is_some_and(|suffix| {
        suffix.as_bytes() == name.as_bytes() && (suffix.is_known() || !name.contains('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(url: &str) -> Option<String> {
        let host = Host::of(Address::of(url)?.authority)?;
        Some(match host.port {
            Some(port) => format!("{}:{port}", host.name),
            None => host.name,
        })
    }

    #[test]
    fn hosts_have_one_form() {
        for (url, expected) in [
            ("https://Example.COM./a?b#c", Some("example.com")),
            ("http://user:p@ss@a.example:8080/x", Some("a.example:8080")),
            ("//a.example/b", Some("a.example")),
            ("a.example", Some("a.example")),
            ("a.example:81/b", Some("a.example:81")),
            (
                "http://中国政府.政务.CN/x",
                Some("xn--fiqs8sirgfmh.xn--zfr164b.cn"),
            ),
            ("http://XN--FIQS8S/", Some("xn--fiqs8s")),
            ("http://中国。中国/", Some("xn--fiqs8s.xn--fiqs8s")),
            ("http://ｅｘａｍｐｌｅ．ｃｏｍ/", Some("example.com")),
            ("http://%E4%B8%AD%E5%9B%BD/", Some("xn--fiqs8s")),
            ("http://a_b.example/", Some("a_b.example")),
            ("http://[2001:DB8::1]:80/", Some("2001:db8::1:80")),
            ("http://192.0.2.1/", Some("192.0.2.1")),
            ("http:\\\\a.example", None),
            ("https://a.example\\@b.example/", Some("a.example")),
            ("s3://bucket.name/key", None),
            ("mailto:a@b.example", None),
            ("doi:10.1000/182", None),
            ("unknown", None),
            ("见附件", None),
            ("a.example b", None),
            ("https://", None),
            ("http://a..b/", None),
            ("http://a.example:99999/", None),
            ("", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn paths_are_kept_as_written() {
        for (url, path) in [
            ("http://a.cn", ""),
            ("http://a.cn/b/c?d#e", "/b/c?d"),
            ("http://a.cn?x=/y#z", "?x=/y"),
            ("http://a.cn#/b", ""),
        ] {
            assert_eq!(Address::of(url).unwrap().path, path, "{url}");
        }
    }

    /// Cases of the list's own test file and of what is common in China.
    #[test]
    fn domains_are_those_of_the_public_suffix_list() {
        for (host, domain) in [
            ("a.b.example.com.cn", Some("example.com.cn")),
            ("foo.github.io", Some("foo.github.io")),
            ("github.io", None),
            ("com.cn", None),
            ("a.xn--fiqs8s.cn", Some("xn--fiqs8s.cn")),
            // 公司.cn is a suffix in both scripts.
            ("a.b.xn--55qx5d.cn", Some("b.xn--55qx5d.cn")),
            ("192.0.2.1", None),
            ("2001:db8::1", None),
        ] {
            assert_eq!(registrable(host), domain, "{host}");
        }
        assert!(is_suffix("com.cn") && is_suffix("github.io") && is_suffix("cn"));
        assert!(!is_suffix("example.com") && !is_suffix("a.internal"));
    }

    #[test]
    fn ladders_climb_to_the_top() {
        let all: Vec<&str> = Host::ladder("a.b.cn").collect();
        assert_eq!(all, ["a.b.cn", "b.cn", "cn"]);
    }

    proptest::proptest! {
        #[test]
        fn normal_forms_are_stable(url in "(https?://)?([a-zA-Z0-9@:.%中国。-]{0,24})(/[a-z]{0,4})?") {
            if let Some(host) = Address::of(&url).and_then(|a| Host::of(a.authority)) {
                let again = ascii(&host.name);
                proptest::prop_assert!(host.name.contains(':') || again.as_ref() == Some(&host.name));
            }
        }
    }
}
