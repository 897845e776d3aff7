//! Data Provenance Standards 1.0.0 of the Data & Trust Alliance: 22 elements in three groups. Source:
//! the schema `data-provenance-standard-1.0.0` and the code systems of the reference library.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::encoding::{address, media_type};
use super::gap::Gaps;
use super::identity::uuid;
use super::licence::Licence;
use super::model::{Corpus, PersonalKind, SourceFacts};
use super::notes::{self, given};
use crate::sources::{DeclaredLicence, SourceKind};

/// Code systems of the standards.
const SYSTEM: &str = "https://dataandtrustalliance.org/DPS/CodeSystem";

/// What a record is about: the corpus, or one source of it.
struct Subject<'a> {
    corpus: &'a Corpus,
    /// Sources it is made of.
    sources: &'a [SourceFacts],
    /// The source, if it is about one.
    only: Option<&'a SourceFacts>,
}

/// The record of the corpus.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let subject = Subject {
        corpus,
        sources: &corpus.sources,
        only: None,
    };
    subject.record(gaps)
}

/// The records of its sources, in their order.
pub fn sources(corpus: &Corpus, gaps: &mut Gaps) -> Vec<Value> {
    let of = |source| Subject {
        corpus,
        sources: std::slice::from_ref(source),
        only: Some(source),
    };
    corpus
        .sources
        .iter()
        .map(|source| of(source).record(gaps))
        .collect()
}

fn identifier(corpus: &Corpus, source: Option<&SourceFacts>) -> String {
    let root = &corpus.manifest.integrity.root;
    match source {
        Some(source) => uuid(&["dta", root, &source.id]),
        None => uuid(&["dta", root]),
    }
}

impl Subject<'_> {
    fn record(&self, gaps: &mut Gaps) -> Value {
        json!({
            "source": self.source(gaps),
            "provenance": self.provenance(gaps),
            "use": self.usage(gaps),
        })
    }

    fn id(&self) -> Option<&str> {
        self.only.map(|source| &*source.id)
    }

    /// A text, or the marker and a gap.
    fn text(
        &self,
        text: Option<String>,
        keys: (&'static str, &'static str),
        element: &'static str,
        gaps: &mut Gaps,
    ) -> String {
        text.unwrap_or_else(|| {
            let (of_corpus, of_source) = keys;
            let key = if self.only.is_some() {
                of_source
            } else {
                of_corpus
            };
            gaps.needed(self.id(), key, element);
            self.corpus.missing().to_owned()
        })
    }

    fn source(&self, gaps: &mut Gaps) -> Value {
        let dataset = &self.corpus.dataset;
        let title = match self.only {
            Some(source) => Some(source.name().to_owned()),
            None => given(&dataset.name).map(str::to_owned),
        };
        let description = match self.only {
            Some(source) => notes::collection(self.corpus, source),
            None => given(&dataset.description).map(str::to_owned),
        };
        let mut issuers: Vec<&str> = match self.only {
            Some(source) => given(&source.declared.declared.publisher)
                .into_iter()
                .collect(),
            None => dataset
                .publisher
                .0
                .iter()
                .filter_map(|name| given(name))
                .collect(),
        };
        if issuers.is_empty() {
            let keys = ("[dataset] publisher", "publisher");
            let key = if self.only.is_some() { keys.1 } else { keys.0 };
            gaps.needed(self.id(), key, "source.issuer");
            issuers.push(self.corpus.missing());
        }
        let mut named = BTreeSet::new();
        issuers.retain(|name| named.insert(*name));
        let mut out = json!({
            "version": "1.0.0",
            "title": self.text(title, ("[dataset] name", "name"), "source.title", gaps),
            "id": identifier(self.corpus, self.only),
            "issuer": organizations(issuers),
            "description": self.text(
                description,
                ("[dataset] description", "collection_method"),
                "source.description",
                gaps,
            ),
        });
        let url = self
            .only
            .map_or(&dataset.url, |source| &source.declared.declared.url);
        match address(url) {
            Some(url) => out["location"] = json!(url),
            None => gaps.wanted(
                self.id(),
                self.key("[dataset] url", "url"),
                "source.location",
            ),
        }
        out
    }

    const fn key(&self, of_corpus: &'static str, of_source: &'static str) -> &'static str {
        if self.only.is_some() {
            of_source
        } else {
            of_corpus
        }
    }

    fn provenance(&self, gaps: &mut Gaps) -> Value {
        let dataset = &self.corpus.dataset;
        let declared = || self.sources.iter().map(|source| &source.declared.declared);
        let mut out = Map::new();
        if self.only.is_none() {
            let ids = self
                .sources
                .iter()
                .map(|source| format!("urn:uuid:{}", identifier(self.corpus, Some(source))));
            let ids: Vec<String> = ids.collect();
            if !ids.is_empty() {
                out.insert("source".to_owned(), json!(ids.join(" ")));
            }
            let origins: BTreeSet<&str> = declared().filter_map(|d| given(&d.publisher)).collect();
            match origins.is_empty() {
                true => gaps.wanted(None, "[[source]] publisher", "provenance.origin"),
                false => drop(out.insert("origin".to_owned(), organizations(origins))),
            }
        }
        let places: BTreeSet<&str> = declared()
            .filter_map(|d| given(&d.origin_country))
            .collect();
        let places = if places.is_empty() {
            let key = self.key("[[source]] origin_country", "origin_country");
            gaps.needed(self.id(), key, "provenance.origin-geography");
            vec![self.corpus.missing()]
        } else {
            places.into_iter().collect()
        };
        out.insert("origin-geography".to_owned(), countries(places));
        let date = match self.only {
            Some(source) => source.declared.declared.collected_to,
            None => dataset.published_on,
        };
        let keys = ("[dataset] published_on", "collected_to");
        let date = self.text(
            date.map(|day| day.to_string()),
            keys,
            "provenance.date",
            gaps,
        );
        out.insert("date".to_owned(), json!(date));
        if self.only.is_none() {
            match dataset.previous_on {
                Some(day) => drop(out.insert("previous-date".to_owned(), json!(day.to_string()))),
                None => gaps.wanted(None, "[dataset] previous_on", "provenance.previous-date"),
            }
        }
        let from = declared().filter_map(|d| d.collected_from).min();
        let to = declared().filter_map(|d| d.collected_to).max();
        if let (Some(from), Some(to)) = (from, to) {
            let period = json!({ "start": from.to_string(), "end": to.to_string() });
            out.insert("generation-period".to_owned(), period);
        } else {
            let key = self.key(
                "[[source]] collected_from, collected_to",
                "collected_from, collected_to",
            );
            gaps.wanted(self.id(), key, "provenance.generation-period");
        }
        out.insert("generation-method".to_owned(), self.methods(gaps));
        let shared = self.only.is_none().then_some(&self.corpus.shared);
        let of = self.sources.iter().map(|source| &source.files);
        let formats = of.chain(shared).flat_map(BTreeMap::keys);
        let formats: BTreeSet<&str> = formats.map(|format| media_type(format)).collect();
        if !formats.is_empty() {
            out.insert("format".to_owned(), json!(formats));
        }
        Value::Object(out)
    }

    fn methods(&self, gaps: &mut Gaps) -> Value {
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for source in self.sources {
            let Some(kind) = source.declared.declared.kind else {
                gaps.needed(Some(&source.id), "kind", "provenance.generation-method");
                continue;
            };
            let code = method(kind);
            let words = match notes::given(&source.declared.declared.collection_method) {
                Some(how) => format!("{}: {how}", self.corpus.pick(kind.zh(), kind.as_str())),
                None => self.corpus.pick(kind.zh(), kind.as_str()).to_owned(),
            };
            if seen.insert((code, words.clone())) {
                let system = format!("{SYSTEM}/Method");
                out.push(json!({ "code": code, "system": system, "description": words }));
            }
        }
        if out.is_empty() {
            if self.sources.is_empty() {
                gaps.needed(None, "[[source]] kind", "provenance.generation-method");
            }
            out.push(json!({ "code": self.corpus.missing() }));
        }
        json!(out)
    }

    fn usage(&self, gaps: &mut Gaps) -> Value {
        let dataset = &self.corpus.dataset;
        let declared = || self.sources.iter().map(|source| &source.declared.declared);
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
        let personal = match self.only {
            Some(source) => &source.personal,
            None => &self.corpus.personal,
        };
        put("classification", classification(personal));
        let consents: BTreeSet<&str> = declared()
            .flat_map(|d| {
                [
                    &d.user_authorisation_ref,
                    &d.user_authorisation_evidence,
                    &d.pi_evidence,
                ]
            })
            .filter_map(|text| given(text))
            .collect();
        put("consents", json!(consents));
        let techniques: Vec<Value> = dataset
            .anonymisation
            .0
            .iter()
            .map(|t| technique(t))
            .collect();
        put("privacy-enhancing", json!(techniques));
        for (key, places) in [
            ("processing-included", &dataset.processing_included),
            ("processing-excluded", &dataset.processing_excluded),
            ("storage-allowed", &dataset.storage_allowed),
            ("storage-forbidden", &dataset.storage_forbidden),
        ] {
            put(key, countries(places.0.iter().map(String::as_str)));
        }
        let mut licences = BTreeSet::new();
        let of_corpus = self.only.is_none().then_some(&dataset.licence_id);
        let of_sources = declared().map(DeclaredLicence::joined);
        for id in of_corpus.cloned().into_iter().chain(of_sources) {
            licences.extend(Licence::of(&id).reference());
        }
        licences.extend(declared().filter_map(|d| given(&d.contract_id).map(str::to_owned)));
        put("license", json!(licences));
        let owners: BTreeSet<&str> = declared()
            .filter_map(|d| given(&d.ipr_owner_statement))
            .collect();
        put("copyright", json!(owners));
        put("patent", json!(dataset.patents.0));
        put("trademark", json!(dataset.trademarks.0));
        put("intended-purpose", self.purposes(gaps));
        for (key, declare, element) in [
            (
                "consents",
                "[[source]] user_authorisation_ref, pi_evidence",
                "use.consents",
            ),
            (
                "privacy-enhancing",
                "[dataset] anonymisation",
                "use.privacy-enhancing",
            ),
            (
                "processing-included",
                "[dataset] processing_included",
                "use.processing-included",
            ),
            (
                "processing-excluded",
                "[dataset] processing_excluded",
                "use.processing-excluded",
            ),
            (
                "storage-allowed",
                "[dataset] storage_allowed",
                "use.storage-allowed",
            ),
            (
                "storage-forbidden",
                "[dataset] storage_forbidden",
                "use.storage-forbidden",
            ),
            ("license", "[dataset] licence_id", "use.license"),
            (
                "copyright",
                "[[source]] ipr_owner_statement",
                "use.copyright",
            ),
            ("patent", "[dataset] patents", "use.patent"),
            ("trademark", "[dataset] trademarks", "use.trademark"),
        ] {
            let empty = out
                .get(key)
                .and_then(Value::as_array)
                .is_some_and(Vec::is_empty);
            // An element of the corpus is asked for once, and not again for every source.
            if empty && (self.only.is_none() || declare.starts_with("[[source]]")) {
                gaps.wanted(self.id(), declare, element);
            }
        }
        Value::Object(out)
    }

    fn purposes(&self, gaps: &mut Gaps) -> Value {
        let dataset = &self.corpus.dataset;
        let words = given(&dataset.intended_use);
        let mut out: Vec<Value> = Vec::new();
        for purpose in &dataset.purposes {
            let (code, description) = purpose.named();
            let system = format!("{SYSTEM}/Use");
            out.push(json!({ "code": code, "system": system, "description": words.unwrap_or(description) }));
        }
        if out.is_empty() {
            gaps.needed(None, "[dataset] purposes", "use.intended-purpose");
            let missing = self.corpus.missing();
            out.push(json!({ "code": missing, "description": words.unwrap_or(missing) }));
        }
        json!(out)
    }
}

/// The code of a way to collect. The code system has none for datasets that were taken over
/// whole, or made in house.
const fn method(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::SelfCrawled => "web-scraping-crawling-textual",
        SourceKind::Synthetic => "machine-generated-mlops-generative",
        SourceKind::OpenCn
        | SourceKind::OpenForeign
        | SourceKind::SelfProduced
        | SourceKind::Commercial
        | SourceKind::UserInput => "other-na",
    }
}

/// Classes of confidential data that were found. One that was not found is unknown, which the
/// standard writes by leaving it out.
fn classification(personal: &[PersonalKind]) -> Value {
    let mut out = Vec::new();
    let class = |word: &str| personal.iter().any(|kind| kind.class.contains(word));
    for (code, description, found) in [
        (
            "pii",
            "Personally Identifiable Information (PII)",
            !personal.is_empty(),
        ),
        (
            "spi",
            "Sensitive Personal Information (SPI)",
            personal.iter().any(|kind| kind.sensitive),
        ),
        ("pfi", "Personal Financial Information (PFI)", class("金融")),
        ("phi", "Personal Health Information (PHI)", class("健康")),
    ] {
        if found {
            let system = format!("{SYSTEM}/Regulations");
            out.push(json!({
                "regulation": { "code": code, "system": system, "description": description },
                "evaluated": true,
                "tool": "yujian",
            }));
        }
    }
    json!(out)
}

/// A technique. The published schema asks for `tool` and describes `tool-used`.
fn technique(words: &str) -> Value {
    json!({ "tool": words, "tool-used": words })
}

fn organizations<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    names
        .into_iter()
        .map(|name| json!({ "name": name }))
        .collect()
}

fn countries<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    names
        .into_iter()
        .map(|name| json!({ "country": name }))
        .collect()
}
