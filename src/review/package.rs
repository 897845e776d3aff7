//! The folder of a sample: `sample.json` and a sheet for every question.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::sheet::{Line, write_sheet};
use super::tasks::{interface, label_set};
use super::{Code, Question, Row, Sample, Set, SheetFormat, SheetRow, SheetRows};
use crate::RunError;
use crate::run::Manifest;

/// Version of `sample.json`.
pub const SAMPLE_FORMAT: u32 = 1;
/// How records are drawn. Another way has another name.
pub const ALGORITHM: &str = "blake3-bottom-k/1";
/// Names the draw; lists everything that was drawn.
pub(super) const SAMPLE_FILE: &str = "sample.json";

/// How `sample.json` begins, and how the digest of all behind its line is stated.
const OPENED: &str = "{\n";
const DIGEST: &str = "  \"digest\": \"";

/// The digest that `sample.json` states, and what it is to be of; none if it is no such file.
pub(super) fn whole(text: &[u8]) -> Option<(&str, &[u8])> {
    let rest = text.strip_prefix(OPENED.as_bytes())?;
    let rest = rest.strip_prefix(DIGEST.as_bytes())?;
    let (stated, rest) = rest.split_at_checked(blake3::OUT_LEN * 2)?;
    let rest = rest.strip_prefix(b"\",\n")?;
    Some((std::str::from_utf8(stated).ok()?, rest))
}

/// Digest of what stands behind it, hex.
pub(super) fn digest_of(rest: &[u8]) -> String {
    blake3::hash(rest).to_hex().to_string()
}

/// How much was checked by technical means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Technical {
    /// Share that is asked for.
    pub asked: f64,
    /// Records that were scanned with the rules.
    pub records: u64,
    /// Records that there are: those, and those that could not be read.
    pub of: u64,
    /// The one to the other.
    pub share: f64,
    /// Whether every file of the corpus was read.
    pub whole: bool,
    /// The rules.
    pub rules_digest: String,
}

impl Technical {
    /// Of a run; `asked` as a share.
    pub fn of(manifest: &Manifest, asked: f64) -> Self {
        let records = manifest.totals.records;
        let of = records.scanned + records.failed;
        Self {
            asked,
            records: records.scanned,
            of,
            share: records.scanned as f64 / of.max(1) as f64,
            whole: manifest.coverage.whole,
            rules_digest: manifest.rules.digest.clone(),
        }
    }
}

/// What of a sample its folder needs beside it.
pub struct Package<'a> {
    /// The run.
    pub manifest: &'a Manifest,
    /// What was drawn of it.
    pub sample: &'a Sample,
    /// What was checked by technical means, if that is to be stated.
    pub technical: Option<Technical>,
    /// What is shown of each row.
    pub shown: &'a SheetRows,
    /// What the run has recorded of each row.
    pub recorded: &'a [Vec<String>],
    /// Whether personal data is hidden.
    pub masked: bool,
    /// How sheets are written.
    pub format: SheetFormat,
    /// Codes of risks.
    pub codes: &'a [Code],
}

/// `sample.json`.
#[derive(Serialize)]
struct Described<'a> {
    format_version: u32,
    tool_version: &'a str,
    algorithm: &'static str,
    seed: u32,
    text: &'static str,
    run: Of<'a>,
    frame: &'a super::Frame,
    sets: &'a [Set],
    #[serde(skip_serializing_if = "Option::is_none")]
    technical: Option<&'a Technical>,
    sheets: Vec<Sheet>,
    rows: &'a [Row],
}

#[derive(Serialize)]
struct Of<'a> {
    root: &'a str,
    corpus_digest: &'a str,
    rules_digest: &'a str,
    config_digest: &'a str,
}

/// A sheet as it was written, before anyone filled it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Name of the file.
    pub file: String,
    /// What is asked.
    pub question: Question,
    /// Records on it.
    pub rows: u64,
    /// BLAKE3 of the file, hex.
    pub digest: String,
}

impl Package<'_> {
    /// Writes the folder beside its name, and gives it its name once it is whole: the sheets.
    ///
    /// # Errors
    ///
    /// If there is something of that name, or it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<Vec<Sheet>, RunError> {
        let fail = |error| RunError::io("write", dir, error);
        check_absent(dir)?;
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(fail)?;
        let mut new = tempfile::Builder::new();
        new.prefix(".yujian-sample-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new folder, by the user's umask.
            new.permissions(fs::Permissions::from_mode(0o777));
        }
        let beside = new.tempdir_in(parent).map_err(fail)?;
        let sheets = self.sheets(beside.path()).map_err(fail)?;
        let text = serde_json::to_string_pretty(&self.described(&sheets))
            .map_err(|error| fail(error.into()))?;
        let rest = format!("{}\n", text.strip_prefix(OPENED).unwrap_or(&text));
        let mut file = BufWriter::new(File::create(beside.path().join(SAMPLE_FILE)).map_err(fail)?);
        write!(
            file,
            "{OPENED}{DIGEST}{}\",\n{rest}",
            digest_of(rest.as_bytes())
        )
        .and_then(|()| file.flush())
        .map_err(fail)?;
        fs::rename(beside.path(), dir).map_err(fail)?;
        // It has another name now; there is nothing left to take away.
        let _ = beside.keep();
        Ok(sheets)
    }

    fn sheets(&self, dir: &Path) -> io::Result<Vec<Sheet>> {
        let mut sheets = Vec::new();
        for question in Question::ALL {
            let all = self.sample.rows.iter().enumerate();
            let of = all.filter(|(_, row)| row.question == question);
            let rows = of.clone().count() as u64;
            if rows == 0 {
                continue;
            }
            let lines = of.map(|(place, row)| {
                let shown = self.shown.get(place)?;
                let recorded = self.recorded_of(row, &shown, &self.recorded[place]);
                Ok(Line {
                    row,
                    shown,
                    recorded,
                })
            });
            let file = format!("{}.{}", question.as_str(), self.format.end());
            if self.format == SheetFormat::LabelStudio {
                let interface = interface(question, self.codes);
                fs::write(dir.join(format!("{}.xml", question.as_str())), interface)?;
            }
            let path = dir.join(&file);
            write_sheet(&path, (self.format, question), lines, self.codes)?;
            let mut digest = blake3::Hasher::new();
            digest.update_reader(File::open(&path)?)?;
            sheets.push(Sheet {
                file,
                question,
                rows,
                digest: digest.finalize().to_hex().to_string(),
            });
        }
        if self.format == SheetFormat::Doccano {
            fs::write(dir.join("labels.json"), label_set(self.codes)?)?;
        }
        Ok(sheets)
    }

    fn recorded_of(&self, row: &Row, shown: &SheetRow, recorded: &[String]) -> Vec<String> {
        if row.question == Question::Metadata {
            let stated = shown.stated.iter();
            return stated
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
        }
        recorded.to_vec()
    }

    fn described<'a>(&'a self, sheets: &[Sheet]) -> Described<'a> {
        Described {
            format_version: SAMPLE_FORMAT,
            tool_version: env!("CARGO_PKG_VERSION"),
            algorithm: ALGORITHM,
            seed: self.sample.seed,
            text: if self.masked { "masked" } else { "full" },
            run: Of {
                root: &self.manifest.integrity.root,
                corpus_digest: &self.manifest.root_digest,
                rules_digest: &self.manifest.rules.digest,
                config_digest: &self.manifest.config_digest,
            },
            frame: &self.sample.frame,
            sets: &self.sample.sets,
            technical: self.technical.as_ref(),
            sheets: sheets.to_vec(),
            rows: &self.sample.rows,
        }
    }
}

/// Looks that a folder may be written at `dir`; to be asked before the corpus is read.
///
/// # Errors
///
/// If there is something of that name but an empty folder.
pub fn check_absent(dir: &Path) -> Result<(), RunError> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(mut inside) => match inside.next() {
            None => Ok(()),
            Some(_) => Err(RunError::state(
                format!("{} exists and is not empty", dir.display()),
                "name another folder with -o; a sample that people work on is not overwritten",
            )),
        },
        Err(error) => Err(RunError::io("write", dir, error)),
    }
}
