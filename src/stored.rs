//! [`Stored`]: values as bytes and back, for the cache of compiled rules.
//!
//! Numbers are little-endian, lists follow their length, fields stand in the order in which
//! [`stored`] names them; nothing says what comes next, so that tables load as fast as memory is
//! copied. A reader believes nothing: lengths, characters, UTF-8 and variants are checked while
//! they are taken, and what fields must be to each other is for the type to check.

use std::collections::BTreeMap;

use toml::Spanned;

/// The bytes that are left.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next bytes, if so many are left.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The length of a list, each of whose values takes a byte at least.
    fn length(&mut self) -> Option<usize> {
        let length = u32::take(self)? as usize;
        (length <= self.0.len()).then_some(length)
    }
}

/// What can be written and read back.
pub(crate) trait Stored: Sized {
    /// Appends the value.
    fn put(&self, out: &mut Vec<u8>);

    /// The next value; nothing if there is none that could have been written.
    fn take(from: &mut Reader<'_>) -> Option<Self>;

    /// Appends values one after the other.
    fn put_all(all: &[Self], out: &mut Vec<u8>) {
        all.iter().for_each(|value| value.put(out));
    }

    /// The next `count` values.
    fn take_all(from: &mut Reader<'_>, count: usize) -> Option<Vec<Self>> {
        // A wrong count must not ask for memory that the bytes cannot fill.
        let most = from.0.len().saturating_mul(4) / size_of::<Self>().max(1);
        let mut all = Vec::with_capacity(count.min(most));
        for _ in 0..count {
            all.push(Self::take(from)?);
        }
        Some(all)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Stored for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                let bytes = from.bytes(size_of::<Self>())?;
                Some(Self::from_le_bytes(bytes.try_into().ok()?))
            }

            fn take_all(from: &mut Reader<'_>, count: usize) -> Option<Vec<Self>> {
                let bytes = from.bytes(count.checked_mul(size_of::<Self>())?)?;
                let (numbers, _) = bytes.as_chunks::<{ size_of::<Self>() }>();
                Some(numbers.iter().map(|bytes| Self::from_le_bytes(*bytes)).collect())
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64);

impl Stored for usize {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u64).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        u64::take(from)?.try_into().ok()
    }
}

impl Stored for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        u64::take(from).map(Self::from_bits)
    }
}

impl Stored for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Stored for char {
    fn put(&self, out: &mut Vec<u8>) {
        u32::from(*self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Self::from_u32(u32::take(from)?)
    }
}

impl Stored for String {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u32).put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        let text = simdutf8::basic::from_utf8(from.bytes(length)?).ok()?;
        Some(text.to_owned())
    }

    /// All lengths, then all texts, so that they are checked in one go.
    fn put_all(all: &[Self], out: &mut Vec<u8>) {
        all.iter().for_each(|text| (text.len() as u32).put(out));
        all.iter()
            .for_each(|text| out.extend_from_slice(text.as_bytes()));
    }

    fn take_all(from: &mut Reader<'_>, count: usize) -> Option<Vec<Self>> {
        let lengths = u32::take_all(from, count)?;
        let total = lengths.iter().map(|length| *length as usize).sum();
        let mut rest = simdutf8::basic::from_utf8(from.bytes(total)?).ok()?;
        let mut all = Vec::with_capacity(count);
        for length in lengths {
            let (text, after) = rest.split_at_checked(length as usize)?;
            all.push(text.to_owned());
            rest = after;
        }
        Some(all)
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u32).put(out);
        T::put_all(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        T::take_all(from, length)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(match bool::take(from)? {
            true => Some(T::take(from)?),
            false => None,
        })
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        T::put_all(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        T::take_all(from, N)?.try_into().ok()
    }
}

impl<T: Stored, const N: usize> Stored for Box<[T; N]> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put_all(&self[..], out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        T::take_all(from, N)?.into_boxed_slice().try_into().ok()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<K: Stored + Ord + Clone, V: Stored + Clone> Stored for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        let all: Vec<(K, V)> = self.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        all.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Vec::<(K, V)>::take(from)?.into_iter().collect())
    }
}

/// Without its place, which only complaints need: what is stored has none.
impl<T: Stored> Stored for Spanned<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.get_ref().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::new(0..0, T::take(from)?))
    }
}

/// Implements [`Stored`] for a struct by its fields, all of which must be named, or for an enum
/// of plain variants.
macro_rules! stored {
    (struct $name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::stored::Stored for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($crate::stored::Stored::put($field, out);)+
            }

            fn take(from: &mut $crate::stored::Reader<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::stored::Stored::take(from)?),+ })
            }
        }
    };
    (struct $name:ident(_)) => {
        impl $crate::stored::Stored for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::stored::Stored::put(&self.0, out);
            }

            fn take(from: &mut $crate::stored::Reader<'_>) -> Option<Self> {
                Some(Self($crate::stored::Stored::take(from)?))
            }
        }
    };
    (enum $name:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::stored::Stored for $name {
            fn put(&self, out: &mut Vec<u8>) {
                // Every variant must be named here, and has the number of its place.
                match self { $(Self::$variant)|+ => {} }
                let all = [$(Self::$variant),+];
                let place = all.iter().position(|one| one == self).unwrap_or(all.len());
                out.push(place as u8);
            }

            fn take(from: &mut $crate::stored::Reader<'_>) -> Option<Self> {
                let place = <u8 as $crate::stored::Stored>::take(from)?;
                [$(Self::$variant),+].get(usize::from(place)).copied()
            }
        }
    };
}
pub(crate) use stored;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Kind {
        First,
        Second,
    }
    stored!(
        enum Kind {
            First,
            Second,
        }
    );

    #[derive(Clone, Debug, PartialEq)]
    struct Mixed {
        words: Vec<String>,
        pairs: Vec<(char, char)>,
        table: Box<[u16; 3]>,
        kind: Option<Kind>,
        share: f64,
    }
    stored!(struct Mixed { words, pairs, table, kind, share });

    fn mixed() -> (Mixed, Vec<u8>) {
        let mixed = Mixed {
            words: vec!["赌博".to_owned(), String::new(), "x".to_owned()],
            pairs: vec![('氵', '去')],
            table: Box::new([1, 2, 0xFFFF]),
            kind: Some(Kind::Second),
            share: 0.25,
        };
        let mut bytes = Vec::new();
        mixed.put(&mut bytes);
        (mixed, bytes)
    }

    #[test]
    fn what_was_written_is_read() {
        let (mixed, bytes) = mixed();
        let mut reader = Reader(&bytes);
        assert_eq!(Mixed::take(&mut reader), Some(mixed));
        assert!(reader.0.is_empty());
    }

    #[test]
    fn whatever_is_cut_off_or_changed_is_refused_or_another_value() {
        let (_, bytes) = mixed();
        for length in 0..bytes.len() {
            assert_eq!(Mixed::take(&mut Reader(&bytes[..length])), None, "{length}");
        }
        for place in 0..bytes.len() {
            for flip in [1, 0x80, 0xFF] {
                let mut changed = bytes.clone();
                changed[place] ^= flip;
                // It must end, and without a panic; what it makes of it the checksum decides.
                Mixed::take(&mut Reader(&changed));
            }
        }
    }
}
