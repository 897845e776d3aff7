//! The compact protocol of Thrift, as far as page headers and the depth of a schema need it.
//!
//! The footer is read by the crate `parquet`; page headers are read here, because the sizes they
//! claim must be judged before anything is done by them.
//!
//! Source: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>,
//! `parquet.thrift` of apache/parquet-format.

use crate::corpus::split::columns::Fault;

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

    fn number_to(&mut self, place: &mut i64) -> Result<(), Fault> {
        *place = self.number()?;
        Ok(())
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
                (1, Kind::Number) => t.number_to(&mut header.values),
                (2, Kind::Number) => t.number_to(&mut header.encoding),
                (3, Kind::Number) => t.number_to(&mut header.level_encodings.0),
                (4, Kind::Number) => t.number_to(&mut header.level_encodings.1),
                _ => t.skip(kind),
            })?,
            (7, Kind::Struct) => thrift.fields(|t, id, kind| match (id, kind) {
                (1, Kind::Number) => t.number_to(&mut header.values),
                (2, Kind::Number) => t.number_to(&mut header.encoding),
                _ => t.skip(kind),
            })?,
            (8, Kind::Struct) => thrift.fields(|t, id, kind| match (id, kind) {
                (1, Kind::Number) => t.number_to(&mut header.values),
                (4, Kind::Number) => t.number_to(&mut header.encoding),
                (5, Kind::Number) => t.number_to(&mut header.level_bytes.0),
                (6, Kind::Number) => t.number_to(&mut header.level_bytes.1),
                (7, Kind::Bool(is)) => {
                    header.compressed = is;
                    Ok(())
                }
                _ => t.skip(kind),
            })?,
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    Ok((header, thrift.at))
}

/// What must be known of a footer before the crate reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scout {
    /// How deep the groups of the schema are nested, or more than was asked for. The crate builds
    /// the tree by calling itself: a hundred thousand groups in each other would use up the
    /// stack.
    pub depth: usize,
    /// Whether columns are encrypted, although the footer is not.
    pub encrypted: bool,
}

impl Scout {
    /// Of the footer `bytes`. `limit`: depth beyond which nothing is counted.
    ///
    /// # Errors
    ///
    /// If it is malformed.
    pub fn new(bytes: &[u8], limit: usize) -> Result<Self, Fault> {
        let mut scout = Self::default();
        Thrift::new(bytes).fields(|thrift, id, kind| match (id, kind) {
            (2, Kind::List) => {
                scout.depth = schema_depth(thrift, limit)?;
                Ok(())
            }
            (8, kind) => {
                scout.encrypted = true;
                thrift.skip(kind)
            }
            _ => thrift.skip(kind),
        })?;
        Ok(scout)
    }
}

fn schema_depth(thrift: &mut Thrift<'_>, limit: usize) -> Result<usize, Fault> {
    let (count, kind) = thrift.list()?;
    let mut deepest = 0;
    // Children that are still to come, of each group around.
    let mut open: Vec<i64> = Vec::new();
    for _ in 0..count {
        if kind != Kind::Struct {
            return Err(Fault::Damaged("the footer has no schema"));
        }
        let mut children = 0;
        thrift.fields(|t, id, kind| match (id, kind) {
            (5, Kind::Number) => t.number_to(&mut children),
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
    Ok(deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_would_use_up_the_stack_is_found_out() {
        // A schema of groups with one child each: field 4 is the name, field 5 the children.
        let mut footer = vec![0x15, 2, 0x19, 0xFC, 0x80, 0x80, 0x04];
        for _ in 0..65_536 {
            footer.extend([0x48, 1, b'g', 0x15, 2, 0]);
        }
        footer.push(0);
        assert_eq!(Scout::new(&footer, 64).unwrap().depth, 65);
        // Siblings are not nested.
        let flat = [
            0x15, 2, 0x19, 0x3C, 0x48, 1, b'r', 0x15, 4, 0, 0x48, 1, b'a', 0, 0x48, 1, b'b', 0, 0,
        ];
        assert_eq!(Scout::new(&flat, 64).unwrap().depth, 1);
    }

    #[test]
    fn headers_that_are_cut_off_or_lie_say_so() {
        // kind 0, 100 bytes, 90 packed, data header of 7 values, plain, levels RLE.
        let header = [
            0x15, 0, 0x15, 0xC8, 1, 0x15, 0xB4, 1, 0x2C, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0,
        ];
        let (page, length) = page_header(&header).unwrap();
        assert_eq!((page.bytes, page.packed, page.values), (100, 90, 7));
        assert_eq!((page.level_encodings, length), ((3, 3), header.len()));
        for cut in 0..header.len() {
            page_header(&header[..cut]).unwrap_err();
        }
        page_header(&[0x1D]).unwrap_err();
        // Lists in lists without end.
        page_header(&[0x99; 100]).unwrap_err();
    }
}
