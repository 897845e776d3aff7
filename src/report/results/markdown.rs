//! Markdown for a comment on a merge request or the summary of a job.

use std::fmt::Write as _;

use super::{ResultCase, Results, Taken};
use crate::report::ReportLanguage;
use crate::report::clean::clean;

/// Characters that a comment on GitHub takes.
pub const COMMENT: usize = 65_536;

/// Room for what is said at the end.
const END: usize = 400;
/// Longest reason.
const REASON: usize = 300;

/// The results as Markdown of at most `most` bytes: what fails first, then what is tolerated, then
/// what is met. What does not fit is counted.
pub fn markdown(results: &Results, language: ReportLanguage, most: usize) -> String {
    let l = |zh, en| language.pick(zh, en);
    let mut out = String::new();
    let word = match (results.whole, results.passed) {
        (false, _) => l(
            "⛔ 未完成:未全部读取",
            "⛔ unfinished: not everything was read",
        ),
        (true, true) => l("✅ 通过", "✅ passed"),
        (true, false) => l("❌ 不通过", "❌ failed"),
    };
    let _ = writeln!(
        out,
        "## {}: {word}\n",
        l("语料合规判定", "Corpus compliance")
    );
    let counts = results.counts().into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(state, count)| format!("{} {count}", l(state.zh(), state.en())))
        .collect();
    let _ = writeln!(out, "{}\n", counts.join(l("、", ", ")));
    let short = |digest: &str| digest.get(..16).unwrap_or(digest).to_owned();
    let _ = writeln!(
        out,
        "<sub>yujian {} · {} · {} `{}` · {} `{}`</sub>\n",
        cell(&results.tool),
        cell(&results.policy),
        l("运行", "run"),
        short(&results.root),
        l("规则", "rules"),
        short(&results.rules),
    );
    if !results.whole {
        unread(&mut out, results, language);
    }
    let mut left = 0;
    let sections = [
        (Taken::Failed, l("未通过", "Not passed")),
        (
            Taken::Tolerated,
            l("不阻断,但未符合", "Not met, no obstacle"),
        ),
        (Taken::Passed, l("符合", "Met")),
        (Taken::NotApplicable, l("不适用", "Not applicable")),
    ];
    for (taken, title) in sections {
        let cases: Vec<&ResultCase> = results
            .cases()
            .filter(|case| case.taken() == taken)
            .collect();
        if cases.is_empty() {
            continue;
        }
        let head = format!(
            "### {title} ({})\n\n| {} | {} | {} | {} | {} |\n|---|---|---|---|---|\n",
            cases.len(),
            l("条款", "clause"),
            l("要求", "duty"),
            l("来源", "source"),
            l("结果", "result"),
            l("依据", "reason"),
        );
        let fits = |out: &str, more: &str| out.len() + more.len() + END <= most;
        if left > 0 || !fits(&out, &head) {
            left += cases.len();
            continue;
        }
        out.push_str(&head);
        for case in cases {
            let line = line(case, language);
            if left > 0 || !fits(&out, &line) {
                left += 1;
                continue;
            }
            out.push_str(&line);
        }
        out.push('\n');
    }
    if left > 0 {
        let _ = match language {
            ReportLanguage::Zh => writeln!(out, "\n……另有 {left} 项未列出,见 `--format json`。"),
            ReportLanguage::En => {
                writeln!(out, "\n… {left} more are not shown; see `--format json`.")
            }
        };
    }
    let _ = writeln!(
        out,
        "\n<sub>{}</sub>",
        l(
            "检出是候选,不是违法认定。待核、人工复核均不等于符合。",
            "What was found are candidates. “Needs evidence” and “needs review” are not “compliant”.",
        )
    );
    out
}

fn unread(out: &mut String, results: &Results, language: ReportLanguage) {
    let count = results.unread.len() as u64 + results.unread_more;
    if count == 0 {
        return;
    }
    let _ = match language {
        ReportLanguage::Zh => writeln!(out, "未读取 {count} 处:\n"),
        ReportLanguage::En => writeln!(out, "{count} not read:\n"),
    };
    for unread in results.unread.iter().take(10) {
        let _ = writeln!(out, "- {}: {}", short(&unread.path), cell(&unread.reason));
    }
    if count > 10 {
        let _ = writeln!(out, "- … {}", count - 10);
    }
    out.push('\n');
}

fn line(case: &ResultCase, language: ReportLanguage) -> String {
    let mut worst = case.worst();
    let reason = worst.next().map_or_else(String::new, |reason| {
        let text = short(language.pick(&reason.text.zh, &reason.text.en));
        match &reason.source {
            Some(source) if case.source.is_none() => format!("{}: {text}", cell(source)),
            _ => text,
        }
    });
    let more = match worst.count() {
        0 => String::new(),
        more => format!(" (+{more})"),
    };
    format!(
        "| {} | {} | {} | {} | {reason}{more} |\n",
        cell(&case.id),
        cell(language.pick(&case.title.zh, &case.title.en)),
        cell(
            case.source
                .as_deref()
                .unwrap_or(language.pick("全部", "all"))
        ),
        language.pick(case.state.zh(), case.state.en()),
    )
}

/// Text as a cell takes it, cut if it is long.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(REASON).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    cell(&short)
}

/// Text in which nothing is markup: names come from strangers.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // No mention, no reference, no link.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
