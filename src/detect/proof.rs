//! Rules prove themselves: every example through the scanner users run.

use super::Scanner;

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
        rule.examples
            .iter()
            .filter(|text| !fires(text))
            .for_each(|text| fail(text, true));
        rule.near_misses
            .iter()
            .filter(|text| fires(text))
            .for_each(|text| fail(text, false));
    }
    failures
}
