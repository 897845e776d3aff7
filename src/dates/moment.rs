//! Moments as people, tables and programs write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::Day;

/// Seconds that Beijing is ahead. What names no time zone was written there: the duties are those
/// of Chinese filings.
const BEIJING: i64 = 8 * 3600;

/// A second since 1970, UTC. Dates alone are their first second in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// The day in Beijing; the first of 1970 for moments beyond all calendars.
    pub fn day(self) -> Day {
        let there = DateTime::from_timestamp(self.0.saturating_add(BEIJING), 0);
        Day(there.unwrap_or_default().date_naive())
    }
}

/// How a date was written. A column that mixes several was written by several hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// `2026-01-05`, also with a time and a zone (ISO 8601).
    Hyphens,
    /// `2026/1/5`
    Slashes,
    /// `2026.1.5`
    Dots,
    /// `2026年1月5日`
    Chinese,
    /// `20260105`
    Digits,
    /// Days since 1899-12-30, as spreadsheets count.
    Serial,
    /// Seconds or milliseconds since 1970.
    Epoch,
}

impl Style {
    /// An example of it.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Hyphens => "2026-01-05",
            Self::Slashes => "2026/1/5",
            Self::Dots => "2026.1.5",
            Self::Chinese => "2026年1月5日",
            Self::Digits => "20260105",
            Self::Serial => "46027",
            Self::Epoch => "1767571200",
        }
    }
}

/// Why something is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It could be two dates: 1/5/2026.
    Ambiguous,
    /// It is no date, or none of the calendar.
    NoDate,
}

/// Days between 1899-12-30, which spreadsheets count from, and 1970-01-01.
///
/// Source: ECMA-376 Part 1, 18.17.4.1 (1900 date base, with its leap day of 1900).
const SERIAL_EPOCH: i64 = 25_569;
/// Serials that are dates of our time: 1990 to 2100.
const SERIALS: std::ops::RangeInclusive<f64> = 32_874.0..=73_415.0;

/// The moment that `text` names, and how it is written.
pub fn parse(text: &str) -> Result<(Moment, Style), Wrong> {
    let text = halved(text.trim());
    let text = text.as_str();
    if text.is_empty() {
        return Err(Wrong::NoDate);
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() < 2 {
        return number(text);
    }
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Ok((Moment(zoned.timestamp()), Style::Hyphens));
    }
    let (date, style, rest) = date(text)?;
    let zoned = rest
        .strip_suffix("UTC")
        .or_else(|| rest.strip_suffix("GMT"));
    let seconds = match zoned {
        Some(rest) => time(&format!("{rest}Z")),
        None => time(rest),
    };
    let seconds = seconds.ok_or(Wrong::NoDate)?;
    let days = i64::from(date.to_epoch_days());
    Ok((Moment(days * 86_400 + seconds - BEIJING), style))
}

/// A moment of a spreadsheet, in days since 1899-12-30.
fn of_serial(serial: f64) -> Option<Moment> {
    SERIALS.contains(&serial).then(|| {
        let seconds = ((serial - SERIAL_EPOCH as f64) * 86_400.0).round() as i64;
        Moment(seconds - BEIJING)
    })
}

fn number(text: &str) -> Result<(Moment, Style), Wrong> {
    let whole = text.split('.').next().unwrap_or_default();
    let value: f64 = text.parse().map_err(|_| Wrong::NoDate)?;
    match whole.len() {
        5 => of_serial(value)
            .map(|moment| (moment, Style::Serial))
            .ok_or(Wrong::NoDate),
        8 if !text.contains('.') => NaiveDate::parse_from_str(text, "%Y%m%d")
            .map(|date| {
                let days = i64::from(date.to_epoch_days());
                (Moment(days * 86_400 - BEIJING), Style::Digits)
            })
            .map_err(|_| Wrong::NoDate),
        10 => Ok((Moment(value as i64), Style::Epoch)),
        13 => Ok((Moment((value / 1000.0) as i64), Style::Epoch)),
        _ => Err(Wrong::NoDate),
    }
}

/// The date that `text` begins with, how it is written, and what follows.
fn date(text: &str) -> Result<(NaiveDate, Style, &str), Wrong> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (year, rest) = text.split_at(end);
    let mark = rest.chars().next().ok_or(Wrong::NoDate)?;
    let style = match mark {
        '-' => Style::Hyphens,
        '/' => Style::Slashes,
        '.' => Style::Dots,
        '年' => Style::Chinese,
        _ => return Err(Wrong::NoDate),
    };
    if year.len() != 4 {
        let ambiguous = matches!(year.len(), 1 | 2);
        return Err(if ambiguous {
            Wrong::Ambiguous
        } else {
            Wrong::NoDate
        });
    }
    let rest = &rest[mark.len_utf8()..];
    let (month, rest) = digits(rest);
    let after_month = if mark == '年' { '月' } else { mark };
    let rest = rest.strip_prefix(after_month).ok_or(Wrong::NoDate)?;
    let (day, rest) = digits(rest);
    let rest = match mark {
        '年' => rest.strip_prefix(['日', '号']).ok_or(Wrong::NoDate)?,
        _ => rest,
    };
    let parsed = |digits: &str| digits.parse::<u32>().map_err(|_| Wrong::NoDate);
    let year = year.parse::<i32>().map_err(|_| Wrong::NoDate)?;
    let date = NaiveDate::from_ymd_opt(year, parsed(month)?, parsed(day)?);
    let date = date.filter(|_| (1900..2200).contains(&year));
    Ok((date.ok_or(Wrong::NoDate)?, style, rest))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Seconds of the day, less those of a zone that is not Beijing's; 0 where nothing follows.
fn time(rest: &str) -> Option<i64> {
    let rest = rest.trim_start_matches(['T', ' ']).trim();
    if rest.is_empty() {
        return Some(0);
    }
    let (clock, zone) = match rest.find(['Z', '+', '-']) {
        Some(at) => (rest[..at].trim(), &rest[at..]),
        None => (rest, ""),
    };
    let clock = clock.replace(['时', '分'], ":").replace('秒', "");
    let clock = clock.trim_end_matches(':');
    let parsed = ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(clock, form).ok())?;
    let seconds = NaiveDateTime::new(NaiveDate::default(), parsed)
        .and_utc()
        .timestamp()
        .rem_euclid(86_400);
    let zone = match zone {
        "" => BEIJING,
        "Z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let zone = zone[1..].replace(':', "");
            if zone.len() != 2 && zone.len() != 4 || !zone.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let hours: i64 = zone[..2].parse().ok()?;
            let minutes: i64 = zone.get(2..4).unwrap_or("00").parse().ok()?;
            sign * (hours * 3600 + minutes * 60)
        }
    };
    Some(seconds + BEIJING - zone)
}

/// Full-width digits and signs as half-width ones.
fn halved(text: &str) -> String {
    let halved = text.chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    });
    halved.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i64 {
        parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}")).0.0
    }

    #[test]
    fn one_day_written_in_every_way_is_one_moment() {
        let day = seconds("2026-01-05");
        // 2026-01-05 00:00 in Beijing.
        assert_eq!(day, 1_767_542_400);
        let ways = [
            ("2026/1/5", Style::Slashes),
            ("2026.01.05", Style::Dots),
            ("2026年1月5日", Style::Chinese),
            ("２０２６年１月５日", Style::Chinese),
            ("20260105", Style::Digits),
            ("46027", Style::Serial),
            ("2026-01-05T00:00:00+08:00", Style::Hyphens),
            ("2026-01-04T16:00:00Z", Style::Hyphens),
            ("2026-01-04 16:00:00.000000+00:00", Style::Hyphens),
            ("1767542400", Style::Epoch),
            ("1767542400000", Style::Epoch),
        ];
        for (text, style) in ways {
            assert_eq!(parse(text), Ok((Moment(day), style)), "{text}");
        }
        assert_eq!(Moment(day).day().to_string(), "2026-01-05");
        assert_eq!(Moment(day - 1).day().to_string(), "2026-01-04");
        assert_eq!(seconds("2026/1/5 9:30"), day + 9 * 3600 + 1800);
        assert_eq!(seconds("2026年1月5日 9时30分"), day + 9 * 3600 + 1800);
        assert_eq!(seconds("46027.5"), day + 43_200);
    }

    #[test]
    fn what_is_no_date_or_two_dates_is_told() {
        for text in ["1/5/2026", "05-01-26", "5.1.2026"] {
            assert_eq!(parse(text), Err(Wrong::Ambiguous), "{text}");
        }
        for text in [
            "",
            "昨天",
            "2026-13-01",
            "2026-02-30",
            "2026年1月",
            "12",
            "2026-01-05 25:00",
            "20261301",
            "99999",
            "2026-01-05 +1:2:3:4",
            "2026-01-05 10:00+éé",
        ] {
            assert_eq!(parse(text), Err(Wrong::NoDate), "{text}");
        }
    }
}
