//! [`Shard`]: one file of a corpus, as discovery found it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How records are laid out in a decoded shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// JSON: an array of records, one object, or several values one after another.
    Json,
    /// Rows of cells, named by the first row; the delimiter is told by the contents.
    Csv,
    /// [`Format::Csv`] whose name promises tabs.
    Tsv,
    /// The whole file is one document of plain text.
    Text,
    /// The whole file is one document of Markdown.
    Markdown,
    /// The whole file is one document of source code.
    Code,
    /// The whole file is one page of HTML.
    Html,
    /// A web archive: WARC (with WET and WAT) or ARC.
    Warc,
    /// A Word document, by the directory at its end.
    Docx,
    /// A book in EPUB, by the directory at its end.
    Epub,
    /// An archive of files, read from its beginning to its end.
    Tar,
    /// An archive of files, read by the directory at its end.
    Zip,
    /// The same, in blocks of many files.
    SevenZip,
    /// Columns of a table in pages, described at the end of the file.
    Parquet,
    /// Columns of a table in batches: Arrow IPC, a file or a stream.
    Arrow,
}

impl Format {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Code => "code",
            Self::Html => "html",
            Self::Warc => "warc",
            Self::Docx => "docx",
            Self::Epub => "epub",
            Self::Tar => "tar",
            Self::Zip => "zip",
            Self::SevenZip => "7z",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Every format.
    pub const ALL: [Self; 16] = [
        Self::Jsonl,
        Self::Json,
        Self::Csv,
        Self::Tsv,
        Self::Text,
        Self::Markdown,
        Self::Code,
        Self::Html,
        Self::Warc,
        Self::Docx,
        Self::Epub,
        Self::Tar,
        Self::Zip,
        Self::SevenZip,
        Self::Parquet,
        Self::Arrow,
    ];

    /// Whether it has a charset of its own to be told; if not, its reader gets bytes.
    pub const fn is_binary(self) -> bool {
        matches!(
            self,
            Self::Html
                | Self::Warc
                | Self::Docx
                | Self::Epub
                | Self::Tar
                | Self::Zip
                | Self::SevenZip
                | Self::Parquet
                | Self::Arrow
        )
    }

    /// Whether its directory stands at its end, so that it is read by [`Random`](super::Random).
    pub const fn is_random(self) -> bool {
        matches!(
            self,
            Self::Zip | Self::SevenZip | Self::Docx | Self::Epub | Self::Parquet | Self::Arrow
        )
    }

    /// Whether the bytes of its records are those of their text, and not stretches of the shard,
    /// so that they do not add up to its length.
    pub const fn counts_text(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// Whether it holds files with formats of their own.
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Tar | Self::Zip | Self::SevenZip)
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
    /// xz, one or several streams.
    Xz,
    /// bzip2, one or several streams.
    Bzip2,
    /// LZ4 frames, one or several.
    Lz4,
}

impl Compression {
    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
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
    /// A link that leads out of what was to be scanned.
    OutsideRoot,
    /// A picture, sound or film: it holds no text, and is counted.
    MediaByReference,
    /// A directory, link or device in an archive: it has no contents of its own.
    NoFile,
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
            Self::OutsideRoot => "outside-root",
            Self::MediaByReference => "media-by-reference",
            Self::NoFile => "no-file",
            Self::UnsupportedFormat => "unsupported-format",
        }
    }

    /// Whether coverage is whole although this was not read: it holds no corpus text, or the
    /// operator has excluded it in so many words.
    pub const fn harmless(self) -> bool {
        !matches!(self, Self::UnsupportedFormat | Self::OutsideRoot)
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
