//! From what was typed to what will be done; what can fail on this machine fails here.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::args::{ConfigFile, RuleFiles};
use crate::config::{Config, FILE_NAME};
use crate::rules::RuleTexts;

/// A configuration and where it came from.
pub struct Configured {
    /// What it says.
    pub config: Config,
    /// The file; none if everything is default.
    pub file: Option<PathBuf>,
}

impl Configured {
    /// Reads the named file, or `yujian.toml` in one of `places`, or takes the defaults.
    pub fn find(named: &ConfigFile, places: &[PathBuf]) -> Result<Self> {
        let beside = |place: &PathBuf| {
            let folder = if place.is_dir() {
                place.clone()
            } else {
                place.parent()?.to_owned()
            };
            Some(folder.join(FILE_NAME)).filter(|p| p.is_file())
        };
        let file = named
            .path
            .clone()
            .or_else(|| places.iter().find_map(beside));
        let config = file
            .as_deref()
            .map(Config::read)
            .transpose()?
            .unwrap_or_default();
        Ok(Self { config, file })
    }

    /// Rule files of the configuration and of the command line.
    pub fn rules(&self, typed: &RuleFiles) -> Result<RuleTexts> {
        let base = self
            .file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new("."));
        let (builtin, mut paths) = self.config.rule_paths(base);
        paths.extend(typed.rule_paths.iter().cloned());
        Ok(RuleTexts::read(builtin && !typed.no_builtin, &paths)?)
    }
}
