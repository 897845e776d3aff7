//! `yujian init`: looks at a corpus and drafts `yujian.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use crossbeam_channel::bounded;

use super::Outcome;
use super::args::{Common, InitArgs};
use crate::config::{Config, FILE_NAME, SCHEMA, SCHEMA_FILE, is_schema, own_files};
use crate::corpus::{DiscoverOptions, Fate, Shard, discover};
use crate::detect::{DetectOptions, Scanner};
use crate::rules::RuleSet;
use crate::scan::{Event, Line, Nothing, Progress, ScanOptions};
use crate::sources::{Seen, Told};
use crate::{RuleIndex, SetupError};

/// Files of a source that are looked into, spread over all of them.
const FILES: usize = 16;
/// Records of a file that are looked at.
const RECORDS: u64 = 2_000;
/// Bytes that are scanned at a time: a small piece, so that looking ends soon.
const CHUNK: usize = 1 << 20;

/// Entities of what says that a machine made a text, and of statements of licences.
const MACHINE_MADE: &str = "rights.aigc";
const LICENCE: &str = "rights.licence";

/// The first line leads editors to the schema (Even Better TOML, taplo, Tombi).
const HEAD: &str = "#:schema ./yujian.schema.json\n# What a filing must know of this corpus. Drafted from a look at it: values that are empty\n# only a person can know. docs/configuration.md tells every key. 空白项须由人填写。\n\n[corpus]\ntext = [\"text\", \"content\", \"messages[].content\"]\nid = \"id\"\n\n[model]\nname = \"\"\nfunction = \"\"\ndomain = \"\"\nbase = \"\"\nuse = []                # 用途 commercial public_service internal research\n\n";

/// Runs the command.
pub fn run(args: &InitArgs, common: &Common) -> Result<Outcome> {
    if !args.dir.is_dir() {
        return Err(SetupError::other(
            format!("{} is no folder", args.dir.display()),
            "name the folder that holds the corpus",
        )
        .into());
    }
    let file = args
        .output
        .clone()
        .unwrap_or_else(|| args.dir.join(FILE_NAME));
    let before = match fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(SetupError::read(&file, error).into()),
    };
    let mut config = match &before {
        Some(text) => Config::parse(text, &file.display().to_string())?,
        None => Config::default(),
    };
    if let Some(field) = &args.field {
        config.corpus.source.clone_from(field);
    }
    let mut shards = discover(
        std::slice::from_ref(&args.dir),
        &DiscoverOptions {
            own_files: own_files(Some(&file), std::slice::from_ref(&args.dir))
                .into_iter()
                .collect(),
            own_folder: None,
            exclude: config.exclude(),
        },
    )?;
    config.assign_sources(&mut shards);
    let sources = look(&config, &shards, args)?;
    let new: Vec<_> = sources
        .iter()
        .filter(|(id, _)| !config.source.iter().any(|source| source.id == **id))
        .collect();
    let mut text = before.clone().unwrap_or_else(|| HEAD.to_owned());
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    for (id, (told, seen)) in &new {
        text.push_str(&seen.table(id, told));
        text.push('\n');
    }
    // What is written must be readable, or nothing is written. Complaints would be about lines that
    // are not in the file.
    if Config::parse(&text, &file.display().to_string()).is_err() {
        return Err(SetupError::other(
            format!(
                "no [[source]] can be added to {}, which was left as it is",
                file.display()
            ),
            "write its sources as [[source]] tables instead of source = [ … ]",
        )
        .into());
    }
    if !new.is_empty() || before.is_none() {
        write(&file, &text)?;
    }
    offer_schema(&file)?;
    tell(
        &file,
        &config,
        &new.iter().map(|(id, _)| &***id).collect::<Vec<_>>(),
        common,
    )?;
    Ok(Outcome::Passed)
}

/// Rules that a draft tells of.
struct Marks {
    machine_made: Vec<RuleIndex>,
    licence: Vec<RuleIndex>,
}

type Sources = BTreeMap<String, (Told, Seen)>;

/// What is seen of every source that is not declared yet.
fn look(config: &Config, shards: &[Shard], args: &InitArgs) -> Result<Sources> {
    let declared = |id: &str| config.source.iter().any(|source| source.id == id);
    let mut groups: BTreeMap<&str, Vec<&Shard>> = BTreeMap::new();
    for shard in shards.iter().filter(|s| matches!(s.fate, Fate::Read(..))) {
        if !declared(&shard.source) || args.field.is_some() {
            groups.entry(&shard.source).or_default().push(shard);
        }
    }
    let rules = Arc::new(RuleSet::builtin()?);
    let scanner = Scanner::new(rules.clone(), DetectOptions::default())?;
    let of = |beginning: &str| -> Vec<RuleIndex> {
        (0u32..)
            .zip(rules.infos())
            .filter(|(_, info)| {
                let entity = info.entity.as_deref();
                entity.is_some_and(|entity| entity.starts_with(beginning))
            })
            .map(|(at, _)| RuleIndex(at))
            .collect()
    };
    let marks = Marks {
        machine_made: of(MACHINE_MADE),
        licence: of(LICENCE),
    };
    let mut options = config.scan_options();
    options.sidecar = true;
    options.chunk = CHUNK;
    let mut all = Sources::new();
    for (id, group) in groups {
        for shard in spread(&group) {
            sample(&scanner, &options, shard, &marks, args, &mut all);
        }
        if args.field.is_none() {
            let told = Told::Globs(vec![glob(id, &group)]);
            let (_, seen) = all
                .entry(id.to_owned())
                .or_insert_with(|| (told.clone(), Seen::default()));
            seen.bytes = group.iter().map(|shard| shard.bytes).sum();
            for shard in &group {
                if let Fate::Read(format, _) = shard.fate {
                    *seen.formats.entry(format.as_str().to_owned()).or_default() += 1;
                }
            }
            if let Some(of) = all.get_mut(id) {
                of.0 = told;
            }
        }
    }
    Ok(all)
}

/// Some of the files, from the first to the last.
fn spread<'s>(group: &[&'s Shard]) -> Vec<&'s Shard> {
    let count = group.len().min(FILES);
    (0..count)
        .map(|at| group[at * group.len() / count])
        .collect()
}

/// The glob of a source: its folder, or its one file.
fn glob(id: &str, group: &[&Shard]) -> String {
    match group {
        [shard] if !shard.path.contains('/') => escaped(&shard.path),
        _ if group
            .iter()
            .all(|shard| shard.path.starts_with(&format!("{id}/"))) =>
        {
            format!("{}/**", escaped(id))
        }
        _ => "**".to_owned(),
    }
}

/// A path in which nothing is a wildcard.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('[');
            out.push(c);
            out.push(']');
        } else {
            out.push(c);
        }
    }
    out
}

/// Looks at the first records of a file. One thread, and nothing waits, so that where it ends does
/// not depend on the machine.
fn sample(
    scanner: &Scanner,
    options: &ScanOptions,
    shard: &Shard,
    marks: &Marks,
    args: &InitArgs,
    all: &mut Sources,
) {
    let stop = AtomicBool::new(false);
    let progress = Progress::default();
    let (send, events) = bounded(0);
    let shards = std::slice::from_ref(shard);
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else {
        return;
    };
    std::thread::scope(|scope| {
        let line = Line {
            shards,
            scanner,
            options,
            finished: &Nothing,
            known: None,
            stop: &stop,
            progress: &progress,
        };
        let pool = &pool;
        scope.spawn(move || pool.install(|| line.run(&send)));
        let mut looked = 0;
        for event in events {
            let Event::Piece(piece) = event else {
                continue;
            };
            for record in piece.outcomes.iter() {
                if looked == RECORDS {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
                looked += 1;
                let told = match &args.field {
                    Some(field) => Told::Field(field.clone(), record.source.clone()),
                    None => Told::Globs(Vec::new()),
                };
                let id = if args.field.is_some() {
                    &record.source
                } else {
                    &shard.source
                };
                let (_, seen) = all
                    .entry(id.clone())
                    .or_insert_with(|| (told, Seen::default()));
                seen.add(record);
                let counts = |rule| record.counts.get(rule).is_some_and(|n| n.open > 0);
                let marked = marks.machine_made.iter().any(counts);
                seen.machine_made += u64::from(marked);
                let licences = record.findings.iter().filter(|finding| {
                    finding.suppressed_by.is_none() && marks.licence.contains(&finding.rule)
                });
                seen.add_licences(licences.filter_map(|finding| finding.details.get("licence")));
            }
        }
    });
}

/// Writes the schema beside the file, or renews it; what is no schema of ours is left alone, and
/// so is the folder of a file that leads its editor elsewhere.
fn offer_schema(config: &Path) -> Result<()> {
    let schema = config.with_file_name(SCHEMA_FILE);
    let asked = fs::read_to_string(config)
        .is_ok_and(|text| text.contains(&format!("#:schema ./{SCHEMA_FILE}")));
    match fs::read_to_string(&schema) {
        Ok(text) if text == SCHEMA || !is_schema(&text) => Ok(()),
        Ok(_) => write(&schema, SCHEMA),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && asked => {
            write(&schema, SCHEMA)
        }
        Err(_) => Ok(()),
    }
}

/// Writes beside the name and renames when the file is whole.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let folder = if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder
    };
    let failed = || format!("cannot write {}", file.display());
    let mut new = tempfile::NamedTempFile::new_in(&folder).with_context(failed)?;
    new.write_all(text.as_bytes()).with_context(failed)?;
    new.as_file().sync_all().with_context(failed)?;
    new.persist(file).with_context(failed)?;
    Ok(())
}

fn tell(file: &Path, config: &Config, new: &[&str], common: &Common) -> Result<()> {
    if common.quiet {
        return Ok(());
    }
    let l = |zh, en| common.lang.pick(zh, en);
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{}: {} {} {} {} {}",
        file.display(),
        config.source.len(),
        l("个来源已申报,新增", "sources were declared, added"),
        new.len(),
        l("个", ""),
        new.join(", ")
    )?;
    if !new.is_empty() {
        writeln!(
            out,
            "{}",
            l(
                "空白项须由人填写:名称、类别、来源单位、采集时间、授权证明等;填好后用 yujian gate RUN --clauses 检查。",
                "only a person can fill in what is empty: name, kind, publisher, dates, evidence; then check with yujian gate RUN --clauses."
            )
        )?;
    }
    Ok(())
}
