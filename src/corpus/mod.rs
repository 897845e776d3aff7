//! The corpus: from paths to records. Knows files and formats, and no rule.

pub mod decode;
mod discover;
pub mod open;
mod shard;
pub mod split;

pub use discover::{DiscoverOptions, discover};
pub use shard::{Compression, Fate, Format, Shard, Skip};
