//! Running the command in a scratch directory.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The command, in `dir`: in English, with compiled rules kept beside its files.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::cargo_bin("yujian").unwrap();
    command
        .current_dir(dir)
        .env("YUJIAN_LANG", "en")
        .env("YUJIAN_CACHE_DIR", dir.join("cache"));
    command
}

/// Runs the command in `dir`: exit code, output and what was told.
pub fn yujian(dir: &Path, args: &[&str]) -> (i32, Vec<u8>, String) {
    let output = command(dir).args(args).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("internal error at"), "{told}");
    (output.status.code().unwrap(), output.stdout, told)
}

/// The same, with output and what was told in one text.
pub fn said(dir: &Path, args: &[&str]) -> (i32, String) {
    let (code, out, told) = yujian(dir, args);
    (code, String::from_utf8(out).unwrap() + &told)
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Scans `corpus` into `run`; exit code and what was told.
pub fn try_scan(dir: &Path, run: &str, args: &[&str]) -> (i32, String) {
    fs::write(dir.join("key"), "00".repeat(32)).unwrap();
    let mut all = vec!["scan", "corpus", "-o", run, "--key-file", "key"];
    all.extend(args);
    let (code, _, told) = yujian(dir, &all);
    (code, told)
}

/// Scans `corpus` into `run`, which must be read whole.
pub fn scan(dir: &Path, run: &str, args: &[&str]) {
    let (code, told) = try_scan(dir, run, args);
    assert_eq!(code, 0, "{told}");
}

/// The rows of a table.
pub fn export(dir: &Path, run: &str, what: &str) -> Vec<Value> {
    let (code, out, told) = yujian(dir, &["export", run, "--what", what]);
    assert_eq!(code, 0, "{told}");
    let text = String::from_utf8(out).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// `tally.json`.
pub fn tally(dir: &Path, run: &str) -> Value {
    serde_json::from_slice(&fs::read(dir.join(run).join("tally.json")).unwrap()).unwrap()
}

/// `summary.json` and `summary.md`.
pub fn report(dir: &Path, run: &str) -> (Value, String) {
    let (code, _, told) = yujian(dir, &["report", run, "-o", "report"]);
    assert_eq!(code, 0, "{told}");
    let read = |name: &str| fs::read(dir.join("report").join(name)).unwrap();
    let summary = serde_json::from_slice(&read("summary.json")).unwrap();
    (summary, String::from_utf8(read("summary.md")).unwrap())
}
