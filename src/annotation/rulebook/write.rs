//! `annotation init`: a folder with everything that `annotation check` asks for, ready to be filled in.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::SetupError;

/// Names of the files with their contents.
pub const FILES: &[(&str, &str)] = &[
    ("functional.toml", include_str!("template/functional.toml")),
    ("safety.toml", include_str!("template/safety.toml")),
    ("registry.csv", include_str!("template/registry.csv")),
    ("batches.csv", include_str!("template/batches.csv")),
    ("README.md", include_str!("template/README.md")),
];

/// Writes the files into `folder`, which is made if it does not exist. Returns what was written.
///
/// # Errors
///
/// If one of the files is there already: then nothing is written at all. If the folder or a file
/// cannot be written.
pub fn init(folder: &Path) -> Result<Vec<PathBuf>, SetupError> {
    let there: Vec<String> = FILES
        .iter()
        .map(|(name, _)| folder.join(name))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() {
        return Err(SetupError::other(
            format!("already there, and not overwritten: {}", there.join(", ")),
            "choose another folder, or move these files away",
        ));
    }
    let failed = |path: &Path, error: std::io::Error| {
        SetupError::other(
            format!("cannot write {}: {error}", path.display()),
            "choose a folder in which you may write",
        )
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut written = Vec::new();
    for (name, content) in FILES {
        let path = folder.join(name);
        // New or not at all, even if somebody else puts a file there meanwhile.
        let file = fs::File::create_new(&path);
        file.and_then(|mut file| file.write_all(content.as_bytes()))
            .map_err(|error| failed(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::super::super::policy::AnnotationPolicy;
    use super::super::super::registry::Registry;
    use super::super::{RuleDocument, Section};
    use super::*;
    use crate::problem::{Place, Problems};

    #[test]
    fn what_is_written_is_complete_and_is_never_overwritten() {
        let dir = tempfile::TempDir::new().unwrap();
        let folder = dir.path().join("annotation");
        assert_eq!(init(&folder).unwrap().len(), FILES.len());
        let mut problems = Problems::default();
        let mut read = |name: &str| {
            let mut place = Place {
                file: name,
                problems: &mut problems,
            };
            RuleDocument::read(&folder.join(name), &mut place).unwrap()
        };
        let documents = [read("functional.toml"), read("safety.toml")];
        for document in &documents {
            for section in Section::CONTENTS.iter().chain(&Section::STEPS) {
                assert!(!document.section(*section).is_empty(), "{section:?}");
            }
            assert!(document.examples > 0 && document.counter_examples > 0);
        }
        let whole = |entry: &super::super::RiskEntry| {
            entry.judge && entry.response && entry.example && entry.counter_example
        };
        assert_eq!(documents[1].risks_without(whole), Vec::<&str>::new());
        let mut place = Place {
            file: "registry.csv",
            problems: &mut problems,
        };
        let policy = AnnotationPolicy::builtin();
        let registry = Registry::read(&folder.join("registry.csv"), &policy, &mut place);
        assert_eq!(registry.people.len(), 0);
        assert_eq!(problems, Problems::default());
        let quality = documents[0].section(Section::Quality).to_lowercase();
        assert!(
            policy
                .indicators
                .iter()
                .all(|indicator| indicator.is_in(&quality))
        );

        fs::remove_file(folder.join("safety.toml")).unwrap();
        fs::write(folder.join("README.md"), "mine").unwrap();
        let error = init(&folder).unwrap_err().to_string();
        assert!(
            error.contains("README.md") && error.contains("hint:"),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(folder.join("README.md")).unwrap(),
            "mine"
        );
        assert!(!folder.join("safety.toml").exists());
    }
}
