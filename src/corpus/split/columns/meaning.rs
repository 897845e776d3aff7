//! [`Meaning`]: what the bytes of a value mean, and how they are written as text.

use chrono::{DateTime, NaiveDate, NaiveTime};

use super::{Wrote, number};

/// Parts of a second.
pub const MILLI: u64 = 1_000;
/// Parts of a second.
pub const MICRO: u64 = 1_000_000;
/// Parts of a second.
pub const NANO: u64 = 1_000_000_000;

/// What the bytes of a value mean, and so how they are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Text by annotation.
    Text,
    /// Bytes without annotation, as older programs write text: text where they are UTF-8.
    Bytes,
    /// An integer; whether it has a sign.
    Integer(bool),
    /// A floating-point number.
    Float,
    /// An integer and how many of its digits are behind the point; whether it is stored with the
    /// most significant byte first.
    Decimal(u32, bool),
    /// Days since 1970.
    Date,
    /// Time of day in parts of a second.
    Time(u64),
    /// Time since 1970 in parts of a second.
    Timestamp(u64),
    /// Nanoseconds of a day and the day, as Impala writes time.
    Int96,
    /// Sixteen bytes.
    Uuid,
    /// Nothing that is text: truth values, intervals, half-precision numbers.
    Nothing,
}

impl Meaning {
    /// Appends `value` to `text` as a person would write it.
    pub fn write(self, value: &[u8], text: &mut String) -> Wrote {
        match self {
            Self::Text => Wrote::text(value, true, text),
            Self::Bytes => Wrote::text(value, false, text),
            Self::Integer(true) => number::integer(signed(value), text),
            Self::Integer(false) => number::integer(unsigned(value), text),
            Self::Float => number::float(float(value), text),
            Self::Decimal(scale, big_endian) => {
                let value = if big_endian {
                    big(value)
                } else {
                    (value.len() <= 16).then(|| signed(value))
                };
                value.map_or(Wrote::Binary, |value| number::decimal(value, scale, text))
            }
            Self::Date => number::shown(days(signed(value)), text),
            Self::Time(parts) => number::shown(time_of_day(signed(value), parts), text),
            Self::Timestamp(parts) => number::shown(timestamp(signed(value), parts), text),
            Self::Int96 => number::shown(int96(value), text),
            Self::Uuid => uuid(value, text),
            Self::Nothing => Wrote::TEXT,
        }
    }
}

/// An integer of 16 bytes at most, the least significant first.
fn signed(value: &[u8]) -> i128 {
    let negative = value.last().is_some_and(|last| *last > 127);
    fill(value, if negative { 255 } else { 0 })
}

fn unsigned(value: &[u8]) -> i128 {
    fill(value, 0)
}

fn fill(value: &[u8], with: u8) -> i128 {
    let mut bytes = [with; 16];
    let some = value.len().min(16);
    bytes[..some].copy_from_slice(&value[..some]);
    i128::from_le_bytes(bytes)
}

fn float(value: &[u8]) -> f64 {
    match value.try_into() {
        // Through its shortest decimal form: 0.1 in four bytes is not 0.10000000149.
        Ok(four) => f32::from_le_bytes(four)
            .to_string()
            .parse()
            .unwrap_or(f64::NAN),
        Err(_) => value.try_into().map_or(f64::NAN, f64::from_le_bytes),
    }
}

/// A signed number with its most significant byte first, if it has 16 bytes at most.
fn big(value: &[u8]) -> Option<i128> {
    let first = *value.first()?;
    let mut bytes = [if first < 128 { 0 } else { 255 }; 16];
    let start = 16usize.checked_sub(value.len())?;
    bytes[start..].copy_from_slice(value);
    Some(i128::from_be_bytes(bytes))
}

/// Days since 1970 as a date; nothing if the calendar has none.
fn days(days: i128) -> Option<NaiveDate> {
    const EPOCH: i128 = 719_163;
    let since_year_one = i32::try_from(days + EPOCH).ok()?;
    NaiveDate::from_num_days_from_ce_opt(since_year_one)
}

/// Parts of a second since midnight.
fn time_of_day(value: i128, parts: u64) -> Option<NaiveTime> {
    let nanos = value.checked_mul(i128::from(NANO / parts))?;
    let second = u32::try_from(nanos / i128::from(NANO)).ok()?;
    let nano = u32::try_from(nanos % i128::from(NANO)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(second, nano)
}

/// Parts of a second since 1970.
fn timestamp(value: i128, parts: u64) -> Option<chrono::NaiveDateTime> {
    let parts = i128::from(parts);
    let second = i64::try_from(value.div_euclid(parts)).ok()?;
    let nano = value.rem_euclid(parts) * (i128::from(NANO) / parts);
    let nano = u32::try_from(nano).ok()?;
    DateTime::from_timestamp(second, nano).map(|time| time.naive_utc())
}

fn int96(value: &[u8]) -> Option<chrono::NaiveDateTime> {
    /// Julian day of 1970-01-01.
    const EPOCH: i128 = 2_440_588;
    let (nanos, day) = value.split_at_checked(8)?;
    let day = signed(day) - EPOCH;
    timestamp(day * 86_400 * i128::from(NANO) + signed(nanos), NANO)
}

fn uuid(value: &[u8], text: &mut String) -> Wrote {
    for (i, byte) in value.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(half), 16).expect("a half of a byte is below 16"));
        }
    }
    Wrote::TEXT
}
