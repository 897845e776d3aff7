//! [`Snapshot`]: what a site's robots.txt said on the day it was fetched, as far as it concerns
//! one crawler and those of AI systems.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::address;
use super::pattern::Octets;
use super::robots::{MOST_BYTES, Robots, Said};
use super::tables::agents;
use crate::{Complaint, SetupError};

/// See the module.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Name of its file.
    pub file: String,
    /// What is said to the crawler of the corpus.
    pub own: Said,
    /// What is said by name to crawlers that train models, with their names.
    pub others: Vec<(Vec<&'static str>, Said)>,
}

/// Snapshots by the names of their hosts.
#[derive(Clone, Debug, Default)]
pub struct Snapshots {
    by_host: HashMap<String, Arc<Snapshot>>,
    /// All files of the folder.
    pub paths: Vec<PathBuf>,
    /// Files that were left out.
    pub left_out: u64,
    /// BLAKE3 over names and contents of all files that were kept, in order, hex; empty without
    /// any.
    pub digest: String,
}

impl Snapshot {
    /// Of the bytes of a file, for the crawler of this name.
    ///
    /// # Errors
    ///
    /// Why it cannot be a robots.txt.
    pub fn of(file: &str, bytes: &[u8], agent: &str) -> Result<(Self, Vec<String>), &'static str> {
        plausible(bytes)?;
        let robots = Robots::parse(bytes, Octets::Equal);
        let blank = bytes.iter().all(|b| b.is_ascii_whitespace());
        let odd = robots.odd_lines.len();
        if robots.is_empty() && odd > 0 {
            return Err("no line of it is one of robots.txt");
        }
        let mut notes = Vec::new();
        if robots.is_empty() && !blank {
            notes.push("it speaks of no crawler, so everything is allowed".to_owned());
        }
        if bytes.len() > MOST_BYTES {
            notes.push(format!(
                "only its first {MOST_BYTES} bytes were read (RFC 9309, 2.5)"
            ));
        }
        if std::str::from_utf8(bytes).is_err() {
            notes.push("what is no UTF-8 in it was replaced".to_owned());
        }
        for line in robots.odd_lines.iter().take(LINES_NAMED) {
            notes.push(format!(
                "line {line} is none of robots.txt and was passed over"
            ));
        }
        if odd > LINES_NAMED {
            notes.push(format!("{} more such lines", odd - LINES_NAMED));
        }
        let mut others: Vec<(Vec<&'static str>, Said)> = Vec::new();
        for other in agents().iter().filter(|other| other.training) {
            if other.name.eq_ignore_ascii_case(agent) || !robots.names(other.name) {
                continue;
            }
            // Most sites say the same to all of them.
            let said = robots.said_to(other.name);
            match others.iter_mut().find(|(_, known)| *known == said) {
                Some((names, _)) => names.push(other.name),
                None => others.push((vec![other.name], said)),
            }
        }
        let snapshot = Self {
            file: file.to_owned(),
            own: robots.said_to(agent),
            others,
        };
        Ok((snapshot, notes))
    }
}

/// Odd lines of a file that are named one by one.
const LINES_NAMED: usize = 10;

/// Why bytes can be no robots.txt.
fn plausible(bytes: &[u8]) -> Result<(), &'static str> {
    let head = &bytes[..bytes.len().min(4096)];
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = head.trim_ascii_start();
    let begins = |what: &[u8]| {
        text.get(..what.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(what))
    };
    if text.starts_with(b"<") || begins(b"{\"") {
        return Err("it is a page and no robots.txt: the server had none, or gave an error");
    }
    if begins(b"HTTP/") {
        return Err("it begins with the headers of HTTP: keep the body alone");
    }
    let odd = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0C);
    if head.iter().filter(odd).count() * 50 > head.len() {
        return Err("it is no text");
    }
    Ok(())
}

impl Snapshots {
    /// Reads a folder of files that are called like their hosts: `www.example.com.txt`.
    ///
    /// # Errors
    ///
    /// If there is no such folder, or nothing of it can be kept.
    pub fn read(folder: &Path, agent: &str) -> Result<(Self, Vec<Complaint>), SetupError> {
        let entries = fs::read_dir(folder).map_err(|error| SetupError::read(folder, error))?;
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(|error| SetupError::read(folder, error))?;
        paths.sort();
        // What cannot be kept is no corpus either.
        let mut all = Self {
            paths: paths
                .iter()
                .filter(|path| path.is_file())
                .cloned()
                .collect(),
            ..Self::default()
        };
        let mut complaints = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for path in &paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let shown = path.display().to_string();
            let mut tell = |what: &str, hint: &str| {
                complaints.push(Complaint::new(shown.clone(), 0, what, hint));
            };
            let host = name.strip_suffix(".txt").and_then(address::ascii);
            let Some(host) = host.filter(|_| path.is_file()) else {
                all.left_out += 1;
                tell(
                    "it is not called like a host: left out",
                    "www.example.com.txt",
                );
                continue;
            };
            if let Some(other) = all.by_host.get(&host) {
                all.left_out += 1;
                let what = format!("{} is of the same host: left out", other.file);
                tell(&what, "keep the one of the day the pages were fetched");
                continue;
            }
            let bytes = fs::read(path).map_err(|error| SetupError::read(path, error))?;
            match Snapshot::of(&name, &bytes, agent) {
                Ok((snapshot, notes)) => {
                    notes.iter().for_each(|note| tell(note, ""));
                    for part in [name.as_bytes(), &bytes] {
                        hasher.update(&(part.len() as u64).to_le_bytes());
                        hasher.update(part);
                    }
                    all.by_host.insert(host, Arc::new(snapshot));
                }
                Err(what) => {
                    all.left_out += 1;
                    tell(
                        &format!("{what}: left out, its host counts as one without a snapshot"),
                        "fetch /robots.txt again; a site without one gets an empty file",
                    );
                }
            }
        }
        if all.by_host.is_empty() {
            complaints.push(Complaint::new(
                folder.display().to_string(),
                0,
                "no snapshot of a robots.txt in it",
                "put files in it that are called like their hosts (www.example.com.txt), \
                    or take `robots` out of [origins]",
            ));
            return Err(SetupError::Complaints(complaints));
        }
        all.digest = hasher.finalize().to_hex().to_string();
        Ok((all, complaints))
    }

    /// Adds one.
    pub fn add(&mut self, host: &str, snapshot: Snapshot) {
        self.by_host.insert(host.to_owned(), Arc::new(snapshot));
    }

    /// The one of a host.
    pub fn of(&self, host: &str) -> Option<&Arc<Snapshot>> {
        self.by_host.get(host)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_host.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_host.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_robots_txt_is_left_out() {
        for bytes in [
            &b"<!DOCTYPE html><title>404"[..],
            b"\xEF\xBB\xBF \n<html>",
            b"{\"error\": 404}",
            b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *",
            b"\x1F\x8B\x08\0\0\0\0\0\0\0\0\x03",
            b"Not Found, sorry for that\n",
        ] {
            assert!(Snapshot::of("f", bytes, "a").is_err(), "{bytes:?}");
        }
        for (bytes, notes) in [
            (&b""[..], 0),
            (b"# nothing\n", 1),
            (b"Sitemap: https://a.example/s.xml\n", 1),
            (b"User-agent: *\nDisallow: /\xFF\n", 1),
            (b"User-agent: *\nDisallow: /\n\nnot one of these lines\n", 1),
        ] {
            let told = Snapshot::of("f", bytes, "a").map(|(_, notes)| notes.len());
            assert_eq!(told, Ok(notes), "{bytes:?}");
        }
    }

    #[test]
    fn crawlers_that_are_told_the_same_are_kept_together() {
        let text = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: ClaudeBot\nDisallow: /x\n";
        let (snapshot, _) = Snapshot::of("f", text, "CCBot").unwrap();
        let names: Vec<_> = snapshot
            .others
            .iter()
            .map(|(names, _)| names.clone())
            .collect();
        assert_eq!(names, [vec!["ClaudeBot"], vec!["GPTBot"]]);
        assert!(snapshot.own.forbids("/y").is_some());
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        assert!(Snapshots::read(folder.path(), "a").is_err());
        assert!(Snapshots::read(&folder.path().join("none"), "a").is_err());
        write("Bücher.example.txt", b"User-agent: *\nDisallow: /\n");
        write("xn--bcher-kva.example.txt", b"");
        write("page.example.txt", b"<html>");
        write("readme.md", b"");
        write(".hidden", b"");
        let (all, complaints) = Snapshots::read(folder.path(), "a").unwrap();
        assert_eq!((all.len(), all.left_out, complaints.len()), (1, 3, 3));
        assert!(
            all.of("xn--bcher-kva.example")
                .unwrap()
                .own
                .forbids("/")
                .is_some()
        );
    }
}
