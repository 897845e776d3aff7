//! Text of strangers, fit to stand in a document.

/// The text with what editors do not show, or do not allow, made visible as `U+FFFD`: control
/// characters but tabs and line ends, and what overrides the direction of text.
pub fn clean(text: &str) -> String {
    let of = |c: char| match c {
        '\t' | '\n' => c,
        c if is_disturbing(c) => '\u{FFFD}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(of).collect()
}

/// Control characters, which XML 1.0 does not allow or editors do not show; noncharacters; and
/// what overrides the direction of text, so that a name could look like another one.
pub fn is_disturbing(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}
