//! [`Day`]: a date as people write one.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Style;

/// A day of the calendar. Written `2026-01-31`; as a date of TOML or as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl Day {
    /// From year, month and day, in this order, as a calendar has them, and how it was written. Of
    /// a time after it counts on which day that is in Beijing. Numbers that only programs write,
    /// days or seconds since some day, are no dates here: anything may be such a number.
    pub fn parse(text: &str) -> Option<(Self, Style)> {
        let (moment, style) = super::parse(text).ok()?;
        let of_a_calendar = !matches!(style, Style::Serial | Style::Epoch);
        of_a_calendar.then(|| (moment.day(), style))
    }
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

impl schemars::JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A day, such as 2026-01-31.",
            "type": "string",
            "pattern": r"^\d{4,}-\d{2}-\d{2}$",
        })
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
        let parsed = Self::parse(&text).filter(|(_, written)| *written == Style::Hyphens);
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
            ("2026-01-31", Style::Hyphens),
            ("2026-01-31T08:00:00Z", Style::Hyphens),
            ("2026-1-31 08:00", Style::Hyphens),
            ("2026-01-30 17:42:00 UTC", Style::Hyphens),
            ("2026/1/31", Style::Slashes),
            ("2026.01.31", Style::Dots),
            ("2026年1月31日", Style::Chinese),
            ("20260131", Style::Digits),
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
            "46027",
            "1767542400",
            "2026-01-31 soon",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
