//! The corpus: from paths to records. Knows files and formats, and no rule.

mod shard;

pub use shard::{Compression, Fate, Format, Shard, Skip};
