//! Postal addresses in Chinese: region, street, house, room.
//!
//! An address is detailed enough to be somebody's when it names three levels at least and ends in
//! a number of a house or room. The search starts at those numbers (`12号`, `3单元`, `502室`), which
//! are rare, and reads backwards to the region or the street the address begins with.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use regex::Regex;

use crate::rules::Tables;
use crate::text::{FoldTable, Folded};

/// Characters before the first house number in which an address begins.
pub(super) const REACH: usize = 60;
/// Levels from which a place is a home and no district. Source: taxonomy of the product, 2.3.
const LEVELS: usize = 3;

/// What a number of a building, floor or room is followed by.
const UNITS: &str = "号楼|号院|号|栋|幢|座|弄|单元|门|层|楼|室|房|户|组";

/// The numbered end of an address: one or more numbered units, with a named building between.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    let number = "[0-9A-Za-z一二三四五六七八九十甲乙丙丁-]{1,6}";
    let named = r"(?:[\p{Han}]{2,10}?(?:小区|花园|公寓|大厦|广场|家园|新村|大楼|公馆|中心|苑|城|里|园|府|院|厦|村))";
    compiled(&format!(
        r"^(?:{number}(?:{UNITS}))(?:[ ,-]?{named}?[ ,-]?{number}(?:{UNITS}))*(?:[ -]?[0-9A-Za-z]{{1,5}})?"
    ))
});

/// Levels that end in a word of their own.
static NAMED_LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"[\p{Han}0-9]{1,12}?(?:镇|乡|街道|村|社区|大道|胡同|路|街|巷|弄|小区|花园|公寓|大厦|广场|家园|新村|大楼|公馆|苑)",
    )
});

/// A street or village right before the number, where no region opens the address.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?:[\p{Han}]{1,8}(?:镇|乡|街道|村|大道|胡同|路|街|巷))+[\p{Han}0-9]{0,12}$")
});

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a literal pattern")
}

/// Names of provinces, cities and counties, also without their last character where it is
/// customary to leave it out.
static REGIONS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let full = Tables::builtin().region_names();
    let short = full.iter().filter_map(|name| {
        let stem = name
            .strip_suffix('省')
            .or_else(|| name.strip_suffix('市'))?;
        (stem.chars().count() >= 2).then_some(stem)
    });
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build(full.iter().copied().chain(short))
        .expect("a few thousand short names")
});

/// Places of detailed addresses in folded text, in order.
pub fn find(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut done = 0;
    for number in numbered_units(text) {
        if number < done {
            continue;
        }
        let Some(tail) = TAIL.find(&text[number..]) else {
            continue;
        };
        let end = number + tail.end();
        done = end;
        let start = beginning(text, number, found.last().map_or(0, |(_, end)| *end));
        let Some(start) = start else { continue };
        let region_levels = distinct_regions(&text[start..number]);
        let named = NAMED_LEVEL
            .find_iter(after_regions(&text[start..number]))
            .count();
        let units = count_units(tail.as_str());
        if region_levels + named + units >= LEVELS && named + units >= 2 {
            found.push((start, end));
        }
    }
    found
}

/// What follows the number of a house or room.
const NUMBERED: [&str; 9] = ["号", "栋", "幢", "座", "弄", "单元", "楼", "室", "房"];

/// Whether, in text of any form, one of [`NUMBERED`] may follow.
pub(super) fn unit_follows(text: &str) -> bool {
    let table = FoldTable::get();
    let shown = text.chars().find_map(|c| match table.fold(c) {
        Folded::Same => Some(c),
        Folded::One(to, _) => Some(to),
        Folded::Several(to, _) => to.chars().next(),
        Folded::Nothing => None,
    });
    shown.is_some_and(|c| NUMBERED.iter().any(|unit| unit.starts_with(c)))
}

/// Starts of ASCII numbers that a unit follows.
fn numbered_units(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(first) = super::cluster::next_digit(bytes, at) {
            let digits = bytes[first..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
                .count();
            at = first + digits;
            let start = first
                - bytes[..first]
                    .iter()
                    .rev()
                    .take(2)
                    .take_while(|b| b.is_ascii_alphabetic())
                    .count();
            if digits <= 6 && NUMBERED.iter().any(|unit| text[at..].starts_with(unit)) {
                return Some(start);
            }
        }
        None
    })
}

/// Where the address begins that leads to the number at `number`, after `from`.
fn beginning(text: &str, number: usize, from: usize) -> Option<usize> {
    let reach = super::super::keyword::back(text, number, REACH).max(from);
    // An address does not go on over the end of a sentence or clause.
    let stop = |c: char| {
        matches!(
            c,
            '。' | '!'
                | '?'
                | ';'
                | ':'
                | '\n'
                | '"'
                | '“'
                | '”'
                | '、'
                | ','
                | '('
                | ')'
                | '《'
                | '》'
                | '〔'
                | '〕'
                | '['
                | ']'
                | '<'
                | '>'
                | '='
                | '|'
        )
    };
    let before = &text[reach..number];
    let before = before.rfind(stop).map_or(before, |at| {
        &before[at + before[at..].chars().next().map_or(1, char::len_utf8)..]
    });
    let base = number - before.len();
    if let Some(region) = REGIONS.find(before) {
        return Some(base + region.start());
    }
    STREET
        .find(before)
        .map(|street| base + street.start() + leading_words(street.as_str()))
}

/// Bytes of words that lead to an address and are no part of it: 我住在, 地址是, 寄到.
fn leading_words(street: &str) -> usize {
    ["在", "是", "为", "到", "于", "址", "住"]
        .iter()
        .filter_map(|word| street.rfind(word).map(|at| at + word.len()))
        .filter(|&at| street[at..].chars().count() >= 2)
        .max()
        .unwrap_or(0)
}

fn distinct_regions(text: &str) -> usize {
    let mut names: Vec<&str> = REGIONS.find_iter(text).map(|m| &text[m.range()]).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// What follows the regions an address opens with.
fn after_regions(text: &str) -> &str {
    let mut end = 0;
    for region in REGIONS.find_iter(text) {
        if region.start() > end + 3 {
            break;
        }
        end = region.end();
    }
    &text[end..]
}

fn count_units(tail: &str) -> usize {
    static UNIT: LazyLock<Regex> = LazyLock::new(|| compiled(&format!("(?:{UNITS})")));
    UNIT.find_iter(tail).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|(s, e)| &text[s..e]).collect()
    }

    #[test]
    fn detailed_addresses_are_found_whole_among_han_characters() {
        for (text, address) in [
            (
                "我住在北京市朝阳区建国路88号2栋301室,请送到",
                "北京市朝阳区建国路88号2栋301室",
            ),
            (
                "收货地址:广东省深圳市南山区科技园路9号创业大厦12楼1203室",
                "广东省深圳市南山区科技园路9号创业大厦12楼1203室",
            ),
            (
                "寄到江苏省南京市鼓楼区中山北路30号院3号楼2单元502室谢谢",
                "江苏省南京市鼓楼区中山北路30号院3号楼2单元502室",
            ),
            (
                "地址是清风镇南街12号3单元401室。",
                "清风镇南街12号3单元401室",
            ),
            (
                "上海市徐汇区漕溪北路18弄5号602室",
                "上海市徐汇区漕溪北路18弄5号602室",
            ),
        ] {
            assert_eq!(addresses(text), [address], "{text}");
        }
    }

    #[test]
    fn districts_and_numbered_things_are_no_addresses() {
        for text in [
            "北京市朝阳区有很多公园",
            "他考了3号,坐在5楼的自习室",
            "地铁10号线经过海淀区",
            "根据国务院令第681号规定",
            "第3单元 课文",
            "上海2号航站楼",
        ] {
            assert!(addresses(text).is_empty(), "{text}: {:?}", addresses(text));
        }
    }
}
