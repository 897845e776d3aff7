//! How far annotators agree beyond chance: Krippendorff's alpha, Fleiss' kappa, Cohen's kappa, for
//! nominal labels, each with a bootstrap interval.
//!
//! Each of them is a function of sums over units, so an interval needs no second look at the
//! units: they are put into blocks, and blocks are drawn with replacement. Up to a thousand units
//! every unit is a block, which is the ordinary bootstrap (Efron 1979).

use serde::{Deserialize, Serialize};

/// Blocks, and draws of all blocks.
const BLOCKS: usize = 1000;
const DRAWS: usize = 1000;
/// Half of what is outside of an interval of 95 %.
const TAIL: f64 = 0.025;
/// Labels that are told apart; with more, what was annotated is free text and has no labels.
pub const MOST_LABELS: usize = 1000;
/// Any number; fixed, so that a report is the same however often it is made.
const SEED: u64 = 0x4565_4202_5045_6742;

/// What raters said of units, by numbers of raters and labels.
#[derive(Clone, Debug, Default)]
pub struct Ratings {
    /// `(rater, label)`, unit by unit.
    pairs: Vec<(u32, u32)>,
    /// Where each unit ends.
    ends: Vec<u32>,
    labels: u32,
}

/// A measure with its interval.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct Estimate {
    /// None where it is not defined: all said the same of all.
    pub value: Option<f64>,
    /// 95 % interval by bootstrap percentiles; none where too many draws have no value.
    pub interval: Option<(f64, f64)>,
    /// Units it was made of.
    pub units: u64,
}

/// How far annotators agree on some items.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Agreement {
    /// Items that two or more have annotated.
    pub items: u64,
    /// Annotations of these.
    pub annotations: u64,
    /// Different labels.
    pub labels: u64,
    /// Share of pairs of annotations of an item that are the same.
    pub observed: f64,
    /// Krippendorff's alpha.
    pub alpha: Estimate,
    /// Fleiss' kappa, over the items that as many have annotated as most.
    pub fleiss: Option<Fleiss>,
    /// Cohen's kappa of pairs, those with the most items in common first.
    pub cohen: Vec<Cohen>,
}

/// Fleiss' kappa.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Fleiss {
    /// Annotations an item.
    pub raters: u64,
    /// The measure.
    pub kappa: Estimate,
}

/// Cohen's kappa of two annotators.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Cohen {
    /// Their numbers.
    #[serde(skip)]
    pub pair: (u32, u32),
    /// Their names.
    pub names: (String, String),
    /// The measure.
    pub kappa: Estimate,
}

/// Pairs that are told of.
const PAIRS_SHOWN: usize = 20;

/// Sums over units, of which every measure is a function.
#[derive(Clone, Default)]
struct Sums {
    units: f64,
    agreed: f64,
    /// Of all raters, or of the first of two.
    first: Vec<f64>,
    /// Of the second of two.
    second: Vec<f64>,
}

impl Sums {
    fn new(labels: usize) -> Self {
        Self {
            first: vec![0.0; labels],
            second: vec![0.0; labels],
            ..Self::default()
        }
    }

    fn clear(&mut self) {
        (self.units, self.agreed) = (0.0, 0.0);
        self.first.fill(0.0);
        self.second.fill(0.0);
    }

    fn add(&mut self, other: &Self) {
        self.units += other.units;
        self.agreed += other.agreed;
        let add = |to: &mut [f64], from: &[f64]| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        };
        add(&mut self.first, &other.first);
        add(&mut self.second, &other.second);
    }
}

/// Krippendorff's alpha for nominal data. `agreed`: of every unit with m values, pairs of equal
/// values over m − 1.
///
/// Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C.
fn alpha(sums: &Sums) -> Option<f64> {
    let n: f64 = sums.first.iter().sum();
    let by_chance: f64 = sums.first.iter().map(|c| c * (c - 1.0)).sum();
    let expected = 1.0 - by_chance / (n * (n - 1.0));
    (expected > 0.0).then(|| 1.0 - (1.0 - sums.agreed / n) / expected)
}

/// Fleiss' kappa. `agreed`: of every unit the share of pairs of raters who agree.
///
/// Source: J. L. Fleiss, Measuring nominal scale agreement among many raters, Psychological
/// Bulletin 76 (1971), 378–382.
fn fleiss(sums: &Sums) -> Option<f64> {
    let n: f64 = sums.first.iter().sum();
    let expected: f64 = sums.first.iter().map(|c| (c / n) * (c / n)).sum();
    kappa(sums.agreed / sums.units, expected)
}

/// Cohen's kappa. `agreed`: units of which two raters said the same.
///
/// Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
/// Measurement 20 (1960), 37–46.
fn cohen(sums: &Sums) -> Option<f64> {
    let both = sums.first.iter().zip(&sums.second);
    let expected: f64 = both.map(|(a, b)| a * b).sum::<f64>() / (sums.units * sums.units);
    kappa(sums.agreed / sums.units, expected)
}

fn kappa(observed: f64, expected: f64) -> Option<f64> {
    // Where all is one label, sums of squares of shares may miss 1 by a rounding.
    (expected < 1.0 - 1e-12).then(|| (observed - expected) / (1.0 - expected))
}

impl Ratings {
    /// Adds a unit. Later values of a rater are left out.
    pub fn unit(&mut self, values: &[(u32, u32)]) {
        let from = self.pairs.len();
        for (rater, label) in values {
            if !self.pairs[from..].iter().any(|(known, _)| known == rater) {
                self.pairs.push((*rater, *label));
                self.labels = self.labels.max(label + 1);
            }
        }
        if self.pairs.len() - from < 2 {
            // Nobody to agree with.
            self.pairs.truncate(from);
            return;
        }
        self.ends
            .push(u32::try_from(self.pairs.len()).unwrap_or(u32::MAX));
    }

    /// Every unit.
    fn units(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(from, to)| &self.pairs[from as usize..*to as usize])
    }

    /// How far the raters agree; none if no unit has two of them, or there are too many labels.
    ///
    /// `name`: of a rater.
    pub fn agreement(&self, name: impl Fn(u32) -> String) -> Option<Agreement> {
        if self.ends.is_empty() || self.labels as usize > MOST_LABELS {
            return None;
        }
        let mut used = vec![false; self.labels as usize];
        let (mut same, mut pairs) = (0u64, 0u64);
        for unit in self.units() {
            for (at, (_, label)) in unit.iter().enumerate() {
                used[*label as usize] = true;
                pairs += at as u64;
                same += unit[..at]
                    .iter()
                    .filter(|(_, other)| other == label)
                    .count() as u64;
            }
        }
        Some(Agreement {
            items: self.ends.len() as u64,
            annotations: self.pairs.len() as u64,
            labels: used.iter().filter(|used| **used).count() as u64,
            observed: same as f64 / pairs as f64,
            alpha: self.estimate(
                self.units(),
                |unit, sums| {
                    let m = unit.len() as f64;
                    sums.agreed += equal_pairs(unit) / (m - 1.0);
                    count(unit, sums);
                },
                alpha,
            ),
            fleiss: self.fleiss(),
            cohen: self.cohen(name),
        })
    }

    fn fleiss(&self) -> Option<Fleiss> {
        let mut by_size: std::collections::BTreeMap<usize, u64> = std::collections::BTreeMap::new();
        self.units()
            .for_each(|unit| *by_size.entry(unit.len()).or_default() += 1);
        let (raters, _) = by_size
            .into_iter()
            .max_by_key(|(size, units)| (*units, *size))?;
        let m = raters as f64;
        let units = self.units().filter(|unit| unit.len() == raters);
        let kappa = self.estimate(
            units,
            |unit, sums| {
                sums.agreed += equal_pairs(unit) / (m * (m - 1.0));
                count(unit, sums);
            },
            fleiss,
        );
        Some(Fleiss {
            raters: raters as u64,
            kappa,
        })
    }

    fn cohen(&self, name: impl Fn(u32) -> String) -> Vec<Cohen> {
        let mut common: std::collections::BTreeMap<(u32, u32), u64> =
            std::collections::BTreeMap::new();
        for unit in self.units() {
            for (at, (a, _)) in unit.iter().enumerate() {
                for (b, _) in &unit[..at] {
                    *common.entry((*a.min(b), *a.max(b))).or_default() += 1;
                }
            }
        }
        let mut pairs: Vec<((u32, u32), u64)> = common.into_iter().collect();
        pairs.sort_by_key(|(pair, units)| (std::cmp::Reverse(*units), *pair));
        pairs.truncate(PAIRS_SHOWN);
        let label = |unit: &[(u32, u32)], rater: u32| {
            unit.iter()
                .find(|(known, _)| *known == rater)
                .map(|(_, label)| *label)
        };
        let each = pairs.into_iter().map(|(pair, _)| {
            let both = |unit: &&[(u32, u32)]| {
                label(unit, pair.0).is_some() && label(unit, pair.1).is_some()
            };
            let kappa = self.estimate(
                self.units().filter(both),
                |unit, sums| {
                    if let (Some(a), Some(b)) = (label(unit, pair.0), label(unit, pair.1)) {
                        sums.agreed += f64::from(u8::from(a == b));
                        sums.first[a as usize] += 1.0;
                        sums.second[b as usize] += 1.0;
                    }
                },
                cohen,
            );
            Cohen {
                pair,
                names: (name(pair.0), name(pair.1)),
                kappa,
            }
        });
        each.collect()
    }

    fn estimate<'r>(
        &self,
        units: impl Iterator<Item = &'r [(u32, u32)]>,
        add: impl Fn(&[(u32, u32)], &mut Sums),
        measure: fn(&Sums) -> Option<f64>,
    ) -> Estimate {
        let labels = self.labels as usize;
        let mut blocks: Vec<Sums> = Vec::new();
        let mut random = SplitMix(SEED);
        let mut count = 0u64;
        for unit in units {
            // Beyond as many units as blocks chance decides, for an order of units must not.
            let at = if blocks.len() < BLOCKS {
                blocks.push(Sums::new(labels));
                blocks.len() - 1
            } else {
                random.below(BLOCKS)
            };
            blocks[at].units += 1.0;
            add(unit, &mut blocks[at]);
            count += 1;
        }
        let mut all = Sums::new(labels);
        blocks.iter().for_each(|block| all.add(block));
        let value = if count == 0 { None } else { measure(&all) };
        Estimate {
            value,
            interval: value.and_then(|_| interval(&blocks, measure)),
            units: count,
        }
    }
}

fn interval(blocks: &[Sums], measure: fn(&Sums) -> Option<f64>) -> Option<(f64, f64)> {
    let mut random = SplitMix(SEED);
    let mut sums = Sums::new(blocks.first()?.first.len());
    let mut values = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        sums.clear();
        for _ in 0..blocks.len() {
            sums.add(&blocks[random.below(blocks.len())]);
        }
        values.extend(measure(&sums));
    }
    // A draw of one label only has no value; if there are many, an interval would mislead.
    if values.len() * 10 < DRAWS * 9 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Some((at(TAIL), at(1.0 - TAIL)))
}

/// Ordered pairs of equal labels.
fn equal_pairs(unit: &[(u32, u32)]) -> f64 {
    let each = unit.iter().enumerate().map(|(at, (_, label))| {
        unit[..at]
            .iter()
            .filter(|(_, other)| other == label)
            .count()
    });
    2.0 * each.sum::<usize>() as f64
}

fn count(unit: &[(u32, u32)], sums: &mut Sums) {
    unit.iter()
        .for_each(|(_, label)| sums.first[*label as usize] += 1.0);
}

/// SplitMix64: small, and the same everywhere. Draws decide about intervals only, not secrets.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators,
/// OOPSLA 2014, figure 16 with the constants of `java.util.SplittableRandom`.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`. The bias of one multiplication is below n/2⁶⁴.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(estimate: &Estimate, expected: f64) {
        let value = estimate.value.unwrap();
        assert!(
            (value - expected).abs() < 0.0005,
            "{value} is not {expected}"
        );
        let (low, high) = estimate.interval.unwrap();
        assert!(low < value && value < high, "{low} {value} {high}");
    }

    /// A unit of raters who are not told apart, by how many chose each label.
    fn counts(ratings: &mut Ratings, counts: &[u32]) {
        let mut values = Vec::new();
        for (label, count) in (0u32..).zip(counts) {
            for _ in 0..*count {
                values.push((values.len() as u32, label));
            }
        }
        ratings.unit(&values);
    }

    /// 30 patients, six psychiatrists, five diagnoses. Source: Fleiss 1971, table 1; its kappa is
    /// given as 0.430.
    #[test]
    fn kappa_of_fleiss_is_that_of_his_table() {
        let table = [
            [0, 0, 0, 6, 0],
            [0, 3, 0, 0, 3],
            [0, 1, 4, 0, 1],
            [0, 0, 0, 0, 6],
            [0, 3, 0, 3, 0],
            [2, 0, 4, 0, 0],
            [0, 0, 4, 0, 2],
            [2, 0, 3, 1, 0],
            [2, 0, 0, 4, 0],
            [0, 0, 0, 0, 6],
            [1, 0, 0, 5, 0],
            [1, 1, 0, 4, 0],
            [0, 3, 3, 0, 0],
            [1, 0, 0, 5, 0],
            [0, 2, 0, 3, 1],
            [0, 0, 5, 0, 1],
            [3, 0, 0, 1, 2],
            [5, 1, 0, 0, 0],
            [0, 2, 0, 4, 0],
            [1, 0, 2, 0, 3],
            [0, 0, 0, 0, 6],
            [0, 1, 0, 5, 0],
            [0, 2, 0, 1, 3],
            [2, 0, 0, 4, 0],
            [1, 0, 0, 4, 1],
            [0, 5, 0, 1, 0],
            [4, 0, 0, 0, 2],
            [0, 2, 0, 4, 0],
            [1, 0, 5, 0, 0],
            [0, 0, 0, 0, 6],
        ];
        let mut ratings = Ratings::default();
        table.iter().for_each(|row| counts(&mut ratings, row));
        let agreement = ratings.agreement(|n| n.to_string()).unwrap();
        let found = agreement.fleiss.unwrap();
        assert_eq!((found.raters, found.kappa.units), (6, 30));
        near(&found.kappa, 0.430);
        assert!((agreement.observed - 0.5556).abs() < 0.0005);
    }

    /// Four observers, twelve units, missing values. Source: Krippendorff 2011, section C; its
    /// nominal alpha is given as 0.743.
    #[test]
    fn alpha_of_krippendorff_is_that_of_his_example() {
        let observers = [
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ];
        let rows: Vec<Vec<Option<u32>>> = observers
            .iter()
            .map(|row| row.split(' ').map(|value| value.parse().ok()).collect())
            .collect();
        let mut ratings = Ratings::default();
        for unit in 0..12 {
            let values = (0u32..).zip(&rows);
            let values: Vec<(u32, u32)> = values
                .filter_map(|(rater, row)| Some((rater, row[unit]?)))
                .collect();
            ratings.unit(&values);
        }
        let agreement = ratings.agreement(|n| n.to_string()).unwrap();
        // The twelfth unit has one value and says nothing.
        assert_eq!(
            (agreement.items, agreement.annotations, agreement.labels),
            (11, 40, 5)
        );
        near(&agreement.alpha, 0.743);
    }

    /// Two raters and a table of how often each pair of labels came up.
    fn two(table: &[&[u32]]) -> Agreement {
        let mut ratings = Ratings::default();
        for (a, row) in (0u32..).zip(table) {
            for (b, count) in (0u32..).zip(*row) {
                (0..*count).for_each(|_| ratings.unit(&[(7, a), (9, b)]));
            }
        }
        ratings.agreement(|n| n.to_string()).unwrap()
    }

    /// Source: Cohen 1960, table 1 (200 units; kappa 0.492), and the 2 × 2 table of textbooks with
    /// 20, 5, 10, 15 (kappa 0.4).
    #[test]
    fn kappa_of_cohen_is_that_of_textbooks() {
        let agreement = two(&[&[88, 10, 2], &[14, 40, 6], &[18, 10, 12]]);
        near(&agreement.cohen[0].kappa, 0.4915);
        assert_eq!(agreement.cohen[0].names, ("7".to_owned(), "9".to_owned()));
        near(&two(&[&[20, 5], &[10, 15]]).cohen[0].kappa, 0.4);
    }

    #[test]
    fn where_all_is_one_label_nothing_is_defined() {
        let agreement = two(&[&[30]]);
        assert_eq!(agreement.alpha.value, None);
        assert_eq!(agreement.cohen[0].kappa.value, None);
        assert_eq!(agreement.observed, 1.0);
        assert!(Ratings::default().agreement(|n| n.to_string()).is_none());
    }

    #[test]
    fn intervals_narrow_with_the_number_of_units_and_are_always_the_same() {
        let width = |estimate: &Estimate| estimate.interval.map(|(low, high)| high - low).unwrap();
        let small = two(&[&[20, 5], &[10, 15]]);
        let large = two(&[&[2000, 500], &[1000, 1500]]);
        assert_eq!(small, two(&[&[20, 5], &[10, 15]]));
        let ratio = width(&small.alpha) / width(&large.alpha);
        // A hundred times the units: a tenth of the width.
        assert!((7.0..14.0).contains(&ratio), "{ratio}");
    }
}
