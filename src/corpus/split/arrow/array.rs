//! Arrays of a record batch: the buffers of those that are wanted, and the values in them.

use std::borrow::Cow;
use std::collections::HashMap;

use parquet::basic::{Compression, ZstdLevel};

use super::schema::{BatchShape, Field, Layout};
use crate::Limit;
use crate::corpus::Random;
use crate::corpus::records::ReadContext;
use crate::corpus::split::columns::{Cells, Codec, Fault, slice};

const CUT: Fault = Fault::Damaged("values of an array lie outside of its buffers");

type Buffer<'a> = Cow<'a, [u8]>;

/// An array with those inside it; nothing of it is copied unless it was compressed.
pub struct Array<'a> {
    length: u64,
    validity: Option<Buffer<'a>>,
    buffers: Vec<Buffer<'a>>,
    /// Nothing for those that are not wanted.
    children: Vec<Option<Self>>,
}

/// Values of dictionaries: arrays one behind another.
pub type Dictionaries<'a> = HashMap<i64, Vec<Array<'a>>>;

/// Where the body of a message lies.
pub struct Body<'a> {
    pub random: &'a Random<'a>,
    pub context: &'a ReadContext<'a>,
    pub start: u64,
    pub bytes: u64,
}

/// Takes arrays from a batch in order.
pub struct Loader<'a, 's> {
    body: &'s Body<'a>,
    shape: &'s BatchShape,
    codec: Option<Codec>,
    array: usize,
    buffer: usize,
    variadic: usize,
}

impl<'a, 's> Loader<'a, 's> {
    /// # Errors
    ///
    /// If the compression is not read.
    pub fn new(body: &'s Body<'a>, shape: &'s BatchShape) -> Result<Self, Fault> {
        let codec = match shape.compression {
            None => None,
            Some(0) => Some(Codec::new(Compression::LZ4)?),
            Some(1) => Some(Codec::new(Compression::ZSTD(ZstdLevel::default()))?),
            Some(_) => {
                return Err(Fault::Refused(
                    "unsupported-compression",
                    "its buffers are compressed in a way that is not read: write it anew with zstd",
                ));
            }
        };
        Ok(Self {
            body,
            shape,
            codec,
            array: 0,
            buffer: 0,
            variadic: 0,
        })
    }

    /// The array of `field`, if any of its columns is wanted. `values`: of a dictionary, those it
    /// holds and not the numbers that refer to them.
    ///
    /// # Errors
    ///
    /// If buffers lie outside of the body or are damaged, and limits.
    pub fn load(
        &mut self,
        field: &Field,
        values: bool,
        wanted: &dyn Fn(usize) -> bool,
    ) -> Result<Option<Array<'a>>, Fault> {
        let any = field.columns.clone().any(wanted);
        let length = *self
            .shape
            .lengths
            .get(self.array)
            .ok_or(Fault::Damaged("a batch lacks an array"))?;
        self.array += 1;
        let indexed = field.dictionary.is_some() && !values;
        let (has_validity, mut count) = match &field.layout {
            _ if indexed => (true, 1),
            Layout::Null | Layout::Runs => (false, 0),
            Layout::Bits | Layout::Fixed(_) | Layout::List(_) => (true, 1),
            Layout::Bytes(_) | Layout::ListView(_) => (true, 2),
            Layout::Views => (true, 1),
            Layout::FixedList(_) | Layout::Struct => (true, 0),
            Layout::Union(_, dense) => (false, 1 + usize::from(*dense)),
        };
        if field.layout == Layout::Views && !indexed {
            let more = self.shape.variadic.get(self.variadic);
            count += usize::try_from(*more.ok_or(Fault::Damaged("a batch lacks a count"))?)
                .ok()
                .filter(|more| *more <= self.shape.buffers.len())
                .ok_or(Fault::Damaged("a batch lacks a buffer"))?;
            self.variadic += 1;
        }
        let mut validity = None;
        if has_validity {
            validity = self.next(any)?.filter(|bits| !bits.is_empty());
        }
        let mut buffers = Vec::new();
        for _ in 0..count {
            buffers.extend(self.next(any)?);
        }
        let mut children = Vec::new();
        if !indexed {
            for child in &field.children {
                // The ends of runs belong to no column, and are needed for all.
                let ends = field.layout == Layout::Runs && children.is_empty() && any;
                children.push(if ends {
                    self.load(child, false, &|_| true)?
                } else {
                    self.load(child, false, wanted)?
                });
            }
        }
        Ok(any.then_some(Array {
            length,
            validity,
            buffers,
            children,
        }))
    }

    fn next(&mut self, wanted: bool) -> Result<Option<Buffer<'a>>, Fault> {
        let place = self.shape.buffers.get(self.buffer).copied();
        let (offset, bytes) = place.ok_or(Fault::Damaged("a batch lacks a buffer"))?;
        self.buffer += 1;
        if !wanted {
            return Ok(None);
        }
        let body = self.body;
        if offset.checked_add(bytes).is_none_or(|end| end > body.bytes) {
            return Err(Fault::Damaged("a buffer lies outside of its message"));
        }
        let (random, limits) = (body.random, body.context.limits);
        if random.bytes().is_none() && bytes > limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        let bytes = usize::try_from(bytes).map_err(|_| CUT)?;
        let stored = slice(random, body.start.saturating_add(offset), bytes)?;
        let Some(codec) = self.codec.as_mut().filter(|_| bytes > 0) else {
            return Ok(Some(stored));
        };
        let head: [u8; 8] = stored.get(..8).and_then(|h| h.try_into().ok()).ok_or(CUT)?;
        let promised = i64::from_le_bytes(head);
        // Buffers that do not become smaller are not compressed.
        if promised == -1 {
            return Ok(Some(match stored {
                Cow::Borrowed(stored) => Cow::Borrowed(&stored[8..]),
                Cow::Owned(stored) => Cow::Owned(stored[8..].to_vec()),
            }));
        }
        let promised = u64::try_from(promised).map_err(|_| CUT)?;
        if promised > limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        body.context.budget.decoded(promised)?;
        if promised == 0 {
            return Ok(Some(Cow::Borrowed(&[])));
        }
        let decoded = codec.decompress(&stored[8..], promised as usize)?;
        Ok(Some(Cow::Owned(decoded)))
    }
}

/// `N` bytes of element `index`.
fn element<const N: usize>(buffer: &[u8], index: u64) -> Result<[u8; N], Fault> {
    let index = usize::try_from(index).map_err(|_| CUT)?;
    let at = index.checked_mul(N).ok_or(CUT)?;
    let end = at.checked_add(N).ok_or(CUT)?;
    let bytes = buffer.get(at..end).and_then(|b| b.try_into().ok());
    bytes.ok_or(CUT)
}

/// An offset of four or eight bytes.
fn offset(buffer: &[u8], index: u64, large: bool) -> Result<u64, Fault> {
    let value = if large {
        i64::from_le_bytes(element(buffer, index)?)
    } else {
        i64::from(i32::from_le_bytes(element(buffer, index)?))
    };
    u64::try_from(value).map_err(|_| CUT)
}

fn part(buffer: &[u8], start: u64, end: u64) -> Result<&[u8], Fault> {
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    range
        .and_then(|(start, end)| buffer.get(start..end))
        .ok_or(CUT)
}

impl Array<'_> {
    fn buffer(&self, number: usize) -> Result<&[u8], Fault> {
        self.buffers.get(number).map(|b| &**b).ok_or(CUT)
    }

    fn is_valid(&self, index: u64) -> Result<bool, Fault> {
        let Some(bits) = &self.validity else {
            return Ok(true);
        };
        let [byte] = element(bits, index / 8)?;
        Ok(byte >> (index % 8) & 1 == 1)
    }

    /// Bytes of a value, but for lists and what else is around values.
    fn value(&self, layout: &Layout, index: u64) -> Result<&[u8], Fault> {
        match layout {
            Layout::Fixed(width) => {
                let start = index.checked_mul(*width as u64).ok_or(CUT)?;
                part(self.buffer(0)?, start, start.saturating_add(*width as u64))
            }
            Layout::Bytes(large) => {
                let offsets = self.buffer(0)?;
                let start = offset(offsets, index, *large)?;
                part(self.buffer(1)?, start, offset(offsets, index + 1, *large)?)
            }
            Layout::Views => {
                let view: [u8; 16] = element(self.buffer(0)?, index)?;
                let [length, _, number, at] = [0, 4, 8, 12].map(|i| u64::from(offset32(&view, i)));
                if length <= 12 {
                    let start = index * 16 + 4;
                    return part(self.buffer(0)?, start, start + length);
                }
                part(self.buffer(1 + number as usize)?, at, at + length)
            }
            _ => Ok(&[]),
        }
    }
}

fn offset32(view: &[u8; 16], at: usize) -> u32 {
    u32::from_le_bytes([view[at], view[at + 1], view[at + 2], view[at + 3]])
}

/// Writes rows into cells.
pub struct Visit<'v, 'a> {
    pub dictionaries: &'v Dictionaries<'a>,
    pub cells: &'v mut [Cells],
    /// Places in the lists around a value.
    pub places: Vec<u32>,
    pub context: &'v ReadContext<'v>,
    /// Values that were looked at and are not yet counted: they cost time, and may be referred to
    /// again and again, or take no bytes at all.
    pub visited: u64,
}

/// Values after which they are counted.
const COUNTED: u64 = 1 << 16;

impl Visit<'_, '_> {
    /// Value `index` of an array, and everything in it.
    ///
    /// # Errors
    ///
    /// If it lies outside of the array or its buffers.
    pub fn value(&mut self, field: &Field, array: &Array<'_>, index: u64) -> Result<(), Fault> {
        self.visited += 1;
        if self.visited >= COUNTED {
            self.context.go_on()?;
            self.context
                .budget
                .decoded(std::mem::take(&mut self.visited))?;
        }
        if index >= array.length {
            return Err(Fault::Damaged("an array has fewer values than it needs"));
        }
        if !array.is_valid(index)? {
            return Ok(());
        }
        if field.is_column() {
            return self.column(field, array, index);
        }
        match &field.layout {
            Layout::Struct => self.children(field, array, index, |_| true),
            Layout::Union(ids, dense) => {
                let [id] = element(array.buffer(0)?, index)?;
                let id = i32::from(i8::from_le_bytes([id]));
                let number = if ids.is_empty() {
                    usize::try_from(id).ok()
                } else {
                    ids.iter().position(|known| *known == id)
                };
                let number = number.ok_or(Fault::Damaged("a union has a value of no type"))?;
                let at = if *dense {
                    offset(array.buffer(1)?, index, false)?
                } else {
                    index
                };
                self.children(field, array, at, |child| child == number)
            }
            Layout::Runs => {
                let run = run_of(field, array, index)?;
                self.children(field, array, run, |child| child == 1)
            }
            Layout::List(large) => {
                let offsets = array.buffer(0)?;
                let start = offset(offsets, index, *large)?;
                self.items(field, array, start, offset(offsets, index + 1, *large)?)
            }
            Layout::ListView(large) => {
                let start = offset(array.buffer(0)?, index, *large)?;
                let length = offset(array.buffer(1)?, index, *large)?;
                self.items(field, array, start, start.saturating_add(length))
            }
            Layout::FixedList(size) => {
                let start = index.checked_mul(*size as u64).ok_or(CUT)?;
                self.items(field, array, start, start.saturating_add(*size as u64))
            }
            _ => Ok(()),
        }
    }

    fn children(
        &mut self,
        field: &Field,
        array: &Array<'_>,
        index: u64,
        which: impl Fn(usize) -> bool,
    ) -> Result<(), Fault> {
        for (number, (child, inner)) in field.children.iter().zip(&array.children).enumerate() {
            if let Some(inner) = inner.as_ref().filter(|_| which(number)) {
                self.value(child, inner, index)?;
            }
        }
        Ok(())
    }

    fn items(
        &mut self,
        field: &Field,
        array: &Array<'_>,
        start: u64,
        end: u64,
    ) -> Result<(), Fault> {
        let ([child], [Some(inner)]) = (&field.children[..], &array.children[..]) else {
            return Ok(());
        };
        if start > end || end > inner.length {
            return Err(Fault::Damaged("a list lies outside of its elements"));
        }
        // Truth values and nulls are no text, however many there are.
        if child.is_column() && matches!(child.layout, Layout::Null | Layout::Bits) {
            return Ok(());
        }
        self.places.push(0);
        for index in start..end {
            if let Some(place) = self.places.last_mut() {
                *place = u32::try_from(index - start).unwrap_or(u32::MAX);
            }
            self.value(child, inner, index)?;
        }
        self.places.pop();
        Ok(())
    }

    fn column(&mut self, field: &Field, array: &Array<'_>, index: u64) -> Result<(), Fault> {
        let value = match field.dictionary {
            None => Some(array.value(&field.layout, index)?),
            Some((id, width)) => {
                let start = index.checked_mul(width as u64).ok_or(CUT)?;
                let end = start.saturating_add(width as u64);
                let number = part(array.buffer(0)?, start, end)?;
                let mut eight = [0; 8];
                eight[..width].copy_from_slice(number);
                of_dictionary(self.dictionaries, field, id, u64::from_le_bytes(eight))?
            }
        };
        let cells = &mut self.cells[field.columns.start];
        if let Some(value) = value {
            cells.push(&self.places, |text| field.meaning.write(value, text));
        }
        if cells.row_weight() as u64 > self.context.limits.record_bytes {
            return Err(Fault::Limit(Limit::RecordBytes));
        }
        Ok(())
    }
}

/// Value `index` of a dictionary; nothing if it is null.
fn of_dictionary<'v>(
    dictionaries: &'v Dictionaries<'_>,
    field: &Field,
    id: i64,
    mut index: u64,
) -> Result<Option<&'v [u8]>, Fault> {
    for array in dictionaries.get(&id).map_or(&[][..], |all| all) {
        if index < array.length {
            let valid = array.is_valid(index)?;
            let value = array.value(&field.layout, index)?;
            return Ok(valid.then_some(value));
        }
        index -= array.length;
    }
    Err(Fault::Damaged("a value is not in its dictionary"))
}

/// The run that holds value `index`: the first that ends behind it.
fn run_of(field: &Field, array: &Array<'_>, index: u64) -> Result<u64, Fault> {
    let (Some(Some(ends)), Some(child)) = (array.children.first(), field.children.first()) else {
        return Err(CUT);
    };
    let end = |run: u64| -> Result<u64, Fault> {
        let value = ends.value(&child.layout, run)?;
        let mut eight = [0; 8];
        let some = value.len().min(8);
        eight[..some].copy_from_slice(&value[..some]);
        Ok(u64::from_le_bytes(eight))
    };
    let (mut low, mut high) = (0, ends.length);
    while low < high {
        let middle = low + (high - low) / 2;
        if end(middle)? > index {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}
