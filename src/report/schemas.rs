//! [`SchemaOf`]: JSON Schemas of what the program writes, made of the types that are written, so that
//! no list of keys is kept beside them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::SUMMARY_FORMAT;
use super::Summary;
use super::model::{FORMAT, Report};
use super::results::{CLAUSES_FORMAT, ClausesReport, GATE_FORMAT, GateReport};
use crate::run::{DIFF_FORMAT, Diff};

/// A form of JSON that has a name and a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaOf {
    /// `report.json`.
    Report,
    /// `gate --format json`.
    Gate,
    /// `gate --clauses --format json`.
    Clauses,
    /// `summary.json`.
    Summary,
    /// `diff --format json`.
    Diff,
}

impl SchemaOf {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Report,
        Self::Gate,
        Self::Clauses,
        Self::Summary,
        Self::Diff,
    ];

    /// What its documents say under `format`.
    pub const fn format(self) -> &'static str {
        match self {
            Self::Report => FORMAT,
            Self::Gate => GATE_FORMAT,
            Self::Clauses => CLAUSES_FORMAT,
            Self::Summary => SUMMARY_FORMAT,
            Self::Diff => DIFF_FORMAT,
        }
    }

    /// The schema, draft 2020-12. Unknown keys are allowed: a version may gain keys.
    pub fn schema(self) -> Value {
        let mut schema = match self {
            Self::Report => of::<Report>(),
            Self::Gate => of::<GateReport<'_>>(),
            Self::Clauses => of::<ClausesReport<'_>>(),
            Self::Summary => of::<Summary>(),
            Self::Diff => of::<Diff>(),
        };
        let name = self.format();
        schema["$id"] = json!(format!(
            "urn:{}",
            name.replacen('-', ":", 1).replace('/', ":")
        ));
        schema["title"] = json!(name);
        schema["properties"]["format"] = json!({ "const": name });
        schema
    }

    /// The schema as its file holds it.
    pub fn text(self) -> String {
        let text = serde_json::to_string_pretty(&self.schema());
        text.expect("a schema is plain data") + "\n"
    }
}

fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().into()
}
