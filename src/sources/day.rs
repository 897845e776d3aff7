//! [`Day`]: a date as people write one.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day of the calendar. Written `2026-01-31`; as a date of TOML or as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

/// How a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// `2026-01-31`, and a time after it.
    Iso,
    /// `2026/1/31`
    Slashes,
    /// `2026.1.31`
    Dots,
    /// `2026年1月31日`
    Chinese,
    /// `20260131`
    Digits,
}

impl Day {
    /// From year, month and day, and how it was written; a time after an ISO date does not matter.
    /// Orders other than year, month, day are no dates: nobody could tell them apart.
    pub fn parse(text: &str) -> Option<(Self, Written)> {
        let text = text.trim();
        let written = match text {
            _ if text.contains('年') => Written::Chinese,
            _ if text.contains('/') => Written::Slashes,
            _ if text.bytes().all(|b| b.is_ascii_digit()) => Written::Digits,
            _ if text.contains('-') => Written::Iso,
            _ => Written::Dots,
        };
        let parts: Vec<u32> = match written {
            Written::Digits if text.len() == 8 => {
                let cut = [&text[..4], &text[4..6], &text[6..]];
                cut.iter().filter_map(|part| part.parse().ok()).collect()
            }
            Written::Iso => {
                let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
                numbers(date, &['-'])?
            }
            Written::Slashes => numbers(text.split(' ').next().unwrap_or_default(), &['/'])?,
            Written::Dots => numbers(text, &['.'])?,
            Written::Chinese => numbers(text.trim_end_matches(['日', '号']), &['年', '月'])?,
            Written::Digits => return None,
        };
        let [year, month, day] = parts[..] else {
            return None;
        };
        // Two digits of a year, or a day first, would be a guess.
        if !(1900..2200).contains(&year) {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Some((Self(date), written))
    }
}

fn numbers(text: &str, separators: &[char]) -> Option<Vec<u32>> {
    text.split(separators)
        .map(|part| part.trim().parse().ok())
        .collect()
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(date) = self;
        write!(
            f,
            "{:04}-{:02}-{:02}",
            date.year(),
            date.month(),
            date.day()
        )
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A date of TOML, or a string.
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "write a date as 2026-01-31")]
        enum Either {
            Toml(toml::value::Datetime),
            Text(String),
        }
        let text = match Either::deserialize(deserializer)? {
            Either::Toml(date) => date.to_string(),
            Either::Text(text) => text,
        };
        let parsed = Self::parse(&text).filter(|(_, written)| *written == Written::Iso);
        let wrong = || de::Error::custom("no such date: write it as 2026-01-31");
        parsed.map(|(day, _)| day).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, written) in [
            ("2026-01-31", Written::Iso),
            ("2026-01-31T08:00:00Z", Written::Iso),
            ("2026-1-31 08:00", Written::Iso),
            ("2026/1/31", Written::Slashes),
            ("2026.01.31", Written::Dots),
            ("2026年1月31日", Written::Chinese),
            ("20260131", Written::Digits),
        ] {
            let (day, how) = Day::parse(text).unwrap();
            assert_eq!((day.to_string().as_str(), how), ("2026-01-31", written));
        }
        for wrong in [
            "31/1/2026",
            "2026-02-30",
            "2026",
            "26-01-31",
            "一月",
            "",
            "2026-13-01",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
