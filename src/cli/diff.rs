//! `yujian diff`: what became of the findings of a run.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context as _, Result};

use super::Outcome;
use super::args::{Common, DiffArgs, DiffFormat};
use super::language::Language;
use crate::run::{Changes, Diff, DiffedRun, Entry, Run, Why, diff};

/// Lines of a table; `--format json` has all.
const LINES: usize = 40;

/// Runs the command.
pub fn run(args: &DiffArgs, common: &Common) -> Result<Outcome> {
    let (old, new) = (Run::open(&args.old)?, Run::open(&args.new)?);
    let mut out = match &args.output {
        None => None,
        Some(path) => {
            let file = File::create(path);
            let file = file.with_context(|| format!("cannot write {}", path.display()))?;
            Some(BufWriter::new(file))
        }
    };
    let out = out.as_mut().map(|out| out as &mut dyn Write);
    let diff = diff(&old, &new, out)?;
    match args.format {
        DiffFormat::Json => anstream::println!("{}", serde_json::to_string_pretty(&diff)?),
        DiffFormat::Md => anstream::print!("{}", told(&diff, common.lang, Style::Markdown)),
        DiffFormat::Table if common.quiet => {}
        DiffFormat::Table => anstream::print!("{}", told(&diff, common.lang, Style::Plain)),
    }
    Ok(if diff.total.open.new + diff.total.reopened == 0 {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// How a text is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Markdown,
}

/// Writes the text.
struct Text {
    text: String,
    style: Style,
}

impl Text {
    fn heading(&mut self, heading: &str) {
        let mark = if self.style == Style::Markdown {
            "## "
        } else {
            ""
        };
        let _ = write!(self.text, "\n{mark}{heading}\n\n");
    }

    fn line(&mut self, line: &str) {
        let mark = if self.style == Style::Markdown {
            "- "
        } else {
            ""
        };
        let _ = writeln!(self.text, "{mark}{line}");
    }

    fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        match self.style {
            Style::Markdown => {
                // What stands in a cell may come from the corpus.
                let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
                let mut line = |cells: Vec<String>| {
                    let _ = writeln!(self.text, "| {} |", cells.join(" | "));
                };
                line(head.iter().map(|name| cell(name)).collect());
                line(head.iter().map(|_| "---".to_owned()).collect());
                for row in rows {
                    line(row.iter().map(|text| cell(text)).collect());
                }
            }
            Style::Plain => {
                let mut table = comfy_table::Table::new();
                table.load_style(comfy_table::presets::NOTHING);
                table.set_header(head);
                table.add_rows(rows);
                let _ = writeln!(self.text, "{table}");
            }
        }
    }
}

fn told(diff: &Diff, lang: Language, style: Style) -> String {
    let pick = |zh, en| lang.pick(zh, en);
    let mut text = Text {
        text: String::new(),
        style,
    };
    if style == Style::Markdown {
        let _ = writeln!(
            text.text,
            "# {}",
            pick("两次运行的比较", "Two runs compared")
        );
    }
    text.heading(pick("运行", "Runs"));
    let run = |run: &DiffedRun| {
        let found = &run.findings;
        vec![
            run.run.clone(),
            found.open.to_string(),
            found.suppressed.to_string(),
            (found.open + found.suppressed - found.kept).to_string(),
            run.rules.get(..16).unwrap_or(&run.rules).to_owned(),
            run.root.get(..16).unwrap_or(&run.root).to_owned(),
        ]
    };
    let head = [
        pick("运行", "run"),
        pick("发现", "findings"),
        pick("已抑制", "suppressed"),
        pick("未留明细", "not kept"),
        pick("规则摘要", "rules"),
        pick("根摘要", "root"),
    ];
    text.table(&head, &[run(&diff.old), run(&diff.new)]);
    for what in &diff.apart {
        text.line(&apart(what, lang));
    }
    for side in [&diff.old, &diff.new] {
        if !side.whole {
            let says = pick("未全部读取", "not everything was read");
            text.line(&format!("{}: {says}", side.run));
        }
    }
    text.heading(pick("文件", "Files"));
    let files = &diff.files;
    let head = [
        pick("相同", "same"),
        pick("改动", "changed"),
        pick("改名", "renamed"),
        pick("消失", "gone"),
        pick("新增", "new"),
    ];
    let numbers = [
        files.same,
        files.changed,
        files.renamed,
        files.gone,
        files.new,
    ];
    text.table(&head, &[numbers.map(|n| n.to_string()).to_vec()]);
    counts(&mut text, diff, lang);
    for (heading, list) in [
        (pick("消失的发现", "Findings that are gone"), &diff.gone),
        (pick("新增的发现", "New findings"), &diff.new_ones),
    ] {
        if !list.is_empty() {
            text.heading(heading);
            entries(&mut text, list, lang);
        }
    }
    text.text.trim_start().to_owned()
}

fn counts(text: &mut Text, diff: &Diff, lang: Language) {
    let pick = |zh, en| lang.pick(zh, en);
    let numbers = |name: &str, changes: &Changes| {
        let open = &changes.open;
        let numbers = [
            open.same,
            open.moved,
            open.gone,
            changes.closed,
            open.new,
            changes.reopened,
        ];
        let mut row = vec![name.to_owned()];
        row.extend(numbers.map(|n| n.to_string()));
        row
    };
    let head = |first| {
        [
            first,
            pick("相同", "same"),
            pick("移位", "moved"),
            pick("消失", "gone"),
            pick("转为抑制", "closed"),
            pick("新增", "new"),
            pick("重新计入", "reopened"),
        ]
    };
    text.heading(pick("发现", "Findings"));
    let all = numbers(pick("合计", "all"), &diff.total);
    text.table(&head(""), &[all]);
    for (what, because) in [
        (pick("消失", "gone"), &diff.gone_because),
        (pick("新增", "new"), &diff.new_because),
    ] {
        for (why, count) in because {
            text.line(&format!("{what} {count}: {}", because_of(*why, lang)));
        }
    }
    for (heading, first, all) in [
        (
            pick("按来源", "By source"),
            pick("来源", "source"),
            &diff.sources,
        ),
        (pick("按规则", "By rule"), pick("规则", "rule"), &diff.rules),
    ] {
        let mut rows: Vec<_> = all
            .iter()
            .filter(|(_, changes)| !changes.is_idle())
            .collect();
        if rows.is_empty() {
            continue;
        }
        // Those with most changes first; those with the same number by name.
        rows.sort_by_key(|(_, c)| {
            std::cmp::Reverse(c.open.gone + c.open.new + c.closed + c.reopened)
        });
        text.heading(heading);
        let shown: Vec<_> = rows
            .iter()
            .take(LINES)
            .map(|(n, c)| numbers(n, c))
            .collect();
        text.table(&head(first), &shown);
        if rows.len() > LINES {
            let more = rows.len() - LINES;
            text.line(&format!("{} {more}", pick("另有", "more:")));
        }
    }
}

fn entries(text: &mut Text, list: &[Entry], lang: Language) {
    let head = [
        lang.pick("规则", "rule"),
        lang.pick("文件", "file"),
        lang.pick("记录", "record"),
        lang.pick("摘录", "excerpt"),
    ];
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|entry| {
            let record = entry.record_id.as_deref();
            let record = record.map_or_else(|| entry.record.to_string(), str::to_owned);
            vec![
                entry.rule.clone(),
                entry.path.clone(),
                record,
                entry.excerpt.clone(),
            ]
        })
        .collect();
    text.table(&head, &rows);
}

fn apart(what: &str, lang: Language) -> String {
    let (zh, en) = match what {
        "version" => (
            "程序版本不同",
            "they were made by different versions of yujian",
        ),
        "rules" => ("规则集不同", "their rule sets differ"),
        "configuration" => ("配置不同", "their configurations differ"),
        _ => (
            "值摘要的密钥不同,移位的个人信息无法对应",
            "their hash keys differ, so personal data that moved cannot be recognized",
        ),
    };
    lang.pick(zh, en).to_owned()
}

fn because_of(why: Why, lang: Language) -> &'static str {
    let (zh, en) = match why {
        Why::File => (
            "另一次运行中没有该文件",
            "the other run does not have the file",
        ),
        Why::FileChanged => ("文件内容有改动", "the file was changed"),
        Why::Rule => (
            "另一次运行中没有该规则",
            "the other run does not have the rule",
        ),
        Why::RuleSet => (
            "文件和规则都在,规则集其他部分不同",
            "file and rule are there, the rule sets differ elsewhere",
        ),
        Why::Settings => (
            "文件和规则集相同,程序或配置不同",
            "file and rule set are the same, program or configuration differ",
        ),
    };
    lang.pick(zh, en)
}
