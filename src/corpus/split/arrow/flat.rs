//! Tables of FlatBuffers, every place checked before it is read.
//!
//! Source: <https://flatbuffers.dev/internals/>.

use crate::corpus::split::columns::Fault;

const OUTSIDE: Fault = Fault::Damaged("a description refers to bytes outside of itself");

/// Most elements of a list; more are a lie, or an attack.
const ELEMENTS: usize = 1 << 20;

/// A table in `bytes`.
#[derive(Clone, Copy)]
pub struct Flat<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn read<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Fault> {
    at.checked_add(N)
        .and_then(|end| bytes.get(at..end))
        .and_then(|part| part.try_into().ok())
        .ok_or(OUTSIDE)
}

/// The place that the offset at `at` leads to.
fn follow(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let offset = u32::from_le_bytes(read(bytes, at)?) as usize;
    at.checked_add(offset).ok_or(OUTSIDE)
}

impl<'a> Flat<'a> {
    /// The outermost table.
    ///
    /// # Errors
    ///
    /// Of this and all that follow: if something lies outside of `bytes`.
    pub fn root(bytes: &'a [u8]) -> Result<Self, Fault> {
        let at = follow(bytes, 0)?;
        Ok(Self { bytes, at })
    }

    /// Where field `number` is, unless it has its default.
    fn field(&self, number: usize) -> Result<Option<usize>, Fault> {
        let back = i32::from_le_bytes(read(self.bytes, self.at)?);
        let table = i64::try_from(self.at).map_err(|_| OUTSIDE)? - i64::from(back);
        let table = usize::try_from(table).map_err(|_| OUTSIDE)?;
        let size = usize::from(u16::from_le_bytes(read(self.bytes, table)?));
        let entry = 4 + 2 * number;
        if entry + 2 > size {
            return Ok(None);
        }
        let offset = usize::from(u16::from_le_bytes(read(self.bytes, table + entry)?));
        Ok((offset > 0).then(|| self.at + offset))
    }

    fn scalar<const N: usize>(&self, number: usize) -> Result<Option<[u8; N]>, Fault> {
        let at = self.field(number)?;
        at.map(|at| read(self.bytes, at)).transpose()
    }

    /// A number of one byte, or a truth value.
    pub fn byte(&self, number: usize) -> Result<u8, Fault> {
        Ok(self.scalar::<1>(number)?.map_or(0, |[byte]| byte))
    }

    /// A number of two bytes.
    pub fn short(&self, number: usize, default: i16) -> Result<i16, Fault> {
        Ok(self.scalar(number)?.map_or(default, i16::from_le_bytes))
    }

    /// A number of four bytes.
    pub fn int(&self, number: usize) -> Result<i32, Fault> {
        Ok(self.scalar(number)?.map_or(0, i32::from_le_bytes))
    }

    /// A number of eight bytes.
    pub fn long(&self, number: usize) -> Result<i64, Fault> {
        Ok(self.scalar(number)?.map_or(0, i64::from_le_bytes))
    }

    /// A table in it.
    pub fn table(&self, number: usize) -> Result<Option<Self>, Fault> {
        let Some(at) = self.field(number)? else {
            return Ok(None);
        };
        let at = follow(self.bytes, at)?;
        Ok(Some(Self {
            bytes: self.bytes,
            at,
        }))
    }

    /// The elements of a list, each of `size` bytes.
    pub fn list(&self, number: usize, size: usize) -> Result<&'a [u8], Fault> {
        let Some(at) = self.field(number)? else {
            return Ok(&[]);
        };
        let at = follow(self.bytes, at)?;
        let count = u32::from_le_bytes(read(self.bytes, at)?) as usize;
        if count > ELEMENTS {
            return Err(Fault::Damaged("a description has a list without end"));
        }
        self.bytes
            .get(at + 4..)
            .and_then(|list| list.get(..count * size))
            .ok_or(OUTSIDE)
    }

    /// The tables of a list.
    pub fn tables(&self, number: usize) -> Result<Vec<Self>, Fault> {
        let list = self.list(number, 4)?;
        if list.is_empty() {
            return Ok(Vec::new());
        }
        // Where the list begins, for its offsets count from themselves.
        let start = list.as_ptr() as usize - self.bytes.as_ptr() as usize;
        (0..list.len() / 4)
            .map(|i| {
                let at = follow(self.bytes, start + 4 * i)?;
                Ok(Self {
                    bytes: self.bytes,
                    at,
                })
            })
            .collect()
    }

    /// Text.
    pub fn text(&self, number: usize) -> Result<String, Fault> {
        Ok(String::from_utf8_lossy(self.list(number, 1)?).into_owned())
    }
}

/// Numbers of eight bytes.
pub fn longs(bytes: &[u8]) -> impl Iterator<Item = i64> + '_ {
    bytes
        .chunks_exact(8)
        .map(|eight| i64::from_le_bytes(eight.try_into().expect("chunks of eight bytes")))
}
