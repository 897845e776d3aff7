//! Lists the rule files under `rules/` so that all of them are part of the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    for folder in ["risks", "pii", "rights", "allow"] {
        collect(&root.join("rules").join(folder), &mut files);
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).expect("it lies under the root");
        let name = name
            .to_str()
            .expect("rule files have plain names")
            .replace('\\', "/");
        // Not by the path of today: what was built may be used for a copy at another place.
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {name:?})");
        writeln!(list, "    ({name:?}, include_str!({path})),").expect("writing to a string");
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("rule_files.rs"), list).expect("the build folder is writable");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
}
