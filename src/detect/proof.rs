//! Rules prove themselves: every example through the scanner users run.

use super::{Scanner, Scratch};
use crate::origins::{Address, Host, Origins, Signals};
use crate::rules::syntax::OriginExample;

/// An example that does not do what the rule file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Id of the rule.
    pub rule: String,
    /// The example or near miss.
    pub text: String,
    /// Whether it should have fired.
    pub should_fire: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.should_fire {
            "does not fire on its example"
        } else {
            "fires on its near miss"
        };
        write!(f, "{}: {what} `{}`", self.rule, self.text)
    }
}

/// Every example that fails, in the order of the rules.
pub fn prove(scanner: &Scanner) -> Vec<Failure> {
    let mut failures = Vec::new();
    for rule in scanner.rules().rules() {
        let id = rule.id.get_ref();
        let fires = |text: &String| {
            scanner
                .scan_text(text)
                .iter()
                .any(|f| scanner.rules().info(f.rule).id == *id && f.suppressed_by.is_none())
        };
        let mut fail = |text: &String, should_fire| {
            failures.push(Failure {
                rule: id.clone(),
                text: text.clone(),
                should_fire,
            });
        };
        let origin_fires = |example: &&OriginExample| {
            let found = of_origin(scanner, example);
            found.iter().any(|found| found == id)
        };
        rule.examples
            .iter()
            .filter(|text| !fires(text))
            .for_each(|text| fail(text, true));
        rule.near_misses
            .iter()
            .filter(|text| fires(text))
            .for_each(|text| fail(text, false));
        let wrong = rule.origin_examples.iter().filter(|e| !origin_fires(e));
        wrong.for_each(|example| fail(&told(example), true));
        let wrong = rule.origin_near_misses.iter().filter(origin_fires);
        wrong.for_each(|example| fail(&told(example), false));
    }
    failures
}

/// An example about an address in one line.
fn told(example: &OriginExample) -> String {
    format!("{} {}", example.url, example.says.join(", "))
}

/// Ids of the rules that find something about the address of an example.
fn of_origin<'s>(scanner: &'s Scanner, example: &OriginExample) -> Vec<&'s str> {
    let host = Address::of(&example.url).and_then(|address| Host::of(address.authority));
    let host = host.map(|host| host.name);
    let robots = host.as_deref().zip(example.robots.as_deref());
    let origins = Origins::example(&example.block, &example.disallow, robots, &example.agent);
    let mut signals = Signals::default();
    for (name, value) in example.says.iter().filter_map(|says| says.split_once(':')) {
        signals.hear(&name.trim().to_ascii_lowercase(), value);
    }
    let mut scratch = Scratch::default();
    let mut record = scanner.record(&mut scratch);
    record.origin_by(&origins, Some(&example.url), &signals);
    let found = record.finish().findings;
    let rules = scanner.rules();
    let ids = found
        .iter()
        .map(|finding| rules.info(finding.rule).id.as_str());
    ids.collect()
}
