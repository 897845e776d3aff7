//! Text as detectors see it: folded, with the way back to every original byte.

mod fold;
pub mod numerals;
mod view;

pub use fold::{FoldTable, Folded};
pub use view::View;
