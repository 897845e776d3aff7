//! Decoded bytes → records → fields. One file a format.

mod archive;
pub mod arrow;
pub mod code;
pub mod columns;
pub mod document;
pub mod json;
pub mod jsonl;
pub mod markdown;
pub mod parquet;
pub mod tar;
pub mod zip;
