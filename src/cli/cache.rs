//! [`Cache`]: compiled rules of earlier scans, so that a hundred thousand terms start at once.
//!
//! One file for every set of rule files and every build of this program. Nothing depends on it but
//! time: unless a file belongs to this user alone, its key says that this program wrote it for
//! these rule files, and its digest that it is whole, the rules are compiled anew, and so they are
//! if the folder cannot be used. The digest is against damage; whoever can write as this user
//! could change the rule files as well.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::args::{CacheFolder, Common};
use crate::detect::{DetectOptions, Scanner};
use crate::rules::RuleTexts;

/// How every file begins; the last byte is the version of this header. The content has none: it
/// is that of the program, which is part of the key.
const MAGIC: &[u8; 8] = b"yujianC\x01";
/// Magic, key, digest.
const HEADER: usize = 8 + 32 + 32;
/// Longest file that is written or read: a hundred times what 100,000 terms take (9 MB).
const LONGEST: usize = 1 << 30;
/// Files that are kept, the last used ones.
const KEPT: usize = 8;
/// After so long a file that was never finished will not be.
const ABANDONED: Duration = Duration::from_secs(3600);
/// Names are this and half of the key in hex.
const PREFIX: &str = "rules-";
const UNFINISHED: &str = "unfinished";

/// A folder of compiled rules, if there is one that can be used.
pub struct Cache {
    folder: Option<PathBuf>,
}

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is not a file that only this user can write")]
    Foreign,
    #[error("it is damaged")]
    Damaged,
}

impl Cache {
    /// The folder that was named, or that of the user.
    pub fn open(typed: &CacheFolder) -> Self {
        let wanted = (!typed.no_cache).then(|| typed.cache_dir.clone().or_else(default_folder));
        Self {
            folder: wanted.flatten(),
        }
    }

    /// Compiled rules: from the cache if they are there, else compiled and put there.
    ///
    /// # Errors
    ///
    /// Rules that cannot be used; never the cache, which is told of with `--verbose` only.
    pub fn scanner(&self, texts: &RuleTexts, common: &Common) -> Result<Scanner> {
        let place = self.folder.as_ref().and_then(|folder| {
            let program = digest_of_program().ok()?;
            Some((folder, key(&program, texts)))
        });
        let Some((folder, key)) = place else {
            return compile(texts);
        };
        let path = folder.join(format!("{PREFIX}{}", hex(&key[..16])));
        let tell = |what: &str, error: &Unusable| {
            if common.verbose {
                anstream::eprintln!("{what} {}: {error}", path.display());
            }
        };
        match read(&path, &key) {
            Ok(Some(scanner)) => return Ok(scanner),
            Ok(None) => {}
            Err(error) => tell("rules are compiled anew instead of", &error),
        }
        let scanner = compile(texts)?;
        if let Err(error) = write(folder, &path, &key, &scanner) {
            tell("compiled rules are not kept in", &error.into());
        }
        Ok(scanner)
    }
}

fn compile(texts: &RuleTexts) -> Result<Scanner> {
    let rules = Arc::new(texts.load()?);
    Ok(Scanner::new(rules, DetectOptions::default())?)
}

fn default_folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        home.filter(|path| path.is_absolute())
    };
    let base = cache.or_else(|| Some(home()?.join(".cache")))?;
    Some(base.join("yujian"))
}

/// Of the file that is being run. The program holds the built-in rules, the tables, Unicode and
/// everything that compiles, so nothing that decides about the outcome can be left out, as by a
/// number that someone has to raise.
fn digest_of_program() -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    // The file itself, also where another has taken its name since.
    hasher.update_reader(File::open("/proc/self/exe")?)?;
    Ok(hasher.finalize())
}

fn key(program: &blake3::Hash, texts: &RuleTexts) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("yujian 2026-11 compiled rules");
    hasher.update(program.as_bytes());
    texts.add_to(&mut hasher);
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The scanner kept under `path`, if there is one.
fn read(path: &Path, key: &[u8; 32]) -> Result<Option<Scanner>, Unusable> {
    let file = match OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let about = file.metadata()?;
    if !about.is_file() || !is_ours(&about) {
        return Err(Unusable::Foreign);
    }
    let length = usize::try_from(about.len()).unwrap_or(usize::MAX);
    if !(HEADER..=LONGEST).contains(&length) {
        return Err(Unusable::Damaged);
    }
    let mut bytes = Vec::with_capacity(length + 1);
    (&file).take(LONGEST as u64).read_to_end(&mut bytes)?;
    let scanner = restore(&bytes, key).ok_or(Unusable::Damaged)?;
    // What was used last is pruned last.
    let _ = file.set_modified(SystemTime::now());
    Ok(Some(scanner))
}

/// The scanner in a whole file.
fn restore(bytes: &[u8], key: &[u8; 32]) -> Option<Scanner> {
    let (header, content) = bytes.split_at_checked(HEADER)?;
    let (magic, rest) = header.split_at(MAGIC.len());
    let (of, digest) = rest.split_at(key.len());
    let whole = magic == MAGIC && of == key && digest == digest_of(key, content).as_bytes();
    whole
        .then(|| Scanner::restore(content, DetectOptions::default()))
        .flatten()
}

fn digest_of(key: &[u8; 32], content: &[u8]) -> blake3::Hash {
    blake3::keyed_hash(key, content)
}

/// Whether nobody but this user can have written the file.
#[expect(unsafe_code, reason = "the standard library does not tell who we are")]
fn is_ours(about: &fs::Metadata) -> bool {
    const OTHERS_WRITE: u32 = 0o022;
    // SAFETY: it has no arguments and cannot fail.
    let user = unsafe { libc::geteuid() };
    about.uid() == user && about.mode() & OTHERS_WRITE == 0
}

/// Keeps a scanner: written beside and renamed, so that whoever reads sees all of it or nothing.
fn write(folder: &Path, path: &Path, key: &[u8; 32], scanner: &Scanner) -> io::Result<()> {
    let content = scanner.store();
    if HEADER + content.len() > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let fresh = path.with_extension(format!("{}.{UNFINISHED}", std::process::id()));
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(MAGIC)?;
        file.write_all(key)?;
        file.write_all(digest_of(key, &content).as_bytes())?;
        file.write_all(&content)?;
        fs::rename(&fresh, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written?;
    prune(folder, path)
}

/// Removes all but the newest files, and what a process that died has left.
fn prune(folder: &Path, newest: &Path) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let Ok(modified) = entry.metadata().and_then(|about| about.modified()) else {
            continue;
        };
        if !is_named_by_us(&path) || path == newest {
            continue;
        }
        if path.extension().is_none() {
            kept.push((modified, path));
        } else if modified.elapsed().is_ok_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(path);
        }
    }
    kept.sort_unstable_by(|a, b| b.cmp(a));
    for (_, path) in kept.into_iter().skip(KEPT - 1) {
        let _ = fs::remove_file(path);
    }
    Ok(())
}

/// Nothing else in the folder is touched, whatever folder was named.
fn is_named_by_us(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some((digits, rest)) = name
        .and_then(|name| name.strip_prefix(PREFIX))
        .and_then(|name| name.split_at_checked(32))
    else {
        return false;
    };
    let unfinished = rest.starts_with('.') && rest.ends_with(UNFINISHED);
    digits.bytes().all(|b| b.is_ascii_hexdigit()) && (rest.is_empty() || unfinished)
}
