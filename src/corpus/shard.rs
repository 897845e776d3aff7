//! [`Shard`]: one file of a corpus, as discovery found it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How records are laid out in a decoded shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// The whole file is one document of plain text.
    Text,
    /// The whole file is one document of Markdown.
    Markdown,
}

impl Format {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Text => "text",
            Self::Markdown => "markdown",
        }
    }
}

/// How the stored bytes are compressed, by their first bytes and not by the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard, one or several frames.
    Zstd,
}

impl Compression {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Why something that was discovered is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// No bytes in it.
    Empty,
    /// `[corpus] exclude` names it.
    Excluded,
    /// The project's own files: `yujian.toml` and what belongs to it.
    Configuration,
    /// Left by an operating system or version control (`.DS_Store`, `.git`).
    System,
    /// A link to something that is discovered under its own name.
    DuplicateLink,
    /// A socket, pipe or device: it has no contents of its own.
    SpecialFile,
    /// No reader for it in this version.
    UnsupportedFormat,
}

impl Skip {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Excluded => "excluded",
            Self::Configuration => "configuration",
            Self::System => "system",
            Self::DuplicateLink => "duplicate-link",
            Self::SpecialFile => "special-file",
            Self::UnsupportedFormat => "unsupported-format",
        }
    }

    /// Whether coverage is whole although this was not read: it holds no corpus text, or the
    /// operator has excluded it in so many words.
    pub const fn harmless(self) -> bool {
        !matches!(self, Self::UnsupportedFormat)
    }
}

/// What will be done with something discovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is read as this.
    Read(Format, Compression),
    /// It is left out.
    Skip(Skip),
    /// It cannot be read: reason code and sentence.
    Fail(String, String),
}

/// One file (or unreadable folder) of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its name in the run: relative to the scanned directory, `/` between parts, the same on
    /// every machine.
    pub path: String,
    /// Where it is on this machine; never written to a run.
    #[serde(skip)]
    pub location: PathBuf,
    /// The source its records belong to unless they say otherwise.
    pub source: String,
    /// Stored bytes, when it was discovered.
    pub bytes: u64,
    /// What will be done with it.
    pub fate: Fate,
}
