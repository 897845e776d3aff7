//! Metadata of every record in the form of TC609-5-2025-02 (全国数据标准化技术委员会, 高质量数据集 格式要求),
//! one JSON object a line.
//!
//! The text itself stays in the corpus: `data_content` names the place, as the format does for
//! pictures and sound. Beside the fields of the format, which allows others, `yujian` holds what
//! the scan identified. The fields are known from implementations of the format and not from its
//! text. Rows are written as they are read: memory does not grow with the corpus.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::encoding::{address, reference};
use super::model::{Corpus, SourceFacts};
use super::notes::given;
use crate::RunError;
use crate::identify::Kind;
use crate::run::{RecordRow, Run};
use crate::sources::{DeclaredLicence, SourceKind};

/// What stands for a value that nobody gave: fields of the format must not be empty.
const MISSING: &str = "待补充";

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Lines.
    pub records: u64,
    /// Of how many records a field is missing.
    pub missing: BTreeMap<&'static str, u64>,
}

/// Writes a line for every record, in the order of the run.
///
/// # Errors
///
/// [`RunError::State`] if the run has rows for records with findings only, before anything is
/// written; what reading the run or writing to `out` fails with.
pub fn write_records(
    run: &Run,
    corpus: &Corpus,
    out: &mut impl io::Write,
) -> Result<Records, RunError> {
    let rows = run.records()?;
    let mut count = 0_u64;
    for row in rows {
        row?;
        count += 1;
    }
    let all = corpus.manifest.totals.records.scanned;
    if count != all {
        return Err(RunError::state(
            format!("the run has rows for {count} of {all} records"),
            "scan with --sidecar, which keeps a row for every record",
        ));
    }
    let sources: BTreeMap<&str, &SourceFacts> = corpus
        .sources
        .iter()
        .map(|source| (source.id.as_str(), source))
        .collect();
    let mut written = Records::default();
    for row in run.records()? {
        let row = row?;
        let line = record(
            &row,
            corpus,
            sources.get(row.source.as_str()).copied(),
            &mut written,
        );
        let failed = |error| RunError::io("write", std::path::Path::new("tc609"), error);
        writeln!(out, "{line}").map_err(failed)?;
        written.records += 1;
    }
    Ok(written)
}

fn record(
    row: &RecordRow,
    corpus: &Corpus,
    source: Option<&SourceFacts>,
    written: &mut Records,
) -> Value {
    let declared = source.map(|source| &source.declared.declared);
    let place = format!("{}#{}", reference(&row.path), row.record);
    let mut needed = |field: &'static str, value: Option<String>| {
        value.unwrap_or_else(|| {
            *written.missing.entry(field).or_default() += 1;
            MISSING.to_owned()
        })
    };
    let collected = declared
        .and_then(|d| d.collected_to)
        .map(|day| day.to_string());
    let original = row.date.as_deref().and_then(given).map(str::to_owned);
    let original = needed("original_time", original.or_else(|| collected.clone()));
    let modified = needed("last_modified_time", collected);
    let version = needed("version", given(&corpus.dataset.version).map(str::to_owned));
    let stated = row.licence.as_deref().and_then(given).map(str::to_owned);
    let licence = stated.or_else(|| {
        let joined = DeclaredLicence::joined(declared?);
        given(&joined).map(str::to_owned)
    });
    let licence = needed("license", licence);
    let kind = declared.and_then(|d| d.kind);
    let url = row.url.as_deref().or(declared.map(|d| d.url.as_str()));
    let url = url.and_then(address).filter(|url| url.starts_with("http"));
    // 互联网 asks for an address in source_details: without one the kind is said instead.
    let origin = match (kind, url) {
        (Some(SourceKind::SelfCrawled), Some(_)) => Some("互联网".to_owned()),
        (Some(kind), _) => Some(kind.zh().to_owned()),
        (None, Some(_)) => Some("互联网".to_owned()),
        (None, None) => None,
    };
    let origin = needed("source", origin);
    let details = url.map(str::to_owned).or_else(|| {
        let declared = declared?;
        let texts = [
            &declared.publisher,
            &declared.counterparty_name,
            &declared.service_name,
            &declared.generator.model,
        ];
        texts
            .into_iter()
            .find_map(|text| given(text))
            .map(str::to_owned)
    });
    let details = needed("source_details", details);
    let marked = row
        .entities
        .iter()
        .any(|entity| entity.starts_with("rights.aigc"));
    let made = kind == Some(SourceKind::Synthetic) || marked;
    json!({
        // Unique, which ids of records need not be; theirs stands below.
        "id": place,
        "rid": null,
        "data_content": [{ "media_type": media(row.kind), "content": place }],
        "annotation": null,
        "original_time": original,
        "last_modified_time": modified,
        "version": version,
        "license": licence,
        "source": origin,
        "source_details": details,
        "generated_data_indicator": u8::from(made),
        "yujian": {
            "id": row.id,
            "source": row.source,
            "offset": row.offset,
            "bytes": row.bytes,
            "characters": row.characters,
            "type": row.kind.as_str(),
            "language": row.language,
            "decision": row.decision.as_str(),
            "risks": row.risks,
            "entities": row.entities,
        },
    })
}

const fn media(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image",
        Kind::Audio => "audio",
        Kind::Video => "video",
        _ => "text",
    }
}
