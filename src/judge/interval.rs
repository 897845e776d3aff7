//! Exact intervals of shares.

use statrs::function::beta::beta_reg;

/// One-sided upper bound of a share of which `hits` of `n` were seen, at `confidence`. Source:
/// Clopper and Pearson, Biometrika 26 (1934).
pub fn upper_bound(hits: u64, n: u64, confidence: f64) -> f64 {
    if n == 0 || hits >= n {
        return 1.0;
    }
    quantile(hits as f64 + 1.0, (n - hits) as f64, confidence)
}

/// One-sided lower bound, likewise.
pub fn lower_bound(hits: u64, n: u64, confidence: f64) -> f64 {
    if n == 0 || hits == 0 {
        return 0.0;
    }
    quantile(hits as f64, (n - hits) as f64 + 1.0, 1.0 - confidence)
}

/// Two-sided interval of a share, likewise.
pub fn interval(hits: u64, n: u64, confidence: f64) -> (f64, f64) {
    let side = 1.0 - (1.0 - confidence) / 2.0;
    (lower_bound(hits, n, side), upper_bound(hits, n, side))
}

/// Halvings of the unit interval, after which nothing of a number is left to be found.
const HALVINGS: u32 = 120;

/// Quantile of the beta distribution. By halving: the library's own search does not end for
/// large numbers.
fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if beta_reg(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms where nothing was hit, and R's `binom.test` for the rest.
    #[test]
    fn bounds_are_those_of_the_tables() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        near(upper_bound(0, 59, 0.95), 1.0 - 0.05_f64.powf(1.0 / 59.0));
        assert!(upper_bound(0, 59, 0.95) < 0.05 && upper_bound(0, 58, 0.95) > 0.05);
        let (low, high) = interval(5, 100, 0.95);
        near(low, 0.016_431_88);
        near(high, 0.112_834_91);
        near(lower_bound(100, 100, 0.95), 0.05_f64.powf(0.01));
        assert_eq!(interval(0, 0, 0.95), (0.0, 1.0));
        // Large numbers stay in order.
        let (low, high) = interval(160, 4_000, 0.95);
        assert!(low < 0.04 && 0.04 < high && high - low < 0.0130);
        let (low, high) = interval(3, 10_000_000, 0.95);
        assert!(low > 0.0 && high < 1e-6 && low < high);
    }
}
