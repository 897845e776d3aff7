//! Layout of works that are protected as a whole and are short: lyrics and screenplays.
//!
//! Words lead here (作词, chorus, INT.); lines decide. One finding for each stretch of lines, from
//! its first sign to its last.

use std::ops::Range;

use super::detector::Named;
use super::{Detector, Mark, Part};
use crate::rules::RuleSet;
use crate::text::View;
use crate::{Confidence, Details, RuleIndex, Span};

pub(super) const LAYOUT: Named = Named {
    name: "layout",
    make: |rules, of| {
        let rules = of.iter().map(|rule| Layout::new(rules, *rule));
        Box::new(Layouts(rules.collect()))
    },
};

/// Signs that make a layout, of lines that tell a time or a scene.
const SIGNS: usize = 3;
/// Lines between two signs of one work at most.
const LINES_APART: usize = 60;
/// Lines after the credits that must be short, and characters of a short one.
const SHORT_LINES: usize = 6;
const SHORT_LINE: usize = 24;

struct Layouts(Vec<Layout>);

struct Layout {
    rule: RuleIndex,
    confidence: Confidence,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lyrics,
    Screenplay,
}

impl Layout {
    fn new(rules: &RuleSet, rule: RuleIndex) -> Self {
        let spec = &rules.rules()[rule.0 as usize];
        let is_lyrics = spec.entity.as_deref() == Some("rights.lyrics");
        Self {
            rule,
            confidence: Confidence::from_fraction(spec.confidence),
            kind: if is_lyrics {
                Kind::Lyrics
            } else {
                Kind::Screenplay
            },
        }
    }

    fn mark(&self, range: Range<usize>, reason: &str) -> Mark {
        let mut details = Details::default();
        details.push(
            "kind",
            match self.kind {
                Kind::Lyrics => "lyrics",
                Kind::Screenplay => "screenplay",
            },
        );
        Mark {
            rule: self.rule,
            span: Span::new(range.start, range.end),
            confidence: self.confidence,
            reasons: reason.to_owned(),
            details,
            value: None,
            allowed: None,
        }
    }

    fn find(&self, part: &Part<'_>, found: &mut Vec<Mark>) {
        let timed = self.kind == Kind::Lyrics
            && memchr::memmem::find(part.text.as_bytes(), b"[00:").is_some();
        if !timed && part.words(self.rule).next().is_none() {
            return;
        }
        let is_sign = match self.kind {
            Kind::Lyrics => |line: &str| is_timed(line) || is_section(line),
            Kind::Screenplay => is_scene,
        };
        for signs in runs(part.text, is_sign) {
            found.push(self.mark(signs, "lines"));
        }
        if self.kind == Kind::Lyrics {
            found.extend(
                credited(part.text)
                    .into_iter()
                    .map(|range| self.mark(range, "credits+lines")),
            );
        }
    }
}

impl Detector for Layouts {
    fn find(&self, part: &Part<'_>, _: &mut View, found: &mut Vec<Mark>) {
        self.0.iter().for_each(|layout| layout.find(part, found));
    }
}

/// Lines with their places, without what ends them.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let place = at;
        at += line.len();
        (place, line.trim_end_matches(['\n', '\r']))
    })
}

/// Stretches with enough signs, none of them far from the one before.
fn runs(text: &str, is_sign: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut open: Option<(Range<usize>, usize, usize)> = None;
    for (number, (at, line)) in lines(text).enumerate() {
        let near = open
            .as_ref()
            .is_some_and(|(_, _, last)| number - last <= LINES_APART);
        if !near
            && let Some((range, count, _)) = open.take()
            && count >= SIGNS
        {
            all.push(range);
        }
        if !is_sign(line.trim()) {
            continue;
        }
        let end = at + line.len();
        open = Some(match open {
            Some((range, count, _)) => (range.start..end, count + 1, number),
            None => (at..end, 1, number),
        });
    }
    if let Some((range, count, _)) = open
        && count >= SIGNS
    {
        all.push(range);
    }
    all
}

/// `[00:12.34]词` of the LRC format.
fn is_timed(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digits = |range: Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    bytes.first() == Some(&b'[') && digits(1..3) && bytes.get(3) == Some(&b':') && digits(4..6)
}

/// `[Chorus]`, `(Verse 2)`, 【副歌】 alone in a line.
fn is_section(line: &str) -> bool {
    const NAMES: [&str; 9] = [
        "verse",
        "chorus",
        "bridge",
        "pre-chorus",
        "refrain",
        "主歌",
        "副歌",
        "间奏",
        "尾声",
    ];
    let inner = line.strip_prefix(['[', '(', '【', '(']);
    let inner = inner.and_then(|rest| rest.strip_suffix([']', ')', '】', ')', ':', ':']));
    inner.is_some_and(|inner| {
        let name = inner
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ')
            .to_lowercase();
        NAMES.contains(&name.as_str())
    })
}

/// `INT. KITCHEN - DAY`, 第三场 日 内 客厅, 场景三:街头(夜,外).
fn is_scene(line: &str) -> bool {
    const PLACES: [&str; 5] = ["INT. ", "EXT. ", "INT/EXT", "INT./EXT", "I/E. "];
    if PLACES.iter().any(|place| line.starts_with(place)) {
        return line
            .chars()
            .filter(|c| c.is_alphabetic())
            .all(char::is_uppercase);
    }
    let head: String = line.chars().take(40).collect();
    if head.chars().count() != line.chars().count() {
        return false;
    }
    let number = |rest: &str| {
        rest.chars()
            .next()
            .is_some_and(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
    };
    let scene = line
        .strip_prefix('第')
        .is_some_and(|rest| number(rest) && rest.contains('场'))
        || line.strip_prefix("场景").is_some_and(number);
    let time = ["日", "夜", "晨", "昏"].iter().any(|t| line.contains(t));
    scene && time && (line.contains('内') || line.contains('外'))
}

/// Songs that begin with who wrote words and music, and go on in short lines.
fn credited(text: &str) -> Vec<Range<usize>> {
    let all: Vec<(usize, &str)> = lines(text).collect();
    let credit = |line: &str, names: &[&str]| {
        let line = line.trim();
        names.iter().any(|name| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with([':', ':', '/']))
        })
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (number, (at, line)) in all.iter().enumerate() {
        if found.last().is_some_and(|last| last.end > *at)
            || !credit(line, &["作词", "词", "填词", "词曲", "Lyrics"])
        {
            continue;
        }
        let next = &all[number..all.len().min(number + 6)];
        if !line.trim().starts_with("词曲")
            && !next
                .iter()
                .any(|(_, line)| credit(line, &["作曲", "曲", "Music"]))
        {
            continue;
        }
        let body = all[number + 1..]
            .iter()
            .filter(|(_, line)| !line.trim().is_empty());
        let short = body.take_while(|(_, line)| line.chars().count() <= SHORT_LINE);
        let short: Vec<&(usize, &str)> = short.collect();
        if let Some((last, line)) = short.last()
            && short.len() >= SHORT_LINES
        {
            found.push(*at..last + line.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_decide() {
        let timed = "前言\n[00:01.00]第一句\n[00:05.20]第二句\n[00:09.00]第三句\n后记";
        let found = runs(timed, is_timed);
        assert_eq!(found.len(), 1);
        assert!(
            timed[found[0].clone()].starts_with("[00:01")
                && timed[found[0].clone()].ends_with("第三句")
        );
        assert!(runs("[00:01.00]一\n[00:05.20]二", is_timed).is_empty());
        assert!(
            is_scene("INT. KITCHEN - NIGHT")
                && is_scene("第三场 日 内 客厅")
                && is_scene("场景3:街头 夜 外")
        );
        assert!(!is_scene("INT. is an abbreviation") && !is_scene("第三场比赛在日本"));
        assert!(
            is_section("[Chorus]") && is_section("【副歌】") && !is_section("Chorus of voices")
        );
    }
}
