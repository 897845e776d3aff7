//! Whether a term stands at a place: the definition of a match that everything before it serves.

use crate::Folds;
use crate::stored::stored;
use crate::text::{FoldTable, Folded};

/// Symbols or spaces that may stand between two characters of a term.
pub(super) const NOISE_GAP: usize = 3;
/// How often a character of a term may be written beyond what the term asks.
pub(super) const REPEATS: usize = 3;
/// Letters in a row that no Latin word has, so that they are one letter drawn out.
const DRAWN_OUT: usize = 3;

/// Whether a folded character, between the characters of a term, only hides it: symbols and
/// spaces that end neither a sentence nor a line. Sentence and clause marks are none.
pub fn is_noise(c: char) -> bool {
    matches!(c,
        ' ' | '*' | '-' | '_' | '.' | '~' | '+' | '=' | '#' | '^' | '&' | '|' | '/' | '\\' | '`'
        | '\'' | '\u{A0}' | '·' | '•' | '‐'..='―' | '…' | '‖' | '\u{2190}'..='\u{21FF}'
        | '\u{2500}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '〓' | '〜' | '・'
        | '\u{1F000}'..='\u{1FAFF}')
}

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As it stands.
    Exact,
    /// Folded.
    Folded,
    /// Folded, with noise and repeated characters passed over.
    Evasive,
}

/// Whether `term`, folded and lower-case, stands at byte `at` of `text`: where it ends and which
/// folds it took. Only whole characters are taken, and nothing is skipped before or after.
///
/// Characters are read one by one and greedily: what fits the next character of the term is
/// taken; else what shows nothing is passed over, and, if the reading is evasive, a repetition of
/// the character before, or noise.
pub(super) fn walk(text: &str, at: usize, term: &str, reading: Reading) -> Option<(usize, Folds)> {
    let rest = &text[at..];
    match as_spelled(rest.as_bytes(), term.as_bytes(), reading) {
        Spelled::So(folds) => return Some(drawn_out(text, at + term.len(), folds, reading)),
        Spelled::Otherwise => return None,
        Spelled::Perhaps => {}
    }
    let table = FoldTable::get();
    let mut wanted = term.chars();
    let mut next = wanted.next()?;
    let mut last = None;
    let mut folds = Folds::default();
    let (mut gap, mut repeats, mut matched) = (0, 0, 0);
    // Between Latin letters a space hides nothing unless three or more letters all stand alone.
    let (mut spaced, mut pairs, mut parted) = (false, 0, 0);
    for (offset, c) in rest.char_indices() {
        let (seen, needed) = match table.lowered(c) {
            Folded::Same => (c, Folds::default()),
            Folded::One(to, needed) => (to, needed),
            Folded::Nothing if last.is_some() => {
                folds = folds.union(Folds::IGNORABLE);
                continue;
            }
            Folded::Nothing => return None,
            Folded::Several(all, needed) => {
                // All of it or nothing: matches hold whole characters.
                let mut ahead = wanted.clone();
                let mut all = all.chars();
                if all.next() != Some(next) || !all.all(|c| ahead.next() == Some(c)) {
                    return None;
                }
                folds = folds.union(needed);
                last = Some('\0');
                (gap, repeats) = (0, 0);
                matched += 2;
                wanted = ahead;
                match wanted.next() {
                    Some(c) => next = c,
                    None => {
                        return Some(drawn_out(text, at + offset + c.len_utf8(), folds, reading));
                    }
                }
                continue;
            }
        };
        if seen == next {
            folds = folds.union(needed);
            if last.is_some_and(|last: char| is_letter(last) && is_letter(seen)) {
                pairs += 1;
                parted += usize::from(gap > 0);
            }
            last = Some(seen);
            (gap, repeats) = (0, 0);
            matched += 1;
            match wanted.next() {
                Some(c) => next = c,
                None if spaced && (parted < pairs || pairs < 2) => return None,
                None => return Some(drawn_out(text, at + offset + c.len_utf8(), folds, reading)),
            }
            continue;
        }
        let last = last?;
        if reading != Reading::Evasive {
            return None;
        }
        // Before the second character only ASCII repeats; of others the last begins the match.
        let repeated = seen == last && gap == 0 && (matched > 1 || rest.as_bytes()[0].is_ascii());
        if repeated && may_repeat(seen, rest, offset) {
            repeats += 1;
            if repeats > REPEATS {
                return None;
            }
            folds = folds.union(Folds::REPEAT);
        } else if is_noise(seen) && gap < NOISE_GAP && !(is_digit(last) && is_digit(next)) {
            gap += 1;
            spaced |= seen == ' ' && is_letter(last) && is_letter(next);
            folds = folds.union(Folds::NOISE);
        } else {
            return None;
        }
    }
    None
}

/// Whether a text begins with a term as rules spell it.
enum Spelled {
    /// It does, but for case.
    So(Folds),
    /// It does not, whatever is folded.
    Otherwise,
    /// Only folding can tell.
    Perhaps,
}

/// Most of what is read is the term itself, or another Latin word: bytes tell.
#[inline(always)]
fn as_spelled(text: &[u8], term: &[u8], reading: Reading) -> Spelled {
    let mut folds = Folds::default();
    let mut before = 0;
    for (place, wanted) in term.iter().copied().enumerate() {
        let Some(seen) = text.get(place).copied() else {
            // A character that folds to several may be all that is wanted.
            let exact = reading == Reading::Exact;
            return if exact {
                Spelled::Otherwise
            } else {
                Spelled::Perhaps
            };
        };
        if seen != wanted {
            if reading == Reading::Exact {
                return Spelled::Otherwise;
            }
            let lower = seen.to_ascii_lowercase();
            if lower != wanted {
                // A letter or digit that is not drawn out is nothing that could be passed over, and
                // no other spelling of ASCII.
                let goes_on = reading == Reading::Evasive && lower == before;
                let other = seen.is_ascii_alphanumeric() && wanted.is_ascii() && !goes_on;
                return if other {
                    Spelled::Otherwise
                } else {
                    Spelled::Perhaps
                };
            }
            folds = Folds::CASE;
        }
        before = wanted;
    }
    Spelled::So(folds)
}

/// A match that ends at `end`, with the rest of its last letter if that is drawn out: drugsss is
/// one word, and would not be seen to end where drugs does.
fn drawn_out(text: &str, end: usize, folds: Folds, reading: Reading) -> (usize, Folds) {
    let last = text.as_bytes()[end - 1];
    if reading != Reading::Evasive || !last.is_ascii_alphabetic() {
        return (end, folds);
    }
    let more = text.as_bytes()[end..]
        .iter()
        .take_while(|b| b.eq_ignore_ascii_case(&last))
        .count();
    let drawn = (1..=REPEATS).contains(&more) && may_repeat(last.into(), text, end);
    match drawn {
        true => (end + more, folds.union(Folds::REPEAT)),
        false => (end, folds),
    }
}

/// Between digits a symbol or a space is a matter of course.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Latin letters and digits, which make words that spaces end.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Whether `seen`, at `offset`, repeats the character before it without meaning anything: digits
/// always mean something, and Latin letters are often doubled.
fn may_repeat(seen: char, text: &str, offset: usize) -> bool {
    if !seen.is_ascii() {
        return true;
    }
    let same = |c: &char| c.eq_ignore_ascii_case(&seen);
    seen.is_ascii_alphabetic()
        && text[..offset].chars().rev().take_while(same).count()
            + text[offset..].chars().take_while(same).count()
            >= DRAWN_OUT
}

stored!(
    enum Reading {
        Exact,
        Folded,
        Evasive,
    }
);
