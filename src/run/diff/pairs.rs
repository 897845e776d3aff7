//! [`Pairs`]: findings of two runs that have a key in common, two by two.

use std::collections::VecDeque;

use super::entry::{Entry, Keyed, Side};
use crate::RunError;
use crate::run::sorter::{Sorted, Sorter};

/// Collects findings of both runs and pairs them by key.
#[derive(Default)]
pub(super) struct Pairs(Sorter<Keyed>);

/// What came of it.
pub(super) enum Paired {
    /// The old one and the new one.
    Both(Box<(Entry, Entry)>),
    /// One that is alone.
    Alone(Side, Box<Entry>),
}

impl Pairs {
    /// Adds a finding.
    pub fn push(&mut self, key: String, side: Side, entry: Entry) -> Result<(), RunError> {
        self.0.push(Keyed::new(key, side, entry))
    }

    /// Pairs all: first those of the same file, in their order, then what is left of a key.
    /// Of one key as many are paired as both runs have.
    pub fn each(
        self,
        mut tell: impl FnMut(Paired) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut sorted: Sorted<Keyed> = self.0.sorted()?;
        let mut key = String::new();
        let mut path = String::new();
        // Left of the file, and of the files before it.
        let (mut here, mut before) = (Waiting::default(), Waiting::default());
        while let Some(next) = sorted.next()? {
            if next.key != key || next.entry.path != path {
                before.add(std::mem::take(&mut here), &mut tell)?;
                path.clone_from(&next.entry.path);
            }
            if next.key != key {
                std::mem::take(&mut before).end(&mut tell)?;
                key.clone_from(&next.key);
            }
            here.one(next.side, next.entry, &mut tell)?;
        }
        before.add(here, &mut tell)?;
        before.end(&mut tell)
    }
}

/// Findings of one run that wait for one of the other.
#[derive(Default)]
struct Waiting {
    old: VecDeque<Entry>,
    new: VecDeque<Entry>,
}

impl Waiting {
    fn one(
        &mut self,
        side: Side,
        entry: Entry,
        tell: &mut impl FnMut(Paired) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let (own, other) = match side {
            Side::Old => (&mut self.old, &mut self.new),
            Side::New => (&mut self.new, &mut self.old),
        };
        match (other.pop_front(), side) {
            (None, _) => own.push_back(entry),
            (Some(new), Side::Old) => tell(Paired::Both(Box::new((entry, new))))?,
            (Some(old), Side::New) => tell(Paired::Both(Box::new((old, entry))))?,
        }
        Ok(())
    }

    fn add(
        &mut self,
        other: Self,
        tell: &mut impl FnMut(Paired) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        for entry in other.old {
            self.one(Side::Old, entry, tell)?;
        }
        for entry in other.new {
            self.one(Side::New, entry, tell)?;
        }
        Ok(())
    }

    fn end(self, tell: &mut impl FnMut(Paired) -> Result<(), RunError>) -> Result<(), RunError> {
        for entry in self.old {
            tell(Paired::Alone(Side::Old, Box::new(entry)))?;
        }
        for entry in self.new {
            tell(Paired::Alone(Side::New, Box::new(entry)))?;
        }
        Ok(())
    }
}
