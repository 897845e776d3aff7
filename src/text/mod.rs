//! Text as detectors see it: folded, with the way back to every original byte.

mod fold;
pub mod numerals;
mod sounds;
mod view;

pub use fold::{FoldTable, Folded};
pub use sounds::{Sounds, Syllable, without_tone};
pub use view::View;
