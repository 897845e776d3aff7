//! The columns of a file: where each stands in its record, how it is stored, and what it means.

use chrono::{DateTime, NaiveDate, NaiveTime};
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use super::fault::Fault;
use crate::corpus::split::columns::{Step, Wrote, number};

/// One column.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The way to its values from the record.
    pub steps: Vec<Step>,
    /// Greatest repetition level: how many lists are around a value.
    pub repetition: u32,
    /// Definition level of a value that is there.
    pub definition: u32,
    /// Bytes of a value, 0 for those with a length of their own.
    pub width: usize,
    /// Whether it is stored as an integer.
    pub whole: bool,
    /// What its bytes mean.
    pub meaning: Meaning,
}

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

/// The columns of a file, in its order.
///
/// # Errors
///
/// If schema and columns do not fit together.
pub fn shapes(schema: &SchemaDescriptor) -> Result<Vec<Shape>, Fault> {
    let mut places = Vec::new();
    for field in schema.root_schema().get_fields() {
        walk(field, true, &mut Vec::new(), &mut places);
    }
    if places.len() != schema.num_columns() {
        return Err(Fault::Damaged("the schema and the columns differ"));
    }
    let shape = |(steps, column): (Vec<Step>, &_)| shape(steps, column);
    let columns = schema.columns().iter().map(|column| &**column);
    places.into_iter().zip(columns).map(shape).collect()
}

/// Adds the columns in `node`, whose parents are `steps`; an element of a list has no name that
/// anyone wrote.
fn walk(node: &Type, named: bool, steps: &mut Vec<Step>, places: &mut Vec<Vec<Step>>) {
    let before = steps.len();
    let info = node.get_basic_info();
    if named {
        steps.push(Step::Key(node.name().to_owned()));
    }
    if info.has_repetition() && info.repetition() == Repetition::REPEATED {
        steps.push(Step::Item);
    }
    if node.is_primitive() {
        places.push(steps.clone());
    } else if let Some(inner) = list_of(node) {
        steps.push(Step::Item);
        if is_element(node, inner) {
            if inner.is_primitive() {
                places.push(steps.clone());
            } else {
                inner
                    .get_fields()
                    .iter()
                    .for_each(|f| walk(f, true, steps, places));
            }
        } else {
            walk(&inner.get_fields()[0], false, steps, places);
        }
    } else {
        node.get_fields()
            .iter()
            .for_each(|f| walk(f, true, steps, places));
    }
    steps.truncate(before);
}

/// What is repeated in a node that is annotated as a list.
fn list_of(node: &Type) -> Option<&Type> {
    let info = node.get_basic_info();
    let annotated = info.converted_type() == ConvertedType::LIST
        || matches!(info.logical_type_ref(), Some(LogicalType::List));
    let [inner] = node.get_fields() else {
        return None;
    };
    let repeated = inner.get_basic_info();
    let repeated = repeated.has_repetition() && repeated.repetition() == Repetition::REPEATED;
    (annotated && repeated).then_some(&**inner)
}

/// Whether what is repeated is the element itself and not a group around it.
///
/// Source: `LogicalTypes.md` of apache/parquet-format, "Backward-compatibility rules".
fn is_element(list: &Type, inner: &Type) -> bool {
    inner.is_primitive()
        || inner.get_fields().len() != 1
        || inner.name() == "array"
        || inner.name() == format!("{}_tuple", list.name())
}

fn shape(steps: Vec<Step>, column: &ColumnDescriptor) -> Result<Shape, Fault> {
    let level =
        |level: i16| u32::try_from(level).map_err(|_| Fault::Damaged("a level is negative"));
    let physical = column.physical_type();
    let width = match physical {
        Physical::BYTE_ARRAY => 0,
        Physical::INT32 | Physical::FLOAT => 4,
        Physical::INT64 | Physical::DOUBLE => 8,
        Physical::INT96 => 12,
        Physical::BOOLEAN => 1,
        Physical::FIXED_LEN_BYTE_ARRAY => usize::try_from(column.type_length())
            .ok()
            .filter(|width| *width > 0)
            .ok_or(Fault::Damaged("values of a column have no length"))?,
    };
    Ok(Shape {
        steps,
        repetition: level(column.max_rep_level())?,
        definition: level(column.max_def_level())?,
        width,
        whole: matches!(physical, Physical::INT32 | Physical::INT64),
        meaning: meaning(column, physical),
    })
}

fn meaning(column: &ColumnDescriptor, physical: Physical) -> Meaning {
    let (logical, converted) = (column.logical_type_ref(), column.converted_type());
    let big_endian = !matches!(physical, Physical::INT32 | Physical::INT64);
    let decimal =
        |scale: i32| u32::try_from(scale).map(|scale| Meaning::Decimal(scale, big_endian));
    if let Some(LogicalType::Decimal(decimals)) = logical {
        return decimal(decimals.scale).unwrap_or(Meaning::Nothing);
    }
    if converted == ConvertedType::DECIMAL {
        return decimal(column.type_scale()).unwrap_or(Meaning::Nothing);
    }
    match physical {
        Physical::BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _)
            | (_, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Meaning::Text,
            _ => Meaning::Bytes,
        },
        Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::Uuid), _) => Meaning::Uuid,
            (Some(LogicalType::Float16), _) | (_, ConvertedType::INTERVAL) => Meaning::Nothing,
            _ => Meaning::Bytes,
        },
        Physical::INT32 | Physical::INT64 => integer(logical, converted),
        Physical::INT96 => Meaning::Int96,
        Physical::FLOAT | Physical::DOUBLE => Meaning::Float,
        Physical::BOOLEAN => Meaning::Nothing,
    }
}

const MILLI: u64 = 1_000;
const MICRO: u64 = 1_000_000;
const NANO: u64 = 1_000_000_000;

const fn parts(unit: TimeUnit) -> u64 {
    match unit {
        TimeUnit::MILLIS => MILLI,
        TimeUnit::MICROS => MICRO,
        TimeUnit::NANOS => NANO,
    }
}

fn integer(logical: Option<&LogicalType>, converted: ConvertedType) -> Meaning {
    match logical {
        Some(LogicalType::Date) => return Meaning::Date,
        Some(LogicalType::Time(time)) => return Meaning::Time(parts(time.unit)),
        Some(LogicalType::Timestamp(time)) => return Meaning::Timestamp(parts(time.unit)),
        Some(LogicalType::Integer(integer)) => return Meaning::Integer(integer.is_signed),
        _ => {}
    }
    match converted {
        ConvertedType::DATE => Meaning::Date,
        ConvertedType::TIME_MILLIS => Meaning::Time(MILLI),
        ConvertedType::TIME_MICROS => Meaning::Time(MICRO),
        ConvertedType::TIMESTAMP_MILLIS => Meaning::Timestamp(MILLI),
        ConvertedType::TIMESTAMP_MICROS => Meaning::Timestamp(MICRO),
        ConvertedType::UINT_8
        | ConvertedType::UINT_16
        | ConvertedType::UINT_32
        | ConvertedType::UINT_64 => Meaning::Integer(false),
        _ => Meaning::Integer(true),
    }
}

impl Meaning {
    /// Appends `value` to `text` as a person would write it.
    pub fn write(self, value: &[u8], text: &mut String) -> Wrote {
        match self {
            Self::Text => Wrote::lossy(value, text),
            Self::Bytes => match simdutf8::basic::from_utf8(value) {
                Ok(valid) => {
                    text.push_str(valid);
                    Wrote::TEXT
                }
                Err(_) => Wrote::Binary,
            },
            Self::Integer(true) => number::integer(signed(value), text),
            Self::Integer(false) => number::integer(unsigned(value), text),
            Self::Float => number::float(float(value), text),
            Self::Decimal(scale, big_endian) => {
                let value = if big_endian {
                    big(value)
                } else {
                    Some(signed(value))
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

fn signed(value: &[u8]) -> i128 {
    match value.try_into() {
        Ok(four) => i128::from(i32::from_le_bytes(four)),
        Err(_) => value
            .try_into()
            .map_or(0, |eight| i128::from(i64::from_le_bytes(eight))),
    }
}

fn unsigned(value: &[u8]) -> i128 {
    match value.try_into() {
        Ok(four) => i128::from(u32::from_le_bytes(four)),
        Err(_) => value
            .try_into()
            .map_or(0, |eight| i128::from(u64::from_le_bytes(eight))),
    }
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
pub fn days(days: i128) -> Option<NaiveDate> {
    const EPOCH: i128 = 719_163;
    let since_year_one = i32::try_from(days + EPOCH).ok()?;
    NaiveDate::from_num_days_from_ce_opt(since_year_one)
}

/// Parts of a second since midnight.
pub fn time_of_day(value: i128, parts: u64) -> Option<NaiveTime> {
    let nanos = value.checked_mul(i128::from(NANO / parts))?;
    let second = u32::try_from(nanos / i128::from(NANO)).ok()?;
    let nano = u32::try_from(nanos % i128::from(NANO)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(second, nano)
}

/// Parts of a second since 1970.
pub fn timestamp(value: i128, parts: u64) -> Option<chrono::NaiveDateTime> {
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
