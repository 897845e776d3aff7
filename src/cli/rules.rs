//! `yujian rules`: list, show, check, try; the rest is in [`lexicon`].

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::args::{Common, ConfigFile, RuleFiles, RulesCommand};
use super::setup::Configured;
use super::{Outcome, lexicon, licence};
use crate::detect::pii::confirm;
use crate::detect::rights;
use crate::detect::{DetectOptions, Scanner, Scratch, prove};
use crate::origins::Signals;
use crate::rules::RuleSet;
use crate::rules::syntax::RuleSpec;

/// Runs the command.
pub fn run(command: &RulesCommand, common: &Common) -> Result<Outcome> {
    let mut out = anstream::stdout().lock();
    match command {
        RulesCommand::List {
            confirmations: true,
            ..
        } => {
            let of_values = confirm::all().map(|named| (named.name, named.what));
            let of_marks = rights::confirm::all().map(|named| (named.name, named.what));
            for (name, what) in of_values.chain(of_marks) {
                writeln!(out, "{name}\t{what}")?;
            }
        }
        RulesCommand::List { rules, json, .. } => {
            let set = load(rules)?;
            for (rule, info) in set.rules().iter().zip(set.infos()) {
                if *json {
                    serde_json::to_writer(&mut out, info)?;
                    writeln!(out)?;
                } else {
                    let risk = info.risk.as_deref().unwrap_or("-");
                    let title = common.lang.of(&rule.title);
                    writeln!(
                        out,
                        "{}\t{risk}\t{}\t{title}",
                        info.id,
                        info.severity.as_str()
                    )?;
                }
            }
        }
        RulesCommand::Show { id, rules } => {
            let set = load(rules)?;
            let shown = set
                .rules()
                .iter()
                .filter(|r| r.id.get_ref().starts_with(id.as_str()));
            let mut any = false;
            for rule in shown {
                any = true;
                show(&mut out, rule, common)?;
            }
            anyhow::ensure!(
                any,
                "no rule id begins with `{id}`\n  hint: yujian rules list"
            );
        }
        RulesCommand::Check { paths } => return check(&mut out, paths),
        RulesCommand::Import(args) if args.gitleaks => {
            super::gitleaks::import(&mut out, args, common)?
        }
        RulesCommand::Import(args) => lexicon::import(&mut out, args, common)?,
        RulesCommand::Export { output, rules } => {
            lexicon::export(&mut out, output, &*load(rules)?, common)?;
        }
        RulesCommand::Audit { rules, json } => {
            let set = load(rules)?;
            return lexicon::audit(&mut out, &set, &rules.rule_paths, *json, common);
        }
        RulesCommand::Try {
            text,
            rules,
            key,
            url,
            config,
        } => try_text(&mut out, text, (rules, config), (key, url), common)?,
    }
    Ok(Outcome::Passed)
}

fn load(files: &RuleFiles) -> Result<Arc<RuleSet>> {
    Ok(Arc::new(RuleSet::load(
        !files.no_builtin,
        &files.rule_paths,
    )?))
}

fn check(out: &mut impl std::io::Write, paths: &[PathBuf]) -> Result<Outcome> {
    // Shared word sets and phrases are built in, so user files are checked on top of them.
    let set = Arc::new(RuleSet::load(true, paths)?);
    let scanner = Scanner::new(set.clone(), DetectOptions::default())?;
    let failures = prove(&scanner);
    for failure in &failures {
        writeln!(out, "{failure}")?;
    }
    let terms: usize = set.rules().iter().map(|r| r.terms.len()).sum();
    let words: usize = set
        .rules()
        .iter()
        .flat_map(|r| r.all_of.first())
        .map(Vec::len)
        .sum();
    let combinations = set.rules().iter().filter(|r| !r.all_of.is_empty()).count();
    let examples: usize = set
        .rules()
        .iter()
        .map(|r| {
            let of_text = r.examples.len() + r.near_misses.len();
            of_text + r.origin_examples.len() + r.origin_near_misses.len()
        })
        .sum();
    writeln!(
        out,
        "{} packs, {} rules: {terms} terms, {combinations} combinations ({words} leading words), {examples} examples, {} failed",
        set.packs().len(),
        set.rules().len(),
        failures.len()
    )?;
    Ok(if failures.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Unfinished
    })
}

fn show(out: &mut impl std::io::Write, rule: &RuleSpec, common: &Common) -> Result<()> {
    let line = |out: &mut dyn std::io::Write, name: &str, value: &str| -> std::io::Result<()> {
        if value.is_empty() {
            Ok(())
        } else {
            writeln!(out, "  {name}: {value}")
        }
    };
    writeln!(
        out,
        "{}  {}",
        rule.id.get_ref(),
        common.lang.of(&rule.title)
    )?;
    line(out, "risk", rule.risk.as_deref().unwrap_or_default())?;
    line(
        out,
        "ecology",
        &rule.ecology.clone().unwrap_or_default().join(" "),
    )?;
    line(out, "entity", rule.entity.as_deref().unwrap_or_default())?;
    line(out, "severity", rule.severity.as_str())?;
    line(out, "source", rule.source.as_deref().unwrap_or_default())?;
    line(out, "terms", &rule.terms.join(" | "))?;
    for group in &rule.all_of {
        line(out, "all of", &group.join(" | "))?;
    }
    line(out, "pattern", rule.pattern.as_deref().unwrap_or_default())?;
    line(out, "confirm", &rule.confirm.join(" "))?;
    line(out, "context", &rule.context.join(" | "))?;
    line(out, "allow", &rule.allow.join(" | "))?;
    line(out, "examples", &rule.examples.join(" / "))?;
    line(out, "near misses", &rule.near_misses.join(" / "))?;
    Ok(())
}

fn try_text(
    out: &mut impl std::io::Write,
    text: &str,
    (files, config): (&RuleFiles, &ConfigFile),
    (key, url): (&str, &str),
    common: &Common,
) -> Result<()> {
    let mut input = String::new();
    let text = if text == "-" {
        std::io::stdin()
            .read_to_string(&mut input)
            .context("cannot read standard input")?;
        &input
    } else {
        text
    };
    let scanner = Scanner::new(load(files)?, DetectOptions::default())?;
    let scanner = match (&config.path, url) {
        (None, "") => scanner,
        _ => {
            scanner.with_origins(Configured::find(config, &[PathBuf::from(".")])?.origins(common)?)
        }
    };
    let mut scratch = Scratch::default();
    let mut record = scanner.record(&mut scratch);
    record.field(key, key, text);
    record.origin(Some(url), &Signals::default());
    let found = record.finish();
    for finding in &found.findings {
        let info = scanner.rules().info(finding.rule);
        writeln!(out, "{}  {}", info.id, common.lang.of(&info.title))?;
        writeln!(
            out,
            "  bytes {}..{}  confidence {:.2} ({})  {}",
            finding.span.start,
            finding.span.end,
            finding.confidence.fraction(),
            finding.reasons,
            finding.excerpt
        )?;
        if !finding.folds.is_empty() {
            writeln!(out, "  folds: {}", finding.folds)?;
        }
        if info.entity.as_deref() == Some(licence::ENTITY) {
            for line in licence::lines(&finding.details, common.lang) {
                writeln!(out, "  {line}")?;
            }
        } else {
            for (name, value) in finding.details.iter() {
                writeln!(out, "  {name}: {value}")?;
            }
        }
        if let Some(reason) = &finding.suppressed_by {
            writeln!(out, "  suppressed: {reason}")?;
        }
    }
    if found.findings.is_empty() {
        writeln!(out, "{}", common.lang.pick("没有发现", "nothing found"))?;
    }
    Ok(())
}
