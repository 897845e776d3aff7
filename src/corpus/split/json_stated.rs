//! What a JSON object says of itself besides its text.

use sonic_rs::LazyValue;

use super::json::{DEPTH, Entry, Unescape};
use crate::corpus::meta::{FieldPaths, LONGEST_VALUE, Stated, Stating, Wanted};

/// What the record says of itself.
pub(super) fn stated(entries: &[Entry<'_>], paths: &FieldPaths) -> Stated {
    let mut stating = Stating::new(paths);
    for (key, value) in entries {
        for wanted in paths.behind(key) {
            if !stating.takes(wanted) {
                continue;
            }
            if wanted.is_media() {
                if let Some(value) = inside(value, &wanted.rest) {
                    each_text(&value, DEPTH, &mut |text| stating.give(wanted, key, text));
                }
            } else if let Some(text) =
                inside(value, &wanted.rest).and_then(|v| as_written(&v, wanted.longest()))
            {
                stating.give(wanted, &path_of(key, wanted), &text);
            }
        }
    }
    stating.end()
}

/// The path of a label; of other fields it is of no interest.
fn path_of(key: &str, wanted: &Wanted) -> String {
    let mut path = String::new();
    if wanted.is_label() {
        path.push_str(key);
        for step in &wanted.rest {
            path.push('.');
            path.push_str(step);
        }
    }
    path
}

/// The value behind the keys of `path`.
pub(super) fn inside<'a>(value: &LazyValue<'a>, path: &[String]) -> Option<LazyValue<'a>> {
    let mut value = value.clone();
    for name in path {
        value = value
            .into_object_iter()?
            .flatten()
            .find(|(key, _)| key == name)?
            .1;
    }
    Some(value)
}

/// A string with its escapes resolved; anything else as it is written, but for `null` and what is
/// empty. Cut off somewhere behind `longest` bytes.
fn as_written(value: &LazyValue<'_>, longest: usize) -> Option<String> {
    let raw = value.as_raw_cow();
    match raw.as_bytes().first()? {
        b'"' => {
            let mut text = String::new();
            Unescape::new(&raw[1..raw.len() - 1]).fill(&mut text, longest + 4);
            Some(text)
        }
        b'n' => None,
        b'{' | b'[' if raw[1..raw.len() - 1].trim().is_empty() => None,
        _ => Some(raw[..raw.floor_char_boundary(longest + 4)].to_owned()),
    }
}

/// Every string in lists and objects.
fn each_text(value: &LazyValue<'_>, depth: usize, give: &mut dyn FnMut(&str)) {
    let raw = value.as_raw_cow();
    match raw.as_bytes().first() {
        Some(b'"') => {
            let mut text = String::new();
            Unescape::new(&raw[1..raw.len() - 1]).fill(&mut text, LONGEST_VALUE * 4);
            give(&text);
        }
        Some(b'[') if depth > 0 => {
            let inside = value.clone().into_array_iter();
            for item in inside.into_iter().flatten().flatten() {
                each_text(&item, depth - 1, give);
            }
        }
        Some(b'{') if depth > 0 => {
            let inside = value.clone().into_object_iter();
            for (_, item) in inside.into_iter().flatten().flatten() {
                each_text(&item, depth - 1, give);
            }
        }
        _ => {}
    }
}
