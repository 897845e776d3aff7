//! The corpus: from paths to records. Knows files and formats, and no rule.
//!
//! [`discover`] gives [`Shard`]s, [`Records::read`] reads one of them through decompression
//! ([`decode`], [`Input`]), [`Charset`] and a format of [`split`], and hands its records to a
//! [`RecordSink`].

mod blocks;
mod charset;
pub mod decode;
mod digest;
mod discover;
mod input;
mod limits;
mod media;
mod meta;
mod mojibake;
pub mod open;
pub mod page;
mod random;
mod read;
mod records;
pub mod remote;
mod shard;
pub mod sniff;
pub mod split;
mod url;
mod utf8;

pub use charset::{Charset, SAMPLE, TextDecoder};
pub use digest::{DigestKind, Digests, Hashers, digest_shard};
pub use discover::{DiscoverOptions, discover};
pub use input::Input;
pub use limits::{Budget, Limits};
pub use media::{Media, References};
pub use meta::{
    FIELDS, FieldPaths, LABEL_FIELD, LONGEST_VALUE, MEDIA_FIELD, Stated, known_field, shortened,
};
pub use mojibake::is_mojibake;
pub use random::{Random, RandomReader};
pub use records::{Extent, FieldName, Member, Meta, ReadContext, ReadEnd, RecordSink, Records};
pub use shard::{Compression, Fate, Format, Shard, Skip};
pub use url::{is_page, without_secrets};
pub use utf8::{LossyUtf8, Utf8Reader};
