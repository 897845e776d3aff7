//! `yujian verify`: whether a run, its signature and its corpus are what they were.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use indicatif::{DecimalBytes, HumanBytes};
use serde::Serialize;

use super::Outcome;
use super::args::{Common, DigestName, VerifyArgs, VerifyFormat};
use super::language::Language;
use super::progress::Bytes;
use super::scan::{available_threads, only};
use super::setup::Configured;
use crate::corpus::{DigestKind, Shard};
use crate::run::{
    Compared, Differences, Kind, Manifest, Proof, Run, Signed, VerifyKey, check_signature,
    compare_corpus, strangers, verify,
};

/// Lines of differences on a terminal; `--format json` has more.
const SHOWN: usize = 50;

/// Runs the command.
pub fn run(args: &VerifyArgs, common: &Common) -> Result<Outcome> {
    if let Some(path) = &args.prove {
        let proof = Proof::of(&Run::open(&args.run)?, path)?;
        anstream::println!("{}", serde_json::to_string_pretty(&proof)?);
        return Ok(Outcome::Passed);
    }
    let key = args
        .public_key
        .as_deref()
        .map(VerifyKey::read)
        .transpose()?;
    // What is wrong with the corpus as it was named must not wait for the run to be read.
    let found = find(args, common)?;
    let (run, mut told) = verify(&args.run)?;
    let manifest = run.manifest();
    let signed = key
        .map(|key| check_signature(&args.run, &key))
        .transpose()?;
    if let Some(signed) = signed.as_ref().filter(|signed| **signed != Signed::Valid) {
        told.add(Kind::Signature, crate::run::SIGNATURE_FILE, signed.told());
    }
    let began = Instant::now();
    let compared = match found {
        // Its table of files is what the corpus is compared with.
        Some(_) if !told.trusts_files() => None,
        Some(found) => Some(compare(args, common, &run, &found)?),
        None => None,
    };
    let skipped = !args.corpus.is_empty() && compared.is_none();
    if let Some(compared) = &compared {
        told.merge(compared.told.clone());
    }
    let strangers = strangers(&args.run, manifest)?;
    let all_well = told.is_empty();
    match args.format {
        VerifyFormat::Json => {
            let report = Report {
                run: args.run.display().to_string(),
                root: &manifest.integrity.root,
                root_digest: &manifest.root_digest,
                all_well,
                signed: signed.as_ref().map(|signed| *signed == Signed::Valid),
                corpus: compared.as_ref().map(Corpus::of),
                corpus_not_compared: skipped,
                other_files: &strangers,
                differences: &told,
            };
            anstream::println!("{}", serde_json::to_string_pretty(&report)?);
        }
        VerifyFormat::Table => {
            let table = Table {
                lang: common.lang,
                quiet: common.quiet,
            };
            table.print(manifest, &told, signed.as_ref());
            table.corpus(compared.as_ref(), skipped, began.elapsed());
            table.strangers(&strangers);
        }
    }
    Ok(if all_well {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Report<'a> {
    run: String,
    root: &'a str,
    root_digest: &'a str,
    all_well: bool,
    /// None if no key was named.
    signed: Option<bool>,
    /// None if none was named.
    corpus: Option<Corpus>,
    corpus_not_compared: bool,
    other_files: &'a [String],
    differences: &'a Differences,
}

#[derive(Serialize)]
struct Corpus {
    files_same: u64,
    files_by_length_only: u64,
    bytes_digested: u64,
}

impl Corpus {
    const fn of(compared: &Compared) -> Self {
        Self {
            files_same: compared.same,
            files_by_length_only: compared.by_length,
            bytes_digested: compared.bytes,
        }
    }
}

/// The corpus as a scan would see it; none if it is not to be compared.
fn find(args: &VerifyArgs, common: &Common) -> Result<Option<Vec<Shard>>> {
    if args.corpus.is_empty() {
        return Ok(None);
    }
    let configured = Configured::find(&args.config, &args.corpus)?;
    let origins = configured.origins(common)?;
    let mut shards = configured.corpus(&args.corpus, Some(&args.run), &origins)?;
    only(args.shard, &mut shards);
    Ok(Some(shards))
}

/// The kinds that were typed, each once.
pub(super) fn kinds(typed: &[DigestName]) -> Vec<DigestKind> {
    let wanted = |kind: &DigestKind| {
        let name = match kind {
            DigestKind::Sha256 => DigestName::Sha256,
            DigestKind::Sm3 => DigestName::Sm3,
        };
        typed.contains(&name)
    };
    DigestKind::ALL.into_iter().filter(wanted).collect()
}

fn compare(args: &VerifyArgs, common: &Common, run: &Run, found: &[Shard]) -> Result<Compared> {
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("verify-{i}"))
        .build()
        .context("cannot start threads")?;
    let done = AtomicU64::new(0);
    let stop = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_default(signal_hook::consts::SIGINT, stop.clone())
        .and_then(|_| signal_hook::flag::register(signal_hook::consts::SIGINT, stop.clone()))
        .context("cannot watch for interruption")?;
    let display = Bytes::new(found.iter().map(|shard| shard.bytes).sum(), common);
    let kinds = kinds(&args.digest);
    let compared = std::thread::scope(|scope| {
        let work = || pool.install(|| compare_corpus(run, found, &kinds, &done, &stop));
        let work = scope.spawn(work);
        while !work.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
            display.show(done.load(Ordering::Relaxed));
        }
        work.join()
    });
    display.end();
    if stop.load(Ordering::Relaxed) {
        bail!("interrupted: the corpus was not compared in full");
    }
    match compared {
        Ok(compared) => Ok(compared?),
        Err(_) => bail!("comparing the corpus has gone wrong: please report this"),
    }
}

/// Prints for people.
struct Table {
    lang: Language,
    quiet: bool,
}

impl Table {
    fn print(&self, manifest: &Manifest, told: &Differences, signed: Option<&Signed>) {
        let pick = |zh, en| self.lang.pick(zh, en);
        for one in told.list.iter().take(SHOWN) {
            let rows = one.rows.map_or(String::new(), |[from, to]| {
                let (rows, to) = (pick("行", "rows"), to - 1);
                if from == to {
                    format!(" {rows} {from}")
                } else {
                    format!(" {rows} {from}–{to}")
                }
            });
            anstream::println!(
                "{}: {}{rows}: {}",
                label(one.kind, self.lang),
                one.file,
                one.what
            );
        }
        let all: u64 = told.counts.values().sum();
        if all > SHOWN as u64 {
            let more = all - SHOWN as u64;
            anstream::println!("{} {more}", pick("另有", "more:"));
        }
        if self.quiet {
            return;
        }
        let verdict = if told.is_empty() {
            pick("一致", "all well")
        } else {
            pick("不一致", "something differs")
        };
        let root = &manifest.integrity.root;
        anstream::println!("{verdict} · {} {root}", pick("根摘要", "root"));
        if signed == Some(&Signed::Valid) {
            anstream::println!("{}", pick("签名有效", "the signature is good"));
        }
    }

    fn corpus(&self, compared: Option<&Compared>, skipped: bool, took: Duration) {
        if skipped {
            let pick = self.lang.pick(
                "运行的文件表有问题,未与语料比对",
                "the corpus was not compared: the table of files is not to be trusted",
            );
            anstream::println!("{pick}");
        }
        let (Some(compared), false) = (compared, self.quiet) else {
            return;
        };
        let rate = DecimalBytes((compared.bytes as f64 / took.as_secs_f64().max(1e-9)) as u64);
        let (same, by_length) = (compared.same, compared.by_length);
        let bytes = HumanBytes(compared.bytes);
        match self.lang {
            Language::Zh => anstream::println!(
                "语料: {same} 个文件摘要一致,{by_length} 个未读完的文件仅比长度 · {bytes} · {rate}/s"
            ),
            Language::En => anstream::println!(
                "corpus: {same} files have their digests, {by_length} not read by the scan have \
                 their lengths · {bytes} · {rate}/s"
            ),
        }
    }

    fn strangers(&self, names: &[String]) {
        if !names.is_empty() && !self.quiet {
            anstream::println!(
                "{}: {}",
                self.lang.pick("不属于运行的文件", "no part of the run"),
                names.join(", ")
            );
        }
    }
}

fn label(kind: Kind, lang: Language) -> &'static str {
    let zh = match kind {
        Kind::FileMissing => "缺文件",
        Kind::FileChanged => "文件被改动",
        Kind::FileDamaged => "文件损坏",
        Kind::Root => "根不符",
        Kind::Part => "部分不符",
        Kind::RowsChanged => "行被改动",
        Kind::Row => "行自相矛盾",
        Kind::Sum => "合计不符",
        Kind::Signature => "签名",
        Kind::ShardMissing => "语料缺失",
        Kind::ShardChanged => "语料被改动",
        Kind::ShardAdded => "语料新增",
        Kind::ShardUnreadable => "语料不可读",
    };
    lang.pick(zh, kind.as_str())
}
