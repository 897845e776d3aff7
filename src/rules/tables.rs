//! [`Tables`]: the dated CSV files of `rules/data`, as confirmations look things up.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::data;

/// A day: year, month, day. Ordered as days are.
pub type Day = (u16, u8, u8);

/// What the first digits of a Chinese mobile number are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A person's telephone, of a carrier or a reseller.
    Subscriber,
    /// A satellite telephone.
    Satellite,
    /// A device in the internet of things.
    Device,
}

/// Regions, prefixes and codes that confirmations look up.
#[derive(Debug)]
pub struct Tables {
    /// The day of the region table. Dates of birth and ages are judged by it and not by the
    /// clock, so that the same input and rules give the same findings on every day.
    pub as_of: Day,
    regions: HashSet<u32>,
    region_names: Vec<&'static str>,
    segments: HashMap<&'static str, Segment>,
    area_codes: HashSet<&'static str>,
    bins: HashSet<(usize, &'static str)>,
    networks: Vec<Network>,
    calling_codes: HashMap<&'static str, (usize, usize)>,
    tlds: HashSet<&'static str>,
    iban_lengths: HashMap<&'static str, usize>,
    countries: HashSet<&'static str>,
}

/// A range of issuer prefixes of a card network.
#[derive(Debug)]
struct Network {
    from: u64,
    to: u64,
    digits: usize,
    lengths: Vec<usize>,
}

impl Tables {
    /// The tables that ship with the program, parsed once.
    pub fn builtin() -> &'static Self {
        static TABLES: LazyLock<Tables> = LazyLock::new(Tables::parse);
        &TABLES
    }

    fn parse() -> Self {
        let pairs = |file| data::rows(file).filter(|row| row.len() > 1);
        let mut names: Vec<&'static str> = pairs(data::REGIONS)
            .map(|row| row[1])
            .filter(|name| name.chars().count() > 1 && !GENERIC_REGIONS.contains(name))
            .collect();
        names.sort_unstable();
        names.dedup();
        Self {
            as_of: data::date(data::REGIONS).unwrap_or((2026, 1, 1)),
            regions: pairs(data::REGIONS)
                .filter_map(|row| row[0].parse().ok())
                .collect(),
            region_names: names,
            segments: pairs(data::MOBILE_SEGMENTS)
                .map(|row| (row[0], segment(row[1])))
                .collect(),
            area_codes: pairs(data::AREA_CODES).map(|row| row[0]).collect(),
            bins: pairs(data::CARD_BINS)
                .filter_map(|row| Some((row[1].parse().ok()?, row[0])))
                .collect(),
            networks: pairs(data::CARD_NETWORKS)
                .filter_map(|row| network(&row))
                .collect(),
            calling_codes: pairs(data::CALLING_CODES)
                .filter_map(|row| {
                    Some((
                        row[0],
                        (row.get(2)?.parse().ok()?, row.get(3)?.parse().ok()?),
                    ))
                })
                .collect(),
            tlds: data::rows(data::TLDS).map(|row| row[0]).collect(),
            iban_lengths: pairs(data::IBAN_LENGTHS)
                .filter_map(|row| Some((row[0], row[1].parse().ok()?)))
                .collect(),
            countries: data::rows(data::COUNTRIES).flatten().collect(),
        }
    }

    /// Whether six digits were ever a region of GB/T 2260 down to the county.
    pub fn is_region(&self, code: u32) -> bool {
        self.regions.contains(&code)
    }

    /// Names of regions, of all years, sorted.
    pub fn region_names(&self) -> &[&'static str] {
        &self.region_names
    }

    /// What a mobile number's first three to five digits are for; the longest known prefix
    /// decides.
    pub fn segment(&self, digits: &str) -> Option<Segment> {
        (3..=5)
            .rev()
            .filter_map(|n| digits.get(..n))
            .find_map(|prefix| self.segments.get(prefix).copied())
    }

    /// Length of the area code, with its leading 0, that `digits` begins with.
    pub fn area_code(&self, digits: &str) -> Option<usize> {
        (3..=4).find(|&n| {
            digits
                .get(..n)
                .is_some_and(|code| self.area_codes.contains(code))
        })
    }

    /// Whether a card of that many digits may begin so, at a Chinese bank.
    pub fn is_chinese_card(&self, digits: &str) -> bool {
        (3..=10)
            .filter_map(|n| digits.get(..n))
            .any(|prefix| self.bins.contains(&(digits.len(), prefix)))
    }

    /// Whether a card of that many digits may begin so, in an international network.
    pub fn is_network_card(&self, digits: &str) -> bool {
        self.networks.iter().any(|network| {
            network.lengths.contains(&digits.len())
                && digits
                    .get(..network.digits)
                    .and_then(|head| head.parse().ok())
                    .is_some_and(|head: u64| (network.from..=network.to).contains(&head))
        })
    }

    /// Whether digits after a `+` are a country code and a national number of a possible length.
    pub fn is_e164(&self, digits: &str) -> bool {
        (1..=3).any(|n| {
            digits
                .get(..n)
                .and_then(|code| self.calling_codes.get(code))
                .is_some_and(|(least, most)| (*least..=*most).contains(&(digits.len() - n)))
        })
    }

    /// Whether a lower-case label is a top-level domain.
    pub fn is_tld(&self, label: &str) -> bool {
        self.tlds.contains(label)
    }

    /// Characters of an IBAN of a country in capitals.
    pub fn iban_length(&self, country: &str) -> Option<usize> {
        self.iban_lengths.get(country).copied()
    }

    /// Whether two or three capitals are an ISO 3166-1 code.
    pub fn is_country(&self, code: &str) -> bool {
        self.countries.contains(code)
    }
}

/// Entries of the region table that name no place.
const GENERIC_REGIONS: &[&str] = &[
    "市辖区",
    "县",
    "市",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "省直辖行政单位",
    "矿区",
    "郊区",
    "城区",
    "市区",
];

fn segment(kind: &str) -> Segment {
    match kind {
        "satellite" => Segment::Satellite,
        "iot" => Segment::Device,
        _ => Segment::Subscriber,
    }
}

fn network(row: &[&'static str]) -> Option<Network> {
    Some(Network {
        from: row[0].parse().ok()?,
        to: row[1].parse().ok()?,
        digits: row[0].len(),
        lengths: row
            .get(2)?
            .split('-')
            .filter_map(|n| n.parse().ok())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_is_read() {
        let tables = Tables::builtin();
        let rows = |file| data::rows(file).count();
        assert_eq!(tables.segments.len(), rows(data::MOBILE_SEGMENTS));
        assert_eq!(tables.area_codes.len(), rows(data::AREA_CODES));
        assert_eq!(tables.networks.len(), rows(data::CARD_NETWORKS));
        assert_eq!(tables.calling_codes.len(), rows(data::CALLING_CODES));
        assert_eq!(tables.tlds.len(), rows(data::TLDS));
        assert_eq!(tables.iban_lengths.len(), rows(data::IBAN_LENGTHS));
        assert_eq!(tables.countries.len(), 2 * rows(data::COUNTRIES));
        assert!(tables.regions.len() > 4_000 && tables.bins.len() > 1_600);
        assert!(tables.as_of > (2026, 1, 1));
    }

    #[test]
    fn lookups_take_the_longest_prefix() {
        let tables = Tables::builtin();
        assert_eq!(tables.segment("13812345678"), Some(Segment::Subscriber));
        assert_eq!(tables.segment("13491234567"), Some(Segment::Satellite));
        assert_eq!(tables.segment("15412345678"), None);
        assert_eq!(tables.area_code("01065551234"), Some(3));
        assert_eq!(tables.area_code("075526667777"), Some(4));
        assert!(tables.is_region(110105) && tables.is_region(110103) && !tables.is_region(111111));
        assert!(tables.is_network_card("4111111111111111"));
        assert!(tables.is_e164("8613812345678") && !tables.is_e164("8613"));
    }
}
