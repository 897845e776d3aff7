//! `yujian rules import --gitleaks`: rule files of Gitleaks as a pack.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};

use super::args::{Common, ImportArgs};
use super::lexicon::{file_name, today};
use crate::detect::{DetectOptions, Scanner};
use crate::lexicon::{Imported, Remark, gitleaks};
use crate::rules::RuleSet;

/// Reads a rule file, writes it as a pack, and says what was not taken over.
pub fn import(out: &mut impl Write, args: &ImportArgs, common: &Common) -> Result<()> {
    let path = &args.output;
    ensure!(
        path.extension().is_some_and(|end| end == "toml"),
        "{} does not end in .toml; with --gitleaks the output is one rule file (-o rules.toml)",
        path.display()
    );
    let [file] = &*args.files else {
        anyhow::bail!("--gitleaks takes one file at a time: ids of several may be the same");
    };
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let version = today().format("%Y.%m.%d").to_string();
    let imported = gitleaks(&args.name, &version, &file_name(file), &text)?;
    if args.json {
        for remark in &imported.remarks {
            serde_json::to_writer(&mut *out, remark)?;
            writeln!(out)?;
        }
    } else {
        remarks(out, &imported, common)?;
    }
    ensure!(
        imported.rules > 0,
        "none of the {} rules of {} could be imported; what was printed says why",
        imported.given,
        file.display()
    );
    // What is written must load, or nothing is written.
    let rules = RuleSet::from_texts(&[(file_name(path), imported.text.clone())])?;
    Scanner::new(Arc::new(rules), DetectOptions::default())?;
    write(path, &imported.text)?;
    if !args.json {
        let l = |zh, en| common.lang.pick(zh, en);
        writeln!(
            out,
            "{} {} {} {} -> {}",
            l("读入规则", "read"),
            imported.given,
            l("条,写出", "rules, wrote"),
            imported.rules,
            path.display()
        )?;
    }
    Ok(())
}

/// A reader sees the old pack or the new one.
fn write(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn remarks(out: &mut impl Write, imported: &Imported, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    for Remark { rule, kept, what } in &imported.remarks {
        let fate = match (rule, kept) {
            (None, _) => l("文件", "file"),
            (Some(_), true) => l("保留", "kept"),
            (Some(_), false) => l("未导入", "left out"),
        };
        let rule = rule.as_deref().unwrap_or_default();
        writeln!(out, "{fate}  {rule}  {what}")?;
    }
    Ok(())
}
