//! The chain: each row has a digest of itself and of the digest before it.

use rusqlite::types::ValueRef;

/// The digest of a row.
pub type Link = [u8; blake3::OUT_LEN];

/// What the first row follows.
pub const BEGINNING: Link = [0; blake3::OUT_LEN];

/// What of a row goes into the chain: BLAKE3, keyed for this purpose, over the name of the table and
/// the values of its columns, each with its type and length before it.
pub fn content(table: &str, values: &[ValueRef<'_>]) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("yujian 2026-11 row of verdicts");
    let mut part = |kind: u8, bytes: &[u8]| {
        hasher.update(&[kind]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(b'T', table.as_bytes());
    for value in values {
        match value {
            ValueRef::Null => part(b'n', &[]),
            ValueRef::Integer(number) => part(b'i', &number.to_le_bytes()),
            ValueRef::Real(number) => part(b'r', &number.to_le_bytes()),
            ValueRef::Text(text) => part(b't', text),
            ValueRef::Blob(bytes) => part(b'b', bytes),
        }
    }
    hasher.finalize().into()
}

/// The link of a row with that content, after the link before it.
pub fn link(before: &Link, content: &Link) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("yujian 2026-11 chain of verdicts");
    hasher.update(before);
    hasher.update(content);
    hasher.finalize().into()
}
