//! `yujian sample`: records of a run for people to judge.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::HumanCount;

use super::Outcome;
use super::args::{Common, SampleArgs, SampleFormat, SamplePlan, SampleText};
use super::cache::Cache;
use super::progress::Records;
use super::scan::{available_threads, only};
use super::setup::Configured;
use super::table::{align_right, table};
use crate::corpus::Shard;
use crate::detect::{DetectOptions, Scanner};
use crate::judge::{Clause, Clauses, upper_bound};
use crate::lexicon;
use crate::review::{
    Code, Corpus, Demand, Package, Plan, Sample, Sheet, SheetFormat, Shown, Technical,
    check_absent, draw, recorded, texts,
};
use crate::run::Run;
use crate::sources::Stage;

/// Strata of a set that are printed; `sample.json` has all.
const SHOWN: usize = 20;
/// Duties that say how much is drawn.
const MANUAL: &str = "EVA-02";
const TECHNICAL: &str = "EVA-03";
const SOURCE: &str = "SRC-02";
const KIND: &str = "D52-16";
const TUNING: &str = "D52-18";

/// Runs the command.
pub fn run(args: &SampleArgs, common: &Common) -> Result<Outcome> {
    check_absent(&args.output)?;
    let run = Run::open_unchanged(&args.run)?;
    let configured = Configured::find(&args.config, &args.corpus)?;
    let scanner = match args.text {
        SampleText::Masked => Some(masking(args, &configured, &run, common)?),
        SampleText::Full => None,
    };
    let shards = find(args, &configured, common)?;
    let options = configured.config.scan_options();
    let total = run.manifest().totals.records.scanned;
    // Both passes: which records the draw meets, and their texts.
    let bar = Records::new(total, common);
    let done = |records| bar.add(records);
    let corpus = Corpus {
        shards: &shards,
        options: &options,
        done: &done,
    };
    let standards = Clauses::builtin();
    let demand = demand(args, &configured, &standards)?;
    let plan = match args.plan {
        SamplePlan::Manual => Plan::Manual,
        SamplePlan::Source => Plan::Source,
        SamplePlan::Technical => Plan::Technical,
        SamplePlan::Tuning => Plan::Tuning,
        SamplePlan::All => Plan::All,
    };
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("sample-{i}"))
        .build()
        .context("cannot start threads")?;
    let sample = pool.install(|| draw(&run, &corpus, (plan, &demand), args.seed))?;
    bar.again();
    let shown = match &scanner {
        Some(scanner) => Shown::Masked(scanner),
        None => Shown::Full,
    };
    let rows = pool.install(|| texts(&sample, &corpus, shown))?;
    bar.end();
    let technical = matches!(plan, Plan::Technical | Plan::All);
    let asked = clause(&standards, TECHNICAL)?;
    let asked = asked.share.ok_or_else(|| lacks(TECHNICAL, "share"))?;
    let technical = technical.then(|| Technical::of(run.manifest(), asked));
    let package = Package {
        manifest: run.manifest(),
        sample: &sample,
        technical: technical.clone(),
        shown: &rows,
        recorded: &recorded(&run, &sample)?,
        masked: scanner.is_some(),
        format: match args.format {
            SampleFormat::Xlsx => SheetFormat::Xlsx,
            SampleFormat::Jsonl => SheetFormat::Jsonl,
            SampleFormat::LabelStudio => SheetFormat::LabelStudio,
            SampleFormat::Doccano => SheetFormat::Doccano,
        },
        codes: &codes(),
    };
    let sheets = package.write(&args.output)?;
    if !common.quiet {
        print(args, &sample, technical.as_ref(), &sheets, common);
    }
    Ok(Outcome::Passed)
}

/// Finds all that the scan would find, in each record as much as there is.
fn masking(
    args: &SampleArgs,
    configured: &Configured,
    run: &Run,
    common: &Common,
) -> Result<Scanner> {
    let texts = configured.rules(&args.rules)?;
    let scanner = Cache::open(&args.cache).scanner(&texts, common)?;
    if scanner.rules().digest() != run.manifest().rules.digest {
        bail!(
            "the rules are not those of the run, so what they hide is not what it has found\n  \
             hint: name the same --rules and --config as in the scan, or scan anew; \
             --text full needs no rules and hides nothing"
        );
    }
    Ok(scanner.with_options(DetectOptions {
        keep: usize::MAX,
        ..DetectOptions::default()
    }))
}

/// The corpus as the scan has found it.
fn find(args: &SampleArgs, configured: &Configured, common: &Common) -> Result<Vec<Shard>> {
    let origins = configured.origins(common)?;
    let mut shards = configured.corpus(&args.corpus, Some(&args.run), &origins)?;
    only(args.shard, &mut shards);
    Ok(shards)
}

/// How much is drawn, from the table of duties.
fn demand(args: &SampleArgs, configured: &Configured, standards: &Clauses) -> Result<Demand> {
    let size = |id: &'static str| {
        let size = clause(standards, id)?.size;
        size.ok_or_else(|| lacks(id, "size"))
    };
    let limit = clause(standards, SOURCE)?;
    let at_most = limit.at_most.ok_or_else(|| lacks(SOURCE, "at_most"))?;
    let confidence = limit
        .confidence
        .ok_or_else(|| lacks(SOURCE, "confidence"))?;
    // The smallest sample that proves the limit if nothing bad is in it.
    let proves = |n: &u64| upper_bound(0, *n, confidence) < at_most;
    let source = (1..1_000_000).find(proves);
    let asked = size(MANUAL)?;
    let (mut kinds, mut tuning) = (BTreeMap::new(), BTreeSet::new());
    for source in configured.config.sources() {
        if source.declared.stages.contains(&Stage::FineTuning) {
            tuning.insert(source.id.clone());
        }
        if let Some(kind) = source.declared.kind {
            kinds.insert(source.id, kind.as_str().to_owned());
        }
    }
    let verified = clause(standards, TUNING)?.verified;
    Ok(Demand {
        manual: args.size.map_or(asked, u64::from),
        manual_asked: asked,
        source: source.ok_or_else(|| anyhow!("no sample proves the limit of {SOURCE}"))?,
        kind: size(KIND)?,
        kinds,
        tuning,
        tuning_metadata: size(TUNING)?,
        tuning_verified: verified.ok_or_else(|| lacks(TUNING, "verified"))?,
    })
}

fn clause<'c>(standards: &'c Clauses, id: &str) -> Result<&'c Clause> {
    let found = standards.get(id);
    found.ok_or_else(|| anyhow!("the table of duties has no {id}"))
}

fn lacks(id: &str, what: &str) -> anyhow::Error {
    anyhow!("the table of duties says no {what} of {id}")
}

/// Risks without the groups they are in.
fn codes() -> Vec<Code> {
    let risks = lexicon::risks().filter(|risk| risk.code.matches('.').count() >= 2);
    risks
        .map(|risk| (risk.code.to_owned(), risk.title.zh))
        .collect()
}

fn print(
    args: &SampleArgs,
    sample: &Sample,
    technical: Option<&Technical>,
    sheets: &[Sheet],
    common: &Common,
) {
    let l = |zh, en| common.lang.pick(zh, en);
    let frame = &sample.frame;
    let (records, skipped, failed) = (frame.records, frame.skipped, frame.failed);
    anstream::println!(
        "{} {} · {} {} · {} {} · {} {}",
        l("抽样总体", "frame"),
        HumanCount(records),
        l("未纳入:跳过", "not in it: left out"),
        HumanCount(skipped),
        l("读取失败", "not readable"),
        HumanCount(failed),
        l("种子", "seed"),
        sample.seed
    );
    let mut rows = table(&[
        l("样本", "sample"),
        l("层", "stratum"),
        l("总体", "records"),
        l("抽取", "drawn"),
        l("权重", "weight"),
    ]);
    align_right(&mut rows, 2..5);
    for set in &sample.sets {
        for stratum in set.strata.iter().take(SHOWN) {
            rows.add_row([
                set.name.clone(),
                stratum.name.clone(),
                HumanCount(stratum.population).to_string(),
                HumanCount(stratum.size).to_string(),
                format!("{:.2}", stratum.weight),
            ]);
        }
        let more = set.strata.len().saturating_sub(SHOWN);
        if more > 0 {
            rows.add_row([
                set.name.clone(),
                format!("{} {more}", l("另有层数", "further strata:")),
            ]);
        }
    }
    anstream::println!("{rows}");
    for set in sample.sets.iter().filter(|set| !set.enough) {
        let (size, asked) = (HumanCount(set.size), HumanCount(set.asked));
        let clauses = set.clauses.join(", ");
        match common.lang {
            super::language::Language::Zh => anstream::println!(
                "{} 只抽 {size} 条,少于 {clauses} 要求的 {asked} 条",
                set.name
            ),
            super::language::Language::En => {
                anstream::println!("{} has {size} records; {clauses} ask for {asked}", set.name)
            }
        }
    }
    if let Some(technical) = technical {
        anstream::println!(
            "{} {:.2}% ({} / {}) · {} {:.0}%",
            l("技术检测覆盖", "checked by technical means"),
            technical.share * 100.0,
            HumanCount(technical.records),
            HumanCount(technical.of),
            l("要求", "asked"),
            technical.asked * 100.0
        );
    }
    for sheet in sheets {
        anstream::println!(
            "{} · {} {}",
            args.output.join(&sheet.file).display(),
            HumanCount(sheet.rows),
            l("条", "records")
        );
    }
}
