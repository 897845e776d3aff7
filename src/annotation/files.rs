//! The files that the checks go by: which there are, and what is in them.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use globset::Glob;
use serde::{Deserialize, Serialize};

use super::config::AnnotationConfig;
use crate::problem::{Gravity, Problem, Problems, both};

/// A file that is named in `[annotation]`, or that a glob of it matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Input {
    /// What it is: `annotation.registry`, `annotation.rules`, `annotation.batches`,
    /// `annotation.records`, `annotation.platform`, `annotation.contract`.
    pub key: String,
    /// Relative to the configuration.
    pub path: String,
    /// BLAKE3 of its bytes, hex; none if it cannot be read.
    pub digest: Option<String>,
}

/// Every file of `config`, without its digest, in the order of keys and names.
pub fn named(config: &AnnotationConfig, base: &Path) -> Vec<Input> {
    let mut all: Vec<(&str, String)> = Vec::new();
    // What is wrong with globs is told by the check.
    let mut found = |key, globs: &[String]| {
        let files = matching(base, globs, "", &mut Problems::default());
        all.extend(files.into_iter().map(|(_, name)| (key, name)));
    };
    found("annotation.rules", &config.rules);
    found("annotation.records", &config.records);
    all.push(("annotation.registry", config.registry.clone()));
    all.push(("annotation.batches", config.batches.clone()));
    let platform = &config.platform;
    for path in [
        &platform.access_control,
        &platform.operation_log,
        &platform.protection,
        &platform.export_approval,
    ] {
        all.push(("annotation.platform", path.clone()));
    }
    for contract in &config.contract {
        all.push(("annotation.contract", contract.evidence.clone()));
    }
    let mut inputs: Vec<Input> = all
        .into_iter()
        .filter(|(_, path)| !path.is_empty())
        .map(|(key, path)| Input {
            key: key.to_owned(),
            path,
            digest: None,
        })
        .collect();
    inputs.sort();
    inputs.dedup();
    inputs
}

/// BLAKE3 of a file, hex; none if it cannot be read.
pub fn digest(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

/// The files that `globs` match, in the order of their names, each with its path relative to
/// `base`. What matches nothing or cannot be listed is a problem of `key`.
pub fn matching(
    base: &Path,
    globs: &[String],
    key: &str,
    problems: &mut Problems,
) -> Vec<(PathBuf, String)> {
    let mut found = BTreeSet::new();
    for glob in globs {
        let before = found.len();
        // Checked when the configuration was read.
        let Ok(compiled) = Glob::new(glob) else {
            continue;
        };
        let matcher = compiled.compile_matcher();
        for entry in walkdir::WalkDir::new(base.join(literal(glob))).follow_links(true) {
            let entry = match entry {
                Ok(entry) => entry,
                // A place that is not there matches nothing, which is told below.
                Err(error) if error.depth() == 0 => continue,
                Err(error) => {
                    problems.add(Problem {
                        name: "cannot-read".into(),
                        gravity: Gravity::Unread,
                        source: None,
                        key: None,
                        file: error.path().unwrap_or(base).display().to_string(),
                        line: 0,
                        what: both(
                            format!("无法读取:{error}"),
                            format!("cannot be read: {error}"),
                        ),
                        hint: both("检查路径与权限", "check the path and its permissions"),
                    });
                    continue;
                }
            };
            let relative = entry.path().strip_prefix(base).unwrap_or(entry.path());
            if entry.file_type().is_file() && matcher.is_match(relative) {
                found.insert((entry.path().to_owned(), relative.display().to_string()));
            }
        }
        if found.len() == before && !found.iter().any(|(_, name)| matcher.is_match(name)) {
            problems.add(Problem {
                name: "no-file".into(),
                gravity: Gravity::Unread,
                source: None,
                key: None,
                file: glob.clone(),
                line: 0,
                what: both(
                    format!("[annotation] {key} 没有匹配到文件"),
                    format!("[annotation] {key}: no file matches"),
                ),
                hint: both(
                    "路径相对于 yujian.toml 所在目录",
                    "paths are relative to the folder of yujian.toml",
                ),
            });
        }
    }
    found.into_iter().collect()
}

/// The part of a glob before anything that is not literal, without the last name.
fn literal(glob: &str) -> PathBuf {
    let parts: Vec<&str> = glob.split('/').collect();
    let plain = parts
        .iter()
        .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
    // All of it if nothing is to be matched: then it is the file itself.
    plain.collect()
}
