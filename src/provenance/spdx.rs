//! SPDX 3.0.1 with the profile Dataset, as JSON-LD. Source: <https://spdx.github.io/spdx-spec/v3.0.1/>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::encoding::{address, media_type};
use super::gap::Gaps;
use super::identity::{local, uuid};
use super::licence::Licence;
use super::model::{Corpus, CorpusFile, FileList, PersonalKind, SourceFacts};
use super::notes::{self, given};
use crate::scan::SourceTally;
use crate::sources::{DeclaredLicence, Evidence};

/// What stands for a licence that nobody stated.
const NO_LICENCE: &str = "expandedlicensing_NoAssertionLicense";
/// The blank node that says who made the document and when.
const CREATION: &str = "_:creation";

/// Elements while they are gathered.
struct Graph<'a> {
    corpus: &'a Corpus,
    base: String,
    elements: Vec<Value>,
    /// Elements that are there already: one agent or licence may be named many times.
    known: BTreeSet<String>,
}

/// The document.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let root = &corpus.manifest.integrity.root;
    let mut graph = Graph {
        corpus,
        base: format!("urn:uuid:{}", uuid(&["spdx", root])),
        elements: Vec::new(),
        known: BTreeSet::new(),
    };
    let tool = graph.program();
    let whole = graph.dataset(gaps);
    let mut parts = Vec::new();
    for source in &corpus.sources {
        parts.push(graph.source(source, gaps));
    }
    let shared = corpus.files.of("").iter();
    parts.extend(shared.map(|file| graph.file(file)));
    if !parts.is_empty() {
        graph.relate(&whole, "contains", &parts);
    }
    if let FileList::TooMany(_) = corpus.files {
        gaps.wanted(None, "provenance --files", "software_File");
    }
    let Graph { base, elements, .. } = graph;
    let ids: Vec<&Value> = elements
        .iter()
        .filter_map(|element| element.get("spdxId"))
        .collect();
    let document = json!({
        "type": "SpdxDocument",
        "spdxId": format!("{base}#document"),
        "creationInfo": CREATION,
        "name": given(&corpus.dataset.name).unwrap_or(corpus.missing()),
        "profileConformance": ["core", "software", "simpleLicensing", "dataset"],
        "rootElement": [whole],
        "element": ids,
    });
    let creation = json!({
        "type": "CreationInfo",
        "@id": CREATION,
        "specVersion": "3.0.1",
        "created": corpus.moment(),
        "createdBy": [tool],
    });
    let mut all = vec![creation, document];
    all.extend(elements);
    json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": all })
}

impl Graph<'_> {
    fn id(&self, local: &str) -> String {
        format!("{}#{local}", self.base)
    }

    /// Adds an element, once, and gives its id.
    fn add(&mut self, kind: &str, local: &str, rest: Map<String, Value>) -> String {
        let id = self.id(local);
        if self.known.insert(id.clone()) {
            let mut element = rest;
            element.insert("type".to_owned(), json!(kind));
            element.insert("spdxId".to_owned(), json!(id));
            element.insert("creationInfo".to_owned(), json!(CREATION));
            self.elements.push(Value::Object(element));
        }
        id
    }

    fn relate(&mut self, from: &str, how: &str, to: &[String]) {
        let name = local("relationship", &format!("{how} {from}"));
        let rest = object(json!({ "from": from, "relationshipType": how, "to": to }));
        self.add("Relationship", &name, rest);
    }

    fn program(&mut self) -> String {
        let name = format!("yujian {}", self.corpus.manifest.tool_version);
        self.add("SoftwareAgent", "program", object(json!({ "name": name })))
    }

    fn organization(&mut self, name: &str) -> String {
        self.add(
            "Organization",
            &local("organization", name),
            object(json!({ "name": name })),
        )
    }

    /// The corpus as a whole.
    fn dataset(&mut self, gaps: &mut Gaps) -> String {
        let corpus = self.corpus;
        let dataset = &corpus.dataset;
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
        match given(&dataset.name) {
            Some(name) => put("name", json!(name)),
            None => {
                gaps.needed(None, "[dataset] name", "name");
                put("name", json!(corpus.missing()));
            }
        }
        for (key, declare, text) in [
            ("description", "[dataset] description", &dataset.description),
            (
                "software_packageVersion",
                "[dataset] version",
                &dataset.version,
            ),
            (
                "dataset_intendedUse",
                "[dataset] intended_use",
                &dataset.intended_use,
            ),
            (
                "dataset_datasetUpdateMechanism",
                "[dataset] maintenance",
                &dataset.maintenance,
            ),
        ] {
            match given(text) {
                Some(text) => put(key, json!(text)),
                None => gaps.wanted(None, declare, key),
            }
        }
        for (key, declare, texts) in [
            ("dataset_knownBias", "[dataset] biases", &dataset.biases),
            (
                "dataset_anonymizationMethodUsed",
                "[dataset] anonymisation",
                &dataset.anonymisation,
            ),
        ] {
            match texts.0.is_empty() {
                true => gaps.wanted(None, declare, key),
                false => put(key, json!(texts.0)),
            }
        }
        match dataset.confidentiality {
            Some(level) => put("dataset_confidentialityLevel", json!(level.as_str())),
            None => gaps.wanted(
                None,
                "[dataset] confidentiality",
                "dataset_confidentialityLevel",
            ),
        }
        match dataset.availability {
            Some(how) => put("dataset_datasetAvailability", json!(how.as_str())),
            None => gaps.wanted(
                None,
                "[dataset] availability",
                "dataset_datasetAvailability",
            ),
        }
        match address(&dataset.url) {
            Some(url) => put("software_downloadLocation", json!(url)),
            None => gaps.needed(None, "[dataset] url", "software_downloadLocation"),
        }
        match dataset.published_on {
            Some(day) => put("releaseTime", json!(format!("{day}T00:00:00Z"))),
            None => gaps.needed(None, "[dataset] published_on", "releaseTime"),
        }
        let collected = corpus
            .sources
            .iter()
            .map(|source| source.declared.declared.collected_to);
        match collected.flatten().max() {
            Some(day) => put("builtTime", json!(format!("{day}T00:00:00Z"))),
            None => gaps.needed(None, "[[source]] collected_to", "builtTime"),
        }
        let root = &corpus.manifest.integrity.root;
        put(
            "externalIdentifier",
            json!([{
                "type": "ExternalIdentifier",
                "externalIdentifierType": "other",
                "identifier": root,
                "comment": "root of the yujian run that measured it (BLAKE3, docs/runs.md)",
            }]),
        );
        let collections = notes::collections(corpus);
        put_measured(corpus, &corpus.total, &corpus.personal, None, &mut put);
        if let Some(told) = collections {
            put("dataset_dataCollectionProcess", json!(told));
        }
        if let Some(noise) = notes::noise(corpus) {
            put("dataset_datasetNoise", json!(noise));
        }
        let steps: Vec<String> = corpus.sources.iter().filter_map(preprocessing).collect();
        if !steps.is_empty() {
            put("dataset_dataPreprocessing", json!(steps));
        }
        let publishers = dataset.publisher.0.iter().filter_map(|name| given(name));
        let publishers: Vec<String> = publishers.map(|name| self.organization(name)).collect();
        match publishers.is_empty() {
            true => gaps.needed(None, "[dataset] publisher", "originatedBy"),
            false => drop(out.insert("originatedBy".to_owned(), json!(publishers))),
        }
        let id = self.add("dataset_DatasetPackage", "dataset", out);
        self.licence(&id, None, &dataset.licence_id, "[dataset] licence_id", gaps);
        id
    }

    fn source(&mut self, source: &SourceFacts, gaps: &mut Gaps) -> String {
        let corpus = self.corpus;
        let declared = &source.declared.declared;
        let of = Some(&*source.id);
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
        put("name", json!(source.name()));
        match address(&declared.url) {
            Some(url) => put("software_downloadLocation", json!(url)),
            None => gaps.needed(of, "url", "software_downloadLocation"),
        }
        match declared.collected_to {
            Some(day) => put("builtTime", json!(format!("{day}T00:00:00Z"))),
            None => gaps.needed(of, "collected_to", "builtTime"),
        }
        if let Some(day) = corpus.dataset.published_on {
            put("releaseTime", json!(format!("{day}T00:00:00Z")));
        }
        match notes::collection(corpus, source) {
            Some(told) => put("dataset_dataCollectionProcess", json!(told)),
            None => gaps.wanted(of, "collection_method", "dataset_dataCollectionProcess"),
        }
        match given(&declared.processing) {
            Some(told) => put("dataset_dataPreprocessing", json!([told])),
            None => gaps.wanted(of, "processing", "dataset_dataPreprocessing"),
        }
        match given(&declared.ipr_owner_statement) {
            Some(told) => put("software_copyrightText", json!(told)),
            None => gaps.wanted(of, "ipr_owner_statement", "software_copyrightText"),
        }
        put_measured(
            corpus,
            &source.tally,
            &source.personal,
            Some(source),
            &mut put,
        );
        if let Some(noise) = notes::source_noise(corpus, &source.tally) {
            put("dataset_datasetNoise", json!(noise));
        }
        match given(&declared.publisher) {
            Some(name) => {
                let by = self.organization(name);
                out.insert("originatedBy".to_owned(), json!([by]));
            }
            None => gaps.needed(of, "publisher", "originatedBy"),
        }
        let id = self.add("dataset_DatasetPackage", &local("source", &source.id), out);
        let licence = DeclaredLicence::joined(declared);
        self.licence(&id, of, &licence, "licence_id", gaps);
        let files = corpus.files.of(&source.id).iter();
        let files: Vec<String> = files.map(|file| self.file(file)).collect();
        if !files.is_empty() {
            self.relate(&id, "contains", &files);
        }
        let evidence: Vec<String> = source.evidence.iter().map(|e| self.evidence(e)).collect();
        if !evidence.is_empty() {
            self.relate(&id, "hasEvidence", &evidence);
        }
        id
    }

    /// The two relationships that the profile asks for. Nobody concluded a licence: a scan finds
    /// marks, and what they mean is for people to say.
    fn licence(
        &mut self,
        of: &str,
        source: Option<&str>,
        declared: &str,
        key: &'static str,
        gaps: &mut Gaps,
    ) {
        let to = match Licence::of(declared) {
            Licence::Id(words) | Licence::Expression(words) => {
                let rest = object(json!({ "simplelicensing_licenseExpression": words }));
                self.add(
                    "simplelicensing_LicenseExpression",
                    &local("licence", words),
                    rest,
                )
            }
            Licence::Named(words) => {
                let rest = object(json!({ "name": words, "simplelicensing_licenseText": words }));
                self.add(
                    "simplelicensing_SimpleLicensingText",
                    &local("licence", words),
                    rest,
                )
            }
            Licence::None => {
                gaps.wanted(source, key, "hasDeclaredLicense");
                NO_LICENCE.to_owned()
            }
        };
        self.relate(of, "hasDeclaredLicense", &[to]);
        self.relate(of, "hasConcludedLicense", &[NO_LICENCE.to_owned()]);
    }

    fn file(&mut self, file: &CorpusFile) -> String {
        let hashes: Vec<Value> = [("blake3", &file.blake3), ("sha256", &file.sha256)]
            .into_iter()
            .filter_map(|(name, digest)| Some(hash(name, digest.as_ref()?)))
            .collect();
        let mut rest = object(json!({ "name": file.path, "software_primaryPurpose": "data" }));
        if let Some(format) = &file.format {
            rest.insert("contentType".to_owned(), json!(media_type(format)));
        }
        if !hashes.is_empty() {
            rest.insert("verifiedUsing".to_owned(), json!(hashes));
        }
        self.add("software_File", &local("file", &file.path), rest)
    }

    fn evidence(&mut self, file: &Evidence) -> String {
        let rest = object(json!({
            "name": file.path,
            "software_primaryPurpose": "evidence",
            "verifiedUsing": [hash("blake3", &file.digest)],
        }));
        self.add("software_File", &local("evidence", &file.path), rest)
    }
}

/// What the scan says of a dataset.
fn put_measured(
    corpus: &Corpus,
    tally: &SourceTally,
    personal: &[PersonalKind],
    source: Option<&SourceFacts>,
    put: &mut impl FnMut(&str, Value),
) {
    put("software_primaryPurpose", json!("data"));
    put("dataset_datasetSize", json!(tally.bytes.total()));
    let mut types = BTreeSet::new();
    if tally.records.scanned > 0 {
        types.insert("text");
    }
    let of = source.map_or(&*corpus.sources, std::slice::from_ref);
    let media = of.iter();
    for kind in media.flat_map(|s| s.media.keys()) {
        types.extend(
            ["image", "audio", "video"]
                .iter()
                .find(|word| *word == kind),
        );
    }
    if types.is_empty() {
        types.insert("noAssertion");
    }
    put("dataset_datasetType", json!(types));
    put(
        "dataset_hasSensitivePersonalInformation",
        json!(sensitive(corpus, personal, source)),
    );
    let counts: Vec<String> = personal
        .iter()
        .map(|kind| notes::personal(corpus, kind))
        .collect();
    if !counts.is_empty() {
        put("comment", json!(counts.join("\n")));
    }
}

/// Found is found; that nothing was found is no assertion, unless the operator declares it and
/// everything was read.
fn sensitive(
    corpus: &Corpus,
    personal: &[PersonalKind],
    source: Option<&SourceFacts>,
) -> &'static str {
    if personal.iter().any(|kind| kind.sensitive) {
        return "yes";
    }
    let declares =
        |source: &SourceFacts| matches!(&*source.declared.pi_basis, "none_found" | "anonymised");
    let declared = match source {
        Some(source) => declares(source),
        None => !corpus.sources.is_empty() && corpus.sources.iter().all(declares),
    };
    match declared && personal.is_empty() && corpus.manifest.coverage.whole {
        true => "no",
        false => "noAssertion",
    }
}

fn preprocessing(source: &SourceFacts) -> Option<String> {
    let told = given(&source.declared.declared.processing)?;
    Some(format!("{}: {told}", source.name()))
}

fn hash(algorithm: &str, value: &str) -> Value {
    json!({ "type": "Hash", "algorithm": algorithm, "hashValue": value })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
