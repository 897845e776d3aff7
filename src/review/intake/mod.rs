//! Takes sheets back: files that people filled in → verdicts, and everything that is wrong.
//!
//! A sheet is a workbook or lines of JSON as `yujian sample` writes them, or what Label Studio or
//! doccano export. Each gives rows ([`RawRow`]) in whatever order; here they are held against the
//! sample. A row without a verdict has not been judged yet. What cannot be right is a problem, and
//! its row is no verdict.

mod doccano;
mod label_studio;
mod lines;
mod problem;
mod rows;
mod workbook;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use problem::Place;
pub use problem::{SheetProblem, SheetProblems};
use rows::Checking;

use super::{Described, NewVerdict, risk_codes};

/// A larger file is no sheet: 4,000 texts of 32,000 characters, unpacked, are a third of it.
const LARGEST: u64 = 1 << 30;

/// The columns of a sheet that are read, by title and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Path,
    Record,
    Verdict,
    Risk,
    Comment,
    Reviewer,
}

impl Column {
    const ALL: [Self; 7] = [
        Self::Id,
        Self::Path,
        Self::Record,
        Self::Verdict,
        Self::Risk,
        Self::Comment,
        Self::Reviewer,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Id => "编号",
            Self::Path => "文件",
            Self::Record => "记录",
            Self::Verdict => "结论",
            Self::Risk => "风险代码",
            Self::Comment => "说明",
            Self::Reviewer => "审核人",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Path => "path",
            Self::Record => "record",
            Self::Verdict => "verdict",
            Self::Risk => "risk",
            Self::Comment => "comment",
            Self::Reviewer => "reviewer",
        }
    }
}

/// A row of a sheet, as it stands there.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRow {
    /// Row or line from 1.
    pub row: u64,
    pub id: String,
    /// Where the sheet says it stands; none if the form does not say.
    pub path: Option<String>,
    pub record: Option<String>,
    pub verdict: String,
    pub risk: String,
    pub commented: bool,
    pub reviewer: String,
    /// When it was said, if the tool tells.
    pub judged_at: Option<String>,
}

/// What came of all sheets.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Name and BLAKE3 of each file, in the order in which they were named.
    pub sheets: Vec<(String, String)>,
    /// The verdicts.
    pub verdicts: Vec<NewVerdict>,
    /// Rows without a verdict.
    pub open: u64,
    /// What is wrong.
    pub problems: SheetProblems,
}

impl Intake {
    /// Reads all sheets of `sample`. `reviewer`: who has filled in the rows that name nobody.
    pub fn read(paths: &[&Path], sample: &Described, reviewer: Option<&str>) -> Self {
        let mut intake = Self::default();
        let codes = risk_codes();
        let mut checking = Checking::new(sample, &codes, reviewer);
        for path in paths {
            intake.file(path, &mut checking);
        }
        let (verdicts, open) = checking.end(&intake.sheets, &mut intake.problems);
        (intake.verdicts, intake.open) = (verdicts, open);
        // By place, file by file; some were only known at the end.
        let number = |name: &str| intake.sheets.iter().position(|(known, _)| known == name);
        let key = |problem: &SheetProblem| (number(&problem.file), problem.row);
        intake.problems.first.sort_by_cached_key(key);
        intake
    }

    fn file(&mut self, path: &Path, checking: &mut Checking<'_>) {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        let place = Place {
            file: &name,
            sheet: None,
            row: 0,
        };
        let opened = match opened(path) {
            Ok(opened) => opened,
            Err(error) => {
                self.problems.add(place.problem(
                    ("cannot-read", None),
                    (
                        format!("无法读取:{error}"),
                        format!("cannot be read: {error}"),
                    ),
                    ("检查路径与权限", "check the path and its permissions"),
                ));
                return;
            }
        };
        let known = self
            .sheets
            .iter()
            .any(|(_, digest)| *digest == opened.digest);
        if known {
            // The same bytes, perhaps by a glob and by name: they say nothing more.
            return;
        }
        self.sheets.push((name.clone(), opened.digest));
        let number = self.sheets.len() - 1;
        let mut sink = Sink {
            place,
            number,
            checking,
            problems: &mut self.problems,
        };
        match opened.form {
            FileForm::Workbook => workbook::read(path, &mut sink),
            FileForm::Json => lines::read(path, &mut sink),
            FileForm::Empty => sink.whole(
                "empty-file",
                ("文件是空的", "the file is empty"),
                ("选择填写过的抽检表", "name a sheet that was filled in"),
            ),
            FileForm::OldWorkbook => sink.whole(
                "old-workbook",
                (
                    "是旧版 xls 或加密的工作簿",
                    "is a workbook in the old form, or an encrypted one",
                ),
                (
                    "去掉密码并另存为 xlsx",
                    "take the password off and save it as xlsx",
                ),
            ),
            FileForm::TooLarge => sink.whole(
                "too-large",
                ("超过 1 GiB,不是抽检表", "is larger than 1 GiB and no sheet"),
                ("选择填写过的抽检表", "name a sheet that was filled in"),
            ),
            FileForm::Other => sink.whole(
                "unknown-form",
                (
                    "不是 xlsx 工作簿,也不是 JSON(CSV 会丢失换行与编号)",
                    "is neither an xlsx workbook nor JSON (a CSV loses line ends and ids)",
                ),
                (
                    "在原抽检表中填写,另存为 xlsx",
                    "fill in the sheet as it was written, and save it as xlsx",
                ),
            ),
        }
    }
}

/// Takes the rows of one file.
pub(super) struct Sink<'s, 'c> {
    place: Place<'s>,
    number: usize,
    checking: &'s mut Checking<'c>,
    problems: &'s mut SheetProblems,
}

impl<'s> Sink<'s, '_> {
    fn whole(&mut self, name: &'static str, what: (&str, &str), hint: (&str, &str)) {
        self.tell(None, 0, (name, None), what, hint);
    }

    fn tell(
        &mut self,
        sheet: Option<&str>,
        row: u64,
        named: (&'static str, Option<&'static str>),
        what: (impl Into<String>, impl Into<String>),
        hint: (&str, &str),
    ) {
        let file = self.place.file;
        let place = Place { file, sheet, row };
        self.problems.add(place.problem(named, what, hint));
    }

    fn row(&mut self, sheet: Option<&str>, raw: &RawRow) {
        let place = Place {
            file: self.place.file,
            sheet,
            row: raw.row,
        };
        self.checking.row(self.number, place, raw, self.problems);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileForm {
    Workbook,
    Json,
    Empty,
    OldWorkbook,
    TooLarge,
    Other,
}

struct Opened {
    digest: String,
    form: FileForm,
}

/// Tells what a file is, and hashes it.
fn opened(path: &Path) -> std::io::Result<Opened> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut head = [0; 512];
    let mut length = 0;
    while length < head.len() {
        match reader.read(&mut head[length..])? {
            0 => break,
            n => length += n,
        }
    }
    let head = &head[..length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    let rest = std::io::copy(&mut reader.take(LARGEST), &mut hasher)?;
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let form = match text.trim_ascii_start() {
        _ if rest == LARGEST => FileForm::TooLarge,
        [] if rest == 0 => FileForm::Empty,
        [b'P', b'K', 3, 4, ..] => FileForm::Workbook,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => FileForm::OldWorkbook,
        [b'{' | b'[', ..] => FileForm::Json,
        _ => FileForm::Other,
    };
    Ok(Opened {
        digest: hasher.finalize().to_hex().to_string(),
        form,
    })
}

/// The codes of risks.
type Codes = BTreeSet<String>;
