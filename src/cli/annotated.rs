//! The annotation report that clauses are judged by: made now, or taken up from a file if nothing
//! that it was made of has changed since.

use std::path::Path;

use anyhow::Result;

use super::args::{CacheFolder, Common, RuleFiles};
use super::cache::Cache;
use super::setup::Configured;
use crate::annotation::{AnnotationPolicy, AnnotationReport, CheckInput, check, planned};
use crate::run::Run;
use crate::sources::{Evidence, EvidenceState, Ledger};
use crate::{Complaint, SetupError};

/// What is wrong with a report is mended in one way.
const HINT: &str =
    "run yujian annotation check --format json -o FILE again, or leave --annotation out";

/// The report; none if nothing of annotation is declared. `kept`: a file that
/// `annotation check --format json` wrote.
///
/// # Errors
///
/// A file that is no report, or one that was made of anything else than what is there now.
pub fn report(
    run: &Run,
    configured: &Configured,
    (kept, cache): (Option<&Path>, &CacheFolder),
    ledger: &Ledger,
    common: &Common,
) -> Result<Option<AnnotationReport>> {
    let config = &configured.config.annotation;
    if let Some(path) = kept {
        return Ok(Some(taken_up(path, run, configured, ledger)?));
    }
    if config.is_empty() {
        return Ok(None);
    }
    let texts = configured.rules(&RuleFiles::default())?;
    let scanner = Cache::open(cache).scanner(&texts, common)?;
    Ok(Some(check(&CheckInput {
        config,
        base: configured.base(),
        scanner: Some(&scanner),
        review_passes: configured.config.policy.review_passes,
    })))
}

fn taken_up(
    path: &Path,
    run: &Run,
    configured: &Configured,
    ledger: &Ledger,
) -> Result<AnnotationReport, SetupError> {
    let complaint =
        |line, message: String| Complaint::new(path.display().to_string(), line, message, HINT);
    let text = std::fs::read(path).map_err(|source| SetupError::read(path, source))?;
    let report: AnnotationReport = serde_json::from_slice(&text).map_err(|error| {
        // Its message may quote what stands there.
        let what = format!(
            "is no report of annotation check (column {})",
            error.column()
        );
        SetupError::Complaints(vec![complaint(error.line(), what)])
    })?;
    let mut wrong = Vec::new();
    let config = &configured.config.annotation;
    let now = planned(config, configured.base());
    let mut same = |what: &str, then: &str, now: &str| {
        if then != now {
            wrong.push(complaint(0, format!("{what}: {then:?} then, {now:?} now")));
        }
    };
    same("version of the program", &report.basis.tool, &now.tool);
    same(
        "version of the duties",
        &report.policy,
        &AnnotationPolicy::builtin().version,
    );
    same("[annotation]", &report.basis.config, &now.config);
    if report.scan.scanned {
        same(
            "rules of the run",
            &report.scan.rules,
            &run.manifest().rules.digest,
        );
    }
    let then = |key: &str, path: &str| {
        let mut inputs = report.basis.inputs.iter();
        inputs.find(|input| input.key == key && input.path == path)
    };
    for input in &now.inputs {
        let (key, file) = (&input.key, &input.path);
        match then(key, file) {
            None => wrong.push(complaint(0, format!("{file} ({key}) is new"))),
            Some(then) if then.digest != digest_now(ledger, file) => {
                wrong.push(complaint(0, format!("{file} ({key}) has changed")));
            }
            Some(_) => {}
        }
    }
    let gone = report.basis.inputs.iter().filter(|then| {
        let mut inputs = now.inputs.iter();
        !inputs.any(|now| now.key == then.key && now.path == then.path)
    });
    wrong.extend(gone.map(|then| complaint(0, format!("{} ({}) is gone", then.path, then.key))));
    if wrong.is_empty() {
        return Ok(report);
    }
    Err(SetupError::Complaints(wrong))
}

/// Digest of a file as the ledger has just read it; none if it cannot be read.
fn digest_now(ledger: &Ledger, path: &str) -> Option<String> {
    let file: &Evidence = ledger.evidence.iter().find(|file| file.path == path)?;
    match file.state {
        EvidenceState::Present => Some(file.digest.clone()),
        EvidenceState::Empty => Some(blake3::hash(b"").to_hex().to_string()),
        EvidenceState::Missing | EvidenceState::Unreadable => None,
    }
}
