//! Files that are either whole or not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::Stored;
use crate::RunError;

/// Ending of a file that is still being written.
pub(super) const NEW: &str = ".new";

/// A file written beside its name; [`NewFile::publish`] gives it the name, dropping it removes
/// what was written.
pub(super) struct NewFile {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    path: PathBuf,
    beside: PathBuf,
    published: bool,
}

impl NewFile {
    /// Begins `path`, which may exist already.
    pub fn create(path: &Path) -> Result<Self, RunError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(NEW);
        let beside = PathBuf::from(beside);
        let file = File::create(&beside).map_err(|e| RunError::io("create", &beside, e))?;
        Ok(Self {
            file,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            path: path.to_owned(),
            beside,
            published: false,
        })
    }

    /// Waits until everything is on the disk; a full disk may be noticed only here.
    pub fn sync(&self) -> Result<(), RunError> {
        self.file
            .sync_all()
            .map_err(|e| RunError::io("write", &self.path, e))
    }

    /// Gives the file its name and says what is in it. Call [`NewFile::sync`] before.
    pub fn publish(mut self) -> Result<Stored, RunError> {
        fs::rename(&self.beside, &self.path).map_err(|e| RunError::io("write", &self.path, e))?;
        self.published = true;
        Ok(Stored {
            bytes: self.bytes,
            digest: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: what stays behind is overwritten by the next attempt.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Writes `value` as indented JSON with a final line end, whole or not at all.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<Stored, RunError> {
    write_text(path, serde_json::to_vec_pretty(value))
}

/// The same on one line, for what is long and read by programs.
pub(super) fn write_compact(path: &Path, value: &impl Serialize) -> Result<Stored, RunError> {
    write_text(path, serde_json::to_vec(value))
}

fn write_text(path: &Path, text: serde_json::Result<Vec<u8>>) -> Result<Stored, RunError> {
    let fail = |e: io::Error| RunError::io("write", path, e);
    let mut text = text.map_err(|e| fail(e.into()))?;
    text.push(b'\n');
    let mut file = NewFile::create(path)?;
    file.write_all(&text).map_err(fail)?;
    file.sync()?;
    file.publish()
}

/// Makes the names in `dir` as durable as the files.
pub(super) fn sync_dir(dir: &Path) -> Result<(), RunError> {
    // A directory can be opened and synced on Unix only; elsewhere the rename has to do.
    if cfg!(unix) {
        File::open(dir)
            .and_then(|d| d.sync_all())
            .map_err(|e| RunError::io("write", dir, e))?;
    }
    Ok(())
}
