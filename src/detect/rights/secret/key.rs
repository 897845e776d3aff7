//! Private keys: what stands between the lines of a PEM file must be a key, whole or cut off.

use super::super::confirm::{Candidate, Named};
use super::base64;
use crate::Details;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "private-key",
        what: "PEM text that decodes to a private key: PKCS #1, PKCS #8, SEC 1, OpenSSH, OpenPGP",
        confirm: pem,
    },
    Named {
        name: "private-key-der",
        what: "base 64 of a whole private key without the lines of PEM: PKCS #1, PKCS #8, SEC 1",
        confirm: bare,
    },
];

/// Fewest bytes of a key that is cut off: its header and some of its numbers.
const CUT_OFF: usize = 60;

/// What is known of a key.
#[derive(Debug, Default, PartialEq, Eq)]
struct Key {
    format: &'static str,
    algorithm: &'static str,
    encrypted: bool,
}

impl Key {
    const fn new(format: &'static str, algorithm: &'static str) -> Self {
        Self {
            format,
            algorithm,
            encrypted: false,
        }
    }

    fn tell(self, details: &mut Details) -> Option<&'static str> {
        details.push("format", self.format);
        details.push("algorithm", self.algorithm);
        if self.encrypted {
            details.push("note", "encrypted");
        }
        Some("structure")
    }
}

fn pem(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let (head, rest) = of
        .value()
        .split_once("-----BEGIN ")?
        .1
        .split_once("-----")?;
    let body = rest.split("-----END").next()?;
    let whole = body.len() < rest.len();
    if head.starts_with("PGP") {
        return openpgp(body)?.tell(details);
    }
    let (bytes, headers) = body_of(body)?;
    let key = match head.starts_with("OPENSSH") {
        true => openssh(&bytes),
        // RFC 1421: the key is encrypted as a whole, and nothing can be told of it.
        false if headers.contains("ENCRYPTED") => Some(Key {
            encrypted: true,
            ..Key::new("PKCS#1", "")
        }),
        false => der(&bytes, whole),
    };
    key?.tell(details)
}

fn bare(of: &Candidate<'_>, details: &mut Details) -> Option<&'static str> {
    let bytes = base64(&of.value().replace(char::is_whitespace, ""))?;
    der(&bytes, true)?.tell(details)
}

/// Bytes of the lines of a body, and its headers. Line ends may be written as `\n`, and lines be
/// strings of a program.
fn body_of(body: &str) -> Option<(Vec<u8>, String)> {
    let (mut text, mut headers) = (String::new(), String::new());
    for line in body.replace("\\r", "\n").replace("\\n", "\n").lines() {
        let decoration =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '`' | '#' | '>');
        let mut line = line.trim_matches(decoration);
        // "…" + "…"
        if let Some(inner) = line
            .strip_suffix('+')
            .map(|l| l.trim_end_matches(decoration))
        {
            line = if inner.len() + 1 < line.len() {
                inner
            } else {
                line
            };
        }
        match line.contains(':') {
            true => headers.push_str(line),
            false => text.push_str(line),
        }
    }
    let wanted = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let encoded: String = text.chars().take_while(wanted).collect();
    let whole = encoded.trim_end_matches('=');
    // What is cut off inside a group loses it.
    let groups = match whole.len() % 4 {
        1 => &whole[..whole.len() - 1],
        _ => whole,
    };
    Some((base64(groups)?, headers))
}

/// One element: tag, declared length, content as far as it is there, what follows.
fn element(bytes: &[u8]) -> Option<(u8, usize, &[u8], &[u8])> {
    let (tag, first) = (*bytes.first()?, usize::from(*bytes.get(1)?));
    let (length, at) = match first {
        0..=0x7f => (first, 2),
        0x81..=0x83 => {
            let octets = bytes.get(2..2 + (first - 0x80))?;
            let length = octets.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
            (length, 2 + octets.len())
        }
        _ => return None,
    };
    let rest = bytes.get(at..)?;
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some((tag, length, content, rest))
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Identifiers of algorithms, as they are encoded. Source: RFC 3279, RFC 5480, RFC 8410, RFC 8018,
/// RFC 7292, GM/T 0006-2012.
const ALGORITHMS: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01], "RSA"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "EC"),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d], "SM2"),
];
const CURVE_SM2: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
/// Beginnings of identifiers of encryption by a password.
const ENCRYPTIONS: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c],
];

/// A private key in DER. `whole`: the text says where it ends.
///
/// Source: RFC 8017 A.1.2, RFC 5958, RFC 5915.
fn der(bytes: &[u8], whole: bool) -> Option<Key> {
    let (tag, length, content, rest) = element(bytes)?;
    let complete = content.len() == length && rest.is_empty();
    // A text that says where it ends may still have been shortened: then it opens nothing.
    if tag != SEQUENCE
        || !(complete || !whole && content.len() >= CUT_OFF && content.len() < length)
    {
        return None;
    }
    let (first, _, inner, rest) = element(content)?;
    let (second, size, next, after) = element(rest)?;
    match (first, inner, second) {
        // Version, then the modulus; of DSA, then p.
        (INTEGER, [0], INTEGER) if size >= 32 => {
            let exponent = element(after).is_none_or(|(_, size, ..)| size <= 8);
            Some(Key::new("PKCS#1", if exponent { "RSA" } else { "DSA" }))
        }
        (INTEGER, [0 | 1], SEQUENCE) => {
            let algorithm = algorithm(next)?;
            let (octets, ..) = element(after)?;
            (octets == OCTETS).then(|| Key::new("PKCS#8", algorithm))
        }
        (INTEGER, [1], OCTETS) if (16..=66).contains(&size) => {
            let sm2 = after.windows(CURVE_SM2.len()).any(|part| part == CURVE_SM2);
            Some(Key::new("SEC 1", if sm2 { "SM2" } else { "EC" }))
        }
        (SEQUENCE, _, OCTETS) => {
            let (tag, _, id, _) = element(inner)?;
            let encrypted = ENCRYPTIONS.iter().any(|start| id.starts_with(start));
            (tag == OBJECT && encrypted).then(|| Key {
                encrypted: true,
                ..Key::new("PKCS#8", "")
            })
        }
        _ => None,
    }
}

fn algorithm(identifier: &[u8]) -> Option<&'static str> {
    let (tag, _, id, parameters) = element(identifier)?;
    if tag != OBJECT {
        return None;
    }
    let curve = element(parameters).map(|(_, _, curve, _)| curve);
    if curve == Some(CURVE_SM2) {
        return Some("SM2");
    }
    let known = ALGORITHMS.iter().find(|(start, _)| id.starts_with(start));
    Some(known.map_or("", |(_, name)| name))
}

/// Source: PROTOCOL.key of OpenSSH.
fn openssh(bytes: &[u8]) -> Option<Key> {
    let mut rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let mut string = || -> Option<&[u8]> {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (content, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(content)
    };
    let (cipher, _, _) = (string()?, string()?, string()?);
    // Number of keys, then the first public one, which begins with its type.
    let public = rest.get(8..)?;
    let (length, public) = public.split_first_chunk::<4>()?;
    let kind = public.get(..u32::from_be_bytes(*length) as usize)?;
    let algorithm = match kind {
        b"ssh-ed25519" => "Ed25519",
        b"ssh-rsa" => "RSA",
        b"ssh-dss" => "DSA",
        kind if kind.starts_with(b"ecdsa-") => "EC",
        kind if kind.starts_with(b"sk-") => "security key",
        _ => return None,
    };
    Some(Key {
        encrypted: cipher != b"none",
        ..Key::new("OpenSSH", algorithm)
    })
}

/// The first packet must be a secret key, and the checksum right where there is one.
///
/// Source: RFC 9580, 4.2, 5.5 and 6.1.
fn openpgp(body: &str) -> Option<Key> {
    let body = body.replace("\\n", "\n");
    // Headers end with an empty line.
    let body = body.trim_start();
    let body =
        body.split_once("\n\n").map_or(
            body,
            |(headers, rest)| {
                if headers.contains(": ") { rest } else { body }
            },
        );
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut text, mut check) = (String::new(), None);
    for line in lines {
        match line.strip_prefix('=') {
            Some(sum) if sum.len() == 4 => check = base64(sum),
            _ if line.contains(": ") => {}
            _ => text.push_str(line),
        }
    }
    let bytes = base64(&text)?;
    let first = *bytes.first()?;
    let tag = match first & 0xc0 {
        0xc0 => first & 0x3f,
        0x80 => first >> 2 & 0x0f,
        _ => return None,
    };
    let right = check.is_none_or(|check| check == crc24(&bytes));
    (right && matches!(tag, 5 | 7) && bytes.len() >= CUT_OFF).then(|| Key::new("OpenPGP", ""))
}

fn crc24(bytes: &[u8]) -> [u8; 3] {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    let [_, a, b, c] = crc.to_be_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = content.len();
        let mut out = vec![tag];
        match length {
            0..0x80 => out.push(length as u8),
            0x80..0x100 => out.extend([0x81, length as u8]),
            _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        out
    }

    /// A key of nobody: its numbers are one byte over and over.
    fn rsa() -> Vec<u8> {
        let number = |size| tlv(INTEGER, &[&vec![0x5a; size]]);
        let numbers: Vec<Vec<u8>> = [128, 3, 128, 64, 64, 64, 64, 64].map(number).into();
        let parts: Vec<&[u8]> = numbers.iter().map(Vec::as_slice).collect();
        tlv(SEQUENCE, &[&[INTEGER, 1, 0], &parts.concat()])
    }

    fn told(label: &str, body: &str) -> Option<Details> {
        let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----");
        let of = Candidate {
            text: &text,
            start: 0,
            end: text.len(),
        };
        let mut details = Details::default();
        pem(&of, &mut details).map(|_| details)
    }

    fn lines(bytes: &[u8], end: &str) -> String {
        let text = STANDARD.encode(bytes);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        lines.join(end)
    }

    #[test]
    fn keys_are_told_by_what_they_decode_to() {
        let key = rsa();
        let details = told("RSA PRIVATE KEY", &lines(&key, "\n")).unwrap();
        assert_eq!(
            (details.get("format"), details.get("algorithm")),
            (Some("PKCS#1"), Some("RSA"))
        );
        assert!(told("RSA PRIVATE KEY", &lines(&key, "\\n")).is_some());
        assert!(told("RSA PRIVATE KEY", &lines(&key, "\" +\n  \"")).is_some());
        let identifier = tlv(SEQUENCE, &[&tlv(OBJECT, &[&[0x2b, 0x65, 0x70]])]);
        let inner = tlv(OCTETS, &[&tlv(OCTETS, &[&[7; 32]])]);
        let ed25519 = tlv(SEQUENCE, &[&[INTEGER, 1, 0], &identifier, &inner]);
        let details = told("PRIVATE KEY", &lines(&ed25519, "\n")).unwrap();
        assert_eq!(details.get("algorithm"), Some("Ed25519"));
        let curve = tlv(0xa0, &[&tlv(OBJECT, &[CURVE_SM2])]);
        let sm2 = tlv(
            SEQUENCE,
            &[&[INTEGER, 1, 1], &tlv(OCTETS, &[&[7; 32]]), &curve],
        );
        let details = told("EC PRIVATE KEY", &lines(&sm2, "\n")).unwrap();
        assert_eq!(details.get("algorithm"), Some("SM2"));
    }

    #[test]
    fn what_is_no_private_key_is_not_told() {
        let key = rsa();
        assert!(told("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA...").is_none());
        assert!(
            told("PRIVATE KEY", &lines(&key[..200], "\n")).is_none(),
            "shortened"
        );
        let public = tlv(
            SEQUENCE,
            &[
                &tlv(SEQUENCE, &[&tlv(OBJECT, &[ALGORITHMS[0].0])]),
                &tlv(3, &[&[1; 90]]),
            ],
        );
        assert!(told("PRIVATE KEY", &lines(&public, "\n")).is_none());
        assert!(told("PRIVATE KEY", &"your key ".repeat(9)).is_none());
        assert!(told("OPENSSH PRIVATE KEY", &lines(&key, "\n")).is_none());
    }

    #[test]
    fn openpgp_blocks_have_a_checksum() {
        let mut packet = vec![0x95, 0x01, 0x00];
        packet.extend([0x42; 80]);
        let sum = STANDARD.encode(crc24(&packet));
        let body = |sum: &str| format!("Version: 1\n\n{}\n={sum}", lines(&packet, "\n"));
        assert!(told("PGP PRIVATE KEY BLOCK", &body(&sum)).is_some());
        assert!(told("PGP PRIVATE KEY BLOCK", &body("AAAA")).is_none());
    }
}
