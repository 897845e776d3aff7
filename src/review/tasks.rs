//! Names in the files for Label Studio and doccano.

/// Key of the id of a row; tools have ids of their own.
pub const ID: &str = "yujian_id";
/// Key of BLAKE3 of the text.
pub const HASH: &str = "text_blake3";
/// Names of the controls of Label Studio.
pub const VERDICT: &str = "verdict";
/// See [`VERDICT`].
pub const RISK: &str = "risk";
/// See [`VERDICT`].
pub const COMMENT: &str = "comment";
