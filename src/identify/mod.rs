//! What a record is: Chinese, English, code, another language, or a reference to a picture, sound
//! or film; and what cannot be told stays unknown. `FIL-03` counts a corpus by it.
//!
//! Looked at is a [`Sample`] of the text, whose places depend on the text alone: its beginning and
//! a little at each doubling of the distance from it. Scripts decide first, because they are
//! certain; only what is written in an alphabet of many languages goes on to [`whatlang`], and
//! English is told by its function words before that, which is forty times cheaper.

mod code;
mod gathered;
mod language;
mod prose;
mod sample;
mod script;

use serde::{Deserialize, Serialize};

pub use gathered::{Gathered, OfName};
pub use sample::Sample;

/// What a record is for `FIL-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text in Chinese.
    Zh,
    /// Text in English.
    En,
    /// Source code.
    Code,
    /// Text in another language.
    Other,
    /// The name of a picture and nothing else.
    Image,
    /// The name of a sound and nothing else.
    Audio,
    /// The name of a film and nothing else.
    Video,
    /// What could not be told.
    Unknown,
}

impl Kind {
    /// Every kind, in the order of tables.
    pub const ALL: [Self; 8] = [
        Self::Zh,
        Self::En,
        Self::Code,
        Self::Other,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Unknown,
    ];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Code => "code",
            Self::Other => "other",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Unknown => "unknown",
        }
    }
}

/// Language of what has none, or of which it could not be told. Source: BCP 47.
pub const UNDETERMINED: &str = "und";

/// What a record is, and in what language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// What it is.
    pub kind: Kind,
    /// BCP 47: `zh-Hans`, `zh-Hant`, `en`, `bo`, …; [`UNDETERMINED`] for code and media as well.
    pub language: &'static str,
}

impl Identity {
    /// Nothing could be told.
    pub const UNKNOWN: Self = Self::of(Kind::Unknown);

    /// Of a kind that has no language.
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            language: UNDETERMINED,
        }
    }

    /// Of text in a language.
    const fn text(language: &'static str) -> Self {
        let kind = match language.as_bytes() {
            [b'z', b'h', ..] => Kind::Zh,
            b"en" => Kind::En,
            b"und" => Kind::Unknown,
            _ => Kind::Other,
        };
        Self { kind, language }
    }
}

/// What a text of one piece is.
pub fn identify(text: &str) -> Identity {
    let mut sample = Sample::default();
    sample.push(text);
    sample.identity()
}
