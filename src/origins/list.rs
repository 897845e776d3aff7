//! [`List`]: hosts and addresses that an operator or a table names.
//!
//! One entry a line: `example.com` (the host and all below it), `*.example.com` (only those
//! below it), `example.com/path` or a whole URL (paths that begin so; `*` and `$` as in
//! robots.txt). Schemes do not matter, ports only if an entry names one.

use std::collections::HashMap;

use super::address::{Address, Host, is_suffix};
use super::pattern::{Octets, Pattern};
use crate::Complaint;

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Position of its file in [`List::files`].
    file: usize,
    /// Its line, from 1.
    pub line: u32,
    /// As written.
    pub text: String,
    /// Why it is listed; empty if that is not said.
    pub reason: String,
    scope: Scope,
    port: Option<u16>,
    path: Option<Pattern>,
}

/// For which hosts an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The one named and those below it.
    All,
    /// Those below it.
    Below,
    /// The one named.
    Exact,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Names of the files it was read from.
    pub files: Vec<String>,
    entries: Vec<Entry>,
    by_host: HashMap<Box<str>, Vec<u32>>,
}

/// What reading a file gave.
#[derive(Clone, Debug, Default)]
pub struct Added {
    /// Entries that were kept.
    pub kept: u64,
    /// Lines that were not, or not as they stand.
    pub complaints: Vec<Complaint>,
    /// How many of them were left out.
    pub left_out: u64,
}

/// Names of columns in CSV files.
const ADDRESSES: [&str; 8] = [
    "domain", "host", "url", "entry", "域名", "网址", "地址", "网站",
];
const REASONS: [&str; 5] = ["reason", "原因", "理由", "依据", "note"];

impl List {
    /// Adds the entries of a file with one a line; what follows `#` is a comment.
    pub fn add_lines(&mut self, name: &str, text: &str) -> Added {
        let file = self.begin(name);
        let mut added = Added::default();
        for (number, line) in (1..).zip(text.trim_start_matches('\u{FEFF}').lines()) {
            let comment = line.match_indices('#').find(|(at, _)| {
                line[..*at].is_empty() || line[..*at].ends_with(char::is_whitespace)
            });
            let entry = line[..comment.map_or(line.len(), |(at, _)| at)].trim();
            if !entry.is_empty() {
                self.add(file, number, entry, "", &mut added);
            }
        }
        added
    }

    /// Adds the entries of a CSV file with a header that names a column of addresses, and perhaps
    /// one of reasons.
    pub fn add_csv(&mut self, name: &str, text: &str) -> Added {
        let file = self.begin(name);
        let mut added = Added::default();
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let column = |header: &csv::StringRecord, names: &[&str]| {
            header.iter().position(|cell| {
                let cell = cell.to_lowercase();
                names.contains(&cell.as_str())
            })
        };
        let header = reader.headers().cloned().unwrap_or_default();
        let Some(address) = column(&header, &ADDRESSES) else {
            added.left_out += 1;
            added.complaints.push(Complaint::new(
                name,
                1,
                "no column holds addresses: nothing of it was kept",
                format!("name one of: {}", ADDRESSES.join(", ")),
            ));
            return added;
        };
        let reason = column(&header, &REASONS);
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(u32::MAX);
                    let reason = reason.and_then(|at| record.get(at)).unwrap_or_default();
                    match record.get(address).unwrap_or_default() {
                        "" => added.refuse(name, line, "a row without an address", COLUMN_HINT),
                        entry => self.add(file, line, entry, reason, &mut added),
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(u32::MAX);
                    added.refuse(name, line, "no row of CSV", COLUMN_HINT);
                }
            }
        }
        added
    }

    fn begin(&mut self, name: &str) -> usize {
        self.files.push(name.to_owned());
        self.files.len() - 1
    }

    fn add(&mut self, file: usize, line: u32, text: &str, reason: &str, added: &mut Added) {
        let name = self.files[file].clone();
        let (below, address) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let host = Address::of(address).and_then(|a| Some((a, Host::of(a.authority)?)));
        let Some((address, host)) = host else {
            return added.refuse(&name, line, &format!("`{text}` names no host"), LINE_HINT);
        };
        if host.name.contains('*') {
            return added.refuse(
                &name,
                line,
                &format!("`{text}` has a star inside"),
                LINE_HINT,
            );
        }
        let scope = match below {
            true => Scope::Below,
            false if is_suffix(&host.name) => {
                added.complaints.push(Complaint::new(name, line as usize, format!("`{text}` is a public suffix, below which hosts are anyone's: it stands for this one host only"), format!("write *.{} to mean everything below it", host.name)));
                Scope::Exact
            }
            false => Scope::All,
        };
        let path = Some(address.path).filter(|path| !matches!(*path, "" | "/"));
        added.kept += 1;
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let port = host.own_port();
        let of_host = self.by_host.entry(host.name.into_boxed_str()).or_default();
        of_host.push(number);
        self.entries.push(Entry {
            file,
            line,
            text: text.to_owned(),
            reason: reason.to_owned(),
            scope,
            port,
            path: path.map(|path| Pattern::new(path, Octets::Equal)),
        });
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries that stand for a host, whatever the path: those of the longest name first, then in
    /// the order of the files.
    pub fn of_host(&self, host: &Host) -> Vec<u32> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (step, name) in Host::ladder(&host.name).enumerate() {
            let entries = self.by_host.get(name).into_iter().flatten();
            found.extend(entries.copied().filter(|number| {
                let entry = &self.entries[*number as usize];
                let own = match entry.scope {
                    Scope::All => true,
                    Scope::Below => step > 0,
                    Scope::Exact => step == 0,
                };
                own && entry.port.is_none_or(|port| host.port == Some(port))
            }));
        }
        found
    }

    /// The first of these entries that stands for a path.
    ///
    /// `path`: as [`target`](super::pattern::target) makes it.
    pub fn first(&self, of_host: &[u32], path: &str) -> Option<&Entry> {
        let entries = of_host.iter().map(|number| &self.entries[*number as usize]);
        entries.into_iter().find(|entry| {
            let pattern = entry.path.as_ref();
            pattern.is_none_or(|pattern| pattern.matches(path))
        })
    }

    /// Where an entry stands: `blocked.txt:12`.
    pub fn place(&self, entry: &Entry) -> String {
        format!("{}:{}", self.files[entry.file], entry.line)
    }
}

const LINE_HINT: &str = "write one a line: example.com, *.example.com, example.com/path or a URL";
const COLUMN_HINT: &str = "every row needs an address, quoted if it holds a comma";

impl Added {
    fn refuse(&mut self, file: &str, line: u32, what: &str, hint: &str) {
        self.left_out += 1;
        self.complaints.push(Complaint::new(
            file,
            line as usize,
            format!("{what}: left out"),
            hint,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::target;
    use super::*;

    fn found(list: &List, url: &str) -> Option<String> {
        let address = Address::of(url)?;
        let host = Host::of(address.authority)?;
        let path = target(address.path, Octets::Equal);
        let entry = list.first(&list.of_host(&host), &path)?;
        Some(entry.text.clone())
    }

    #[test]
    fn entries_stand_for_what_they_say() {
        let mut list = List::default();
        let added = list.add_lines(
            "l.txt",
            "# blocked\n\nbad.example\n*.part.example # those below\nsite.example/private/\n\
             https://Port.example:8080/\n中国政府.政务.cn\nhttps://q.example/*?id=7$\n192.0.2.1\n\
             github.io\n*.gitee.io\n",
        );
        assert_eq!((added.kept, added.left_out), (9, 0));
        assert_eq!(added.complaints.len(), 1);
        assert_eq!(added.complaints[0].line, 10);
        for (url, entry) in [
            ("https://bad.example/x", Some("bad.example")),
            ("http://WWW.Bad.Example.:8080", Some("bad.example")),
            ("http://user@bad.example/", Some("bad.example")),
            ("https://notbad.example/", None),
            ("https://bad.example.com/", None),
            ("https://part.example/", None),
            ("https://a.b.part.example/", Some("*.part.example")),
            (
                "https://site.example/private/x",
                Some("site.example/private/"),
            ),
            ("https://site.example/privat", None),
            ("https://port.example/", None),
            (
                "http://port.example:8080/y",
                Some("https://Port.example:8080/"),
            ),
            (
                "http://xn--fiqs8sirgfmh.xn--zfr164b.cn/a",
                Some("中国政府.政务.cn"),
            ),
            (
                "https://q.example/a/b?id=7",
                Some("https://q.example/*?id=7$"),
            ),
            ("https://q.example/a/b?id=71", None),
            ("https://192.0.2.1/a", Some("192.0.2.1")),
            ("https://github.io/", Some("github.io")),
            ("https://someone.github.io/", None),
            ("https://someone.gitee.io/", Some("*.gitee.io")),
        ] {
            assert_eq!(found(&list, url).as_deref(), entry, "{url}");
        }
    }

    #[test]
    fn lines_that_are_no_entry_are_named_and_the_others_kept() {
        let mut list = List::default();
        let added = list.add_lines("l.txt", "good.example\nno host\n***\nhttp://\nfine.example");
        assert_eq!((added.kept, added.left_out), (2, 3));
        let lines: Vec<usize> = added.complaints.iter().map(|c| c.line).collect();
        assert_eq!(lines, [2, 3, 4]);
    }

    #[test]
    fn csv_files_give_reasons() {
        let mut list = List::default();
        let text =
            "\u{FEFF}序号,域名,原因\n1,bad.example,\"通知, 2026\"\n2,,无\n# note\n3,b.example\n";
        let added = list.add_csv("l.csv", text);
        assert_eq!((added.kept, added.left_out), (2, 1));
        assert_eq!(added.complaints[0].line, 3);
        let entry = &list.entries[0];
        assert_eq!(
            (entry.reason.as_str(), list.place(entry)),
            ("通知, 2026", "l.csv:2".to_owned())
        );
        let added = List::default().add_csv("l.csv", "a,b\n1,2\n");
        assert_eq!((added.kept, added.left_out), (0, 1));
    }

    #[test]
    fn the_longest_name_comes_first() {
        let mut list = List::default();
        list.add_lines("l.txt", "example.cn/a\nexample.cn\nb.example.cn/a");
        assert_eq!(
            found(&list, "http://b.example.cn/a").as_deref(),
            Some("b.example.cn/a")
        );
        assert_eq!(
            found(&list, "http://b.example.cn/b").as_deref(),
            Some("example.cn")
        );
        assert_eq!(
            found(&list, "http://example.cn/a").as_deref(),
            Some("example.cn/a")
        );
    }
}
