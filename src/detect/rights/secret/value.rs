//! Values that nothing but their surroundings give away: what people write in their place, and
//! what code looks like.

use super::super::confirm::{Candidate, Named};
use crate::Details;

pub const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "no-placeholder",
        what: "nothing that stands for a secret to be filled in: xxxx, your_key, ${VAR}, <…>",
        confirm: no_placeholder,
    },
    Named {
        name: "chosen-password",
        what: "what a person would choose as a password: no placeholder, word, number or code",
        confirm: password,
    },
    Named {
        name: "url-password",
        what: "a password where only one can stand: no placeholder, and not the word for one",
        confirm: url_password,
    },
    Named {
        name: "random",
        what: "letters and digits mixed as a generator mixes them: no placeholder, word or name of code",
        confirm: random,
    },
];

/// Parts of what is written in the place of a secret.
const STAND_INS: [&str; 37] = [
    "example",
    "sample",
    "placeholder",
    "your",
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "replace",
    "insert",
    "redacted",
    "dummy",
    "xxxx",
    "todo",
    "foobar",
    "_here",
    "-here",
    "fake",
    "mysecret",
    "my_secret",
    "my-secret",
    "my_token",
    "my-token",
    "mytoken",
    "${",
    "{{",
    "$(",
    "%(",
    "#{",
    "<%",
    "process.env",
    "environ",
    "getenv",
    "env(",
    "****",
    "....",
    "____",
];
/// Characters of one kind on end, and steps up by one, that no generator makes.
const SAME: usize = 5;
const CLIMB: usize = 6;
/// Fewest different characters.
const DIFFERENT: usize = 4;

/// Whether a value only stands for one.
pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if STAND_INS.iter().any(|part| lower.contains(part)) || value.contains(['<', '>', '…']) {
        return true;
    }
    let bytes = lower.as_bytes();
    let mut seen = [false; 256];
    bytes
        .iter()
        .for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    different < DIFFERENT
        || run(bytes, |a, b| a == b) >= SAME
        || run(bytes, |a, b| b == a.wrapping_add(1)) >= CLIMB
}

/// Longest stretch in which each follows the one before.
fn run(bytes: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    let (mut longest, mut length) = (0, 1);
    for pair in bytes.windows(2) {
        length = if follows(pair[0], pair[1]) {
            length + 1
        } else {
            1
        };
        longest = longest.max(length);
    }
    longest.max(usize::from(!bytes.is_empty()))
}

/// Whether a value is a name of code, a word or a number, such as no password is.
pub(super) fn is_word(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let symbols = value.bytes().filter(|b| b"!@#$%^&*?~+".contains(b)).count();
    // Numbers and dates, and words alone: 2024-01-31, required, user.password, --option.
    let plain = symbols == 0 && (letters == 0 || digits == 0);
    // #ff00aa, 100px, $1
    plain || letters < 2 && value.len() < 12
}

/// Names of variables, types and fields around which code is written.
const NAMES: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "username",
    "userid",
    "string",
    "request",
    "response",
    "params",
    "config",
    "credential",
    "encrypt",
    "decrypt",
    "hash(",
];

/// Whether a value is something that code computes.
fn is_code(of: &Candidate<'_>) -> bool {
    let value = of.value();
    let after = &of.text[of.end..];
    let goes_on = after.starts_with(['(', '[', '{', '<']) && !after.starts_with("</");
    let lower = value.to_ascii_lowercase();
    let address = [
        "http", "ftp", "/", "./", "../", "~/", "@", "#", "$", "--", "\\",
    ];
    goes_on
        || NAMES.iter().any(|name| lower.contains(name))
        || address.iter().any(|start| lower.starts_with(start))
        || lower.contains("://")
        || value.contains(['(', ')', '{', '}', '|', '`'])
        || is_path(value)
        || is_host(value)
}

/// `a.b1.c`, `self.key2`, `foo->bar`, `a::b`.
fn is_path(value: &str) -> bool {
    let identifier = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let parts: Vec<&str> = value.split('.').collect();
    let names = parts
        .iter()
        .all(|part| identifier(part) && part.len() <= 20);
    parts.len() > 1 && names || value.contains("->") || value.contains("::")
}

/// `localhost:22`, `db1.maize.net:5432`.
fn is_host(value: &str) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    value.rsplit_once(':').is_some_and(|(host, port)| {
        let number = (2..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
        number && host.bytes().all(part)
    })
}

fn no_placeholder(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    (!is_placeholder(of.value())).then_some("value")
}

fn password(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let value = of.value();
    let no = is_placeholder(value) || is_word(value) || is_code(of);
    (!no).then_some("value")
}

/// Words that stand for a password in addresses and connection strings of manuals.
const BARE: [&str; 14] = [
    "pass",
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "pw",
    "mypassword",
    "mypass",
    "root",
    "admin",
    "test",
    "guest",
    "required",
];

fn url_password(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let value = of.value();
    let lower = value.to_ascii_lowercase();
    let no = is_placeholder(value)
        || BARE.contains(&lower.as_str())
        || lower.contains("password")
        || value.starts_with(['$', '%', ':'])
        || value.contains(['{', '}', '|']);
    (!no).then_some("value")
}

/// Letters on end that look like words rather than like chance.
const WORD: usize = 14;

fn random(of: &Candidate<'_>, _: &mut Details) -> Option<&'static str> {
    let value = of.value();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let lower_run = value
        .split(|c: char| !c.is_ascii_lowercase())
        .map(str::len)
        .max();
    let no = is_placeholder(value)
        || is_code(of)
        || digits < 2
        || letters < 2
        || lower_run.is_some_and(|run| run >= WORD);
    (!no).then_some("value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(text: &str) -> bool {
        let of = Candidate {
            text,
            start: 0,
            end: text.len(),
        };
        password(&of, &mut Details::default()).is_some()
    }

    #[test]
    fn what_stands_for_a_password_is_none() {
        for none in [
            "xxxxxxxx",
            "********",
            "your_password1",
            "${DB_PASSWORD}",
            "changeme123",
            "<password>",
            "process.env.PW1",
            "required",
            "user.password1",
            "2024-01-31",
            "12345678",
            "abcdefg1",
            "incorrect",
            "example123",
            "#ff00aa",
            "http://a1.b",
            "{{pw1}}",
            "getPw1()",
            "aaaaaaaa1",
            "self.key2",
            "1qaz1qaz<",
        ] {
            assert!(!stands(none), "{none}");
        }
        for one in [
            "hunter2Xk9",
            "Tr0ub4dor&3",
            "P@ssw0rd!",
            "zh0ng&Wen88",
            "9f8a7c6b5d4e",
        ] {
            assert!(stands(one), "{one}");
        }
    }

    #[test]
    fn a_call_is_no_value() {
        let of = Candidate {
            text: "loadKey2(x)",
            start: 0,
            end: 8,
        };
        assert!(password(&of, &mut Details::default()).is_none());
    }
}
