//! Decoded bytes → records → fields. One file a format.

pub mod json;
pub mod jsonl;
