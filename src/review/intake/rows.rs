//! Rows of sheets, held against the sample and against each other.

use std::collections::{BTreeMap, HashMap};

use super::problem::{Place, SheetProblem, SheetProblems};
use super::{Codes, Column, RawRow};
use crate::review::verdict::{read_codes, read_name};
use crate::review::{Described, NewVerdict, SampledRow, Verdict, shown_cell};

/// Holds rows against a sample.
pub struct Checking<'c> {
    rows: HashMap<&'c str, &'c SampledRow>,
    codes: &'c Codes,
    /// Who has filled in rows that name nobody.
    reviewer: Option<&'c str>,
    /// By row of the sample and person: what was said, and where.
    said: BTreeMap<(String, String), Vec<Given>>,
    open: u64,
    /// Of every file: rows that are of the sample, and problems about those that are not.
    files: BTreeMap<usize, (u64, Vec<SheetProblem>)>,
}

/// A verdict and where it stands.
struct Given {
    verdict: NewVerdict,
    sheet: Option<String>,
}

type Fault<'f> = (
    (&'static str, Option<Column>),
    (&'f str, &'f str),
    (&'f str, &'f str),
);

impl<'c> Checking<'c> {
    /// For one sample.
    pub fn new(sample: &'c Described, codes: &'c Codes, reviewer: Option<&'c str>) -> Self {
        Self {
            rows: sample.by_id(),
            codes,
            reviewer,
            said: BTreeMap::new(),
            open: 0,
            files: BTreeMap::new(),
        }
    }

    /// Takes a row of a file.
    pub fn row(
        &mut self,
        file: usize,
        place: Place<'_>,
        raw: &RawRow,
        problems: &mut SheetProblems,
    ) {
        let id = raw.id.trim();
        let blank = raw.verdict.trim().is_empty() && raw.risk.trim().is_empty();
        if id.is_empty() && blank {
            return;
        }
        let told = |((name, column), what, hint): Fault<'_>| {
            place.problem((name, column.map(Column::title)), what, hint)
        };
        let strangers = self.files.entry(file).or_default();
        let Some(row) = self.rows.get(id).copied() else {
            strangers.1.push(told((
                ("unknown-id", Some(Column::Id)),
                (
                    "编号不在此样本中:被改动,或属于另一个样本",
                    "the id is none of this sample: it was changed, or is of another sample",
                ),
                (
                    "从原抽检表恢复编号,或用 --sample 指明该表的样本",
                    "take the id from the sheet as it was written, or name its sample with --sample",
                ),
            )));
            return;
        };
        strangers.0 += 1;
        match self.verdict(row, raw) {
            Err(fault) => problems.add(told(fault)),
            Ok(None) => self.open += 1,
            Ok(Some(mut verdict)) => {
                verdict.sheet = file;
                let key = (verdict.id.clone(), verdict.reviewer.clone());
                self.said.entry(key).or_default().push(Given {
                    verdict,
                    sheet: place.sheet.map(str::to_owned),
                });
            }
        }
    }

    fn verdict(
        &self,
        row: &SampledRow,
        raw: &RawRow,
    ) -> Result<Option<NewVerdict>, Fault<'static>> {
        if moved(row, raw) {
            return Err((
                ("moved-row", Some(Column::Path)),
                (
                    "文件或记录号与编号不符:可能只对部分列排序或粘贴",
                    "file or record is not that of the id: some columns may have been sorted or pasted without the others",
                ),
                (
                    "从原抽检表重新填写,排序时选中全部列",
                    "fill in the sheet as it was written, and sort all columns together",
                ),
            ));
        }
        let risks = read_codes(&raw.risk, self.codes).ok_or((
            ("unknown-risk", Some(Column::Risk)),
            (
                "风险代码不在代码表中",
                "a code of a risk is not in the table",
            ),
            (
                "填写“风险代码”表中的代码,如 A.1.a,多个以空格分隔",
                "take codes from the second sheet, such as A.1.a, with spaces between them",
            ),
        ))?;
        if raw.verdict.trim().is_empty() {
            return match risks.is_empty() {
                true => Ok(None),
                false => Err((
                    ("risk-without-verdict", Some(Column::Verdict)),
                    ("有风险代码而没有结论", "there is a code but no verdict"),
                    ("填写结论", "fill in the verdict"),
                )),
            };
        }
        let verdict = Verdict::read(&raw.verdict).ok_or((
            ("unknown-verdict", Some(Column::Verdict)),
            ("结论不是规定的用语", "the verdict is none of the words"),
            (
                "填写 合格、不合格 或 无法判断",
                "write 合格, 不合格 or 无法判断 (pass, fail, undecided)",
            ),
        ))?;
        if verdict == Verdict::Pass && !risks.is_empty() {
            return Err((
                ("risk-of-a-pass", Some(Column::Risk)),
                (
                    "结论为合格,却有风险代码",
                    "it passes and has a code of a risk",
                ),
                ("改正其中之一", "correct one of the two"),
            ));
        }
        if verdict == Verdict::Fail && risks.is_empty() && !raw.commented {
            return Err((
                ("fail-without-reason", Some(Column::Risk)),
                (
                    "不合格,却没有风险代码或说明",
                    "it fails, with neither a code nor a comment",
                ),
                (
                    "填写风险代码;不属于 31 类风险的,填写说明",
                    "name the code of the risk, or say in the comment why",
                ),
            ));
        }
        let named = raw.reviewer.trim();
        let named = if named.is_empty() {
            self.reviewer.ok_or((
                ("no-reviewer", Some(Column::Reviewer)),
                ("没有审核人", "nobody is named as reviewer"),
                (
                    "填写审核人,或用 --reviewer 指明",
                    "fill in the reviewer, or name one with --reviewer",
                ),
            ))?
        } else {
            named
        };
        let reviewer = read_name(named).ok_or((
            ("odd-reviewer", Some(Column::Reviewer)),
            (
                "审核人不是姓名或编号(至多 64 字)",
                "the reviewer is no name (64 characters at most)",
            ),
            ("填写姓名或工号", "write a name or number"),
        ))?;
        Ok(Some(NewVerdict {
            sheet: 0,
            sheet_row: raw.row,
            id: row.id.clone(),
            question: row.question,
            reviewer,
            verdict,
            risks,
            commented: raw.commented,
            judged_at: raw.judged_at.clone(),
        }))
    }

    /// What stands once, in the order of files and rows, and how many rows are open. What one person
    /// says twice is told.
    pub fn end(
        self,
        sheets: &[(String, String)],
        problems: &mut SheetProblems,
    ) -> (Vec<NewVerdict>, u64) {
        for (file, (of_sample, strangers)) in self.files {
            let count = strangers.len() as u64;
            if of_sample > 0 || count == 1 {
                strangers
                    .into_iter()
                    .for_each(|problem| problems.add(problem));
            } else if count > 0 {
                // Four thousand times the same would tell nobody what is wrong.
                let place = Place {
                    file: &sheets[file].0,
                    sheet: None,
                    row: 0,
                };
                problems.add(place.problem(
                    ("other-sample", None),
                    (
                        format!("{count} 行的编号都不在此样本中:这是另一个样本的抽检表"),
                        format!("none of its {count} rows is of this sample: it is a sheet of another one"),
                    ),
                    (
                        "用 --sample 指明该表的样本",
                        "name the sample that it is of with --sample",
                    ),
                ));
            }
        }
        let mut verdicts = Vec::new();
        for given in self.said.into_values() {
            let same = given.iter().enumerate().all(|(at, one)| {
                let mut before = given[..at].iter();
                before.all(|other| {
                    let (a, b) = (&one.verdict, &other.verdict);
                    // Twice on one sheet is a slip, whatever it says.
                    a.verdict == b.verdict && a.risks == b.risks && a.sheet != b.sheet
                })
            });
            if same {
                verdicts.extend(given.into_iter().next().map(|given| given.verdict));
                continue;
            }
            for one in &given {
                let verdict = &one.verdict;
                let others: Vec<String> = given
                    .iter()
                    .filter(|other| !std::ptr::eq(*other, one))
                    .map(|other| {
                        let name = sheets[other.verdict.sheet].0.escape_debug();
                        format!("{name}:{}", other.verdict.sheet_row)
                    })
                    .collect();
                let place = Place {
                    file: &sheets[verdict.sheet].0,
                    sheet: one.sheet.as_deref(),
                    row: verdict.sheet_row,
                };
                problems.add(place.problem(
                    ("duplicate-row", Some(Column::Id.title())),
                    (
                        format!("同一审核人对同一条有多行:另见 {}", others.join("、")),
                        format!(
                            "one reviewer has several rows for one record, see {}",
                            others.join(", ")
                        ),
                    ),
                    ("只保留一行", "keep one of them"),
                ));
            }
        }
        verdicts.sort_by_key(|verdict| (verdict.sheet, verdict.sheet_row));
        (verdicts, self.open)
    }
}

/// Whether a row says that it stands elsewhere than its id does.
fn moved(row: &SampledRow, raw: &RawRow) -> bool {
    let path = raw.path.as_deref().is_some_and(|path| {
        // What a cell cannot hold was replaced when the sheet was written.
        path != row.path && path.trim() != shown_cell(&row.path).trim()
    });
    let record = raw.record.as_deref().is_some_and(|record| {
        let record = record.trim();
        record.parse() != Ok(row.record)
    });
    path || record
}
