//! [`Holders`]: who holds rights in a corpus, by source: made from the findings of a run.
//!
//! Findings are read in their order, once, and at most [`MOST`] holders are kept apart, so that
//! neither the length of a run nor what strangers wrote in it decides about memory. The order of
//! findings does not depend on threads, and so neither does which holders are kept.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::reader::Run;
use super::rows::FindingRow;
use super::value::{Column, Kind, Value, column};
use crate::RunError;
use crate::text::FoldTable;

/// Holders that are kept apart; findings of further ones are counted together. Ours: some 40 MB.
pub const MOST: usize = 100_000;

/// What stands for the holders beyond [`MOST`].
const BEYOND: &str = "beyond the holders that are kept apart";

/// Details that name a holder.
const NAMES: [&str; 2] = ["holder", "publisher"];

/// A holder in a source, by the kind of mark that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Holder {
    /// The source.
    pub source: String,
    /// As the first finding writes it; none for all beyond those that are kept apart.
    pub holder: Option<String>,
    /// Kind of mark: `notice`, `imprint`, …
    pub kind: String,
    /// Findings that count and were kept.
    pub findings: u64,
    /// Records with such a finding.
    pub records: u64,
    /// The earliest year that is named with it.
    pub year_from: Option<u64>,
    /// The latest.
    pub year_to: Option<u64>,
    /// What is special about this row.
    pub note: Option<&'static str>,
    /// How it is compared.
    #[serde(skip)]
    key: String,
    /// The last record counted, by its place in the order.
    #[serde(skip)]
    last: u64,
}

impl Holder {
    pub(super) const COLUMNS: &'static [Column] = &[
        column("source", Kind::Text),
        column("holder", Kind::OptionalText),
        column("kind", Kind::Text),
        column("findings", Kind::Whole),
        column("records", Kind::Whole),
        column("year_from", Kind::OptionalWhole),
        column("year_to", Kind::OptionalWhole),
        column("note", Kind::OptionalText),
    ];

    pub(super) fn values(&self) -> Vec<Value<'_>> {
        let whole = |year: Option<u64>| year.map_or(Value::Null, Value::Whole);
        vec![
            Value::Text(&self.source),
            Value::text(&self.holder),
            Value::Text(&self.kind),
            Value::Whole(self.findings),
            Value::Whole(self.records),
            whole(self.year_from),
            whole(self.year_to),
            self.note.map_or(Value::Null, Value::Text),
        ]
    }

    fn count(&mut self, record: u64, years: Option<(u64, u64)>) {
        self.findings += 1;
        if self.last != record {
            self.last = record;
            self.records += 1;
        }
        if let Some((from, to)) = years {
            self.year_from = Some(self.year_from.map_or(from, |year| year.min(from)));
            self.year_to = Some(self.year_to.map_or(to, |year| year.max(to)));
        }
    }
}

/// All holders: by source, those with the most findings first, and last what is beyond.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders(pub Vec<Holder>);

impl Holders {
    /// From the findings of a run.
    ///
    /// # Errors
    ///
    /// If the table of findings is damaged or cannot be read.
    pub fn of(run: &Run) -> Result<Self, RunError> {
        let mut gathered = HolderCounts::default();
        for row in run.findings()? {
            gathered.add(&row?);
        }
        Ok(gathered.end())
    }

    /// The holders of each source, in the order of the sources.
    pub fn by_source(&self) -> impl Iterator<Item = (&str, &[Holder])> {
        let groups = self.0.chunk_by(|a, b| a.source == b.source);
        groups.map(|group| (group[0].source.as_str(), group))
    }
}

/// [`Holders`] while findings are read.
pub struct HolderCounts {
    most: usize,
    places: HashMap<(String, String, String), usize>,
    all: Vec<Holder>,
    beyond: BTreeMap<(String, String), Holder>,
    /// Shard and number of the last record, and its place in the order.
    record: (String, u64),
    number: u64,
}

impl Default for HolderCounts {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl HolderCounts {
    fn new(most: usize) -> Self {
        Self {
            most,
            places: HashMap::new(),
            all: Vec::new(),
            beyond: BTreeMap::new(),
            record: (String::new(), 0),
            number: 0,
        }
    }

    /// Whether a finding counts and names a holder.
    pub fn counts(row: &FindingRow) -> bool {
        named(row).is_some()
    }

    /// Adds a finding, in the order of the table.
    pub fn add(&mut self, row: &FindingRow) {
        let Some((entity, names)) = named(row) else {
            return;
        };
        let kind = entity.strip_prefix("rights.").unwrap_or(entity);
        if self.number == 0 || self.record.1 != row.record || self.record.0 != row.path {
            self.record = (row.path.clone(), row.record);
            self.number += 1;
        }
        let years = row.details.get("year").and_then(years);
        // Several details of one name are joined so.
        for name in names
            .split("; ")
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let number = self.number;
            self.holder(&row.source, kind, name).count(number, years);
        }
    }

    fn holder(&mut self, source: &str, kind: &str, name: &str) -> &mut Holder {
        // `Example Works, Inc.` is `EXAMPLE WORKS INC`.
        let key = FoldTable::get().letters(name);
        let place = (source.to_owned(), kind.to_owned(), key.clone());
        let new = |holder: Option<&str>, key: String| Holder {
            source: source.to_owned(),
            kind: kind.to_owned(),
            note: holder.is_none().then_some(BEYOND),
            holder: holder.map(str::to_owned),
            findings: 0,
            records: 0,
            year_from: None,
            year_to: None,
            key,
            last: 0,
        };
        if let Some(at) = self.places.get(&place) {
            return &mut self.all[*at];
        }
        if self.all.len() < self.most {
            self.places.insert(place, self.all.len());
            self.all.push(new(Some(name), key));
            return self.all.last_mut().expect("it was just put in");
        }
        let beyond = self.beyond.entry((place.0, place.1));
        beyond.or_insert_with(|| new(None, String::new()))
    }

    /// All of them.
    pub fn end(self) -> Holders {
        let mut all = self.all;
        all.extend(self.beyond.into_values());
        all.sort_by(|a, b| {
            let order = |h: &Holder| (h.holder.is_none(), std::cmp::Reverse(h.findings));
            a.source
                .cmp(&b.source)
                .then_with(|| order(a).cmp(&order(b)))
                .then_with(|| (&a.key, &a.kind).cmp(&(&b.key, &b.kind)))
        });
        Holders(all)
    }
}

/// What a finding that counts is of, and the holders it names.
fn named(row: &FindingRow) -> Option<(&str, &str)> {
    let entity = row.entity.as_deref();
    let entity = entity.filter(|_| row.suppressed_by.is_none())?;
    let names = NAMES.iter().find_map(|name| row.details.get(name))?;
    Some((entity, names))
}

/// The first and the last year in a detail such as `2005-2006, 2010`.
fn years(text: &str) -> Option<(u64, u64)> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let years = runs
        .filter(|run| run.len() == 4)
        .filter_map(|run| run.parse().ok());
    years.fold(None, |all: Option<(u64, u64)>, year: u64| {
        Some(all.map_or((year, year), |(from, to)| (from.min(year), to.max(year))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, Details, Severity, Span};

    fn row(source: &str, record: u64, holder: &str, year: &str) -> FindingRow {
        let mut details = Details::default();
        details.push("holder", holder);
        details.push("year", year);
        FindingRow {
            id: String::new(),
            path: "a.jsonl".to_owned(),
            record,
            record_id: None,
            source: source.to_owned(),
            field: String::new(),
            span: Span::new(0, 1),
            code_points: Span::new(0, 1),
            rule: "rights.copyright".to_owned(),
            risk: None,
            ecology: Vec::new(),
            entity: Some("rights.notice".to_owned()),
            class: None,
            severity: Severity::Low,
            confidence: Confidence(90),
            reasons: String::new(),
            excerpt: String::new(),
            value_hash: None,
            folds: String::new(),
            suppressed_by: None,
            details,
            shard_digest: None,
        }
    }

    fn told(most: usize, rows: &[FindingRow]) -> Vec<String> {
        let mut gathered = HolderCounts::new(most);
        rows.iter().for_each(|row| gathered.add(row));
        let holders = gathered.end().0.into_iter().map(|h| {
            let holder = h.holder.as_deref().unwrap_or("…");
            let years = h.year_from.zip(h.year_to);
            let years = years.map_or(String::new(), |(from, to)| format!(" {from}-{to}"));
            format!("{} {holder} {} {}{years}", h.source, h.findings, h.records)
        });
        holders.collect()
    }

    #[test]
    fn one_holder_is_one_however_it_is_written() {
        let rows = [
            row("a", 0, "Example Works, Inc.", "2005-2006"),
            row("a", 0, "EXAMPLE WORKS INC", "1999"),
            row("a", 1, "Ｅｘａｍｐｌｅ Works Inc", ""),
            row("a", 1, "某某出版社", ""),
            row("a", 1, "某某 出版社; 另一社", "2020"),
            row("b", 2, "example works inc.", ""),
        ];
        assert_eq!(
            told(MOST, &rows),
            [
                "a Example Works, Inc. 3 2 1999-2006",
                "a 某某出版社 2 1 2020-2020",
                "a 另一社 1 1 2020-2020",
                "b example works inc. 1 1"
            ]
        );
    }

    #[test]
    fn holders_beyond_the_limit_are_counted_together() {
        let rows: Vec<FindingRow> = (0..6)
            .map(|n| {
                row(
                    if n < 4 { "a" } else { "b" },
                    n,
                    &format!("holder {n}"),
                    "2001",
                )
            })
            .collect();
        assert_eq!(
            told(2, &rows),
            [
                "a holder 0 1 1 2001-2001",
                "a holder 1 1 1 2001-2001",
                "a … 2 2 2001-2001",
                "b … 2 2 2001-2001"
            ]
        );
        let mut again = rows.clone();
        again.extend(rows);
        assert_eq!(told(2, &again)[0], "a holder 0 2 2 2001-2001");
    }

    #[test]
    fn what_does_not_count_names_no_holder() {
        let mut suppressed = row("a", 0, "x", "");
        suppressed.suppressed_by = Some("context".to_owned());
        assert!(told(9, &[suppressed, row("a", 0, "", "2001")]).is_empty());
    }
}
