//! The dated CSV files of `rules/data`, as text and as character pairs.

use std::collections::HashMap;

/// Traditional and variant characters → simplified ones.
pub const VARIANTS: &str = include_str!("../rules/data/variants.csv");
/// Letters and digits of other scripts → ASCII ones that look alike.
pub const LOOKALIKES: &str = include_str!("../rules/data/lookalikes.csv");

/// Every table that decides what is found, for the rule-set digest.
pub const ALL: &[&str] = &[VARIANTS, LOOKALIKES];

/// Rows of a data file without comments and header, split at commas.
///
/// The files are ours and plain: no quoting, one row a line.
pub fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .skip(1)
        .map(|line| line.split(',').collect())
}

/// A two-column file of single characters.
pub fn character_pairs(file: &'static str) -> HashMap<char, char> {
    rows(file)
        .filter_map(|row| Some((row.first()?.chars().next()?, row.get(1)?.chars().next()?)))
        .collect()
}
