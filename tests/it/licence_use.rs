//! Licences against the use: every class, what is missing or wrong, what records say.

use yujian::judge::{LicenceResult, LicenceTerms, State, judge_licences};
use yujian::rules::LicenceUses;
use yujian::scan::SourceTally;
use yujian::sources::DeclaredLicence;

fn tally(stated: &[(&str, u64)], found: &[(&str, u64)]) -> SourceTally {
    let map = |of: &[(&str, u64)]| of.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
    let mut tally = SourceTally::default();
    tally.records.scanned = 100;
    tally.presence.licences = map(stated);
    tally.licences = map(found);
    tally
}

fn terms(id: &str, scope: &[&str]) -> LicenceTerms {
    LicenceTerms {
        ids: id.split('|').map(DeclaredLicence::new).collect(),
        scope: scope.iter().map(|s| (*s).to_owned()).collect(),
        has_evidence: true,
        is_open: true,
    }
}

fn judged(terms: &LicenceTerms, uses: &[&str], tally: &SourceTally) -> LicenceResult {
    judge_licences(Some(terms), &LicenceUses::of(uses).unwrap(), tally, 0.0)
}

#[test]
fn the_declared_use_decides_about_each_class() {
    use State::{Compliant, NeedsReview};
    let empty = tally(&[], &[]);
    for (id, uses, state) in [
        ("CC-BY-4.0", &["commercial"][..], Compliant),
        ("CC-BY-NC-4.0", &["commercial"], NeedsReview),
        ("CC-BY-NC-4.0", &["public_service"], NeedsReview),
        ("CC-BY-NC-4.0", &["research", "commercial"], NeedsReview),
        ("CC-BY-NC-4.0", &["research"], Compliant),
        ("CC-BY-NC-4.0", &["internal"], Compliant),
        ("CC-BY-NC-4.0", &[], NeedsReview),
        ("LicenseRef-Research-Only", &["internal"], NeedsReview),
        ("LicenseRef-Research-Only", &["research"], Compliant),
        ("CC-BY-ND-4.0", &["research"], NeedsReview),
        ("CC-BY-SA-4.0", &["research"], NeedsReview),
        ("LGPL-2.1-only", &["research"], NeedsReview),
        ("LicenseRef-NoTraining", &["research"], NeedsReview),
        ("MIT OR GPL-3.0-only", &["commercial"], Compliant),
        ("MIT AND GPL-3.0-only", &["commercial"], NeedsReview),
        ("MIT|CC-BY-4.0", &["commercial"], Compliant),
        ("MIT|CC-BY-NC-4.0", &["commercial"], NeedsReview),
        ("LicenseRef-Ours", &["research"], NeedsReview),
    ] {
        let result = judged(&terms(id, &[]), uses, &empty);
        assert_eq!(result.state, state, "{id} {uses:?}: {}", result.reason.en);
        assert_eq!(result.records, 0);
    }
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    use State::{NeedsEvidence, NonCompliant, NotApplicable};
    let empty = tally(&[], &[]);
    let nothing = LicenceTerms::default();
    let unproved = LicenceTerms {
        has_evidence: false,
        ..terms("MIT", &[])
    };
    let closed = |terms: LicenceTerms| LicenceTerms {
        is_open: false,
        ..terms
    };
    let mentioned = tally(&[], &[("MIT", 9)]);
    for (terms, tally, state, named) in [
        (nothing.clone(), &empty, NotApplicable, "no record states"),
        (nothing.clone(), &mentioned, NotApplicable, "MIT (9)"),
        (
            nothing,
            &tally(&[("MIT", 9)], &[]),
            NeedsEvidence,
            "MIT (9)",
        ),
        (
            terms("CC-BY-SA4.0", &[]),
            &empty,
            NonCompliant,
            "nearest: CC-BY-SA-4.0",
        ),
        (
            closed(terms("Apache2", &[])),
            &empty,
            NeedsEvidence,
            "nearest: Apache-2.0",
        ),
        (
            terms("NOASSERTION", &[]),
            &empty,
            NonCompliant,
            "states no licence",
        ),
        (unproved.clone(), &empty, NonCompliant, "licence_evidence"),
        (closed(unproved), &empty, NeedsEvidence, "licence_evidence"),
    ] {
        let result = judged(&terms, &[], tally);
        assert_eq!(result.state, state, "{}", result.reason.en);
        assert!(result.reason.en.contains(named), "{}", result.reason.en);
    }
}

#[test]
fn records_and_scope_that_say_something_else_are_named() {
    use State::{Compliant, NeedsReview};
    let both = tally(&[("Apache-2.0", 7), ("MIT", 3)], &[]);
    let grave = tally(&[], &[("CC-BY-NC-4.0", 1)]);
    let unknown = tally(&[("MIT", 3), ("NOASSERTION", 2)], &[]);
    let empty = tally(&[], &[]);
    for (id, scope, tally, state, named) in [
        ("MIT", &[][..], &both, NeedsReview, "Apache-2.0 (7)"),
        ("MIT AND Apache-2.0", &[], &both, Compliant, "attribution"),
        ("MIT|Apache-2.0", &[], &both, Compliant, "attribution"),
        ("MIT", &[], &grave, NeedsReview, "stated by 1 records"),
        ("MIT", &[], &unknown, NeedsReview, "no known licence (2)"),
        (
            "MIT",
            &["研究"],
            &empty,
            NeedsReview,
            "does not cover commercial",
        ),
        ("MIT", &["use", "commercial"], &empty, Compliant, "MIT"),
    ] {
        let result = judged(&terms(id, scope), &["commercial"], tally);
        assert_eq!(result.state, state, "{id}: {}", result.reason.en);
        assert!(result.reason.en.contains(named), "{}", result.reason.en);
    }
    let uses = LicenceUses::default();
    let few = judge_licences(Some(&terms("MIT", &[])), &uses, &grave, 0.01);
    assert_eq!(few.state, Compliant);
}
