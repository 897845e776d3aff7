//! `yujian annotation`: `init` and `check`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use super::Outcome;
use super::args::{AnnotationCheckArgs, AnnotationCommand, AnnotationFormat, Common};
use super::cache::Cache;
use super::save::{can_be_saved, save};
use super::setup::Configured;
use super::table::{align_right, table};
use crate::SetupError;
use crate::annotation::{
    AnnotationCheck, AnnotationReport, CheckInput, Estimate, Gravity, check, init,
};
use crate::config::FILE_NAME;
use crate::report;

/// Ids of a check that the table shows.
const IDS_SHOWN: usize = 3;

/// Runs the command.
pub fn run(command: &AnnotationCommand, common: &Common) -> Result<Outcome> {
    match command {
        AnnotationCommand::Init { folder } => write(folder, common),
        AnnotationCommand::Check(args) => judge(args, common),
    }
}

fn write(folder: &Path, common: &Common) -> Result<Outcome> {
    let mut out = anstream::stdout().lock();
    for path in init(folder)? {
        writeln!(out, "{}", path.display())?;
    }
    if !common.quiet {
        writeln!(
            out,
            "{}",
            common.lang.pick(
                "填好后在 yujian.toml 写 [annotation](见 README.md),再运行 yujian annotation check",
                "fill them in, write [annotation] in yujian.toml (see README.md), then run yujian annotation check"
            )
        )?;
    }
    Ok(Outcome::Passed)
}

fn judge(args: &AnnotationCheckArgs, common: &Common) -> Result<Outcome> {
    if let Some(path) = &args.output {
        if args.format == AnnotationFormat::Table {
            return Err(SetupError::other(
                "-o keeps no table",
                "add --format json or --format markdown",
            )
            .into());
        }
        can_be_saved(path, args.force)?;
    }
    let configured = Configured::find(&args.config, &[PathBuf::from(".")])?;
    let config = &configured.config.annotation;
    if config.is_empty() {
        let file = configured.file.as_deref().unwrap_or(Path::new(FILE_NAME));
        return Err(SetupError::other(
            format!("{}: there is no [annotation]", file.display()),
            "yujian annotation init DIR writes templates, and a README.md that shows the configuration",
        )
        .into());
    }
    let scanner = match args.no_scan {
        true => None,
        false => Some(Cache::open(&args.cache).scanner(&configured.rules(&args.rules)?, common)?),
    };
    let report = check(&CheckInput {
        config,
        base: configured.base(),
        scanner: scanner.as_ref(),
        review_passes: configured.config.policy.review_passes,
    });
    let text = match args.format {
        AnnotationFormat::Table => None,
        AnnotationFormat::Json => Some(serde_json::to_string_pretty(&report)? + "\n"),
        AnnotationFormat::Markdown => Some(report::annotation(&report, common.lang.into())),
    };
    match (text, &args.output) {
        (Some(text), Some(path)) => save(path, text.as_bytes(), args.force)?,
        (Some(text), None) => anstream::stdout().lock().write_all(text.as_bytes())?,
        (None, _) if common.quiet => {}
        (None, _) => print(&report, common)?,
    }
    Ok(match (report.whole, report.passed) {
        (false, _) => Outcome::Unfinished,
        (true, true) => Outcome::Passed,
        (true, false) => Outcome::Failed,
    })
}

fn print(report: &AnnotationReport, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut out = anstream::stdout().lock();
    files(&mut out, report, common)?;
    let mut checks = table(&[
        l("条款", "clause"),
        l("要求", "duty"),
        l("结论", "state"),
        l("说明", "reason"),
    ]);
    for check in &report.checks {
        checks.add_row([
            check.duty.clause.clone(),
            l(&check.duty.zh, &check.duty.en).to_owned(),
            l(check.state.zh(), check.state.en()).to_owned(),
            reason(check, common),
        ]);
    }
    writeln!(out, "{checks}")?;
    agreement(&mut out, report, common)?;
    problems(&mut out, report, common)?;
    let color = |c: AnsiColor| Style::new().fg_color(Some(c.into())).bold();
    let (style, word) = match (report.whole, report.passed) {
        (false, _) => (
            color(AnsiColor::Red),
            l(
                "未完成:有内容未能读取",
                "unfinished: not everything could be read",
            ),
        ),
        (true, true) => (color(AnsiColor::Green), l("通过", "passed")),
        (true, false) => (color(AnsiColor::Red), l("不通过", "not passed")),
    };
    let head = l("标注检查", "annotation");
    writeln!(out, "{head} ({}): {style}{word}{style:#}", report.policy)?;
    Ok(())
}

/// The reason, and the first ids.
fn reason(check: &AnnotationCheck, common: &Common) -> String {
    let mut text = common.lang.of(&check.reason).to_owned();
    for id in check.offending.first.iter().take(IDS_SHOWN) {
        text.push_str("\n· ");
        text.push_str(id);
    }
    let more = check.offending.count.saturating_sub(IDS_SHOWN as u64);
    if more > 0 {
        text.push_str(&format!(
            "\n… {more} {}",
            common.lang.pick("处更多", "more")
        ));
    }
    text
}

fn files(out: &mut impl std::io::Write, report: &AnnotationReport, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut rows = table(&[
        l("记录文件", "records"),
        l("格式", "form"),
        l("标注", "annotations"),
        l("放弃", "given up"),
    ]);
    for file in &report.files {
        rows.add_row([
            file.path.clone(),
            file.form.map_or("?", |form| form.as_str()).to_owned(),
            file.entries.to_string(),
            file.cancelled.to_string(),
        ]);
    }
    align_right(&mut rows, 2..4);
    writeln!(out, "{rows}")?;
    if let Some(ratio) = report.figures.verified_ratio {
        writeln!(
            out,
            "{} {}, {} {:.2}% (FIL-14)",
            l("人工核验", "verified by people:"),
            report.figures.verified,
            l("占标注的", "of all annotations:"),
            ratio * 100.0
        )?;
    }
    Ok(())
}

fn agreement(
    out: &mut impl std::io::Write,
    report: &AnnotationReport,
    common: &Common,
) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let Some(overall) = &report.agreement.overall else {
        return Ok(());
    };
    let mut rows = table(&[
        l("一致性", "agreement"),
        l("条目", "items"),
        l("一致比例", "observed"),
        "α",
        "Fleiss κ",
    ]);
    let all = std::iter::once((l("全部", "all").to_owned(), overall));
    let by_type = report.agreement.by_task_type.iter();
    let by_risk = report
        .agreement
        .by_risk
        .iter()
        .map(|(code, found)| (code.clone().into_owned(), found));
    let by_type = by_type.map(|(name, found)| (name.clone(), found));
    for (name, found) in all.chain(by_type).chain(by_risk) {
        rows.add_row([
            name,
            found.items.to_string(),
            format!("{:.1}%", found.observed * 100.0),
            estimate(&found.alpha),
            found
                .fleiss
                .as_ref()
                .map_or("·".to_owned(), |fleiss| estimate(&fleiss.kappa)),
        ]);
    }
    align_right(&mut rows, 1..5);
    writeln!(out, "{rows}")?;
    Ok(())
}

fn estimate(estimate: &Estimate) -> String {
    match (estimate.value, estimate.interval) {
        (Some(value), Some((low, high))) => format!("{value:.3} ({low:.3}–{high:.3})"),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => "·".to_owned(),
    }
}

fn problems(
    out: &mut impl std::io::Write,
    report: &AnnotationReport,
    common: &Common,
) -> Result<()> {
    let problems = &report.problems;
    let l = |zh, en| common.lang.pick(zh, en);
    for problem in &problems.first {
        let color = match problem.gravity {
            Gravity::Unread => AnsiColor::Red,
            Gravity::Odd => AnsiColor::Yellow,
        };
        let style = Style::new().fg_color(Some(color.into())).bold();
        let place = problem.place();
        writeln!(
            out,
            "{style}{}{style:#} {place}: {}\n  {}: {}",
            problem.name,
            common.lang.of(&problem.what),
            l("处理", "hint"),
            common.lang.of(&problem.hint)
        )?;
    }
    if problems.more() > 0 {
        writeln!(
            out,
            "… {} {}",
            problems.more(),
            l("个更多问题", "more problems")
        )?;
    }
    Ok(())
}
