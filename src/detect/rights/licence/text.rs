//! Full texts of licences in a window of a field.

use std::ops::Range;

use super::fingerprint::{FAMILIAR, Match, References};
use super::words::Words;
use crate::Details;
use crate::detect::rights::Part;
use crate::rules::LicenceStatement as Statement;

/// Bytes on either side of a word that are asked whether they are part of a licence.
const AROUND: usize = 300;
/// Bytes on either side of such a place that are read. Words lead to licences about every
/// thousand bytes.
const REACH: usize = 3_000;

/// Tells every licence around the `places` of words that lead to them.
pub fn find(
    part: &Part<'_>,
    places: &[Range<usize>],
    tell: &mut impl FnMut(Range<usize>, Statement, Details),
) {
    let text = part.text;
    let around = |place: &Range<usize>, reach: usize| {
        let from = text.floor_char_boundary(place.start.saturating_sub(reach));
        from..text.ceil_char_boundary((place.end + reach).min(text.len()))
    };
    let mut regions: Vec<Range<usize>> = Vec::new();
    let mut asked = 0;
    for place in places {
        let region = around(place, REACH);
        // Inside of what is read anyway, and beside what was asked, nothing new is learned.
        if regions
            .last()
            .is_some_and(|last| place.end + AROUND <= last.end)
        {
            if let Some(last) = regions.last_mut() {
                last.end = last.end.max(region.end);
            }
            continue;
        }
        if place.start < asked {
            continue;
        }
        let near = around(place, AROUND);
        asked = place.end + AROUND / 2;
        let words = Words::of(&text[near]);
        if References::get().familiar(&words.hashes) >= FAMILIAR {
            regions.push(region);
        }
    }
    crate::span::merge(&mut regions);
    for region in regions {
        let words = Words::of(&text[region.clone()]);
        // Whether the licence may go on in the window before or after this one.
        let goes_on = (
            part.own.start > 0 && region.start == 0,
            part.own.end < text.len() && region.end == text.len(),
        );
        for found in References::get().find(&words, goes_on) {
            let first = &words.places[found.words.start];
            let last = &words.places[found.words.end - 1];
            let mut range = region.start + first.start as usize..region.start + last.end as usize;
            if !is_own(&found, &words, region.start, part, &mut range) {
                continue;
            }
            tell(range, statement(&found), details(&found));
        }
    }
}

/// Whether this window is the one that tells of a licence of which the neighbour sees a part: the
/// earlier one if it sees half of it. What begins before the window's own part is made to begin
/// with that.
fn is_own(
    found: &Match,
    words: &Words,
    base: usize,
    part: &Part<'_>,
    range: &mut Range<usize>,
) -> bool {
    let (before, after) = found.outside;
    if found.is_part || part.own.contains(&range.start) {
        return found.is_part || 2 * after <= found.length;
    }
    if range.start >= part.own.end {
        return false;
    }
    // Windows reach as far into each other as this one reaches before its own part.
    let seen_before = 2 * part.own.start;
    let inside = words.places[found.words.clone()]
        .iter()
        .take_while(|place| base + (place.end as usize) <= seen_before);
    let clipped = part.text.ceil_char_boundary(part.own.start);
    let is_own = 2 * (before + inside.count()) < found.length && clipped < range.end;
    *range = clipped..range.end;
    is_own
}

fn statement(found: &Match) -> Statement {
    Statement::one(References::get().texts()[found.reference].ids[0])
}

fn details(found: &Match) -> Details {
    let mut details = Details::default();
    details.push("score", format!("{:.3}", f64::from(found.score) / 1000.0));
    for same in &References::get().texts()[found.reference].ids[1..] {
        details.push("same_text", *same);
    }
    if found.is_part {
        details.push("part", "incomplete");
    }
    details
}
