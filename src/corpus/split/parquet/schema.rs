//! The columns of a file: where each stands in its record, how it is stored, and what it means.

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use crate::corpus::split::columns::{Fault, MICRO, MILLI, Meaning, NANO, Step};

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
    if named {
        steps.push(Step::Key(node.name().to_owned()));
    }
    if is_repeated(node) {
        steps.push(Step::Item);
    }
    walk_inside(node, steps, places);
    steps.truncate(before);
}

/// The same, without its own name and repetition.
fn walk_inside(node: &Type, steps: &mut Vec<Step>, places: &mut Vec<Vec<Step>>) {
    if node.is_primitive() {
        places.push(steps.clone());
    } else if let Some((inner, list)) = repeated_in(node) {
        steps.push(Step::Item);
        if !list || is_element(node, inner) {
            walk_inside(inner, steps, places);
        } else {
            walk(&inner.get_fields()[0], false, steps, places);
        }
        steps.pop();
    } else {
        for field in node.get_fields() {
            walk(field, true, steps, places);
        }
    }
}

fn is_repeated(node: &Type) -> bool {
    let info = node.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// What is repeated in a node that is annotated as a list, or as a map; whether it is a list.
fn repeated_in(node: &Type) -> Option<(&Type, bool)> {
    let info = node.get_basic_info();
    let list = match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (_, ConvertedType::LIST) => true,
        (Some(LogicalType::Map), _) | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => {
            false
        }
        _ => return None,
    };
    match node.get_fields() {
        [inner] if is_repeated(inner) => Some((inner, list)),
        _ => None,
    }
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
