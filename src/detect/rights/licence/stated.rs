//! Licences that a text states in few words: tags, fields, names, addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::names::Names;
use super::value::licence_of_value;
use super::words::Words;
use super::{creative_commons, links};
use crate::detect::rights::Part;
use crate::rules::LicenceStatement as Statement;
use crate::text::{FoldTable, View};

/// Longest expression, and longest value of a field, in bytes.
const EXPRESSION: usize = 200;
const VALUE: usize = 120;
/// Bytes before and after a word of a name that are looked at.
const BEFORE: usize = 120;
const AFTER: usize = 260;
/// Characters before a name in which it may be said that something is under it.
const LEAD: usize = 48;
/// Longest line that is a title, in bytes.
const TITLE_LINE: usize = 100;

/// Values of `SPDX-License-Identifier:`.
pub fn identifiers(
    part: &Part<'_>,
    places: &[Range<usize>],
    view: &mut View,
    tell: &mut impl FnMut(Range<usize>, Statement),
) {
    for place in places {
        let end = part
            .text
            .ceil_char_boundary((place.end + EXPRESSION).min(part.text.len()));
        view.fold(&part.text[place.end..end], FoldTable::get());
        let text = view.text();
        let Some(value) = text.trim_start_matches([' ', '"', '\'']).strip_prefix(':') else {
            continue;
        };
        let from = text.len() - value.len();
        let line = value.split(['\n', '\r']).next().unwrap_or_default();
        let is_part = |c: char| c.is_ascii_alphanumeric() || " .-+():/".contains(c);
        let line = &line[..line.find(|c| !is_part(c)).unwrap_or(line.len())];
        let (length, statement) = longest(line);
        if length > 0 {
            let until = view.original(from, from + length).end as usize;
            tell(place.start..place.end + until, statement);
        }
    }
}

/// The longest beginning of a line that is an expression, and its bytes; if there is none, its
/// first word and why it is none.
fn longest(line: &str) -> (usize, Statement) {
    let mut ends: Vec<usize> = line
        .char_indices()
        .filter(|(at, c)| *c == ' ' && !line[..*at].trim().is_empty())
        .map(|(at, _)| at)
        .collect();
    ends.push(line.len());
    let whole = line.trim_end().len();
    for end in ends.iter().rev().take(24) {
        let text = line[..*end].trim_end_matches(['.', ' ', ':', '-', '/']);
        let statement = Statement::of_expression(text);
        if statement.problem.is_none() {
            return (text.len(), statement);
        }
    }
    let first = ends.first().map_or(whole, |end| (*end).min(whole));
    match whole {
        0 => (0, Statement::of_expression("")),
        _ => (first, Statement::of_expression(line)),
    }
}

/// Values of fields: `License: MIT`, `license = "MIT"`, badges, classifiers.
pub fn fields(
    part: &Part<'_>,
    places: &[Range<usize>],
    view: &mut View,
    tell: &mut impl FnMut(Range<usize>, Statement),
) {
    for place in places {
        let end = part
            .text
            .ceil_char_boundary((place.end + VALUE).min(part.text.len()));
        view.fold(&part.text[place.end..end], FoldTable::get());
        let text = view.text();
        let lead = text.len()
            - text
                .trim_start_matches([' ', '\t', ':', '=', '"', '\'', '`'])
                .len();
        let rest = &text[lead..];
        // shields.io: the value ends where its color begins, and blanks are coded.
        let is_badge = part.text[place.clone()].contains('/');
        let ends: &[char] = match is_badge {
            true => &['-', ')', ']', '"', '\n', ' ', '.', '?'],
            false => &['\n', '\r', '"', '\'', '`', '<', '。', ';', '{', '}', '\\'],
        };
        let value = match is_badge {
            true => badge(rest),
            false => rest.split(ends).next().unwrap_or_default().trim_end(),
        };
        let plain = value
            .replace("%20", " ")
            .replace("--", "-")
            .replace('_', " ");
        // "OSI Approved :: MIT License" of Python packages.
        let named = plain.rsplit("::").next().unwrap_or_default().trim();
        let statement = licence_of_value(named.trim_end_matches(['.', ',', ' ', '*', '#']));
        if statement.problem.is_none() && !value.is_empty() {
            let until = view.original(lead, lead + value.len()).end as usize;
            tell(place.start..place.end + until, statement);
        }
    }
}

/// The message of a badge: up to the single `-` before its color, `--` being a dash.
fn badge(rest: &str) -> &str {
    let all = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.%+".contains(c)))
        .map_or(rest, |end| &rest[..end]);
    let bytes = all.as_bytes();
    let single = (0..bytes.len()).rev().find(|at| {
        let dash = |at: usize| bytes.get(at) == Some(&b'-');
        dash(*at) && !dash(at + 1) && (*at == 0 || !dash(at - 1))
    });
    match single {
        Some(at) if at > 0 => &all[..at],
        _ => all,
    }
}

/// What says before a name that something is under it.
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)(?:(?-u:\b)under(?-u:\b)|licen[sc]ed|licen[sc]e[sd]?(?: is|:)|terms of|released|distributed|permitted by|covered by|subject to|dedicated to|遵循|遵守|采用|基于|使用|依据|根据|按照|依照|依|以|适用|授权|许可|协议|开源|声明|版权|发布)";
    Regex::new(pattern).expect("the pattern is a constant")
});

/// What says after a name that a licence is meant.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s\-_)>\]*”\d.v]{0,8}(?:licen[sc]e|许可|协议|授权|条款|下(?:发布|授权)|开源)",
    )
    .expect("the pattern is a constant")
});

/// Licences that are named where it is said that something is under them.
pub fn names(
    part: &Part<'_>,
    places: &[Range<usize>],
    view: &mut View,
    tell: &mut impl FnMut(Range<usize>, Statement, &'static str),
) {
    let mut segments: Vec<Range<usize>> = places
        .iter()
        .map(|place| {
            let from = part
                .text
                .floor_char_boundary(place.start.saturating_sub(BEFORE));
            from..part
                .text
                .ceil_char_boundary((place.end + AFTER).min(part.text.len()))
        })
        .collect();
    crate::span::merge(&mut segments);
    for segment in segments {
        view.fold(&part.text[segment.clone()], FoldTable::get());
        let text = view.text();
        let mut told: Vec<Range<usize>> = Vec::new();
        let mut tell = |range: Range<usize>, id: &str, reason: &'static str| {
            let original = view
                .original(range.start, range.end)
                .shifted(segment.start as u64);
            tell(original.range(), Statement::one(id), reason);
        };
        for found in creative_commons::find(text) {
            if let Some(reason) = stated(text, &found.range, true) {
                tell(found.range.clone(), &found.id, reason);
            }
            told.push(found.range);
        }
        let words = Words::of(text);
        let mut at = 0;
        while at < words.hashes.len() {
            let Some(named) = Names::get().at(&words, at) else {
                at += 1;
                continue;
            };
            let range =
                words.places[at].start as usize..words.places[named.words.end - 1].end as usize;
            let within = told
                .iter()
                .any(|told| told.start < range.end && range.start < told.end);
            let called = named.is_called_licence || CALLED.is_match(&text[range.end..]);
            // A word that is a name may be any word: "mit", "apache".
            let enough = called || (named.length > 1 && named.id != "LicenseRef-PublicDomain");
            at = if enough && !within {
                named.words.end
            } else {
                at + 1
            };
            if within || !enough {
                continue;
            }
            if let Some(reason) = stated(text, &range, called) {
                tell(range, named.id, reason);
            }
        }
    }
}

/// Why a name states a licence: what stands before it, or that it is a title.
fn stated(text: &str, name: &Range<usize>, called: bool) -> Option<&'static str> {
    let line_start = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let paragraph = text[..name.start].rfind("\n\n").map_or(0, |at| at + 2);
    let mut from = name.start;
    for _ in 0..LEAD {
        match text[paragraph..from].chars().next_back() {
            Some(c) if c != '。' => from -= c.len_utf8(),
            _ => break,
        }
    }
    if LEADS.is_match(&text[from..name.start]) {
        return Some("lead");
    }
    let line_end = text[name.end..]
        .find('\n')
        .map_or(text.len(), |at| name.end + at);
    let head = &text[line_start..name.start];
    let decoration = |c: char| !c.is_alphanumeric() || "the".contains(c.to_ascii_lowercase());
    let title = called && line_end - line_start <= TITLE_LINE && head.chars().all(decoration);
    let rest = text[name.end..line_end].split_whitespace().count();
    (title && rest <= 4).then_some("title")
}

/// Addresses of licences.
pub fn addresses(
    part: &Part<'_>,
    places: &[Range<usize>],
    tell: &mut impl FnMut(Range<usize>, Statement),
) {
    for place in places {
        let end = place.start + links::end_of(&part.text[place.start..]);
        if let Some(id) = links::licence_of(&part.text[place.start..end]) {
            tell(place.start..end, Statement::one(&id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badges_end_before_their_color() {
        for (rest, value) in [
            ("MIT-blue.svg)", "MIT"),
            ("Apache%202.0-blue", "Apache%202.0"),
            ("BSD--3--Clause-green.svg", "BSD--3--Clause"),
            ("MIT", "MIT"),
        ] {
            assert_eq!(badge(rest), value, "{rest}");
        }
    }

    #[test]
    fn the_longest_beginning_that_is_an_expression_counts() {
        for (line, length, licence) in [
            (" MIT", 4, "MIT"),
            (" MIT OR Apache-2.0", 18, "MIT OR Apache-2.0"),
            (" MIT and more words", 4, "MIT"),
            (" Apache-2.0. See the file", 11, "Apache-2.0"),
            (" Nonesuch-1 text", 11, "NOASSERTION"),
        ] {
            let (end, statement) = longest(line);
            assert_eq!(
                (end, statement.licence.as_str()),
                (length, licence),
                "{line}"
            );
        }
        assert_eq!(longest("  ").0, 0);
    }
}
