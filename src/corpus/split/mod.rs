//! Decoded bytes → records → fields. One file a format.

mod archive;
pub mod arrow;
pub mod code;
pub mod columns;
pub mod csv;
pub mod document;
pub mod docx;
pub mod epub;
pub mod html;
pub mod json;
mod json_long;
mod json_stated;
pub mod json_stream;
mod json_syntax;
pub mod jsonl;
pub mod markdown;
mod package;
pub mod parquet;
pub mod seven_zip;
pub mod tar;
pub mod warc;
pub mod zip;
