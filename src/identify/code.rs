//! Whether a text is source code, by the look of its lines.
//!
//! Marks alone do not tell: documentation and mathematics have them as well. Lines of code end
//! and begin in their own ways, so both are asked for, and a text with fences of Markdown is a
//! document about code.

use super::script::{Counts, Script};

/// Marks per thousand bytes below which nothing is code. Set by trial: no statute, novel or page of
/// documentation passes all tests, and nine in ten files of C, C++ and Rust do.
const MARKS: usize = 25;
/// Lines that must be there.
const LINES: usize = 3;
/// Percentage of lines that must look like code.
const SHARE: usize = 40;

/// Bytes that a text of fewer lines must have, and its marks per thousand.
const PACKED_BYTES: usize = 200;
const PACKED_MARKS: usize = 80;

/// Beginnings of lines of code, in the languages that are common in corpora.
const BEGINNINGS: &[&[u8]] = &[
    b"import ",
    b"from ",
    b"#include",
    b"#define",
    b"#if",
    b"#endif",
    b"#pragma",
    b"using ",
    b"package ",
    b"namespace ",
    b"public ",
    b"private ",
    b"protected ",
    b"static ",
    b"class ",
    b"struct ",
    b"enum ",
    b"interface ",
    b"impl ",
    b"trait ",
    b"pub ",
    b"fn ",
    b"func ",
    b"def ",
    b"function ",
    b"return ",
    b"return;",
    b"let ",
    b"const ",
    b"var ",
    b"int ",
    b"void ",
    b"if (",
    b"if(",
    b"for (",
    b"for(",
    b"while (",
    b"while(",
    b"switch ",
    b"case ",
    b"else",
    b"elif ",
    b"} else",
    b"try",
    b"except",
    b"catch",
    b"raise ",
    b"throw ",
    b"@",
    b"//",
    b"/*",
    b"* ",
    b"*/",
    b"<?",
    b"</",
    b"self.",
    b"this.",
    b"end",
    b"local ",
    b"assert",
    b"print",
    b"use ",
    b"mod ",
    b"async ",
    b"await ",
    b"export ",
    b"SELECT ",
    b"INSERT ",
    b"CREATE ",
    b"$",
];

/// Whether a text looks like source code: its beginning `head`, and what was taken of the `rest`.
///
/// Files begin with licences and descriptions, so the rest may decide where there is any.
pub fn is_code(head: &[u8], rest: &[u8], counts: &Counts) -> bool {
    let bytes = head.len() + rest.len();
    if (counts.marks as usize) * 1000 < bytes * MARKS {
        return false;
    }
    // Comments may be in any language, but most of a source file is not.
    if counts.weight(Script::Han) > counts.weight(Script::Latin) {
        return false;
    }
    if [head, rest]
        .iter()
        .any(|part| memchr::memmem::find(part, b"```").is_some())
    {
        return false;
    }
    let (first, then) = (Lines::of(head), Lines::of(rest));
    let all = Lines {
        all: first.all + then.all,
        alike: first.alike + then.alike,
    };
    // Code that was packed into a line or two.
    if all.all < LINES {
        return bytes >= PACKED_BYTES && (counts.marks as usize) * 1000 >= bytes * PACKED_MARKS;
    }
    all.share(SHARE) || (then.all >= LINES && then.share(SHARE + 10) && first.share(SHARE / 4))
}

/// Lines that are not empty, and those of them that look like code.
struct Lines {
    all: usize,
    alike: usize,
}

impl Lines {
    fn of(bytes: &[u8]) -> Self {
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut counts = Self { all: 0, alike: 0 };
        for line in lines.filter(|line| !line.is_empty()) {
            counts.all += 1;
            counts.alike += usize::from(looks_like_code(line));
        }
        counts
    }

    const fn share(&self, percent: usize) -> bool {
        self.alike * 100 >= self.all * percent
    }
}

fn looks_like_code(line: &[u8]) -> bool {
    let last = line[line.len() - 1];
    let ends = matches!(last, b';' | b'{' | b'}' | b'(' | b'[')
        || line.ends_with(b"),")
        || line.ends_with(b"):")
        || line.ends_with(b"=>")
        || line.ends_with(b"->")
        || line.ends_with(b"&&")
        || line.ends_with(b"||");
    ends || BEGINNINGS.iter().any(|begin| line.starts_with(begin))
        || is_assignment(line)
        || is_call(line)
}

/// `name = …`, `a.b[0] += …`
fn is_assignment(line: &[u8]) -> bool {
    let Some(at) = line.iter().position(|byte| *byte == b'=') else {
        return false;
    };
    let left = line[..at].trim_ascii_end();
    let left = left
        .strip_suffix(b"+")
        .or(left.strip_suffix(b"-"))
        .or(left.strip_suffix(b":"))
        .unwrap_or(left);
    let left = left.trim_ascii_end();
    !left.is_empty()
        && left
            .iter()
            .all(|byte| is_name(*byte) || b".[],* ".contains(byte))
        && left.iter().filter(|byte| **byte == b' ').count() <= 3
}

/// `name(…)` to the end of the line.
fn is_call(line: &[u8]) -> bool {
    let name = line
        .iter()
        .take_while(|byte| is_name(**byte) || **byte == b'.' || **byte == b':')
        .count();
    name > 0 && line.get(name) == Some(&b'(') && line.ends_with(b")")
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
