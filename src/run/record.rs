//! [`Recorder`]: takes down what a scan says, and makes a run of it in the end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::basis::BASIS_FILE;
use super::carry::Carry;
use super::checkpoint::{self, Finished, Lock, Log};
use super::file::NEW;
use super::header::RunHeader;
use super::integrity::BLOCKS_FILE;
use super::manifest::{Environment, Manifest};
use super::rows::TABLE_FILES;
use super::{CHECKPOINT_DIR, MEMBERSHIP_FILE, RULES_FILE, RUN_FILE, TALLY_FILE, assemble, digests};
use crate::corpus::{DigestKind, Fate};
use crate::scan::{MemberOutcome, PieceOutcome, ShardIndex, ShardOutcome};
use crate::{RuleIndex, RunError};

/// Whether an interrupted scan may be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The directory must not hold a scan with finished pieces.
    Fresh,
    /// Go on with what is there; with nothing there, begin.
    Resume,
}

/// Writes one run. One thread owns it; dropping it before [`Recorder::finish`] leaves a directory
/// that can be resumed.
pub struct Recorder {
    dir: PathBuf,
    header: RunHeader,
    log: Log,
    /// Rule files, for `basis.jsonl.zst`.
    rules: Option<Vec<(String, String)>>,
    carry: Option<Carry>,
    /// After `log`, so that the log is closed before another scan may open it.
    _lock: Lock,
}

impl Recorder {
    /// Opens the directory `dir` for one run, making it and its parents where they are missing.
    /// Says what is finished already, and how to cut shards: with [`Mode::Resume`] the chunk size
    /// is that of the interrupted scan, not that of `header`.
    ///
    /// # Errors
    ///
    /// [`RunError::State`] if the directory holds a complete run, an unfinished one that was not
    /// asked for or that began with other rules, configuration, key or corpus, anything that is
    /// not a run, or if another scan is writing to it; [`RunError::Io`] if it cannot be written.
    pub fn create(dir: &Path, header: RunHeader, mode: Mode) -> Result<(Self, Finished), RunError> {
        header.check()?;
        refuse_occupied(dir)?;
        let folder = dir.join(CHECKPOINT_DIR);
        fs::create_dir_all(&folder).map_err(|e| RunError::io("create", &folder, e))?;
        let lock = Lock::acquire(dir)?;
        if dir.join(RUN_FILE).exists() {
            // The scan that held the lock has just become complete: what was made since then is
            // a leftover.
            let _ = fs::remove_dir_all(&folder);
            return Err(complete(dir));
        }
        let mut header = header;
        let log = match Log::open(dir)? {
            Some((log, began)) if log.finished(0).counts() != (0, 0) => {
                if mode == Mode::Fresh {
                    return Err(RunError::state(
                        format!("{} holds an unfinished run", dir.display()),
                        "go on with it with --resume, or choose another -o",
                    ));
                }
                began.check_resumed_by(&header)?;
                header.chunk_bytes = began.chunk_bytes;
                log
            }
            // Nothing is lost with a log in which nothing is finished.
            _ => Log::create(dir, &header)?,
        };
        let finished = log.finished(header.chunk_bytes);
        Ok((
            Self {
                dir: dir.to_owned(),
                header,
                log,
                rules: None,
                carry: None,
                _lock: lock,
            },
            finished,
        ))
    }

    /// What the run is a run of.
    pub fn header(&self) -> &RunHeader {
        &self.header
    }

    /// Writes down the rule files, names and texts, so that a later scan can build on the run.
    pub fn keep_rules(&mut self, files: &[(String, String)]) {
        self.rules = Some(files.to_vec());
    }

    /// Takes over what `earlier` says of the shards it knows: of these only the records that were
    /// scanned again are taken down. The header names the run it is of.
    pub fn take_over(&mut self, earlier: Carry) {
        self.carry = Some(earlier);
    }

    /// Takes down a piece; in any order.
    ///
    /// # Errors
    ///
    /// [`RunError::Io`] if it cannot be written: nothing that was taken down before is lost.
    pub fn piece(&mut self, outcome: &PieceOutcome) -> Result<(), RunError> {
        let (shard, piece) = (outcome.shard, outcome.piece);
        self.check_shard(shard)?;
        if self.log.has_piece(shard, piece) {
            return Err(self.wrong(shard, &format!("piece {piece} came twice")));
        }
        if let Err(what) = check_piece(outcome, self.header.rules.len()) {
            return Err(self.wrong(shard, &format!("piece {piece}: {what}")));
        }
        self.log.piece(outcome)
    }

    /// Takes down the end of a file in an archive; before or after its pieces. One that an
    /// interrupted scan took down is read again with its shard, and says the same.
    ///
    /// # Errors
    ///
    /// Like [`Recorder::piece`].
    pub fn member(&mut self, outcome: &MemberOutcome) -> Result<(), RunError> {
        self.check_shard(outcome.shard)?;
        if self.log.has_member(outcome.shard, outcome.member) {
            return Ok(());
        }
        self.log.member(outcome)
    }

    /// Takes down the end of a shard; before or after its pieces.
    ///
    /// # Errors
    ///
    /// Like [`Recorder::piece`].
    pub fn shard(&mut self, outcome: &ShardOutcome) -> Result<(), RunError> {
        self.check_shard(outcome.shard)?;
        if self.log.has_shard(outcome.shard) {
            return Err(self.wrong(outcome.shard, "its end came twice"));
        }
        self.log.shard(outcome)
    }

    /// Makes a complete run of everything taken down, with `run.json` last, and removes the
    /// checkpoint.
    ///
    /// # Errors
    ///
    /// [`RunError::State`] if a shard or a piece is missing, or if coverage does not close;
    /// [`RunError::Io`] if something cannot be written. The checkpoint is still there then, and
    /// resuming can try again.
    pub fn finish(self, environment: Environment) -> Result<Manifest, RunError> {
        let work = assemble::Work {
            dir: &self.dir,
            header: &self.header,
            log: &self.log,
            rules: self.rules.as_deref(),
        };
        let manifest = work.assemble(self.carry, environment)?;
        drop(self.log);
        // The run is complete whether or not this works; whoever opens it ignores the folder.
        let _ = fs::remove_dir_all(self.dir.join(CHECKPOINT_DIR));
        Ok(manifest)
    }

    fn check_shard(&self, shard: ShardIndex) -> Result<(), RunError> {
        match self
            .header
            .shards
            .get(shard.0 as usize)
            .map(|listed| &listed.shard.fate)
        {
            Some(Fate::Read(..)) => Ok(()),
            Some(_) => Err(self.wrong(shard, "it is not to be read")),
            None => Err(self.wrong(shard, "there is no such shard")),
        }
    }

    fn wrong(&self, shard: ShardIndex, what: &str) -> RunError {
        let path = self
            .header
            .shards
            .get(shard.0 as usize)
            .map_or("?", |l| &l.shard.path);
        RunError::state(
            format!("internal: shard {} ({path}): {what}", shard.0),
            "please report this",
        )
    }
}

/// What would make the tables wrong or the log useless.
fn check_piece(outcome: &PieceOutcome, rules: usize) -> Result<(), &'static str> {
    let known = |rule: &RuleIndex| (rule.0 as usize) < rules;
    let mut next = 0;
    for record in &outcome.outcomes {
        if record.record < next || record.record >= outcome.records.total() {
            return Err("record numbers are not ascending, or beyond the piece");
        }
        next = record.record + 1;
        if !record.counts.keys().all(known) || !record.findings.iter().all(|f| known(&f.rule)) {
            return Err("a finding names a rule that is not in the rule set");
        }
    }
    Ok(())
}

/// # Errors
///
/// If `dir` holds a complete run, or anything that is not ours.
pub(super) fn refuse_occupied(dir: &Path) -> Result<(), RunError> {
    let fail = |e| RunError::io("read", dir, e);
    let foreign = |what: String| Err(RunError::state(what, "choose another -o"));
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
            return foreign(format!("{} is not a directory", dir.display()));
        }
        Err(e) => return Err(fail(e)),
    };
    let mut stranger = None;
    let mut run_file = false;
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let name = name.to_string_lossy();
        let bare = name.strip_suffix(NEW).unwrap_or(&name);
        run_file |= name == RUN_FILE;
        if bare != RUN_FILE
            && bare != TALLY_FILE
            && bare != BASIS_FILE
            && bare != BLOCKS_FILE
            && bare != RULES_FILE
            && name != MEMBERSHIP_FILE
            && name != CHECKPOINT_DIR
            && !DigestKind::ALL
                .iter()
                .any(|kind| bare == digests::file_name(*kind))
            && !TABLE_FILES.contains(&bare)
        {
            // The first in order, so that the message does not depend on the file system.
            stranger = stranger.into_iter().chain([name.into_owned()]).min();
        }
    }
    if run_file {
        return Err(complete(dir));
    }
    if let Some(name) = stranger {
        return foreign(format!(
            "{} is not empty and not a run: it has {name}",
            dir.display()
        ));
    }
    let folder = dir.join(CHECKPOINT_DIR);
    match checkpoint::is_ours(&folder) {
        Ok(true) => Ok(()),
        Ok(false) => foreign(format!("{} was not made by yujian", folder.display())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            // Tables without a checkpoint: they would be overwritten in silence.
            match TABLE_FILES
                .iter()
                .chain([&TALLY_FILE])
                .find(|name| dir.join(name).exists())
            {
                None => Ok(()),
                Some(name) => foreign(format!("{} has {name} but no {RUN_FILE}", dir.display())),
            }
        }
        Err(e) => Err(RunError::io("read", &folder, e)),
    }
}

fn complete(dir: &Path) -> RunError {
    RunError::state(
        format!("{} already holds a complete run", dir.display()),
        "choose another -o; --resume is for unfinished runs",
    )
}
