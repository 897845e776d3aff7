//! `works.csv` or `works.toml` beside texts: what they are called, who wrote them, whose they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::pack::Work;
use crate::{Complaint, SetupError, faults};

/// Names of the file, of which one is wanted.
const FILES: [&str; 2] = ["works.csv", "works.toml"];
/// Columns of a table, and keys of a work in TOML.
const KEYS: &str = "file, title, author, holder, isbn";

/// What a manifest says, by the paths of files.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The manifest itself.
    pub file: Option<PathBuf>,
    works: BTreeMap<String, (Work, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    file: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    isbn: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    work: Vec<Spanned<Row>>,
}

/// The manifest of a directory; says nothing if there is none.
///
/// # Errors
///
/// Two of them, one that cannot be read, unknown columns or keys, a file that is named twice.
pub(super) fn read(dir: &Path) -> Result<Named, SetupError> {
    let mut found = FILES
        .map(|name| dir.join(name))
        .into_iter()
        .filter(|path| path.is_file());
    let Some(file) = found.next() else {
        return Ok(Named::default());
    };
    if let Some(other) = found.next() {
        return Err(SetupError::other(
            format!(
                "{} and {} both name the works",
                file.display(),
                other.display()
            ),
            "keep one of them",
        ));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| SetupError::read(&file, error))?;
    let text = text.trim_start_matches('\u{FEFF}');
    let shown = file.display().to_string();
    let wrong = |line: usize, what: String| {
        SetupError::Complaints(vec![Complaint::new(
            shown.clone(),
            line,
            what,
            format!("a work has: {KEYS}; only `file` must be there"),
        )])
    };
    let rows: Vec<(Row, usize)> = if file.extension().is_some_and(|end| end == "csv") {
        let mut table = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let rows = table.deserialize::<Row>().enumerate();
        rows.map(|(number, row)| {
            row.map(|row| (row, number + 2)).map_err(|error| {
                let line = error.position().map_or(number + 2, |at| at.line() as usize);
                wrong(line, error.to_string())
            })
        })
        .collect::<Result<_, _>>()?
    } else {
        let line = |at: usize| memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
        let table: Table = toml::from_str(text)
            .map_err(|_| SetupError::Complaints(faults::complaints::<Table>(&shown, text)))?;
        let rows = table.work.into_iter();
        rows.map(|row| {
            let at = line(row.span().start);
            (row.into_inner(), at)
        })
        .collect()
    };
    let mut works = BTreeMap::new();
    for (row, line) in rows {
        let work = Work {
            title: row.title,
            author: row.author,
            holder: row.holder,
            isbn: row.isbn,
            ..Work::default()
        };
        if works.contains_key(&row.file) {
            return Err(wrong(line, format!("`{}` is named twice", row.file)));
        }
        works.insert(row.file, (work, line));
    }
    Ok(Named {
        file: Some(file),
        works,
    })
}

impl Named {
    /// Sees that every file it names is there.
    ///
    /// # Errors
    ///
    /// All that are not.
    pub(super) fn check<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Result<(), SetupError> {
        let mut missing: BTreeMap<&str, usize> = self
            .works
            .iter()
            // What stands in archives is not known before it is read.
            .filter(|(file, _)| !file.contains(['!', '#']))
            .map(|(file, (_, line))| (file.as_str(), *line))
            .collect();
        for path in paths {
            missing.remove(path);
        }
        if missing.is_empty() {
            return Ok(());
        }
        let name = self
            .file
            .as_ref()
            .map_or_else(String::new, |f| f.display().to_string());
        let complaints = missing.into_iter().map(|(file, line)| {
            Complaint::new(
                name.clone(),
                line,
                format!("there is no `{file}`"),
                "paths are relative to the folder of the manifest",
            )
        });
        Err(SetupError::Complaints(complaints.collect()))
    }

    /// What is said of a text, which stands in `file` under the name `path`; its name is its title
    /// if nothing is.
    pub(super) fn about(&self, file: &str, path: &str) -> Work {
        let named = self.works.get(path).or_else(|| self.works.get(file));
        let mut work = named.map(|(work, _)| work.clone()).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or(path);
        if work.title.is_empty() {
            work.title = if path.contains('#') {
                path.to_owned()
            } else {
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                (if stem.is_empty() { name } else { stem }).to_owned()
            };
        } else if let Some((_, record)) = path.split_once('#')
            && !self.works.contains_key(path)
        {
            work.title = format!("{} #{record}", work.title);
        }
        work
    }
}
