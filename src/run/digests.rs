//! `digests.sha256`, `digests.sm3`: lists of the digests filings ask for.
//!
//! Written as `sha256sum` and `cksum --untagged` write them, so that these programs can check a
//! corpus without this one: a line `digest  path` for every file that was read to its end, in
//! the order of the paths. A path with a line end or a backslash is escaped as they do it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use super::file::NewFile;
use super::reader::Run;
use super::rows::ShardRow;
use super::table::damaged;
use super::table_rows::Rows;
use crate::RunError;
use crate::corpus::{DigestKind, Digests};

/// Digests of one file.
pub(super) type FileDigests = Digests;

/// Name of the list.
pub(super) fn file_name(kind: DigestKind) -> String {
    format!("digests.{}", kind.as_str())
}

/// The kinds of which a run with these files holds lists.
pub(super) fn kinds_of<'a>(files: impl Iterator<Item = &'a String> + Clone) -> Vec<DigestKind> {
    let has = |kind: &DigestKind| {
        let name = file_name(*kind);
        files.clone().any(|file| *file == name)
    };
    DigestKind::ALL.into_iter().filter(has).collect()
}

/// Writes one list.
pub(super) struct DigestWriter {
    kind: DigestKind,
    out: std::io::BufWriter<NewFile>,
    path: PathBuf,
}

impl DigestWriter {
    /// Begins the list in the run directory `dir`.
    pub fn create(dir: &Path, kind: DigestKind) -> Result<Self, RunError> {
        let path = dir.join(file_name(kind));
        let out = std::io::BufWriter::new(NewFile::create(&path)?);
        Ok(Self { kind, out, path })
    }

    /// Name of the list.
    pub fn name(&self) -> String {
        file_name(self.kind)
    }

    /// Adds a file of the corpus, if it was read to its end.
    ///
    /// # Errors
    ///
    /// If it was and its digest is missing, or if it cannot be written.
    pub fn push(&mut self, row: &ShardRow, digests: &FileDigests) -> Result<(), RunError> {
        if !is_listed(row) {
            return Ok(());
        }
        let Some(digest) = digests.get(&self.kind) else {
            return Err(RunError::state(
                format!("internal: {} has no {}", row.path, self.kind.as_str()),
                "please report this",
            ));
        };
        let line = line(digest, &row.path);
        let written = self.out.write_all(line.as_bytes());
        written.map_err(|e| RunError::io("write", &self.path, e))
    }

    /// Writes what is left and waits until it is on the disk. The file has no name yet.
    pub fn finish(self) -> Result<NewFile, RunError> {
        let file = self.out.into_inner();
        let file = file.map_err(|e| RunError::io("write", &self.path, e.into_error()))?;
        file.sync()?;
        Ok(file)
    }
}

/// Whether a list has a line for it: what is in an archive is no file of the corpus.
pub(super) fn is_listed(row: &ShardRow) -> bool {
    row.archive.is_none() && row.digest.is_some()
}

fn line(digest: &str, path: &str) -> String {
    if path.contains(['\\', '\n', '\r']) {
        let path = path
            .replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\r', "\\r");
        return format!("\\{digest}  {path}\n");
    }
    format!("{digest}  {path}\n")
}

/// Reads one list along the table of files.
pub(super) struct DigestList {
    kind: DigestKind,
    lines: BufReader<File>,
    path: PathBuf,
}

impl DigestList {
    /// The list of this kind.
    ///
    /// # Errors
    ///
    /// If the run has none, or it cannot be opened.
    pub fn open(run: &Run, kind: DigestKind) -> Result<Self, RunError> {
        let name = file_name(kind);
        if !run.manifest().files.contains_key(&name) {
            return Err(RunError::state(
                format!(
                    "the run {} holds no {} digests",
                    run.dir().display(),
                    kind.as_str()
                ),
                format!("scan with --digest {}, or leave it out here", kind.as_str()),
            ));
        }
        let path = run.dir().join(name);
        let file = File::open(&path).map_err(|e| RunError::io("read", &path, e))?;
        Ok(Self {
            kind,
            lines: BufReader::new(file),
            path,
        })
    }

    /// Adds to `digests` the one of this file, which is the next.
    pub fn take(&mut self, row: &ShardRow, digests: &mut FileDigests) -> Result<(), RunError> {
        if !is_listed(row) {
            return Ok(());
        }
        let mut text = String::new();
        let read = self.lines.read_line(&mut text);
        read.map_err(|e| RunError::io("read", &self.path, e))?;
        let start = usize::from(text.starts_with('\\'));
        let digest = text.get(start..start + 64).unwrap_or_default();
        if text != line(digest, &row.path) {
            let what = format!("its next line is not that of {}", row.path);
            return Err(damaged(&self.path, &what));
        }
        digests.insert(self.kind, digest.to_owned());
        Ok(())
    }

    /// # Errors
    ///
    /// If it goes on.
    pub fn end(mut self) -> Result<(), RunError> {
        let rest = self.lines.fill_buf();
        let rest = rest.map_err(|e| RunError::io("read", &self.path, e))?;
        if rest.is_empty() {
            Ok(())
        } else {
            Err(damaged(
                &self.path,
                "it has more lines than there are files",
            ))
        }
    }
}

/// Digests of a file beside the BLAKE3 of its row, hex, as far as the run holds lists of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedDigests {
    /// SHA-256.
    pub sha256: Option<String>,
    /// SM3.
    pub sm3: Option<String>,
}

/// Every file of a run with the digests of which it holds lists, in the order of the paths.
pub struct DigestedShards {
    rows: Rows<ShardRow>,
    lists: Vec<DigestList>,
}

impl DigestedShards {
    pub(super) fn open(run: &Run) -> Result<Self, RunError> {
        let kinds = kinds_of(run.manifest().files.keys());
        let lists = kinds.into_iter().map(|kind| DigestList::open(run, kind));
        Ok(Self {
            rows: run.shards()?,
            lists: lists.collect::<Result<_, _>>()?,
        })
    }
}

impl Iterator for DigestedShards {
    type Item = Result<(ShardRow, ListedDigests), RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        let mut digests = Digests::new();
        for list in &mut self.lists {
            if let Err(error) = list.take(&row, &mut digests) {
                return Some(Err(error));
            }
        }
        let listed = ListedDigests {
            sha256: digests.remove(&DigestKind::Sha256),
            sm3: digests.remove(&DigestKind::Sm3),
        };
        Some(Ok((row, listed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_are_escaped_as_coreutils_do_it() {
        assert_eq!(line("ab", "语料/a b.jsonl"), "ab  语料/a b.jsonl\n");
        assert_eq!(line("ab", "a\\b\nc"), "\\ab  a\\\\b\\nc\n");
    }
}
