//! Decoded bytes → records → fields. One file a format.

mod archive;
pub mod code;
pub mod csv;
pub mod document;
pub mod json;
mod json_long;
mod json_stated;
pub mod json_stream;
mod json_syntax;
pub mod jsonl;
pub mod markdown;
pub mod tar;
pub mod zip;
