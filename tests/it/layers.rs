//! The arrows of `docs/design.md`: a folder may use what stands before it, and nothing after.

use std::fs;
use std::path::Path;

/// Each folder with those it must not use.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "dates",
        &[
            "text",
            "rules",
            "corpus",
            "detect",
            "scan",
            "run",
            "annotation",
            "sources",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "text",
        &[
            "rules",
            "corpus",
            "detect",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "rules",
        &[
            "corpus",
            "detect",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "corpus",
        &[
            "rules",
            "text",
            "identify",
            "detect",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "tokens",
        &[
            "rules",
            "corpus",
            "text",
            "identify",
            "detect",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "origins",
        &[
            "rules", "corpus", "text", "identify", "detect", "scan", "run", "judge", "report",
            "cli", "config",
        ],
    ),
    (
        "identify",
        &[
            "rules",
            "corpus",
            "detect",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "works",
        &[
            "rules", "identify", "detect", "scan", "run", "judge", "report", "cli", "config",
        ],
    ),
    (
        "detect",
        &[
            "corpus",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "lexicon",
        &[
            "corpus",
            "scan",
            "run",
            "annotation",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "scan",
        &["run", "annotation", "judge", "report", "cli", "config"],
    ),
    (
        "run",
        &[
            "detect",
            "annotation",
            "review",
            "judge",
            "report",
            "cli",
            "config",
        ],
    ),
    (
        "annotation",
        &["review", "judge", "report", "cli", "config"],
    ),
    ("sources", &["review", "judge", "report", "cli", "config"]),
    ("review", &["judge", "report", "cli", "config"]),
    ("judge", &["corpus", "detect", "run", "report", "cli"]),
    (
        "report",
        &["corpus", "detect", "provenance", "cli", "config"],
    ),
    ("provenance", &["corpus", "detect", "cli", "config"]),
];

#[test]
fn arrows_point_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (folder, forbidden) in FORBIDDEN {
        let mut files = Vec::new();
        collect(&source.join(folder), &mut files);
        assert!(!files.is_empty(), "src/{folder} has no files");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            // Tests inside a module may use what they like.
            let code = text.split("#[cfg(test)]").next().unwrap();
            for other in *forbidden {
                let used = code.contains(&format!("crate::{other}::"))
                    || code.contains(&format!("crate::{{{other}::"));
                if used {
                    wrong.push(format!("{} uses {other}", file.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}
