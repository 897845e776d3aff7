//! Documentation of training data, California Civil Code section 3111 (AB 2013), item by item of
//! subdivision (a). A draft.

use super::draft::{Draft, TO_DO, given, listed, number, shown};
use super::european::{machine_made, personal};
use super::gap::Gaps;
use super::model::{Corpus, SourceFacts};
use crate::sources::{DeclaredLicence, SourceKind};

/// The draft.
pub fn documentation(corpus: &Corpus, gaps: &mut Gaps) -> String {
    let mut draft = Draft::new(
        "Training data documentation",
        "the documentation under California Civil Code section 3111 (AB 2013)",
        corpus,
        gaps,
    );
    draft.heading(2, "(1) Sources or owners of the datasets");
    let rows: Vec<Vec<String>> = corpus
        .sources
        .iter()
        .map(|s| owner(s, &mut draft))
        .collect();
    draft.table(&["Dataset", "Owner or publisher", "Address"], &rows);
    draft.heading(2, "(2) How the datasets further the intended purpose");
    let purpose = given(&corpus.dataset.intended_use);
    draft.values(&[("Intended use", purpose, "[dataset] intended_use")]);
    draft.heading(2, "(3) Number of data points");
    let tokens = corpus.tokens.as_ref().map(|tokens| {
        let (t, exact) = (tokens.total, tokens.total.exact);
        let how = if exact { "counted" } else { "estimated" };
        format!(
            "{} tokens ({how}; {} to {})",
            number(t.tokens),
            number(t.low),
            number(t.high)
        )
    });
    draft.values(&[
        ("Records", Some(number(corpus.total.records.scanned)), ""),
        ("Text", tokens, "scan --tokens"),
    ]);
    let rows: Vec<Vec<String>> = corpus
        .sources
        .iter()
        .map(|s| vec![shown(s.name()), number(s.tally.records.scanned)])
        .collect();
    draft.table(&["Dataset", "Records"], &rows);
    draft.heading(2, "(4) Types of data points");
    points(corpus, &mut draft);
    draft.heading(2, "(5) Copyright, trademark, patent, or public domain");
    let rows: Vec<Vec<String>> = corpus
        .sources
        .iter()
        .map(|s| rights(s, &mut draft))
        .collect();
    draft.table(&["Dataset", "Licence", "Whose it is, as declared"], &rows);
    let dataset = &corpus.dataset;
    draft.values(&[
        (
            "Patents",
            listed(dataset.patents.0.iter().map(String::as_str)),
            "[dataset] patents",
        ),
        (
            "Trademarks",
            listed(dataset.trademarks.0.iter().map(String::as_str)),
            "[dataset] trademarks",
        ),
    ]);
    draft.heading(2, "(6) Purchased or licensed");
    let bought = kind(corpus, SourceKind::Commercial);
    draft.paragraph(&bought.map_or_else(
        || "No source is declared to be bought. Licences under which sources are used stand in (5).".to_owned(),
        |names| format!("Bought: {names}. Licences under which other sources are used stand in (5)."),
    ));
    draft.heading(2, "(7) Personal information (section 1798.140 (v))");
    draft.paragraph(&personal(corpus));
    draft.paragraph("Kinds are those of GB/T 45574-2025 and of the rules of the scan, which are not the categories of section 1798.140: the conclusion is to be drawn by a person.");
    draft.heading(
        2,
        "(8) Aggregate consumer information (section 1798.140 (b))",
    );
    draft.values(&[("Whether the datasets include it", None, "")]);
    draft.heading(2, "(9) Cleaning, processing, or other modification");
    let rows: Vec<Vec<String>> = corpus
        .sources
        .iter()
        .map(|s| processed(s, &mut draft))
        .collect();
    draft.table(
        &[
            "Dataset",
            "Processing, as declared",
            "Intended purpose of it",
        ],
        &rows,
    );
    draft.heading(
        2,
        "(10) Time period of collection, and whether it is ongoing",
    );
    let rows: Vec<Vec<String>> = corpus
        .sources
        .iter()
        .map(|s| period(s, &mut draft))
        .collect();
    draft.table(&["Dataset", "Collected"], &rows);
    let live = corpus
        .dataset
        .live
        .map(|live| if live { "yes" } else { "no" }.to_owned());
    draft.values(&[("Collection is ongoing", live, "[dataset] live")]);
    draft.heading(2, "(11) Dates the datasets were first used in development");
    draft.values(&[("First used", None, "")]);
    draft.heading(2, "(12) Synthetic data generation");
    let made = kind(corpus, SourceKind::Synthetic);
    draft.paragraph(&made.map_or_else(
        || "No source is declared to be synthetic.".to_owned(),
        |names| format!("Synthetic: {names}."),
    ));
    draft.paragraph(&machine_made(corpus));
    draft.finish()
}

fn kind(corpus: &Corpus, kind: SourceKind) -> Option<String> {
    let of = corpus.sources.iter();
    let of = of.filter(|source| source.declared.declared.kind == Some(kind));
    listed(of.map(SourceFacts::name))
}

fn told(draft: &mut Draft<'_>, source: &SourceFacts, text: &str, key: &'static str) -> String {
    given(text).unwrap_or_else(|| {
        draft.lacks(&source.id, key);
        TO_DO.to_owned()
    })
}

fn owner(source: &SourceFacts, draft: &mut Draft<'_>) -> Vec<String> {
    let declared = &source.declared.declared;
    let owner = match declared.publisher.trim() {
        "" => &declared.counterparty_name,
        _ => &declared.publisher,
    };
    vec![
        shown(source.name()),
        told(draft, source, owner, "publisher"),
        told(draft, source, &declared.url, "url"),
    ]
}

fn points(corpus: &Corpus, draft: &mut Draft<'_>) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (kind, language, amount) in corpus.total.types.iter() {
        rows.push(vec![shown(kind), shown(language), number(amount.records)]);
    }
    draft.table(&["Type", "Language", "Records"], &rows);
    match &corpus.annotation {
        Some(_) => draft
            .paragraph("Labels: annotation is declared; `yujian annotation check` tells of it."),
        None => draft.paragraph(&format!(
            "Labels: no annotation is declared; if there are any: {TO_DO}."
        )),
    }
}

fn rights(source: &SourceFacts, draft: &mut Draft<'_>) -> Vec<String> {
    let declared = &source.declared.declared;
    let licence = match DeclaredLicence::joined(declared) {
        licence if licence.is_empty() => declared.contract_id.clone(),
        licence => licence,
    };
    vec![
        shown(source.name()),
        told(draft, source, &licence, "licence_id"),
        told(
            draft,
            source,
            &declared.ipr_owner_statement,
            "ipr_owner_statement",
        ),
    ]
}

fn processed(source: &SourceFacts, draft: &mut Draft<'_>) -> Vec<String> {
    let declared = &source.declared.declared;
    vec![
        shown(source.name()),
        told(draft, source, &declared.processing, "processing"),
        TO_DO.to_owned(),
    ]
}

fn period(source: &SourceFacts, draft: &mut Draft<'_>) -> Vec<String> {
    let declared = &source.declared.declared;
    let period = match (declared.collected_from, declared.collected_to) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => {
            draft.lacks(&source.id, "collected_from, collected_to");
            TO_DO.to_owned()
        }
    };
    vec![shown(source.name()), period]
}
