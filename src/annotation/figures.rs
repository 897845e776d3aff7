//! [`Figures`]: what the main form of a filing asks for (`FIL-08` to `FIL-11`, `FIL-14`).

use std::collections::{BTreeMap, BTreeSet};

use super::checks::Case;
use super::facts::Facts;
use super::records::{RISKS, Unit};
use super::registry::Employment;
use super::report::{BatchRow, Figures, Quantiles, RuleRow};

/// Batches that are listed.
const LISTED: usize = 100;

impl Case<'_> {
    /// Numbers for the filing.
    pub fn figures(&self) -> Figures {
        let facts = &self.material.facts;
        let mut figures = Figures::default();
        annotated(facts, &mut figures);
        self.people(&mut figures);
        figures.rules = (self.material.documents.iter())
            .map(|document| RuleRow {
                file: document.file.clone(),
                digest: document.digest.clone(),
                kind: document.kind,
                id: document.id.clone(),
                version: document.version.clone(),
                risks: document.risks.values().filter(|entry| entry.judge).count() as u64,
            })
            .collect();
        verified(facts, &mut figures);
        figures
    }

    fn people(&self, figures: &mut Figures) {
        let Some(registry) = &self.material.registry else {
            return;
        };
        let worked: BTreeSet<&str> = self.workers.iter().map(|worker| worker.name).collect();
        for (name, person) in &registry.people {
            let kind = match person.employment {
                Some(Employment::Internal) => "internal",
                Some(Employment::Outsourced) => "outsourced",
                None => "unknown",
            };
            let people = figures.people.entry(kind.into()).or_default();
            people.registered += 1;
            people.worked += u64::from(worked.contains(name.as_str()));
            people.trained += u64::from(!person.trainings.is_empty());
            let days: BTreeSet<_> = person
                .trainings
                .iter()
                .map(|training| training.on)
                .collect();
            people.trainings += days.len() as u64;
            people.without_hours += person
                .trainings
                .iter()
                .filter(|training| training.hours <= 0.0)
                .count() as u64;
            people.hours += person
                .trainings
                .iter()
                .map(|training| training.hours)
                .sum::<f64>();
        }
    }

    /// Durations over all (under the empty name), and by kind of task.
    pub fn durations(&self) -> BTreeMap<String, Quantiles> {
        let facts = &self.material.facts;
        let mut all = BTreeMap::new();
        all.extend(quantiles(&self.seconds).map(|found| (String::new(), found)));
        let mut by_type: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
        for (_, fact) in facts
            .iter()
            .filter(|(_, f)| f.seconds >= 0.0 && !f.task_type.is_empty())
        {
            by_type
                .entry(facts.names.text(fact.task_type))
                .or_default()
                .push(fact.seconds);
        }
        for (task_type, mut seconds) in by_type {
            seconds.sort_unstable_by(f32::total_cmp);
            all.extend(quantiles(&seconds).map(|found| (task_type.to_owned(), found)));
        }
        all
    }
}

fn annotated(facts: &Facts, figures: &mut Figures) {
    let order = facts.by(|fact| fact.item);
    let mut last = None;
    for position in order {
        let fact = facts.get(position);
        let unit = match fact.unit() {
            Unit::Text => "text",
            Unit::Image => "image",
        };
        let kind = fact.kind.map_or("unknown", super::records::Kind::en);
        let amounts = figures
            .annotated
            .entry(unit.into())
            .or_default()
            .entry(kind.into())
            .or_default();
        amounts.annotations += 1;
        if last != Some(fact.item) {
            amounts.items += 1;
            last = Some(fact.item);
        }
        for (bit, code) in RISKS.iter().enumerate() {
            if fact.risks & (1 << bit) != 0 {
                *figures.by_risk.entry((*code).into()).or_default() += 1;
            }
        }
    }
}

fn verified(facts: &Facts, figures: &mut Figures) {
    let mut rows: Vec<BatchRow> = Vec::new();
    for (name, batch) in facts.batches.iter().filter(|(_, batch)| batch.entries > 0) {
        rows.push(BatchRow {
            batch: name.clone(),
            annotations: batch.entries,
            verified: batch.verified(),
            ratio: batch.verified() as f64 / batch.entries as f64,
            errors: batch.sum(|spot| spot.errors),
            action: batch.action(),
        });
    }
    let alone = facts
        .iter()
        .filter(|(_, fact)| fact.batch.is_empty() && fact.flags.has(super::facts::Flags::REVIEWED));
    figures.verified = rows.iter().map(|row| row.verified).sum::<u64>() + alone.count() as u64;
    let all = facts.len();
    figures.verified_ratio = (all > 0).then(|| figures.verified as f64 / all as f64);
    figures.batches = rows.len() as u64;
    rows.sort_by(|a, b| {
        a.ratio
            .total_cmp(&b.ratio)
            .then_with(|| a.batch.cmp(&b.batch))
    });
    rows.truncate(LISTED);
    figures.least_verified = rows;
}

/// Of sorted durations.
fn quantiles(seconds: &[f32]) -> Option<Quantiles> {
    let (min, max) = (*seconds.first()?, *seconds.last()?);
    let at = |percent: usize| seconds[(seconds.len() - 1) * percent / 100];
    Some(Quantiles {
        known: seconds.len() as u64,
        min,
        p5: at(5),
        p25: at(25),
        p50: at(50),
        p75: at(75),
        p95: at(95),
        max,
    })
}
