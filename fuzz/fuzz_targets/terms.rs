//! Arbitrary terms in arbitrary text: every way of looking finds what reading everywhere finds.
//!
//! The text is arbitrary, with terms written into it as they are and in disguise, or nothing would
//! ever be found.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use yujian::Folds;
use yujian::detect::keyword::{Reading, TermMatcher, TermOptions, proof};
use yujian::text::{FoldTable, Sounds};

#[derive(Arbitrary, Debug)]
struct Input {
    terms: Vec<String>,
    text: String,
    /// Which term, how each of its characters is written, and what stands behind it.
    written: Vec<(u8, [u8; 8], String)>,
    reading: u8,
    inside_words: bool,
    disguises: u16,
}

fuzz_target!(|input: Input| {
    let reading = [Reading::Exact, Reading::Folded, Reading::Evasive][usize::from(input.reading % 3)];
    let terms = input.terms.iter().take(40).map(|term| match reading {
        Reading::Exact => term.clone(),
        _ => FoldTable::get().term(term),
    });
    let mut terms: Vec<String> = terms.filter(|term| !term.is_empty()).collect();
    terms.sort();
    terms.dedup();
    if terms.is_empty() || input.text.len() > 4096 {
        return;
    }
    let mut text = input.text;
    for (term, ways, behind) in input.written.iter().take(12) {
        let term = &terms[usize::from(*term) % terms.len()];
        for (c, way) in term.chars().take(64).zip(ways.iter().cycle()) {
            write(c, *way, &mut text);
        }
        text.push_str(behind);
    }
    let disguises = match reading {
        Reading::Evasive => Folds(input.disguises & Folds::EVASION.0),
        _ => Folds::default(),
    };
    let options = TermOptions {
        reading,
        inside_words: input.inside_words,
        disguises,
    };
    proof::all_ways_agree(TermMatcher::new(terms, |_| options), &text);
});

/// Writes a character in one of the ways in which it may be meant.
fn write(c: char, way: u8, text: &mut String) {
    let sounds = Sounds::get();
    let letters = sounds.readings(c).first().map(|s| sounds.letters(*s));
    match (way % 9, letters, sounds.parts(c).first()) {
        (1, Some(letters), _) => text.push_str(letters),
        (2, Some(letters), _) => text.push_str(&letters[..1]),
        (3, _, Some((first, second))) => text.extend([first, second]),
        (4, _, _) => text.extend([c, ' ']),
        (5, _, _) => text.extend([c, '*', '\u{200B}']),
        (6, _, _) => text.extend([c, c]),
        (7, _, _) => text.extend(FoldTable::get().sources(c).next().or(Some(c))),
        (8, _, _) => text.extend(c.to_uppercase()),
        _ => text.push(c),
    }
}
