//! Tables for people: what will be read, what was found, what the verdict is.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use indicatif::{HumanBytes, HumanCount};

use super::args::Common;
use crate::corpus::{Fate, Shard};
use crate::detect::Scanner;
use crate::judge::{State, Verdict};
use crate::report::{GROUPS, SourceSummary, TokenSummary};
use crate::rules::RuleSet;
use crate::run::{Manifest, Run};
use crate::scan::Amount;

pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.iter().copied());
    table
}

pub fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// What would be read, with which rules.
pub fn dry_run(shards: &[Shard], rules: &RuleSet, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut rows = table(&[
        l("文件", "file"),
        l("来源", "source"),
        l("字节", "bytes"),
        l("处理", "what happens"),
    ]);
    let (mut read, mut bytes) = (0u64, 0u64);
    for shard in shards {
        let fate = match &shard.fate {
            Fate::Read(format, compression) => {
                read += 1;
                bytes += shard.bytes;
                match compression {
                    crate::corpus::Compression::None => format.as_str().to_owned(),
                    other => format!("{} ({})", format.as_str(), other.as_str()),
                }
            }
            Fate::Skip(skip) => format!("{}: {}", l("跳过", "skipped"), skip.as_str()),
            Fate::Fail(_, sentence) => format!("{}: {sentence}", l("失败", "failed")),
        };
        rows.add_row([
            shard.path.clone(),
            shard.source.clone(),
            shard.bytes.to_string(),
            fate,
        ]);
    }
    align_right(&mut rows, 2..3);
    let mut out = anstream::stdout().lock();
    writeln!(out, "{rows}")?;
    writeln!(
        out,
        "{} {read}/{} {}, {}; {} {} {}, {} {}",
        l("将读取", "to read:"),
        shards.len(),
        l("个文件", "files"),
        HumanBytes(bytes),
        l("规则", "rules:"),
        rules.rules().len(),
        l("条", ""),
        rules.packs().len(),
        l("个规则包", "packs")
    )?;
    Ok(())
}

/// The types of a source by share of its text, the largest first, as far as they fit.
fn types(source: &SourceSummary) -> String {
    let all = source.types.total();
    let by_text = all.text_bytes > 0;
    let share = |amount: &Amount| match by_text {
        true => amount.text_bytes as f64 / all.text_bytes as f64,
        false => amount.records as f64 / all.records.max(1) as f64,
    };
    let mut shares: Vec<(f64, &str)> = (source.types.0.keys())
        .map(|kind| (share(&source.types.of(kind)), kind.as_str()))
        .collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let more = shares.len() > TYPES_SHOWN;
    let mut words: Vec<String> = shares
        .iter()
        .take(TYPES_SHOWN)
        .map(|(share, kind)| format!("{kind} {:.0}%", share * 100.0))
        .collect();
    words.extend(more.then(|| "…".to_owned()));
    words.join(" ")
}

/// Types of a source that the table names.
const TYPES_SHOWN: usize = 2;

/// What a run found, by source.
pub fn summary(run: &Run, manifest: &Manifest, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let tally = run.tally()?;
    let rules = run.rules()?;
    let mut header = vec![
        l("来源", "source"),
        l("记录", "records"),
        l("字节", "bytes"),
        l("类型", "types"),
    ];
    let groups = GROUPS.map(|g| {
        if g == "PI" {
            l("个人信息", "PI")
        } else {
            g
        }
    });
    header.extend(groups);
    header.extend([l("有发现", "with findings"), l("占比", "rate")]);
    let mut rows = table(&header);
    for (name, counts) in &tally.sources {
        let source = SourceSummary::new(name, counts, &rules);
        let mut row = vec![
            name.clone(),
            HumanCount(source.records.scanned).to_string(),
            HumanBytes(source.bytes.total()).to_string(),
            types(&source),
        ];
        row.extend(source.findings.iter().map(|n| {
            if *n == 0 {
                "·".to_owned()
            } else {
                HumanCount(*n).to_string()
            }
        }));
        row.push(HumanCount(source.records_with_findings).to_string());
        row.push(format!("{:.2}%", source.rate() * 100.0));
        rows.add_row(row);
    }
    align_right(&mut rows, 1..header.len());
    let mut out = anstream::stdout().lock();
    writeln!(out, "{rows}")?;
    let totals = &manifest.totals;
    writeln!(
        out,
        "{}: {} {} / {} {} / {} {}  {}: {} / {} / {}",
        l("文件", "files"),
        totals.files.scanned,
        l("已扫描", "scanned"),
        totals.files.skipped,
        l("跳过", "skipped"),
        totals.files.failed,
        l("失败", "failed"),
        l("记录", "records"),
        HumanCount(totals.records.scanned),
        HumanCount(totals.records.skipped),
        HumanCount(totals.records.failed),
    )?;
    let members = &manifest.coverage.members;
    if members.total() > 0 {
        writeln!(
            out,
            "{}: {} / {} / {}",
            l("归档中的文件", "files in archives"),
            HumanCount(members.scanned),
            HumanCount(members.skipped),
            HumanCount(members.failed),
        )?;
    }
    if let Some(tokens) = TokenSummary::of(manifest, &tally) {
        writeln!(out, "{}", super::tokens::line(&tokens, common.lang))?;
    }
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    for unread in manifest.coverage.unread.iter().take(20) {
        writeln!(
            out,
            "{red}{}{red:#} {}: {}",
            l("未读", "not read"),
            unread.path,
            unread.sentence
        )?;
    }
    let more =
        manifest.coverage.unread.len().saturating_sub(20) as u64 + manifest.coverage.unread_more;
    if more > 0 {
        writeln!(out, "… {more} {}", l("处更多", "more"))?;
    }
    Ok(())
}

/// A verdict, check by check.
pub fn verdict(verdict: &Verdict, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut rows = table(&[
        l("条款", "clause"),
        l("检查项", "check"),
        l("来源", "source"),
        l("结果", "result"),
        l("依据", "reason"),
    ]);
    for check in &verdict.checks {
        rows.add_row([
            check.check.clause.clone(),
            common
                .lang
                .pick(&check.check.zh, &check.check.en)
                .to_owned(),
            check
                .source
                .clone()
                .unwrap_or_else(|| l("全部", "all").to_owned()),
            common
                .lang
                .pick(check.state.zh(), check.state.en())
                .to_owned(),
            common
                .lang
                .pick(&check.reason_zh, &check.reason_en)
                .to_owned(),
        ]);
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{rows}")?;
    let color = |c: AnsiColor| Style::new().fg_color(Some(c.into())).bold();
    let (style, word) = match (verdict.covered, verdict.passed) {
        (false, _) => (
            color(AnsiColor::Red),
            l(
                "未完成:覆盖率未达到 100%",
                "unfinished: coverage is not 100 %",
            ),
        ),
        (true, true) => (color(AnsiColor::Green), l("通过", "passed")),
        (true, false) => (color(AnsiColor::Red), l("不通过", "not passed")),
    };
    let open = verdict
        .checks
        .iter()
        .filter(|c| matches!(c.state, State::NeedsEvidence | State::NeedsReview))
        .count();
    write!(
        out,
        "{} ({} {}): {style}{word}{style:#}",
        l("门禁", "gate"),
        verdict.preset,
        verdict.version
    )?;
    if open > 0 {
        write!(
            out,
            "  {open} {}",
            l("项待核或待人工复核", "checks need evidence or review")
        )?;
    }
    writeln!(out)?;
    Ok(())
}

/// Where the time went.
pub fn profile(scanner: &Scanner) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let mut rows = table(&["stage / rule", "ms (all threads)", "tried", "found"]);
    for line in scanner.profile() {
        rows.add_row([
            line.name,
            format!("{:.1}", line.time.as_secs_f64() * 1e3),
            line.tried.to_string(),
            line.found.to_string(),
        ]);
    }
    align_right(&mut rows, 1..4);
    writeln!(out, "{rows}")?;
    Ok(())
}
