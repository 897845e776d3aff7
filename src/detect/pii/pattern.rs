//! [`Pattern`]: what a value looks like, compiled when it is first needed or before.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// A pattern of a rule.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    has_value_group: bool,
}

impl Pattern {
    /// Compiles a pattern, or says what is wrong with it.
    pub fn new(source: &str) -> Result<Self, String> {
        let compiled = OnceLock::from(compile(source)?);
        Ok(Self {
            source: source.to_owned(),
            compiled,
        })
    }

    /// A pattern that is known to be right, to be compiled when it is first tried: few are in
    /// most texts, and compiling all of them takes longer than loading everything else.
    pub fn known(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    fn compiled(&self) -> &Compiled {
        self.compiled
            .get_or_init(|| compile(&self.source).expect("it compiled when its rule was checked"))
    }

    /// It, with ASCII classes.
    pub fn regex(&self) -> &Regex {
        &self.compiled().regex
    }

    /// Whether it has groups of which one is the value.
    pub fn has_value_group(&self) -> bool {
        self.compiled().has_value_group
    }
}

/// Compiles a pattern with ASCII classes, or says what is wrong with it.
fn compile(pattern: &str) -> Result<Compiled, String> {
    let ascii = with_ascii_classes(pattern)?;
    let regex = RegexBuilder::new(&ascii)
        .size_limit(8 << 20)
        .build()
        .map_err(|error| {
            format!(
                "pattern: {}",
                error.to_string().lines().last().unwrap_or("")
            )
        })?;
    if regex.is_match("") {
        return Err("pattern matches the empty text".to_owned());
    }
    Ok(Compiled {
        has_value_group: regex.capture_names().flatten().any(|name| name == "value"),
        regex,
    })
}

/// `\d`, `\w`, `\s` and their opposites mean ASCII; `\b` is refused, because beside a Han
/// character, which is a word character to it, it does not hold.
fn with_ascii_classes(pattern: &str) -> Result<String, String> {
    // Between ASCII characters only, which is right beside Han characters too.
    const BOUNDARY: &str = r"(?-u:\b)";
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '(' && chars.as_str().starts_with(&BOUNDARY[1..]) {
            out.push_str(BOUNDARY);
            chars.by_ref().take(BOUNDARY.len() - 1).for_each(drop);
            continue;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str("[ \\t\\r\\n]"),
            Some('S') => out.push_str("[^ \\t\\r\\n]"),
            Some('b' | 'B' | '<' | '>') => {
                return Err("pattern uses a word boundary, which fails beside Han characters; use the key `boundary` or (?-u:\\b)".to_owned());
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    Ok(out)
}
