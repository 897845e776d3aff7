//! `yujian works`: packs of known works.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use indicatif::{HumanBytes, HumanCount};

use super::Outcome;
use super::args::{CheckArgs, Common, IndexArgs, WorksCommand};
use super::table::{align_right, table};
use crate::corpus::split::json::TextPaths;
use crate::run::{MEMBERSHIP_FILE, Run};
use crate::works::{
    Builder, Built, IndexOptions, Known, Overlap, Overlaps, Pack, Remark, Scheme, Why, index, merge,
};

/// Remarks that are printed of one kind.
const SHOWN: usize = 50;

/// Runs the command.
pub fn run(command: &WorksCommand, common: &Common) -> Result<Outcome> {
    match command {
        WorksCommand::Index(args) => make(args, common),
        WorksCommand::Merge { packs, output } => {
            let packs: Vec<Pack> = packs
                .iter()
                .map(|path| Pack::open(path, true))
                .collect::<Result<_, _>>()?;
            told(&merge(&packs, output)?, output, common)?;
            Ok(Outcome::Passed)
        }
        WorksCommand::Show { pack, json } => show(pack, *json, common),
        WorksCommand::Check(args) => check(args, common),
    }
}

/// Opens packs.
///
/// # Errors
///
/// The first that cannot be used.
pub fn open(paths: &[PathBuf], map: bool) -> Result<Vec<Arc<Pack>>> {
    let packs = paths
        .iter()
        .map(|path| Ok(Arc::new(Pack::open(path, map)?)));
    packs.collect()
}

fn make(args: &IndexArgs, common: &Common) -> Result<Outcome> {
    let scheme = if args.items {
        Scheme::Items
    } else {
        Scheme::Works
    };
    let text = match args.text.is_empty() {
        true => TextPaths::default(),
        false => match TextPaths::new(&args.text) {
            Ok(paths) => paths,
            Err(path) => {
                bail!("`{path}` is no path\n  hint: write text, meta.title or messages[].content")
            }
        },
    };
    let options = IndexOptions {
        records: args.records || args.items,
        text,
        shortest: scheme.guaranteed() as u64,
    };
    let folder = args
        .output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let memory = usize::try_from(args.max_memory).unwrap_or(usize::MAX);
    let builder = Builder::new(scheme, folder, memory);
    let remarks = index(&builder, &args.paths, &options)?;
    remark(&remarks, &options, common);
    let built = builder.finish(&args.output)?;
    told(&built, &args.output, common)?;
    Ok(if remarks.iter().any(|remark| remark.why.is_failure()) {
        Outcome::Unfinished
    } else {
        Outcome::Passed
    })
}

/// Names everything that is not in the pack.
fn remark(remarks: &[Remark], options: &IndexOptions, common: &Common) {
    let l = |zh, en| common.lang.pick(zh, en);
    let mut shown = 0;
    for Remark { path, why } in remarks {
        let quiet = common.quiet || shown >= SHOWN && !common.verbose;
        if quiet && !why.is_failure() {
            continue;
        }
        shown += 1;
        let why = match why {
            Why::Same(other) => format!("{} {other}", l("正文与此相同:", "the same text as")),
            Why::NoText => l("没有文字", "there is no text in it").to_owned(),
            Why::Short(units) => format!(
                "{} ({units} < {})",
                l(
                    "过短,不能可靠查出,可用 --items 另建",
                    "too short to be found in any case; make a pack of such texts with --items"
                ),
                options.shortest
            ),
            Why::Long => l("过长,请分册", "too long: split it into volumes").to_owned(),
            Why::Skipped(reason) => format!("{} ({reason})", l("未收入", "left out")),
            Why::Failed(reason, what) => {
                format!("{} ({reason}): {what}", l("读取失败", "cannot be read"))
            }
        };
        anstream::eprintln!("{path}: {why}");
    }
    let rest = remarks.len().saturating_sub(shown);
    if rest > 0 && !common.quiet {
        anstream::eprintln!("{} {rest} (-v)", l("其余未收入", "left out besides"));
    }
}

fn told(built: &Built, path: &Path, common: &Common) -> Result<()> {
    if common.quiet {
        return Ok(());
    }
    let l = |zh, en| common.lang.pick(zh, en);
    writeln!(
        anstream::stdout().lock(),
        "{} {} · {} {} · {} · {} · {}",
        HumanCount(built.works as u64),
        l("部作品", "works"),
        HumanCount(built.entries),
        l("个指纹", "fingerprints"),
        HumanBytes(built.bytes),
        &built.digest[..16],
        path.display()
    )?;
    Ok(())
}

fn show(path: &Path, json: bool, common: &Common) -> Result<Outcome> {
    let pack = Pack::open(path, true)?;
    let mut out = anstream::stdout().lock();
    if json {
        for work in pack.works() {
            serde_json::to_writer(&mut out, work)?;
            writeln!(out)?;
        }
        return Ok(Outcome::Passed);
    }
    let l = |zh, en| common.lang.pick(zh, en);
    let mut rows = table(&[
        l("题名", "title"),
        l("作者", "author"),
        l("权利人", "holder"),
        "ISBN",
        l("字数", "characters"),
    ]);
    for work in pack.works() {
        let [title, author, holder, isbn] =
            [&work.title, &work.author, &work.holder, &work.isbn].map(Clone::clone);
        rows.add_row([title, author, holder, isbn, work.units.to_string()]);
    }
    align_right(&mut rows, 4..5);
    writeln!(out, "{rows}")?;
    writeln!(
        out,
        "{} · {} {} · {} · {}",
        pack.scheme().as_str(),
        HumanCount(pack.entries()),
        l("个指纹", "fingerprints"),
        HumanBytes(pack.bytes()),
        pack.digest()
    )?;
    Ok(Outcome::Passed)
}

fn check(args: &CheckArgs, common: &Common) -> Result<Outcome> {
    let text = match (&args.query, &args.file) {
        (Some(text), _) => text.clone(),
        (None, Some(path)) if path.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
        (None, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {} as UTF-8", path.display()))?,
        (None, None) => bail!("name a text with --query, or a file with --file"),
    };
    let packs: Vec<PathBuf> = args
        .packs
        .iter()
        .map(|path| of_run(path))
        .collect::<Result<_>>()?;
    let known = Known::new(open(&packs, true)?);
    let mut overlaps = Overlaps::default();
    overlaps.push(&known, "", &text);
    overlaps.end_field(&known, "");
    let found = overlaps.finish(&known);
    let mut out = anstream::stdout().lock();
    let l = |zh, en| common.lang.pick(zh, en);
    if !args.json && found.is_empty() {
        writeln!(out, "{}", l("没有相同的段落", "nothing in common"))?;
    }
    for (overlap, also) in &found {
        let work = known.work(overlap.work);
        let shares = shares(overlap, work.units);
        if args.json {
            let also: Vec<&str> = also
                .iter()
                .map(|of| known.work(*of).title.as_str())
                .collect();
            let places: Vec<_> = overlap.passages.iter().map(place).collect();
            let told = serde_json::json!({
                "work": work, "pack": known.packs()[overlap.work.pack as usize].path(),
                "run": overlap.run, "covered": overlap.covered,
                "query_share": shares.0, "work_share": shares.1,
                "passages": places, "also": also,
            });
            writeln!(out, "{told}")?;
            continue;
        }
        writeln!(
            out,
            "{} · {} · {} {} · {} {} · {} {:.1} % · {} {:.1} %",
            work.title,
            if work.author.is_empty() {
                "-"
            } else {
                &work.author
            },
            l("最长连续", "longest run"),
            overlap.run,
            l("共", "in all"),
            overlap.covered,
            l("占文本", "of the text"),
            shares.0 * 100.0,
            l("占作品", "of the work"),
            shares.1 * 100.0,
        )?;
    }
    Ok(match found.is_empty() {
        true => Outcome::Passed,
        false => Outcome::Failed,
    })
}

/// The pack of a run, where that is named.
fn of_run(path: &Path) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let run = Run::open(path)?;
    if !run.manifest().files.contains_key(MEMBERSHIP_FILE) {
        bail!(
            "{} holds no fingerprints of its texts\n  hint: scan with --membership",
            path.display()
        );
    }
    Ok(path.join(MEMBERSHIP_FILE))
}

fn place(passage: &crate::works::Passage) -> serde_json::Value {
    serde_json::json!({
        "start": passage.span.start, "end": passage.span.end,
        "in_work": [passage.in_work.start, passage.in_work.end],
        "run": passage.run, "verbatim": passage.verbatim,
    })
}

/// Shares of the text and of the work.
fn shares(overlap: &Overlap, units: u64) -> (f64, f64) {
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    (
        share(overlap.covered, overlap.units),
        share(overlap.covered_of_work, units),
    )
}
