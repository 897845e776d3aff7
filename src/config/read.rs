//! The text of `yujian.toml` → [`Config`], or everything that is wrong with it.

use serde::Deserialize;

use super::{Config, check};
use crate::faults::Parsed;
use crate::sources::Declared;
use crate::{Place, SetupError};

/// Keys of `[[source]]` that [`Declared`] does not know: what tells a source.
const OWN: [&str; 5] = ["id", "match", "record_field", "equals", "pi_basis"];

/// Tables of the file.
const TABLES: [&str; 10] = [
    "corpus",
    "dataset",
    "limits",
    "tokens",
    "origins",
    "rules",
    "rights",
    "testbank",
    "policy",
    "annotation",
];
/// Tables of `[annotation]`.
const OF_ANNOTATION: [&str; 3] = ["zones", "platform", "review"];
/// Tables of `[[source]]`.
const OF_SOURCE: [&str; 5] = [
    "commitments",
    "review",
    "generator",
    "pre_assessment",
    "post_verification",
];

/// They, of the right types.
#[derive(Deserialize)]
#[allow(dead_code, reason = "only whether they can be read matters")]
struct Own {
    id: Option<String>,
    #[serde(rename = "match")]
    globs: Option<Vec<String>>,
    record_field: Option<String>,
    equals: Option<String>,
    pi_basis: Option<String>,
}

/// A file as text.
///
/// # Errors
///
/// The first line that is not UTF-8.
pub(super) fn decoded<'b>(bytes: &'b [u8], name: &str) -> Result<&'b str, SetupError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (good, _) = bytes.split_at(error.valid_up_to());
        let good = String::from_utf8_lossy(good);
        let told = Place::at(name, &good, good.len()).complaint(
            "this is no UTF-8 from here on",
            "save the file as UTF-8 (editors for Chinese may write GBK)",
        );
        let told = told.in_chinese(
            "从这里起不是 UTF-8",
            "把文件另存为 UTF-8(编辑器可能存成了 GBK)",
        );
        SetupError::Complaints(vec![told])
    })
}

/// # Errors
///
/// All complaints, in the order of the file.
pub(super) fn parse(text: &str, name: &str) -> Result<Config, SetupError> {
    let mut parsed = Parsed::of(text);
    if parsed.faults.is_empty() {
        tables(&mut parsed);
        sources(&mut parsed);
        if let Some(config) = parsed.read::<Config>() {
            check::check(&config, &mut parsed);
            if parsed.faults.is_empty() {
                return Ok(config);
            }
        }
    }
    Err(SetupError::Complaints(parsed.complaints(name, text)))
}

/// Tables, and tables of the entries of lists, that are no lists themselves.
fn tables(parsed: &mut Parsed<'_>) {
    for list in [
        &["source"][..],
        &["statement"],
        &["annotation", "source"],
        &["annotation", "contract"],
        &["testbank", "omitted"],
    ] {
        // From the end, for what is wrong is taken out.
        for number in (0..parsed.length(list)).rev() {
            let number = number.to_string();
            parsed.must_be_table(&[list, &[&number]].concat());
            if list == ["source"] {
                for table in OF_SOURCE {
                    parsed.must_be_table(&["source", &number, table]);
                }
            }
        }
    }
    for table in OF_ANNOTATION {
        parsed.must_be_table(&["annotation", table]);
    }
    for table in TABLES {
        parsed.must_be_table(&[table]);
    }
}

/// Reads what the sources say on their own: as a part of the whole they are kept as they are
/// written, and serde does not know where in the file a value stood.
fn sources(parsed: &mut Parsed<'_>) {
    for number in 0..parsed.length(&["source"]) {
        let number = number.to_string();
        let path = ["source", &number];
        let _: Option<Own> = parsed.read_part(&path, |key| OWN.contains(&key), &[]);
        let _: Option<Declared> = parsed.read_part(&path, |key| !OWN.contains(&key), &OWN);
    }
}
