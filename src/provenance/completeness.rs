//! What is known of each source, field by field, as a table: of records how many have it, of
//! declarations whether they say it. `D52-04` to `D52-09` judge by these numbers; here stands what
//! is missing where.

use super::model::{Corpus, SourceFacts};

/// Column names.
const HEADER: [&str; 7] = ["source", "kind", "field", "of", "with", "all", "share"];

/// The table, CSV with a header; sources in their order, fields in that of the program.
pub fn table(corpus: &Corpus) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and rows are of one length.
    let mut write = |row: &[String]| writer.write_record(row).is_ok();
    write(&HEADER.map(str::to_owned));
    for source in &corpus.sources {
        let kind = source
            .declared
            .declared
            .kind
            .map_or("", |kind| kind.as_str());
        let records = source.tally.records.scanned;
        for (field, with) in measured(source) {
            write(&row(source, kind, &field, "record", (with, records)));
        }
        for (field, there) in declared(source) {
            write(&row(
                source,
                kind,
                field,
                "declaration",
                (u64::from(there), 1),
            ));
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn row(
    source: &SourceFacts,
    kind: &str,
    field: &str,
    of: &str,
    (with, all): (u64, u64),
) -> [String; 7] {
    let share = match all {
        0 => String::new(),
        all => format!("{:.4}", with as f64 / all as f64),
    };
    [
        plain(&source.id),
        kind.to_owned(),
        plain(field),
        of.to_owned(),
        with.to_string(),
        all.to_string(),
        share,
    ]
}

/// A name that no table program takes for a formula.
fn plain(name: &str) -> String {
    match name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{name}"),
        false => name.to_owned(),
    }
}

fn measured(source: &SourceFacts) -> Vec<(String, u64)> {
    let presence = &source.tally.presence;
    let known = [
        ("id", presence.id),
        ("url", presence.url),
        ("page_url", presence.page_url),
        ("date", presence.date),
        ("source", presence.source),
        ("licence", presence.licence),
        ("language", presence.language),
    ];
    let known = known
        .into_iter()
        .map(|(name, with)| (name.to_owned(), with));
    let others = presence
        .others
        .iter()
        .map(|(name, with)| (name.clone(), *with));
    known.chain(others).collect()
}

/// What a declaration of this kind has to say, and whether it does.
fn declared(source: &SourceFacts) -> Vec<(&'static str, bool)> {
    use crate::sources::SourceKind::{Commercial, SelfCrawled, Synthetic, UserInput};
    let d = &source.declared.declared;
    let says = |text: &str| !text.trim().is_empty();
    let mut all = vec![
        ("name", says(&d.name)),
        ("kind", d.kind.is_some()),
        ("modality", d.modality.says()),
        ("language", d.language.says()),
        ("origin_country", says(&d.origin_country)),
        ("publisher", says(&d.publisher)),
        ("url", says(&d.url)),
        ("collected_from", d.collected_from.is_some()),
        ("collected_to", d.collected_to.is_some()),
        ("collection_method", says(&d.collection_method)),
        ("processing", says(&d.processing)),
        ("licence_id", d.licence_id.says()),
        ("pi_basis", says(&source.declared.pi_basis)),
        ("ipr_owner_statement", says(&d.ipr_owner_statement)),
    ];
    match d.kind {
        Some(SelfCrawled) => all.extend([
            ("collection_log", d.collection_log.says()),
            ("robots_snapshot", says(&d.robots_snapshot)),
        ]),
        Some(Commercial) => all.extend([
            ("contract_id", says(&d.contract_id)),
            ("counterparty_name", says(&d.counterparty_name)),
        ]),
        Some(UserInput) => all.extend([
            ("service_name", says(&d.service_name)),
            ("user_authorisation_ref", says(&d.user_authorisation_ref)),
        ]),
        Some(Synthetic) => all.extend([
            ("generator.model", says(&d.generator.model)),
            ("generator.version", says(&d.generator.version)),
            ("generator.acquired_at", d.generator.acquired_at.is_some()),
        ]),
        _ => {}
    }
    all
}
