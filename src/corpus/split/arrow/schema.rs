//! The fields of a schema and how their arrays are laid out.
//!
//! Source: `Schema.fbs` of apache/arrow.

use super::flat::{Flat, longs};
use crate::corpus::split::columns::{Fault, MICRO, MILLI, Meaning, NANO, Step};

/// Fields inside each other.
const DEPTH: u32 = 64;

/// How the array of a field is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// No bytes at all: everything is null.
    Null,
    /// A bit each.
    Bits,
    /// So many bytes each.
    Fixed(usize),
    /// Offsets and bytes; whether offsets have eight bytes.
    Bytes(bool),
    /// Views of 16 bytes, into any number of buffers.
    Views,
    /// Offsets into the child.
    List(bool),
    /// Offsets into the child, and lengths.
    ListView(bool),
    /// So many elements each.
    FixedList(usize),
    /// A child for each field.
    Struct,
    /// One of the children each: their numbers by type, and whether there are offsets.
    Union(Vec<i32>, bool),
    /// Ends of runs, and their values.
    Runs,
}

/// A field, with those inside it.
#[derive(Clone, Debug)]
pub struct Field {
    pub layout: Layout,
    pub meaning: Meaning,
    pub children: Vec<Self>,
    /// Id of the dictionary that it refers to, and the width of its numbers.
    pub dictionary: Option<(i64, usize)>,
    /// Its columns, by number.
    pub columns: std::ops::Range<usize>,
}

impl Field {
    /// Whether it is a column, and not something around columns.
    pub const fn is_column(&self) -> bool {
        self.children.is_empty() && !matches!(self.layout, Layout::Struct | Layout::Union(..))
    }
}

/// The fields of a schema, and the way to each column.
///
/// # Errors
///
/// If it is malformed, or holds what is not read.
pub fn fields(schema: Flat<'_>) -> Result<(Vec<Field>, Vec<Vec<Step>>), Fault> {
    if schema.short(0, 0)? != 0 {
        return Err(Fault::Refused(
            "unsupported-encoding",
            "its numbers begin with the most significant byte: write it anew",
        ));
    }
    let mut columns = Vec::new();
    let fields = schema.tables(1)?;
    let fields = fields
        .into_iter()
        .map(|f| field(f, true, &mut Vec::new(), &mut columns, DEPTH))
        .collect::<Result<_, _>>()?;
    Ok((fields, columns))
}

fn field(
    flat: Flat<'_>,
    named: bool,
    steps: &mut Vec<Step>,
    columns: &mut Vec<Vec<Step>>,
    depth: u32,
) -> Result<Field, Fault> {
    let depth = depth.checked_sub(1).ok_or(Fault::Refused(
        "schema-depth",
        "fields of its schema are nested deeper than 64: write it anew with a flatter one",
    ))?;
    let (before, first) = (steps.len(), columns.len());
    if named {
        steps.push(Step::Key(flat.text(0)?));
    }
    let kind = flat.byte(2)?;
    let (layout, meaning) = type_of(kind, flat.table(3)?)?;
    let mut children = Vec::new();
    // Names of elements and of runs are no one's choice; the entries of a map are a structure.
    let own_names = matches!(layout, Layout::Struct);
    if matches!(
        layout,
        Layout::List(_) | Layout::ListView(_) | Layout::FixedList(_)
    ) {
        steps.push(Step::Item);
    }
    for (number, child) in flat.tables(5)?.into_iter().enumerate() {
        // Ends of runs are no column.
        let ends = layout == Layout::Runs && number == 0;
        children.push(if ends {
            field(child, false, &mut Vec::new(), &mut Vec::new(), depth)?
        } else {
            field(child, own_names, steps, columns, depth)?
        });
    }
    let inner = match layout {
        Layout::List(_) | Layout::ListView(_) | Layout::FixedList(_) => children.len() == 1,
        Layout::Runs => children.len() == 2,
        Layout::Struct | Layout::Union(..) => true,
        _ => children.is_empty(),
    };
    if !inner {
        return Err(Fault::Damaged("a field has not the children of its type"));
    }
    if children.is_empty() && !matches!(layout, Layout::Struct | Layout::Union(..)) {
        columns.push(steps.clone());
    }
    steps.truncate(before);
    let dictionary = flat.table(4)?;
    let dictionary = dictionary.map(|d| dictionary_of(d)).transpose()?;
    if dictionary.is_some() && !children.is_empty() {
        return Err(Fault::Refused(
            "unsupported-encoding",
            "a dictionary holds lists or structures, which is not read: write it anew without",
        ));
    }
    Ok(Field {
        layout,
        meaning,
        children,
        dictionary,
        columns: first..columns.len(),
    })
}

fn dictionary_of(flat: Flat<'_>) -> Result<(i64, usize), Fault> {
    // Without a type, numbers have four bytes.
    let width = flat.table(1)?.map_or(Ok(32), |t| t.int(0))?;
    match width {
        8 | 16 | 32 | 64 => Ok((flat.long(0)?, width as usize / 8)),
        _ => Err(Fault::Damaged(
            "numbers of dictionary values have an odd width",
        )),
    }
}

fn type_of(kind: u8, flat: Option<Flat<'_>>) -> Result<(Layout, Meaning), Fault> {
    const MISSING: Fault = Fault::Damaged("a field has no type");
    let flat = || flat.ok_or(MISSING);
    let size =
        |n: i32| usize::try_from(n).map_err(|_| Fault::Damaged("a field has a negative width"));
    let bits = |n: i32| match n {
        8 | 16 | 32 | 64 | 128 | 256 => Ok(n as usize / 8),
        _ => Err(Fault::Damaged("a field has an odd width")),
    };
    let nothing = |bytes| (Layout::Fixed(bytes), Meaning::Nothing);
    Ok(match kind {
        1 => (Layout::Null, Meaning::Nothing),
        2 => {
            let (width, sign) = (bits(flat()?.int(0)?)?, flat()?.byte(1)? != 0);
            (Layout::Fixed(width), Meaning::Integer(sign))
        }
        3 => match flat()?.short(0, 0)? {
            0 => nothing(2),
            1 => (Layout::Fixed(4), Meaning::Float),
            _ => (Layout::Fixed(8), Meaning::Float),
        },
        4 => (Layout::Bytes(false), Meaning::Bytes),
        5 => (Layout::Bytes(false), Meaning::Text),
        6 => (Layout::Bits, Meaning::Nothing),
        7 => {
            let (scale, width) = (flat()?.int(1)?, flat()?.int(2)?);
            let width = bits(if width == 0 { 128 } else { width })?;
            let scale = u32::try_from(scale).map(|scale| Meaning::Decimal(scale, false));
            (Layout::Fixed(width), scale.unwrap_or(Meaning::Nothing))
        }
        8 => match flat()?.short(0, 1)? {
            0 => (Layout::Fixed(4), Meaning::Date),
            _ => (Layout::Fixed(8), Meaning::Timestamp(MILLI)),
        },
        9 => {
            let unit = parts(flat()?.short(0, 1)?);
            let width = flat()?.int(1)?;
            let width = bits(if width == 0 { 32 } else { width })?;
            (Layout::Fixed(width), Meaning::Time(unit))
        }
        10 => (
            Layout::Fixed(8),
            Meaning::Timestamp(parts(flat()?.short(0, 0)?)),
        ),
        // Months; days and milliseconds; all of them.
        11 => nothing(match flat()?.short(0, 0)? {
            0 => 4,
            1 => 8,
            _ => 16,
        }),
        12 => (Layout::List(false), Meaning::Nothing),
        13 => (Layout::Struct, Meaning::Nothing),
        14 => {
            let (dense, ids) = (flat()?.short(0, 0)? == 1, flat()?.list(1, 4)?);
            let ids = ids
                .chunks_exact(4)
                .map(|four| i32::from_le_bytes(four.try_into().expect("chunks of four bytes")));
            (Layout::Union(ids.collect(), dense), Meaning::Nothing)
        }
        15 => (Layout::Fixed(size(flat()?.int(0)?)?), Meaning::Bytes),
        16 => (Layout::FixedList(size(flat()?.int(0)?)?), Meaning::Nothing),
        17 => (Layout::List(false), Meaning::Nothing),
        18 => nothing(8),
        19 => (Layout::Bytes(true), Meaning::Bytes),
        20 => (Layout::Bytes(true), Meaning::Text),
        21 => (Layout::List(true), Meaning::Nothing),
        22 => (Layout::Runs, Meaning::Nothing),
        23 => (Layout::Views, Meaning::Bytes),
        24 => (Layout::Views, Meaning::Text),
        25 => (Layout::ListView(false), Meaning::Nothing),
        26 => (Layout::ListView(true), Meaning::Nothing),
        _ => {
            return Err(Fault::Refused(
                "unsupported-encoding",
                "a field has a type of a later version of Arrow: write it anew without",
            ));
        }
    })
}

const fn parts(unit: i16) -> u64 {
    match unit {
        0 => 1,
        1 => MILLI,
        2 => MICRO,
        _ => NANO,
    }
}

/// A record batch, as its message describes it.
pub struct BatchShape {
    /// Rows.
    pub rows: u64,
    /// Values of each array, in the order of the fields.
    pub lengths: Vec<u64>,
    /// Where each buffer lies in the body: offset and length.
    pub buffers: Vec<(u64, u64)>,
    /// 0: LZ4 frames, 1: Zstandard; nothing: not compressed.
    pub compression: Option<u8>,
    /// Buffers of each array of views.
    pub variadic: Vec<u64>,
}

impl BatchShape {
    /// # Errors
    ///
    /// If it is malformed.
    pub fn new(flat: Flat<'_>) -> Result<Self, Fault> {
        let size =
            |n: i64| u64::try_from(n).map_err(|_| Fault::Damaged("a batch claims a negative size"));
        let pairs = |number| -> Result<Vec<(u64, u64)>, Fault> {
            let all: Vec<i64> = longs(flat.list(number, 16)?).collect();
            all.chunks_exact(2)
                .map(|pair| Ok((size(pair[0])?, size(pair[1])?)))
                .collect()
        };
        Ok(Self {
            rows: size(flat.long(0)?)?,
            lengths: pairs(1)?.into_iter().map(|(length, _)| length).collect(),
            buffers: pairs(2)?,
            compression: flat.table(3)?.map(|c| c.byte(0)).transpose()?,
            variadic: longs(flat.list(4, 8)?)
                .map(size)
                .collect::<Result<_, _>>()?,
        })
    }
}
