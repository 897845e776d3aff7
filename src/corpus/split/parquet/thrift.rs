//! The compact protocol of Thrift, as far as page headers and the depth of a schema need it.
//!
//! The footer is read by the crate `parquet`; page headers are read here, because the sizes they
//! claim must be judged before anything is done by them.
//!
//! Source: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>,
//! `parquet.thrift` of apache/parquet-format.

use super::fault::Fault;

/// Structures inside each other that are followed; those of Parquet have five.
const DEPTH: u32 = 16;

const CUT: Fault = Fault::Damaged("a header is cut off");

/// A place in encoded bytes.
#[derive(Clone)]
pub struct Thrift<'a> {
    bytes: &'a [u8],
    /// Bytes that were read.
    pub at: usize,
}

/// The type of a field, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// With its value.
    Bool(bool),
    /// One byte.
    Byte,
    /// A number of 16, 32 or 64 bits.
    Number,
    /// Eight bytes.
    Double,
    /// Bytes with their length.
    Bytes,
    /// A list or set.
    List,
    /// A map.
    Map,
    /// A structure.
    Struct,
}

impl Kind {
    fn of(code: u8) -> Result<Self, Fault> {
        Ok(match code {
            1 => Self::Bool(true),
            2 => Self::Bool(false),
            3 => Self::Byte,
            4..=6 => Self::Number,
            7 => Self::Double,
            8 => Self::Bytes,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(Fault::Damaged("a header has a field of no known type")),
        })
    }
}

impl<'a> Thrift<'a> {
    /// From the beginning of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(CUT)?;
        self.at += 1;
        Ok(byte)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Fault> {
        let left = self.bytes.len() - self.at;
        let bytes = usize::try_from(bytes).map_err(|_| CUT)?;
        if bytes > left {
            return Err(CUT);
        }
        self.at += bytes;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let (value, at) = varint(self.bytes, self.at, self.bytes.len())?;
        self.at = at;
        Ok(value)
    }

    /// A number in zigzag.
    pub fn number(&mut self) -> Result<i64, Fault> {
        self.varint().map(zigzag)
    }

    /// Calls `field` for each field of a structure with its id and type; `field` must read it.
    pub fn fields(
        &mut self,
        mut field: impl FnMut(&mut Self, i16, Kind) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut id = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => i16::try_from(self.number()?).map_err(|_| CUT)?,
                delta => id.wrapping_add(i16::from(delta)),
            };
            field(self, id, Kind::of(head & 15)?)?;
        }
    }

    /// Number and type of the elements of a list that begins here.
    pub fn list(&mut self) -> Result<(u64, Kind), Fault> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        // Some writers give no type to an empty list.
        let kind = if count == 0 {
            Kind::Byte
        } else {
            Kind::of(head & 15)?
        };
        Ok((count, kind))
    }

    /// Passes over a value.
    pub fn skip(&mut self, kind: Kind) -> Result<(), Fault> {
        self.skip_within(kind, false, DEPTH)
    }

    /// In a list, a truth value takes a byte of its own.
    fn skip_within(&mut self, kind: Kind, in_list: bool, depth: u32) -> Result<(), Fault> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Fault::Damaged("a header is nested too deep"))?;
        match kind {
            Kind::Bool(_) => self.pass(u64::from(in_list)),
            Kind::Byte => self.pass(1),
            Kind::Number => self.varint().map(|_| ()),
            Kind::Double => self.pass(8),
            Kind::Bytes => {
                let bytes = self.varint()?;
                self.pass(bytes)
            }
            Kind::List => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.skip_within(kind, true, depth))
            }
            Kind::Map => {
                let count = self.varint()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                let (key, value) = (Kind::of(kinds >> 4)?, Kind::of(kinds & 15)?);
                (0..count).try_for_each(|_| {
                    self.skip_within(key, true, depth)?;
                    self.skip_within(value, true, depth)
                })
            }
            Kind::Struct => self.fields(|inner, _, kind| inner.skip_within(kind, false, depth)),
        }
    }
}

/// The number whose seven-bit groups begin at `at`, and the place behind it; not beyond `end`.
pub fn varint(bytes: &[u8], mut at: usize, end: usize) -> Result<(u64, usize), Fault> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes[..end]
            .get(at)
            .ok_or(Fault::Damaged("a number is cut off"))?;
        at += 1;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok((value, at));
        }
    }
    Err(Fault::Damaged("a number is too long"))
}

/// The signed number that was written as `value`.
pub const fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// What a page says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageHeader {
    /// 0: data, 1: index, 2: dictionary, 3: data in version 2.
    pub kind: i64,
    /// Bytes once decompressed, of both levels and values.
    pub bytes: i64,
    /// Bytes that follow the header.
    pub packed: i64,
    /// CRC-32 of these.
    pub crc: Option<u32>,
    /// Entries: values and nulls.
    pub values: i64,
    /// Number of the encoding of the values.
    pub encoding: i64,
    /// Version 1: numbers of the encodings of definition and repetition levels.
    pub level_encodings: (i64, i64),
    /// Version 2: bytes of definition and repetition levels.
    pub level_bytes: (i64, i64),
    /// Version 2: whether the values are compressed.
    pub compressed: bool,
}

/// The header at the beginning of `bytes`, and its length.
///
/// # Errors
///
/// If it is cut off or malformed.
pub fn page_header(bytes: &[u8]) -> Result<(PageHeader, usize), Fault> {
    let mut header = PageHeader {
        kind: -1,
        compressed: true,
        ..PageHeader::default()
    };
    let mut thrift = Thrift::new(bytes);
    thrift.fields(|thrift, id, kind| {
        match (id, kind) {
            (1, Kind::Number) => header.kind = thrift.number()?,
            (2, Kind::Number) => header.bytes = thrift.number()?,
            (3, Kind::Number) => header.packed = thrift.number()?,
            (4, Kind::Number) => header.crc = Some(thrift.number()? as u32),
            (5, Kind::Struct) => thrift.fields(|t, id, kind| match (id, kind) {
                (1, Kind::Number) => Ok(header.values = t.number()?),
                (2, Kind::Number) => Ok(header.encoding = t.number()?),
                (3, Kind::Number) => Ok(header.level_encodings.0 = t.number()?),
                (4, Kind::Number) => Ok(header.level_encodings.1 = t.number()?),
                _ => t.skip(kind),
            })?,
            (7, Kind::Struct) => thrift.fields(|t, id, kind| match (id, kind) {
                (1, Kind::Number) => Ok(header.values = t.number()?),
                (2, Kind::Number) => Ok(header.encoding = t.number()?),
                _ => t.skip(kind),
            })?,
            (8, Kind::Struct) => thrift.fields(|t, id, kind| match (id, kind) {
                (1, Kind::Number) => Ok(header.values = t.number()?),
                (4, Kind::Number) => Ok(header.encoding = t.number()?),
                (5, Kind::Number) => Ok(header.level_bytes.0 = t.number()?),
                (6, Kind::Number) => Ok(header.level_bytes.1 = t.number()?),
                (7, Kind::Bool(is)) => Ok(header.compressed = is),
                _ => t.skip(kind),
            })?,
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    Ok((header, thrift.at))
}

/// How deep the groups of the schema in the footer `bytes` are nested, at most `limit` + 1.
///
/// Asked before the crate builds the tree, which it does by calling itself: a schema of a hundred
/// thousand groups in each other would use up the stack.
pub fn schema_depth(bytes: &[u8], limit: usize) -> Result<usize, Fault> {
    let mut deepest = 0;
    Thrift::new(bytes).fields(|thrift, id, kind| {
        if (id, kind) != (2, Kind::List) {
            return thrift.skip(kind);
        }
        let (count, kind) = thrift.list()?;
        // Children that are still to come, of each group around.
        let mut open: Vec<i64> = Vec::new();
        for _ in 0..count {
            if kind != Kind::Struct {
                return Err(Fault::Damaged("the footer has no schema"));
            }
            let mut children = 0;
            thrift.fields(|t, id, kind| match (id, kind) {
                (5, Kind::Number) => Ok(children = t.number()?),
                _ => t.skip(kind),
            })?;
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            if children > 0 && open.len() <= limit {
                open.push(children);
            }
            deepest = deepest.max(open.len());
        }
        Ok(())
    })?;
    Ok(deepest)
}
