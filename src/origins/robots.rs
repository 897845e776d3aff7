//! [`Robots`]: what a robots.txt says to a crawler.
//!
//! Source: RFC 9309; where it leaves open what to do with what is not quite right, as Google's
//! parser does it (github.com/google/robotstxt), whose tests this one passes.

use super::pattern::{Octets, Pattern};

/// Bytes of a file that are read. Source: RFC 9309, 2.5: at least 500 KiB must be.
pub const MOST_BYTES: usize = 500 << 10;
/// Bytes of a line that are read; no browser takes a URL of so many. Source: Google's parser,
/// eight times the longest URL of Internet Explorer.
const LONGEST_LINE: usize = 2083 * 8 - 1;
/// Misspellings of `disallow` that are common. Source: Google's parser.
const DISALLOW: [&str; 6] = [
    "disallow",
    "dissallow",
    "dissalow",
    "disalow",
    "diasllow",
    "disallaw",
];

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Robots {
    groups: Vec<Group>,
    /// Lines that are no rule, comment or blank: number from 1.
    pub odd_lines: Vec<u32>,
}

/// Rules with the crawlers they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    /// Names in lower case.
    agents: Vec<String>,
    /// Whether it is for all who have no group of their own.
    others: bool,
    rules: Vec<Rule>,
    /// Line in which use for training is refused.
    no_training: Option<u32>,
}

/// One `Allow` or `Disallow`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which of the two.
    pub allow: bool,
    /// Which paths.
    pub pattern: Pattern,
    /// Its line, from 1.
    pub line: u32,
}

/// What is said to one crawler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Said {
    /// In the order of the file.
    rules: Vec<Rule>,
    /// Line in which use for training is refused (`Content-Signal: ai-train=no`,
    /// `Content-Usage: train-ai=n`).
    pub no_training: Option<u32>,
}

impl Robots {
    /// Reads a file. Its first 500 KiB count; what is no UTF-8 is replaced.
    pub fn parse(bytes: &[u8], octets: Octets) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let bytes = &bytes[..bytes.len().min(MOST_BYTES)];
        let mut robots = Self::default();
        let mut after_rules = true;
        for (number, line) in (1..).zip(lines(bytes)) {
            robots.line(number, line, octets, &mut after_rules);
        }
        robots
    }

    fn line(&mut self, number: u32, line: &[u8], octets: Octets, after_rules: &mut bool) {
        let text = String::from_utf8_lossy(&line[..line.len().min(LONGEST_LINE)]);
        let text = text.split('#').next().unwrap_or_default();
        // Zeros are what is left of UTF-16, or of a file that was cut off.
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if text.is_empty() {
            return;
        }
        let Some((key, value)) = key_value(text) else {
            self.odd_lines.push(number);
            return;
        };
        let is = |name: &str| starts_with(key, name);
        if is("user-agent") || is("useragent") || is("user agent") {
            if std::mem::take(after_rules) {
                self.groups.push(Group::default());
            }
            if let Some(group) = self.groups.last_mut() {
                group.add(value);
            }
            return;
        }
        let disallow = DISALLOW.iter().any(|name| is(name));
        let Some(group) = self.groups.last_mut() else {
            // Nobody is meant.
            return;
        };
        if is("allow") || disallow {
            *after_rules = true;
            let rule = |written: &str| Rule {
                allow: !disallow,
                pattern: Pattern::new(written, octets),
                line: number,
            };
            group.rules.push(rule(value));
            // The page of a folder is the folder. Source: Google's parser.
            let folder = value
                .rfind('/')
                .filter(|at| !disallow && value[*at..].starts_with("/index.htm"));
            if let Some(at) = folder {
                group.rules.push(rule(&format!("{}$", &value[..=at])));
            }
        } else if (is("content-signal") || is("content-usage")) && refuses_training(value) {
            group.no_training.get_or_insert(number);
        } else if !key
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b"-_ ".contains(&b))
        {
            self.odd_lines.push(number);
        }
    }

    /// Whether the file speaks of anyone.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether a group names this crawler.
    ///
    /// `agent`: a product token, see [`token`].
    pub fn names(&self, agent: &str) -> bool {
        let agent = agent.to_ascii_lowercase();
        self.groups
            .iter()
            .any(|group| group.agents.contains(&agent))
    }

    /// What is said to the crawler of this name: all its groups together, or those for all others.
    pub fn said_to(&self, agent: &str) -> Said {
        let agent = agent.to_ascii_lowercase();
        let named = self.names(&agent);
        let groups = self.groups.iter().filter(|group| match named {
            true => group.agents.contains(&agent),
            false => group.others,
        });
        let mut said = Said::default();
        for group in groups {
            said.rules.extend(group.rules.iter().cloned());
            said.no_training = said.no_training.or(group.no_training);
        }
        said
    }
}

impl Group {
    fn add(&mut self, value: &str) {
        let rest = value.strip_prefix('*');
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            self.others = true;
        } else {
            self.agents.push(token(value).to_ascii_lowercase());
        }
    }
}

impl Said {
    /// The rule that forbids a path; none if it may be fetched.
    ///
    /// `path`: as [`target`](super::pattern::target) makes it.
    ///
    /// The longest pattern decides, and of two equally long ones the one that allows.
    pub fn forbids(&self, path: &str) -> Option<&Rule> {
        let (mut best, mut length): (Option<&Rule>, usize) = (None, 0);
        for rule in &self.rules {
            let own = rule.pattern.as_str().len();
            let better = own > length || own == length && rule.allow;
            // A rule without a pattern says nothing.
            if own > 0 && better && rule.pattern.matches(path) {
                (best, length) = (Some(rule), own);
            }
        }
        best.filter(|rule| !rule.allow)
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.no_training.is_none()
    }
}

/// The product token that a name begins with: `FooBot` of `FooBot/1.2 (+http://…)`.
///
/// Source: RFC 9309, 2.2.1.
pub fn token(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'));
    &name[..end.unwrap_or(name.len())]
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr2(b'\n', b'\r', text);
        let (line, tail) = match end {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        // A carriage return and a line feed end one line.
        let pair = end.is_some_and(|at| text[at..].starts_with(b"\r\n"));
        rest = tail.map(|tail| if pair { &tail[1..] } else { tail });
        Some(line)
    })
}

/// Key and value; without a colon two words do too.
fn key_value(text: &str) -> Option<(&str, &str)> {
    if let Some((key, value)) = text.split_once(':') {
        let key = key.trim();
        return (!key.is_empty()).then(|| (key, value.trim()));
    }
    let (key, value) = text.split_once([' ', '\t'])?;
    let value = value.trim();
    (!value.contains([' ', '\t'])).then_some((key.trim(), value))
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// `search=yes, ai-train=no` (contentsignals.org), `train-ai=n` (draft-ietf-aipref-attach).
fn refuses_training(value: &str) -> bool {
    value.split([',', ' ', ';']).any(|signal| {
        signal.split_once('=').is_some_and(|(name, value)| {
            let name = name.trim().to_ascii_lowercase();
            let value = value.trim().to_ascii_lowercase();
            matches!(name.as_str(), "ai-train" | "train-ai") && matches!(value.as_str(), "no" | "n")
        })
    })
}

#[cfg(test)]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
mod tests {
    use super::super::pattern::target;
    use super::*;

    fn allowed(text: &str, agent: &str, path: &str) -> bool {
        let robots = Robots::parse(text.as_bytes(), Octets::Equal);
        let path = target(path, Octets::Equal);
        robots.said_to(agent).forbids(&path).is_none()
    }

    #[test]
    fn groups_of_one_crawler_are_one() {
        let text = "User-agent: a\nDisallow: /x\n\nUser-agent: b\nUser-agent: A\nDisallow: /y\n\
            User-agent: *\nDisallow: /\n";
        assert!(!allowed(text, "a", "/x") && !allowed(text, "a", "/y") && allowed(text, "a", "/z"));
        assert!(allowed(text, "b", "/x") && !allowed(text, "c", "/z"));
        assert!(allowed("Disallow: /\n", "a", "/"));
        assert!(allowed(
            "User-agent: a\nUser-agent: b\nDisallow:\nUser-agent: *\nDisallow: /",
            "b",
            "/"
        ));
    }

    #[test]
    fn the_longest_pattern_decides_and_of_two_the_one_that_allows() {
        let text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /a/b/c\n";
        assert!(
            !allowed(text, "x", "/a") && allowed(text, "x", "/a/b") && allowed(text, "x", "/a/b/c")
        );
        let folder = "User-agent: *\nAllow: /a/index.html\nDisallow: /\n";
        assert!(allowed(folder, "x", "/a/") && !allowed(folder, "x", "/a/b"));
    }

    #[test]
    fn what_is_odd_is_told_and_passed_over() {
        let text = b"\xEF\xBB\xBFUser-agent: *\r\nDisallow: /a # why\r\nnonsense without meaning\rDisallow /b\n: x\nCrawl-delay: 3\n";
        let robots = Robots::parse(text, Octets::Equal);
        assert_eq!(robots.odd_lines, [3, 5]);
        let said = robots.said_to("x");
        assert_eq!(said.forbids("/b").map(|rule| rule.line), Some(4));
        assert!(said.forbids("/c").is_none());
    }

    #[test]
    fn only_the_first_half_mebibyte_is_read() {
        let mut text = b"User-agent: *\nDisallow: /a\n".to_vec();
        text.resize(MOST_BYTES, b'\n');
        text.extend_from_slice(b"Disallow: /b\n");
        let said = Robots::parse(&text, Octets::Equal).said_to("x");
        assert!(said.forbids("/a").is_some() && said.forbids("/b").is_none());
    }

    #[test]
    fn refusals_of_training_are_heard() {
        let text = "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n\
            User-agent: b\nContent-Usage: train-ai=y\nAllow: /\n";
        let robots = Robots::parse(text.as_bytes(), Octets::Equal);
        assert_eq!(robots.said_to("a").no_training, Some(2));
        assert_eq!(robots.said_to("b").no_training, None);
    }

    #[test]
    fn names_are_product_tokens() {
        assert_eq!(token("FooBot/1.2 (+http://a.example)"), "FooBot");
        assert_eq!(token("Foo_Bar-Baz quux"), "Foo_Bar-Baz");
        assert_eq!(token("*"), "");
    }

    /// Cases of Google's own tests.
    #[test]
    fn the_reference_parser_agrees() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/data/vectors/robots_cases.jsonl"
        );
        let Ok(cases) = std::fs::read_to_string(path) else {
            eprintln!("skipped: no {path}");
            return;
        };
        let (mut total, mut wrong, mut other) = (0, Vec::new(), Vec::new());
        for line in cases.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| case[name].as_str().unwrap();
            let url = text("url");
            let address = super::super::Address::of(url);
            let path = address.map_or("", |address| address.path);
            let decide = |octets: Octets| {
                let robots = Robots::parse(text("robots_txt").as_bytes(), octets);
                let path = target(path, octets);
                robots.said_to(text("agent")).forbids(&path).is_none()
            };
            let expected = case["allowed"].as_bool().unwrap();
            total += 1;
            if decide(Octets::AsWritten) != expected {
                wrong.push(line.to_owned());
            }
            if decide(Octets::Equal) != expected {
                other.push(url.to_owned());
            }
        }
        assert_eq!((total, wrong), (142, Vec::<String>::new()));
        // What RFC 9309, 2.2.2, says of octets, Google's parser leaves to its callers.
        assert_eq!(
            other,
            [
                "http://foo.bar/foo/bar/ツ",
                "http://foo.bar/foo/bar/ツ",
                "http://foo.bar/foo/bar/baz"
            ]
        );
    }
}
