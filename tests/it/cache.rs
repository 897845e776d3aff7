//! The cache of compiled rules: nothing depends on it but the time, whatever its files hold.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use assert_cmd::Command;
use tempfile::TempDir;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

use super::same_bytes::bytes_of;

/// The corpus of the fixtures, a pack of many invented words, a text with some of them, and a
/// cache of its own.
struct Bench {
    dir: TempDir,
}

/// Words in three scripts, no two of them alike.
fn word(number: usize) -> String {
    let han = |number: usize| char::from_u32(0x4E00 + (number * 7919 % 20_000) as u32).unwrap();
    let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
    match number % 3 {
        0 => [number, number / 7 + 3, number + 11]
            .map(han)
            .iter()
            .collect(),
        1 => format!("{}{}{number}号", han(number), han(number + 1)),
        _ => format!("w{number}{}{}", letter(number), letter(number / 26)),
    }
}

fn pack(version: &str, words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.map(|word| format!("{word:?}")).collect();
    let words = words.join(", ");
    format!(
        "format = 1\n[pack]\nid = \"test.big\"\nversion = \"{version}\"\n\
         title = {{ zh = \"大\", en = \"Big\" }}\nrisk = \"A.1.h\"\nsource = \"test\"\n\
         imported = true\n[[rule]]\nid = \"test.big.terms\"\n\
         title = {{ zh = \"大\", en = \"Big\" }}\nseverity = \"medium\"\nconfidence = 0.5\n\
         evasion = [\"pinyin\", \"homophone\", \"split\", \"leet\", \"initials\"]\n\
         terms = [{words}]\n"
    )
}

impl Bench {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let bench = Self { dir };
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus");
        copy(&fixtures, &bench.path("corpus"));
        fs::create_dir(bench.path("packs")).unwrap();
        fs::write(
            bench.path("packs/big.toml"),
            pack("2026.11.23", (0..3000).map(word)),
        )
        .unwrap();
        let text: String = (0..600)
            .map(|i| {
                format!(
                    "前{}后，{}。\n",
                    word(i * 5),
                    word(i * 5).replace('号', " 號")
                )
            })
            .collect();
        fs::write(bench.path("corpus/words.txt"), text).unwrap();
        fs::write(bench.path("key"), "00".repeat(32)).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Scans into a fresh folder: what was said, and everything in the run but the environment.
    fn scan(&self, args: &[&str]) -> (String, Vec<(String, Vec<u8>)>) {
        let run = self.path("run");
        let _ = fs::remove_dir_all(&run);
        let output = Command::cargo_bin("yujian")
            .unwrap()
            .current_dir(self.dir.path())
            .env("YUJIAN_LANG", "en")
            .env("YUJIAN_CACHE_DIR", self.path("cache"))
            .args(["scan", "corpus", "-v", "-o", "run", "--key-file", "key"])
            .args(["--rules", "packs"])
            .args(args)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        (said, bytes_of(&run))
    }

    fn cached(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path("cache")) else {
            return vec![];
        };
        let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

#[test]
fn runs_are_the_same_whatever_the_cache_holds() {
    let bench = Bench::new();
    let (_, without) = bench.scan(&["--no-cache"]);
    assert_eq!(bench.cached(), Vec::<PathBuf>::new());
    let (said, cold) = bench.scan(&[]);
    assert!(!said.contains("rules are compiled anew"), "{said}");
    let [file] = &bench.cached()[..] else {
        panic!("one file: {:?}", bench.cached())
    };
    let private = fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(private, 0o600, "lexicons are nobody else's");
    let whole = fs::read(file).unwrap();
    let (said, warm) = bench.scan(&[]);
    assert!(!said.contains("rules are compiled anew"), "{said}");
    assert!(without == cold && cold == warm, "runs differ");

    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        bytes
    };
    let mut damaged = vec![
        vec![],
        whole[..40].to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], b"x"].concat(),
        vec![0; whole.len()],
    ];
    damaged.extend([0, 7, 8, 39, 40, 71, 72].map(flipped));
    damaged.extend((1..6).map(|part| flipped(whole.len() * part / 6)));
    for bytes in damaged {
        fs::write(file, &bytes).unwrap();
        let (said, run) = bench.scan(&[]);
        assert!(said.contains("rules are compiled anew"), "{said}");
        assert!(run == without, "a damaged file changes the run");
        assert!(fs::read(file).unwrap() == whole, "it is mended");
    }
}

#[test]
fn other_rules_are_other_files_and_only_the_last_used_are_kept() {
    let bench = Bench::new();
    let (_, first) = bench.scan(&[]);
    let old = bench.cached();
    // What is not ours is left alone, whatever it is called.
    let foreign = ["notes.txt", "rules-of-the-house", "99.rules"];
    for name in foreign {
        fs::write(bench.path("cache").join(name), "x").unwrap();
    }
    let hour_ago = SystemTime::now() - Duration::from_secs(4000);
    let unfinished = old[0].with_extension("77.unfinished");
    for path in [&old[0], &unfinished] {
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        file.unwrap().set_modified(hour_ago).unwrap();
    }
    // One word more, and the run must name another digest and find it.
    let more = |count: usize| pack("2026.11.23", (0..3000 + count).map(word));
    fs::write(bench.path("packs/big.toml"), more(1)).unwrap();
    let (_, second) = bench.scan(&[]);
    assert!(first != second, "the rules of yesterday");
    for count in 2..9 {
        fs::write(bench.path("packs/big.toml"), more(count)).unwrap();
        bench.scan(&["--keep", "1"]);
    }
    let cached = bench.cached();
    assert_eq!(cached.len(), 8 + foreign.len(), "{cached:?}");
    assert!(!cached.contains(&old[0]), "the oldest is gone");
    assert!(!cached.contains(&unfinished), "it will never be finished");
}

#[test]
fn a_folder_that_cannot_be_used_changes_nothing() {
    let bench = Bench::new();
    let (_, without) = bench.scan(&["--no-cache"]);
    // A file where the folder should be.
    fs::write(bench.path("cache"), "x").unwrap();
    let (said, run) = bench.scan(&[]);
    assert!(said.contains("not kept"), "{said}");
    assert!(run == without);
    let (said, run) = bench.scan(&["--cache-dir", "/proc/nowhere/yujian"]);
    assert!(said.contains("not kept"), "{said}");
    assert!(run == without);
    fs::remove_file(bench.path("cache")).unwrap();
    bench.scan(&[]);
    let file = bench.cached().remove(0);
    // Others could have written this one.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let (said, run) = bench.scan(&[]);
    assert!(said.contains("rules are compiled anew"), "{said}");
    assert!(run == without);
    // A link, and something that is no file at all.
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    let (said, run) = bench.scan(&[]);
    assert!(said.contains("rules are compiled anew"), "{said}");
    assert!(run == without);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let (said, run) = bench.scan(&[]);
    assert!(said.contains("rules are compiled anew"), "{said}");
    assert!(run == without);
}

#[test]
fn wrong_rules_are_wrong_every_time() {
    let bench = Bench::new();
    let wrong = pack("2026.11.23", ["一".to_owned()].into_iter());
    fs::write(bench.path("packs/big.toml"), wrong).unwrap();
    for _ in 0..2 {
        let output = Command::cargo_bin("yujian")
            .unwrap()
            .current_dir(bench.dir.path())
            .env("YUJIAN_CACHE_DIR", bench.path("cache"))
            .args(["scan", "corpus", "-o", "run", "--rules", "packs"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("big.toml"));
    }
    assert_eq!(bench.cached(), Vec::<PathBuf>::new());
}

fn all_findings(scanner: &Scanner, texts: &[&str]) -> Vec<yujian::Finding> {
    texts
        .iter()
        .flat_map(|text| scanner.scan_text(text))
        .collect()
}

/// The digest of a file keeps damage away from this; what passes all the same must not panic,
/// run on, or read where nothing is.
#[test]
fn no_content_makes_a_restored_scanner_go_wrong() {
    const CHANGES: usize = 150;
    let rules = Arc::new(RuleSet::builtin().unwrap());
    let scanner = Scanner::new(rules.clone(), DetectOptions::default()).unwrap();
    let stored = scanner.store();
    let examples = rules.rules().iter().flat_map(|rule| &rule.examples);
    let texts: Vec<&str> = examples.map(String::as_str).collect();
    let wanted = all_findings(&scanner, &texts);
    let restored = Scanner::restore(&stored, DetectOptions::default()).unwrap();
    assert_eq!(all_findings(&restored, &texts), wanted);
    assert!(restored.store() == stored, "stored again it is the same");
    let few: Vec<&str> = texts.iter().copied().step_by(40).collect();
    let mut accepted = 0;
    for part in 0..CHANGES {
        let mut bytes = stored.clone();
        let place = stored.len() * part / CHANGES + part % 7;
        bytes[place] ^= [1, 0x40, 0xFF][part % 3];
        if let Some(other) = Scanner::restore(&bytes, DetectOptions::default()) {
            all_findings(&other, &few);
            accepted += 1;
        }
        let cut = Scanner::restore(&stored[..place], DetectOptions::default());
        assert!(cut.is_none(), "cut at {place}");
    }
    assert!((1..CHANGES).contains(&accepted), "{accepted} accepted");
}
