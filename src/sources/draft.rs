//! [`Seen`]: what a look at a source shows, and the draft of its table in `yujian.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::detect::rights::licence::licence_of_value;
use crate::rules::LicenceStatement;
use crate::scan::RecordOutcome;

/// How a source is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// By globs of files.
    Globs(Vec<String>),
    /// By the value of a field of records.
    Field(String, String),
}

/// What was seen of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Files by format.
    pub formats: BTreeMap<String, u64>,
    /// Their bytes.
    pub bytes: u64,
    /// Records that were looked at.
    pub records: u64,
    /// Those whose text says that a machine made it.
    pub machine_made: u64,
    languages: BTreeMap<String, u64>,
    hosts: BTreeMap<String, u64>,
    licences: BTreeMap<String, u64>,
    /// Licences that texts state, by records.
    found: BTreeMap<String, u64>,
    with_url: u64,
    first: Option<super::Day>,
    last: Option<super::Day>,
}

/// Different hosts and licences that are counted; what comes later only counts as records.
const DIFFERENT: usize = 10_000;

impl Seen {
    /// Looks at a record.
    pub fn add(&mut self, record: &RecordOutcome) {
        self.records += 1;
        let language = format!("{}/{}", record.kind.as_str(), record.language);
        *self.languages.entry(language).or_default() += 1;
        let stated = &record.stated;
        if let Some(url) = &stated.url {
            self.with_url += 1;
            if let Some(host) = host(url) {
                count(&mut self.hosts, host);
            }
        }
        if let Some(licence) = &stated.licence {
            // What is a licence is counted under its id, and what is none as it stands.
            let known = licence_of_value(licence);
            match known.problem {
                None => count(&mut self.licences, &known.licence),
                Some(_) => count(&mut self.licences, licence),
            }
        }
        let day = stated.date.as_deref().and_then(super::Day::parse);
        if let Some((day, _)) = day {
            self.first = Some(self.first.map_or(day, |first| first.min(day)));
            self.last = self.last.max(Some(day));
        }
    }

    /// Counts the licences that the text of a record states, each once.
    pub fn add_licences<'l>(&mut self, licences: impl Iterator<Item = &'l str>) {
        for licence in licences.collect::<BTreeSet<&str>>() {
            count(&mut self.found, licence);
        }
    }

    /// The draft of its table: what was seen as a comment and, where it can be read, as a value;
    /// what only a person can know as an empty one.
    pub fn table(&self, id: &str, told: &Told) -> String {
        let mut out = String::new();
        self.write(&mut out, id, told).expect("text takes all");
        out
    }

    fn write(&self, out: &mut String, id: &str, told: &Told) -> std::fmt::Result {
        let all = |counts: &BTreeMap<String, u64>| top(counts, counts.len());
        writeln!(
            out,
            "# {}: {} ({} bytes)",
            line(id),
            line(&all(&self.formats)),
            self.bytes
        )?;
        writeln!(
            out,
            "# {} records looked at: {}",
            self.records,
            line(&top(&self.languages, 4))
        )?;
        if self.with_url > 0 {
            let (with, of) = (self.with_url, self.records);
            writeln!(
                out,
                "# {with} of {of} give an address: {}",
                line(&top(&self.hosts, 5))
            )?;
        }
        if !self.licences.is_empty() {
            writeln!(
                out,
                "# licences they give: {}",
                line(&top(&self.licences, 5))
            )?;
        }
        if !self.found.is_empty() {
            writeln!(
                out,
                "# licences their texts state: {}",
                line(&top(&self.found, 5))
            )?;
        }
        if self.machine_made > 0 {
            let (made, of) = (self.machine_made, self.records);
            writeln!(out, "# {made} of {of} carry marks of machine-made text")?;
        }
        writeln!(out, "[[source]]\nid = {}", quoted(id))?;
        match told {
            Told::Globs(globs) => {
                let globs: Vec<String> = globs.iter().map(|glob| quoted(glob)).collect();
                writeln!(out, "match = [{}]", globs.join(", "))?;
            }
            Told::Field(field, value) => {
                writeln!(
                    out,
                    "record_field = {}\nequals = {}",
                    quoted(field),
                    quoted(value)
                )?;
            }
        }
        writeln!(
            out,
            "name = \"\"              # 名称:平台、时间段、处理情况 what it is, of when, how it was cleaned"
        )?;
        writeln!(
            out,
            "kind = \"\"              # open_cn open_foreign self_crawled self_produced commercial user_input synthetic"
        )?;
        let languages = self.plain_languages();
        writeln!(
            out,
            "stages = []             # 用于 pre-training 预训练, fine-tuning 优化训练"
        )?;
        writeln!(
            out,
            "modality = \"text\"\nlanguage = [{}]",
            languages.join(", ")
        )?;
        writeln!(
            out,
            "origin_country = \"\"    # CN, or ISO 3166\nhosting_country = \"\""
        )?;
        writeln!(
            out,
            "publisher = \"\"\nurl = {}           # 数据或页面网址,不是首页",
            self.url()
        )?;
        let day =
            |day: Option<super::Day>| day.map_or_else(|| "\"\"".to_owned(), |day| day.to_string());
        let seen = if self.first.is_some() {
            "   # dates that records give 记录中的日期"
        } else {
            ""
        };
        writeln!(out, "collected_from = {}{seen}", day(self.first))?;
        writeln!(out, "collected_to = {}", day(self.last))?;
        writeln!(out, "collection_method = \"\"\nprocessing = \"\"")?;
        writeln!(
            out,
            "licence_id = {}         # SPDX\nlicence_evidence = \"\"\nlicence_scope = []",
            self.licence()
        )?;
        writeln!(out, "pi_basis = \"\"\nipr_owner_statement = \"\"")?;
        writeln!(
            out,
            "data_class = \"\"\ndata_grade = \"\"\nimportant_data = \"\"   # true, false"
        )?;
        writeln!(
            out,
            "# docs/configuration.md lists what each kind needs besides."
        )
    }

    fn plain_languages(&self) -> Vec<String> {
        // A language of one record in a hundred is as likely a mistake.
        let least = self.records / 100;
        let mut names: Vec<String> = self
            .languages
            .iter()
            .filter(|(_, records)| **records > least)
            .filter_map(|(name, _)| name.split_once('/'))
            .map(|(_, language)| quoted(language))
            .filter(|name| name != "\"und\"")
            .collect();
        names.dedup();
        names
    }

    /// The address of the one site that all records are from.
    fn url(&self) -> String {
        match self.hosts.iter().next() {
            Some((host, _)) if self.hosts.len() == 1 => quoted(&format!("https://{host}/")),
            _ => "\"\"".to_owned(),
        }
    }

    /// The one licence that all records with a licence give, if it is one. What texts state is no
    /// more than a hint: it may be about something else.
    fn licence(&self) -> String {
        match self.licences.iter().next() {
            Some((licence, _))
                if self.licences.len() == 1
                    && LicenceStatement::declared(licence).problem.is_none() =>
            {
                quoted(licence)
            }
            _ => "\"\"".to_owned(),
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < DIFFERENT {
        counts.insert(name.to_owned(), 1);
    }
}

fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

fn top(counts: &BTreeMap<String, u64>, most: usize) -> String {
    let mut all: Vec<(&String, &u64)> = counts.iter().collect();
    all.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let more = all.len().saturating_sub(most);
    let mut parts: Vec<String> = all
        .iter()
        .take(most)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    if more > 0 {
        parts.push(format!("… {more} more"));
    }
    parts.join(", ")
}

/// A text that stays on the line of its comment.
fn line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_read_back_whatever_names_hold() {
        let mut seen = Seen::default();
        seen.formats.insert("jsonl".to_owned(), 2);
        seen.licences.insert("a \"quoted\"\nlicence".to_owned(), 1);
        let told = Told::Globs(vec!["a b\"/**".to_owned()]);
        let text = seen.table("a\n[[source]]\"", &told);
        let table: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(table["source"].as_array().unwrap().len(), 1);
        assert_eq!(table["source"][0]["id"].as_str(), Some("a\n[[source]]\""));
        let field = Told::Field("meta.source".to_owned(), "x".to_owned());
        assert!(
            seen.table("x", &field)
                .contains("record_field = \"meta.source\"")
        );
    }
}
