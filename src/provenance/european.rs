//! Public summary of training content, Regulation (EU) 2024/1689, Article 53(1)(d), by the
//! sections of the template of the AI Office. A draft.
//!
//! The template asks for the large data sets and the most relevant domains by thresholds that are
//! not repeated here: all public data sets stand with their share, and who finishes the draft
//! decides by the template in force.

use super::draft::{Draft, TO_DO, given, listed, number, shown};
use super::gap::Gaps;
use super::model::{Corpus, SourceFacts};
use crate::sources::SourceKind;

/// The draft.
pub fn summary(corpus: &Corpus, gaps: &mut Gaps) -> String {
    let mut draft = Draft::new(
        "Public summary of training content",
        "the summary under Article 53(1)(d) of Regulation (EU) 2024/1689 (AI Act)",
        corpus,
        gaps,
    );
    general(corpus, &mut draft);
    draft.heading(2, "2 List of data sources");
    public(corpus, &mut draft);
    private(corpus, &mut draft);
    crawled(corpus, &mut draft);
    users(corpus, &mut draft);
    synthetic(corpus, &mut draft);
    others(corpus, &mut draft);
    processing(corpus, &mut draft);
    draft.finish()
}

fn general(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(2, "1 General information");
    draft.heading(3, "1.1 Provider");
    draft.values(&[
        ("Provider, name and contact", None, ""),
        ("Authorised representative in the Union", None, ""),
    ]);
    draft.heading(3, "1.2 Model");
    let model = |key: &str| corpus.model.get(key).and_then(|text| given(text));
    draft.values(&[
        ("Versioned model name", model("name"), "[model] name"),
        ("Model it depends on", model("base"), "[model] base"),
        ("Date of placement on the Union market", None, ""),
    ]);
    draft.heading(3, "1.3 Modalities, size and characteristics");
    let tokens = corpus.tokens.as_ref().map(|tokens| tokens.total);
    let text = tokens.map(|t| {
        let band = band(t.tokens, 1_000_000_000, 10_000_000_000_000, "tokens");
        let near = band_of(t.low, 1_000_000_000, 10_000_000_000_000)
            != band_of(t.high, 1_000_000_000, 10_000_000_000_000);
        let how = match (t.exact, near) {
            (true, _) => "all text was counted",
            (_, true) => {
                "estimated from a sample; the interval reaches into another range: count exactly"
            }
            (_, false) => "estimated from a sample",
        };
        let (low, high) = (number(t.low), number(t.high));
        format!(
            "{band} ({} tokens, 95 % interval {low} to {high}; {how})",
            number(t.tokens)
        )
    });
    let presence = &corpus.total.presence;
    let media = |kind: &str| -> u64 {
        let sources = corpus.sources.iter();
        sources
            .filter_map(|s| s.media.get(kind))
            .map(|files| files.files)
            .sum()
    };
    let images = media("image") + presence.images;
    let (audio, video) = (
        media("audio") + presence.audios,
        media("video") + presence.videos,
    );
    let hours = |count: u64| match count {
        0 => Some("none were met".to_owned()),
        count => Some(format!(
            "{} files or names of files; hours: {TO_DO}",
            number(count)
        )),
    };
    let latest = corpus
        .sources
        .iter()
        .filter_map(|s| s.declared.declared.collected_to)
        .max();
    let languages = corpus.sources.iter().flat_map(SourceFacts::languages);
    let languages: std::collections::BTreeSet<&str> = languages.collect();
    draft.values(&[
        ("Text", text, "scan --tokens"),
        (
            "Images",
            Some(match images {
                0 => "none were met".to_owned(),
                n => format!(
                    "{} ({} files or names of files)",
                    band(n, 1_000_000, 1_000_000_000, "images"),
                    number(n)
                ),
            }),
            "",
        ),
        ("Audio", hours(audio), ""),
        ("Video", hours(video), ""),
        ("Types of content", None, ""),
        (
            "Latest date of data acquisition",
            latest.map(|day| day.to_string()),
            "[[source]] collected_to",
        ),
        (
            "Linguistic characteristics",
            listed(languages),
            "[[source]] language",
        ),
    ]);
}

const fn band_of(count: u64, low: u64, high: u64) -> u8 {
    if count < low {
        0
    } else if count <= high {
        1
    } else {
        2
    }
}

/// The range of the template a number falls into.
fn band(count: u64, low: u64, high: u64, unit: &str) -> String {
    let (low_text, high_text) = (short(low), short(high));
    match band_of(count, low, high) {
        0 => format!("less than {low_text} {unit}"),
        1 => format!("{low_text} to {high_text} {unit}"),
        _ => format!("more than {high_text} {unit}"),
    }
}

fn short(count: u64) -> &'static str {
    match count {
        1_000_000 => "1 million",
        1_000_000_000 => "1 billion",
        _ => "10 trillion",
    }
}

/// Sources of these kinds.
fn of<'c>(corpus: &'c Corpus, kinds: &'static [SourceKind]) -> Vec<&'c SourceFacts> {
    let all = corpus.sources.iter();
    let is = |source: &&SourceFacts| {
        source
            .declared
            .declared
            .kind
            .is_some_and(|k| kinds.contains(&k))
    };
    all.filter(is).collect()
}

/// Share of a source of all decoded bytes of records, which is known whether tokens were counted
/// or not.
fn share(corpus: &Corpus, source: &SourceFacts) -> String {
    let (part, all) = (source.tally.text_bytes, corpus.total.text_bytes);
    match all {
        0 => "–".to_owned(),
        all => format!("{:.2} %", part as f64 * 100.0 / all as f64),
    }
}

fn modalities(source: &SourceFacts) -> String {
    let words = source
        .declared
        .declared
        .modality
        .0
        .iter()
        .map(String::as_str);
    listed(words).unwrap_or_else(|| TO_DO.to_owned())
}

fn or_to_do(draft: &mut Draft<'_>, source: &SourceFacts, text: &str, key: &'static str) -> String {
    given(text).unwrap_or_else(|| {
        draft.lacks(&source.id, key);
        TO_DO.to_owned()
    })
}

fn period(draft: &mut Draft<'_>, source: &SourceFacts) -> String {
    let declared = &source.declared.declared;
    match (declared.collected_from, declared.collected_to) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => {
            draft.lacks(&source.id, "collected_from, collected_to");
            TO_DO.to_owned()
        }
    }
}

fn public(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(3, "2.1 Publicly available datasets");
    let sources = of(corpus, &[SourceKind::OpenCn, SourceKind::OpenForeign]);
    if sources.is_empty() {
        draft.paragraph("No source is declared to be one.");
        return;
    }
    let rows: Vec<Vec<String>> = sources
        .into_iter()
        .map(|source| {
            let declared = &source.declared.declared;
            vec![
                shown(source.name()),
                or_to_do(draft, source, &declared.url, "url"),
                or_to_do(draft, source, &declared.publisher, "publisher"),
                modalities(source),
                share(corpus, source),
            ]
        })
        .collect();
    draft.table(
        &[
            "Dataset",
            "Address",
            "Publisher",
            "Modalities",
            "Share of text (bytes)",
        ],
        &rows,
    );
    draft.paragraph("List the large ones by the threshold of the template in force, and describe the others together.");
}

fn private(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(
        3,
        "2.2 Private non-publicly available datasets obtained from third parties",
    );
    draft.heading(
        4,
        "2.2.1 Licensed by rightsholders or their representatives",
    );
    let sources = of(corpus, &[SourceKind::Commercial]);
    let licensed = match sources.len() {
        0 => "No source is declared to be bought.".to_owned(),
        n => format!(
            "Yes. Declared sources: {n}; records: {}.",
            number(records(&sources))
        ),
    };
    draft.paragraph(&licensed);
    draft.heading(4, "2.2.2 Other private datasets");
    draft.values(&[(
        "Private datasets of third parties that are not licensed by rightsholders",
        None,
        "",
    )]);
}

fn records(sources: &[&SourceFacts]) -> u64 {
    sources
        .iter()
        .map(|source| source.tally.records.scanned)
        .sum()
}

fn crawled(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(3, "2.3 Data crawled and scraped from online sources");
    let sources = of(corpus, &[SourceKind::SelfCrawled]);
    if sources.is_empty() {
        draft.paragraph("No source is declared to be crawled by the provider.");
        return;
    }
    let agent = corpus
        .manifest
        .origins
        .as_ref()
        .map(|used| used.agent.as_str());
    draft.values(&[
        ("Crawler", agent.and_then(given), "[origins] agent"),
        ("Purposes of the crawler", None, ""),
    ]);
    let rows: Vec<Vec<String>> = sources
        .into_iter()
        .map(|source| {
            let declared = &source.declared.declared;
            vec![
                shown(source.name()),
                or_to_do(draft, source, &declared.url, "url"),
                period(draft, source),
                or_to_do(
                    draft,
                    source,
                    &declared.collection_method,
                    "collection_method",
                ),
                modalities(source),
                share(corpus, source),
            ]
        })
        .collect();
    draft.table(
        &[
            "Source",
            "Address",
            "Period",
            "Behaviour of the crawler",
            "Modalities",
            "Share of text (bytes)",
        ],
        &rows,
    );
    draft.values(&[(
        "Most relevant domain names, by the share the template asks for",
        None,
        "",
    )]);
}

fn users(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(3, "2.4 User data");
    let sources = of(corpus, &[SourceKind::UserInput]);
    if sources.is_empty() {
        draft.paragraph("No source is declared to be input of users.");
        return;
    }
    let rows: Vec<Vec<String>> = sources
        .into_iter()
        .map(|source| {
            let declared = &source.declared.declared;
            vec![
                shown(source.name()),
                or_to_do(draft, source, &declared.service_name, "service_name"),
                or_to_do(
                    draft,
                    source,
                    &declared.user_authorisation_ref,
                    "user_authorisation_ref",
                ),
                modalities(source),
            ]
        })
        .collect();
    draft.table(&["Source", "Service", "Authorisation", "Modalities"], &rows);
}

fn synthetic(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(3, "2.5 Synthetic data");
    let sources = of(corpus, &[SourceKind::Synthetic]);
    if sources.is_empty() {
        draft.paragraph("No source is declared to be synthetic.");
    } else {
        let rows: Vec<Vec<String>> = sources
            .into_iter()
            .map(|source| {
                let generator = &source.declared.declared.generator;
                let model = format!("{} {}", generator.model, generator.version);
                vec![
                    shown(source.name()),
                    modalities(source),
                    or_to_do(draft, source, &model, "generator"),
                    share(corpus, source),
                ]
            })
            .collect();
        draft.table(
            &[
                "Source",
                "Modalities",
                "Generator model",
                "Share of text (bytes)",
            ],
            &rows,
        );
    }
    draft.paragraph(&machine_made(corpus));
}

/// Records with marks of machine-made text, whatever their source is declared to be.
pub fn machine_made(corpus: &Corpus) -> String {
    let marks = corpus.total.entities.iter();
    let marks =
        marks.filter(|(entity, hits)| entity.starts_with("rights.aigc") && hits.findings > 0);
    let told: Vec<String> = marks
        .map(|(entity, hits)| format!("{} in {} records", shown(entity), number(hits.records)))
        .collect();
    match told.is_empty() {
        true => format!(
            "The scan met no mark of machine-made text in {} records; text without a mark cannot be told.",
            number(corpus.total.records.scanned)
        ),
        false => format!(
            "Marks of machine-made text that the scan met: {}; text without a mark cannot be told.",
            told.join(", ")
        ),
    }
}

fn others(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(3, "2.6 Other sources of data");
    let own = of(corpus, &[SourceKind::SelfProduced]);
    let names = listed(own.iter().map(|source| source.name()));
    draft.paragraph(&names.map_or_else(
        || "No source is declared to be produced by the provider.".to_owned(),
        |names| format!("Produced by the provider: {names}."),
    ));
    let unknown: Vec<&SourceFacts> = corpus
        .sources
        .iter()
        .filter(|s| s.declared.declared.kind.is_none())
        .collect();
    if !unknown.is_empty() {
        for source in &unknown {
            draft.lacks(&source.id, "kind");
        }
        let names = listed(unknown.iter().map(|source| source.name())).unwrap_or_default();
        draft.paragraph(&format!("Of no declared kind: {names} – {TO_DO}."));
    }
}

fn processing(corpus: &Corpus, draft: &mut Draft<'_>) {
    draft.heading(2, "3 Data processing aspects");
    draft.heading(
        3,
        "3.1 Respect of reservation of rights from text and data mining",
    );
    let counts = &corpus.total.origins;
    let used = corpus.manifest.origins.as_ref();
    draft.values(&[
        (
            "Policy to respect reservations (Article 4(3) of Directive (EU) 2019/790)",
            None,
            "",
        ),
        (
            "Snapshots of robots.txt that were read",
            used.map(|used| number(used.snapshots)),
            "[origins] robots",
        ),
        (
            "Records whose address robots.txt disallows",
            Some(format!(
                "{} of {} with an address",
                number(counts.disallowed),
                number(counts.urls)
            )),
            "",
        ),
        (
            "Records from pages that reserve rights against text and data mining",
            Some(number(counts.reserved)),
            "",
        ),
    ]);
    draft.heading(3, "3.2 Removal of illegal content");
    let (flagged, scanned) = (
        corpus.total.records_with_findings,
        corpus.total.records.scanned,
    );
    let done: Vec<String> = corpus
        .sources
        .iter()
        .filter_map(|s| {
            Some(format!(
                "{}: {}",
                shown(s.name()),
                given(&s.declared.declared.processing)?
            ))
        })
        .collect();
    draft.values(&[
        (
            "Scan",
            Some(format!(
                "{} records were searched with {} rules; {} have findings, which the scan tells and does not remove",
                number(scanned),
                number(corpus.manifest.rules.rules),
                number(flagged)
            )),
            "",
        ),
        (
            "Measures of removal, as declared",
            (!done.is_empty()).then(|| done.join("; ")),
            "[[source]] processing",
        ),
    ]);
    draft.heading(3, "3.3 Other information");
    draft.paragraph(&personal(corpus));
}

/// Personal data that was found, as counts.
pub fn personal(corpus: &Corpus) -> String {
    if corpus.personal.is_empty() {
        return format!(
            "The scan found no personal data in {} records; that is a result of its rules and no proof of absence.",
            number(corpus.total.records.scanned)
        );
    }
    let kinds: Vec<String> = corpus
        .personal
        .iter()
        .map(|kind| {
            let sensitive = if kind.sensitive { ", sensitive" } else { "" };
            let title = shown(&kind.title.en);
            format!("{title} ({} records{sensitive})", number(kind.records))
        })
        .collect();
    format!("Personal data the scan found: {}.", kinds.join("; "))
}
