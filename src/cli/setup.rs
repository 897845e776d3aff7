//! From what was typed to what will be done; what can fail on this machine fails here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::args::{Common, ConfigFile, RuleFiles, ScanArgs};
use crate::config::{Config, FILE_NAME, TokensMode, own_files};
use crate::corpus::{DiscoverOptions, Fate, Shard, discover};
use crate::origins::Origins;
use crate::rules::RuleTexts;
use crate::tokens::{Builtin, Counting, Mode, Tokenizer};
use crate::works::Known;

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
        let (builtin, mut paths) = self.config.rule_paths(self.base());
        paths.extend(typed.rule_paths.iter().cloned());
        Ok(RuleTexts::read(builtin && !typed.no_builtin, &paths)?)
    }

    /// Packs of known works of the configuration and of the command line; none if there are none.
    ///
    /// # Errors
    ///
    /// A pack that cannot be used.
    pub fn works(&self, typed: &ScanArgs) -> Result<Option<Arc<Known>>> {
        let configured = self.config.rights.works.iter();
        let mut paths: Vec<PathBuf> = configured.map(|path| self.base().join(path)).collect();
        paths.extend(typed.works.iter().cloned());
        let packs = super::works::open(&paths, !typed.no_mmap)?;
        Ok((!packs.is_empty()).then(|| Arc::new(Known::new(packs))))
    }

    /// Lists and snapshots of `[origins]`; what is odd about them is told on standard error.
    pub fn origins(&self, common: &Common) -> Result<Origins> {
        let (origins, odd) = Origins::read(&self.config.origins, self.base())?;
        if !common.quiet {
            for complaint in odd {
                anstream::eprintln!("{complaint}");
            }
        }
        Ok(origins)
    }

    /// The files of a corpus with their sources. The operator's own files and the folder of a run are
    /// no part of it, so that every command sees the corpus that the scan saw.
    pub fn corpus(
        &self,
        paths: &[PathBuf],
        run: Option<&Path>,
        origins: &Origins,
    ) -> Result<Vec<Shard>> {
        let lists = origins.paths().iter();
        let options = DiscoverOptions {
            own_files: own_files(self.file.as_deref(), paths)
                .into_iter()
                .chain(lists.filter_map(|list| list.canonicalize().ok()))
                .collect(),
            own_folder: run.and_then(|run| run.canonicalize().ok()),
            exclude: self.config.exclude(),
        };
        let mut shards = discover(paths, &options)?;
        self.config.assign_sources(&mut shards);
        Ok(shards)
    }

    /// Where paths of the configuration begin.
    pub fn base(&self) -> &Path {
        // The parent of a bare name is empty, which is no folder that could be walked.
        let folder = self.file.as_deref().and_then(Path::parent);
        let named = folder.filter(|folder| !folder.as_os_str().is_empty());
        named.unwrap_or(Path::new("."))
    }

    /// How tokens of `shards` are counted; none if they are not to be.
    pub fn counting(&self, typed: &ScanArgs, shards: &[Shard]) -> Result<Option<Counting>> {
        let configured = &self.config.tokens;
        let mode = match typed.tokens.unwrap_or(configured.mode) {
            TokensMode::Off => return Ok(None),
            TokensMode::Estimate => Mode::Estimate,
            TokensMode::Exact => Mode::Exact,
        };
        let name = match &typed.tokenizer {
            Some(name) => name.clone(),
            None if Builtin::named(&configured.tokenizer).is_some() => configured.tokenizer.clone(),
            None => self
                .base()
                .join(&configured.tokenizer)
                .display()
                .to_string(),
        };
        let read = shards.iter().filter(|s| matches!(s.fate, Fate::Read(..)));
        let bytes = read.map(|shard| shard.bytes).sum();
        Ok(Some(Counting::new(Tokenizer::named(&name)?, mode, bytes)))
    }
}
