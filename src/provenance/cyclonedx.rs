//! CycloneDX 1.7, components of type `data`. Source: <https://cyclonedx.org/docs/1.7/json/>.

use serde_json::{Map, Value, json};

use super::encoding::{address, media_type};
use super::gap::Gaps;
use super::identity::{local, uuid};
use super::licence::Licence;
use super::model::{Corpus, CorpusFile, FileList, PersonalKind, SourceFacts};
use super::notes::{self, given};
use crate::scan::SourceTally;
use crate::sources::DeclaredLicence;

/// The document.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let whole = dataset(corpus, gaps);
    let mut parts: Vec<Value> = Vec::new();
    for source in &corpus.sources {
        parts.push(component(corpus, source, gaps));
    }
    let mut refs: Vec<String> = corpus.sources.iter().map(source_ref).collect();
    let shared = corpus.files.of("");
    parts.extend(shared.iter().map(file));
    refs.extend(shared.iter().map(file_ref));
    if let FileList::TooMany(_) = corpus.files {
        gaps.wanted(None, "provenance --files", "components");
    }
    // Nothing unread is called whole.
    let aggregate = match (corpus.manifest.coverage.whole, &corpus.files) {
        (true, FileList::All(_)) => "complete",
        _ => "incomplete",
    };
    let mut out = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": {
            "timestamp": corpus.moment(),
            "tools": { "components": [{
                "type": "application",
                "name": "yujian",
                "version": corpus.manifest.tool_version,
            }] },
            "component": whole,
        },
        "components": parts,
        "dependencies": [{ "ref": "dataset", "dependsOn": refs }],
        "compositions": [{ "aggregate": aggregate, "assemblies": ["dataset"] }],
    });
    // Another content is another document: the number follows from the root of the run and from
    // everything that is written.
    let root = &corpus.manifest.integrity.root;
    let number = uuid(&["cyclonedx", root, &out.to_string()]);
    out["serialNumber"] = json!(format!("urn:uuid:{number}"));
    out
}

fn source_ref(source: &SourceFacts) -> String {
    local("source", &source.id)
}

/// The corpus as a whole.
fn dataset(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let dataset = &corpus.dataset;
    let name = given(&dataset.name).unwrap_or_else(|| {
        gaps.needed(None, "[dataset] name", "name");
        corpus.missing()
    });
    let mut out = json!({ "type": "data", "bom-ref": "dataset", "name": name });
    for (key, declare, text) in [
        ("description", "[dataset] description", &dataset.description),
        ("version", "[dataset] version", &dataset.version),
    ] {
        match given(text) {
            Some(text) => out[key] = json!(text),
            None => gaps.wanted(None, declare, key),
        }
    }
    let owners: Vec<&str> = dataset
        .publisher
        .0
        .iter()
        .filter_map(|name| given(name))
        .collect();
    match owners.first() {
        Some(publisher) => out["publisher"] = json!(publisher),
        None => gaps.wanted(None, "[dataset] publisher", "publisher"),
    }
    licences(
        &mut out,
        &dataset.licence_id,
        None,
        "[dataset] licence_id",
        gaps,
    );
    references(&mut out, &dataset.url, None, "[dataset] url", gaps);
    let mut data = data_of(corpus, name, &corpus.personal);
    let parties = [
        ("owners", "[dataset] publisher", owners),
        (
            "custodians",
            "[dataset] custodian",
            given(&dataset.custodian).into_iter().collect(),
        ),
        (
            "stewards",
            "[dataset] steward",
            given(&dataset.steward).into_iter().collect(),
        ),
    ];
    for (role, declare, names) in parties {
        match names.is_empty() {
            true => gaps.wanted(None, declare, role),
            false => data["governance"][role] = names.into_iter().map(party).collect(),
        }
    }
    match dataset.confidentiality {
        Some(level) => data["classification"] = json!(level.as_str()),
        None => gaps.wanted(None, "[dataset] confidentiality", "classification"),
    }
    contents(&mut data, &dataset.url);
    out["data"] = json!([data]);
    out["properties"] = properties(corpus, &corpus.total, None);
    out
}

/// A source with its files.
fn component(corpus: &Corpus, source: &SourceFacts, gaps: &mut Gaps) -> Value {
    let declared = &source.declared.declared;
    let of = Some(&*source.id);
    let mut out = json!({ "type": "data", "bom-ref": source_ref(source), "name": source.name() });
    match given(&declared.publisher) {
        Some(publisher) => out["publisher"] = json!(publisher),
        None => gaps.wanted(of, "publisher", "publisher"),
    }
    match given(&declared.ipr_owner_statement) {
        Some(told) => out["copyright"] = json!(told),
        None => gaps.wanted(of, "ipr_owner_statement", "copyright"),
    }
    match notes::collection(corpus, source) {
        Some(told) => out["description"] = json!(told),
        None => gaps.wanted(of, "collection_method", "description"),
    }
    let licence = DeclaredLicence::joined(declared);
    licences(&mut out, &licence, of, "licence_id", gaps);
    references(&mut out, &declared.url, of, "url", gaps);
    let mut data = data_of(corpus, source.name(), &source.personal);
    if let Some(publisher) = given(&declared.publisher) {
        data["governance"]["owners"] = json!([party(publisher)]);
    }
    if let Some(custodian) = given(&corpus.dataset.custodian) {
        data["governance"]["custodians"] = json!([party(custodian)]);
    }
    let classes: Vec<&str> = [&declared.data_class, &declared.data_grade]
        .into_iter()
        .filter_map(|class| given(class))
        .collect();
    match classes.is_empty() {
        true => gaps.wanted(of, "data_class, data_grade", "classification"),
        false => data["classification"] = json!(classes.join(" / ")),
    }
    contents(&mut data, &declared.url);
    out["data"] = json!([data]);
    out["properties"] = properties(corpus, &source.tally, Some(source));
    let files = corpus.files.of(&source.id).iter();
    let files: Vec<Value> = files.map(file).collect();
    if !files.is_empty() {
        out["components"] = json!(files);
    }
    out
}

fn data_of(corpus: &Corpus, name: &str, personal: &[PersonalKind]) -> Value {
    let mut data = json!({ "type": "dataset", "name": name });
    if !personal.is_empty() {
        let found = personal.iter().map(|kind| notes::personal(corpus, kind));
        data["sensitiveData"] = found.collect();
    }
    data
}

fn contents(data: &mut Value, url: &str) {
    if let Some(url) = address(url) {
        data["contents"] = json!({ "url": url });
    }
}

fn references(
    out: &mut Value,
    url: &str,
    source: Option<&str>,
    key: &'static str,
    gaps: &mut Gaps,
) {
    match address(url) {
        Some(url) => out["externalReferences"] = json!([{ "type": "distribution", "url": url }]),
        None => gaps.wanted(source, key, "externalReferences"),
    }
}

fn licences(
    out: &mut Value,
    declared: &str,
    source: Option<&str>,
    key: &'static str,
    gaps: &mut Gaps,
) {
    out["licenses"] = match Licence::of(declared) {
        Licence::Id(id) => json!([{ "license": { "id": id, "acknowledgement": "declared" } }]),
        Licence::Expression(words) => {
            json!([{ "expression": words, "acknowledgement": "declared" }])
        }
        Licence::Named(words) => {
            json!([{ "license": { "name": words, "acknowledgement": "declared" } }])
        }
        Licence::None => {
            gaps.wanted(source, key, "licenses");
            return;
        }
    };
}

fn party(name: &str) -> Value {
    json!({ "organization": { "name": name } })
}

fn file_ref(file: &CorpusFile) -> String {
    local("file", &file.path)
}

fn file(file: &CorpusFile) -> Value {
    let mut out = json!({
        "type": "file",
        "bom-ref": file_ref(file),
        "name": file.path,
        "properties": [{ "name": "yujian:bytes", "value": file.bytes.to_string() }],
    });
    if let Some(format) = &file.format {
        out["mime-type"] = json!(media_type(format));
    }
    let hashes: Vec<Value> = [("BLAKE3", &file.blake3), ("SHA-256", &file.sha256)]
        .into_iter()
        .filter_map(|(name, digest)| Some(json!({ "alg": name, "content": digest.as_ref()? })))
        .collect();
    if !hashes.is_empty() {
        out["hashes"] = json!(hashes);
    }
    out
}

/// What was measured and has no place of its own.
fn properties(corpus: &Corpus, tally: &SourceTally, source: Option<&SourceFacts>) -> Value {
    let mut all: Vec<(&str, String)> = vec![
        ("records", tally.records.total().to_string()),
        ("records-scanned", tally.records.scanned.to_string()),
        ("bytes", tally.bytes.total().to_string()),
        ("characters", tally.characters.to_string()),
        (
            "records-with-findings",
            tally.records_with_findings.to_string(),
        ),
    ];
    let tokens = match source {
        Some(source) => source.tokens,
        None => corpus.tokens.as_ref().map(|tokens| tokens.total),
    };
    if let Some(tokens) = tokens {
        all.push(("tokens", tokens.tokens.to_string()));
        all.push((
            "tokens-95-percent",
            format!("{}-{}", tokens.low, tokens.high),
        ));
    }
    match source {
        None => {
            all.push(("run-root", corpus.manifest.integrity.root.clone()));
            all.push(("corpus-digest", corpus.manifest.root_digest.clone()));
            all.push(("rules-digest", corpus.manifest.rules.digest.clone()));
        }
        Some(source) => {
            let declared = &source.declared.declared;
            all.push(("source", source.id.clone()));
            all.extend(declared.kind.map(|kind| ("kind", kind.as_str().to_owned())));
            for (name, value) in [
                ("origin-country", &declared.origin_country),
                ("hosting-country", &declared.hosting_country),
                ("processing", &declared.processing),
                ("pi-basis", &source.declared.pi_basis),
                ("contract", &declared.contract_id),
            ] {
                all.extend(given(value).map(|value| (name, value.to_owned())));
            }
            for (name, day) in [
                ("collected-from", declared.collected_from),
                ("collected-to", declared.collected_to),
            ] {
                all.extend(day.map(|day| (name, day.to_string())));
            }
            let languages: Vec<&str> = source.languages().into_iter().collect();
            all.push(("language", languages.join(", ")));
            for evidence in &source.evidence {
                all.push((
                    "evidence-blake3",
                    format!("{} {}", evidence.digest, evidence.path),
                ));
            }
        }
    }
    let properties = all.into_iter().filter(|(_, value)| !value.is_empty());
    let property = |(name, value): (&str, String)| {
        let mut map = Map::new();
        map.insert("name".to_owned(), json!(format!("yujian:{name}")));
        map.insert("value".to_owned(), json!(value));
        Value::Object(map)
    };
    properties.map(property).collect()
}
