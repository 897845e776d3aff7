//! [`Ledger`]: the declared sources with their evidence, joined to a run.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Serialize;

use super::evidence::{Evidence, Files};
use super::{CollectionLog, Declared, DeclaredLicence, EvidenceState, Problem};
use crate::RunError;
use crate::corpus::is_page;
use crate::detect::pii::confirm;
use crate::problem::both;
use crate::rules::Tables;
use crate::run::Run;

/// A declared source.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Globs of shard paths by which it is told; empty if by a field of records.
    pub globs: Vec<String>,
    /// Ground for personal information in it; empty if none is declared.
    pub pi_basis: String,
    /// Everything else.
    pub declared: Declared,
}

/// What the address of a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// None is given.
    Missing,
    /// It is no address.
    Malformed,
    /// A site as a whole.
    Site,
    /// A page of a site.
    Page,
}

impl Source {
    /// What its address is.
    pub fn address(&self) -> Address {
        let url = self.declared.url.trim();
        let web = url.starts_with("http://") || url.starts_with("https://");
        match url {
            "" => Address::Missing,
            _ if is_page(url) => Address::Page,
            _ if web && url.contains('.') && !url.contains(char::is_whitespace) => Address::Site,
            _ => Address::Malformed,
        }
    }

    /// Whether the credit code of the counterparty has the right check characters (GB 32100);
    /// none if there is no code.
    pub fn credit_code_is_valid(&self) -> Option<bool> {
        let code = self.declared.counterparty_uscc.trim().to_uppercase();
        let check = confirm::named("cn-uscc").expect("it is a confirmation of the program");
        (!code.is_empty()).then(|| {
            let candidate = confirm::Candidate {
                text: &code,
                start: 0,
                end: code.len(),
                compact: code.as_bytes(),
                in_context: true,
                tables: Tables::builtin(),
            };
            (check.confirm)(&candidate).is_some()
        })
    }
}

/// What the records of a run say beside what the log of their source says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// Records that were looked at.
    pub records: u64,
    /// Those with an address.
    pub with_url: u64,
    /// Those whose address is in the log.
    pub logged: u64,
    /// Those whose fetch was not allowed.
    pub disallowed: u64,
}

/// All that is declared of sources, and what there is to prove it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ledger {
    /// As declared, in order.
    pub sources: Vec<Source>,
    /// Every file that is named as evidence.
    pub evidence: Vec<Evidence>,
    /// Collection logs, by source.
    pub logs: BTreeMap<String, CollectionLog>,
    /// Logs joined to records, by source; only of a run with a row for every record.
    pub joined: BTreeMap<String, Joined>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Ledger {
    /// Reads the evidence and logs that `sources` name, and `files` that something else names as
    /// evidence; paths are relative to `base`. What is wrong is among the problems.
    pub fn read(sources: Vec<Source>, files: &[(String, String)], base: &Path) -> Self {
        let mut gathered = Files::default();
        let mut ledger = Self::default();
        for source in &sources {
            gathered.add_source(source, base);
            ledger.read_log(source, base);
            let licences = DeclaredLicence::all(&source.declared);
            let wrong = licences.iter().filter_map(|of| of.problem(&source.id));
            ledger.problems.extend(wrong);
        }
        for (key, path) in files {
            gathered.add(None, key, path, base);
        }
        ledger.evidence = gathered.finish(&mut ledger.problems);
        ledger.sources = sources;
        ledger
    }

    fn read_log(&mut self, source: &Source, base: &Path) {
        let files = &source.declared.collection_log.0;
        if files.is_empty() {
            return;
        }
        let mut log = CollectionLog::default();
        for file in files {
            log.read(&source.id, file, &base.join(file), &mut self.problems);
        }
        log.finish();
        self.logs.insert(source.id.clone(), log);
    }

    /// The declared source of that id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// Evidence that is there for a key of a source (none: of no source), or for a key within it.
    pub fn proof(&self, source: Option<&str>, key: &str) -> Vec<&Evidence> {
        let of = |file: &&Evidence| {
            file.state == EvidenceState::Present
                && file
                    .proves
                    .iter()
                    .any(|(s, k)| s.as_deref() == source && k == key)
        };
        self.evidence.iter().filter(of).collect()
    }

    /// Joins the ledger to a run: files that several sources claim, and logs to records.
    ///
    /// # Errors
    ///
    /// If a table of the run cannot be read.
    pub fn join(&mut self, run: &Run) -> Result<(), RunError> {
        self.find_double_claims(run)?;
        if !self.logs.is_empty() {
            self.join_logs(run)?;
        }
        Ok(())
    }

    fn find_double_claims(&mut self, run: &Run) -> Result<(), RunError> {
        let sets: Vec<GlobSet> = self.sources.iter().map(|s| glob_set(&s.globs)).collect();
        // One problem a pair of sources, with the first file and how many there are.
        let mut claims: BTreeMap<(usize, usize), (String, u64)> = BTreeMap::new();
        for shard in run.shards()? {
            let shard = shard?;
            let claiming: Vec<usize> = (0..sets.len())
                .filter(|at| sets[*at].is_match(&shard.path))
                .collect();
            for pair in claiming.windows(2) {
                let claim = claims
                    .entry((pair[0], pair[1]))
                    .or_insert_with(|| (shard.path.clone(), 0));
                claim.1 += 1;
            }
        }
        for ((first, second), (path, files)) in claims {
            let (first, second) = (&self.sources[first].id, &self.sources[second].id);
            let problem = Problem::odd(
                "double-claim",
                (&path, 0),
                both(
                    format!("与来源 {first} 同时匹配 {files} 个文件,如 {path};按先者计"),
                    format!(
                        "it and source {first} both match {files} files, such as {path}; they are counted with the first"
                    ),
                ),
                both(
                    "缩小其中一个的 match,使每个文件只属于一个来源",
                    "narrow one of the globs, so that every file has one source",
                ),
            );
            self.problems.push(problem.of(Some(second), Some("match")));
        }
        Ok(())
    }

    fn join_logs(&mut self, run: &Run) -> Result<(), RunError> {
        // Without a row for every record it would be said of the few with findings.
        let records = run.records()?;
        if records.total() != run.manifest().totals.records.scanned {
            return Ok(());
        }
        let mut joined: BTreeMap<String, Joined> = BTreeMap::new();
        for record in records {
            let record = record?;
            let Some(log) = self.logs.get(&record.source) else {
                continue;
            };
            let sum = joined.entry(record.source).or_default();
            sum.records += 1;
            if let Some(url) = &record.url {
                sum.with_url += 1;
                if let Some(disallowed) = log.find(url) {
                    sum.logged += 1;
                    sum.disallowed += u64::from(disallowed);
                }
            }
        }
        self.joined = joined;
        Ok(())
    }
}

fn glob_set(globs: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|g| Glob::new(g).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_default()
}
