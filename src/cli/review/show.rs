//! `yujian review show`: what verdicts say so far.

use std::io::Write as _;

use anyhow::{Result, bail};
use indicatif::HumanCount;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::{Common, ReviewFormat, ReviewShowArgs};
use crate::cli::table::{align_right, table};
use crate::judge::{Share, ShareMethod, interval, pass_share};
use crate::review::{
    Counts, Described, Role, SampleOutcome, SetOutcome, Standings, Store, StoredSheet,
};

/// Confidence of intervals.
const CONFIDENCE: f64 = 0.95;
/// Strata of a set and disputed rows that are printed; JSON has all.
const SHOWN: usize = 20;

/// What the store says of one sample.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    outcome: SampleOutcome,
    /// By set: the share of the whole that passes.
    pass: Vec<Passed>,
    sheets: Vec<Sheet>,
}

#[derive(Serialize)]
struct Passed {
    set: String,
    /// None while a stratum has nothing that was judged.
    whole: Option<Share>,
    strata: Vec<Stratum>,
}

#[derive(Serialize)]
struct Stratum {
    name: String,
    /// None while nothing was judged.
    pass: Option<f64>,
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct Sheet {
    name: String,
    digest: String,
    recorded_at: String,
}

impl From<&StoredSheet> for Sheet {
    fn from(sheet: &StoredSheet) -> Self {
        Self {
            name: sheet.name.clone(),
            digest: sheet.digest.clone(),
            recorded_at: sheet.recorded_at.clone(),
        }
    }
}

/// Runs the command.
pub fn run(args: &ReviewShowArgs, common: &Common) -> Result<Outcome> {
    let kept = Store::open(&args.store)?.kept()?;
    let named = args.sample.as_deref().map(Described::read).transpose()?;
    let standings = Standings::of(&kept);
    let samples: Vec<&Described> = match &named {
        // A sample that nothing was imported for has no verdicts, or those of one like it.
        Some(sample) => vec![sample],
        None => kept
            .samples
            .iter()
            .map(|sample| &sample.described)
            .collect(),
    };
    if samples.is_empty() {
        bail!("there is nothing in the store yet\n  hint: yujian review import fills it");
    }
    let all: Vec<Told> = samples
        .into_iter()
        .map(|sample| {
            let outcome = SampleOutcome::of(sample, &standings);
            let sheets = kept
                .sheets
                .iter()
                .filter(|sheet| sheet.sample == sample.digest);
            Told {
                pass: outcome.sets.iter().map(passed).collect(),
                sheets: sheets.map(Sheet::from).collect(),
                outcome,
            }
        })
        .collect();
    let mut out = anstream::stdout().lock();
    match args.format {
        ReviewFormat::Json => {
            let value = serde_json::json!({
                "confidence": CONFIDENCE,
                "rows": kept.head.seq,
                "head": kept.head.hex(),
                "samples": all,
            });
            serde_json::to_writer_pretty(&mut out, &value)?;
            writeln!(out)?;
        }
        ReviewFormat::Table if common.quiet => {}
        ReviewFormat::Table => {
            for told in &all {
                print(&mut out, told, common)?;
            }
            writeln!(
                out,
                "{} {} · {}",
                common.lang.pick("结论库记录数", "rows of the store"),
                kept.head.seq,
                kept.head.hex()
            )?;
        }
    }
    Ok(Outcome::Passed)
}

fn passed(set: &SetOutcome) -> Passed {
    let strata = set.strata.iter().map(|stratum| {
        let (n, pass) = (stratum.counts.judged(), stratum.counts.pass);
        let share = (n > 0).then(|| pass as f64 / n as f64);
        let (low, high) = match share {
            Some(share) if n == stratum.population => (share, share),
            _ => interval(pass, n, CONFIDENCE),
        };
        Stratum {
            name: stratum.name.clone(),
            pass: share,
            low,
            high,
        }
    });
    Passed {
        set: set.name.clone(),
        strata: strata.collect(),
        whole: pass_share(set, CONFIDENCE),
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn print(out: &mut impl std::io::Write, told: &Told, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    let outcome = &told.outcome;
    writeln!(
        out,
        "{} {} · {} {} · {} {}",
        l("样本", "sample"),
        outcome.digest.get(..16).unwrap_or_default(),
        l("运行", "run"),
        outcome.run.get(..16).unwrap_or_default(),
        l("种子", "seed"),
        outcome.seed
    )?;
    let mut rows = table(&[
        l("集", "set"),
        l("层", "stratum"),
        l("抽取", "drawn"),
        l("已审", "judged"),
        l("合格", "pass"),
        l("不合格", "fail"),
        l("无法判断", "undecided"),
        l("意见不一", "disputed"),
        l("合格率", "pass rate"),
        l("95% 区间", "95 % interval"),
    ]);
    align_right(&mut rows, 2..9);
    let mut row = |first: String, name: String, counts: &Counts, rate: String, between: String| {
        let numbers = [
            counts.drawn,
            counts.judged(),
            counts.pass,
            counts.fail,
            counts.undecided,
            counts.conflicts,
        ];
        let mut cells = vec![first, name];
        cells.extend(numbers.map(|n| HumanCount(n).to_string()));
        cells.extend([rate, between]);
        rows.add_row(cells);
    };
    let mut methods = Vec::new();
    for (set, passed) in outcome.sets.iter().zip(&told.pass) {
        let (rate, between) = match &passed.whole {
            Some(share) => {
                methods.push(share.method);
                let (low, high) = (percent(share.low), percent(share.high));
                (percent(share.rate), format!("[{low}, {high}]"))
            }
            None => ("—".to_owned(), String::new()),
        };
        let all = l("合计(按层加权)", "all, weighted").to_owned();
        row(set.name.clone(), all, &set.total, rate, between);
        let strata = set.strata.iter().zip(&passed.strata);
        for (stratum, share) in strata.take(SHOWN) {
            let rate = share.pass.map_or_else(|| "—".to_owned(), percent);
            let between = match share.pass {
                Some(_) => format!("[{}, {}]", percent(share.low), percent(share.high)),
                None => String::new(),
            };
            row(
                String::new(),
                stratum.name.clone(),
                &stratum.counts,
                rate,
                between,
            );
        }
    }
    writeln!(out, "{rows}")?;
    for set in &outcome.sets {
        let more = set.strata.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(
                out,
                "{} · {} {more}",
                set.name,
                l("另有层数", "further strata:")
            )?;
        }
    }
    for (method, zh, en) in [
        (
            ShareMethod::Pooled,
            "加权区间:Clopper-Pearson,样本按比例分层(Hoeffding 1956),偏保守",
            "weighted interval: Clopper-Pearson of a proportional sample (Hoeffding 1956), conservative",
        ),
        (
            ShareMethod::Strata,
            "加权区间:各层 Clopper-Pearson 按 Bonferroni 同时成立后加权,偏保守",
            "weighted interval: Clopper-Pearson of all strata at once (Bonferroni), weighted, conservative",
        ),
    ] {
        if methods.contains(&method) {
            writeln!(out, "{}", l(zh, en))?;
        }
    }
    people(out, outcome, common)?;
    conflicts(out, outcome, common)?;
    writeln!(out)?;
    Ok(())
}

fn people(out: &mut impl std::io::Write, outcome: &SampleOutcome, common: &Common) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    for (title, people) in [
        (l("审核人", "reviewers"), &outcome.reviewers),
        (l("裁定人", "decided by"), &outcome.adjudicators),
    ] {
        if !people.is_empty() {
            let all: Vec<String> = people.iter().map(|(who, n)| format!("{who} {n}")).collect();
            writeln!(out, "{title}: {}", all.join(l("、", ", ")))?;
        }
    }
    for agreed in &outcome.agreement {
        let Some(agreement) = &agreed.agreement else {
            continue;
        };
        let alpha = agreement.alpha.value;
        let alpha = alpha.map_or_else(|| "—".to_owned(), |alpha| format!("{alpha:.3}"));
        let kappa = agreement.cohen.first().and_then(|pair| {
            let (a, b) = &pair.names;
            Some(format!(" · κ({a}, {b}) {:.3}", pair.kappa.value?))
        });
        writeln!(
            out,
            "{} {}: {} {} · {} {} · α {alpha}{}",
            l("双人审核", "judged twice"),
            agreed.question.as_str(),
            HumanCount(agreed.doubled),
            l("条", "records"),
            l("一致", "same"),
            percent(agreement.observed),
            kappa.unwrap_or_default()
        )?;
    }
    Ok(())
}

fn conflicts(
    out: &mut impl std::io::Write,
    outcome: &SampleOutcome,
    common: &Common,
) -> Result<()> {
    let l = |zh, en| common.lang.pick(zh, en);
    if outcome.conflicts.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{} {}",
        l(
            "意见不一(未裁定前不计合格;由第三人裁定:review import --adjudicate):",
            "disputed (no pass until a third person decides: review import --adjudicate):"
        ),
        HumanCount(outcome.conflicts.len() as u64)
    )?;
    let most = if common.verbose { usize::MAX } else { SHOWN };
    for conflict in outcome.conflicts.iter().take(most) {
        let said = conflict.said.iter().map(|(who, role, verdict)| {
            let mark = match role {
                Role::Reviewer => "",
                Role::Adjudicator => l("(裁定)", " (decides)"),
            };
            format!("{who}{mark} {}", l(verdict.zh(), verdict.as_str()))
        });
        let said: Vec<String> = said.collect();
        writeln!(
            out,
            "  {} {} {}#{}: {}",
            conflict.id,
            conflict.question.as_str(),
            conflict.path.escape_debug(),
            conflict.record,
            said.join(l("、", ", "))
        )?;
    }
    let more = outcome.conflicts.len().saturating_sub(most);
    if more > 0 {
        writeln!(out, "  … {more}")?;
    }
    Ok(())
}
