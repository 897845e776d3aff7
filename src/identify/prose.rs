//! The words of a document without what is no language: code between fences, tags, addresses,
//! identifiers. Documentation in Chinese names so much in English that it would pass for it.

/// Longest tag that is left out, in bytes.
const TAG: usize = 400;

/// The words of `bytes`, with spaces between them; characters outside ASCII stay as they are.
pub fn words(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut fenced) = (0, false);
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"```") {
            fenced = !fenced;
            at += 3;
        } else if fenced {
            at += 1 + memchr::memchr(b'`', &rest[1..]).unwrap_or(rest.len() - 1);
        } else if rest[0] >= 0x80 {
            let end = rest.iter().position(|b| *b < 0x80).unwrap_or(rest.len());
            out.extend_from_slice(&rest[..end]);
            at += end;
        } else if let Some(length) = tag(rest) {
            out.push(b' ');
            at += length;
        } else if rest[0].is_ascii_whitespace() {
            out.push(b' ');
            at += 1;
        } else {
            let end = |b: &u8| b.is_ascii_whitespace() || *b >= 0x80 || *b == b'<';
            let end = 1 + rest[1..].iter().position(end).unwrap_or(rest.len() - 1);
            let run = &rest[..end];
            if is_word(run) {
                out.extend_from_slice(run);
            }
            // What clings to a letter with a mark is part of its word; a space would cut it.
            if rest.get(end).is_none_or(|b| *b < 0x80) {
                out.push(b' ');
            }
            at += end;
        }
    }
    out
}

/// Length of the tag or comment that `bytes` begin with.
fn tag(bytes: &[u8]) -> Option<usize> {
    let next = *bytes.get(1)?;
    if bytes[0] != b'<' || !(next.is_ascii_alphabetic() || matches!(next, b'/' | b'!')) {
        return None;
    }
    let end = memchr::memchr(b'>', &bytes[..bytes.len().min(TAG)])?;
    Some(end + 1)
}

/// Letters with marks around them, as words have; no capital behind a small letter.
fn is_word(run: &[u8]) -> bool {
    let edge = |b: &u8| !b.is_ascii_alphanumeric();
    let Some(start) = run.iter().position(|b| !edge(b)) else {
        return false;
    };
    let end = run.iter().rposition(|b| !edge(b)).map_or(0, |at| at + 1);
    let (around, word) = (&run[..start], &run[start..end]);
    let odd = |b: &u8| {
        matches!(
            b,
            b'/' | b'_' | b'=' | b'@' | b'#' | b'$' | b'`' | b'{' | b'\\'
        )
    };
    let inner = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-');
    word.iter().all(inner)
        && !around.iter().any(odd)
        && !run[end..].iter().any(odd)
        && !word
            .windows(2)
            .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn code_tags_and_names_are_left_out() {
        let cases = [
            (
                "see `foo` and\n```c\nint a;\n```\nthe end.",
                "see and the end.",
            ),
            ("<p class=\"a\">使用CMemoryException类。</p>", "使用类。"),
            ("A l’été, don't (really).", "A l’été don't (really)."),
            ("https://a.cn/b x_y C3043 a=1 fine", "fine"),
        ];
        for (text, words) in cases {
            let out = String::from_utf8(super::words(text.as_bytes())).unwrap();
            let out: Vec<&str> = out.split_whitespace().collect();
            assert_eq!(out.join(" "), words);
        }
    }
}
