//! Addresses of records, by source: what must not be there, and what was not looked at.

use super::policy::{Check, CheckKind};
use super::verdict::{CheckResult, result};
use crate::State;
use crate::origins::Used;
use crate::scan::SourceTally;

/// Sources of this declared kind must show that they were allowed to collect. Source:
/// TC260-003-2024, 5.1 c)2 (`SRC-08`).
const SELF_CRAWLED: &str = "self_crawled";

/// One of the checks on addresses.
///
/// None where nothing was looked for. `used`: what they were held against; `kind`: what the source is declared to be.
pub(super) fn origin(
    check: &Check,
    source: &str,
    tally: &SourceTally,
    used: Option<&Used>,
    kind: Option<&str>,
) -> Option<CheckResult> {
    // Without a list nothing is measured, which is neither met nor not applicable.
    let is_measured = check.kind != CheckKind::OriginBlocked || has_list(used, "block");
    if !is_measured {
        return None;
    }
    let counts = &tally.origins;
    let records = tally.records.scanned;
    let (bad, state) = match check.kind {
        CheckKind::OriginBlocked => (counts.blocked, State::NonCompliant),
        CheckKind::OriginDisallowed => (counts.disallowed, State::NonCompliant),
        CheckKind::OriginPirated => (counts.pirated, State::NeedsReview),
        _ => (counts.reserved, State::NeedsReview),
    };
    let (state, zh, en) = if bad > 0 {
        (
            state,
            format!("{records} 条记录中 {bad} 条"),
            format!("{bad} of {records} records"),
        )
    } else {
        clean(check.kind, tally, used, kind)
    };
    let source = Some(source);
    Some(result(check, source, state, bad as f64, records, zh, en))
}

fn has_list(used: Option<&Used>, purpose: &str) -> bool {
    used.is_some_and(|used| used.has_list(purpose))
}

/// Where nothing was found: whether anything was looked at.
fn clean(
    check: CheckKind,
    tally: &SourceTally,
    used: Option<&Used>,
    kind: Option<&str>,
) -> (State, String, String) {
    let counts = &tally.origins;
    let records = tally.records.scanned;
    let told = |state, zh: &str, en: &str| (state, zh.to_owned(), en.to_owned());
    if counts.urls == 0 {
        return told(
            State::NotApplicable,
            "记录不含来源地址",
            "no record states an address",
        );
    }
    let unread = counts.urls - counts.hosts;
    let looked = |what: u64, zh: &str, en: &str| {
        let (mut zh, mut en) = (
            format!("{records} 条记录中 {what} 条{zh},未发现"),
            format!("{what} of {records} records {en}, none found"),
        );
        if unread > 0 {
            zh.push_str(&format!(";{unread} 条地址无法识别"));
            en.push_str(&format!("; {unread} addresses lead to no host"));
        }
        (State::Compliant, zh, en)
    };
    match check {
        CheckKind::OriginBlocked | CheckKind::OriginPirated => {
            looked(counts.hosts, "有来源地址", "state an address")
        }
        _ if kind == Some(SELF_CRAWLED) && counts.snapshots < counts.urls => {
            let without = counts.urls - counts.snapshots;
            (
                State::NeedsEvidence,
                format!(
                    "自采来源,{} 条地址中 {without} 条的站点没有 robots 快照([origins] robots)",
                    counts.urls
                ),
                format!(
                    "self-crawled, and of {} addresses {without} have no snapshot of robots.txt ([origins] robots)",
                    counts.urls
                ),
            )
        }
        CheckKind::OriginDisallowed if has_list(used, "disallow") => {
            looked(counts.hosts, "有来源地址", "state an address")
        }
        _ if counts.snapshots == 0 => told(
            State::NotApplicable,
            "没有可比对的 robots 快照,且未声明为自采",
            "no snapshot of robots.txt fits, and the source is not declared self-crawled",
        ),
        _ => looked(
            counts.snapshots,
            "的站点有 robots 快照",
            "are from hosts with a snapshot of robots.txt",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Policy;
    use crate::origins::ListUsed;
    use crate::scan::OriginCounts;

    /// States of the four checks in the order of the policy: blocked, disallowed, reserved,
    /// pirated.
    fn states(counts: OriginCounts, used: Option<&Used>, kind: Option<&str>) -> Vec<State> {
        let policy = Policy::new(&crate::config::Config::default()).unwrap();
        let mut tally = SourceTally {
            origins: counts,
            ..SourceTally::default()
        };
        tally.records.scanned = 10;
        let checks = policy
            .checks
            .iter()
            .filter(|c| matches!(c.clause.as_str(), "SRC-08" | "SRC-13" | "SRC-15"));
        let results = checks.filter_map(|check| origin(check, "s", &tally, used, kind));
        results.map(|result| result.state).collect()
    }

    #[test]
    fn what_was_not_looked_at_is_not_compliant() {
        use State::{Compliant, NeedsEvidence, NeedsReview, NonCompliant, NotApplicable};
        let block = Used {
            lists: vec![ListUsed {
                purpose: "block".to_owned(),
                file: "b.txt".to_owned(),
                digest: String::new(),
                entries: 1,
                left_out: 0,
            }],
            snapshots: 3,
            ..Used::default()
        };
        let (none, crawled) = (OriginCounts::default(), Some("self_crawled"));
        let urls = OriginCounts {
            urls: 8,
            hosts: 7,
            ..none
        };
        let some = OriginCounts {
            snapshots: 3,
            ..urls
        };
        let all = OriginCounts {
            snapshots: 8,
            hosts: 8,
            ..urls
        };
        let bad = OriginCounts {
            blocked: 1,
            pirated: 1,
            disallowed: 1,
            reserved: 1,
            ..all
        };
        let three = [NotApplicable; 3].to_vec();
        for (counts, used, kind, expected) in [
            (none, None, None, three),
            (none, Some(&block), crawled, vec![NotApplicable; 4]),
            (
                urls,
                None,
                None,
                vec![NotApplicable, NotApplicable, Compliant],
            ),
            (
                urls,
                None,
                crawled,
                vec![NeedsEvidence, NeedsEvidence, Compliant],
            ),
            (
                some,
                Some(&block),
                crawled,
                vec![Compliant, NeedsEvidence, NeedsEvidence, Compliant],
            ),
            (some, Some(&block), Some("open_cn"), vec![Compliant; 4]),
            (all, Some(&block), crawled, vec![Compliant; 4]),
            (
                bad,
                Some(&block),
                crawled,
                vec![NonCompliant, NonCompliant, NeedsReview, NeedsReview],
            ),
        ] {
            assert_eq!(states(counts, used, kind), expected, "{counts:?} {kind:?}");
        }
    }
}
