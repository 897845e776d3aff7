//! From the log to a complete run.
//!
//! One pass over the log in order of shards and pieces, with one piece in memory at a time.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::basis::{BASIS_FILE, BasisWriter};
use super::carry::Carry;
use super::checkpoint::Log;
use super::coverage::{self, Coverage, TallySums};
use super::digests::DigestWriter;
use super::file::{self, NewFile};
use super::header::RunHeader;
use super::integrity::{BLOCKS_FILE, BlocksFile, Integrity};
use super::manifest::{Environment, FindingTotals, Manifest, RuleSetId, Stored, Totals};
use super::members::{FileMembers, Members};
use super::merkle::Blocks;
use super::rows::{FindingPlace, FindingRow, RecordRow, ShardRow, Status};
use super::since;
use super::table::{Row, TableWriter};
use super::{FORMAT_VERSION, RULES_FILE, RUN_FILE, TALLY_FILE};
use crate::corpus::{Digests, Fate, Media, ReadEnd, Skip};
use crate::rules::RuleInfo;
use crate::scan::{MediaFiles, PieceOutcome, RecordIssue, RecordOutcome, ShardIndex, Tally};
use crate::{RunError, ShardError};

/// One byte in so many may be replaced; with more, what was searched is not what a person would
/// read.
const MOST_REPLACED: u64 = 50;

/// The contents of `tally.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct TallyFile {
    pub format_version: u32,
    #[serde(flatten)]
    pub tally: Tally,
}

/// What a run is made of.
pub(super) struct Work<'a> {
    pub dir: &'a Path,
    pub header: &'a RunHeader,
    pub log: &'a Log,
    /// Rule files, names and texts, if the run is to hold them.
    pub rules: Option<&'a [(String, String)]>,
}

impl Work<'_> {
    /// Makes a complete run; `carry` is what an earlier one gives.
    ///
    /// # Errors
    ///
    /// See [`Recorder::finish`](super::Recorder::finish).
    pub fn assemble(
        &self,
        mut carry: Option<Carry>,
        mut environment: Environment,
    ) -> Result<Manifest, RunError> {
        let Self {
            dir,
            header,
            log,
            rules,
        } = *self;
        let mut assembly = Assembly::begin(dir, header, rules)?;
        for (index, listed) in (0..).map(ShardIndex).zip(&header.shards) {
            let row = ShardRow::new(&listed.shard);
            match listed.shard.fate {
                Fate::Read(..) => assembly.read_shard(log, index, row, carry.as_mut())?,
                Fate::Skip(_) | Fate::Fail(..) => assembly.end_shard(row, &Digests::new())?,
            }
        }
        if let (Some(since), Some(carry)) = (&mut environment.since, carry) {
            let done = carry.done();
            since.files = done.files;
            since.stored_bytes = done.stored_bytes;
            since.records = done.records;
            since.records_again = done.again;
        }
        let stored_bytes = header.shards.iter().map(|listed| listed.shard.bytes).sum();
        let discovered = (header.shards.len() as u64, stored_bytes);
        assembly.check(discovered)?;
        assembly.publish(dir, header, environment)
    }
}

/// A run that is being put together.
pub(super) struct Assembly<'a> {
    pub(super) rules: &'a [RuleInfo],
    pub(super) findings: TableWriter<FindingRow>,
    pub(super) records: TableWriter<RecordRow>,
    shards: TableWriter<ShardRow>,
    digests: Vec<DigestWriter>,
    pub(super) basis: Option<BasisWriter>,
    /// Fingerprints of all texts, if they are wanted.
    pub(super) members: Option<Members>,
    pub(super) tally: Tally,
    coverage: Coverage,
    /// Sums of what was written to the tables, to be held against the tally.
    pub(super) sums: TallySums,
    pub(super) kept: u64,
    replaced_bytes: u64,
    root: RootDigest,
}

impl<'a> Assembly<'a> {
    pub(super) fn begin(
        dir: &Path,
        header: &'a RunHeader,
        files: Option<&[(String, String)]>,
    ) -> Result<Self, RunError> {
        let digests = header.digests.iter();
        Ok(Self {
            rules: &header.rules,
            digests: digests
                .map(|kind| DigestWriter::create(dir, *kind))
                .collect::<Result<_, _>>()?,
            findings: TableWriter::create(dir)?,
            records: TableWriter::create(dir)?,
            shards: TableWriter::create(dir)?,
            basis: files
                .map(|files| BasisWriter::create(dir, files))
                .transpose()?,
            members: header.membership.then(|| Members::new(dir)),
            tally: Tally::default(),
            coverage: Coverage::default(),
            sums: TallySums::default(),
            kept: 0,
            replaced_bytes: 0,
            root: RootDigest::default(),
        })
    }

    fn read_shard(
        &mut self,
        log: &Log,
        index: ShardIndex,
        row: ShardRow,
        carry: Option<&mut Carry>,
    ) -> Result<(), RunError> {
        let Some(end) = log.read_shard(index)? else {
            return Err(unfinished(&row.path));
        };
        if log.piece_count(index) > end.pieces as usize {
            return Err(RunError::state(
                format!(
                    "internal: {} has more than its {} pieces",
                    row.path, end.pieces
                ),
                "please report this",
            ));
        }
        if let Some(carry) = carry
            && carry.knows(&end)
        {
            return self.carry_shard(carry, log, &end, &row.path);
        }
        // Pieces follow each other by the files they belong to, the shard's own come last.
        let (mut first, mut inside) = (0, BTreeMap::<String, u64>::new());
        for member in 0..end.members {
            let Some(member) = log.read_member(index, member)? else {
                return Err(unfinished(&row.path));
            };
            let pieces = first..first + member.pieces;
            first = pieces.end;
            let of = format!("{}{}", row.path, member.read.archive);
            *inside.entry(of).or_default() += member.read.packed_bytes;
            let member_row = ShardRow::of_member(&row, &member.read);
            let own = member.read.end.unwrap_or_default();
            let row = self.read_file(log, index, pieces, member_row, own, &mut inside)?;
            self.end_shard(row, &Digests::new())?;
        }
        let own = ReadEnd {
            digest: end.digest,
            stored_bytes: row.bytes,
            decoded_bytes: end.decoded_bytes,
            member_bytes: end.member_bytes,
            charset: end.charset,
            notes: end.notes,
            error: end.error,
        };
        let row = self.read_file(log, index, first..end.pieces, row, own, &mut inside)?;
        self.end_shard(row, &end.digests)
    }

    /// Reads the pieces of one file, be it a shard or in an archive, and gives its row.
    ///
    /// `inside`: bytes of files in archives, by the path of the archive.
    fn read_file(
        &mut self,
        log: &Log,
        index: ShardIndex,
        pieces: std::ops::Range<u32>,
        mut row: ShardRow,
        end: ReadEnd,
        inside: &mut BTreeMap<String, u64>,
    ) -> Result<ShardRow, RunError> {
        // Findings name it.
        row.digest = Some(end.digest).filter(|digest| !digest.is_empty());
        let mut tally = Tally::default();
        // Taken out, so that it can be added to beside the tables.
        let members = self.members.take();
        let digest = row.digest.clone().unwrap_or_default();
        let mut own = members
            .as_ref()
            .map(|members| members.file(&row.path, &digest));
        for piece in pieces {
            let Some(piece) = log.read_piece(index, piece)? else {
                return Err(unfinished(&row.path));
            };
            if let Some(own) = &mut own {
                own.add(&piece.fingerprints)?;
            }
            self.read_piece(&mut row, &mut tally, piece)?;
        }
        own.map(FileMembers::end).transpose()?;
        self.members = members;
        row.decoded_bytes = end.decoded_bytes;
        row.encoding = Some(end.charset).filter(|charset| !charset.is_empty());
        for note in end.notes {
            *row.reasons.entry(note).or_default() += 1;
        }
        if let Some((reason, sentence)) = &end.error {
            row.fail(reason, sentence);
        } else if row.status == Status::Scanned
            && row.replaced_bytes * MOST_REPLACED > row.decoded_bytes
        {
            let (charset, replaced) = (row.encoding.clone(), row.replaced_bytes);
            let charset = charset.unwrap_or_default();
            let error = ShardError::Charset { charset, replaced };
            row.fail(error.reason(), &error.to_string());
        }
        coverage::check_shard(
            &row,
            inside.remove(&row.path).unwrap_or(0),
            end.member_bytes,
        )?;
        self.tally.merge(&tally);
        if let (Some(basis), true) = (&mut self.basis, since::may_be_carried(&row)) {
            basis.push(&row.path, &tally)?;
        }
        Ok(row)
    }

    fn read_piece(
        &mut self,
        row: &mut ShardRow,
        tally: &mut Tally,
        piece: PieceOutcome,
    ) -> Result<(), RunError> {
        // Until here the row has counted the records of the pieces before.
        let first = row.records.total();
        for outcome in &piece.outcomes {
            self.record(row, first + outcome.record, outcome)?;
        }
        let room = PieceOutcome::ISSUES_KEPT - row.issues.len();
        row.issues.extend(
            piece
                .issues
                .into_iter()
                .take(room)
                .map(|issue| RecordIssue {
                    record: first + issue.record,
                    ..issue
                }),
        );
        for (reason, records) in piece.reasons {
            *row.reasons.entry(reason).or_default() += records;
        }
        row.records.merge(&piece.records);
        row.decoded.merge(&piece.bytes);
        row.replaced_bytes += piece.replaced_bytes;
        self.sums.records.merge(&piece.records);
        self.sums.bytes.merge(&piece.bytes);
        tally.merge(&piece.tally);
        Ok(())
    }

    /// Adds a record, of this number in its shard, to the tables.
    pub(super) fn record(
        &mut self,
        row: &mut ShardRow,
        record: u64,
        outcome: &RecordOutcome,
    ) -> Result<(), RunError> {
        let place = FindingPlace {
            path: &row.path,
            digest: row.digest.as_deref().unwrap_or(""),
            record,
            record_id: outcome.id.as_deref(),
            source: &outcome.source,
        };
        for finding in &outcome.findings {
            let rule = &self.rules[finding.rule.0 as usize];
            self.findings.push(FindingRow::new(&place, rule, finding))?;
        }
        let record = RecordRow::new(&place, self.rules, outcome);
        self.kept += outcome.findings.len() as u64;
        self.add_sums(&record);
        row.findings += record.findings;
        self.records.push(record)
    }

    /// Adds a record to the sums that are held against the tally.
    pub(super) fn add_sums(&mut self, record: &RecordRow) {
        self.sums.findings.open += record.findings;
        self.sums.findings.suppressed += record.suppressed;
        self.sums.records_with_findings += u64::from(record.findings > 0);
    }

    pub(super) fn end_shard(&mut self, row: ShardRow, digests: &Digests) -> Result<(), RunError> {
        for list in &mut self.digests {
            list.push(&row, digests)?;
        }
        self.root.add(&row);
        if row.reason.as_deref() == Some(Skip::MediaByReference.as_str()) {
            let kind = Media::of_name(&row.path).map_or("unknown", Media::as_str);
            let files = MediaFiles {
                files: 1,
                bytes: row.bytes,
            };
            self.tally.add_media(&row.source, kind, files);
        }
        self.coverage.add(&row);
        self.replaced_bytes += row.replaced_bytes;
        self.shards.push(row)
    }

    /// Checks every sum. `discovered`: files and their bytes.
    pub(super) fn check(&self, discovered: (u64, u64)) -> Result<(), RunError> {
        coverage::check_run(discovered, &self.coverage, &self.sums, &self.tally)
    }

    /// Gives every file its name, `run.json` last.
    pub(super) fn publish(
        self,
        dir: &Path,
        header: &RunHeader,
        environment: Environment,
    ) -> Result<Manifest, RunError> {
        // All tables are whole on the disk before the first of them gets its name.
        let tables: [(&str, (NewFile, Blocks)); 3] = [
            (FindingRow::FILE, self.findings.finish()?),
            (RecordRow::FILE, self.records.finish()?),
            (ShardRow::FILE, self.shards.finish()?),
        ];
        let (mut files, mut trees) = (BTreeMap::<String, Stored>::new(), BTreeMap::new());
        let basis = self.basis.map(BasisWriter::finish).transpose()?;
        let lists: Vec<(String, NewFile)> = self
            .digests
            .into_iter()
            .map(|list| Ok((list.name(), list.finish()?)))
            .collect::<Result<_, RunError>>()?;
        for (name, (table, blocks)) in tables {
            files.insert(name.to_owned(), table.publish()?);
            trees.insert(name.to_owned(), blocks);
        }
        if let Some(basis) = basis {
            files.insert(BASIS_FILE.to_owned(), basis.publish()?);
        }
        for (name, list) in lists {
            files.insert(name, list.publish()?);
        }
        if let Some(members) = self.members {
            files.extend(members.publish()?);
        }
        let tally = TallyFile {
            format_version: FORMAT_VERSION,
            tally: self.tally,
        };
        files.insert(
            TALLY_FILE.to_owned(),
            file::write_compact(&dir.join(TALLY_FILE), &tally)?,
        );
        files.insert(
            RULES_FILE.to_owned(),
            file::write_compact(&dir.join(RULES_FILE), &header.rules)?,
        );
        files.insert(BLOCKS_FILE.to_owned(), BlocksFile::of(&trees).write(dir)?);
        file::sync_dir(dir)?;
        let mut manifest = Manifest {
            format_version: FORMAT_VERSION,
            tool_version: header.tool_version.clone(),
            complete: true,
            rules: RuleSetId::of(header),
            config_digest: header.config_digest.clone(),
            root_digest: self.root.hex(),
            key_id: header.key_id.clone(),
            tokens: header.tokens.clone(),
            works: header.works.clone(),
            origins: header.origins.clone(),
            totals: Totals {
                files: self.coverage.files,
                stored_bytes: self.coverage.stored_bytes,
                decoded_bytes: self.coverage.decoded_bytes,
                records: self.coverage.records,
                replaced_bytes: self.replaced_bytes,
                findings: FindingTotals {
                    kept: self.kept,
                    open: self.sums.findings.open,
                    suppressed: self.sums.findings.suppressed,
                },
            },
            coverage: self.coverage,
            files,
            integrity: Integrity::default(),
            environment,
        };
        manifest.integrity = Integrity::of(&manifest, &trees);
        file::write_json(&dir.join(RUN_FILE), &manifest)?;
        file::sync_dir(dir)?;
        Ok(manifest)
    }
}

/// Digest over path, digest and stored bytes of every row of the table of files, each preceded by
/// its length.
#[derive(Default)]
pub(super) struct RootDigest(blake3::Hasher);

impl RootDigest {
    /// Adds a row; in their order.
    pub fn add(&mut self, row: &ShardRow) {
        let digest = row.digest.as_deref().unwrap_or("");
        for part in [
            row.path.as_bytes(),
            digest.as_bytes(),
            &row.bytes.to_le_bytes(),
        ] {
            self.0.update(&(part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// The digest of all rows so far.
    pub fn hex(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

pub(super) fn unfinished(path: &str) -> RunError {
    RunError::state(
        format!("the scan is not complete: {path} is not finished"),
        "go on with it with --resume",
    )
}
