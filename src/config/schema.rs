//! JSON Schema of `yujian.toml`, for editors.
//!
//! It is written by hand, `docs/yujian.schema.json`, and not generated from the types: nearly
//! every key says more there than its type does (descriptions in two languages, dates that may be
//! empty, one word or a list, keys of sources that serde keeps as they are), and each such thing
//! would be an override beside the type. `tests/it/schema.rs` holds it equal to what is read:
//! the same keys in every table, the same values for every key.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::FILE_NAME;

/// The schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../../docs/yujian.schema.json");
/// Name of its file beside `yujian.toml`.
pub const SCHEMA_FILE: &str = "yujian.schema.json";

/// Whether a text is a schema of this program, of whatever version.
pub fn is_schema(text: &str) -> bool {
    let parsed = serde_json::from_str::<Value>(text);
    parsed.is_ok_and(|schema| schema["$id"] == "urn:yujian:config" && schema["title"] == FILE_NAME)
}

/// Files that are no part of the corpus at `paths`, by their real paths: the configuration, and
/// schemas beside it or in folders that are scanned.
pub fn own_files(config: Option<&Path>, paths: &[PathBuf]) -> Vec<PathBuf> {
    let beside = config.map(|config| config.with_file_name(SCHEMA_FILE));
    let schemas = paths.iter().map(|path| path.join(SCHEMA_FILE));
    let is_ours = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| is_schema(&text));
    let schemas = schemas.chain(beside).filter(is_ours);
    let all = schemas.chain(config.map(Path::to_owned));
    all.filter_map(|file| file.canonicalize().ok()).collect()
}
