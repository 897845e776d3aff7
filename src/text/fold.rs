//! [`FoldTable`]: what every character is equal to when text is searched.
//!
//! One table for terms and text alike, so that what the table says need not be linguistically
//! perfect, only the same on both sides. Built once from the Unicode data of the standard
//! library and `unicode-normalization`, and from `variants.csv`, `lookalikes.csv` and
//! `numerals.csv` in `rules/data`.
//!
//! There are two forms. [`FoldTable::fold`] leaves ASCII as it is, its case too, and Chinese
//! numerals: detectors of personal data need them. [`FoldTable::lowered`] is the form in which
//! terms are compared, in lower case and with digits for numerals.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::Folds;
use crate::data;
use crate::stored::{Reader, Stored};

/// Characters from here on are looked up by rule instead of in the table: beyond the CJK
/// extensions there are only tags and private use.
const TABLE_END: usize = 0x3_2000;

const CHAR_BITS: u32 = 21;
const CHAR_MASK: u32 = (1 << CHAR_BITS) - 1;
/// No valid character: marks an entry whose fold is several characters.
const SEVERAL: u32 = CHAR_MASK;
/// No valid character: marks an entry that folds to nothing.
const NOTHING: u32 = CHAR_MASK - 1;

/// What one character folds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folded {
    /// To itself.
    Same,
    /// To another character.
    One(char, Folds),
    /// To several characters.
    Several(&'static str, Folds),
    /// To nothing: it does not separate what stands around it.
    Nothing,
}

/// Character → folded character, with the kind of fold.
pub struct FoldTable {
    /// Per character below [`TABLE_END`]: target in the low 21 bits (0 for itself), folds above.
    entries: Box<[u32]>,
    /// One bit for every character below 65,536: set if it changes in some form. Small enough to stay in the
    /// nearest cache, where the entries are not.
    changes: Box<[u64; 1024]>,
    /// What terms see, as `entries`.
    lowered: Box<[u32]>,
    several: Vec<(char, &'static str)>,
    /// As `several`, as terms see it.
    several_lowered: Vec<(char, &'static str)>,
    /// (target in lower case, source) of every character that folds to one other, sorted.
    sources: Vec<(char, char)>,
}

static TABLE: OnceLock<FoldTable> = OnceLock::new();

impl FoldTable {
    /// The table of the program, built on first use.
    pub fn get() -> &'static Self {
        TABLE.get_or_init(Self::build)
    }

    /// Makes this the table of the program, unless it has one already.
    pub(crate) fn adopt(self) {
        // If there is one it is equal: both are made by the same program.
        TABLE.get_or_init(|| self);
    }

    /// Whether the character of the basic plane with this code folds to itself in both forms; the
    /// hot question.
    #[inline]
    pub fn keeps(&self, code: usize) -> bool {
        self.changes[code >> 6 & 1023] >> (code & 63) & 1 == 0
    }

    /// What `c` folds to.
    #[inline]
    pub fn fold(&self, c: char) -> Folded {
        look_up(&self.entries, &self.several, c)
    }

    /// What `c` folds to where terms are compared: in lower case, with digits for numerals.
    #[inline]
    pub fn lowered(&self, c: char) -> Folded {
        look_up(&self.lowered, &self.several_lowered, c)
    }

    /// The digit that a Chinese numeral, or a digit of any form, says.
    #[inline]
    pub fn digit(&self, c: char) -> Option<char> {
        match self.lowered(c) {
            Folded::Same => Some(c),
            Folded::One(to, _) => Some(to),
            Folded::Several(..) | Folded::Nothing => None,
        }
        .filter(char::is_ascii_digit)
    }

    /// Every character that [`FoldTable::lowered`] turns into `target`, but for itself.
    pub fn sources(&self, target: char) -> impl Iterator<Item = char> + '_ {
        let first = self.sources.partition_point(|(to, _)| *to < target);
        self.sources[first..]
            .iter()
            .take_while(move |(to, _)| *to == target)
            .map(|(_, from)| *from)
    }

    /// Every character that [`FoldTable::lowered`] turns into several, with these.
    pub fn lowered_several(&self) -> &[(char, &'static str)] {
        &self.several_lowered
    }

    /// The folds that make `original` look like its form for terms.
    pub fn folds_of(&self, original: &str) -> Folds {
        original.chars().fold(Folds::default(), |all, c| {
            all.union(match self.lowered(c) {
                Folded::Same => Folds::default(),
                Folded::One(_, folds) | Folded::Several(_, folds) => folds,
                Folded::Nothing => Folds::IGNORABLE,
            })
        })
    }

    /// `text` as names and questions are compared: its letters and digits, folded; all of it if
    /// it has none.
    pub fn letters(&self, text: &str) -> String {
        let folded = self.term(text);
        let letters: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
        if letters.is_empty() { folded } else { letters }
    }

    /// `text` in the form in which terms are compared.
    pub fn term(&self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            match self.lowered(c) {
                Folded::Same => folded.push(c),
                Folded::One(to, _) => folded.push(to),
                Folded::Several(to, _) => folded.push_str(to),
                Folded::Nothing => {}
            }
        }
        folded
    }

    /// `text` in the form in which terms are compared, but for numerals, which stay.
    pub fn plain(&self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            match self.fold(c) {
                Folded::Same => folded.push(c),
                Folded::One(to, _) => folded.push(to),
                Folded::Several(to, _) => folded.push_str(to),
                Folded::Nothing => {}
            }
        }
        folded.make_ascii_lowercase();
        folded
    }

    /// Whether `c`, once folded, joins Latin letters and digits to one word. Chinese numerals
    /// do not, though terms see digits in them.
    pub fn is_latin(&self, c: char) -> bool {
        match self.fold(c) {
            Folded::Same => c.is_ascii_alphanumeric(),
            Folded::One(to, _) => to.is_ascii_alphanumeric(),
            Folded::Several(to, _) => to.ends_with(|c: char| c.is_ascii_alphanumeric()),
            Folded::Nothing => false,
        }
    }

    fn build() -> Self {
        let variants = data::character_pairs(data::VARIANTS);
        let lookalikes = data::character_pairs(data::LOOKALIKES);
        let mut entries = vec![0u32; TABLE_END].into_boxed_slice();
        let mut several: Vec<(char, &'static str)> = Vec::new();
        for code in 0x80..TABLE_END as u32 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            if is_ignorable(c) {
                entries[code as usize] = NOTHING | bits(Folds::IGNORABLE);
                continue;
            }
            if (is_hangul(c) || is_plain(c))
                && !variants.contains_key(&c)
                && !lookalikes.contains_key(&c)
            {
                continue;
            }
            let (text, folds) = fold_by_rules(c, &variants, &lookalikes);
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(one), None) if one == c => {}
                (Some(one), None) => entries[code as usize] = one as u32 | bits(folds),
                (None, _) => entries[code as usize] = NOTHING | bits(folds),
                _ => {
                    entries[code as usize] = SEVERAL | bits(folds);
                    several.push((c, text.leak()));
                }
            }
        }
        let (lowered, several_lowered) = lower(&entries, &several);
        Self::of(entries, lowered, several, several_lowered)
    }

    /// From the two tables, with what follows from them.
    fn of(
        entries: Box<[u32]>,
        lowered: Box<[u32]>,
        several: Vec<(char, &'static str)>,
        several_lowered: Vec<(char, &'static str)>,
    ) -> Self {
        let mut changes = Box::new([0u64; 1024]);
        for (code, entry) in lowered.iter().enumerate().take(0x1_0000) {
            changes[code >> 6] |= u64::from(*entry != 0) << (code & 63);
        }
        let mut table = Self {
            entries,
            changes,
            lowered,
            several,
            several_lowered,
            sources: vec![],
        };
        let mut sources: Vec<(char, char)> = (0..TABLE_END as u32)
            .filter_map(char::from_u32)
            .filter_map(|from| match table.lowered(from) {
                Folded::One(to, _) => Some((to, from)),
                _ => None,
            })
            .collect();
        sources.sort_unstable();
        table.sources = sources;
        table
    }
}

#[inline]
fn look_up(entries: &[u32], several: &[(char, &'static str)], c: char) -> Folded {
    let Some(entry) = entries.get(c as usize) else {
        // Tags and supplementary variation selectors; the rest keeps itself.
        return match c {
            '\u{E0000}'..='\u{E0FFF}' => Folded::Nothing,
            _ => Folded::Same,
        };
    };
    let folds = Folds((entry >> CHAR_BITS) as u16);
    match entry & CHAR_MASK {
        0 => Folded::Same,
        NOTHING => Folded::Nothing,
        SEVERAL => {
            let at = several.binary_search_by_key(&c, |(from, _)| *from);
            let at = at.expect("every character marked so is in the list");
            Folded::Several(several[at].1, folds)
        }
        target => Folded::One(
            char::from_u32(target).expect("targets come from characters"),
            folds,
        ),
    }
}

/// The tables for terms: in lower case, with digits for numerals.
fn lower(
    entries: &[u32],
    several: &[(char, &'static str)],
) -> (Box<[u32]>, Vec<(char, &'static str)>) {
    let numerals = data::character_pairs(data::NUMERALS);
    let lower = |c: char| match numerals.get(&c) {
        Some(digit) => (*digit, Folds::NUMERAL),
        None if c.is_ascii_uppercase() => (c.to_ascii_lowercase(), Folds::CASE),
        None => (c, Folds::default()),
    };
    let mut lowered: Box<[u32]> = entries.into();
    for (code, entry) in lowered.iter_mut().enumerate() {
        let target = match *entry & CHAR_MASK {
            0 => code as u32,
            SEVERAL | NOTHING => continue,
            target => target,
        };
        let Some(target) = char::from_u32(target) else {
            continue;
        };
        let (to, folds) = lower(target);
        if to != target {
            *entry = (*entry & !CHAR_MASK) | to as u32 | bits(folds);
        }
    }
    let several = several.iter().map(|(from, to)| {
        let mut changed = Folds::default();
        let to: String = to
            .chars()
            .map(|c| {
                let (to, folds) = lower(c);
                changed = changed.union(folds);
                to
            })
            .collect();
        lowered[*from as usize] |= bits(changed);
        (*from, &*to.leak())
    });
    let several = several.collect();
    (lowered, several)
}

const fn bits(folds: Folds) -> u32 {
    (folds.0 as u32) << CHAR_BITS
}

/// Characters that show nothing or only decorate: zero-width, bidirectional controls, soft
/// hyphen, variation selectors, combining marks. Line ends and tabs are not among them.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}')
        // Marks that decorate Latin letters and digits; those of scripts that write vowels as
        // marks (Tibetan, Thai, Indic, Arabic) are letters to their readers and stay.
        || (is_combining_mark(c) && matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}'
            | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
            | '\u{FE20}'..='\u{FE2F}'))
}

/// Whether the character is a Korean syllable: Unicode takes it apart and puts it together again,
/// at length, to the same.
const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Whether Unicode has no other form of the character: most of them, told without writing one out.
fn is_plain(c: char) -> bool {
    let mut plain = true;
    decompose_compatible(c, |part| plain &= part == c);
    plain && c.to_lowercase().eq(std::iter::once(c))
}

fn fold_by_rules(
    c: char,
    variants: &std::collections::HashMap<char, char>,
    lookalikes: &std::collections::HashMap<char, char>,
) -> (String, Folds) {
    let mut folds = Folds::default();
    let mut text: String = std::iter::once(c).nfkc().collect();
    // Decomposed accents are dropped, so that é and e + accent both fold to e.
    text = text.nfd().filter(|c| !is_ignorable(*c)).nfc().collect();
    if text.chars().ne(std::iter::once(c)) {
        folds = folds.union(match c {
            '\u{FF00}'..='\u{FFEF}' | '\u{3000}' => Folds::WIDTH,
            '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Folds::IGNORABLE,
            _ => Folds::COMPAT,
        });
    }
    let mut out = String::with_capacity(text.len());
    for mut c in text.chars() {
        if let Some(&to) = lookalikes.get(&c) {
            folds = folds.union(Folds::LOOKALIKE);
            c = to;
        }
        if let Some(&to) = variants.get(&c) {
            folds = folds.union(Folds::VARIANT);
            c = to;
        }
        if c.is_ascii() {
            // ASCII keeps its case here.
            out.push(c);
            continue;
        }
        let before = out.len();
        out.extend(c.to_lowercase());
        if out[before..].chars().ne(std::iter::once(c)) {
            folds = folds.union(Folds::CASE);
        }
    }
    (out, folds)
}

/// Without what keeps itself: code and entry of every other character.
fn put_entries(entries: &[u32], out: &mut Vec<u8>) {
    let codes = 0..entries.len() as u32;
    let all = codes.zip(entries.iter().copied());
    let (codes, changed): (Vec<u32>, Vec<u32>) = all.filter(|(_, entry)| *entry != 0).unzip();
    codes.put(out);
    changed.put(out);
}

/// Entries of which every target is a character, and every character that is marked for it among
/// `several`.
fn take_entries(from: &mut Reader<'_>, several: &[(char, &'static str)]) -> Option<Box<[u32]>> {
    let (codes, changed) = (Vec::<u32>::take(from)?, Vec::<u32>::take(from)?);
    if codes.len() != changed.len() || !several.is_sorted_by(|a, b| a.0 < b.0) {
        return None;
    }
    let mut entries = vec![0; TABLE_END].into_boxed_slice();
    for (code, entry) in codes.into_iter().zip(changed) {
        match entry & CHAR_MASK {
            0 | NOTHING => {}
            SEVERAL => {
                let c = char::from_u32(code)?;
                several.binary_search_by_key(&c, |(from, _)| *from).ok()?;
            }
            target => {
                char::from_u32(target)?;
            }
        }
        *entries.get_mut(code as usize)? = entry;
    }
    Some(entries)
}

fn put_several(several: &[(char, &'static str)], out: &mut Vec<u8>) {
    let (from, to): (Vec<char>, Vec<String>) = several
        .iter()
        .map(|(from, to)| (*from, (*to).to_owned()))
        .unzip();
    from.put(out);
    to.put(out);
}

fn take_several(from: &mut Reader<'_>) -> Option<Vec<(char, &'static str)>> {
    let (chars, texts) = (Vec::<char>::take(from)?, Vec::<String>::take(from)?);
    let texts = texts.into_iter().map(|text| &*text.leak());
    (chars.len() == texts.len()).then(|| chars.into_iter().zip(texts).collect())
}

impl Stored for FoldTable {
    fn put(&self, out: &mut Vec<u8>) {
        put_several(&self.several, out);
        put_several(&self.several_lowered, out);
        put_entries(&self.entries, out);
        put_entries(&self.lowered, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let several = take_several(from)?;
        let several_lowered = take_several(from)?;
        let entries = take_entries(from, &several)?;
        let lowered = take_entries(from, &several_lowered)?;
        Some(Self::of(entries, lowered, several, several_lowered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_characters_are_those_that_the_rules_leave_alone() {
        let none = std::collections::HashMap::new();
        for c in
            ('\u{80}'..=char::MAX).filter(|c| (is_hangul(*c) || is_plain(*c)) && !is_ignorable(*c))
        {
            let (text, folds) = fold_by_rules(c, &none, &none);
            assert!(
                text == c.to_string() && folds.is_empty(),
                "U+{:04X}",
                c as u32
            );
        }
    }

    #[test]
    fn everyday_traditional_characters_are_their_simplified_ones() {
        let table = FoldTable::get();
        assert_eq!(
            table.plain("來國學會號區樂電話網賭場開戶戀寫實應爭議體點麵裡後發髮臺灣"),
            table.plain("来国学会号区乐电话网赌场开户恋写实应争议体点面里后发发台湾")
        );
    }

    #[test]
    fn numerals_are_digits_to_terms_and_letters_of_words_to_patterns() {
        let table = FoldTable::get();
        assert_eq!(table.term("第二章〇五"), "第2章05");
        assert_eq!(table.plain("第二章〇五"), "第二章〇五");
        assert_eq!(table.folds_of("二").to_string(), "numeral");
        assert!(!table.is_latin('二') && table.is_latin('Ａ') && table.is_latin('9'));
    }
}
