//! [`Gathered`]: fingerprints of texts on their way to a pack, in the order of the texts.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pack::Posting;
use super::stream::Selected;

/// Bytes of one fingerprint.
const ONE: usize = 20;

/// Fingerprints of texts that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Units of all texts.
    units: u64,
    /// Fingerprint, place from the first unit on, signature.
    bytes: Vec<u8>,
}

impl Gathered {
    /// Whether there is no text in it.
    pub const fn is_empty(&self) -> bool {
        self.units == 0
    }

    /// Units of all texts.
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Adds a fingerprint of the text that comes behind the others.
    pub(super) fn push(&mut self, selected: &Selected<'_>) {
        let place = self.units + selected.start();
        self.put(selected.fingerprint(), place, selected.signature());
    }

    /// The text that came behind the others has ended.
    pub(super) const fn end(&mut self, units: u64) {
        self.units += units;
    }

    /// Puts the texts of `other` behind these.
    pub fn append(&mut self, other: &Self) {
        for (fingerprint, posting) in other.each() {
            let place = self.units + u64::from(posting.place);
            self.put(fingerprint, place, posting.signature);
        }
        self.units += other.units;
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.units = 0;
        self.bytes.clear();
    }

    fn put(&mut self, fingerprint: u64, place: u64, signature: u64) {
        self.bytes.extend_from_slice(&fingerprint.to_le_bytes());
        // A piece of a shard is shorter, and a longer record is cut off here.
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&place.to_le_bytes());
        self.bytes.extend_from_slice(&signature.to_le_bytes());
    }

    /// Fingerprints and where they stand; the work of each is 0.
    pub(super) fn each(&self) -> impl Iterator<Item = (u64, Posting)> + '_ {
        self.bytes.chunks_exact(ONE).map(|one| {
            let word = |at: usize| {
                let bytes = one[at..at + 4].try_into().expect("four bytes");
                u64::from(u32::from_le_bytes(bytes))
            };
            let posting = Posting {
                work: 0,
                place: word(8) as u32,
                signature: word(12) | word(16) << 32,
            };
            (word(0) | word(4) << 32, posting)
        })
    }
}

impl Serialize for Gathered {
    /// Units, and the rest in hex: the log of a scan is JSON.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]);
        let hex: Vec<u8> = self.bytes.iter().flat_map(digits).collect();
        let hex = String::from_utf8(hex).unwrap_or_default();
        (self.units, hex).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Gathered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (units, hex) = <(u64, String)>::deserialize(deserializer)?;
        let half = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
        let pairs = hex.as_bytes().chunks_exact(2);
        let bytes = pairs.map(|pair| Some(half(pair[0])? << 4 | half(pair[1])?));
        let bytes: Option<Vec<u8>> = bytes.collect();
        match bytes {
            Some(bytes) if bytes.len() % ONE == 0 && hex.len() % 2 == 0 => {
                Ok(Self { units, bytes })
            }
            _ => Err(D::Error::custom("these are no fingerprints")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::works::{Scheme, Stream};

    #[test]
    fn what_is_put_together_and_written_is_the_same() {
        let mut stream = Stream::new(Scheme::Works);
        let (mut both, mut parts) = (Gathered::default(), Vec::new());
        for text in [
            "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥",
            "床前明月光疑是地上霜举头望明月低头思故乡",
        ] {
            let mut part = Gathered::default();
            for gathered in [&mut both, &mut part] {
                stream.push(text, &mut |selected| gathered.push(selected));
                let units = stream.units();
                stream.end(&mut |selected| gathered.push(selected));
                gathered.end(units);
            }
            parts.push(part);
        }
        let mut joined = Gathered::default();
        parts.iter().for_each(|part| joined.append(part));
        assert_eq!(joined, both);
        assert!(both.each().count() == 2 && both.units() > 40);
        let text = serde_json::to_string(&both).unwrap();
        assert_eq!(serde_json::from_str::<Gathered>(&text).unwrap(), both);
        assert!(serde_json::from_str::<Gathered>("[3,\"00\"]").is_err());
    }
}
