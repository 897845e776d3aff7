//! `yujian rules import`, `export` and `audit`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::NaiveDate;

use super::Outcome;
use super::args::{Common, ImportArgs};
use super::table::{align_right, table};
use crate::SetupError;
use crate::judge::{KeywordPolicy, State, releases};
use crate::lexicon::{self, Categories, Columns, Entry, Linted};
use crate::rules::RuleSet;

/// Days on which a lexicon was released, beside its packs.
const LOG: &str = "releases.csv";
/// Remarks of one kind that are printed; all are counted.
const SHOWN: usize = 5;

/// Reads lists, judges every word, writes packs.
pub fn import(out: &mut impl Write, args: &ImportArgs, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let policy = KeywordPolicy::builtin();
    let entries = entries(args)?;
    let count = entries.len();
    let sample = args.sample.as_deref().map(documents).transpose()?;
    let linted = lexicon::lint(
        entries,
        sample.as_deref().unwrap_or_default(),
        args.ordinary,
        policy.longest(),
    );
    let today = today();
    let names: Vec<String> = args.files.iter().map(|file| file_name(file)).collect();
    let version = today.format("%Y.%m.%d").to_string();
    let packs = lexicon::packs(&args.name, &version, &names.join("; "), &linted.kept);
    // What is written must load, or nothing is written.
    let mut texts = packs.clone();
    texts.sort();
    if !texts.is_empty() {
        RuleSet::from_texts(&texts)?;
    }
    write_packs(args, &packs)?;
    log_release(&args.output.join(LOG), today, &linted, &packs)?;
    if args.json {
        for lint in &linted.lints {
            serde_json::to_writer(&mut *out, lint)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    summary(out, &linted, common)?;
    let combinations = linted
        .kept
        .iter()
        .filter(|kept| kept.words.len() > 1)
        .count();
    writeln!(
        out,
        "{} {count} {} {} {} {combinations}{} {} {} -> {}",
        l("读入", "read"),
        l("条,保留", "entries, kept"),
        linted.kept.len(),
        l("条(组合", "(combinations"),
        l("),写出", "), wrote"),
        packs.len(),
        l("个规则包", "packs"),
        args.output.display()
    )?;
    Ok(())
}

/// Every entry with its file and code; all that have none are one error.
fn entries(args: &ImportArgs) -> Result<Vec<(String, Entry, String)>> {
    let categories = Categories::new(&args.maps, args.risk.as_deref())?;
    let columns = Columns {
        word: args.word_column.clone(),
        category: args.category_column.clone(),
    };
    let mut entries = Vec::new();
    let mut unknown: BTreeMap<(String, String), usize> = BTreeMap::new();
    for path in &args.files {
        let file = file_name(path);
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for entry in lexicon::read(path, &columns)? {
            let category = entry.category.clone().unwrap_or_else(|| stem.clone());
            match categories.code(&category) {
                Some(code) => entries.push((file.clone(), entry, code.to_owned())),
                None => {
                    unknown
                        .entry((path.display().to_string(), category))
                        .or_insert(entry.line);
                }
            }
        }
    }
    if unknown.is_empty() {
        return Ok(entries);
    }
    let complaints = unknown.into_iter().map(|((file, category), line)| {
        crate::Complaint::new(
            file,
            line,
            format!("nobody knows the category `{category}`"),
            format!("--map '{category}=A.1.h', or --risk CODE for all that have none"),
        )
    });
    Err(SetupError::Complaints(complaints.collect()).into())
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The documents of a sample: lines of text, or all strings of the records of a jsonl file.
fn documents(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the sample {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines
        .map(|line| match serde_json::from_str(line) {
            Ok(value @ serde_json::Value::Object(_)) => {
                let mut all = String::new();
                strings(&value, &mut all);
                all
            }
            _ => line.to_owned(),
        })
        .collect())
}

fn strings(value: &serde_json::Value, all: &mut String) {
    match value {
        serde_json::Value::String(text) => {
            all.push_str(text);
            all.push('\n');
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| strings(value, all)),
        serde_json::Value::Object(object) => object.values().for_each(|value| strings(value, all)),
        _ => {}
    }
}

/// Writes the packs; those of an earlier import under the same name go.
fn write_packs(args: &ImportArgs, packs: &[(String, String)]) -> Result<()> {
    let folder = &args.output;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, text) in packs {
        // A reader sees the old pack or the new one, and an interrupted import loses none.
        let path = folder.join(name);
        let beside = folder.join(format!(".{name}.new"));
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let old = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in old {
        let path = entry?.path();
        let name = file_name(&path);
        let ours = name.starts_with(&format!("{}.A.", args.name)) && name.ends_with(".toml");
        if ours && !packs.iter().any(|(new, _)| *new == name) {
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Notes a release if the words are others than those of the last one.
fn log_release(
    path: &Path,
    today: NaiveDate,
    linted: &Linted,
    packs: &[(String, String)],
) -> Result<()> {
    let mut hasher = blake3::Hasher::new();
    for (name, text) in packs {
        hasher.update(name.as_bytes());
        // The date of the pack is no part of what it says.
        text.lines()
            .filter(|line| !line.starts_with("version = "))
            .for_each(|line| {
                hasher.update(line.as_bytes());
            });
    }
    let digest = hasher.finalize().to_hex();
    let mut log = match std::fs::read_to_string(path) {
        Ok(log) => log,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            "date,keywords,digest\n".to_owned()
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    let last = log.lines().last().unwrap_or_default();
    if !last.ends_with(digest.as_str()) {
        log.push_str(&format!("{today},{},{digest}\n", linted.kept.len()));
        std::fs::write(path, log).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, linted: &Linted, common: &Common) -> Result<()> {
    let mut kinds: BTreeMap<&str, Vec<&lexicon::Lint>> = BTreeMap::new();
    for lint in &linted.lints {
        kinds.entry(lint.reason.name()).or_default().push(lint);
    }
    for lints in kinds.values() {
        let reason = &lints[0].reason;
        let fate = match reason.leaves_out() {
            true => common.lang.pick("已剔除", "left out"),
            false => common.lang.pick("保留", "kept"),
        };
        writeln!(out, "{} {} ({fate})", lints.len(), said(reason, common))?;
        for lint in lints.iter().take(SHOWN) {
            writeln!(
                out,
                "  {}:{}  {}{}",
                lint.file,
                lint.line,
                lint.word,
                detail(&lint.reason)
            )?;
        }
    }
    Ok(())
}

fn said(reason: &lexicon::Reason, common: &Common) -> &'static str {
    use lexicon::Reason::{Covered, Duplicate, Ordinary, TooBroad, TooLong};
    let (zh, en) = match reason {
        TooBroad { .. } => ("条过宽", "too broad"),
        Duplicate { .. } => ("条折叠后重复", "the same as another once folded"),
        Ordinary { .. } => ("条是常用词", "ordinary words"),
        Covered { .. } => ("条被更短的词覆盖", "covered by a shorter word"),
        TooLong { .. } => ("条过长", "longer than a keyword should be"),
    };
    common.lang.pick(zh, en)
}

fn detail(reason: &lexicon::Reason) -> String {
    use lexicon::Reason::{Covered, Duplicate, Ordinary, TooBroad, TooLong};
    match reason {
        TooBroad { why } => format!("  ({why})"),
        Duplicate { of } => format!("  (= {of})"),
        Ordinary { share } => format!("  ({:.1} %)", share * 100.0),
        Covered { by } => format!("  (> {by})"),
        TooLong {
            han_characters,
            words,
        } => format!("  ({han_characters} + {words})"),
    }
}

/// Writes the table.
pub fn export(out: &mut impl Write, path: &Path, rules: &RuleSet, common: &Common) -> Result<()> {
    let rows = lexicon::rows(rules);
    lexicon::write(path, &KeywordPolicy::builtin().columns(), &rows)?;
    writeln!(
        out,
        "{} {} -> {}",
        rows.len(),
        common.lang.pick("个关键词", "keywords"),
        path.display()
    )?;
    Ok(())
}

/// Days on which the packs in `paths` were released, from the logs beside them.
pub fn release_days(paths: &[PathBuf]) -> Result<Vec<NaiveDate>> {
    let mut days = Vec::new();
    for path in paths {
        let log = path.join(LOG);
        if path.is_dir() && log.exists() {
            let text = std::fs::read_to_string(&log)
                .with_context(|| format!("cannot read {}", log.display()))?;
            days.extend(releases(&text));
        }
    }
    Ok(days)
}

/// Prints the audit; passes if every duty is met or left to a person.
pub fn audit(
    out: &mut impl Write,
    rules: &RuleSet,
    paths: &[PathBuf],
    json: bool,
    common: &Common,
) -> Result<Outcome> {
    let l = |zh, en| common.lang.pick(zh, en);
    let audit = KeywordPolicy::builtin().audit(rules, &release_days(paths)?, today());
    let failed = audit
        .checks
        .iter()
        .any(|check| check.state == State::NonCompliant);
    let outcome = if failed {
        Outcome::Failed
    } else {
        Outcome::Passed
    };
    if json {
        serde_json::to_writer_pretty(&mut *out, &audit)?;
        writeln!(out)?;
        return Ok(outcome);
    }
    let mut counts = table(&[
        l("风险", "risk"),
        l("名称", "title"),
        l("去重后", "different"),
        l("要求", "wanted"),
        l("缺", "missing"),
    ]);
    for risk in audit
        .risks
        .iter()
        .filter(|risk| risk.unique > 0 || risk.at_least.is_some())
    {
        counts.add_row([
            risk.code.clone(),
            common.lang.of(&risk.title).to_owned(),
            risk.unique.to_string(),
            risk.at_least
                .map_or_else(|| "·".to_owned(), |n| n.to_string()),
            risk.missing.to_string(),
        ]);
    }
    align_right(&mut counts, 2..5);
    writeln!(out, "{counts}")?;
    let mut checks = table(&[
        l("条款", "clause"),
        l("要求", "duty"),
        l("结论", "state"),
        l("说明", "finding"),
    ]);
    for check in &audit.checks {
        checks.add_row([
            check.clause.as_str(),
            common.lang.of(&check.title),
            common.lang.pick(check.state.zh(), check.state.en()),
            common.lang.of(&check.finding),
        ]);
    }
    writeln!(out, "{checks}")?;
    Ok(outcome)
}

/// The day it is, in the time zone of the duties.
pub(super) fn today() -> NaiveDate {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    day_in_china(i64::try_from(seconds).unwrap_or_default())
}

/// The day of a moment, in seconds since 1970, in the time zone of the duties.
pub fn day_in_china(seconds: i64) -> NaiveDate {
    const AHEAD: i64 = 8 * 3600;
    let moment = chrono::DateTime::from_timestamp(seconds.saturating_add(AHEAD), 0);
    moment.unwrap_or_default().date_naive()
}
