//! [`Origins`]: all that addresses are held against, read from what the operator names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::list::{Added, List};
use super::robots::token;
use super::snapshots::{Snapshot, Snapshots};
use crate::{Complaint, SetupError};

/// `[origins]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OriginsConfig {
    /// Lists of hosts and addresses whose content must not be used, relative to `yujian.toml`.
    pub block: Vec<String>,
    /// Lists of hosts and addresses that must not be collected.
    pub disallow: Vec<String>,
    /// Folder of snapshots of robots.txt, called like their hosts.
    pub robots: String,
    /// Name under which the corpus was crawled; without one, rules for all crawlers count.
    pub agent: String,
}

/// What was read, as runs name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct Used {
    /// The lists.
    pub lists: Vec<ListUsed>,
    /// Snapshots of robots.txt.
    pub snapshots: u64,
    /// Files beside them that could not be kept.
    pub snapshots_left_out: u64,
    /// BLAKE3 over the snapshots, hex; empty without any.
    pub snapshots_digest: String,
    /// Product token of the crawler; empty if none was named.
    pub agent: String,
}

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct ListUsed {
    /// `block` or `disallow`.
    pub purpose: String,
    /// As `yujian.toml` names it.
    pub file: String,
    /// BLAKE3 of it, hex.
    pub digest: String,
    /// Entries.
    pub entries: u64,
    /// Lines that are none.
    pub left_out: u64,
}

impl Used {
    /// Whether there is a list for this purpose.
    pub fn has_list(&self, purpose: &str) -> bool {
        self.lists.iter().any(|list| list.purpose == purpose)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Origins {
    /// Tells it from others, for what was remembered of it.
    pub(super) number: u64,
    /// What must not be used.
    pub block: List,
    /// What must not be collected.
    pub disallow: List,
    /// What sites say to crawlers.
    pub snapshots: Snapshots,
    /// Product token of the crawler.
    pub agent: String,
    used: Option<Used>,
    paths: Vec<PathBuf>,
}

/// Complaints about one file that are told one by one.
const TOLD: usize = 50;

impl Origins {
    /// Nothing but the tables of the program.
    pub fn builtin() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            ..Self::default()
        }
    }

    /// From lists and one robots.txt that is taken for the one of any host: for examples of rules.
    pub fn example(
        block: &[String],
        disallow: &[String],
        robots: Option<(&str, &str)>,
        agent: &str,
    ) -> Self {
        let mut origins = Self::builtin();
        origins.block.add_lines("block", &block.join("\n"));
        origins.disallow.add_lines("disallow", &disallow.join("\n"));
        origins.agent = token(agent).to_owned();
        if let Some((host, text)) = robots
            && let Ok((snapshot, _)) = Snapshot::of("robots.txt", text.as_bytes(), &origins.agent)
        {
            origins.snapshots.add(host, snapshot);
        }
        origins
    }

    /// Reads what is named; paths are relative to `base`. Returns besides what is odd about it:
    /// lines that are no entries, files that are no robots.txt.
    ///
    /// # Errors
    ///
    /// Files that cannot be read, and those of which nothing can be kept.
    pub fn read(config: &OriginsConfig, base: &Path) -> Result<(Self, Vec<Complaint>), SetupError> {
        let mut origins = Self::builtin();
        if *config == OriginsConfig::default() {
            return Ok((origins, Vec::new()));
        }
        let mut used = Used::default();
        let (mut odd, mut fatal) = (Vec::new(), Vec::new());
        origins.agent = agent(&config.agent, &mut odd, &mut fatal);
        used.agent.clone_from(&origins.agent);
        for (purpose, files) in [("block", &config.block), ("disallow", &config.disallow)] {
            for file in files {
                let path = base.join(file);
                let bytes = fs::read(&path).map_err(|error| SetupError::read(&path, error))?;
                let list = match purpose {
                    "block" => &mut origins.block,
                    _ => &mut origins.disallow,
                };
                let added = add(list, file, &bytes);
                used.lists.push(ListUsed {
                    purpose: purpose.to_owned(),
                    file: file.clone(),
                    digest: blake3::hash(&bytes).to_hex().to_string(),
                    entries: added.kept,
                    left_out: added.left_out,
                });
                let nothing = added.kept == 0 && added.left_out > 0;
                let told = if nothing { &mut fatal } else { &mut odd };
                told.extend(added.complaints);
                origins.paths.push(path);
            }
        }
        if !config.robots.is_empty() {
            let folder = base.join(&config.robots);
            match Snapshots::read(&folder, &origins.agent) {
                Ok((snapshots, complaints)) => {
                    odd.extend(complaints);
                    used.snapshots = snapshots.len() as u64;
                    used.snapshots_left_out = snapshots.left_out;
                    used.snapshots_digest.clone_from(&snapshots.digest);
                    origins.paths.extend(snapshots.paths.iter().cloned());
                    origins.snapshots = snapshots;
                }
                Err(SetupError::Complaints(complaints)) => fatal.extend(complaints),
                Err(error) => return Err(error),
            }
        }
        if !fatal.is_empty() {
            return Err(SetupError::Complaints(shortened(fatal)));
        }
        origins.used = Some(used);
        Ok((origins, shortened(odd)))
    }

    /// What was read; none if nothing was named.
    pub const fn used(&self) -> Option<&Used> {
        self.used.as_ref()
    }

    /// The files that were read. They belong to the operator and not to the corpus.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}

fn agent(name: &str, odd: &mut Vec<Complaint>, fatal: &mut Vec<Complaint>) -> String {
    let token = token(name.trim());
    let complaint = |what: String| {
        Complaint::new(
            "[origins] agent",
            0,
            what,
            "write the product token: letters, - and _ (RFC 9309, 2.2.1), such as FooBot",
        )
    };
    let rest = &name.trim()[token.len()..];
    if token.is_empty() && !rest.is_empty() {
        fatal.push(complaint(format!(
            "`{name}` begins with no name of a crawler"
        )));
    } else if !rest.is_empty() && !rest.starts_with(['/', ' ', '(']) {
        odd.push(complaint(format!("`{name}` counts as `{token}`")));
    }
    token.to_owned()
}

fn add(list: &mut List, file: &str, bytes: &[u8]) -> Added {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Added {
            left_out: 1,
            complaints: vec![Complaint::new(
                file,
                0,
                "it is no text in UTF-8: nothing of it was kept",
                "save it as UTF-8",
            )],
            ..Added::default()
        };
    };
    let is_csv = Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    match is_csv {
        true => list.add_csv(file, text),
        false => list.add_lines(file, text),
    }
}

/// The first of each file, and how many more there are.
fn shortened(all: Vec<Complaint>) -> Vec<Complaint> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Complaint> = Vec::new();
    for complaint in all {
        let count = counts.entry(complaint.file.clone()).or_default();
        *count += 1;
        if *count <= TOLD {
            kept.push(complaint);
        }
    }
    for (file, count) in counts.into_iter().filter(|(_, count)| *count > TOLD) {
        kept.push(Complaint::new(
            file,
            0,
            format!("{} more lines like these", count - TOLD),
            String::new(),
        ));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(block: &[&str], robots: &str, agent: &str) -> OriginsConfig {
        OriginsConfig {
            block: block.iter().map(|&file| file.to_owned()).collect(),
            robots: robots.to_owned(),
            agent: agent.to_owned(),
            ..OriginsConfig::default()
        }
    }

    #[test]
    fn what_can_be_kept_is_kept_and_the_rest_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("good.txt", b"bad.example\nnot a host\n");
        write("empty.txt", b"# nothing yet\n");
        write("wrong.txt", b"not a host\n");
        write("gbk.txt", b"\xD6\xD0.cn\n");
        let read = |config: &OriginsConfig| Origins::read(config, folder.path());
        let (origins, odd) = read(&config(&["good.txt", "empty.txt"], "", "FooBot/1.0")).unwrap();
        let used = origins.used().unwrap();
        assert_eq!(
            (odd.len(), odd[0].line, used.agent.as_str()),
            (1, 2, "FooBot")
        );
        assert_eq!(
            (
                used.lists[0].entries,
                used.lists[0].left_out,
                used.lists[1].entries
            ),
            (1, 1, 0)
        );
        for (config, what) in [
            (config(&["wrong.txt"], "", ""), "wrong.txt:1"),
            (config(&["gbk.txt"], "", ""), "UTF-8"),
            (config(&["missing.txt"], "", ""), "missing.txt"),
            (config(&[], "missing", ""), "missing"),
            (config(&["good.txt"], "", "123"), "no name of a crawler"),
        ] {
            let told = read(&config).unwrap_err().to_string();
            assert!(told.contains(what), "{told}");
        }
        assert!(read(&OriginsConfig::default()).unwrap().0.used().is_none());
    }

    #[test]
    fn a_flood_of_complaints_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let lines = format!("bad.example\n{}", "no host\n".repeat(200));
        fs::write(folder.path().join("l.txt"), lines).unwrap();
        let (_, odd) = Origins::read(&config(&["l.txt"], "", ""), folder.path()).unwrap();
        assert_eq!(odd.len(), TOLD + 1);
        assert!(odd[TOLD].what.starts_with("150 more"));
    }
}
