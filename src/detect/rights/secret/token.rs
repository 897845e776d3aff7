//! Tokens that prove themselves: by a checksum, or by what they decode to.

use super::super::confirm::{Candidate, Named};
use super::{base64, base64_strict, value};
use crate::Details;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "crc32-base62",
        what: "six characters of CRC-32 in base 62 at the end of a token (GitHub, npm: token formats, 2021)",
        confirm: crc32_base62,
    },
    Named {
        name: "aws-key-id",
        what: "base 32 of an AWS key id; tells the account it belongs to",
        confirm: aws_key_id,
    },
    Named {
        name: "pypi-macaroon",
        what: "location of a PyPI macaroon (pypi.org or test.pypi.org)",
        confirm: pypi,
    },
    Named {
        name: "jwt",
        what: "header of a JSON Web Token with `alg` (RFC 7519)",
        confirm: jwt,
    },
    Named {
        name: "discord-id",
        what: "first part of a Discord token: the digits of a user in base 64",
        confirm: discord,
    },
    Named {
        name: "basic-auth",
        what: "user and password in base 64 (RFC 7617)",
        confirm: basic_auth,
    },
    Named {
        name: "age-key",
        what: "Bech32 checksum of an age identity (C2SP age)",
        confirm: age,
    },
    Named {
        name: "base64-text",
        what: "base 64 of at least four bytes",
        confirm: base64_values,
    },
];

/// Digits of base 62, as token formats of 2021 use them.
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of the checksum.
const CHECK: usize = 6;

/// Source: GitHub, "Behind GitHub's new authentication token formats", 2021; npm follows it.
fn crc32_base62(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let (_, token) = of.value().split_once('_')?;
    let (body, check) = token.split_at_checked(token.len().checked_sub(CHECK)?)?;
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut expected = [b'0'; CHECK];
    for digit in expected.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    (check.as_bytes() == expected).then_some("checksum")
}

/// Key ids made since 2019 hold the account in their first 48 bits; earlier ones begin with I or
/// J. The account is no secret, and says whom to warn.
fn aws_key_id(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let body = of.value().as_bytes().get(4..)?;
    // Keys of the documentation end so; the rule says of them that they are nobody's.
    let sample_less = of.value().trim_end_matches("EXAMPLE");
    let mut number = 0u64;
    for byte in body.get(..10)? {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        number = number << 5 | digit as u64;
    }
    if !body.iter().all(|byte| DIGITS.contains(byte)) || value::is_placeholder(sample_less) {
        return None;
    }
    if body[0] > b'J' {
        // 50 bits, of which the first is nothing and 40 follow: an account has twelve digits.
        let account = (number >> 2 & 0x7fff_ffff_ff80) >> 7;
        if account < 1_000_000_000_000 {
            details.push("account", format!("{account:012}"));
        }
    }
    Some("structure")
}

fn pypi(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let bytes = base64(of.value().strip_prefix("pypi-")?)?;
    // Version 2, a field of type 1 with its length, then the location.
    let length = usize::from(*bytes.get(2)?);
    let location = std::str::from_utf8(bytes.get(3..3 + length)?).ok()?;
    let right = bytes.starts_with(&[2, 1]) && matches!(location, "pypi.org" | "test.pypi.org");
    right.then(|| {
        details.push("host", location);
        "structure"
    })
}

fn jwt(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let mut parts = of.value().split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    let object = |part: &str| {
        let value = serde_json::from_slice::<serde_json::Value>(&base64(part)?).ok()?;
        value.is_object().then_some(value)
    };
    let header = object(header)?;
    // An encrypted payload is no JSON; a signed one is.
    let encrypted = header.get("enc").is_some();
    if !encrypted {
        object(payload)?;
    }
    let algorithm = header.get("alg")?.as_str()?;
    let named = algorithm.len() <= 20
        && algorithm
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'+');
    named.then(|| {
        details.push("algorithm", algorithm);
        let unsigned = algorithm.eq_ignore_ascii_case("none");
        if unsigned {
            details.push("note", "not signed (alg none)");
        }
        "structure"
    })
}

fn discord(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let id = base64(of.value().split('.').next()?)?;
    let digits = (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
    digits.then_some("structure")
}

fn basic_auth(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let bytes = base64_strict(of.value())?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    let plain = !text.chars().any(char::is_control);
    let stands = plain && !user.is_empty() && password.len() >= 4;
    (stands && !value::is_placeholder(password) && !value::is_word(password)).then_some("structure")
}

fn age(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let (prefix, data) = bech32::decode(of.value()).ok()?;
    let right = prefix.as_str().eq_ignore_ascii_case("age-secret-key-") && data.len() == 32;
    right.then_some("checksum")
}

/// The values of lines `name: base64`, one at least.
fn base64_values(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let encoded = |line: &str| {
        let text = line.rsplit(':').next().unwrap_or_default();
        let bytes = base64_strict(text.trim().trim_matches(['"', '\'']));
        bytes.is_some_and(|bytes| bytes.len() >= 4)
    };
    of.value().lines().any(encoded).then_some("structure")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rights::confirm::Confirm;

    fn told(confirm: Confirm, text: &str) -> Option<Details> {
        let mut details = Details::default();
        let of = Candidate {
            text,
            start: 0,
            end: text.len(),
        };
        confirm(&of, &mut details).map(|_| details)
    }

    /// The token of GitHub's own description, expired when it was published, in two parts.
    #[test]
    fn checksums_decide() {
        let token = ["ghp_zQWBuTSOoRi4A9spHcVY5n", "cnsDkxkJ0mLq17"].concat();
        assert!(told(crc32_base62, &token).is_some());
        assert!(told(crc32_base62, &token.replace("0mLq17", "0mLq18")).is_none());
        assert!(told(crc32_base62, "ghp_short").is_none());
    }

    /// Account as published with the description of the scheme.
    #[test]
    fn aws_key_ids_tell_their_account() {
        let id = ["ASIAQNZGKIQY", "56JQ7WML"].concat();
        let details = told(aws_key_id, &id).unwrap();
        assert_eq!(details.get("account"), Some("029608264753"));
        assert!(told(aws_key_id, "AKIA1111111111111111").is_none());
    }

    #[test]
    fn a_header_without_alg_is_no_token() {
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        use base64::Engine as _;
        let token = |header: &str| format!("{}.{}.c2ln", encode(header), encode(r#"{"a":1}"#));
        let details = told(jwt, &token(r#"{"alg":"HS256"}"#)).unwrap();
        assert_eq!(details.get("algorithm"), Some("HS256"));
        let none = told(jwt, &token(r#"{"alg":"none"}"#)).unwrap();
        assert_eq!(none.get("note"), Some("not signed (alg none)"));
        assert!(told(jwt, &token(r#"{"typ":"JWT"}"#)).is_none());
        assert!(told(jwt, "eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.c2ln").is_none());
    }
}
