//! [`Pack`]: the file of fingerprints of many works. `docs/works.md` describes its bytes.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::stream::Scheme;
use crate::SetupError;
use crate::corpus::open::{Opened, open};

/// How every pack begins, but for the version of the format behind it.
pub(super) const MAGIC: &[u8; 7] = b"yujianW";
/// Version of the format that is written and read.
pub(super) const FORMAT: u8 = 1;
/// Bytes before the first entry.
pub(super) const HEADER: usize = 256;
/// Bytes of the header that its own digest covers.
const HEADER_SEEN: usize = HEADER - 32;
/// Bytes of one entry: 44 bits of the fingerprint, 24 of the work, 28 of the place in it, and the
/// signature.
pub(super) const ENTRY: usize = 20;
pub(super) const HASH_BITS: u32 = 60;
pub(super) const STORED_BITS: u32 = 44;
pub(super) const WORK_BITS: u32 = 24;
pub(super) const PLACE_BITS: u32 = 28;
/// Least and most bits of a fingerprint by which its bucket is found. With fewer, bits of it would
/// be lost.
pub(super) const BUCKET_BITS: std::ops::RangeInclusive<u32> = (HASH_BITS - STORED_BITS)..=24;
/// Fingerprints that share a word of 64 bits of the filter; each sets three.
pub(super) const PER_FILTER_WORD: u64 = 6;

/// A work in a pack, as its manifest named it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Work {
    /// BLAKE3 of the values of its units, hex: works of one digest are the same text.
    pub digest: String,
    /// Its length in units: letters and digits.
    pub units: u64,
    /// Its title.
    pub title: String,
    /// Who wrote it; empty if not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holder: String,
    /// Its number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub isbn: String,
}

impl Work {
    /// How much is said of it beside its title.
    pub(super) fn said(&self) -> usize {
        let all = [&self.author, &self.holder, &self.isbn];
        all.iter().filter(|text| !text.is_empty()).count()
    }
}

/// Where in a work a fingerprint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Number of the work.
    pub work: u32,
    /// Units before it.
    pub place: u32,
    /// See [`Selected::signature`](super::Selected::signature).
    pub signature: u64,
}

/// Numbers of a pack's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub scheme: Scheme,
    pub entries: u64,
    pub bucket_bits: u32,
    pub filter_words: u64,
    /// Bytes of the table of works, which is the last part.
    pub works_bytes: u64,
    /// BLAKE3 of all behind the header.
    pub digest: [u8; 32],
}

impl Header {
    pub const fn directory_at(&self) -> u64 {
        HEADER as u64 + self.entries * ENTRY as u64
    }

    pub const fn filter_at(&self) -> u64 {
        self.directory_at() + ((1 << self.bucket_bits) + 1) * 4
    }

    pub const fn works_at(&self) -> u64 {
        self.filter_at() + self.filter_words * 8
    }

    pub const fn length(&self) -> u64 {
        self.works_at() + self.works_bytes
    }

    pub fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..7].copy_from_slice(MAGIC);
        bytes[7] = FORMAT;
        let scheme = self.scheme;
        let numbers = [
            scheme.k() as u64,
            scheme.w() as u64,
            self.entries,
            u64::from(self.bucket_bits),
            self.filter_words,
            self.works_bytes,
        ];
        for (at, number) in numbers.into_iter().enumerate() {
            bytes[8 + at * 8..16 + at * 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes[HEADER_SEEN - 32..HEADER_SEEN].copy_from_slice(&self.digest);
        let own = blake3::hash(&bytes[..HEADER_SEEN]);
        bytes[HEADER_SEEN..].copy_from_slice(own.as_bytes());
        bytes
    }

    /// What is wrong, if it is no header.
    fn from_bytes(bytes: &[u8; HEADER]) -> Result<Self, String> {
        if bytes[..7] != *MAGIC {
            return Err("it is no pack of works".to_owned());
        }
        if bytes[7] != FORMAT {
            return Err(format!(
                "it has format {}, and this version reads format {FORMAT}",
                bytes[7]
            ));
        }
        if *blake3::hash(&bytes[..HEADER_SEEN]).as_bytes() != bytes[HEADER_SEEN..] {
            return Err("its header is damaged".to_owned());
        }
        let number = |at: usize| {
            let bytes = bytes[8 + at * 8..16 + at * 8].try_into();
            u64::from_le_bytes(bytes.expect("eight bytes"))
        };
        let same =
            |scheme: &Scheme| (scheme.k() as u64, scheme.w() as u64) == (number(0), number(1));
        let scheme = Scheme::ALL.into_iter().find(same);
        let scheme = scheme.ok_or("its fingerprints are of a kind this version does not know")?;
        let bits = u32::try_from(number(3)).unwrap_or(u32::MAX);
        let header = Self {
            scheme,
            entries: number(2),
            bucket_bits: bits,
            filter_words: number(4),
            works_bytes: number(5),
            digest: bytes[HEADER_SEEN - 32..HEADER_SEEN]
                .try_into()
                .expect("32 bytes"),
        };
        let sane = BUCKET_BITS.contains(&bits)
            && header.entries <= u64::from(u32::MAX)
            && header.filter_words > 0
            && header.filter_words < 1 << 40
            && header.works_bytes < 1 << 40;
        sane.then_some(header)
            .ok_or_else(|| "its header makes no sense".to_owned())
    }
}

/// The bytes of a pack.
enum Bytes {
    Mapped(crate::corpus::open::Mapped),
    Held(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Held(bytes) => bytes,
        }
    }
}

/// Fingerprints of works. Immutable, one for all threads.
pub struct Pack {
    name: PathBuf,
    bytes: Bytes,
    header: Header,
    works: Vec<Work>,
}

impl Pack {
    /// Opens the pack at `path` and reads all of it once, to see that it is whole; after that it
    /// is mapped, or with `map` off held in memory.
    ///
    /// # Errors
    ///
    /// A file that cannot be read; one that is no pack, of another version, cut off or damaged.
    pub fn open(path: &Path, map: bool) -> Result<Self, SetupError> {
        let mut file = File::open(path).map_err(|error| SetupError::read(path, error))?;
        let wrong = |what: String| wrong(path, &what);
        let read = |error| SetupError::read(path, error);
        let length = file.metadata().map_err(read)?.len();
        let mut head = [0; HEADER];
        if file.read_exact(&mut head).is_err() {
            return Err(wrong("it is no pack of works: it is too short".to_owned()));
        }
        let header = Header::from_bytes(&head).map_err(wrong)?;
        if length != header.length() {
            return Err(wrong(format!(
                "it has {length} bytes of {}: it was cut off, or something was put behind it",
                header.length()
            )));
        }
        let mut digest = blake3::Hasher::new();
        digest.update_reader(&mut file).map_err(read)?;
        if *digest.finalize().as_bytes() != header.digest {
            return Err(wrong("it is damaged: its digest is another".to_owned()));
        }
        let bytes = match map.then(|| open(path, true)) {
            Some(Ok((Opened::Mapped(mapped), _))) => {
                mapped.read_anywhere();
                Bytes::Mapped(mapped)
            }
            Some(Err(error)) => return Err(read(error)),
            _ => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(0)).map_err(read)?;
                file.read_to_end(&mut bytes).map_err(read)?;
                Bytes::Held(bytes)
            }
        };
        Self::of(path, bytes, header)
    }

    /// A pack that is in memory.
    ///
    /// # Errors
    ///
    /// As [`Pack::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SetupError> {
        let name = Path::new("(memory)");
        let head = bytes.first_chunk::<HEADER>();
        let head = head.ok_or_else(|| wrong(name, "it is no pack of works: it is too short"))?;
        let header = Header::from_bytes(head).map_err(|what| wrong(name, &what))?;
        let whole = bytes.len() as u64 == header.length()
            && blake3::hash(&bytes[HEADER..]).as_bytes() == &header.digest;
        if !whole {
            return Err(wrong(name, "it is damaged"));
        }
        Self::of(name, Bytes::Held(bytes), header)
    }

    fn of(path: &Path, bytes: Bytes, header: Header) -> Result<Self, SetupError> {
        let table = bytes.get(header.works_at() as usize..).unwrap_or_default();
        let works: Vec<Work> = serde_json::from_slice(table)
            .map_err(|_| wrong(path, "it is damaged: its table of works cannot be read"))?;
        Ok(Self {
            name: path.to_owned(),
            bytes,
            header,
            works,
        })
    }

    /// The file it was opened from.
    pub fn path(&self) -> &Path {
        &self.name
    }

    /// Of what its fingerprints are.
    pub fn scheme(&self) -> Scheme {
        self.header.scheme
    }

    /// BLAKE3 of what it holds, hex.
    pub fn digest(&self) -> String {
        blake3::Hash::from_bytes(self.header.digest)
            .to_hex()
            .to_string()
    }

    /// Its works, in the order of their digests.
    pub fn works(&self) -> &[Work] {
        &self.works
    }

    /// One of them.
    pub fn work(&self, number: u32) -> &Work {
        &self.works[number as usize]
    }

    /// Number of fingerprints.
    pub fn entries(&self) -> u64 {
        self.header.entries
    }

    /// Bytes of the file.
    pub fn bytes(&self) -> u64 {
        self.header.length()
    }

    /// Whether nothing of the file went missing since it was opened.
    pub fn intact(&self) -> bool {
        match &self.bytes {
            Bytes::Mapped(mapped) => mapped.intact(),
            Bytes::Held(_) => true,
        }
    }

    /// Whether a fingerprint may be in the pack; says no for about 49 of 50 that are not.
    #[inline]
    pub fn may_hold(&self, fingerprint: u64) -> bool {
        let word = filter_word(fingerprint, self.header.filter_words);
        let at = self.header.filter_at() as usize + word as usize * 8;
        let bits = filter_bits(fingerprint);
        self.u64(at) & bits == bits
    }

    /// Where a fingerprint stands in works, in their order.
    pub fn find(&self, fingerprint: u64) -> impl Iterator<Item = Posting> + '_ {
        let bucket = fingerprint >> (HASH_BITS - self.header.bucket_bits);
        let low = fingerprint & ((1 << STORED_BITS) - 1);
        self.bucket(bucket)
            .filter(move |(stored, _)| *stored == low)
            .map(|(_, posting)| posting)
            .filter(|posting| (posting.work as usize) < self.works.len())
    }

    /// The entries of a bucket: the low bits of their fingerprints, and where they stand.
    fn bucket(&self, number: u64) -> impl Iterator<Item = (u64, Posting)> + '_ {
        let at = self.header.directory_at() as usize + number as usize * 4;
        let edge = |at: usize| self.u32(at).min(self.header.entries as u32) as usize;
        (edge(at)..edge(at + 4)).map(|number| self.entry(number))
    }

    fn entry(&self, number: usize) -> (u64, Posting) {
        let at = HEADER + number * ENTRY;
        let low = self.u64(at);
        let rest = u64::from(self.u32(at + 8));
        let both = u128::from(low) | u128::from(rest) << 64;
        let work = (both >> STORED_BITS) as u32 & ((1 << WORK_BITS) - 1);
        let place = (both >> (STORED_BITS + WORK_BITS)) as u32;
        let posting = Posting {
            work,
            place,
            signature: self.u64(at + 12),
        };
        (low & ((1 << STORED_BITS) - 1), posting)
    }

    /// All entries, in order: fingerprint and posting.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, Posting)> + '_ {
        let bits = self.header.bucket_bits;
        (0..1u64 << bits).flat_map(move |bucket| {
            let high = bucket >> (bits - BUCKET_BITS.start()) << STORED_BITS;
            self.bucket(bucket)
                .map(move |(low, posting)| (high | low, posting))
        })
    }

    /// Zero beyond the end, which only a file that lost pages after it was opened can lead to.
    #[inline]
    fn u64(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(at..at + 8).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    #[inline]
    fn u32(&self, at: usize) -> u32 {
        let bytes = self.bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    }
}

impl std::fmt::Debug for Pack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pack")
            .field("name", &self.name)
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// The bytes of an entry.
pub(super) fn entry_bytes(fingerprint: u64, posting: &Posting) -> [u8; ENTRY] {
    let both = u128::from(fingerprint & ((1 << STORED_BITS) - 1))
        | u128::from(posting.work) << STORED_BITS
        | u128::from(posting.place) << (STORED_BITS + WORK_BITS);
    let mut bytes = [0; ENTRY];
    bytes[..12].copy_from_slice(&both.to_le_bytes()[..12]);
    bytes[12..].copy_from_slice(&posting.signature.to_le_bytes());
    bytes
}

/// Which word of the filter speaks for a fingerprint: by its high bits, so that entries in order
/// fill it in order.
#[inline]
pub(super) fn filter_word(fingerprint: u64, words: u64) -> u64 {
    let high = u128::from(fingerprint << (64 - HASH_BITS));
    ((high * u128::from(words)) >> 64) as u64
}

/// The bits of the word that a fingerprint sets.
#[inline]
pub(super) const fn filter_bits(fingerprint: u64) -> u64 {
    1 << (fingerprint & 63) | 1 << (fingerprint >> 6 & 63) | 1 << (fingerprint >> 12 & 63)
}

fn wrong(path: &Path, what: &str) -> SetupError {
    SetupError::other(
        format!("{}: {what}", path.display()),
        "make it anew with `yujian works index`, or get it once more from where it came from",
    )
}
