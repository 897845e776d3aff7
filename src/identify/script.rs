//! Which scripts a text is written in: first by the lead bytes of UTF-8, which costs a fraction
//! of a nanosecond a byte and settles Chinese against Latin; only where something else shows, by
//! character.

/// Scripts that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Chinese characters.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Korean.
    Hangul,
    /// Latin.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Arabic.
    Arabic,
    /// Tibetan.
    Tibetan,
    /// Mongolian, written downwards.
    Mongolian,
    /// Yi of Liangshan.
    Yi,
    /// Zhuyin.
    Bopomofo,
    /// Any other letters.
    Other,
}

/// Number of scripts.
const SCRIPTS: usize = Script::Other as usize + 1;

/// How much of each script there is, in letters; a Han character, a syllable of Hangul or Yi or
/// a kana weighs four, as much as a short word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    letters: [u32; SCRIPTS],
    /// ASCII marks that code is full of and prose is not.
    pub marks: u32,
}

/// What a character that stands for a syllable or more weighs against a letter.
const SYLLABLE: u32 = 4;

impl Counts {
    /// Of a stretch of UTF-8, which may begin and end inside a character.
    pub fn of(bytes: &[u8]) -> Self {
        let leads = Leads::of(bytes);
        let mut counts = Self {
            marks: leads.marks,
            ..Self::default()
        };
        counts.letters[Script::Latin as usize] = leads.latin + leads.accented;
        counts.letters[Script::Han as usize] = leads.han * SYLLABLE;
        // Punctuation of Chinese shares its lead byte with kana; one mark in three characters is
        // more than any Chinese text has.
        let kana = leads.kana_or_marks * 3 > leads.han;
        let few = (leads.latin + leads.han * SYLLABLE) / 32;
        if leads.other > few || (kana && leads.kana_or_marks > 2) {
            counts.letters = by_character(bytes);
        }
        counts
    }

    /// Weight of a script.
    pub const fn weight(&self, script: Script) -> u32 {
        self.letters[script as usize]
    }

    /// The script with the most weight; kana counts with Han.
    pub fn leading(&self) -> Script {
        use Script::{Arabic, Cyrillic, Han, Hangul, Latin, Mongolian, Other, Tibetan, Yi};
        let weight = |script| match script {
            Han => self.weight(Han) + self.weight(Script::Kana) + self.weight(Script::Bopomofo),
            other => self.weight(other),
        };
        let mut best = Han;
        for script in [
            Latin, Hangul, Cyrillic, Arabic, Tibetan, Mongolian, Yi, Other,
        ] {
            if weight(script) > weight(best) {
                best = script;
            }
        }
        best
    }
}

/// Bytes by what they begin.
#[derive(Default)]
struct Leads {
    latin: u32,
    /// Latin with marks above and below.
    accented: u32,
    han: u32,
    kana_or_marks: u32,
    /// Begins of characters that are none of these, and no punctuation.
    other: u32,
    marks: u32,
}

impl Leads {
    fn of(bytes: &[u8]) -> Self {
        let mut all = Self::default();
        // Blocks whose counts fit a byte, so that they are counted in vectors.
        for block in bytes.chunks(255) {
            let [
                mut latin,
                mut accented,
                mut han,
                mut kana,
                mut high,
                mut quiet,
                mut marks,
            ] = [0u8; 7];
            for &byte in block {
                latin += u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
                accented += u8::from(byte.wrapping_sub(0xC3) < 3);
                han += u8::from(byte.wrapping_sub(0xE4) < 6);
                kana += u8::from(byte == 0xE3);
                high += u8::from(byte >= 0xC2);
                quiet += u8::from((byte == 0xC2) | (byte == 0xE2) | (byte == 0xEF));
                marks += u8::from(
                    (byte == b'{')
                        | (byte == b'}')
                        | (byte == b';')
                        | (byte == b'=')
                        | (byte == b'(')
                        | (byte == b')')
                        | (byte == b'[')
                        | (byte == b']')
                        | (byte == b'<')
                        | (byte == b'>')
                        | (byte == b'_')
                        | (byte == b'$'),
                );
            }
            all.latin += u32::from(latin);
            all.accented += u32::from(accented);
            all.han += u32::from(han);
            all.kana_or_marks += u32::from(kana);
            all.other += u32::from(high - quiet - han - kana - accented);
            all.marks += u32::from(marks);
        }
        all
    }
}

fn by_character(bytes: &[u8]) -> [u32; SCRIPTS] {
    let mut letters = [0; SCRIPTS];
    for c in characters(bytes) {
        if let Some(script) = script_of(c) {
            let weight = match script {
                Script::Han | Script::Kana | Script::Hangul | Script::Yi | Script::Bopomofo => {
                    SYLLABLE
                }
                _ => 1,
            };
            letters[script as usize] += weight;
        }
    }
    letters
}

/// The whole characters in a stretch of UTF-8 that may be cut in several places.
pub fn characters(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars())
}

/// The script of a letter; none for digits, marks and spaces.
///
/// Source: Unicode 16.0, Scripts.txt, by blocks.
pub fn script_of(c: char) -> Option<Script> {
    Some(match u32::from(c) {
        0x41..=0x5A | 0x61..=0x7A => Script::Latin,
        0..=0xBF | 0xD7 | 0xF7 => return None,
        0xC0..=0x24F | 0x1E00..=0x1EFF | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A => Script::Latin,
        0x400..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => Script::Cyrillic,
        0x620..=0x64A
        | 0x66E..=0x6D3
        | 0x6D5
        | 0x6EE..=0x6FF
        | 0x750..=0x77F
        | 0xFB50..=0xFDFF
        | 0xFE70..=0xFEFC => Script::Arabic,
        0xF40..=0xF6C | 0xF90..=0xFBC => Script::Tibetan,
        0x1820..=0x18AA => Script::Mongolian,
        0x1100..=0x11FF | 0x3131..=0x318E | 0xAC00..=0xD7A3 => Script::Hangul,
        0x3041..=0x3096 | 0x30A1..=0x30FA | 0x31F0..=0x31FF | 0xFF66..=0xFF9D => Script::Kana,
        0x3105..=0x312F => Script::Bopomofo,
        0x3005
        | 0x3007
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x323AF => Script::Han,
        0xA000..=0xA48C => Script::Yi,
        _ if c.is_alphabetic() => Script::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leading(text: &str) -> Script {
        Counts::of(text.as_bytes()).leading()
    }

    #[test]
    fn scripts_are_told_apart() {
        let cases = [
            ("中华人民共和国宪法", Script::Han),
            ("これはペンです。", Script::Han),
            ("대한민국 헌법", Script::Hangul),
            ("The quick brown fox", Script::Latin),
            ("Être ou ne pas être", Script::Latin),
            ("Все люди рождаются", Script::Cyrillic),
            ("يولد جميع الناس", Script::Arabic),
            ("འགྲོ་བ་མིའི་རིགས", Script::Tibetan),
            ("ᠬᠦᠮᠦᠨ ᠪᠦᠷ ᠲᠥᠷᠥᠵᠦ", Script::Mongolian),
            ("ꊿꂷꃅꄿꐨꐥ", Script::Yi),
            ("Όλοι οι άνθρωποι", Script::Other),
            ("本函数返回 a color value", Script::Han),
            ("the 中 function returns a colour value", Script::Latin),
        ];
        for (text, script) in cases {
            assert_eq!(leading(text), script, "{text}");
        }
    }

    #[test]
    fn lead_bytes_and_characters_agree_on_chinese_and_english() {
        for text in [
            "第一条 为了规范，制定本法。「一」、二",
            "“It’s” — he said: café",
        ] {
            let counts = Counts::of(text.as_bytes());
            assert_eq!(counts.letters, by_character(text.as_bytes()), "{text}");
        }
    }
}
