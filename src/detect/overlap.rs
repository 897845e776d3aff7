//! Rules about works that are known: how much of a record must stand in one.

use std::sync::{Arc, OnceLock};

use crate::rules::RuleSet;
use crate::rules::syntax::{Least, OverlapOf, RuleSpec};
use crate::works::{Builder, Known, KnownWork, Overlap, Passage, Scheme, Work};
use crate::{Confidence, Details, RuleIndex};

/// Works named besides the one a passage is told of.
const OTHERS_NAMED: usize = 5;
/// Memory for the works of examples, in bytes.
const SAMPLES: usize = 1 << 24;

struct OverlapRule {
    rule: RuleIndex,
    confidence: Confidence,
    scheme: Scheme,
    any: Vec<Least>,
    supersedes: Vec<RuleIndex>,
}

/// All rules about overlaps.
pub(super) struct OverlapRules {
    rules: Vec<OverlapRule>,
    /// Works that only examples know.
    samples: OnceLock<Option<Arc<Known>>>,
}

impl OverlapRules {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let one = |(at, spec): (u32, &RuleSpec)| {
            let overlap = spec.overlap.as_ref()?;
            let others = spec.supersedes.iter();
            Some(OverlapRule {
                rule: RuleIndex(at),
                confidence: Confidence::from_fraction(spec.confidence),
                scheme: scheme(overlap.of),
                any: overlap.any.clone(),
                supersedes: others.filter_map(|id| rules.index_of(id)).collect(),
            })
        };
        Self {
            rules: (0..).zip(rules.rules()).filter_map(one).collect(),
            samples: OnceLock::new(),
        }
    }

    /// The works that examples of rules are taken from.
    pub(super) fn samples(&self, rules: &RuleSet) -> Option<&Known> {
        let known = self.samples.get_or_init(|| samples(rules).map(Arc::new));
        known.as_deref()
    }

    /// The rules that an overlap is enough for, without those that give way to others.
    pub(super) fn of(
        &self,
        overlap: &Overlap,
        scheme: Scheme,
        work: &Work,
    ) -> impl Iterator<Item = (RuleIndex, Confidence)> {
        let shares = shares(overlap, work);
        let enough = |least: &Least| {
            overlap.run >= least.run
                && overlap.covered >= least.covered
                && shares.0 >= least.record_share
                && shares.1 >= least.work_share
        };
        let of_scheme = self.rules.iter().filter(move |rule| rule.scheme == scheme);
        let met: Vec<&OverlapRule> = of_scheme
            .filter(|rule| rule.any.iter().any(enough))
            .collect();
        let beaten = |rule: &&OverlapRule| {
            met.iter()
                .any(|other| other.supersedes.contains(&rule.rule))
        };
        let stand: Vec<_> = met.iter().copied().filter(|rule| !beaten(rule)).collect();
        stand.into_iter().map(|rule| (rule.rule, rule.confidence))
    }
}

/// What a finding says of an overlap, and of one passage of it.
pub(super) fn details(
    overlap: &Overlap,
    passage: &Passage,
    also: &[KnownWork],
    known: &Known,
) -> Details {
    let work = known.work(overlap.work);
    let (record_share, work_share) = shares(overlap, work);
    let mut details = Details::default();
    details.push("title", work.title.as_str());
    details.push("author", work.author.as_str());
    details.push("holder", work.holder.as_str());
    details.push("isbn", work.isbn.as_str());
    details.push("run", overlap.run.to_string());
    details.push("covered", overlap.covered.to_string());
    details.push("record_share", format!("{record_share:.4}"));
    details.push("work_share", format!("{work_share:.4}"));
    details.push("passages", overlap.passages.len().to_string());
    let place = &passage.in_work;
    details.push("in_work", format!("{}-{}", place.start, place.end));
    let mut others = also.iter();
    for other in others.by_ref().take(OTHERS_NAMED) {
        details.push("also", known.work(*other).title.as_str());
    }
    if others.len() > 0 {
        details.push("also", format!("+{}", others.len()));
    }
    details
}

/// Shares of the record and of the work that are in passages.
fn shares(overlap: &Overlap, work: &Work) -> (f64, f64) {
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    (
        share(overlap.covered, overlap.units),
        share(overlap.covered_of_work, work.units),
    )
}

const fn scheme(of: OverlapOf) -> Scheme {
    match of {
        OverlapOf::Work => Scheme::Works,
        OverlapOf::Item => Scheme::Items,
    }
}

fn samples(rules: &RuleSet) -> Option<Known> {
    let overlaps = rules
        .rules()
        .iter()
        .filter_map(|rule| rule.overlap.as_ref());
    let samples: Vec<_> = overlaps
        .filter_map(|overlap| Some((scheme(overlap.of), overlap.sample.as_ref()?)))
        .collect();
    let mut packs = Vec::new();
    for scheme in Scheme::ALL {
        // All of it fits into memory, so that no folder is needed.
        let builder = Builder::new(scheme, std::path::Path::new("."), SAMPLES);
        for (_, sample) in samples.iter().filter(|(of, _)| *of == scheme) {
            let mut reading = builder.work();
            reading.push(&sample.text);
            let about = Work {
                title: sample.title.clone(),
                author: sample.author.clone(),
                ..Work::default()
            };
            reading.end(about).ok()?;
        }
        packs.extend(builder.finish_in_memory().ok().map(Arc::new));
    }
    (!packs.is_empty()).then(|| Known::new(packs))
}
