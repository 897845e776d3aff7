//! Croissant 1.1 with the responsible-AI vocabulary 1.0. Source: MLCommons,
//! <http://mlcommons.org/croissant/1.1> and <http://mlcommons.org/croissant/RAI/1.0>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::encoding::{address, media_types, reference};
use super::gap::Gaps;
use super::identity::{local, uuid};
use super::licence::Licence;
use super::model::{Corpus, CorpusFile, FileList, SourceFacts};
use super::notes::{self, given};
use super::responsible;

/// Formats whose records have named columns. Where the records of a JSON document stand in it,
/// the run does not say.
const WITH_COLUMNS: [&str; 5] = ["jsonl", "csv", "tsv", "parquet", "arrow"];

/// The document.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    let dataset = &corpus.dataset;
    let root = &corpus.manifest.integrity.root;
    put("@context", context());
    put("@type", json!("sc:Dataset"));
    let versions = [
        "http://mlcommons.org/croissant/1.1",
        "http://mlcommons.org/croissant/RAI/1.0",
    ];
    put("conformsTo", json!(versions));
    for (key, value, declare) in [
        ("name", &dataset.name, "[dataset] name"),
        ("description", &dataset.description, "[dataset] description"),
    ] {
        if given(value).is_none() {
            gaps.needed(
                None,
                declare,
                if key == "name" { "name" } else { "description" },
            );
        }
        put(key, json!(given(value).unwrap_or(corpus.missing())));
    }
    match Licence::of(&dataset.licence_id).reference() {
        Some(licence) => put("license", json!(licence)),
        None => {
            gaps.needed(None, "[dataset] licence_id", "license");
            put("license", json!(corpus.missing()));
        }
    }
    match address(&dataset.url) {
        Some(url) => put("url", json!(url)),
        None => gaps.needed(None, "[dataset] url", "url"),
    }
    let publishers: Vec<&str> = dataset
        .publisher
        .0
        .iter()
        .filter_map(|name| given(name))
        .collect();
    if publishers.is_empty() {
        gaps.needed(None, "[dataset] publisher", "creator");
        put("creator", json!([organization(corpus.missing())]));
    } else {
        put(
            "creator",
            publishers.iter().map(|name| organization(name)).collect(),
        );
    }
    match dataset.published_on {
        Some(day) => put("datePublished", json!(day.to_string())),
        None => gaps.needed(None, "[dataset] published_on", "datePublished"),
    }
    match given(&dataset.version) {
        Some(version) => put("version", json!(version)),
        None => gaps.wanted(None, "[dataset] version", "version"),
    }
    match given(&dataset.citation) {
        Some(citation) => put("citeAs", json!(citation)),
        None => gaps.wanted(None, "[dataset] citation", "citeAs"),
    }
    match dataset.live {
        Some(live) => put("isLiveDataset", json!(live)),
        None => gaps.wanted(None, "[dataset] live", "isLiveDataset"),
    }
    let languages: BTreeSet<&str> = corpus
        .sources
        .iter()
        .flat_map(SourceFacts::languages)
        .collect();
    if !languages.is_empty() {
        put("inLanguage", json!(languages));
    }
    put("distribution", distribution(corpus, gaps));
    put("recordSet", record_sets(corpus, gaps));
    responsible::put(corpus, gaps, &mut put);
    put(
        "identifier",
        json!(format!("urn:uuid:{}", uuid(&["dataset", root]))),
    );
    put("prov:wasDerivedFrom", derived(corpus));
    Value::Object(out)
}

/// What the corpus was made of, as Croissant 1.1 has it in PROV-O: its sources, who they are of,
/// and how they were obtained.
fn derived(corpus: &Corpus) -> Value {
    let one = |source: &SourceFacts| {
        let declared = &source.declared.declared;
        let mut entity = json!({
            "@type": "prov:Entity",
            "@id": local("source", &source.id),
            "prov:label": source.name(),
        });
        if let Some(url) = address(&declared.url) {
            entity["prov:atLocation"] = json!(url);
        }
        if let Some(publisher) = given(&declared.publisher) {
            entity["prov:wasAttributedTo"] =
                json!({ "@type": "prov:Agent", "prov:label": publisher });
        }
        if let Some(told) = notes::collection(corpus, source) {
            let mut activity = json!({ "@type": "prov:Activity", "prov:label": told });
            for (key, day) in [
                ("prov:startedAtTime", declared.collected_from),
                ("prov:endedAtTime", declared.collected_to),
            ] {
                if let Some(day) = day {
                    activity[key] = json!(day.to_string());
                }
            }
            entity["prov:wasGeneratedBy"] = activity;
        }
        entity
    };
    corpus.sources.iter().map(one).collect()
}

fn organization(name: &str) -> Value {
    json!({ "@type": "sc:Organization", "name": name })
}

fn file_id(path: &str) -> String {
    local("file", path)
}

fn distribution(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let mut out = Vec::new();
    for file in corpus.files.listed() {
        if file.sha256.is_none() && file.whole {
            gaps.needed(None, "scan --digest sha256", "sha256");
        }
        out.push(file_object(file));
    }
    for source in &corpus.sources {
        let formats = source.files.keys();
        out.extend(formats.filter_map(|format| file_set(corpus, source, format)));
    }
    if let FileList::TooMany(_) = corpus.files {
        gaps.needed(None, "provenance --files", "distribution");
    }
    Value::Array(out)
}

fn file_object(file: &CorpusFile) -> Value {
    let types = types_of(file.format.as_deref(), file.compression.as_deref());
    let mut object = json!({
        "@type": "cr:FileObject",
        "@id": file_id(&file.path),
        "name": file.path,
        "contentUrl": reference(&file.path),
        "contentSize": format!("{} B", file.bytes),
        "encodingFormat": types,
    });
    if let Some(sha256) = &file.sha256 {
        object["sha256"] = json!(sha256);
    }
    object
}

/// Files of one format of a source, where there are several: what a record set is read from.
fn file_set(corpus: &Corpus, source: &SourceFacts, format: &str) -> Option<Value> {
    let listed = files_of(corpus, source, format);
    let includes: Vec<String> = match &listed[..] {
        [] => source.declared.globs.clone(),
        [_] => return None,
        _ => listed.iter().map(|file| literal(&file.path)).collect(),
    };
    if includes.is_empty() {
        return None;
    }
    let mut types: Vec<&str> = types_of(Some(format).filter(|f| !f.is_empty()), None);
    let of = source.files.get(format).map(|files| &files.compressions);
    for compression in of.into_iter().flatten() {
        types.extend(types_of(None, Some(compression)).into_iter().skip(1));
    }
    // It is in no other resource: its files are where the document is.
    Some(json!({
        "@type": "cr:FileSet",
        "@id": set_id(source, format),
        "name": format!("{} ({format})", source.name()),
        "includes": includes,
        "encodingFormat": types,
    }))
}

/// A path as a glob that nothing else matches.
fn literal(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '*' | '?' | '[' => out.extend(['[', c, ']']),
            c => out.push(c),
        }
    }
    out
}

/// Media types, with the one of Parquet that Croissant has.
fn types_of(format: Option<&str>, compression: Option<&str>) -> Vec<&'static str> {
    let mut types = media_types(format, compression);
    if format == Some("parquet") {
        types[0] = "application/x-parquet";
    }
    types
}

fn set_id(source: &SourceFacts, format: &str) -> String {
    local("files", &format!("{format} {}", source.id))
}

fn files_of<'a>(corpus: &'a Corpus, source: &SourceFacts, format: &str) -> Vec<&'a CorpusFile> {
    let files = corpus.files.of(&source.id).iter();
    let of = |file: &&CorpusFile| file.format.as_deref().unwrap_or_default() == format;
    files.filter(of).collect()
}

fn record_sets(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let mut out = Vec::new();
    for source in &corpus.sources {
        let formats = source.files.keys();
        for format in formats.filter(|format| WITH_COLUMNS.contains(&format.as_str())) {
            if source.fields.is_empty() {
                gaps.wanted(Some(&source.id), "fields", "recordSet");
                continue;
            }
            let listed = files_of(corpus, source, format);
            let from = match &listed[..] {
                [one] => json!({ "fileObject": { "@id": file_id(&one.path) } }),
                [] if source.declared.globs.is_empty() => continue,
                _ => json!({ "fileSet": { "@id": set_id(source, format) } }),
            };
            out.push(record_set(source, format, &from));
        }
    }
    Value::Array(out)
}

fn record_set(source: &SourceFacts, format: &str, from: &Value) -> Value {
    let id = local("records", &format!("{format} {}", source.id));
    let fields = source.fields.iter().map(|path| {
        let mut of = from.clone();
        let (column, rest) = cut(path);
        of["extract"] = json!({ "column": column });
        let mut field = json!({
            "@type": "cr:Field",
            "@id": format!("{id}/{}", local("field", path)),
            "name": path,
            "dataType": "sc:Text",
        });
        if let Some(rest) = &rest {
            of["transform"] = json!({ "jsonPath": rest });
            if rest.contains("[*]") {
                field["isArray"] = json!(true);
                field["arrayShape"] = json!("-1");
            }
        }
        field["source"] = of;
        field
    });
    let fields: Vec<Value> = fields.collect();
    json!({ "@type": "cr:RecordSet", "@id": id, "name": format!("{} ({format})", source.name()), "field": fields })
}

/// The column of a dotted path, and the way on from it as JSONPath.
fn cut(path: &str) -> (&str, Option<String>) {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (column, rest) = path.split_at(end);
    let rest = rest.replace("[]", "[*]");
    (column, (!rest.is_empty()).then(|| format!("${rest}")))
}

/// The context of Croissant 1.1, as its specification gives it, with the prefixes of RAI.
fn context() -> Value {
    let typed = |id: &str, kind: &str| json!({ "@id": id, "@type": kind });
    let mut context = json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": typed("cr:data", "@json"),
        "dataType": typed("cr:dataType", "@vocab"),
        "examples": typed("cr:examples", "@json"),
        "equivalentProperty": "cr:equivalentProperty",
    });
    for name in [
        "annotation",
        "arrayShape",
        "citeAs",
        "column",
        "containedIn",
        "excludes",
        "extract",
        "field",
        "fileObject",
        "fileProperty",
        "fileSet",
        "format",
        "includes",
        "isArray",
        "isLiveDataset",
        "jsonPath",
        "key",
        "md5",
        "parentField",
        "readLines",
        "recordSet",
        "references",
        "regex",
        "repeated",
        "replace",
        "samplingRate",
        "sdVersion",
        "separator",
        "source",
        "subField",
        "transform",
        "unArchive",
        "value",
    ] {
        context[name] = json!(format!("cr:{name}"));
    }
    context
}
