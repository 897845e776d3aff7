//! Exact intervals of shares in stratified samples.

use serde::Serialize;

use super::interval::interval;

/// Counts of a stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StratumCounts {
    /// Records that it was drawn from.
    pub population: u64,
    /// Records that were judged.
    pub n: u64,
    /// Those of them that count.
    pub hits: u64,
}

/// How the interval of a share of the whole was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareMethod {
    /// Everything was judged: there is nothing to estimate.
    Census,
    /// Of the sample as a whole, widened by how far its allocation is from proportional.
    Pooled,
    /// Of every stratum at a confidence such that all hold at once, weighted.
    Strata,
}

/// A share of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// Sum over strata of weight and share.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How the interval was made.
    pub method: ShareMethod,
}

/// An allocation that is further from proportional is no longer taken for one sample.
const NEARLY_PROPORTIONAL: f64 = 0.01;

/// The share of the whole with a two-sided interval that holds at least with `confidence`; none
/// if a stratum has nothing that was judged.
///
/// Proportional samples: the number of hits is a sum of independent events of different
/// probabilities, and in its tails no more likely than a binomial one with their mean (Hoeffding,
/// Annals of Mathematical Statistics 27, 1956, theorem 4; drawing without replacement is such a
/// sum too: Vatutin and Mikhailov, Theory of Probability and its Applications 27, 1982), so the interval of Clopper and
/// Pearson holds for the mean over the sample. What rounding leaves between that and the mean over the
/// whole is at most the distance of the two allocations, by which both ends are moved out. Others:
/// intervals of all strata at 1 − (1 − confidence)/strata (Bonferroni) hold at once, and so
/// does their weighted sum. Which of the two is taken depends on sizes, and not on what was
/// found.
pub fn stratified(strata: &[StratumCounts], confidence: f64) -> Option<Share> {
    let population: u64 = strata.iter().map(|s| s.population).sum();
    let n: u64 = strata.iter().map(|s| s.n).sum();
    if population == 0 || strata.iter().any(|s| s.n == 0) {
        return None;
    }
    let weight = |s: &StratumCounts| s.population as f64 / population as f64;
    let sum = |of: &dyn Fn(&StratumCounts) -> f64| -> f64 {
        strata.iter().map(|s| weight(s) * of(s)).sum()
    };
    let rate = sum(&|s| s.hits as f64 / s.n as f64);
    let is_census = |s: &StratumCounts| s.n >= s.population;
    let share = |low: f64, high: f64, method| {
        Some(Share {
            rate,
            low: low.clamp(0.0, rate),
            high: high.clamp(rate, 1.0),
            method,
        })
    };
    if strata.iter().all(is_census) {
        return share(rate, rate, ShareMethod::Census);
    }
    let apart: f64 = strata
        .iter()
        .map(|s| (s.n as f64 / n as f64 - weight(s)).max(0.0))
        .sum();
    if apart <= NEARLY_PROPORTIONAL {
        let hits = strata.iter().map(|s| s.hits).sum();
        let (low, high) = interval(hits, n, confidence);
        return share(low - apart, high + apart, ShareMethod::Pooled);
    }
    let each = 1.0 - (1.0 - confidence) / strata.len() as f64;
    let ends = |s: &StratumCounts| {
        let exact = s.hits as f64 / s.n as f64;
        match is_census(s) {
            true => (exact, exact),
            false => interval(s.hits, s.n, each),
        }
    };
    share(
        sum(&|s| ends(s).0),
        sum(&|s| ends(s).1),
        ShareMethod::Strata,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(u64, u64, u64)]) -> Vec<StratumCounts> {
        let counts = |(population, n, hits): &(u64, u64, u64)| StratumCounts {
            population: *population,
            n: *n,
            hits: *hits,
        };
        rows.iter().map(counts).collect()
    }

    #[test]
    fn proportional_samples_are_one_and_others_are_not() {
        // One stratum is a simple sample.
        let share = stratified(&of(&[(1_000_000, 4000, 3900)]), 0.95).unwrap();
        assert_eq!((share.low, share.high), interval(3900, 4000, 0.95));
        // Two in proportion, with some rounding.
        let two = of(&[(900_001, 3600, 3550), (99_999, 400, 350)]);
        let share = stratified(&two, 0.95).unwrap();
        let (low, high) = interval(3900, 4000, 0.95);
        assert_eq!(share.method, ShareMethod::Pooled);
        assert!(share.low <= low && share.low > low - 1e-5, "{share:?}");
        assert!(share.high >= high && share.high < high + 1e-5);
        // Of every source as many: the small one must not count as the large one.
        let equal = of(&[(990_000, 59, 59), (10_000, 59, 0)]);
        let share = stratified(&equal, 0.95).unwrap();
        assert_eq!(share.method, ShareMethod::Strata);
        assert!((share.rate - 0.99).abs() < 1e-12 && share.high > 0.99);
        // None of 59 at half of a fortieth, by its closed form; of the small one nothing is sure.
        let low = 0.99 * 0.0125_f64.powf(1.0 / 59.0);
        assert!((share.low - low).abs() < 1e-9, "{share:?}");
        // All was judged, or of one stratum nothing.
        let share = stratified(&of(&[(8, 8, 7), (2, 2, 2)]), 0.95).unwrap();
        assert_eq!((share.low, share.high), (share.rate, share.rate));
        assert!((share.rate - 0.9).abs() < 1e-12, "{share:?}");
        assert_eq!(stratified(&of(&[(8, 8, 7), (2, 0, 0)]), 0.95), None);
        assert_eq!(stratified(&[], 0.95), None);
    }

    /// The intervals hold the truth as often as they say, for strata as different as can be: every
    /// outcome is counted with its probability.
    #[test]
    fn intervals_hold_at_least_as_often_as_they_say() {
        let binomial = |n: u64, p: f64| -> Vec<f64> {
            let mut all = vec![1.0];
            for _ in 0..n {
                let mut next = vec![0.0; all.len() + 1];
                for (k, q) in all.iter().enumerate() {
                    next[k] += q * (1.0 - p);
                    next[k + 1] += q * p;
                }
                all = next;
            }
            all
        };
        for (sizes, shares) in [
            ([30, 10], [0.98, 0.5]),
            ([30, 10], [0.5, 0.5]),
            ([30, 10], [1.0, 0.9]),
            ([20, 20], [0.99, 0.01]),
            // Far from proportional.
            ([5, 35], [0.9, 0.3]),
        ] {
            let populations = [75_000_000, 25_000_000];
            let truth = 0.75 * shares[0] + 0.25 * shares[1];
            let (first, second) = (binomial(sizes[0], shares[0]), binomial(sizes[1], shares[1]));
            let mut holds = 0.0;
            for (a, p) in first.iter().enumerate() {
                for (b, q) in second.iter().enumerate() {
                    let rows = [
                        (populations[0], sizes[0], a as u64),
                        (populations[1], sizes[1], b as u64),
                    ];
                    let share = stratified(&of(&rows), 0.95).unwrap();
                    if share.low <= truth && truth <= share.high {
                        holds += p * q;
                    }
                }
            }
            assert!(holds >= 0.95, "{sizes:?} {shares:?} {holds}");
        }
    }
}
