//! [`Overlaps`]: fingerprints of a record, looked up, and put together to passages that it has in
//! common with works.
//!
//! Two fingerprints of a record that stand in a work as far apart as in the record are of one
//! *run* if everything between them is the same: none that was selected between is missing, and
//! the signatures reach from one to the other. Runs that follow each other in the record as in the
//! work, no further apart than [`GAP`] units, are one *passage*, with edits in it.

use std::ops::Range;

use super::gathered::Gathered;
use super::known::{Known, KnownWork};
use super::pack::{Pack, Posting};
use super::stream::{Scheme, Selected, Stream};
use crate::Span;

/// Units between two runs of one passage at most. With one unit in twenty changed at random, runs
/// of 18 that are selected stand some 100 apart.
const GAP: u64 = 250;
/// A passage may be longer or shorter in the work by so many units, and by a quarter of a gap.
const DRIFT: u64 = 6;
/// What is shorter than that, and is a single run, is no overlap with a work: two texts have some
/// words in common.
const SHORTEST: u64 = 24;
/// Passages that are open at a time, and that are kept of a record.
const OPEN: usize = 64;
const KEPT: usize = 20_000;

/// A passage of a record that stands in a work as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Field, by its number in [`Overlaps::fields`].
    pub field: usize,
    /// Where in the field: from the first character of it to the last.
    pub span: Span,
    /// The same in characters.
    pub code_points: Span,
    /// Its units in the record, counted over all fields.
    pub units: Range<u64>,
    /// Its units in the work.
    pub in_work: Range<u64>,
    /// Units of its longest run.
    pub run: u64,
    /// Whether it is a single run.
    pub verbatim: bool,
}

/// What a record has in common with a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Which work.
    pub work: KnownWork,
    /// Where, in order; none lies inside of another.
    pub passages: Vec<Passage>,
    /// Units of the longest run.
    pub run: u64,
    /// Units of the record that are in passages, and all of its units.
    pub covered: u64,
    /// All units of the record.
    pub units: u64,
    /// Units of the work that are in passages.
    pub covered_of_work: u64,
}

/// A passage that may go on.
struct Open {
    work: KnownWork,
    passage: Passage,
    /// Units by which the work is ahead of the record's field.
    ahead: i64,
    /// Number and place of the last fingerprint, and how far its signature reaches beyond it.
    last: u64,
    last_start: u64,
    reach: u64,
    /// The run that may go on.
    run: Range<u64>,
    /// Units of a single run that is worth telling of.
    shortest: u64,
}

/// The overlaps of one record, field by field. Used for one record after the other.
#[derive(Default)]
pub struct Overlaps {
    streams: Vec<Stream>,
    found: Found,
    /// Fingerprints of the record, if they are wanted.
    gathered: Option<Gathered>,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    fields: Vec<String>,
    /// Whether the field that is being read is the last of `fields`.
    named: bool,
    /// Units of the fields before, by scheme.
    before: [u64; 2],
    open: Vec<Open>,
    closed: Vec<(KnownWork, Passage)>,
}

impl Overlaps {
    /// Keeps the fingerprints of the records that follow.
    pub fn gathering(mut self) -> Self {
        self.gathered = Some(Gathered::default());
        self
    }

    /// Whether it does.
    pub const fn is_gathering(&self) -> bool {
        self.gathered.is_some()
    }

    /// The fingerprints of the record so far, if they are kept.
    pub const fn gathered(&mut self) -> Option<&mut Gathered> {
        self.gathered.as_mut()
    }

    /// The next part of a field.
    pub fn push(&mut self, known: &Known, path: &str, text: &str) {
        let Self {
            streams,
            found,
            gathered,
        } = self;
        // The buffers may have served for other packs before.
        let own = gathered.is_some();
        let wanted = Scheme::ALL.into_iter().filter(|scheme| {
            own && *scheme == Scheme::Works || known.schemes().any(|known| known == *scheme)
        });
        if !wanted.clone().eq(streams.iter().map(Stream::scheme)) {
            *streams = wanted.map(Stream::new).collect();
        }
        for stream in streams {
            let scheme = stream.scheme();
            match gathered {
                Some(gathered) if scheme == Scheme::Works => {
                    stream.push(text, &mut |selected| {
                        gathered.push(selected);
                        found.look_up(known, scheme, path, selected);
                    });
                }
                _ => stream.push(text, &mut |selected| {
                    found.look_up(known, scheme, path, selected);
                }),
            }
        }
    }

    /// Ends a field.
    pub fn end_field(&mut self, known: &Known, path: &str) {
        let Self {
            streams,
            found,
            gathered,
        } = self;
        for stream in streams {
            let (scheme, units) = (stream.scheme(), stream.units());
            let mut own = gathered.as_mut().filter(|_| scheme == Scheme::Works);
            stream.end(&mut |selected| {
                if let Some(gathered) = &mut own {
                    gathered.push(selected);
                }
                found.look_up(known, scheme, path, selected);
            });
            if let Some(gathered) = own {
                gathered.end(units);
            }
            found.close_before(u64::MAX);
            found.before[scheme as usize] += units;
        }
        found.named = false;
    }

    /// Paths of the fields that passages are in.
    pub fn fields(&self) -> &[String] {
        &self.found.fields
    }

    /// Ends the record: what it has in common with each work, those with most first. A work of
    /// which all passages lie in those of works before it comes behind these in `also`.
    pub fn finish(&mut self, known: &Known) -> Vec<(Overlap, Vec<KnownWork>)> {
        let mut closed = std::mem::take(&mut self.found.closed);
        closed.sort_by_key(|(work, passage)| {
            (
                *work,
                passage.units.start,
                std::cmp::Reverse(passage.units.end),
            )
        });
        let mut all: Vec<Overlap> = Vec::new();
        for of_work in closed.chunk_by(|a, b| a.0 == b.0) {
            let work = of_work[0].0;
            let units = self.found.before[known.scheme(work) as usize];
            let passages = of_work.iter().map(|(_, passage)| passage.clone());
            all.push(overlap(work, passages.collect(), units));
        }
        all.sort_by_key(|overlap| (std::cmp::Reverse(overlap.covered), overlap.work));
        let mut told: Vec<(Overlap, Vec<KnownWork>)> = Vec::new();
        for overlap in all {
            let scheme = known.scheme(overlap.work);
            let within = told.iter_mut().find(|(other, _)| {
                known.scheme(other.work) == scheme
                    && overlap.passages.iter().all(|passage| {
                        let mut others = other.passages.iter();
                        others.any(|other| contains(&other.units, &passage.units))
                    })
            });
            match within {
                Some((_, also)) => also.push(overlap.work),
                None => told.push((overlap, Vec::new())),
            }
        }
        told
    }

    /// Forgets the record, so that another can begin.
    pub fn clear(&mut self) {
        self.found.fields.clear();
        self.found.named = false;
        self.found.before = [0; 2];
        self.found.open.clear();
        self.found.closed.clear();
        if let Some(gathered) = &mut self.gathered {
            gathered.clear();
        }
    }
}

impl Found {
    #[inline]
    fn look_up(&mut self, known: &Known, scheme: Scheme, path: &str, selected: &Selected<'_>) {
        let fingerprint = selected.fingerprint();
        for (number, pack) in known.of(scheme) {
            if pack.may_hold(fingerprint) {
                self.look_into((number, pack), fingerprint, path, selected);
            }
        }
    }

    #[inline(never)]
    fn look_into(
        &mut self,
        (number, pack): (u32, &Pack),
        fingerprint: u64,
        path: &str,
        selected: &Selected<'_>,
    ) {
        let mut signature = None;
        for posting in pack.find(fingerprint) {
            let signature = *signature.get_or_insert_with(|| selected.signature());
            if !self.named {
                self.fields.push(path.to_owned());
                self.named = true;
            }
            let work = KnownWork {
                pack: number,
                work: posting.work,
            };
            let units = pack.work(posting.work).units;
            self.add(work, pack.scheme(), &posting, units, signature, selected);
        }
    }

    fn add(
        &mut self,
        work: KnownWork,
        scheme: Scheme,
        posting: &Posting,
        units: u64,
        signature: u64,
        selected: &Selected<'_>,
    ) {
        let k = scheme.k() as u64;
        let (start, place) = (selected.start(), u64::from(posting.place));
        // How far both go on alike: never less than they do, and seldom more than a unit.
        let (mut left, mut right) = (0, 0);
        if scheme.w() > 1 {
            let unlike = signature ^ posting.signature;
            let (before, after) = selected.room();
            left = u64::from((unlike as u32).trailing_zeros());
            left = left.min(before).min(place);
            right = u64::from(((unlike >> 32) as u32).trailing_zeros());
            right = right.min(after).min(units.saturating_sub(place + k));
        }
        let (from, to) = (start - left, start + k + right);
        let ahead = place as i64 - start as i64;
        let base = self.before[scheme as usize];
        let near = |open: &Open| {
            let gap = from.saturating_sub(open.run.end);
            let drift = open.ahead.abs_diff(ahead);
            let follows = place as i64 > open.last_start as i64 + open.ahead;
            (open.work == work
                && open.last != selected.number
                && gap <= GAP
                && drift <= DRIFT + gap / 4
                && follows)
                .then_some(drift)
        };
        let nearest = self
            .open
            .iter_mut()
            .filter_map(|open| Some((near(open)?, open)));
        let last = selected.place((k + right) as i64 - 1);
        let Some((drift, open)) = nearest.min_by_key(|(drift, _)| *drift) else {
            let first = selected.place(-(left as i64));
            if self.open.len() >= OPEN {
                self.close_before(from);
            }
            self.open.push(Open {
                work,
                passage: Passage {
                    field: self.fields.len() - 1,
                    span: Span {
                        start: first.start(),
                        end: last.end(),
                    },
                    code_points: Span {
                        start: first.point,
                        end: last.point + 1,
                    },
                    units: base + from..base + to,
                    in_work: place - left..place + k + right,
                    run: to - from,
                    verbatim: true,
                },
                ahead,
                last: selected.number,
                last_start: start,
                reach: right,
                run: from..to,
                shortest: match scheme {
                    Scheme::Works => SHORTEST,
                    Scheme::Items => 0,
                },
            });
            return;
        };
        let goes_on = drift == 0
            && selected.number == open.last + 1
            && start <= open.last_start + k + open.reach
            && from <= open.last_start + k;
        if goes_on {
            open.run.end = open.run.end.max(to);
        } else {
            open.run = from.max(open.run.end).min(start)..to;
            open.passage.verbatim = false;
        }
        let passage = &mut open.passage;
        passage.run = passage.run.max(open.run.end - open.run.start);
        if base + to > passage.units.end {
            passage.units.end = base + to;
            passage.span.end = last.end();
            passage.code_points.end = last.point + 1;
        }
        passage.in_work.end = passage.in_work.end.max(place + k + right);
        open.ahead = ahead;
        (open.last, open.last_start, open.reach) = (selected.number, start, right);
    }

    /// Closes passages that what begins at `from` cannot go on with; if there are none, the one that
    /// ended first.
    fn close_before(&mut self, from: u64) {
        let ended = |open: &Open| open.run.end.saturating_add(GAP) < from || from == u64::MAX;
        let mut kept = Vec::with_capacity(self.open.len());
        for open in std::mem::take(&mut self.open) {
            if ended(&open) {
                self.close(open);
            } else {
                kept.push(open);
            }
        }
        if kept.len() >= OPEN
            && let Some(first) = (0..kept.len()).min_by_key(|at| kept[*at].run.end)
        {
            let open = kept.remove(first);
            self.close(open);
        }
        self.open = kept;
    }

    fn close(&mut self, open: Open) {
        let worth = !open.passage.verbatim || open.passage.run >= open.shortest;
        if worth && self.closed.len() < KEPT {
            self.closed.push((open.work, open.passage));
        }
    }
}

/// Sums up passages of one work, which come by their beginnings, the longer first.
fn overlap(work: KnownWork, all: Vec<Passage>, units: u64) -> Overlap {
    let mut passages: Vec<Passage> = Vec::new();
    for passage in all {
        let inside = |last: &Passage| contains(&last.units, &passage.units);
        if !passages.last().is_some_and(inside) {
            passages.push(passage);
        }
    }
    let of_record = passages.iter().map(|passage| passage.units.clone());
    let of_work = passages.iter().map(|passage| passage.in_work.clone());
    Overlap {
        work,
        run: passages.iter().map(|p| p.run).max().unwrap_or_default(),
        covered: covered(of_record.collect()),
        covered_of_work: covered(of_work.collect()),
        units,
        passages,
    }
}

fn contains(outer: &Range<u64>, inner: &Range<u64>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Units in any of the ranges.
fn covered(mut ranges: Vec<Range<u64>>) -> u64 {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut sum, mut end) = (0, 0);
    for range in ranges {
        let from = range.start.max(end);
        sum += range.end.saturating_sub(from);
        end = end.max(range.end);
    }
    sum
}
