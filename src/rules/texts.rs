//! [`RuleTexts`]: rule files as they were read, from which rules are loaded, or a key is made
//! under which what was made of them before is found again.

use std::path::{Path, PathBuf};

use super::RuleSet;
use crate::SetupError;

const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The texts of all rule files of a scan.
pub struct RuleTexts {
    builtin: bool,
    /// Names that complaints use, and texts, in the order of loading.
    given: Vec<(String, String)>,
}

impl RuleTexts {
    /// Reads the files of `paths` (files, or folders of `.toml` files). `builtin`: whether the
    /// rules that ship with the program are wanted too.
    ///
    /// # Errors
    ///
    /// Files that cannot be read.
    pub fn read(builtin: bool, paths: &[PathBuf]) -> Result<Self, SetupError> {
        let mut given = Vec::new();
        for path in paths {
            read_files(path, &mut given)?;
        }
        Ok(Self { builtin, given })
    }

    /// Parses and checks them. A pack that is given takes the place of the built-in one of the
    /// same id.
    ///
    /// # Errors
    ///
    /// Every complaint about all files at once.
    pub fn load(&self) -> Result<RuleSet, SetupError> {
        let builtin = if self.builtin { BUILTIN } else { &[] };
        RuleSet::from_two(builtin, &self.given)
    }

    /// Adds everything to a hash that decides what [`RuleTexts::load`] gives: names and texts in
    /// their order, each preceded by its length. What is built in is left to whoever knows which
    /// program this is.
    pub fn add_to(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&[u8::from(self.builtin)]);
        for part in self.given.iter().flat_map(|(name, text)| [name, text]) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
}

fn read_files(path: &Path, files: &mut Vec<(String, String)>) -> Result<(), SetupError> {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
            .map_err(|error| SetupError::read(path, error))?;
        inside.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "toml"));
        inside.sort();
        return inside.iter().try_for_each(|p| read_files(p, files));
    }
    let text = std::fs::read_to_string(path).map_err(|error| SetupError::read(path, error))?;
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    );
    files.push((name, text));
    Ok(())
}
