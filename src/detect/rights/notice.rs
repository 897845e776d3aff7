//! Copyright statements: a marker (©, copyright, 版权所有), years and a holder in any order, over
//! one line or two.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::detector::Named;
use super::{Detector, Mark, Part};
use crate::detect::excerpt;
use crate::text::{FoldTable, View};
use crate::{Confidence, Details, RuleIndex, Span};

pub(super) const NOTICE: Named = Named {
    name: "notice",
    make: |rules, of| {
        let weight = |rule: &RuleIndex| {
            let spec = &rules.rules()[rule.0 as usize];
            (*rule, Confidence::from_fraction(spec.confidence))
        };
        Box::new(Notices(of.iter().map(weight).collect()))
    },
};

/// Bytes of the line before a marker, and of the lines after it, that are looked at.
const BEFORE: usize = 160;
const AFTER: usize = 360;
/// Characters of the longest holder.
const LONGEST_HOLDER: usize = 90;
/// Share of a rule's confidence that a statement without a year has: it may be prose.
const WITHOUT_YEAR: f64 = 0.8;

struct Notices(Vec<(RuleIndex, Confidence)>);

/// A statement in folded text.
#[derive(Debug, PartialEq, Eq)]
struct Statement {
    range: Range<usize>,
    holder: String,
    years: String,
}

impl Detector for Notices {
    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Mark>) {
        for (rule, confidence) in &self.0 {
            let mut segments: Vec<Range<usize>> = part
                .words(*rule)
                .map(|word| segment(part.text, &word))
                .collect();
            crate::span::merge(&mut segments);
            for segment in segments {
                view.fold(&part.text[segment.clone()], FoldTable::get());
                for statement in statements(view.text()) {
                    let Range { start, end } = statement.range;
                    let sure = !statement.years.is_empty();
                    let share = if sure { 1.0 } else { WITHOUT_YEAR };
                    let mut details = Details::default();
                    details.push("kind", "statement");
                    let holder = excerpt::without_values(&excerpt::phrase(&statement.holder));
                    details.push("holder", holder);
                    details.push("year", statement.years.as_str());
                    let span = view.original(start, end);
                    found.push(Mark {
                        rule: *rule,
                        span: Span::shifted(span, segment.start as u64),
                        confidence: Confidence::from_fraction(confidence.fraction() * share),
                        reasons: if sure { "marker+year" } else { "marker" }.to_owned(),
                        details,
                        value: Some(statement.holder.to_lowercase().into_bytes()),
                        allowed: None,
                    });
                }
            }
        }
    }
}

/// The line of a word up to it, and what may belong to its statement after it.
fn segment(text: &str, word: &Range<usize>) -> Range<usize> {
    let from = text.floor_char_boundary(word.start.saturating_sub(BEFORE));
    let line = text[from..word.start]
        .rfind('\n')
        .map_or(from, |at| from + at + 1);
    let to = text.ceil_char_boundary((word.end + AFTER).min(text.len()));
    line..to
}

fn regex(cell: &'static OnceLock<Regex>, pattern: &str) -> &'static Regex {
    cell.get_or_init(|| Regex::new(pattern).expect("the pattern is a constant"))
}

/// One marker or several with nothing between them but what may stand there.
fn markers() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"(?i)(?:(?-u:\b)copyrights?(?:ed)?(?-u:\b)|(?-u:\b)copr\.|©|\(c\)|&copy;|版权所有|[著着]作权所有)(?:[ \t:,.*]{0,4}(?:copyrights?(?:ed)?(?-u:\b)|copr\.|©|\(c\)|&copy;|版权所有|[著着]作权所有))*",
    )
}

/// Years and ranges of years, with what joins them.
fn years() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r"(?i)(?:19|20)\d\d(?:\s?(?:[,&/\-–—~]|to|and|至|到)\s?(?:(?:19|20)\d\d|\d\d?|present|now|至今|今))*年?",
    )
}

/// Where a holder ends at the latest.
fn stop() -> &'static Regex {
    static CELL: OnceLock<Regex> = OnceLock::new();
    regex(
        &CELL,
        r#"(?ix) all\s+rights? | some\s+rights | rights?\s+reserved | licen[cs]ed?(?-u:\b) | distributed\s | released\s | this\s+(?:is|file|program|software|work|code|document|library|source|module|script|package|project|product|material|font|page)(?-u:\b) | permission | permitted | see\s+(?:the\s|file|license|copying|accompanying) | redistribution | reproduc | unless\s | http s? :// | www\. | (?-u:\b)version(?-u:\b) | (?-u:\b)authors?: | (?-u:\b)ported\s | (?-u:\b)written\s | (?-u:\b)based\s+on | (?-u:\b)modified\s | (?-u:\b)originally | (?-u:\b)used\s+(?:with|by)(?-u:\b) | (?-u:\b)under\s+(?:the\s|a\s|gpl|bsd|mit|license) | (?-u:\b)for\s+(?:details|more|terms|license) | subject\s+to | (?-u:\b)in\s+no\s+event | (?-u:\b)is\s+(?:licensed|free|hereby|a(?-u:\b)) | (?-u:\b)may\s+be | (?-u:\b)portions?(?-u:\b) | (?-u:\b)powered\s+by | (?-u:\b)contact: | (?-u:\b)email: | e-mail | (?-u:\b)icp(?-u:\b) | 备案 | 未经 | 转载 | 翻印 | 侵权 | 保留 | 禁止 | 不得 | 版权所有 | [著着]作权所有 | 公网安备 | 许可证 | 经营许可 | [。;|<>{}"“”\[\]=\\] | \s-{1,2}\s | \*/ | -->"#,
    )
}

/// Whether what follows a bare marker is prose: the copyright law, copyright holders.
fn is_prose(after: &str) -> bool {
    let mut rest = after.trim_start_matches([' ', ':', ',', '-']);
    for lead in ["holder is ", "holders are ", "owner is ", "owned ", "held "] {
        rest = rest.strip_prefix(lead).unwrap_or(rest);
    }
    for lead in ["by ", "of ", "the "] {
        rest = rest.strip_prefix(lead).unwrap_or(rest);
    }
    let led =
        rest.len() < after.trim_start().len() || after.trim_start().starts_with(char::is_uppercase);
    let first = rest.chars().next();
    !first.is_some_and(|c| c.is_uppercase() && led || c.is_ascii_digit() || !c.is_ascii())
}

/// Every statement in `text`, in order.
fn statements(text: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    for marker in markers().find_iter(text) {
        if found
            .last()
            .is_some_and(|last| last.range.end > marker.start())
        {
            continue;
        }
        let Some(next) = statement(text, marker.start(), marker.end()) else {
            continue;
        };
        match found.last_mut() {
            // © 2019 甲 版权所有: the second marker has the holder of the first before it.
            Some(last) if next.range.start < last.range.end => last.range.end = next.range.end,
            _ => found.push(next),
        }
    }
    found
}

fn statement(text: &str, start: usize, end: usize) -> Option<Statement> {
    let marker = text[start..end].to_lowercase();
    let strong = marker.contains('©') || marker.contains("(c)") || marker.contains("&copy;");
    let named = marker.contains("cop") || marker.contains("所有");
    let rest = following(text, end);
    // 版权所有人 is whoever it is, and no statement.
    if marker.ends_with("所有") && rest.starts_with(['人', '者', '权', '的']) {
        return None;
    }
    let head = rest.trim_start_matches([' ', '\t', ':', ',', '.', '-', '*']);
    let years_near = years()
        .find(&rest)
        .is_some_and(|year| year.start() <= LONGEST_HOLDER);
    if named && !strong && marker.is_ascii() && !years().is_match_at(head, 0) && is_prose(&rest) {
        return None;
    }
    // (c) alone is an item of a list, unless a year follows, or who it is by.
    let by = head
        .strip_prefix("by ")
        .is_some_and(|name| name.starts_with(char::is_uppercase));
    if !named && !marker.contains('©') && !marker.contains("&copy;") && !years_near && !by {
        return None;
    }
    let (holder, years, used) = parsed(&rest);
    let mut statement = Statement {
        range: start..end + used,
        holder,
        years,
    };
    if statement.holder.is_empty() {
        let line = &text[..start];
        let from = line.rfind('\n').map_or(0, |at| at + 1);
        before(&text[from..start], from, &mut statement);
    }
    let trimmed = text[statement.range.clone()].trim_end();
    statement.range.end = statement.range.start + trimmed.len();
    // A marker and nothing else says nothing of whose it is.
    (!statement.holder.is_empty() || !statement.years.is_empty()).then_some(statement)
}

/// What follows a marker: its line, and the next one where the first ends in the middle. Breaks
/// and what decorates comments are spaces, byte for byte.
fn following(text: &str, end: usize) -> String {
    let rest = &text[end..];
    let mut out = String::with_capacity(rest.len().min(AFTER));
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if number > 0 {
            let so_far = out.trim_end();
            let ends_open = so_far.ends_with([',', '&'])
                || so_far.ends_with(" and")
                || so_far.ends_with(" the")
                || so_far.ends_with(" by")
                || so_far.ends_with(" of")
                || so_far.is_empty();
            let bare =
                line.trim_start_matches([' ', '\t', '*', '/', '#', '%', ';', '-', '!', '"', '|']);
            let goes_on = ends_open || continues(so_far, bare);
            if number > 2 || !goes_on || markers().is_match(bare) || bare.trim().is_empty() {
                break;
            }
            out.extend(std::iter::repeat_n(' ', line.len() - bare.len()));
            out.push_str(bare);
        } else {
            out.push_str(line);
        }
    }
    out.replace(['\n', '\r', '\t'], " ")
}

/// Whether a name that fills its line goes on in the next one.
fn continues(line: &str, next: &str) -> bool {
    const TAILS: [&str; 12] = [
        "Inc",
        "Foundation",
        "Corporation",
        "University",
        "Limited",
        "Ltd",
        "Company",
        "Institute",
        "GmbH",
        "Laboratory",
        "Laboratories",
        "Technology",
    ];
    let word: String = next.chars().take_while(|c| c.is_alphabetic()).collect();
    let long = line.len() > 36 && line.ends_with(|c: char| c.is_alphanumeric() || c == ',');
    long && TAILS.contains(&word.as_str())
}

/// Holder and years of what follows a marker, and how many bytes of it they take.
fn parsed(rest: &str) -> (String, String, usize) {
    let rest = &without_addresses(rest);
    // A dash between years, or between them and a name, ends nothing.
    let ends = |found: &regex::Match<'_>| {
        !found.as_str().trim().starts_with('-')
            || !name(&years().replace_all(&rest[..found.start()], " ")).is_empty()
    };
    let limit = stop()
        .find_iter(rest)
        .find(ends)
        .map_or(rest.len(), |m| m.start());
    let limit = sentence_end(&rest[..limit]).min(limit);
    let head = &rest[..limit];
    let all = years_in(head);
    let mut text: Vec<String> = Vec::new();
    let mut list: Vec<&str> = Vec::new();
    let mut at = 0;
    for year in &all {
        text.push(head[at..year.start].to_owned());
        list.push(head[year.clone()].trim_end_matches('年'));
        at = year.end;
    }
    text.push(head[at..].to_owned());
    // Years first, and a name after them; or a name, and years at its end.
    let holder = name(&text.join(" "));
    let used = match all.last() {
        _ if holder.is_empty() => all.last().map_or(0, |year| year.end),
        _ => head
            .trim_end_matches([' ', ',', '.', '*', '/', '#', '-', '('])
            .len(),
    };
    (
        holder,
        list.join(", ")
            .replace(char::is_whitespace, "")
            .replace(',', ", "),
        used,
    )
}

/// Places of years in `text`; the beginning of a longer number is none.
fn years_in(text: &str) -> Vec<Range<usize>> {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let whole = |found: regex::Match<'_>| {
        let mut range = found.range();
        while range.end - range.start > 4 && digit(range.end) {
            let number = |b: &u8| b.is_ascii_digit();
            let digits = text.as_bytes()[range.clone()]
                .iter()
                .rev()
                .take_while(|b| number(b));
            let kept = text[range.start..range.end - digits.count()]
                .trim_end_matches([' ', ',', '-', '&', '/']);
            range.end = range.start + kept.len();
        }
        let alone = !digit(range.end) && (range.start == 0 || !digit(range.start - 1));
        (alone && range.end - range.start >= 4).then_some(range)
    };
    years().find_iter(text).filter_map(whole).collect()
}

/// Where the sentence ends: a full stop after a whole word that is no abbreviation.
fn sentence_end(text: &str) -> usize {
    const SHORT: [&str; 16] = [
        "inc", "ltd", "co", "corp", "jr", "sr", "dr", "st", "univ", "dept", "inst", "llc", "int",
        "no", "prof", "mr",
    ];
    for (at, _) in text.match_indices('.') {
        let next = text[at + 1..].chars().next();
        if !next.is_none_or(char::is_whitespace) {
            continue;
        }
        let word = text[..at]
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let short = SHORT.contains(&word.to_lowercase().as_str())
            && text[at + 1..]
                .trim_start()
                .chars()
                .next()
                .is_none_or(|c| c.is_alphanumeric() || c == '(');
        let number = word.bytes().all(|b| b.is_ascii_digit());
        if word.chars().count() > 1 && !short && !number {
            return at
                + usize::from(
                    word.chars().next().is_some_and(char::is_uppercase) && word.len() <= 4,
                );
        }
    }
    text.len()
}

/// The text with spaces for addresses, byte for byte: names may go on behind them.
fn without_addresses(text: &str) -> String {
    static CELL: OnceLock<Regex> = OnceLock::new();
    let addresses = regex(
        &CELL,
        r"<[^<>]*(?:@|://|www\.| at )[^<>]*>?|\([^()]*(?:@|://|www\.)[^()]*\)?|[0-9A-Za-z._+-]+@[0-9A-Za-z._-]+",
    );
    let blank = |found: &regex::Captures<'_>| " ".repeat(found[0].len());
    addresses.replace_all(text, blank).into_owned()
}

/// A name without decoration and words that only lead to it.
fn name(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    const LEADING: [&str; 14] = [
        "by", "of", "is", "held", "owned", "holder", "holders", "owner", "and", "-", "to", "in",
        "year", "the",
    ];
    while let Some(first) = words.first() {
        let bare = first.trim_matches(|c: char| !c.is_alphanumeric());
        let leads = bare.is_empty() || LEADING[..13].contains(&bare.to_lowercase().as_str());
        if !leads {
            break;
        }
        words.remove(0);
    }
    while words.last().is_some_and(|last| {
        let bare = last.trim_matches(|c: char| !c.is_alphanumeric());
        bare.is_empty()
            || matches!(
                bare.to_lowercase().as_str(),
                "and" | "by" | "the" | "of" | "for"
            )
    }) {
        words.pop();
    }
    let joined = words.join(" ");
    let joined = joined.trim_start_matches(|c: char| !c.is_alphanumeric());
    let joined = joined.trim_end_matches([
        ',', ';', ':', '-', '*', '/', '#', '(', '\'', '`', '!', '~', '·', '—',
    ]);
    if joined.chars().count() > LONGEST_HOLDER || !joined.chars().any(char::is_alphabetic) {
        return String::new();
    }
    joined.trim().to_owned()
}

/// A holder that stands before the marker: Engie (c) 2020, 某某出版社 版权所有.
fn before(line: &str, base: usize, statement: &mut Statement) {
    let tail = line.trim_end_matches([' ', '\t', ',', ':']);
    let from = tail
        .rfind([
            '。', ',', ';', '|', '"', '<', '>', '!', '?', '\u{201C}', '\u{201D}', '【', '(', ':',
        ])
        .map_or(0, |at| {
            at + tail[at..].chars().next().map_or(1, char::len_utf8)
        });
    let piece = &tail[from..];
    let years_found = years().find_iter(piece).last();
    let without = years_found.map_or(piece.to_owned(), |year| piece.replace(year.as_str(), " "));
    let holder = name(&without_addresses(&without));
    let is_name = holder.chars().count() <= 40
        && holder.chars().next().is_some_and(|c| !c.is_lowercase())
        && holder.split_whitespace().count() <= 8;
    if !is_name || holder.is_empty() {
        return;
    }
    if let (Some(year), true) = (years_found, statement.years.is_empty()) {
        statement.years = year.as_str().to_owned();
    }
    statement.holder = holder;
    let lead = piece.len() - piece.trim_start_matches([' ', '\t', '*', '/', '#']).len();
    statement.range.start = base + from + lead;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String)> {
        let statements = statements(text).into_iter();
        statements.map(|s| (s.holder, s.years)).collect()
    }

    #[test]
    fn holders_and_years_in_any_order() {
        for (text, holder, years) in [
            (
                "Copyright (c) 2005-2006 Emma Example",
                "Emma Example",
                "2005-2006",
            ),
            (
                "/* Copyright 2000,2001,2002 Example Foundation, Inc. */",
                "Example Foundation, Inc.",
                "2000, 2001, 2002",
            ),
            (
                "Copyright by Hanna Example 1993-1997",
                "Hanna Example",
                "1993-1997",
            ),
            ("COPYRIGHT (c) Example Works 2005", "Example Works", "2005"),
            ("Example (c) COPYRIGHT 2020", "Example", "2020"),
            (
                "(c) 2002 Anna Example, <a@example.com>",
                "Anna Example",
                "2002",
            ),
            (
                "版权所有 © 2019 某某科技有限公司",
                "某某科技有限公司",
                "2019",
            ),
            ("©2018-2020某某网 版权所有", "某某网", "2018-2020"),
            ("(c) 2004 - 2007 Emma Example", "Emma Example", "2004-2007"),
            (
                "Copyright 2021-Present Example Works",
                "Example Works",
                "2021-Present",
            ),
            ("Copyright 1999, 2000 - Example", "Example", "1999, 2000"),
            ("某某出版社 版权所有 侵权必究", "某某出版社", ""),
            (
                "Copyright 2003 Example Ltd. All rights reserved.",
                "Example Ltd.",
                "2003",
            ),
            (
                " * Copyright (c) 1999 The Board of Example\n *   University",
                "The Board of Example",
                "1999",
            ),
        ] {
            assert_eq!(
                told(text),
                [(holder.to_owned(), years.to_owned())],
                "{text}"
            );
        }
    }

    #[test]
    fn prose_about_copyright_is_no_statement() {
        for text in [
            "the copyright law of the country",
            "copyright holders may object",
            "a) first (b) second (c) third",
            "Copyright notice must be kept",
            "所有版权问题",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }
}
