//! The language of a text, by script, and where a script is shared by letters, function words and
//! [`whatlang`].

use std::sync::LazyLock;

use encoding_rs::{BIG5, GBK};

use super::script::{Counts, Script, characters, script_of};
use super::{UNDETERMINED, prose};
use crate::data;

/// Letters below which a text in an alphabet is too short to tell. Source: trial of `whatlang`
/// 0.18, which gives languages at random below it.
pub(super) const FEWEST_LETTERS: u32 = 20;
/// Confidence of `whatlang` below which it does not know. Source: the same trial.
const CONFIDENCE: f64 = 0.5;
/// Characters that are given to it.
const LONGEST: usize = 400;
/// Han characters, kana and syllables below which a text is too short to tell.
const FEWEST_SYLLABLES: u32 = 2 * 4;

/// BCP 47 language of a sample; [`UNDETERMINED`] if it cannot be told.
pub fn of(bytes: &[u8], counts: &Counts) -> &'static str {
    if counts.leading() != Script::Latin {
        return by_script(bytes, counts);
    }
    let little = counts.weight(Script::Han) * 8 < counts.weight(Script::Latin);
    if little && is_english(bytes) {
        return "en";
    }
    let words = prose::words(bytes);
    by_script(&words, &Counts::of(&words))
}

fn by_script(bytes: &[u8], counts: &Counts) -> &'static str {
    let script = counts.leading();
    let weight = counts.weight(script);
    match script {
        Script::Han
            if counts.weight(Script::Han) + counts.weight(Script::Kana) < FEWEST_SYLLABLES =>
        {
            UNDETERMINED
        }
        Script::Han => han(bytes, counts),
        Script::Hangul if weight >= FEWEST_SYLLABLES => "ko",
        Script::Yi if weight >= FEWEST_SYLLABLES => "ii",
        Script::Tibetan if weight >= FEWEST_SYLLABLES => "bo",
        Script::Mongolian if weight >= FEWEST_SYLLABLES => "mn-Mong",
        _ if weight < FEWEST_LETTERS => UNDETERMINED,
        Script::Latin if is_english(bytes) => "en",
        Script::Cyrillic => cyrillic(bytes).unwrap_or_else(|| by_trigrams(bytes, script)),
        Script::Arabic => arabic(bytes).unwrap_or_else(|| by_trigrams(bytes, script)),
        _ => by_trigrams(bytes, script),
    }
}

/// Kana is never absent from Japanese, and rare in Chinese.
fn han(bytes: &[u8], counts: &Counts) -> &'static str {
    let (han, kana) = (counts.weight(Script::Han), counts.weight(Script::Kana));
    if kana * 10 >= han + kana {
        return "ja";
    }
    let (mut simplified, mut traditional) = (0u32, 0u32);
    let forms = &**FORMS;
    // Three bytes a character of this block; what was cut begins with no such lead byte.
    let mut rest = bytes;
    for _ in 0..FORMS_COUNTED {
        let Some(at) = rest.iter().position(|byte| matches!(byte, 0xE4..=0xE9)) else {
            break;
        };
        let &[lead, second, third, ..] = &rest[at..] else {
            break;
        };
        rest = &rest[at + 3..];
        let place = (usize::from(lead & 0xF) << 12)
            | (usize::from(second & 0x3F) << 6)
            | usize::from(third & 0x3F);
        match place.checked_sub(0x4E00).and_then(|at| forms.get(at)) {
            Some(Form::Simplified) => simplified += 1,
            Some(Form::Traditional) => traditional += 1,
            _ => {}
        }
    }
    // A quotation, a name or a variant does not make a text traditional.
    if simplified > 2 * traditional {
        "zh-Hans"
    } else if traditional > 2 * simplified {
        "zh-Hant"
    } else {
        "zh"
    }
}

/// Han characters whose forms are counted.
const FORMS_COUNTED: usize = 160;

/// How a character of the Unicode block U+4E00–U+9FFF is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Both,
    Simplified,
    Traditional,
}

/// By the table of variants, where the character set of the other side lacks the character:
/// 后 is simplified for 後, and a traditional character as well.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let mut forms = vec![Form::Both; 0x5200];
    let mut set = |c: char, form: Form| {
        if let Some(place) = (u32::from(c) as usize)
            .checked_sub(0x4E00)
            .filter(|at| *at < 0x5200)
        {
            forms[place] = form;
        }
    };
    for row in data::rows(data::VARIANTS) {
        let mut pair = row.iter().filter_map(|cell| cell.chars().next());
        let (Some(from), Some(to)) = (pair.next(), pair.next()) else {
            continue;
        };
        if in_big5(from) && !in_gb2312(from) {
            set(from, Form::Traditional);
        }
        if in_gb2312(to) && !in_big5(to) {
            set(to, Form::Simplified);
        }
    }
    forms
});

fn in_big5(c: char) -> bool {
    !BIG5.encode(c.encode_utf8(&mut [0; 4])).2
}

/// GB 2312 is the part of GBK in which both bytes are 0xA1 or more, and rows 16 to 87 of it hold Han.
fn in_gb2312(c: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = GBK.encode(c.encode_utf8(&mut buffer));
    !failed && matches!(*bytes, [0xB0..=0xF7, 0xA1..=0xFE])
}

/// Uyghur, Kazakh in Arabic letters, and Sorani, which have letters of their own.
fn arabic(bytes: &[u8]) -> Option<&'static str> {
    let (mut all, mut uyghur, mut kazakh, mut sorani) = (0, 0, 0, 0);
    for c in characters(bytes) {
        all += u32::from(script_of(c) == Some(Script::Arabic));
        // E, ü, u and ng of Uyghur; the high hamza of Kazakh; ê, ll and rr of Sorani.
        uyghur += u32::from(matches!(c, 'ې' | 'ۈ' | 'ۇ' | 'ڭ'));
        kazakh += u32::from(c == '\u{674}');
        sorani += u32::from(matches!(c, 'ێ' | 'ڵ' | 'ڕ'));
    }
    if kazakh * 100 >= all && uyghur > 0 {
        Some("kk-Arab")
    } else if uyghur * 50 >= all {
        Some("ug")
    } else if sorani * 50 >= all {
        Some("ckb")
    } else {
        None
    }
}

/// Mongolian, Kazakh and Kyrgyz, which `whatlang` takes for other languages.
fn cyrillic(bytes: &[u8]) -> Option<&'static str> {
    let (mut all, mut kazakh, mut kyrgyz, mut shared) = (0, 0, 0, 0);
    for c in characters(bytes) {
        all += u32::from(script_of(c) == Some(Script::Cyrillic));
        kazakh += u32::from(matches!(c, 'қ' | 'ғ' | 'ұ' | 'Қ' | 'Ғ' | 'Ұ'));
        kyrgyz += u32::from(matches!(c, 'ң' | 'Ң'));
        shared += u32::from(matches!(c, 'ө' | 'ү' | 'Ө' | 'Ү'));
    }
    if kazakh * 100 >= all {
        Some("kk")
    } else if shared * 50 < all {
        None
    } else if kyrgyz * 400 >= all {
        Some("ky")
    } else {
        Some("mn")
    }
}

/// Frequent words of English that no other language of this alphabet has among its frequent
/// ones. Lower case.
const ENGLISH: [&str; 42] = [
    "and", "any", "are", "be", "been", "but", "by", "can", "could", "each", "from", "has", "have",
    "he", "her", "his", "how", "if", "it", "its", "not", "other", "should", "that", "the", "their",
    "them", "there", "they", "this", "to", "were", "what", "when", "which", "who", "will", "with",
    "would", "you", "your", "yours",
];
/// Those that Dutch, German or others have as well.
const SHARED: [&str; 11] = [
    "of", "in", "is", "a", "for", "or", "on", "as", "at", "was", "an",
];
/// Words that are looked at.
const WORDS: usize = 64;

/// Both lists as numbers, sorted, with whether the word is English alone.
static FUNCTION_WORDS: LazyLock<Vec<(u64, bool)>> = LazyLock::new(|| {
    let own = ENGLISH.iter().map(|word| (packed(word.as_bytes()), true));
    let shared = SHARED.iter().map(|word| (packed(word.as_bytes()), false));
    let mut all: Vec<(u64, bool)> = own.chain(shared).collect();
    all.sort_unstable();
    all
});

/// Whether function words say that it is English; if not, it may be all the same.
///
/// Prose has one such word in three. One in eight of those that are English alone is enough; or
/// one in six of all, if *the* is among them and hardly a letter has a mark.
fn is_english(bytes: &[u8]) -> bool {
    let known = &**FUNCTION_WORDS;
    let the = packed(b"the");
    let (mut words, mut english, mut shared, mut articles, mut marked) = (0, 0, 0, 0, 0);
    let (mut word, mut length) = (0u64, 0usize);
    for byte in bytes.iter().chain([&b' ']) {
        if byte.is_ascii_alphabetic() || *byte >= 0xC3 {
            marked += usize::from(matches!(byte, 0xC3..=0xCA));
            word = (word << 8) | u64::from(byte | 0x20);
            length += 1;
        } else if length > 0 && *byte < 0x80 {
            words += 1;
            if length <= 6
                && let Ok(at) = known.binary_search_by_key(&word, |(known, _)| *known)
            {
                english += usize::from(known[at].1);
                shared += usize::from(!known[at].1);
                articles += usize::from(word == the);
            }
            (word, length) = (0, 0);
            // The first: enough of them whatever else there is.
            if english * 8 >= WORDS || words == WORDS {
                break;
            }
        }
    }
    let strong = english >= 4 && english * 8 >= words;
    let all = english + shared;
    let mixed = articles > 0 && all >= 2 && all * 6 >= words && marked * 32 <= words;
    // Lists and tables of names, with a word here and there.
    let sparse = marked == 0
        && ((articles > 0 && all >= 2 && all * 10 >= words)
            || (english >= 2 && all >= 3 && all * 6 >= words));
    strong || mixed || sparse
}

/// A word of at most eight letters as a number.
fn packed(word: &[u8]) -> u64 {
    word.iter()
        .fold(0, |all, byte| (all << 8) | u64::from(byte | 0x20))
}

/// What `whatlang` says, if it is sure, and if it speaks of the script that leads.
fn by_trigrams(bytes: &[u8], script: Script) -> &'static str {
    // Only letters of the script and what stands between words: addresses and figures mislead.
    let mut text = String::with_capacity(LONGEST * 2);
    let mut letters = 0;
    for c in characters(bytes) {
        let own = script_of(c) == Some(script);
        if own || c.is_alphabetic() || matches!(c, '\'' | '’') || unicode_mark(c) {
            text.push(c);
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
        letters += usize::from(own);
        if letters == LONGEST {
            break;
        }
    }
    let Some(info) = whatlang::detect(&text) else {
        return UNDETERMINED;
    };
    if info.confidence() < CONFIDENCE {
        return UNDETERMINED;
    }
    bcp47(info.lang())
}

/// Vowel signs of the scripts of India and South-East Asia, which are no letters.
fn unicode_mark(c: char) -> bool {
    matches!(u32::from(c), 0x900..=0xDFF | 0xE31..=0xE4E | 0x1000..=0x109F | 0x1780..=0x17FF)
}

/// The shortest code of a language. Source: ISO 639-1, of which `whatlang` gives the third part.
fn bcp47(lang: whatlang::Lang) -> &'static str {
    const CODES: &[(&str, &str)] = &[
        ("epo", "eo"),
        ("eng", "en"),
        ("rus", "ru"),
        ("cmn", "zh"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("ben", "bn"),
        ("fra", "fr"),
        ("deu", "de"),
        ("ukr", "uk"),
        ("kat", "ka"),
        ("ara", "ar"),
        ("hin", "hi"),
        ("jpn", "ja"),
        ("heb", "he"),
        ("yid", "yi"),
        ("pol", "pl"),
        ("amh", "am"),
        ("jav", "jv"),
        ("kor", "ko"),
        ("nob", "nb"),
        ("dan", "da"),
        ("swe", "sv"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("nld", "nl"),
        ("hun", "hu"),
        ("ces", "cs"),
        ("ell", "el"),
        ("bul", "bg"),
        ("bel", "be"),
        ("mar", "mr"),
        ("kan", "kn"),
        ("ron", "ro"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("mkd", "mk"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("tam", "ta"),
        ("vie", "vi"),
        ("urd", "ur"),
        ("tha", "th"),
        ("guj", "gu"),
        ("uzb", "uz"),
        ("pan", "pa"),
        ("aze", "az"),
        ("ind", "id"),
        ("tel", "te"),
        ("pes", "fa"),
        ("mal", "ml"),
        ("ori", "or"),
        ("mya", "my"),
        ("nep", "ne"),
        ("sin", "si"),
        ("khm", "km"),
        ("tuk", "tk"),
        ("aka", "ak"),
        ("zul", "zu"),
        ("sna", "sn"),
        ("afr", "af"),
        ("lat", "la"),
        ("slk", "sk"),
        ("cat", "ca"),
        ("tgl", "tl"),
        ("hye", "hy"),
        ("cym", "cy"),
    ];
    let three = lang.code();
    CODES
        .iter()
        .find(|(code, _)| *code == three)
        .map_or(three, |(_, two)| two)
}
