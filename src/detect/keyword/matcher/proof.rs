//! Every way of looking held to reading every term at every character.

use super::*;

/// What the matcher must find, said as plainly as it can be.
fn naive(matcher: &TermMatcher, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut search = Search {
        matcher,
        index: &matcher.index,
        text,
        range: 0..text.len(),
        hits: &mut hits,
    };
    for (at, _) in text.char_indices() {
        for entry in matcher.index.slots.all() {
            search.read(at, entry);
            search.read_disguised(at, entry.term);
        }
    }
    hits.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term, hit.folds));
    hits
}

/// Holds every way this processor has to it, over the whole text and over its halves.
///
/// # Panics
///
/// If they differ.
pub fn all_ways_agree(mut matcher: TermMatcher, text: &str) {
    let expected = naive(&matcher, text);
    for way in Way::all() {
        matcher.way = way;
        let mut hits = Vec::new();
        matcher.find(text, &mut hits);
        assert_eq!(hits, expected, "{way:?} {:?} in {text:?}", matcher.terms);
        // In two parts, of which each looks beyond its end.
        let middle = text.char_indices().nth(text.chars().count() / 2);
        let middle = middle.map_or(0, |(at, _)| at);
        hits.clear();
        matcher.find_within(text, 0..middle, &mut hits);
        matcher.find_within(text, middle..text.len(), &mut hits);
        hits.sort_unstable_by_key(|hit| (hit.end, hit.start, hit.term, hit.folds));
        assert_eq!(
            hits, expected,
            "{way:?} {:?} in halves of {text:?}",
            matcher.terms
        );
    }
}
