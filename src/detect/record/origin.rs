//! Findings about a record as a whole: what its address is, and what its page says of its use.
//!
//! They have no field and an empty span, and there is at most one of a rule.

use super::RecordScan;
use crate::detect::excerpt;
use crate::detect::rights::LINK_ALONE;
use crate::origins::{Entry, Judged, List, OriginFacts, Origins, Signals};
use crate::rules::syntax::OriginKind;
use crate::{Confidence, Details, Finding, Folds, RuleIndex, Span};

/// Crawlers that are named in details.
const AGENTS_NAMED: usize = 8;

impl RecordScan<'_> {
    /// Holds the address of the record, and what was said of its use, against all that is known
    /// of origins. To be called once a record, after its fields.
    pub fn origin(&mut self, url: Option<&str>, signals: &Signals) {
        let origins = self.scanner.origins.clone();
        self.origin_by(&origins, url, signals);
    }

    /// The same with other lists and snapshots.
    pub fn origin_by(&mut self, origins: &Origins, url: Option<&str>, signals: &Signals) {
        let url = url.filter(|url| !url.trim().is_empty());
        let judged = url.and_then(|url| origins.judge(url, &mut self.scratch.hosts));
        let mut facts = OriginFacts {
            url: url.is_some(),
            host: judged.is_some(),
            ..OriginFacts::default()
        };
        let said = signals.reservations();
        facts.reserved = !said.is_empty();
        if let Some(judged) = &judged {
            facts.snapshot = judged.known.snapshot.is_some();
            facts.blocked = judged.blocked.is_some();
            facts.pirated = judged.known.pirate.is_some();
            facts.disallowed = judged.listed.is_some() || judged.forbidden.is_some();
            facts.reserved |= judged.reserved.is_some();
        }
        self.so_far.found.origin = facts;
        for at in 0..self.scanner.origin_rules.len() {
            let (kind, rule) = self.scanner.origin_rules[at];
            let found = match (kind, &judged) {
                (OriginKind::Blocked, Some(judged)) => blocked(origins, judged),
                (OriginKind::Pirated, Some(judged)) => pirated(judged),
                (OriginKind::Disallowed, Some(judged)) => disallowed(origins, judged),
                (OriginKind::Reserved, judged) => reserved(judged.as_ref(), signals, &said),
                _ => None,
            };
            if let Some((reasons, details)) = found {
                self.of_record(rule, reasons, details);
            }
        }
        if facts.pirated {
            self.forget_own_links();
        }
    }

    fn of_record(&mut self, rule: RuleIndex, reasons: String, details: Details) {
        let spec = &self.scanner.rules.rules()[rule.0 as usize];
        let confidence = Confidence::from_fraction(spec.confidence);
        self.keep(Finding {
            field: String::new(),
            span: Span::new(0, 0),
            rule,
            code_points: Span::new(0, 0),
            confidence,
            reasons,
            excerpt: String::new(),
            value: None,
            folds: Folds::default(),
            suppressed_by: None,
            details,
        });
    }

    /// A field that holds nothing but an address may be the one that the record is from; that is
    /// told already.
    fn forget_own_links(&mut self) {
        let found = &mut self.so_far.found;
        for finding in found.findings.extract_if(.., |f| f.reasons == LINK_ALONE) {
            if let Some(counts) = found.counts.get_mut(&finding.rule) {
                counts.open -= 1;
                if counts.open + counts.suppressed == 0 {
                    found.counts.remove(&finding.rule);
                    found.values.retain(|(rule, _)| *rule != finding.rule);
                }
            }
        }
    }
}

/// What is told of every address.
fn place(judged: &Judged<'_>) -> Details {
    let mut details = Details::default();
    details.push("host", judged.known.host.name.clone());
    details.push("domain", judged.known.domain.clone().unwrap_or_default());
    details
}

fn listed(list: &List, entry: &Entry, details: &mut Details) {
    details.push("entry", entry.text.clone());
    details.push("list", list.place(entry));
    details.push("reason", entry.reason.clone());
}

fn blocked(origins: &Origins, judged: &Judged<'_>) -> Option<(String, Details)> {
    let mut details = place(judged);
    listed(&origins.block, judged.blocked?, &mut details);
    Some(("list".to_owned(), details))
}

fn pirated(judged: &Judged<'_>) -> Option<(String, Details)> {
    let pirate = judged.known.pirate?;
    let mut details = place(judged);
    details.push("entry", pirate.domain);
    details.push("kind", pirate.kind);
    details.push("source", pirate.source);
    Some(("table".to_owned(), details))
}

fn disallowed(origins: &Origins, judged: &Judged<'_>) -> Option<(String, Details)> {
    let mut details = place(judged);
    let mut reasons = Vec::new();
    if let Some(entry) = judged.listed {
        reasons.push("list");
        listed(&origins.disallow, entry, &mut details);
    }
    if let (Some(rule), Some(snapshot)) = (&judged.forbidden, &judged.known.snapshot) {
        reasons.push("robots");
        details.push("rule", format!("Disallow: {}", rule.pattern.as_str()));
        details.push("snapshot", format!("{}:{}", snapshot.file, rule.line));
        let agent = Some(origins.agent.as_str()).filter(|agent| !agent.is_empty());
        details.push("agent", agent.unwrap_or("*"));
    }
    (!reasons.is_empty()).then(|| (reasons.join("+"), details))
}

fn reserved(
    judged: Option<&Judged<'_>>,
    signals: &Signals,
    said: &[&'static str],
) -> Option<(String, Details)> {
    let mut details = judged.map(place).unwrap_or_default();
    let mut reasons = Vec::new();
    if let Some(judged) = judged.filter(|judged| judged.reserved.is_some()) {
        let reserved = &judged.reserved;
        reasons.push("robots");
        let names = &reserved.agents[..reserved.agents.len().min(AGENTS_NAMED)];
        let more = reserved.agents.len() - names.len();
        let mut agents = names.join(", ");
        if more > 0 {
            agents.push_str(&format!(" +{more}"));
        }
        details.push("agents", agents);
        if reserved.training {
            details.push("signal", "ai-train=no");
        }
        if let Some(snapshot) = &judged.known.snapshot {
            for line in &reserved.lines {
                details.push("snapshot", format!("{}:{line}", snapshot.file));
            }
        }
    }
    if !said.is_empty() {
        reasons.push("page");
        said.iter()
            .for_each(|signal| details.push("signal", *signal));
        if let Some(policy) = &signals.policy {
            details.push("policy", excerpt::without_values(&excerpt::phrase(policy)));
        }
    }
    (!reasons.is_empty()).then(|| (reasons.join("+"), details))
}
