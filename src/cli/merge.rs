//! `yujian merge`: runs over parts of a corpus become one.

use std::time::{Instant, SystemTime};

use anyhow::Result;
use indicatif::HumanCount;

use super::Outcome;
use super::args::{Common, MergeArgs};
use super::language::Language;
use super::scan::environment;
use crate::run::{SignKey, merge, sign};

/// Runs the command.
pub fn run(args: &MergeArgs, common: &Common) -> Result<Outcome> {
    let key = args.sign.as_deref().map(SignKey::read).transpose()?;
    let began = (SystemTime::now(), Instant::now());
    let manifest = merge(&args.runs, &args.output, &|| environment(began, 1, false))?;
    if let Some(key) = &key {
        sign(&args.output, key)?;
    }
    if !common.quiet {
        let (runs, output) = (args.runs.len(), args.output.display());
        let files = HumanCount(manifest.totals.files.total());
        let records = HumanCount(manifest.totals.records.total());
        let findings = HumanCount(manifest.totals.findings.kept);
        match common.lang {
            Language::Zh => anstream::println!(
                "{runs} 次运行合并为 {output}: {files} 个文件,{records} 条记录,{findings} 条发现"
            ),
            Language::En => anstream::println!(
                "{runs} runs became {output}: {files} files, {records} records, {findings} findings"
            ),
        }
    }
    Ok(if manifest.coverage.whole {
        Outcome::Passed
    } else {
        Outcome::Unfinished
    })
}
