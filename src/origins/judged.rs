//! [`Judged`]: one address held against [`Origins`].
//!
//! Most addresses of a corpus are of hosts that were met before, so what is known of a host is
//! remembered ([`Memory`]); only paths are compared each time, and only where an entry or a
//! snapshot of the host asks for it.

use std::collections::HashMap;
use std::sync::Arc;

use super::address::{Address, Host, registrable};
use super::config::Origins;
use super::list::Entry;
use super::pattern::{Octets, target};
use super::robots::Rule;
use super::snapshots::Snapshot;
use super::tables::{Pirate, pirate};

/// What is known of a host.
#[derive(Debug)]
pub struct Known {
    /// Its name and port.
    pub host: Host,
    /// Its registrable domain by the public suffix list.
    pub domain: Option<String>,
    /// The domain of the table that it belongs to.
    pub pirate: Option<&'static Pirate>,
    /// What its robots.txt said.
    pub snapshot: Option<Arc<Snapshot>>,
    block: Vec<u32>,
    disallow: Vec<u32>,
}

/// What is refused to crawlers of AI systems and not to the one of the corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// Names of crawlers that may not fetch the page, in the order of the file's groups.
    pub agents: Vec<&'static str>,
    /// Lines of the snapshot that say so.
    pub lines: Vec<u32>,
    /// Whether use for training is refused to all.
    pub training: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Judged<'o> {
    /// Its host.
    pub known: Arc<Known>,
    /// The entry that forbids its use.
    pub blocked: Option<&'o Entry>,
    /// The entry that forbids collecting it.
    pub listed: Option<&'o Entry>,
    /// The rule of robots.txt that forbids fetching it.
    pub forbidden: Option<Rule>,
    /// What robots.txt reserves; nothing if it is forbidden anyway.
    pub reserved: Reserved,
}

/// What is known of hosts that were met, for one thread.
#[derive(Debug, Default)]
pub struct Memory {
    of: u64,
    /// By the authority as written.
    hosts: HashMap<String, Option<Arc<Known>>>,
}

/// What was found of the address of a record, for counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OriginFacts {
    /// There is one.
    pub url: bool,
    /// It leads to a host.
    pub host: bool,
    /// Its host has a snapshot of robots.txt.
    pub snapshot: bool,
    /// It must not be used.
    pub blocked: bool,
    /// It belongs to a pirate domain.
    pub pirated: bool,
    /// It must not be fetched.
    pub disallowed: bool,
    /// Its use for training is reserved; also told by pages without an address.
    pub reserved: bool,
}

/// Hosts that are remembered; more are forgotten together.
const REMEMBERED: usize = 4096;

impl Memory {
    fn known(&mut self, authority: &str, origins: &Origins) -> Option<Arc<Known>> {
        if self.of != origins.number || self.hosts.len() >= REMEMBERED {
            self.hosts.clear();
            self.of = origins.number;
        }
        if let Some(known) = self.hosts.get(authority) {
            return known.clone();
        }
        let known = Known::of(authority, origins).map(Arc::new);
        self.hosts.insert(authority.to_owned(), known.clone());
        known
    }
}

impl Known {
    fn of(authority: &str, origins: &Origins) -> Option<Self> {
        let host = Host::of(authority)?;
        let snapshot = origins.snapshots.of(&host.name);
        Some(Self {
            domain: registrable(&host.name).map(str::to_owned),
            pirate: pirate(&host.name),
            snapshot: snapshot.cloned(),
            block: origins.block.of_host(&host),
            disallow: origins.disallow.of_host(&host),
            host,
        })
    }
}

impl Origins {
    /// Judges an address; nothing if it leads to no host.
    pub fn judge(&self, url: &str, memory: &mut Memory) -> Option<Judged<'_>> {
        let address = Address::of(url)?;
        let known = memory.known(address.authority, self)?;
        let mut judged = Judged {
            known: known.clone(),
            blocked: None,
            listed: None,
            forbidden: None,
            reserved: Reserved::default(),
        };
        if known.snapshot.is_none() && known.block.is_empty() && known.disallow.is_empty() {
            return Some(judged);
        }
        let path = target(address.path, Octets::Equal);
        judged.blocked = self.block.first(&known.block, &path);
        judged.listed = self.disallow.first(&known.disallow, &path);
        if let Some(snapshot) = &known.snapshot {
            judged.forbidden = snapshot.own.forbids(&path).cloned();
            if judged.forbidden.is_none() {
                judged.reserved = Reserved::by(snapshot, &path);
            }
        }
        Some(judged)
    }
}

impl Reserved {
    fn by(snapshot: &Snapshot, path: &str) -> Self {
        let mut reserved = Self::default();
        for (names, said) in &snapshot.others {
            if let Some(rule) = said.forbids(path) {
                reserved.agents.extend(names);
                reserved.lines.push(rule.line);
            }
        }
        if let Some(line) = snapshot.own.no_training {
            reserved.training = true;
            reserved.lines.push(line);
        }
        reserved
    }

    /// Whether anything is.
    pub const fn is_some(&self) -> bool {
        self.training || !self.agents.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_all_that_is_known_of_their_hosts() {
        let lines = |text: &str| vec![text.to_owned()];
        let robots = "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\
            User-agent: *\nDisallow: /private\nAllow: /\n";
        let origins = Origins::example(
            &lines("bad.example/x"),
            &lines("no.example"),
            Some(("site.example", robots)),
            "FooBot/1.0",
        );
        let mut memory = Memory::default();
        let mut told = |url: &str| {
            // Twice: what is remembered says the same.
            let first = format!("{:?}", origins.judge(url, &mut memory));
            assert_eq!(first, format!("{:?}", origins.judge(url, &mut memory)));
            let judged = origins.judge(url, &mut memory)?;
            let mut told = Vec::new();
            told.extend(judged.blocked.map(|_| "blocked"));
            told.extend(judged.listed.map(|_| "listed"));
            told.extend(judged.forbidden.as_ref().map(|_| "forbidden"));
            told.extend(judged.reserved.is_some().then_some("reserved"));
            told.extend(judged.known.pirate.map(|_| "pirate"));
            Some(told.join("+"))
        };
        for (url, expected) in [
            ("https://bad.example/x/y", Some("blocked")),
            ("https://bad.example/", Some("")),
            ("https://www.no.example/", Some("listed")),
            ("https://site.example/private/a", Some("forbidden")),
            ("https://site.example/a", Some("reserved")),
            ("https://other.site.example/private", Some("")),
            ("http://www.Sci-Hub.SE/10.1000/182", Some("pirate")),
            ("no address", None),
        ] {
            assert_eq!(told(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn another_set_of_lists_is_not_judged_by_what_is_remembered() {
        let mut memory = Memory::default();
        let blocked = |origins: &Origins, memory: &mut Memory| {
            let judged = origins.judge("https://a.example/", memory);
            judged.is_some_and(|judged| judged.blocked.is_some())
        };
        let with = Origins::example(&["a.example".to_owned()], &[], None, "");
        assert!(!blocked(&Origins::builtin(), &mut memory));
        assert!(blocked(&with, &mut memory));
        assert!(!blocked(&Origins::builtin(), &mut memory));
    }
}
