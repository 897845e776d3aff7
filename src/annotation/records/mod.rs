//! Records of annotation: files of several tools → [`Entry`]s, one for each annotation of an item.
//!
//! Files are read in blocks; what a block holds is parsed, scanned and made small on all threads,
//! and then noted in the order of the file, so that memory does not grow with the length of texts
//! and nothing depends on threads.

mod argilla;
mod blocks;
mod doccano;
mod entry;
mod label_studio;
mod own;
mod raw;
mod risks;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use blocks::{Blocks, Piece};
pub use entry::{Action, EXPECTED, Entry, Fault, Kind, SpotCheck, Unit};
pub use raw::{ALL, FIELDS, Field, Fields, Raw, Role};
pub use risks::{RISKS, risk_bit};

/// What wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Our own: an object a line, or a row, with the fields of `FIELDS`.
    Yujian,
    /// JSON export of Label Studio: tasks with `data` and `annotations`.
    LabelStudio,
    /// JSON-MIN export of Label Studio: flat objects with `annotator`.
    LabelStudioMin,
    /// JSON Lines export of doccano, old or new.
    Doccano,
    /// Records of Argilla, 1.x or 2.x.
    Argilla,
}

impl Form {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yujian => "yujian",
            Self::LabelStudio => "label-studio",
            Self::LabelStudioMin => "label-studio-min",
            Self::Doccano => "doccano",
            Self::Argilla => "argilla",
        }
    }

    /// By the keys of a record.
    pub fn of(value: &Value) -> Self {
        let has = |key: &str| value.get(key).is_some();
        let is = |key: &str, shape: fn(&Value) -> bool| value.get(key).is_some_and(shape);
        if is("annotations", Value::is_array) && is("data", Value::is_object) {
            Self::LabelStudio
        } else if is("fields", Value::is_object) && (has("responses") || has("suggestions")) {
            Self::Argilla
        } else if has("annotation_id") && has("annotator") {
            Self::LabelStudioMin
        } else if has("item_id") || has("annotator_id") {
            Self::Yujian
        } else if (has("text") || has("data"))
            && [
                "labels",
                "label",
                "annotations",
                "entities",
                "annotation_approver",
            ]
            .iter()
            .any(|key| has(key))
        {
            Self::Doccano
        } else {
            Self::Yujian
        }
    }

    /// The annotations of one record.
    pub fn entries(self, record: &Value) -> Vec<Raw<'_>> {
        match self {
            Self::Yujian => own::entries(record),
            Self::LabelStudio => label_studio::entries(record),
            Self::LabelStudioMin => label_studio::flat_entries(record),
            Self::Doccano => doccano::entries(record),
            Self::Argilla => argilla::entries(record),
        }
    }
}
