//! [`Facts`]: what the checks need of every annotation, in a hundred bytes each.

use std::collections::{BTreeMap, HashMap};

use super::records::{Action, Kind, SpotCheck, Unit};
use crate::dates::Moment;

/// Facts that are held together: no larger list is ever copied to grow.
const CHUNK: usize = 1 << 16;

/// Number of a name; 0 is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u32);

impl Name {
    /// Whether it is the empty one.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Names by number: annotators, batches, rules, zones.
#[derive(Debug)]
pub struct Names {
    known: HashMap<Box<str>, Name>,
    list: Vec<Box<str>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            known: HashMap::new(),
            list: Vec::new(),
        };
        names.number("");
        names
    }
}

impl Names {
    /// The number of a name, which is new if it was not met before.
    pub fn number(&mut self, name: &str) -> Name {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let number = Name(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(name.into());
        self.known.insert(name.into(), number);
        number
    }

    /// The name of a number.
    pub fn text(&self, name: Name) -> &str {
        self.list.get(name.0 as usize).map_or("", |text| text)
    }
}

/// Yes and no of an annotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// It was reviewed by somebody who is named.
    pub const REVIEWED: Self = Self(1);
    /// Somebody else has passed it.
    pub const PASSED: Self = Self(1 << 1);
    /// Those who reviewed it do not agree.
    pub const DISPUTED: Self = Self(1 << 2);
    /// A third person has decided.
    pub const ARBITRATED: Self = Self(1 << 3);
    /// It is about a picture.
    pub const IMAGE: Self = Self(1 << 4);
    /// It has a label.
    pub const LABELLED: Self = Self(1 << 5);
    /// Its record says that the annotator is outsourced.
    pub const OUTSOURCED: Self = Self(1 << 6);

    /// Whether it has `flag`.
    pub const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    /// Sets `flag` if `on`.
    pub fn set(&mut self, flag: Self, on: bool) {
        self.0 |= if on { flag.0 } else { 0 };
    }
}

/// One annotation.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Hash of the item.
    pub item: u64,
    /// Hash of the task.
    pub task: u64,
    /// Hash of the folded text; 0 where there is none.
    pub text: u64,
    /// Hash of the label.
    pub label: u64,
    /// Line in its file.
    pub line: u32,
    /// Position of its file.
    pub file: u32,
    /// Its batch.
    pub batch: Name,
    /// Kind of task.
    pub task_type: Name,
    /// Rule document.
    pub rule: Name,
    /// Its version.
    pub version: Name,
    /// Who annotated.
    pub annotator: Name,
    /// When, in seconds since 1970; 0 where that is not said.
    pub at: u32,
    /// Who reviewed; others are in [`Facts::more_reviews`].
    pub reviewer: Name,
    /// When.
    pub reviewed_at: u32,
    /// How long it took; negative where that is not said.
    pub seconds: f32,
    /// Storage zone.
    pub zone: Name,
    /// A bit for every risk.
    pub risks: u32,
    /// A bit for every field that is missing.
    pub missing: u32,
    /// What it is for.
    pub kind: Option<Kind>,
    /// Yes and no.
    pub flags: Flags,
}

impl Fact {
    /// Text or picture.
    pub fn unit(&self) -> Unit {
        match self.flags.has(Flags::IMAGE) {
            true => Unit::Image,
            false => Unit::Text,
        }
    }
}

/// A moment as [`Fact`] keeps it.
pub fn packed(moment: Option<Moment>) -> u32 {
    moment
        .and_then(|moment| u32::try_from(moment.0).ok())
        .unwrap_or(0)
}

/// What is known of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Annotations in it.
    pub entries: u64,
    /// Functional ones.
    pub functional: u64,
    /// Annotations that somebody else reviewed.
    pub reviewed: u64,
    /// Functional annotations that name a risk: a person has found illegal or undesirable content.
    pub risky: u64,
    /// Its spot checks, with how often the same came out: items repeat the check of their batch,
    /// which counts once.
    pub spots: BTreeMap<SpotCheck, u64>,
}

impl Batch {
    /// Items that were looked at, at most those there are.
    pub fn verified(&self) -> u64 {
        self.reviewed
            .max(self.sum(|spot| spot.checked).min(self.entries))
    }

    /// A number of its spot checks, summed.
    pub fn sum(&self, number: impl Fn(&SpotCheck) -> u32) -> u64 {
        let each = self.spots.iter();
        each.map(|(spot, times)| u64::from(number(spot)) * times)
            .sum()
    }

    /// The gravest of what was done with it.
    pub fn action(&self) -> Action {
        self.spots
            .keys()
            .map(|spot| spot.action)
            .max()
            .unwrap_or_default()
    }
}

/// Facts of all annotations.
#[derive(Default)]
pub struct Facts {
    /// Names.
    pub names: Names,
    chunks: Vec<Vec<Fact>>,
    ids: String,
    id_ends: Vec<u64>,
    /// Reviews after the first of an annotation: its position, who, when.
    pub more_reviews: Vec<(u32, Name, u32)>,
    /// Batches by name.
    pub batches: BTreeMap<String, Batch>,
}

impl Facts {
    /// Adds an annotation with the id of its item; returns its position.
    pub fn push(&mut self, fact: Fact, id: &str) -> u32 {
        let position = self.len() as u32;
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK.min(1024)));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(fact);
        }
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len() as u64);
        position
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.id_ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.id_ends.is_empty()
    }

    /// One of them.
    pub fn get(&self, position: u32) -> &Fact {
        &self.chunks[position as usize / CHUNK][position as usize % CHUNK]
    }

    /// All, with their positions, in the order of files and lines.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Fact)> {
        (0u32..).zip(self.chunks.iter().flatten())
    }

    /// Id of the item of an annotation.
    pub fn id(&self, position: u32) -> &str {
        let at = position as usize;
        let from = if at == 0 { 0 } else { self.id_ends[at - 1] };
        &self.ids[from as usize..self.id_ends[at] as usize]
    }

    /// Everyone who reviewed, with the position of the annotation and when.
    pub fn reviews(&self) -> impl Iterator<Item = (u32, Name, u32)> {
        let first = self.iter().filter(|(_, fact)| !fact.reviewer.is_empty());
        first
            .map(|(position, fact)| (position, fact.reviewer, fact.reviewed_at))
            .chain(self.more_reviews.iter().copied())
    }

    /// Positions in the order of a key, those of one key in their own order.
    pub fn by<K: Ord>(&self, key: impl Fn(&Fact) -> K) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by_key(|position| (key(self.get(*position)), *position));
        order
    }
}

/// First eight bytes of BLAKE3.
pub fn hashed(parts: &[&[u8]]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}
