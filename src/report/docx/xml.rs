//! Text as XML takes it.

use crate::report::clean::is_disturbing;

/// Appends text between elements: nothing in it is markup, and nothing is left that XML 1.0 does
/// not allow or that would turn the order of what follows.
pub fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if is_disturbing(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
}

/// Text as [`push_text`] appends it, for attributes.
pub fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_text(&mut out, &text.replace(['\t', '\n'], " "));
    out
}
