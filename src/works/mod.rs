//! Known works: fingerprints of texts, in packs that hold none of the text, and where other texts
//! overlap with them.
//!
//! A text is turned into units: letters and digits, folded, everything else dropped.
//! Of every stretch of `w` runs of `k` units one is *selected* by winnowing (Schleimer, Wilkerson
//! and Aiken, SIGMOD 2003), so two texts that share `k + w - 1` units select one run in common.
//! [`Pack`] is the file of all selected runs of many works, as hashes with their places;
//! [`Overlaps`] looks up those of a record and puts them together to passages. `docs/works.md`
//! describes the file.

mod build;
mod gathered;
mod index;
mod known;
mod manifest;
mod merge;
mod overlap;
mod pack;
mod stream;
mod write;

#[cfg(test)]
mod tests;

pub use build::{Builder, Built, MOST_UNITS, Reading, Volume, merge};
pub use gathered::Gathered;
pub use index::{IndexOptions, Remark, Why, index};
pub use known::{Known, KnownWork};
pub use overlap::{Overlap, Overlaps, Passage};
pub use pack::{Pack, Work};
pub use stream::{Scheme, Selected, Stream, UnitTable};
