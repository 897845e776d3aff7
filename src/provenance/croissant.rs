//! Croissant 1.1 with the responsible-AI vocabulary 1.0. Source: MLCommons,
//! <http://mlcommons.org/croissant/1.1> and <http://mlcommons.org/croissant/RAI/1.0>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::encoding::{address, media_types, reference};
use super::gap::Gaps;
use super::identity::local;
use super::licence::Licence;
use super::model::{Corpus, CorpusFile, FileList, SourceFacts};
use super::notes::{self, given};
use crate::sources::SourceKind;

/// Formats whose records have named fields.
const WITH_FIELDS: [&str; 6] = ["jsonl", "json", "csv", "tsv", "parquet", "arrow"];

/// The document.
pub fn document(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    let dataset = &corpus.dataset;
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
    responsible(corpus, gaps, &mut put);
    Value::Object(out)
}

/// The responsible-AI vocabulary.
fn responsible(corpus: &Corpus, gaps: &mut Gaps, put: &mut impl FnMut(&str, Value)) {
    let dataset = &corpus.dataset;
    match notes::collections(corpus) {
        Some(told) => put("rai:dataCollection", json!(told)),
        None => gaps.wanted(None, "[[source]] collection_method", "rai:dataCollection"),
    }
    let types: BTreeSet<&str> = corpus
        .sources
        .iter()
        .filter_map(|source| source.declared.declared.kind)
        .map(collection_type)
        .collect();
    if !types.is_empty() {
        put("rai:dataCollectionType", json!(types));
    }
    let declared = || {
        corpus
            .sources
            .iter()
            .map(|source| &source.declared.declared)
    };
    let from = declared().filter_map(|d| d.collected_from).min();
    let to = declared().filter_map(|d| d.collected_to).max();
    match (from, to) {
        (Some(from), Some(to)) => put(
            "rai:dataCollectionTimeFrame",
            json!([from.to_string(), to.to_string()]),
        ),
        _ => gaps.wanted(
            None,
            "[[source]] collected_from, collected_to",
            "rai:dataCollectionTimeFrame",
        ),
    }
    let processing: Vec<String> = corpus
        .sources
        .iter()
        .filter_map(|source| {
            let told = given(&source.declared.declared.processing)?;
            Some(format!("{}: {told}", source.name()))
        })
        .collect();
    if processing.is_empty() {
        gaps.wanted(
            None,
            "[[source]] processing",
            "rai:dataPreprocessingProtocol",
        );
    } else {
        put("rai:dataPreprocessingProtocol", json!(processing));
    }
    let personal: Vec<String> = corpus
        .personal
        .iter()
        .map(|k| notes::personal(corpus, k))
        .collect();
    // That nothing was found is said as what it is: the result of a scan.
    let nothing = corpus.pick(
        "本次扫描未发现个人信息;这不等于不存在",
        "the scan found no personal data, which does not mean that there is none",
    );
    put(
        "rai:personalSensitiveInformation",
        if personal.is_empty() {
            json!([nothing])
        } else {
            json!(personal)
        },
    );
    let mut limitations = dataset.limitations.0.clone();
    limitations.extend(notes::noise(corpus));
    for (key, declare, values) in [
        ("rai:dataBiases", "[dataset] biases", &dataset.biases.0),
        ("rai:dataLimitations", "[dataset] limitations", &limitations),
        (
            "rai:dataUseCases",
            "[dataset] use_cases",
            &dataset.use_cases.0,
        ),
    ] {
        if values.is_empty() {
            gaps.wanted(None, declare, key);
        } else {
            put(key, json!(values));
        }
    }
    for (key, declare, value) in [
        (
            "rai:dataCollectionMissingData",
            "[dataset] missing_data",
            &dataset.missing_data,
        ),
        (
            "rai:dataCollectionRawData",
            "[dataset] raw_data",
            &dataset.raw_data,
        ),
        (
            "rai:dataSocialImpact",
            "[dataset] social_impact",
            &dataset.social_impact,
        ),
        (
            "rai:dataReleaseMaintenancePlan",
            "[dataset] maintenance",
            &dataset.maintenance,
        ),
    ] {
        match given(value) {
            Some(value) => put(key, json!(value)),
            None => gaps.wanted(None, declare, key),
        }
    }
}

/// Words of the vocabulary for how data was collected, as its specification lists them.
fn collection_type(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::SelfCrawled => "Web Scraping",
        SourceKind::UserInput => "User-generated content data",
        SourceKind::OpenCn | SourceKind::OpenForeign | SourceKind::Commercial => {
            "Secondary Data analysis"
        }
        // The list has no word for either.
        SourceKind::Synthetic | SourceKind::SelfProduced => "Others",
    }
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
        for (format, files) in &source.files {
            if let Some(set) = file_set(corpus, source, format, files.files) {
                out.push(set);
            }
        }
    }
    if let FileList::TooMany(_) = corpus.files {
        gaps.needed(None, "provenance --files", "distribution");
    }
    Value::Array(out)
}

fn file_object(file: &CorpusFile) -> Value {
    let types = media_types(file.format.as_deref(), file.compression.as_deref());
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
fn file_set(corpus: &Corpus, source: &SourceFacts, format: &str, files: u64) -> Option<Value> {
    let listed = files_of(corpus, source, format);
    let includes: Vec<String> = match listed.is_empty() {
        true => source.declared.globs.clone(),
        false => listed.iter().map(|file| file.path.clone()).collect(),
    };
    if includes.is_empty() || (files < 2 && !listed.is_empty()) {
        return None;
    }
    let mut types: Vec<&str> = media_types(Some(format).filter(|f| !f.is_empty()), None);
    for compression in source
        .files
        .get(format)
        .iter()
        .flat_map(|f| &f.compressions)
    {
        types.extend(media_types(None, Some(compression)).into_iter().skip(1));
    }
    let mut set = json!({
        "@type": "cr:FileSet",
        "@id": set_id(source, format),
        "name": format!("{} ({format})", source.name()),
        "includes": includes,
        "encodingFormat": types,
    });
    if !listed.is_empty() {
        let within = listed
            .iter()
            .map(|file| json!({ "@id": file_id(&file.path) }));
        set["containedIn"] = within.collect();
    }
    Some(set)
}

fn set_id(source: &SourceFacts, format: &str) -> String {
    local("files", &format!("{format} {}", source.id))
}

fn files_of<'a>(corpus: &'a Corpus, source: &SourceFacts, format: &str) -> Vec<&'a CorpusFile> {
    let of = |file: &&CorpusFile| {
        file.source == source.id && file.format.as_deref().unwrap_or_default() == format
    };
    corpus.files.listed().iter().filter(of).collect()
}

fn record_sets(corpus: &Corpus, gaps: &mut Gaps) -> Value {
    let mut out = Vec::new();
    for source in &corpus.sources {
        let formats = source.files.keys();
        for format in formats.filter(|format| WITH_FIELDS.contains(&format.as_str())) {
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
