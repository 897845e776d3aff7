//! URLs of records: kept, but never a password in them, and told from bare domains.

/// What stands where something was taken out.
const HIDDEN: &str = "***";

/// Longest host with a port, in bytes. Source: RFC 1035, 2.3.4, and five digits after a colon.
const LONGEST_HOST: usize = 253 + 6;

/// Parts of the names of parameters whose values let others in. Source: the names in RFC 6749,
/// and in signed URLs of S3, GCS, Azure and OSS.
const SECRET_PARTS: [&str; 8] = [
    "token",
    "secret",
    "passw",
    "pwd",
    "auth",
    "session",
    "signature",
    "credential",
];
/// Whole names of such parameters.
const SECRET_NAMES: [&str; 8] = [
    "key",
    "sig",
    "sid",
    "pass",
    "apikey",
    "api_key",
    "access_key",
    "accesskeyid",
];

/// `url` without user, password, and the values of parameters that let others in or hold an
/// address of a person. Applied to its own result it changes nothing.
pub fn without_secrets(url: &str) -> String {
    let (scheme, rest) = split_scheme(url);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let mut out = String::with_capacity(url.len());
    out.push_str(scheme);
    match authority.rsplit_once('@') {
        Some((_, host)) => {
            out.push_str(HIDDEN);
            out.push('@');
            out.push_str(host);
        }
        // Too long for a host: what was cut off may have been an `@`.
        None if authority.len() > LONGEST_HOST => out.push_str(HIDDEN),
        None => out.push_str(authority),
    }
    for part in tail.split_inclusive(['?', '#', '&', ';']) {
        let end = part.trim_end_matches(['?', '#', '&', ';']).len();
        let (body, mark) = part.split_at(end);
        match body.split_once('=') {
            Some((name, value)) if is_secret(name, value) => {
                out.push_str(name);
                out.push('=');
                out.push_str(HIDDEN);
            }
            _ => out.push_str(body),
        }
        out.push_str(mark);
    }
    out
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || value.contains('@')
        || value.contains("%40")
}

/// With the colon and slashes; empty if there is none.
fn split_scheme(url: &str) -> (&str, &str) {
    let Some(at) = url.find("://") else {
        return ("", url);
    };
    let scheme = &url[..at];
    let known = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    url.split_at(if known { at + 3 } else { 0 })
}

/// Whether `url` is well-formed and leads to a page and not to a site as a whole, which is what
/// `D52-06` asks for.
pub fn is_page(url: &str) -> bool {
    let url = url.trim();
    let (scheme, rest) = split_scheme(url);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let named = host.contains(['.', ':']) && !host.starts_with(['.', ':']);
    !scheme.is_empty()
        && named
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
        && !tail.trim_matches(['/', '?', '#']).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_are_taken_out() {
        let cases = [
            ("https://a.cn/b?c=d#e", "https://a.cn/b?c=d#e"),
            ("https://u:p@a.cn/b", "https://***@a.cn/b"),
            ("ftp://u@p@a.cn", "ftp://***@a.cn"),
            ("u:p@a.cn/b", "***@a.cn/b"),
            (
                "https://a.cn/?id=7&access_token=abc&x=1",
                "https://a.cn/?id=7&access_token=***&x=1",
            ),
            (
                "https://a.cn/f?X-Amz-Signature=0f&X-Amz-Date=2",
                "https://a.cn/f?X-Amz-Signature=***&X-Amz-Date=2",
            ),
            ("https://a.cn/#id_token=abc", "https://a.cn/#id_token=***"),
            (
                "http://a.cn/p;jsessionid=1?x=2",
                "http://a.cn/p;jsessionid=***?x=2",
            ),
            ("https://a.cn/u?mail=x%40y.cn", "https://a.cn/u?mail=***"),
            ("https://a.cn/@user/1", "https://a.cn/@user/1"),
            ("", ""),
            ("不是网址", "不是网址"),
        ];
        for (url, clean) in cases {
            assert_eq!(without_secrets(url), clean);
            assert_eq!(without_secrets(clean), clean, "twice");
        }
        let cut = format!("https://user:{}", "p".repeat(500));
        assert_eq!(without_secrets(&cut), "https://***");
    }

    #[test]
    fn a_domain_is_no_page() {
        for url in [
            "https://a.cn/b",
            "http://a.cn/?id=7",
            "http://[::1]/x",
            "ftp://h.org/f.txt",
        ] {
            assert!(is_page(url), "{url}");
        }
        for url in [
            "https://a.cn",
            "https://a.cn/",
            "a.cn/b",
            "https:///b",
            "https://a.cn/b c",
            "",
        ] {
            assert!(!is_page(url), "{url}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_password_survives(user in "[a-z]{1,8}", password in "[A-Z0-9:@%]{4,20}", path in "[a-z/?&=]{0,20}") {
            let clean = without_secrets(&format!("https://{user}:{password}@a.cn/{path}"));
            proptest::prop_assert!(!clean.contains(&password));
            proptest::prop_assert_eq!(without_secrets(&clean), clean);
        }
    }
}
