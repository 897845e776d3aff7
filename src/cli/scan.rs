//! `yujian scan`: paths in, a run and its summary out.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use crossbeam_channel::{RecvTimeoutError, bounded};
use indicatif::{DecimalBytes, HumanBytes};

use super::args::{Common, Part, ScanArgs};
use super::cache::Cache;
use super::key::{self, Key};
use super::progress::Display;
use super::setup::Configured;
use super::{Outcome, gate, since, table, verify};
use crate::corpus::{Shard, without_secrets};
use crate::detect::{DetectOptions, Scanner};
use crate::origins::Used;
use crate::run::{Environment, Listed, Manifest, Mode, Pack, Recorder, Run, RunHeader, SignKey};
use crate::scan::{self, Event, Finished, Line, Progress, ScanOptions, ShardIndex};
use crate::tokens::Counting;
use crate::works::Known;
use crate::{RunError, rules::RuleSet};

/// Events that may wait for the recorder.
const WAITING: usize = 64;
/// Largest and smallest chunk; both powers of two.
const CHUNK: std::ops::RangeInclusive<u64> = (256 << 10)..=(8 << 20);
/// What a thread needs per byte of chunk: the chunk of a stream, its successor, folded copies.
const MEMORY_PER_CHUNK_BYTE: u64 = 8;

/// Runs the command.
pub fn run(args: &ScanArgs, common: &Common) -> Result<Outcome> {
    let configured = Configured::find(&args.config, &args.paths)?;
    let texts = configured.rules(&args.rules)?;
    let origins = configured.origins(common)?;
    if args.dry_run {
        let rules = texts.load()?;
        let mut shards = configured.corpus(&args.paths, args.output.as_deref(), &origins)?;
        only(args.shard, &mut shards);
        table::dry_run(&shards, &rules, common)?;
        return Ok(Outcome::Passed);
    }
    let scanner = Cache::open(&args.cache).scanner(&texts, common)?;
    let mut shards = configured.corpus(&args.paths, args.output.as_deref(), &origins)?;
    // How many tokens are counted follows from the whole corpus, so that parts can be merged.
    let tokens = configured.counting(args, &shards)?;
    only(args.shard, &mut shards);
    let Some(output) = &args.output else {
        bail!("name a directory for the run with -o")
    };
    let sign = args.sign.as_deref().map(SignKey::read).transpose()?;
    let key = load_key(args, common)?;
    let works = configured.works(args)?;
    let detect = DetectOptions {
        key: key.as_ref().map(|k| k.bytes),
        keep: args.keep,
        works: works.clone(),
        membership: args.membership,
    };
    let used = origins.used().cloned();
    let scanner = scanner.with_options(detect).with_origins(origins);
    let scanner = scanner.profiled(args.profile);
    let mut options = configured.config.scan_options();
    options.sidecar = args.sidecar;
    options.tokens = tokens;
    options.map = !args.no_mmap;
    options.digests = verify::kinds(&args.digest);
    let threads = args.threads.map_or_else(available_threads, usize::from);
    options.chunk = chunk_size(args.max_memory, threads);
    // What is read of an earlier run takes its time too.
    let began = (SystemTime::now(), Instant::now());
    let mut header = header(
        &configured,
        args,
        (scanner.rules(), used),
        key.as_ref(),
        &options,
        (&shards, works.as_deref()),
    );
    let (built_on, earlier) = since::plan(args, &header, &scanner, common)?;
    header.since = built_on.as_ref().and_then(|since| since.id.clone());
    let mode = if args.resume {
        Mode::Resume
    } else {
        Mode::Fresh
    };
    let (mut recorder, finished) = Recorder::create(output, header, mode)?;
    recorder.keep_rules(scanner.rules().files());
    let known = earlier.map(|earlier| {
        recorder.take_over(earlier.carry);
        earlier.known
    });
    if let Ok(chunk) = usize::try_from(finished.chunk_bytes) {
        options.chunk = chunk;
    }
    let work = Work {
        shards: &shards,
        scanner: &scanner,
        options: &options,
        finished: &finished,
        known: known.as_ref(),
        threads,
    };
    let Some(recorder) = work.scan(recorder, common)? else {
        return Ok(interrupted(output, common));
    };
    let mut environment = environment(began, threads, args.resume);
    environment.since = built_on;
    if let Some(pack) = works
        .iter()
        .flat_map(|known| known.packs())
        .find(|pack| !pack.intact())
    {
        bail!(
            "{} was cut off while it was in use, so what was found is not to be relied on\n  hint: put it back, and scan anew with another -o",
            pack.path().display()
        );
    }
    let manifest = recorder.finish(environment)?;
    if let Some(key) = &sign {
        crate::run::sign(output, key)?;
    }
    let outcome = conclude(
        args,
        common,
        &configured,
        output,
        &manifest,
        &scanner,
        began.1.elapsed(),
    );
    // The process ends: hundreds of thousands of words need not be given back one by one.
    std::mem::forget(scanner);
    outcome
}

fn load_key(args: &ScanArgs, common: &Common) -> Result<Option<Key>> {
    let key = key::load(args.key_file.as_deref())?;
    if key.is_none() && !common.quiet {
        anstream::eprintln!(
            "{}",
            common.lang.pick(
                "没有可用的密钥文件,结果中不含值摘要(可用 --key-file 指定)",
                "no place for a key, so the run holds no value hashes (name one with --key-file)"
            )
        );
    }
    Ok(key)
}

pub(super) fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Part of what was discovered: every so many shards one.
pub(super) fn only(part: Option<Part>, shards: &mut Vec<Shard>) {
    let Some(part) = part else { return };
    let mut number = 0;
    shards.retain(|_| {
        number += 1;
        (number - 1) % part.of == part.index - 1
    });
}

/// The largest power of two with which all threads stay within the limit.
fn chunk_size(max_memory: Option<u64>, threads: usize) -> usize {
    let limit = max_memory.map_or(*CHUNK.end(), |m| {
        m / (threads as u64 * MEMORY_PER_CHUNK_BYTE)
    });
    let wanted = limit.clamp(*CHUNK.start(), *CHUNK.end());
    1 << wanted.ilog2()
}

fn header(
    configured: &Configured,
    args: &ScanArgs,
    (rules, origins): (&RuleSet, Option<Used>),
    key: Option<&Key>,
    options: &ScanOptions,
    (shards, works): (&[Shard], Option<&Known>),
) -> RunHeader {
    let works = works.map_or_else(Vec::new, named);
    let digests: Vec<&str> = works.iter().map(|pack| pack.version.as_str()).collect();
    let tokens = options.tokens.as_ref().map(Counting::counted);
    let modified = |shard: &Shard| {
        let time = fs::metadata(&shard.location).ok()?.modified().ok()?;
        i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
    };
    RunHeader {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        rules_digest: rules.digest().to_owned(),
        packs: rules
            .packs()
            .iter()
            .map(|p| Pack {
                name: p.id.clone(),
                version: p.version.clone(),
            })
            .collect(),
        rules: rules.infos().to_vec(),
        config_digest: configured.config.scan_digest(
            args.sidecar,
            args.keep,
            tokens.as_ref(),
            (&digests, args.membership),
            origins.as_ref(),
        ),
        key_id: key.map(|k| k.id.clone()),
        tokens,
        works,
        origins,
        membership: args.membership,
        since: None,
        digests: options.digests.clone(),
        chunk_bytes: options.chunk as u64,
        shards: shards
            .iter()
            .map(|s| Listed {
                shard: s.clone(),
                modified: modified(s),
            })
            .collect(),
    }
}

/// Packs as runs name them.
fn named(known: &Known) -> Vec<Pack> {
    let packs = known.packs().iter().map(|pack| Pack {
        name: pack
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        version: pack.digest(),
    });
    packs.collect()
}

/// What the threads work on.
struct Work<'a> {
    shards: &'a [Shard],
    scanner: &'a Scanner,
    options: &'a ScanOptions,
    finished: &'a crate::run::Finished,
    known: Option<&'a scan::Known>,
    threads: usize,
}

impl Finished for crate::run::Finished {
    fn piece(&self, shard: ShardIndex, piece: u32) -> bool {
        Self::piece(self, shard, piece)
    }

    fn shard(&self, shard: ShardIndex) -> bool {
        Self::shard(self, shard)
    }
}

impl Work<'_> {
    /// Scans everything; the recorder back, or none if the user interrupted.
    fn scan(&self, mut recorder: Recorder, common: &Common) -> Result<Option<Recorder>> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // The second time the signal does what it would have done.
            signal_hook::flag::register_conditional_default(signal, stop.clone())
                .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
                .context("cannot watch for interruption")?;
        }
        let failed = AtomicBool::new(false);
        let halt = AtomicBool::new(false);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|i| format!("scan-{i}"))
            .build()
            .context("cannot start threads")?;
        let progress = Progress::default();
        let mut display = Display::new(self.shards.iter().map(|s| s.bytes).sum(), common);
        let (send, events) = bounded(WAITING);
        let mut result: Result<(), RunError> = Ok(());
        std::thread::scope(|scope| {
            let line = Line {
                shards: self.shards,
                scanner: self.scanner,
                options: self.options,
                finished: self.finished,
                known: self.known,
                stop: &halt,
                progress: &progress,
            };
            let pool = &pool;
            scope.spawn(move || pool.install(|| line.run(&send)));
            loop {
                if stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed) {
                    halt.store(true, Ordering::Relaxed);
                }
                match events.recv_timeout(Duration::from_millis(100)) {
                    Ok(event) if result.is_ok() => {
                        result = match event {
                            Event::Piece(outcome) => recorder.piece(&outcome),
                            Event::Member(outcome) => recorder.member(&outcome),
                            Event::Shard(outcome) => recorder.shard(&outcome),
                        };
                        // The others are told to stop; what they still send is let go.
                        failed.store(result.is_err(), Ordering::Relaxed);
                    }
                    Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                display.show(&progress);
            }
        });
        display.end();
        result?;
        Ok((!stop.load(Ordering::Relaxed)).then_some(recorder))
    }
}

fn interrupted(output: &Path, common: &Common) -> Outcome {
    let output = output.display();
    anstream::eprintln!(
        "{}",
        match common.lang {
            super::language::Language::Zh =>
                format!("已中断。已完成的部分保存在 {output},加 --resume 可继续。"),
            super::language::Language::En => {
                format!("interrupted: what is finished is kept in {output}; go on with --resume")
            }
        }
    );
    Outcome::Unfinished
}

pub(super) fn environment(
    began: (SystemTime, Instant),
    threads: usize,
    resumed: bool,
) -> Environment {
    Environment {
        started: rfc3339(began.0),
        finished: rfc3339(SystemTime::now()),
        duration_ms: u64::try_from(began.1.elapsed().as_millis()).unwrap_or(u64::MAX),
        host: fs::read_to_string("/proc/sys/kernel/hostname")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        // URLs may hold passwords and signatures.
        command: std::env::args().map(|arg| typed(&arg)).collect(),
        threads: u32::try_from(threads).unwrap_or(u32::MAX),
        resumed,
        since: None,
        merged: vec![],
    }
}

/// What was typed, without what lets others in.
fn typed(arg: &str) -> String {
    if arg.contains("://") {
        return without_secrets(arg);
    }
    arg.to_owned()
}

/// Seconds precision, UTC.
pub(super) fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    chrono::DateTime::from_timestamp(i64::try_from(since.as_secs()).unwrap_or_default(), 0)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn conclude(
    args: &ScanArgs,
    common: &Common,
    configured: &Configured,
    output: &Path,
    manifest: &Manifest,
    scanner: &Scanner,
    took: Duration,
) -> Result<Outcome> {
    let run = Run::open(output)?;
    if !common.quiet {
        table::summary(&run, manifest, common)?;
        let bytes = manifest.totals.stored_bytes.scanned;
        let rate = DecimalBytes((bytes as f64 / took.as_secs_f64().max(1e-9)) as u64);
        anstream::println!(
            "{} · {:.1} s · {rate}/s · {}",
            HumanBytes(bytes),
            took.as_secs_f64(),
            output.display()
        );
        if let Some(line) = since::summary(manifest, common.lang) {
            anstream::println!("{line}");
        }
    }
    if args.profile {
        table::profile(scanner)?;
    }
    if args.gate {
        return gate::judge_run(&run, &configured.config, common);
    }
    Ok(if manifest.coverage.whole {
        Outcome::Passed
    } else {
        Outcome::Unfinished
    })
}
