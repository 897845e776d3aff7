//! [`estimate`]: sums by stratum → tokens, with intervals.
//!
//! A stratum is what is of one source, type and language. Within it the tokens of the sample are
//! to its bytes as all tokens are to all bytes (ratio estimator), and how far passages are from
//! that ratio tells how far the estimate may be off. Strata add up. Source: W. G. Cochran,
//! Sampling Techniques, 3rd ed. 1977, (6.9) and (6.11) for the ratio, 5.4 for strata, 5A.12 for
//! strata with too small a sample, which borrow from others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Sums;

/// Two-sided 95 % quantiles of Student's t for 1 to 29 degrees of freedom. Source: any table.
const T: [f64; 29] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045,
];
/// That of the normal distribution.
const Z: f64 = 1.960;
/// Passages that a sample must have for its own ratio to be used: with fewer, what it says of its
/// error is chance, for which not even the quantiles of t make up.
const FEWEST: u64 = 4;

/// What is of one source, type and language.
#[derive(Clone, Copy, Debug)]
pub struct Stratum<'a> {
    /// Source.
    pub source: &'a str,
    /// Type.
    pub kind: &'a str,
    /// Language, BCP 47.
    pub language: &'a str,
    /// Bytes of text, in the sample or not.
    pub text_bytes: u64,
    /// Of its passages.
    pub sums: &'a Sums,
}

/// How many tokens there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The number, or the best guess at it.
    pub tokens: u64,
    /// Lower end of the 95 % interval.
    pub low: u64,
    /// Upper end.
    pub high: u64,
    /// Whether everything was counted; both ends are the number then.
    pub exact: bool,
    /// Passages that were counted, of …
    pub sampled: u64,
    /// … so many.
    pub passages: u64,
    /// Whether too few were counted, so that the ratio is that of other sources.
    pub borrowed: bool,
}

/// A stratum with its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StratumEstimate {
    /// Source.
    pub source: String,
    /// Type.
    pub kind: String,
    /// Language.
    pub language: String,
    /// Tokens.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// The tokens of each stratum, in their order. None if of all of them nothing was counted that
/// one could go by.
pub fn estimate(strata: &[Stratum<'_>]) -> Option<Vec<StratumEstimate>> {
    let pools = Pools::new(strata);
    let one = |stratum: &Stratum<'_>| {
        Some(StratumEstimate {
            source: stratum.source.to_owned(),
            kind: stratum.kind.to_owned(),
            language: stratum.language.to_owned(),
            estimate: pools.estimate(stratum)?,
        })
    };
    strata.iter().map(one).collect()
}

impl Estimate {
    const fn exact(sums: &Sums) -> Self {
        Self {
            tokens: sums.tokens,
            low: sums.tokens,
            high: sums.tokens,
            exact: true,
            sampled: sums.sampled,
            passages: sums.passages,
            borrowed: false,
        }
    }

    /// Half the length of the interval; the larger half if its lower end was raised.
    pub const fn margin(&self) -> u64 {
        let (below, above) = (self.tokens - self.low, self.high - self.tokens);
        if below > above { below } else { above }
    }

    /// All together. Margins of strata with samples of their own add up as independent errors do;
    /// strata that borrow from the same others err together, so theirs add up as they are.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut own, mut borrowed) = (0.0, 0.0);
        let mut sum = Self {
            exact: true,
            ..Self::default()
        };
        let mut counted = 0;
        for part in parts {
            sum.tokens += part.tokens;
            sum.exact &= part.exact;
            sum.sampled += part.sampled;
            sum.passages += part.passages;
            sum.borrowed |= part.borrowed;
            let margin = part.margin() as f64;
            if part.borrowed {
                borrowed += margin;
            } else {
                own += margin * margin;
            }
            counted += if part.exact { part.tokens } else { 0 };
        }
        let margin = (own + borrowed * borrowed).sqrt().round() as u64;
        sum.low = sum.tokens.saturating_sub(margin).max(counted);
        sum.high = sum.tokens + margin;
        sum
    }
}

/// What a stratum may borrow from.
#[derive(Default)]
struct Pool {
    sums: Sums,
    /// Of the strata in it that have a ratio of their own.
    ratios: Vec<f64>,
}

impl Pool {
    fn add(&mut self, sums: &Sums) {
        self.sums.merge(sums);
        if sums.sampled >= FEWEST {
            self.ratios
                .extend(Ratio::of(sums).map(|ratio| ratio.tokens));
        }
    }

    /// How far the ratio of one more stratum may be from that of the pool: half of the interval
    /// for another one of a normal population. Nothing is known with fewer than two.
    fn apart(&self) -> f64 {
        let n = self.ratios.len() as f64;
        if n < 2.0 {
            return 0.0;
        }
        let mean = self.ratios.iter().sum::<f64>() / n;
        let squares = self.ratios.iter().map(|ratio| (ratio - mean).powi(2));
        let deviation = (squares.sum::<f64>() / (n - 1.0)).sqrt();
        t(self.ratios.len() as u64 - 1) * deviation * (1.0 + 1.0 / n).sqrt()
    }
}

/// All pools.
struct Pools<'a> {
    languages: BTreeMap<(&'a str, &'a str), Pool>,
    kinds: BTreeMap<&'a str, Pool>,
    all: Pool,
}

impl<'a> Pools<'a> {
    fn new(strata: &[Stratum<'a>]) -> Self {
        let mut pools = Self {
            languages: BTreeMap::new(),
            kinds: BTreeMap::new(),
            all: Pool::default(),
        };
        for stratum in strata {
            let language = (stratum.kind, stratum.language);
            pools
                .languages
                .entry(language)
                .or_default()
                .add(stratum.sums);
            pools
                .kinds
                .entry(stratum.kind)
                .or_default()
                .add(stratum.sums);
            pools.all.add(stratum.sums);
        }
        pools
    }

    /// The nearest that tells how far strata are apart, or else that has a sample.
    fn nearest<'p>(&'p self, stratum: &Stratum<'p>) -> &'p Pool {
        let pools = [
            self.languages.get(&(stratum.kind, stratum.language)),
            self.kinds.get(stratum.kind),
            Some(&self.all),
        ];
        let mut pools = pools.into_iter().flatten();
        let several = pools.clone().find(|pool| pool.ratios.len() > 1);
        several
            .or_else(|| pools.find(|pool| pool.sums.sampled >= FEWEST))
            .unwrap_or(&self.all)
    }

    fn estimate<'p>(&'p self, stratum: &Stratum<'p>) -> Option<Estimate> {
        let own = stratum.sums;
        if own.is_exact() {
            return Some(Estimate::exact(own));
        }
        let bytes = stratum.text_bytes as f64;
        let borrowed = own.sampled < FEWEST;
        let (ratio, margin) = if borrowed {
            let pool = self.nearest(stratum);
            let ratio = Ratio::of(&pool.sums)?;
            let chance = ratio.prediction(bytes, own.passages) * t(pool.sums.sampled.max(2) - 1);
            let margin = chance.hypot(pool.apart() * bytes);
            (ratio, margin)
        } else {
            let ratio = Ratio::of(own)?;
            let unseen = 1.0 - own.sampled as f64 / own.passages as f64;
            let margin = ratio.error * bytes * t(own.sampled - 1) * unseen.sqrt();
            (ratio, margin)
        };
        let (tokens, margin) = ((ratio.tokens * bytes).round() as u64, margin.round() as u64);
        Some(Estimate {
            tokens: tokens.max(own.tokens),
            low: tokens.saturating_sub(margin).max(own.tokens),
            high: (tokens + margin).max(own.tokens),
            exact: false,
            sampled: own.sampled,
            passages: own.passages,
            borrowed,
        })
    }
}

/// Tokens a byte.
struct Ratio {
    tokens: f64,
    /// Standard error of it, of a sample from far more.
    error: f64,
    /// Standard deviation of the tokens of a passage from what the ratio gives.
    spread: f64,
}

impl Ratio {
    /// None if nothing was counted. Of one passage alone the ratio may be anything.
    fn of(sums: &Sums) -> Option<Self> {
        if sums.bytes == 0 {
            return None;
        }
        let (bytes, n) = (sums.bytes as f64, sums.sampled as f64);
        let tokens = sums.tokens as f64 / bytes;
        if sums.sampled < 2 {
            let (error, spread) = (tokens, sums.tokens as f64);
            return Some(Self {
                tokens,
                error,
                spread,
            });
        }
        let squares = sums.tokens_squared as f64 - 2.0 * tokens * sums.product as f64
            + tokens * tokens * sums.bytes_squared as f64;
        let spread = (squares.max(0.0) / (n - 1.0)).sqrt();
        Some(Self {
            tokens,
            error: n.sqrt() * spread / bytes,
            spread,
        })
    }

    /// Standard error of the tokens of other text by this ratio: that of the ratio, and that of
    /// passages around it.
    fn prediction(&self, bytes: f64, passages: u64) -> f64 {
        (self.error * bytes).hypot(self.spread * (passages as f64).sqrt())
    }
}

fn t(degrees: u64) -> f64 {
    match degrees {
        0 => T[0],
        1..=29 => T[degrees as usize - 1],
        // The first terms of its expansion: 0.003 off at 30, and less from there on.
        _ => Z + (Z.powi(3) + Z) / (4.0 * degrees as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(passages: &[(u64, u64)], more: u64) -> Sums {
        let mut sums = Sums::uncounted(more);
        passages
            .iter()
            .for_each(|(bytes, tokens)| sums.merge(&Sums::of(*bytes, *tokens)));
        sums
    }

    fn stratum<'a>(source: &'a str, text_bytes: u64, sums: &'a Sums) -> Stratum<'a> {
        Stratum {
            source,
            kind: "zh",
            language: "zh-Hans",
            text_bytes,
            sums,
        }
    }

    #[test]
    fn what_was_counted_is_exact() {
        let sums = sums(&[(10, 4), (20, 6)], 0);
        let all = estimate(&[stratum("a", 30, &sums)]).unwrap();
        let told = all[0].estimate;
        assert!(told.exact && !told.borrowed);
        assert_eq!((told.low, told.tokens, told.high), (10, 10, 10));
        assert_eq!(Estimate::sum([&told, &told]).high, 20);
    }

    #[test]
    fn the_interval_is_that_of_the_textbook() {
        // By hand: ratio 60/200, squares 10·(±1)² = 10 around it, n 10 of 100, t(9) 2.262:
        // margin 2.262 · √0.9 · 2000/200 · √10 · √(10/9) = 71.5.
        let passages: Vec<_> = (0..10).map(|i| (20, 5 + 2 * (i % 2))).collect();
        let sums = sums(&passages, 90);
        let told = estimate(&[stratum("a", 2000, &sums)]).unwrap()[0].estimate;
        assert_eq!((told.tokens, told.exact), (600, false));
        assert_eq!((told.low, told.high), (600 - 72, 600 + 72));
    }

    #[test]
    fn a_stratum_with_a_small_sample_borrows_and_says_so() {
        let large = sums(&vec![(20, 6); 50], 500);
        let small = sums(&[(20, 20)], 30);
        let none = Sums::uncounted(7);
        let strata = [
            stratum("large", 11_000, &large),
            stratum("none", 140, &none),
            stratum("small", 620, &small),
        ];
        let all = estimate(&strata).unwrap();
        let flags: Vec<bool> = all.iter().map(|one| one.estimate.borrowed).collect();
        assert_eq!(flags, [false, true, true]);
        assert_eq!(all[0].estimate.tokens, 3300);
        assert_eq!(all[1].estimate.tokens, 44);
        assert!(all[1].estimate.margin() > 0);
        let sum = Estimate::sum(all.iter().map(|one| &one.estimate));
        let tokens: u64 = all.iter().map(|one| one.estimate.tokens).sum();
        assert_eq!((sum.tokens, sum.passages), (tokens, 588));
    }

    #[test]
    fn nothing_counted_gives_no_number() {
        let none = Sums::uncounted(7);
        assert_eq!(estimate(&[stratum("a", 100, &none)]), None);
        assert_eq!(estimate(&[]), Some(Vec::new()));
    }

    #[test]
    fn quantiles_go_on_where_the_table_ends() {
        assert!((t(30) - 2.042).abs() < 0.004, "{}", t(30));
        assert!((t(120) - 1.980).abs() < 0.001, "{}", t(120));
    }
}
