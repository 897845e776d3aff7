//! Links in texts that lead to domains of `rules/data/pirate_domains.csv`.

use std::ops::Range;

use super::Mark;
use super::detector::{Detector, Named, Part};
use crate::origins::pirate;
use crate::rules::RuleSet;
use crate::text::{FoldTable, View};
use crate::{Confidence, Details, RuleIndex};

pub const LINKS: Named = Named {
    name: "pirate-link",
    make: |rules, of| Box::new(Links::new(rules, of)),
};

/// Reason of a link that is all its field holds.
pub const LINK_ALONE: &str = "link+alone";
/// Bytes before and after a word in which its host may begin and end. Source: hosts have at most
/// 253 bytes (RFC 1035, 2.3.4), three times as many in full-width letters.
const AROUND: usize = 760;
/// Longest field that may be an address and nothing else, in bytes.
const LONGEST_LINK: usize = 4_096;

struct Links {
    rules: Vec<(RuleIndex, Confidence)>,
}

impl Links {
    fn new(rules: &RuleSet, of: &[RuleIndex]) -> Self {
        let confidence = |rule: &RuleIndex| {
            let spec = &rules.rules()[rule.0 as usize];
            (*rule, Confidence::from_fraction(spec.confidence))
        };
        Self {
            rules: of.iter().map(confidence).collect(),
        }
    }
}

impl Detector for Links {
    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Mark>) {
        for (rule, confidence) in &self.rules {
            let mut segments: Vec<Range<usize>> = Vec::new();
            let mut words: Vec<Range<usize>> = part.words(*rule).collect();
            words.sort_unstable_by_key(|word| word.start);
            for word in words {
                let from = part
                    .text
                    .floor_char_boundary(word.start.saturating_sub(AROUND));
                let to = part.text.ceil_char_boundary(word.end + AROUND);
                match segments.last_mut() {
                    Some(last) if last.end >= from => last.end = last.end.max(to),
                    _ => segments.push(from..to),
                }
            }
            let alone = !segments.is_empty() && is_link(part.text);
            for segment in segments {
                view.fold(&part.text[segment.clone()], FoldTable::get());
                let text = view.text();
                for host in hosts(text) {
                    let name = text[host.clone()].to_ascii_lowercase();
                    let Some(pirate) = pirate(&name) else {
                        continue;
                    };
                    let mut details = Details::default();
                    details.push("entry", pirate.domain);
                    details.push("kind", pirate.kind);
                    details.push("source", pirate.source);
                    let span = view.original(host.start, host.end);
                    found.push(Mark {
                        rule: *rule,
                        span: span.shifted(segment.start as u64),
                        confidence: *confidence,
                        reasons: if alone { LINK_ALONE } else { "link" }.to_owned(),
                        details,
                        value: Some(pirate.domain.as_bytes().to_vec()),
                        allowed: None,
                    });
                }
            }
        }
    }
}

/// Whether a field holds an address and nothing else.
fn is_link(text: &str) -> bool {
    let text = text.trim();
    text.len() <= LONGEST_LINK
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && text.is_ascii()
}

/// Runs that may be names of hosts: with a dot, and no address of a mailbox.
fn hosts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes[at..].iter().position(|b| part(*b))?;
            let length = bytes[start..].iter().position(|b| !part(*b));
            let end = length.map_or(bytes.len(), |length| start + length);
            at = end;
            let run = &text[start..end];
            let from = start + (run.len() - run.trim_start_matches(['.', '-']).len());
            let to = end - (run.len() - run.trim_end_matches(['.', '-']).len());
            let mailbox = start > 0 && bytes[start - 1] == b'@';
            if from < to && !mailbox && text[from..to].contains('.') {
                return Some(from..to);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::detect::{DetectOptions, Scanner};
    use crate::origins::pirate_domains;

    #[test]
    fn runs_of_hosts_are_found() {
        let found =
            |text: &str| -> Vec<String> { hosts(text).map(|host| text[host].to_owned()).collect() };
        assert_eq!(
            found("见a.cn。b http://c.d.cn./x e@f.cn -g.h-"),
            ["a.cn", "c.d.cn", "g.h"]
        );
        assert!(found("").is_empty() && found("...").is_empty());
    }

    /// The words by which the rule finds links must lead to every domain of the table.
    #[test]
    fn every_domain_of_the_table_is_found() {
        let rules = Arc::new(RuleSet::builtin().unwrap());
        let linked = rules.index_of("rights.origin.linked").unwrap();
        let scanner = Scanner::new(rules, DetectOptions::default()).unwrap();
        for domain in pirate_domains() {
            for text in [
                format!("论文见https://www.{domain}/x下载"),
                format!("来源:{}。", domain.to_uppercase()),
                format!("下载 {domain}"),
            ] {
                let found = scanner.scan_text(&text);
                let found: Vec<_> = found.iter().filter(|f| f.rule == linked).collect();
                assert_eq!(found.len(), 1, "{text}");
                assert_eq!(found[0].details.get("entry"), Some(domain));
            }
        }
    }
}
