//! Where a value may stand, found in text as it stands in one cheap pass.
//!
//! Patterns need folded text, and folding everything would cost more than finding everything. So
//! places that could hold a value of any rule are looked for first: numbers long enough for some
//! rule, in digits of any width or in Chinese numerals, `@`, context words that lead to values.
//! Only they and what surrounds them is folded and searched.

use std::ops::Range;

use super::address;
use super::compile::{CompiledPatterns, PatternRule};
use super::engine::{HAN_BESIDE, LONGEST_VALUE, SHORT_FIELD, key_speaks_for};
use crate::detect::keyword::{CompiledTerms, Hit, Role};
use crate::rules::syntax::Anchor;
use crate::text::{FoldTable, Folded, numerals};
use crate::{Folds, RuleIndex};

/// Bytes that one character of folded text may take in the text, allowing for a hidden character
/// now and then.
const WIDEST: usize = 4;
/// Bytes around a number beyond the reach of context words: brackets, signs, letters of a plate,
/// the numbers that stand around it.
const BESIDE: usize = 128;
/// Letters that may stand between two groups of one number: GB82 WEST 1234.
const LETTERS_BETWEEN: usize = 4;
/// Separators between two groups of one number.
const SEPARATORS: usize = 2;

/// The key of a field, which speaks for values as a context word does.
#[derive(Debug, Default)]
pub struct Key {
    /// As it stands.
    pub name: String,
    /// As context words are compared.
    pub folded: String,
    /// Rules whose values it leads to, ascending.
    rules: Vec<RuleIndex>,
}

impl Key {
    /// For a key, which most records of a shard share.
    pub fn new(patterns: &CompiledPatterns, name: &str) -> Self {
        let folded = FoldTable::get().term(name);
        let leading = patterns.by_context.iter().chain(&patterns.digit_in_context);
        let mut rules: Vec<RuleIndex> = leading
            .filter(|rule| key_speaks_for(&folded, &patterns.rule(**rule).context))
            .copied()
            .collect();
        rules.sort_unstable();
        Self {
            name: name.to_owned(),
            folded,
            rules,
        }
    }
}

/// What must be known of all rules together.
#[derive(Debug)]
pub struct Anchors {
    /// Fewest digits and bytes of rules that need no context; none of them within another.
    standing: Vec<(usize, usize)>,
    /// Bytes around a number or `@` that decide about it.
    reach: usize,
    addresses: bool,
    at_signs: bool,
    /// Whether some rule is tried everywhere.
    everywhere: bool,
}

impl Anchors {
    /// For these rules.
    pub fn new(patterns: &CompiledPatterns) -> Self {
        let mut standing: Vec<(usize, usize)> = Vec::new();
        for rule in &patterns.digit {
            let rule = patterns.rule(*rule);
            standing.push((rule.min_digits, rule.min_length));
        }
        let all = standing.clone();
        let asks_less = |a: &(usize, usize), b: &(usize, usize)| a != b && a.0 <= b.0 && a.1 <= b.1;
        standing.retain(|rule| !all.iter().any(|other| asks_less(other, rule)));
        standing.sort_unstable();
        standing.dedup();
        let found_by_form = |rule: &&PatternRule| rule.anchor != Anchor::Context;
        let rules = patterns.rules.iter().flatten().filter(found_by_form);
        let within = rules.map(|rule| rule.context_within).max().unwrap_or(0);
        let within = within.max(address::REACH).max(LONGEST_VALUE);
        Self {
            standing,
            reach: within * WIDEST + BESIDE,
            addresses: !patterns.address.is_empty(),
            at_signs: !patterns.at.is_empty(),
            everywhere: !patterns.everywhere.is_empty(),
        }
    }

    /// The same, but everything is searched: what the stretches must be equal to.
    #[cfg(test)]
    pub(crate) fn all(mut self) -> Self {
        self.everywhere = true;
        self
    }

    /// Stretches of `text` outside of which no rule finds a value, in order and apart from each
    /// other. `hits` is what was found everywhere in it.
    pub fn segments(
        &self,
        patterns: &CompiledPatterns,
        terms: &CompiledTerms,
        text: &str,
        key: &Key,
        hits: &[Hit],
        out: &mut Vec<Range<usize>>,
    ) {
        out.clear();
        let by_context = |rule: &RuleIndex| patterns.by_context.binary_search(rule).is_ok();
        let short = text.len() <= SHORT_FIELD * WIDEST;
        if self.everywhere || short && key.rules.iter().any(by_context) {
            out.push(0..text.len());
            return;
        }
        // Numbers that some rule takes if one of its context words stands close by.
        let mut in_context: Vec<(usize, RuleIndex)> = Vec::new();
        // What only reads like a word of the context leads nowhere.
        let plain = |hit: &&Hit| !hit.folds.intersects(Folds::EVASION);
        for hit in hits.iter().filter(plain) {
            for role in &terms.roles[hit.term as usize] {
                let Role::Context(rule) = *role else { continue };
                let spec = patterns.rule(rule);
                match spec.anchor {
                    Anchor::Digit if spec.context_required => {
                        in_context.push((hit.start as usize, rule));
                    }
                    Anchor::Context => {
                        let before = spec.context_before.max(HAN_BESIDE) * WIDEST + BESIDE;
                        let after = (spec.context_within + LONGEST_VALUE) * WIDEST + BESIDE;
                        out.push(around(
                            text,
                            hit.start as usize..hit.end as usize,
                            before,
                            after,
                        ));
                    }
                    _ => {}
                }
            }
        }
        in_context.sort_unstable();
        let fits = |number: &Number, rule: &RuleIndex| {
            let rule = patterns.rule(*rule);
            rule.anchor == Anchor::Digit
                && rule.min_digits <= number.digits
                && rule.min_length <= number.length
        };
        let mut at = 0;
        let mut places = Places::new(text);
        while let Some(place) = places.next(at) {
            let c = text[place..].chars().next().expect("it is in the text");
            let number = Number::at(text, place);
            at = (place + c.len_utf8()).max(number.end);
            let wanted = |(digits, length): &(usize, usize)| {
                *digits <= number.digits && *length <= number.length
            };
            let found = if number.digits == 0 {
                self.at_signs && is_at_sign(c)
            } else {
                self.standing.iter().any(wanted)
                    || key.rules.iter().any(|rule| fits(&number, rule))
                    || near(&in_context, number.start, number.end, self.reach)
                        .any(|(_, rule)| fits(&number, rule))
                    || self.addresses && address::unit_follows(&text[number.end..])
            };
            if found {
                out.push(around(text, number.start..at, self.reach, self.reach));
            }
        }
        numerals::each(text, |run| {
            out.push(around(text, run, self.reach, self.reach))
        });
        crate::span::merge(out);
    }
}

/// Context words within reach of a number.
fn near(
    words: &[(usize, RuleIndex)],
    start: usize,
    end: usize,
    reach: usize,
) -> impl Iterator<Item = &(usize, RuleIndex)> {
    let first = words.partition_point(|(at, _)| at + reach < start);
    words[first..]
        .iter()
        .take_while(move |(at, _)| *at <= end + reach)
}

fn around(text: &str, range: Range<usize>, before: usize, after: usize) -> Range<usize> {
    let start = text.floor_char_boundary(range.start.saturating_sub(before));
    let end = text.ceil_char_boundary((range.end + after).min(text.len()));
    start..end
}

/// What may be one number: at least all that a [cluster](super::cluster) holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Number {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Digits of any form in it.
    pub digits: usize,
    /// Characters.
    pub length: usize,
}

impl Number {
    /// The number whose first digit stands at `place`, with the letters before it.
    fn at(text: &str, place: usize) -> Self {
        let table = FoldTable::get();
        let letters = text[..place].chars().rev().take_while(|c| {
            !is_kept(table, *c) && (table.is_latin(*c) || table.fold(*c) == Folded::Nothing)
        });
        let (mut start, mut length) = (place, 0);
        for c in letters {
            start -= c.len_utf8();
            length += 1;
        }
        let mut number = Self {
            start,
            end: place,
            digits: 0,
            length,
        };
        let (mut separators, mut letters, mut apart) = (0, 0, false);
        for (offset, c) in text[place..].char_indices() {
            let kind = kind(table, c);
            match kind {
                Kind::Digits(digits) => {
                    number.digits += digits;
                    (separators, letters, apart) = (0, 0, false);
                    number.end = place + offset + c.len_utf8();
                }
                // Letters after a digit are one run with it, however many.
                Kind::Letter if !apart => number.end = place + offset + c.len_utf8(),
                Kind::Letter if letters < LETTERS_BETWEEN => {
                    letters += 1;
                    separators = 0;
                }
                Kind::Separator if separators < SEPARATORS => {
                    separators += 1;
                    letters = 0;
                    apart = true;
                }
                Kind::Nothing => continue,
                Kind::Letter | Kind::Separator | Kind::Other => break,
            }
            number.length += 1;
        }
        number
    }
}

enum Kind {
    Digits(usize),
    Letter,
    Separator,
    Nothing,
    Other,
}

fn kind(table: &FoldTable, c: char) -> Kind {
    let of = |c: char| match c {
        '0'..='9' => Kind::Digits(1),
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        ' ' | '-' | '.' | ':' | '/' | '_' | '+' | '(' | ')' => Kind::Separator,
        _ => Kind::Other,
    };
    if c.is_ascii() {
        return of(c);
    }
    if is_kept(table, c) {
        return Kind::Other;
    }
    match table.lowered(c) {
        Folded::Same => Kind::Other,
        Folded::One(to, _) => of(to),
        Folded::Nothing => Kind::Nothing,
        Folded::Several(to, _) => match to.chars().filter(char::is_ascii_digit).count() {
            0 if to.chars().all(|c| c.is_ascii_alphabetic()) => Kind::Letter,
            0 => Kind::Other,
            digits => Kind::Digits(digits),
        },
    }
}

/// Most of what stands around numbers: characters beyond ASCII that nothing is folded to.
fn is_kept(table: &FoldTable, c: char) -> bool {
    !c.is_ascii() && c < '\u{10000}' && table.keeps(c as usize)
}

fn is_at_sign(c: char) -> bool {
    c == '@' || matches!(FoldTable::get().fold(c), Folded::One('@', _))
}

/// Whether a character that begins with these bytes may fold to a digit or `@`: exactly the ASCII
/// ones and the full-width ones; of others, all that share their first byte or two.
#[inline(always)]
const fn may_be(first: u8, second: u8, third: u8) -> bool {
    (first.wrapping_sub(b'0') < 10)
        | (first == b'@')
        | ((first == 0xEF) & (second == 0xBC) & (third.wrapping_sub(0x90) <= 0x10))
        | ((first == 0xEF) & (second == 0xB9) & (third == 0xAB))
        | ((first == 0xE2)
            & ((second.wrapping_sub(0x81) <= 1)
                | (second.wrapping_sub(0x85) <= 1)
                | (second.wrapping_sub(0x91) <= 2)
                | (second.wrapping_sub(0x9D) <= 1)))
        | ((first == 0xE3) & (second.wrapping_sub(0x88) <= 7))
        | ((first == 0xE2) & (second == 0xB3))
        | ((first == 0xEA) & (second.wrapping_sub(0x99) <= 5))
        | ((first == 0xC2) & (second >= 0xB2))
        // Letters of other scripts that look like digits.
        | (first.wrapping_sub(0xC6) <= 2)
        | (first.wrapping_sub(0xCF) <= 4)
        | (first.wrapping_sub(0xE0) <= 1)
        | (first == 0xF0)
}

/// Characters that fold to a digit, or to text with digits, or to `@`, in order.
struct Places<'a> {
    text: &'a [u8],
    /// First byte of the block that `mask` is about.
    base: usize,
    /// Bytes of the block that [`may_be`] takes.
    mask: u64,
}

/// Bytes looked at together.
const BLOCK: usize = 64;
/// What [`may_be`] looks at beyond the first byte.
const AHEAD: usize = 2;

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let mask = mask_at(text, 0);
        Self {
            text,
            base: 0,
            mask,
        }
    }

    /// The first place at or after `from`, which never goes back.
    fn next(&mut self, from: usize) -> Option<usize> {
        if from >= self.base + BLOCK {
            self.base = from / BLOCK * BLOCK;
            self.mask = mask_at(self.text, self.base);
        }
        self.mask &= !0 << from.saturating_sub(self.base);
        loop {
            while self.mask != 0 {
                let place = self.base + self.mask.trailing_zeros() as usize;
                self.mask &= self.mask - 1;
                if is_anchor(&self.text[place..]) {
                    return Some(place);
                }
            }
            self.base += BLOCK;
            if self.base >= self.text.len() {
                return None;
            }
            self.mask = mask_at(self.text, self.base);
        }
    }
}

/// Whether the character of these first bytes, which [`may_be`] takes, is an anchor.
fn is_anchor(bytes: &[u8]) -> bool {
    if bytes[0].is_ascii() {
        return true;
    }
    let length = bytes[0].leading_ones() as usize;
    let c = std::str::from_utf8(&bytes[..length]).expect("text is UTF-8");
    let c = c.chars().next().expect("one character");
    match FoldTable::get().fold(c) {
        Folded::One(to, _) => to.is_ascii_digit() || to == '@',
        Folded::Several(to, _) => to.bytes().any(|b| b.is_ascii_digit()),
        Folded::Same | Folded::Nothing => false,
    }
}

/// The bytes from `base` on that [`may_be`] takes, one bit each.
fn mask_at(text: &[u8], base: usize) -> u64 {
    if let Some(block) = text.get(base..base + BLOCK + AHEAD) {
        let block = block.try_into().expect("of that length");
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "the processor was asked")]
            // SAFETY: the processor has the feature.
            return unsafe { x86::mask(block) };
        }
        return mask(block);
    }
    let rest = text.get(base..).unwrap_or(&[]);
    let mut block = [0; BLOCK + AHEAD];
    let length = rest.len().min(BLOCK + AHEAD);
    block[..length].copy_from_slice(&rest[..length]);
    mask(&block)
}

fn mask(block: &[u8; BLOCK + AHEAD]) -> u64 {
    let bit = |place: usize| may_be(block[place], block[place + 1], block[place + 2]);
    (0..BLOCK).fold(0, |mask, place| mask | u64::from(bit(place)) << place)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{AHEAD, BLOCK};

    /// As [`super::mask`].
    #[target_feature(enable = "avx2")]
    pub fn mask(block: &[u8; BLOCK + AHEAD]) -> u64 {
        u64::from(half(block, 0)) | u64::from(half(block, 32)) << 32
    }

    /// Condition by condition as `may_be`, on 32 bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half(block: &[u8; BLOCK + AHEAD], from: usize) -> u32 {
        let load = |at: usize| {
            let bytes: &[u8; 32] = block[at..at + 32].try_into().expect("32 bytes");
            #[expect(unsafe_code, reason = "a load of 32 bytes that are there")]
            // SAFETY: the array has 32 bytes.
            unsafe {
                _mm256_loadu_si256(bytes.as_ptr().cast())
            }
        };
        let (first, second, third) = (load(from), load(from + 1), load(from + 2));
        let set = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let is = |x, byte: u8| _mm256_cmpeq_epi8(x, set(byte));
        // Bytes from `low` to `low + more`.
        let within = |x, low: u8, more: u8| {
            let moved = _mm256_sub_epi8(x, set(low));
            _mm256_cmpeq_epi8(_mm256_min_epu8(moved, set(more)), moved)
        };
        let and = |a, b| _mm256_and_si256(a, b);
        let or = |a, b| _mm256_or_si256(a, b);
        let ascii = or(within(first, b'0', 9), is(first, b'@'));
        let wide = or(
            and(is(second, 0xBC), within(third, 0x90, 0x10)),
            and(is(second, 0xB9), is(third, 0xAB)),
        );
        let wide = and(is(first, 0xEF), wide);
        let e2 = or(
            or(
                or(within(second, 0x81, 1), within(second, 0x85, 1)),
                or(within(second, 0x91, 2), within(second, 0x9D, 1)),
            ),
            is(second, 0xB3),
        );
        let e2 = and(is(first, 0xE2), e2);
        let e3 = and(is(first, 0xE3), within(second, 0x88, 7));
        let ea = and(is(first, 0xEA), within(second, 0x99, 5));
        let c2 = and(is(first, 0xC2), within(second, 0xB2, 0x4D));
        let scripts = or(
            or(within(first, 0xC6, 2), within(first, 0xCF, 4)),
            or(within(first, 0xE0, 1), is(first, 0xF0)),
        );
        let all = or(or(or(ascii, wide), or(e2, e3)), or(or(ea, c2), scripts));
        _mm256_movemask_epi8(all).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_that_folds_to_a_digit_or_at_sign_is_an_anchor() {
        let table = FoldTable::get();
        let mut count = 0;
        for c in (0..0x11_0000).filter_map(char::from_u32) {
            let folded = match table.fold(c) {
                Folded::Same => c.to_string(),
                Folded::One(to, _) => to.to_string(),
                Folded::Several(to, _) => to.to_owned(),
                Folded::Nothing => continue,
            };
            let expected = folded.contains(|c: char| c.is_ascii_digit() || c == '@');
            let text = &format!("汉字，{c}");
            let found = Places::new(text).next(0);
            assert_eq!(
                found.is_some(),
                expected,
                "U+{:04X} folds to {folded}",
                c as u32
            );
            count += usize::from(expected);
        }
        assert!(count > 300, "{count}");
    }

    proptest::proptest! {
        #[test]
        fn every_way_takes_the_same_bytes(bytes: [u8; BLOCK + AHEAD]) {
            proptest::prop_assert_eq!(mask_at(&bytes, 0), mask(&bytes));
        }
    }

    #[test]
    fn a_number_holds_all_of_its_cluster() {
        let number = |text: &str| {
            let place = Places::new(text).next(0).unwrap();
            let number = Number::at(text, place);
            (text[number.start..number.end].to_owned(), number.digits)
        };
        assert_eq!(
            number("卡号6222 0200 0000即"),
            ("6222 0200 0000".into(), 12)
        );
        assert_eq!(
            number("卡号６２２２－０２０即"),
            ("６２２２－０２０".into(), 7)
        );
        assert_eq!(number("在GB82 WEST 1234，"), ("GB82 WEST 1234".into(), 6));
        assert_eq!(number("的a1bbbbbbbbb2。"), ("a1bbbbbbbbb2".into(), 2));
        assert_eq!(number("1三8\u{200B}零"), ("1三8\u{200B}零".into(), 4));
    }
}
