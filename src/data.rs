//! The dated CSV files of `rules/data`, as text and as character pairs.

use std::collections::HashMap;

/// Words that name no source.
pub const VAGUE_NAMES: &str = include_str!("../rules/data/vague_names.csv");
/// Traditional and variant characters → simplified ones.
pub const VARIANTS: &str = include_str!("../rules/data/variants.csv");
/// Letters and digits of other scripts → ASCII ones that look alike.
pub const LOOKALIKES: &str = include_str!("../rules/data/lookalikes.csv");
/// Chinese numerals → digits.
pub const NUMERALS: &str = include_str!("../rules/data/numerals.csv");
/// Characters that are written as two others side by side or one above the other.
pub const SPLITS: &str = include_str!("../rules/data/splits.csv");
/// Regions of GB/T 2260 with the years in which their codes held.
pub const REGIONS: &str = include_str!("../rules/data/regions.csv");
/// First digits of mobile numbers in China.
pub const MOBILE_SEGMENTS: &str = include_str!("../rules/data/mobile_segments.csv");
/// Area codes of fixed telephones in China.
pub const AREA_CODES: &str = include_str!("../rules/data/area_codes.csv");
/// Issuer prefixes of Chinese bank cards.
pub const CARD_BINS: &str = include_str!("../rules/data/card_bins.csv");
/// Issuer ranges of the international card networks.
pub const CARD_NETWORKS: &str = include_str!("../rules/data/card_networks.csv");
/// E.164 country codes with the lengths of national numbers.
pub const CALLING_CODES: &str = include_str!("../rules/data/calling_codes.csv");
/// Top-level domains.
pub const TLDS: &str = include_str!("../rules/data/tlds.csv");
/// Lengths of IBANs by country.
pub const IBAN_LENGTHS: &str = include_str!("../rules/data/iban_lengths.csv");
/// What licences ask for and forbid.
pub const LICENCES: &str = include_str!("../rules/data/licences.csv");
/// Classes of what licences ask for and forbid, and the uses they may be against.
pub const LICENCE_CLASSES: &str = include_str!("../rules/data/licence_classes.csv");
/// Uses of a corpus that licences may be against.
pub const LICENCE_USES: &str = include_str!("../rules/data/licence_uses.csv");
/// Families of licences.
pub const LICENCE_FAMILIES: &str = include_str!("../rules/data/licence_families.csv");
/// Names of licences beyond those of the SPDX list.
pub const LICENCE_NAMES: &str = include_str!("../rules/data/licence_names.csv");
/// Addresses of licences.
pub const LICENCE_LINKS: &str = include_str!("../rules/data/licence_links.csv");
/// ISO 3166-1 codes.
pub const COUNTRIES: &str = include_str!("../rules/data/countries.csv");

/// Domains of libraries and trackers that public documents name.
pub const PIRATE_DOMAINS: &str = include_str!("../rules/data/pirate_domains.csv");
/// Crawlers of operators of AI systems.
pub const AI_AGENTS: &str = include_str!("../rules/data/ai_agents.csv");

/// Codes and titles of Appendix A.
pub const RISKS: &str = include_str!("../rules/data/risks.csv");
/// The 20 classes of illegal and undesirable information of the ecology rule.
pub const ECOLOGY: &str = include_str!("../rules/data/ecology.csv");
/// Names of categories in lexicons → risk codes.
pub const CATEGORIES: &str = include_str!("../rules/data/categories.csv");

/// Every table that decides what is found, for the rule-set digest.
pub const ALL: &[&str] = &[
    VARIANTS,
    LOOKALIKES,
    NUMERALS,
    SPLITS,
    REGIONS,
    MOBILE_SEGMENTS,
    AREA_CODES,
    CARD_BINS,
    CARD_NETWORKS,
    CALLING_CODES,
    TLDS,
    IBAN_LENGTHS,
    COUNTRIES,
    LICENCES,
    LICENCE_CLASSES,
    LICENCE_FAMILIES,
    LICENCE_NAMES,
    LICENCE_LINKS,
    PIRATE_DOMAINS,
    AI_AGENTS,
];

/// Rows of a data file without comments and header, split at commas.
///
/// The files are ours and plain: no quoting, one row a line.
pub fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .skip(1)
        .map(|line| line.split(',').collect())
}

/// The `# date: year-month-day` of a data file.
pub fn date(file: &'static str) -> Option<(u16, u8, u8)> {
    let line = file.lines().find_map(|l| l.strip_prefix("# date: "))?;
    let mut parts = line.trim().split('-');
    Some((
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

/// A two-column file of single characters.
pub fn character_pairs(file: &'static str) -> HashMap<char, char> {
    rows(file)
        .filter_map(|row| Some((row.first()?.chars().next()?, row.get(1)?.chars().next()?)))
        .collect()
}
