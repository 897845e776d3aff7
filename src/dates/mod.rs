//! Dates as people, tables and programs write them. All of them are of Beijing, for the duties are
//! those of Chinese filings.

mod day;
mod moment;

pub use day::Day;
pub use moment::{Moment, Style, Wrong, parse};
