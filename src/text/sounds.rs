//! [`Sounds`]: how Han characters are read aloud, and which two parts they are written with.
//!
//! Readings come from the `pinyin` crate (Unihan and the readings of pinyin-data), without tones
//! and with `v` for ü; parts from `splits.csv`.

use std::collections::HashMap;
use std::sync::OnceLock;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::FoldTable;
use crate::data;
use crate::stored::{Reader, Stored};

/// A syllable of Mandarin without its tone; 0 is none.
pub type Syllable = u16;

/// Han characters with readings: the basic plane, which holds all that texts use.
const HAN: std::ops::Range<u32> = 0x3400..0xA000;
/// Readings kept of a character, the usual ones first; later ones are those of names and of
/// classical texts.
const READINGS: usize = 3;

/// Readings and parts of characters.
pub struct Sounds {
    /// Letters of every syllable, sorted; the first is empty.
    letters: Vec<&'static str>,
    /// By code from the start of [`HAN`]; unused places hold 0.
    readings: Box<[[Syllable; READINGS]]>,
    parts: HashMap<char, Vec<(char, char)>>,
}

static TABLE: OnceLock<Sounds> = OnceLock::new();

impl Sounds {
    /// The table of the program, built on first use.
    pub fn get() -> &'static Self {
        TABLE.get_or_init(Self::build)
    }

    /// As [`FoldTable::adopt`].
    pub(crate) fn adopt(self) {
        // If there is one it is equal: both are made by the same program.
        TABLE.get_or_init(|| self);
    }

    /// The table of the program, if something has needed it.
    pub(crate) fn made() -> Option<&'static Self> {
        TABLE.get()
    }

    /// The readings of a folded character, the usual one first. A digit is read as its numeral;
    /// what is no Han character has none.
    pub fn readings(&self, c: char) -> &[Syllable] {
        let spoken = match c {
            '0'..='9' => SPOKEN[c as usize - '0' as usize],
            c => c,
        };
        let Some(all) = (spoken as u32)
            .checked_sub(HAN.start)
            .and_then(|place| self.readings.get(place as usize))
        else {
            return &[];
        };
        let count = all.iter().take_while(|syllable| **syllable != 0).count();
        &all[..count]
    }

    /// The usual reading of a folded character, 0 if it has none.
    pub fn syllable(&self, c: char) -> Syllable {
        self.readings(c).first().copied().unwrap_or(0)
    }

    /// How a syllable is written: ASCII letters.
    pub fn letters(&self, syllable: Syllable) -> &'static str {
        self.letters[usize::from(syllable)]
    }

    /// The syllable written so.
    pub fn written(&self, letters: &str) -> Option<Syllable> {
        self.letters
            .binary_search(&letters)
            .ok()
            .map(|place| place as Syllable)
            .filter(|syllable| *syllable != 0)
    }

    /// Number of syllables, and one more than the highest.
    pub fn count(&self) -> usize {
        self.letters.len()
    }

    /// The pairs of parts a folded character can be written as.
    pub fn parts(&self, c: char) -> &[(char, char)] {
        self.parts.get(&c).map_or(&[], Vec::as_slice)
    }

    fn build() -> Self {
        let plain = |c: char| -> Vec<&'static str> {
            let Some(first) = c.to_pinyin().map(pinyin::Pinyin::plain) else {
                return vec![];
            };
            let mut all = vec![spelled(first)];
            if let Some(others) = c.to_pinyin_multi() {
                for other in others.into_iter().map(|other| spelled(other.plain())) {
                    if !all.contains(&other) {
                        all.push(other);
                    }
                }
            }
            all.retain(|syllable| syllable.bytes().all(|b| b.is_ascii_lowercase()));
            all.truncate(READINGS);
            all
        };
        let of_all: Vec<Vec<&'static str>> = HAN
            .map(|code| char::from_u32(code).map_or_else(Vec::new, plain))
            .collect();
        let mut letters: Vec<&'static str> = of_all.iter().flatten().copied().collect();
        letters.push("");
        letters.sort_unstable();
        letters.dedup();
        let number = |syllable: &&'static str| {
            letters.binary_search(syllable).expect("it was put there") as Syllable
        };
        let readings = of_all.iter().map(|all| {
            let mut places = [0; READINGS];
            for (place, syllable) in places.iter_mut().zip(all) {
                *place = number(syllable);
            }
            places
        });
        let readings = readings.collect();
        let mut parts: HashMap<char, Vec<(char, char)>> = HashMap::new();
        // Both in the form in which terms are compared.
        let one = |field: &str| {
            let folded = FoldTable::get().term(field);
            let mut chars = folded.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        for row in data::rows(data::SPLITS) {
            let [whole, first, second] = row[..] else {
                continue;
            };
            if let (Some(whole), Some(first), Some(second)) = (one(whole), one(first), one(second))
            {
                let of_whole = parts.entry(whole).or_default();
                if !of_whole.contains(&(first, second)) {
                    of_whole.push((first, second));
                }
            }
        }
        Self {
            letters,
            readings,
            parts,
        }
    }
}

/// How digits are spoken.
const SPOKEN: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A syllable in ASCII letters: those with ü are few.
fn spelled(syllable: &'static str) -> &'static str {
    match syllable {
        "lü" => "lv",
        "nü" => "nv",
        "lüe" => "lve",
        "nüe" => "nve",
        other => other,
    }
}

/// The Latin letter that `c` is once its tone mark is taken off, `v` for ü.
pub fn without_tone(c: char) -> Option<u8> {
    Some(match c {
        'ā' | 'á' | 'ǎ' | 'à' => b'a',
        'ē' | 'é' | 'ě' | 'è' => b'e',
        'ī' | 'í' | 'ǐ' | 'ì' => b'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => b'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => b'u',
        'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => b'v',
        _ => return None,
    })
}

impl Stored for Sounds {
    fn put(&self, out: &mut Vec<u8>) {
        let letters: Vec<String> = self.letters.iter().map(|l| (*l).to_owned()).collect();
        letters.put(out);
        self.readings.as_flattened().to_vec().put(out);
        let mut parts: Vec<(char, Vec<(char, char)>)> = self
            .parts
            .iter()
            .map(|(whole, parts)| (*whole, parts.clone()))
            .collect();
        parts.sort_unstable();
        parts.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let letters = Vec::<String>::take(from)?;
        // The first is empty, as none of the others, which all consist of ASCII letters.
        let sound = letters.first()?.is_empty()
            && letters.is_sorted_by(|a, b| a < b)
            && letters
                .iter()
                .all(|syllable| syllable.bytes().all(|b| b.is_ascii_lowercase()));
        let syllables = Vec::<Syllable>::take(from)?;
        let known = syllables.iter().all(|s| usize::from(*s) < letters.len());
        let (readings, rest) = syllables.as_chunks::<READINGS>();
        if !sound || !known || readings.len() != HAN.len() || !rest.is_empty() {
            return None;
        }
        Some(Self {
            letters: letters.into_iter().map(|l| &*l.leak()).collect(),
            readings: readings.into(),
            parts: Vec::<(char, Vec<(char, char)>)>::take(from)?
                .into_iter()
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_their_readings_and_parts() {
        let sounds = Sounds::get();
        let written = |c: char| -> Vec<&str> {
            let all = sounds.readings(c).iter();
            all.map(|syllable| sounds.letters(*syllable)).collect()
        };
        assert_eq!(written('赌'), ["du"]);
        assert_eq!(written('女')[0], "nv");
        assert!(written('乐').contains(&"le") && written('乐').contains(&"yue"));
        assert_eq!(written('3'), ["san"]);
        assert!(written('a').is_empty() && written('カ').is_empty());
        assert!(sounds.count() < 512, "{}", sounds.count());
        assert_eq!(sounds.written("du"), Some(sounds.syllable('赌')));
        assert_eq!(sounds.written(""), None);
        assert!(sounds.parts('法').contains(&('氵', '去')));
        assert!(sounds.parts('好').contains(&('女', '子')));
    }
}
