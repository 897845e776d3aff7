//! Paths → shards, sorted; the only place that walks the file system.
//!
//! Everything that is met is accounted for: a file that will be read, one that is left out for a
//! stated reason, or one that cannot be read. Links are followed once; loops end as
//! duplicates, and links that lead out of what was to be scanned are left out.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use globset::GlobSet;
use walkdir::WalkDir;

use super::sniff::{self, PEEK};
use super::{Fate, Shard, Skip, remote};
use crate::SetupError;

/// What is looked for where.
#[derive(Debug, Default)]
pub struct DiscoverOptions {
    /// Files of the run's configuration, not of the corpus; canonical paths.
    pub own_files: HashSet<PathBuf>,
    /// Directory of the run, which may lie in the corpus and is no part of it; canonical path.
    pub own_folder: Option<PathBuf>,
    /// Shard paths the operator leaves out.
    pub exclude: GlobSet,
}

/// Everything below `paths`, sorted by [`Shard::path`].
///
/// With one path, shard paths are relative to it; with several, they begin with its name.
///
/// # Errors
///
/// A path that does not exist or cannot be looked at; two paths of the same name; nothing found.
pub fn discover(paths: &[PathBuf], options: &DiscoverOptions) -> Result<Vec<Shard>, SetupError> {
    let mut walk = Walk {
        options,
        seen: HashSet::new(),
        roots: paths.iter().filter_map(|p| p.canonicalize().ok()).collect(),
        shards: Vec::new(),
    };
    let mut names = HashSet::new();
    for path in paths {
        if let Some(url) = remote::url(path) {
            walk.remote(url)?;
            continue;
        }
        let metadata = std::fs::metadata(path).map_err(|error| {
            SetupError::other(
                format!("cannot scan {}: {error}", path.display()),
                "check the path, and that you may read it",
            )
        })?;
        let name = name_of(path);
        if !names.insert(name.clone()) {
            return Err(SetupError::other(
                format!("two paths are called `{name}`, so their shards could not be told apart"),
                "scan the directory above them, or rename one",
            ));
        }
        if metadata.is_dir() {
            let prefix = if paths.len() > 1 {
                format!("{name}/")
            } else {
                String::new()
            };
            walk.directory(
                &Root {
                    path,
                    prefix,
                    name: &name,
                },
                path,
            );
        } else {
            let source = name.split('.').next().unwrap_or(&name).to_owned();
            walk.file(path, name, source, Ok(metadata));
        }
    }
    walk.shards.sort_by(|a, b| a.path.cmp(&b.path));
    walk.shards
        .dedup_by(|a, b| a.path == b.path && remote::url(&a.location).is_some());
    if walk.shards.is_empty() {
        let list: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(SetupError::other(
            format!("nothing to scan in {}: no files at all", list.join(", ")),
            "name a directory that holds corpus shards (jsonl, json, csv, txt, md, tar, zip, …)",
        ));
    }
    Ok(walk.shards)
}

struct Walk<'a> {
    options: &'a DiscoverOptions,
    /// Device and inode of every file met, so that links and hard links count once.
    seen: HashSet<(u64, u64)>,
    /// What was to be scanned; canonical paths.
    roots: Vec<PathBuf>,
    shards: Vec<Shard>,
}

impl Walk<'_> {
    /// Everything below `folder`. Links come last, so that what lies in the corpus itself keeps
    /// its own name, and a link to it is the duplicate.
    fn directory(&mut self, root: &Root<'_>, folder: &Path) {
        let mut links = Vec::new();
        // Sorted, so that nothing depends on the order the disk gives.
        let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if self.is_own(entry.path()) {
                        entries.skip_current_dir();
                    } else if entry.depth() > 0 && is_system_folder(entry.file_name()) {
                        self.skip_folder(root, entry.path());
                        entries.skip_current_dir();
                    } else if let Ok(metadata) = entry.metadata() {
                        self.seen.insert((metadata.dev(), metadata.ino()));
                    }
                }
                Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                    links.push(entry.into_path())
                }
                Ok(entry) => {
                    let (path, source) = root.names(entry.path());
                    let metadata = entry.metadata().map_err(std::io::Error::from);
                    self.file(entry.path(), path, source, metadata);
                }
                Err(error) => {
                    let place = error.path().unwrap_or(folder).to_owned();
                    self.unreadable(root, &place, error.io_error());
                }
            }
        }
        links.iter().for_each(|link| self.link(root, link));
    }

    fn link(&mut self, root: &Root<'_>, link: &Path) {
        let (path, source) = root.names(link);
        if self.leads_out(link) {
            return self.push(path, link, source, 0, Fate::Skip(Skip::OutsideRoot));
        }
        match std::fs::metadata(link) {
            Ok(target) if target.is_dir() => {
                if self.seen.contains(&(target.dev(), target.ino())) {
                    self.push(path, link, source, 0, Fate::Skip(Skip::DuplicateLink));
                } else {
                    self.directory(root, link);
                }
            }
            target => self.file(link, path, source, target),
        }
    }

    /// Whether a link leads out of everything that was to be scanned.
    fn leads_out(&self, link: &Path) -> bool {
        let target = link.canonicalize();
        target.is_ok_and(|target| !self.roots.iter().any(|root| target.starts_with(root)))
    }

    fn is_own(&self, folder: &Path) -> bool {
        let own = self.options.own_folder.as_ref();
        own.is_some_and(|own| folder.canonicalize().is_ok_and(|p| p == *own))
    }

    /// A folder of version control: one row with its files' bytes.
    fn skip_folder(&mut self, root: &Root<'_>, folder: &Path) {
        let files = WalkDir::new(folder)
            .into_iter()
            .flatten()
            .filter(|e| e.file_type().is_file());
        let bytes = files
            .filter_map(|e| e.metadata().ok())
            .map(|m| m.len())
            .sum();
        let (path, source) = root.names(folder);
        self.push(path, folder, source, bytes, Fate::Skip(Skip::System));
    }

    fn unreadable(&mut self, root: &Root<'_>, place: &Path, error: Option<&std::io::Error>) {
        let (path, source) = root.names(place);
        let why = error.map_or_else(|| "cannot be read".to_owned(), ToString::to_string);
        let fate = Fate::Fail("cannot-open".to_owned(), format!("cannot open: {why}"));
        self.push(path, place, source, 0, fate);
    }

    fn file(
        &mut self,
        location: &Path,
        path: String,
        source: String,
        metadata: std::io::Result<Metadata>,
    ) {
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) => {
                let fate = Fate::Fail("cannot-open".to_owned(), format!("cannot open: {error}"));
                return self.push(path, location, source, 0, fate);
            }
        };
        let kind = metadata.file_type();
        let special =
            kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device();
        let fate = if special {
            Fate::Skip(Skip::SpecialFile)
        } else if !self.seen.insert((metadata.dev(), metadata.ino())) {
            Fate::Skip(Skip::DuplicateLink)
        } else {
            self.fate(location, &path, metadata.len())
        };
        let bytes = match fate {
            Fate::Skip(Skip::SpecialFile | Skip::DuplicateLink) => 0,
            _ => metadata.len(),
        };
        self.push(path, location, source, bytes, fate);
    }

    /// All objects that `url` names, by the URLs they have.
    fn remote(&mut self, url: &str) -> Result<(), SetupError> {
        for remote::Found { url, source, bytes } in remote::find(url)? {
            let location = PathBuf::from(&url);
            let fate = self.fate(&location, &url, bytes);
            self.push(url, &location, source, bytes, fate);
        }
        Ok(())
    }

    fn fate(&self, location: &Path, path: &str, bytes: u64) -> Fate {
        let name = path.rsplit('/').next().unwrap_or(path);
        // The query of a URL is no part of a name.
        let name = match remote::url(location) {
            Some(_) => name.split(['?', '#']).next().unwrap_or(name),
            None => name,
        };
        if self.options.exclude.is_match(path) {
            return Fate::Skip(Skip::Excluded);
        }
        if is_system_file(name) {
            return Fate::Skip(Skip::System);
        }
        if location
            .canonicalize()
            .is_ok_and(|p| self.options.own_files.contains(&p))
        {
            return Fate::Skip(Skip::Configuration);
        }
        if bytes == 0 {
            return Fate::Skip(Skip::Empty);
        }
        match peek(location) {
            Ok(head) => sniff::tell(name, &head),
            Err(error) => Fate::Fail("cannot-open".to_owned(), format!("cannot open: {error}")),
        }
    }

    fn push(&mut self, path: String, location: &Path, source: String, bytes: u64, fate: Fate) {
        self.shards.push(Shard {
            path,
            location: location.to_owned(),
            source,
            bytes,
            fate,
        });
    }
}

/// A path the user named, and what its shards are called.
struct Root<'a> {
    path: &'a Path,
    /// Before every shard path: nothing, or the name with a slash.
    prefix: String,
    name: &'a str,
}

impl Root<'_> {
    /// Shard path and source of what lies at `place`: the source is the top folder, or the root
    /// itself for files directly in it.
    fn names(&self, place: &Path) -> (String, String) {
        let relative = place.strip_prefix(self.path).unwrap_or(place);
        let parts: Vec<String> = relative
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        let source = if parts.len() > 1 {
            parts[0].clone()
        } else {
            self.name.to_owned()
        };
        (format!("{}{}", self.prefix, parts.join("/")), source)
    }
}

/// The last part of a path as the user knows it, also for `.` and `..`.
fn name_of(path: &Path) -> String {
    let canonical = path.canonicalize();
    let named = path
        .file_name()
        .or_else(|| canonical.as_ref().ok().and_then(|p| p.file_name()));
    named.map_or_else(|| "corpus".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn is_system_file(name: &str) -> bool {
    matches!(
        name,
        ".DS_Store" | "Thumbs.db" | "desktop.ini" | ".gitattributes" | ".gitignore" | ".gitkeep"
    ) || name.starts_with("._")
}

fn is_system_folder(name: &std::ffi::OsStr) -> bool {
    matches!(
        name.to_str(),
        Some(".git" | ".svn" | ".hg" | "__MACOSX" | ".ipynb_checkpoints")
    )
}

fn peek(location: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(PEEK);
    if remote::url(location).is_some() {
        let object = remote::open(location)?;
        object.reader().take(PEEK as u64).read_to_end(&mut head)?;
        return Ok(head);
    }
    File::open(location)?
        .take(PEEK as u64)
        .read_to_end(&mut head)?;
    Ok(head)
}
