//! Adds verdicts to a store, all in one transaction.

use std::collections::{HashMap, HashSet};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::chain::{content, link};
use super::rows::{Head, Kept, StoredVerdict, kept};
use super::{Store, told};
use crate::RunError;
use crate::review::{Described, Question, Role, Verdict};

/// A verdict that is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVerdict {
    /// Which of the sheets it stands on.
    pub sheet: usize,
    /// Its row there.
    pub sheet_row: u64,
    /// Id of the row of the sample.
    pub id: String,
    /// What was asked.
    pub question: Question,
    /// Who says so.
    pub reviewer: String,
    /// What is said.
    pub verdict: Verdict,
    /// Codes of risks, sorted.
    pub risks: Vec<String>,
    /// Whether there is a comment.
    pub commented: bool,
    /// When it was said, if the tool tells.
    pub judged_at: Option<String>,
}

/// What is to be added.
pub struct Addition<'a> {
    /// The sample.
    pub sample: &'a Described,
    /// The sheets: name and digest of each.
    pub sheets: &'a [(String, String)],
    /// The verdicts.
    pub verdicts: &'a [NewVerdict],
    /// In which part all of them are said.
    pub role: Role,
    /// The time, RFC 3339.
    pub at: &'a str,
}

/// When something is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Never: what would be refused is told.
    Try,
    /// If nothing is refused.
    Whole,
    /// What is not refused.
    Partial,
}

/// Why a verdict is not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Who decides where others differ must not be one of them.
    OwnReview,
    /// Who has decided where others differ cannot become one of them.
    OwnAdjudication,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Verdicts of somebody who had not judged the row.
    pub new: u64,
    /// Verdicts that take the place of an earlier one.
    pub changed: u64,
    /// Verdicts that say what is known, or were imported from the same sheet before.
    pub known: u64,
    /// Verdicts that are not added, by their number.
    pub refused: Vec<(usize, Refusal)>,
    /// The end of the chain; none if nothing was written.
    pub head: Option<Head>,
}

impl Store {
    /// Adds verdicts, or nothing at all.
    ///
    /// # Errors
    ///
    /// If the store is damaged or cannot be written; it then is as before.
    pub fn append(&mut self, addition: &Addition<'_>, mode: Mode) -> Result<Appended, RunError> {
        let path = self.path.clone();
        // One that writes keeps others that want to from reading what is about to be old.
        let behavior = match mode {
            Mode::Try => rusqlite::TransactionBehavior::Deferred,
            Mode::Whole | Mode::Partial => rusqlite::TransactionBehavior::Immediate,
        };
        let transaction = self.connection.transaction_with_behavior(behavior);
        let transaction = transaction.map_err(|error| told(&path, &error))?;
        let before = kept(&path, &transaction)?;
        let (mut appended, fresh) = sorted_out(&before, addition);
        let refused = !appended.refused.is_empty();
        if mode == Mode::Try || (mode == Mode::Whole && refused) {
            return Ok(appended);
        }
        let mut writing = Writing {
            connection: &transaction,
            head: before.head,
            at: addition.at,
        };
        let written = writing.all(&before, addition, &fresh);
        let written = written.map(|()| writing.head);
        let head = written.map_err(|error| told(&path, &error))?;
        transaction.commit().map_err(|error| told(&path, &error))?;
        appended.head = Some(head);
        Ok(appended)
    }
}

/// The verdicts that say something new, by their number, with the number of the row whose place
/// they take.
type Fresh = Vec<(usize, Option<i64>)>;

fn sorted_out(before: &Kept, addition: &Addition<'_>) -> (Appended, Fresh) {
    let mut latest: HashMap<(&str, &str, Role), &StoredVerdict> = HashMap::new();
    let mut imported: HashSet<(&str, u64, &str, &str, Role)> = HashSet::new();
    for verdict in &before.verdicts {
        let (id, reviewer) = (verdict.id.as_str(), verdict.reviewer.as_str());
        latest.insert((id, reviewer, verdict.role), verdict);
        let place = (verdict.sheet.as_str(), verdict.sheet_row);
        imported.insert((place.0, place.1, id, reviewer, verdict.role));
    }
    let mut appended = Appended::default();
    let mut fresh = Fresh::new();
    let role = addition.role;
    let (other, refusal) = match role {
        Role::Reviewer => (Role::Adjudicator, Refusal::OwnAdjudication),
        Role::Adjudicator => (Role::Reviewer, Refusal::OwnReview),
    };
    for (number, verdict) in addition.verdicts.iter().enumerate() {
        let (id, reviewer) = (verdict.id.as_str(), verdict.reviewer.as_str());
        if latest.contains_key(&(id, reviewer, other)) {
            appended.refused.push((number, refusal));
            continue;
        }
        let sheet = addition.sheets[verdict.sheet].1.as_str();
        let earlier = latest.get(&(id, reviewer, role)).copied();
        let same = |known: &&StoredVerdict| {
            known.verdict == verdict.verdict && known.risks == verdict.risks
        };
        if imported.contains(&(sheet, verdict.sheet_row, id, reviewer, role))
            || earlier.as_ref().is_some_and(same)
        {
            appended.known += 1;
            continue;
        }
        match earlier {
            Some(_) => appended.changed += 1,
            None => appended.new += 1,
        }
        fresh.push((number, earlier.map(|earlier| earlier.seq)));
    }
    (appended, fresh)
}

struct Writing<'w> {
    connection: &'w Connection,
    head: Head,
    at: &'w str,
}

impl Writing<'_> {
    fn all(
        &mut self,
        before: &Kept,
        addition: &Addition<'_>,
        fresh: &Fresh,
    ) -> rusqlite::Result<()> {
        let sample = addition.sample;
        let known = before.samples.iter();
        if !known
            .clone()
            .any(|known| known.described.digest == sample.digest)
        {
            let packed = zstd::encode_all(&sample.text[..], 0);
            let packed = packed.map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
            self.row(
                "INSERT INTO sample (seq, digest, run_root, recorded_at, chain, content) VALUES (?,?,?,?,?,?)",
                "sample",
                vec![
                    sample.digest.clone().into(),
                    sample.run.root.clone().into(),
                    self.at.to_owned().into(),
                ],
                Some(packed.into()),
            )?;
        }
        let mut sheets = HashSet::new();
        for (number, supersedes) in fresh {
            let verdict = &addition.verdicts[*number];
            let (name, digest) = &addition.sheets[verdict.sheet];
            let known = before.sheets.iter();
            if sheets.insert(verdict.sheet)
                && !known
                    .clone()
                    .any(|s| s.digest == *digest && s.sample == sample.digest)
            {
                self.row(
                    "INSERT INTO sheet (seq, digest, name, sample, recorded_at, chain) VALUES (?,?,?,?,?,?)",
                    "sheet",
                    vec![
                        digest.clone().into(),
                        name.clone().into(),
                        sample.digest.clone().into(),
                        self.at.to_owned().into(),
                    ],
                    None,
                )?;
            }
            self.row(
                "INSERT INTO verdict (seq, sample, sheet, sheet_row, id, question, reviewer, role, \
                 verdict, risks, commented, judged_at, recorded_at, supersedes, chain) \
                 VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                "verdict",
                vec![
                    sample.digest.clone().into(),
                    digest.clone().into(),
                    i64::try_from(verdict.sheet_row).unwrap_or(i64::MAX).into(),
                    verdict.id.clone().into(),
                    verdict.question.as_str().to_owned().into(),
                    verdict.reviewer.clone().into(),
                    addition.role.as_str().to_owned().into(),
                    verdict.verdict.as_str().to_owned().into(),
                    verdict.risks.join(" ").into(),
                    i64::from(verdict.commented).into(),
                    verdict.judged_at.clone().into(),
                    self.at.to_owned().into(),
                    (*supersedes).into(),
                ],
                None,
            )?;
        }
        Ok(())
    }

    /// Writes the next row: its number, `values`, its link, and what is not in the chain.
    fn row(
        &mut self,
        insert: &str,
        table: &str,
        values: Vec<Value>,
        unchained: Option<Value>,
    ) -> rusqlite::Result<()> {
        let seq = self.head.seq + 1;
        let mut all = vec![Value::from(seq)];
        all.extend(values);
        let chained: Vec<ValueRef<'_>> = all.iter().map(ValueRef::from).collect();
        let link = link(&self.head.link, &content(table, &chained));
        all.push(link.to_vec().into());
        all.extend(unchained);
        let mut statement = self.connection.prepare(insert)?;
        statement.execute(params_from_iter(
            all.iter().map(|value| value as &dyn ToSql),
        ))?;
        self.head = Head { seq, link };
        Ok(())
    }
}
