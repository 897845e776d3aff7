//! Reads a store whole, and holds every row against the chain.

use std::io::Read as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::chain::{BEGINNING, Link, content, link};
use super::{Store, told};
use crate::RunError;
use crate::review::{Described, Question, Role, Verdict};

/// A sample of the store.
#[derive(Clone, Debug)]
pub struct StoredSample {
    /// Its number in the sequence.
    pub seq: i64,
    /// When it was first imported for.
    pub recorded_at: String,
    /// What it is.
    pub described: Described,
}

/// A sheet of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSheet {
    /// Its number in the sequence.
    pub seq: i64,
    /// BLAKE3 of the file, hex.
    pub digest: String,
    /// Name of the file.
    pub name: String,
    /// Digest of its sample.
    pub sample: String,
    /// When it was imported.
    pub recorded_at: String,
}

/// A verdict of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVerdict {
    /// Its number in the sequence: a later one was recorded later.
    pub seq: i64,
    /// Digest of the sample it was imported for.
    pub sample: String,
    /// Digest of the sheet it stood on.
    pub sheet: String,
    /// Its row there.
    pub sheet_row: u64,
    /// Id of the row of the sample.
    pub id: String,
    /// What was asked.
    pub question: Question,
    /// Who says so.
    pub reviewer: String,
    /// In which part.
    pub role: Role,
    /// What is said.
    pub verdict: Verdict,
    /// Codes of risks.
    pub risks: Vec<String>,
    /// Whether there is a comment on the sheet.
    pub commented: bool,
    /// When it was said, if the tool tells.
    pub judged_at: Option<String>,
    /// When it was imported.
    pub recorded_at: String,
    /// The earlier verdict that it takes the place of.
    pub supersedes: Option<i64>,
}

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last row.
    pub seq: i64,
    /// Its link.
    pub link: Link,
}

impl Head {
    /// As it is written down: number and link.
    pub fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.link).to_hex().to_string()
    }
}

/// Everything in a store.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The samples.
    pub samples: Vec<StoredSample>,
    /// The sheets.
    pub sheets: Vec<StoredSheet>,
    /// All verdicts, superseded ones too, in the order in which they were recorded.
    pub verdicts: Vec<StoredVerdict>,
    /// The end of the chain.
    pub head: Head,
}

impl Store {
    /// Reads everything, as it stands at one moment.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or a row is not as it was written.
    pub fn kept(&self) -> Result<Kept, RunError> {
        let moment = self.connection.unchecked_transaction();
        let moment = moment.map_err(|error| told(&self.path, &error))?;
        kept(&self.path, &moment)
    }
}

/// Everything in it.
pub(super) fn kept(path: &Path, connection: &Connection) -> Result<Kept, RunError> {
    let changed = |seq: i64| {
        RunError::state(
            format!(
                "{}: row {seq} is not as it was written, or rows before it are gone",
                path.display()
            ),
            "somebody has changed the file: take a copy from before that, or import the sheets into a new file",
        )
    };
    let mut links = Vec::new();
    let read = (|| {
        let samples = table(connection, (SAMPLE, 4), &mut links, sample)?;
        let sheets = table(connection, (SHEET, 5), &mut links, sheet)?;
        let verdicts = table(connection, (VERDICT, 14), &mut links, verdict)?;
        Ok((samples, sheets, verdicts))
    })();
    let (samples, sheets, verdicts) = read.map_err(|error| told(path, &error))?;
    links.sort_unstable_by_key(|(seq, ..)| *seq);
    let mut head = Head {
        seq: 0,
        link: BEGINNING,
    };
    for (seq, content, stated) in links {
        let next = Head {
            seq: head.seq + 1,
            link: link(&head.link, &content),
        };
        if seq != next.seq || stated != next.link {
            return Err(changed(next.seq));
        }
        head = next;
    }
    // What the chain covers is right, so what cannot be read is of somebody who knows the chain.
    let whole = |(seq, row): (i64, Option<_>)| row.ok_or_else(|| changed(seq));
    let samples: Result<Vec<StoredSample>, _> = samples.into_iter().map(whole).collect();
    let verdicts = verdicts.into_iter();
    let verdicts: Result<Vec<StoredVerdict>, _> = verdicts
        .map(|(seq, row)| row.ok_or_else(|| changed(seq)))
        .collect();
    Ok(Kept {
        samples: samples?,
        sheets: sheets.into_iter().filter_map(|(_, sheet)| sheet).collect(),
        verdicts: verdicts?,
        head,
    })
}

/// Table, its columns in the chain, the chain, and what is not in it.
const SAMPLE: &str = "SELECT seq, digest, run_root, recorded_at, chain, content FROM sample";
const SHEET: &str = "SELECT seq, digest, name, sample, recorded_at, chain FROM sheet";
const VERDICT: &str = "SELECT seq, sample, sheet, sheet_row, id, question, reviewer, role, verdict, \
    risks, commented, judged_at, recorded_at, supersedes, chain FROM verdict";

/// Number, content and stated link of a row.
type Linked = (i64, Link, Link);

/// The rows of a table with their numbers; none where one cannot be read.
fn table<T>(
    connection: &Connection,
    (query, columns): (&str, usize),
    links: &mut Vec<Linked>,
    read: fn(&Row<'_>) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<Vec<(i64, Option<T>)>> {
    let name = query.rsplit(' ').next().unwrap_or_default();
    let mut statement = connection.prepare(&format!("{query} ORDER BY seq"))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let values: Vec<ValueRef<'_>> = (0..columns)
            .map(|column| row.get_ref(column))
            .collect::<Result<_, _>>()?;
        let seq: i64 = row.get(0)?;
        let stated: Vec<u8> = row.get(columns)?;
        // One of another length is no link, and nothing equals it.
        let stated = Link::try_from(stated).unwrap_or(BEGINNING);
        links.push((seq, content(name, &values), stated));
        all.push((seq, read(row)?));
    }
    Ok(all)
}

fn sample(row: &Row<'_>) -> rusqlite::Result<Option<StoredSample>> {
    let digest: String = row.get(1)?;
    let root: String = row.get(2)?;
    let packed: Vec<u8> = row.get(5)?;
    let described = unpacked(&packed).and_then(|text| Described::parse(text).ok());
    let described = described.filter(|d| d.digest == digest && d.run.root == root);
    let recorded_at = row.get(3)?;
    let seq = row.get(0)?;
    Ok(described.map(|described| StoredSample {
        seq,
        recorded_at,
        described,
    }))
}

/// A larger `sample.json` is none.
const LARGEST: u64 = 1 << 30;

fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let reader = zstd::Decoder::new(packed).ok()?;
    reader.take(LARGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

fn sheet(row: &Row<'_>) -> rusqlite::Result<Option<StoredSheet>> {
    Ok(Some(StoredSheet {
        seq: row.get(0)?,
        digest: row.get(1)?,
        name: row.get(2)?,
        sample: row.get(3)?,
        recorded_at: row.get(4)?,
    }))
}

fn verdict(row: &Row<'_>) -> rusqlite::Result<Option<StoredVerdict>> {
    let word = |column: usize| row.get::<_, String>(column);
    let (question, role, said) = (word(5)?, word(7)?, word(8)?);
    let question = Question::ALL.into_iter().find(|q| q.as_str() == question);
    let role = [Role::Reviewer, Role::Adjudicator]
        .into_iter()
        .find(|r| r.as_str() == role);
    let said = Verdict::ALL.into_iter().find(|v| v.as_str() == said);
    let (Some(question), Some(role), Some(verdict)) = (question, role, said) else {
        return Ok(None);
    };
    Ok(Some(StoredVerdict {
        seq: row.get(0)?,
        sample: word(1)?,
        sheet: word(2)?,
        sheet_row: row.get::<_, i64>(3)?.unsigned_abs(),
        id: word(4)?,
        question,
        reviewer: word(6)?,
        role,
        verdict,
        risks: word(9)?.split_whitespace().map(str::to_owned).collect(),
        commented: row.get(10)?,
        judged_at: row.get(11)?,
        recorded_at: word(12)?,
        supersedes: row.get(13)?,
    }))
}
