//! `yujian report`: the summary of a run, or the documents of a filing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::args::{Common, ReportArgs, ReportForm};
use super::clauses::{Judging, judged};
use super::save::{can_be_saved, save};
use super::setup::Configured;
use super::{Outcome, gate};
use crate::annotation::RuleText;
use crate::report::docx::Template;
use crate::report::filing::{self, Filed, Material};
use crate::report::html;
use crate::report::model::{FORMAT, Input, Report};
use crate::report::{ReportLanguage, Summary};
use crate::run::{Holders, Run};

/// Files of the summary.
const SUMMARY: [&str; 2] = ["summary.json", "summary.md"];
/// A larger file is no letterhead.
const LARGEST_TEMPLATE: u64 = 64 << 20;

/// Runs the command.
pub fn run(args: &ReportArgs, common: &Common) -> Result<Outcome> {
    let run = Run::open_unchanged(&args.run)?;
    let configured = Configured::find(&args.config, &[PathBuf::from(".")])?;
    let language = ReportLanguage::from(common.lang);
    match (&args.output, args.format) {
        (Some(folder), None) => check_target(folder)?,
        (Some(file), Some(_)) => can_be_saved(file, args.force)?,
        (None, _) => {}
    }
    // Without a form a folder gets everything, and standard output the summary.
    let form = match (args.format, &args.output) {
        (None, None) => Some(ReportForm::Markdown),
        (form, _) => form,
    };
    let facts = match form {
        None | Some(ReportForm::Html) => Some(html::Facts::of(&run)?),
        Some(ReportForm::Markdown | ReportForm::Json) => None,
    };
    let holders = match &facts {
        Some(facts) => facts.holders.clone(),
        None => Holders::of(&run)?,
    };
    let summary = summary(&run, &configured, &holders)?;
    if form == Some(ReportForm::Markdown) {
        let text = summary.markdown(language);
        deliver(args, text.as_bytes())?;
        return Ok(Outcome::Passed);
    }
    let template = args.template.as_deref().map(template).transpose()?;
    let judging = Judging {
        as_of: args.as_of,
        annotation: args.annotation.as_deref(),
        before: args.before.as_deref(),
        verdicts: args.verdicts.as_deref(),
        cache: &args.cache,
    };
    let judged = judged(&run, &configured, &judging, common)?;
    let config = &configured.config;
    let keywords = judged.keywords.as_ref();
    let testbank = judged.testbank.as_ref();
    let report = Report::new(&Input {
        run: &run,
        ledger: &judged.ledger,
        problems: &judged.problems(),
        matrix: &judged.matrix,
        annotation: judged.annotation.as_ref(),
        reviewed: judged.reviewed.as_ref(),
        annotation_rules: &RuleText::all(&config.annotation, configured.base()),
        keywords: keywords.map(|keywords| &keywords.audit),
        releases: keywords.map_or(&[], |keywords| &keywords.releases),
        testbank: testbank.map(|(_, audit)| audit),
        holders: &summary.holders,
        statements: &config.statement,
        model: &config.model,
        before: judged.before.as_ref().map(|(of, rules)| (of, &**rules)),
    })?;
    let Some(facts) = facts else {
        deliver(args, &report.json())?;
        return Ok(Outcome::Passed);
    };
    let Some(folder) = args.output.as_ref().filter(|_| form.is_none()) else {
        deliver(args, &html::page(&report, &facts, language))?;
        if let (Some(file), false) = (&args.output, common.quiet) {
            told(file, &report, common);
        }
        return Ok(Outcome::Passed);
    };
    let material = Material {
        rules: keywords.map(|keywords| &keywords.rules),
        testbank: testbank.map(|(bank, _)| bank),
        template: template.as_ref(),
    };
    let mut files = filing::files(&report, &material, language)?;
    files.push((html::NAME.to_owned(), html::page(&report, &facts, language)));
    let json = serde_json::to_string_pretty(&summary)? + "\n";
    let texts = [json, summary.markdown(language)];
    files.extend((SUMMARY.into_iter().zip(texts)).map(|(n, t)| (n.to_owned(), t.into_bytes())));
    write(folder, &files)?;
    if !common.quiet {
        for (name, _) in &files {
            anstream::println!("{}", folder.join(name).display());
        }
        told(folder, &report, common);
    }
    Ok(Outcome::Passed)
}

/// Writes to the file that was named, or to standard output as it is.
fn deliver(args: &ReportArgs, bytes: &[u8]) -> Result<()> {
    match &args.output {
        Some(file) => save(file, bytes, args.force),
        None => Ok(std::io::stdout().lock().write_all(bytes)?),
    }
}

/// Says what was written.
fn told(path: &Path, report: &Report, common: &Common) {
    if path.is_file() {
        anstream::println!("{}", path.display());
    }
    let word = common.lang.pick("报告摘要", "report");
    anstream::println!("{word}: {}", report.digest());
}

fn summary(run: &Run, configured: &Configured, holders: &Holders) -> Result<Summary> {
    let verdict = gate::verdict(run, &configured.config)?;
    let (tally, rules) = (run.tally()?, run.rules()?);
    Ok(Summary::new(
        run.manifest(),
        &tally,
        &rules,
        holders,
        verdict,
    ))
}

fn template(path: &Path) -> Result<Template> {
    let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if about.len() > LARGEST_TEMPLATE {
        bail!(
            "{}: {} bytes are more than a letterhead has; take out what is none",
            path.display(),
            about.len()
        );
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Template::read(&bytes).with_context(|| format!("{} cannot be a template", path.display()))
}

/// What stands in the way of writing a package there, told before anything is judged: a file of
/// that name, or a folder with anything in it that this command did not write.
fn check_target(folder: &Path) -> Result<()> {
    let Ok(about) = fs::symlink_metadata(folder) else {
        return Ok(());
    };
    if !about.is_dir() {
        bail!(
            "{} is there and is no folder; choose another -o",
            folder.display()
        );
    }
    let mut known = filing::names();
    known.extend(SUMMARY.map(str::to_owned));
    let mut strange = Vec::new();
    let mut any = false;
    for (at, entry) in entries(folder)? {
        any = true;
        let inner = if at == filing::ENGLISH {
            entries(&entry)?
        } else {
            Vec::new()
        };
        let names = match at == filing::ENGLISH {
            true => inner
                .iter()
                .map(|(name, _)| format!("{at}/{name}"))
                .collect(),
            false => vec![at],
        };
        strange.extend(names.into_iter().filter(|name| !known.contains(name)));
    }
    let ours = || {
        let text = fs::read_to_string(folder.join("report.json")).unwrap_or_default();
        text.get(..200).unwrap_or(&text).contains(FORMAT)
    };
    if any && !strange.is_empty() {
        strange.sort();
        let more = strange.len().saturating_sub(5);
        strange.truncate(5);
        let list: Vec<String> = strange
            .iter()
            .map(|s| s.escape_debug().to_string())
            .collect();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        bail!(
            "{} holds what this command did not write: {}{more}; choose another -o",
            folder.display(),
            list.join(", ")
        );
    }
    if any && !ours() {
        bail!(
            "{} is not empty and holds no report.json of this command; choose another -o",
            folder.display()
        );
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed = || format!("cannot read {}", folder.display());
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        all.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    Ok(all)
}

/// Writes the package whole or not at all: into a fresh folder beside its name, which then takes
/// the place of an older package.
fn write(folder: &Path, files: &[Filed]) -> Result<()> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = || format!("cannot write {}", folder.display());
    fs::create_dir_all(parent).with_context(failed)?;
    let fresh = tempfile::Builder::new()
        .prefix(".yujian-report-")
        .tempdir_in(parent)
        .with_context(failed)?;
    // Made for nobody but us; the package has the mode that any folder would have.
    let whole = fresh.path().join("package");
    fs::create_dir(&whole).with_context(failed)?;
    for (name, bytes) in files {
        let path = whole.join(name);
        if let Some(inner) = path.parent() {
            fs::create_dir_all(inner).with_context(failed)?;
        }
        fs::write(&path, bytes).with_context(failed)?;
    }
    let old = fresh.path().join("old");
    let replaced = folder.symlink_metadata().is_ok();
    if replaced {
        fs::rename(folder, &old).with_context(failed)?;
    }
    if let Err(error) = fs::rename(&whole, folder) {
        if replaced {
            fs::rename(&old, folder).with_context(failed)?;
        }
        return Err(error).with_context(failed);
    }
    Ok(())
}
