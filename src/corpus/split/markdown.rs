//! Front matter of Markdown: what a document says of itself between two lines of dashes. It is
//! scanned with the document; here only what it says of itself is looked up.

use crate::corpus::meta::Stating;
use crate::corpus::records::Meta;
use crate::corpus::split::json::{MetaPaths, is_dotted};

/// Lines that front matter may have.
const LINES: usize = 200;

/// What the front matter of a document that begins with `text` says: `key: value` lines of YAML,
/// `key = value` of TOML. Nested values are not followed.
pub fn front_matter(text: &str, paths: &MetaPaths) -> Meta {
    let mut meta = Meta {
        sources: vec![None; paths.sources.len()],
        ..Meta::default()
    };
    let mut lines = text.lines().take(LINES);
    let (fence, separator) = match lines.next().map(str::trim_end) {
        Some("---") => ("---", ':'),
        Some("+++") => ("+++", '='),
        _ => return meta,
    };
    let mut stating = Stating::new(&paths.fields);
    let body: Vec<&str> = lines.take_while(|line| line.trim_end() != fence).collect();
    for line in body {
        let Some((key, value)) = line.split_once(separator) else {
            continue;
        };
        let (key, value) = (key.trim_end(), unquoted(value.trim()));
        if value.is_empty() || key.starts_with([' ', '\t', '#', '-']) {
            continue;
        }
        stating.give_named(key, value);
        if is_dotted(&paths.id, key) && meta.id.is_none() {
            meta.id = Some(value.to_owned());
        }
        for (path, slot) in paths.sources.iter().zip(&mut meta.sources) {
            if is_dotted(path, key) && slot.is_none() {
                *slot = Some(value.to_owned());
            }
        }
    }
    meta.stated = stating.end();
    // A label stands in the text, where it is found.
    meta.stated.label = None;
    meta
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = value
            .strip_prefix(quote)
            .and_then(|v| v.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_sources_are_found_in_yaml_and_toml() {
        let paths = MetaPaths {
            id: vec!["id".to_owned()],
            sources: vec![vec!["source".to_owned()], vec!["lang".to_owned()]],
            ..MetaPaths::default()
        };
        let meta = |text: &str| {
            let meta = front_matter(text, &paths);
            (meta.id, meta.sources)
        };
        let both = (Some("7".to_owned()), vec![Some("wiki".to_owned()), None]);
        assert_eq!(
            meta("---\nid: \"7\"\ntitle: x\nsource: wiki\nlang:\n---\ntext"),
            both
        );
        assert_eq!(meta("+++\nid = '7'\nsource = \"wiki\"\n+++\n"), both);
        assert_eq!(meta("id: 7\nsource: wiki\n"), (None, vec![None, None]));
        assert_eq!(meta("---\n---\nid: 7\n"), (None, vec![None, None]));
        assert_eq!(meta("---\na:\n  id: 7\n---\n"), (None, vec![None, None]));
    }
}
