//! How many records each stratum gives.

/// Sizes of the strata of a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocated {
    /// For each population: which stratum it is in.
    pub stratum: Vec<usize>,
    /// For each stratum: population and size of its sample, neither ever 0.
    pub strata: Vec<(u64, u64)>,
    /// The stratum of all that is too small for one of its own; the last one, if there is one.
    pub pooled: Option<usize>,
}

/// Shares out a sample of `size` in proportion to `populations`, by largest remainders (Cochran
/// 1977, 5.5). What would give less than one record goes into one stratum with all others of
/// that kind, so that every record can be drawn and every stratum has a weight. All of them if
/// there are no more than `size`.
pub fn allocate(populations: &[u64], size: u64) -> Allocated {
    let total: u64 = populations.iter().sum();
    let size = size.min(total);
    let mut out = Allocated::default();
    if size == 0 {
        return out;
    }
    let is_small = |n: u64| u128::from(n) * u128::from(size) < u128::from(total);
    let pool: u64 = populations.iter().filter(|n| is_small(**n)).sum();
    let large = populations.iter().filter(|n| !is_small(**n)).count();
    let mut next = 0;
    for n in populations {
        out.stratum.push(if is_small(*n) {
            large
        } else {
            out.strata.push((*n, 0));
            next += 1;
            next - 1
        });
    }
    if pool > 0 {
        out.pooled = Some(large);
        out.strata.push((pool, 0));
    }
    let share = |n: u64| u128::from(n) * u128::from(size);
    let mut left = size;
    let mut remainders = Vec::new();
    for (at, (n, given)) in out.strata.iter_mut().enumerate() {
        let whole = share(*n) / u128::from(total);
        *given = whole as u64;
        left -= *given;
        remainders.push((share(*n) % u128::from(total), at));
    }
    // Largest first, then in order.
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, at) in remainders.into_iter().take(left as usize) {
        out.strata[at].1 += 1;
    }
    // A pool that is itself too small for one record still must be in the sample.
    if let Some(pool) = out.pooled
        && out.strata[pool].1 == 0
    {
        out.strata[pool].1 = 1;
    }
    out
}
