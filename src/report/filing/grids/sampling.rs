//! Table 7: samples of the whole, and of sources.

use crate::State;
use crate::judge::Number;
use crate::report::docx::Align::{Center, Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::{Words, number, percent};
use crate::report::model::{PeopleRow, Report};

/// Samples of the whole.
pub fn samples(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("抽检表", "samples"),
        w.l("抽检表", "Samples"),
        &[
            (w.l("条款", "clause"), 2, Left),
            (w.l("标准", "criterion"), 6, Left),
            (
                w.l("样本量、不合格数与合格率", "size, failures and pass rate"),
                6,
                Left,
            ),
            (w.l("判定", "result"), 2, Center),
            (w.l("说明", "reason"), 7, Left),
            (w.l("日期与人员", "when, by whom"), 4, Left),
        ],
    );
    for row in &report.sampling.whole {
        let reasons: Vec<String> = row.reasons.iter().map(|reason| w.say(reason)).collect();
        grid.rows.push(vec![
            row.clause.as_str().into(),
            w.say(&row.criterion).into(),
            match row.numbers.is_empty() {
                true => w.cell(&row.verdicts),
                false => numbers(&row.numbers, w).into(),
            },
            row.state.into(),
            reasons.join(w.semicolon()).into(),
            match (&row.people, &row.stated) {
                (Some(people), _) => by(people, w).into(),
                (None, Some(stated)) => format!("{} {}", stated.on, stated.by).into(),
                (None, None) if row.numbers.is_empty() => {
                    GridCell::Missing(w.missing(w.l("没有抽检记录", "no record of it")))
                }
                (None, None) => format!("{} {}", report.as_of, w.l("程序", "the program")).into(),
            },
        ]);
    }
    let Some(store) = &report.sampling.store else {
        return grid;
    };
    let samples: Vec<&str> = store
        .samples
        .iter()
        .map(|s| s.get(..16).unwrap_or(s))
        .collect();
    grid.noted(format!(
        "{}{} {}{}{}{}{}{}{}",
        w.l("人工抽检结论库:", "Store of verdicts: "),
        store.rows,
        w.l("条记录,链尾", "rows, head"),
        w.l("", " "),
        store.head.get(..16).unwrap_or(&store.head),
        w.semicolon(),
        w.l("样本", "samples "),
        if samples.is_empty() {
            w.l("(无)", "(none)").to_owned()
        } else {
            samples.join(w.comma())
        },
        w.stop()
    ))
}

/// When and by whom samples were judged.
fn by(people: &PeopleRow, w: Words) -> String {
    let (first, last) = &people.days;
    let mut text = match first == last {
        true => first.clone(),
        false => format!("{first} – {last}"),
    };
    text.push_str(&format!(" {}", people.reviewers.join(w.comma())));
    if !people.adjudicators.is_empty() {
        text.push_str(&format!(
            "{}{}{}",
            w.semicolon(),
            w.l("裁定:", "decided by "),
            people.adjudicators.join(w.comma())
        ));
    }
    text
}

/// Numbers of a clause: shares with what they are of, and the number of failures.
fn numbers(all: &[Number], w: Words) -> String {
    let one = |of: &Number| {
        let name = match &*of.name {
            "checked" => w.l("抽检占比", "checked"),
            "pass" => w.l("合格率", "passed"),
            "judged" => w.l("已审核", "judged"),
            "unsettled" => w.l("无法判断或意见不一", "undecided or disputed"),
            "confirmed" => w.l("人工抽检确认的合格率", "passed as confirmed by people"),
            other => other,
        };
        let mut text = format!("{name}{}", w.colon());
        // Numbers of records, which may be 1.
        let is_count = matches!(&*of.name, "judged" | "unsettled");
        match of.of {
            Some(total) if is_count => {
                let (value, total) = (number(of.value as u64), number(total as u64));
                text.push_str(&format!("{value} / {total}"));
            }
            Some(total) if of.value <= 1.0 => {
                let failed = ((1.0 - of.value) * total).round();
                text.push_str(&percent(of.value));
                text.push_str(&format!(" ({} {}", w.l("共", "of"), number(total as u64)));
                if of.name == "pass" {
                    text.push_str(&format!(
                        ", {} {}",
                        w.l("不合格", "failed"),
                        number(failed as u64)
                    ));
                }
                text.push(')');
            }
            _ => text.push_str(&format!("{}", of.value)),
        }
        if let (Some(low), Some(high)) = (of.low, of.high) {
            text.push_str(&format!(" [{}, {}]", percent(low), percent(high)));
        }
        text
    };
    let all: Vec<String> = all.iter().map(one).collect();
    all.join("\n")
}

/// Samples of sources, before and after collection.
pub fn assessments(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("来源抽检", "samples of sources"),
        w.l("来源安全评估与核验", "Assessments of sources"),
        &[
            (w.l("来源", "source"), 3, Left),
            (w.l("条款", "clause"), 2, Left),
            (w.l("抽样(条)", "size"), 2, Right),
            (w.l("违法不良(条)", "failures"), 2, Right),
            (w.l("比例", "share"), 2, Right),
            (w.l("95% 置信区间", "95 % interval"), 4, Left),
            (w.l("日期与人员", "when, by whom"), 4, Left),
            (w.l("判定", "result"), 2, Center),
        ],
    );
    for row in &report.sampling.sources {
        let told = row.told.as_ref();
        let missing = || match (row.clause, row.state) {
            (_, Some(State::NotApplicable)) => w.l("不适用", "not applicable").into(),
            // Without a sample it is judged by every record that was scanned.
            ("SRC-02", Some(_)) => w.l("全量扫描", "full scan").into(),
            ("SRC-02", None) => GridCell::Missing(w.missing("post_verification")),
            _ => GridCell::Missing(w.missing("pre_assessment")),
        };
        grid.rows.push(vec![
            row.source.as_str().into(),
            row.clause.into(),
            match (told, row.judged) {
                (Some(told), _) => told.n.into(),
                (None, Some((n, drawn, _))) if n < drawn => {
                    let word = w.l("已审核", "judged");
                    GridCell::Missing(format!("{} / {} {word}", number(n), number(drawn)))
                }
                (None, Some((n, ..))) => n.into(),
                (None, None) => missing(),
            },
            told.map(|told| told.bad)
                .or(row.judged.map(|(.., bad)| bad))
                .into(),
            row.rate.map_or(GridCell::Empty, GridCell::Share),
            match row.interval {
                Some((low, high)) => format!("[{}, {}]", percent(low), percent(high)).into(),
                None => GridCell::Empty,
            },
            match told {
                Some(told) => {
                    let at = told.at.map(|day| day.to_string()).unwrap_or_default();
                    format!("{at} {}", told.by).trim().into()
                }
                None => row
                    .people
                    .as_ref()
                    .map_or(GridCell::Empty, |people| by(people, w).into()),
            },
            row.state.into(),
        ]);
    }
    grid.noted(w.l(
        "区间按 Clopper-Pearson 法;人工抽检中无法判断、意见不一且未裁定的计入违法不良;未抽样的来源,SRC-02 以全量扫描候选比例判定,见条款判定表。",
        "Intervals by Clopper and Pearson; of samples of the run, what is undecided or disputed counts as a failure; without a sample SRC-02 is judged by the share of candidates in the full scan, see the clauses.",
    ))
}
