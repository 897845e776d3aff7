//! Lineage of the files of a corpus in PROV-O (W3C Recommendation, 2013), JSON-LD.
//!
//! Entities are the corpus, its sources, its files with their digests and the run; activities the
//! collection of each source, the processing that is declared of it, and the scan; agents the
//! program, publishers and those who sold. All names are identifiers within the document
//! (`urn:uuid:…#…`), so that hostile names are labels and nothing else.

use serde_json::{Map, Value, json};

use super::encoding::address;
use super::gap::Gaps;
use super::identity::{local, uuid};
use super::model::{Corpus, CorpusFile, FileList, SourceFacts};
use super::notes::given;

/// The document.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let root = &corpus.manifest.integrity.root;
    let graph = Graph {
        base: format!("urn:uuid:{}", uuid(&["prov", root])),
        nodes: Vec::new(),
    };
    let nodes = graph.build(corpus, gaps);
    json!({
        "@context": {
            "prov": "http://www.w3.org/ns/prov#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "dcterms": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
        },
        "@graph": nodes,
    })
}

struct Graph {
    base: String,
    nodes: Vec<Value>,
}

impl Graph {
    fn id(&self, kind: &str, name: &str) -> String {
        format!("{}#{}", self.base, local(kind, name))
    }

    fn reference(&self, kind: &str, name: &str) -> Value {
        json!({ "@id": self.id(kind, name) })
    }

    fn add(&mut self, kind: &str, name: &str, class: Value, more: &[(&str, Value)]) {
        let mut node = Map::new();
        node.insert("@id".to_owned(), json!(self.id(kind, name)));
        node.insert("@type".to_owned(), class);
        for (key, value) in more {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !empty {
                node.insert((*key).to_owned(), value.clone());
            }
        }
        self.nodes.push(Value::Object(node));
    }

    fn build(mut self, corpus: &Corpus, gaps: &mut Gaps) -> Vec<Value> {
        let manifest = &corpus.manifest;
        let dataset = &corpus.dataset;
        let members = corpus.sources.iter();
        let members: Vec<Value> = members.map(|s| self.reference("source", &s.id)).collect();
        let name = given(&dataset.name).unwrap_or_else(|| corpus.missing());
        if dataset.name.trim().is_empty() {
            gaps.wanted(None, "[dataset] name", "rdfs:label");
        }
        let publishers: Vec<Value> = dataset
            .publisher
            .0
            .iter()
            .filter_map(|name| given(name))
            .map(|name| self.agent(name))
            .collect();
        self.add(
            "corpus",
            "",
            json!(["prov:Entity", "prov:Collection"]),
            &[
                ("rdfs:label", json!(name)),
                ("dcterms:hasVersion", json!(given(&dataset.version))),
                ("prov:wasAttributedTo", json!(publishers)),
                ("prov:wasDerivedFrom", json!(members)),
                ("prov:hadMember", json!(members)),
            ],
        );
        for source in &corpus.sources {
            self.source(corpus, source, gaps);
        }
        for file in corpus.files.of("") {
            self.file(file, None);
        }
        if let FileList::TooMany(_) = corpus.files {
            gaps.needed(None, "provenance --files", "prov:Entity");
        }
        let version = env!("CARGO_PKG_VERSION");
        self.add(
            "agent",
            "yujian",
            json!(["prov:Agent", "prov:SoftwareAgent"]),
            &[
                ("rdfs:label", json!(format!("yujian {version}"))),
                ("dcterms:identifier", json!(manifest.rules.digest)),
            ],
        );
        let used = match corpus.files.listed().next() {
            None => vec![self.reference("corpus", "")],
            Some(_) => {
                let files = corpus.files.listed();
                files
                    .map(|file| self.reference("file", &file.path))
                    .collect()
            }
        };
        let scanner = self.reference("agent", "yujian");
        self.add(
            "activity",
            "scan",
            json!("prov:Activity"),
            &[
                ("rdfs:label", json!(corpus.pick("扫描", "scan"))),
                ("prov:used", json!(used)),
                ("prov:wasAssociatedWith", scanner),
            ],
        );
        let scan = self.reference("activity", "scan");
        self.add(
            "run",
            "",
            json!("prov:Entity"),
            &[
                (
                    "rdfs:label",
                    json!(corpus.pick("扫描结果", "result of the scan")),
                ),
                ("dcterms:identifier", json!(manifest.integrity.root)),
                ("prov:wasGeneratedBy", scan),
            ],
        );
        // Publishers of several sources are one agent.
        let mut seen = std::collections::BTreeSet::new();
        self.nodes.retain(|node| {
            let id = node["@id"].as_str().unwrap_or_default().to_owned();
            seen.insert(id)
        });
        self.nodes
    }

    /// An organisation, and the reference to it.
    fn agent(&mut self, name: &str) -> Value {
        let class = json!(["prov:Agent", "prov:Organization"]);
        self.add("organisation", name, class, &[("rdfs:label", json!(name))]);
        self.reference("organisation", name)
    }

    fn source(&mut self, corpus: &Corpus, source: &SourceFacts, gaps: &mut Gaps) {
        let declared = &source.declared.declared;
        let id = source.id.as_str();
        let mut agents = Vec::new();
        for name in [&declared.publisher, &declared.counterparty_name] {
            agents.extend(given(name).map(|name| self.agent(name)));
        }
        if agents.is_empty() {
            gaps.wanted(Some(id), "publisher", "prov:wasAttributedTo");
        }
        let collected = given(&declared.collection_method).is_some()
            || declared.collected_from.is_some()
            || declared.collected_to.is_some();
        let date = |day: Option<crate::sources::Day>| {
            day.map(|day| json!({ "@type": "xsd:date", "@value": day.to_string() }))
        };
        if collected {
            let class = json!("prov:Activity");
            let method = given(&declared.collection_method);
            let label = method.unwrap_or_else(|| corpus.pick("采集", "collection"));
            self.add(
                "collection",
                id,
                class,
                &[
                    ("rdfs:label", json!(label)),
                    ("prov:startedAtTime", json!(date(declared.collected_from))),
                    ("prov:endedAtTime", json!(date(declared.collected_to))),
                ],
            );
        } else {
            gaps.wanted(Some(id), "collection_method", "prov:Activity");
        }
        let mut made = Vec::new();
        if collected {
            made.push(self.reference("collection", id));
        }
        if let Some(steps) = given(&declared.processing) {
            let before: Vec<Value> = made.clone();
            self.add(
                "processing",
                id,
                json!("prov:Activity"),
                &[
                    ("rdfs:label", json!(steps)),
                    ("prov:wasInformedBy", json!(before)),
                ],
            );
            made.push(self.reference("processing", id));
        } else {
            gaps.wanted(Some(id), "processing", "prov:Activity");
        }
        let members = corpus.files.of(id).iter();
        let members: Vec<Value> = members.map(|f| self.reference("file", &f.path)).collect();
        let place = address(&declared.url).map(|url| json!({ "@id": url }));
        self.add(
            "source",
            id,
            json!(["prov:Entity", "prov:Collection"]),
            &[
                ("rdfs:label", json!(source.name())),
                ("dcterms:identifier", json!(id)),
                ("prov:atLocation", json!(place)),
                ("prov:wasAttributedTo", json!(agents)),
                ("prov:wasGeneratedBy", json!(made)),
                ("prov:hadMember", json!(members)),
            ],
        );
        for file in corpus.files.of(id) {
            self.file(file, Some(id));
        }
    }

    fn file(&mut self, file: &CorpusFile, source: Option<&str>) {
        let digests = [
            ("blake3", &file.blake3),
            ("sha256", &file.sha256),
            ("sm3", &file.sm3),
        ];
        let sums: Vec<Value> = digests
            .into_iter()
            .filter_map(|(name, digest)| {
                Some(json!({ "spdx:algorithm": name, "spdx:checksumValue": digest.as_ref()? }))
            })
            .collect();
        let of = match source {
            Some(id) => self.reference("source", id),
            None => self.reference("corpus", ""),
        };
        self.add(
            "file",
            &file.path,
            json!("prov:Entity"),
            &[
                ("rdfs:label", json!(file.path)),
                ("dcterms:extent", json!(file.bytes)),
                ("spdx:checksum", json!(sums)),
                ("prov:wasDerivedFrom", of),
            ],
        );
    }
}
