//! One error type per reaction: fix the rules, note the shard and go on, stop.
//!
//! No error carries text from the corpus.

use std::io;
use std::path::{Path, PathBuf};

use crate::{Complaint, Limit};

/// Why rules, configuration or options cannot be used. Nothing has been scanned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Everything that is wrong with rule or configuration files, each with its place and remedy.
    #[error("{}", Complaint::list(.0))]
    Complaints(Vec<Complaint>),
    /// Anything else, with how to mend it.
    #[error("{what}\n  hint: {hint}")]
    Other {
        /// What is wrong.
        what: String,
        /// How to mend it.
        hint: String,
    },
}

impl SetupError {
    /// An error of one sentence and a remedy.
    pub fn other(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Other {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// `source` while reading `path`.
    pub fn read(path: &Path, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            source,
        }
    }
}

/// Why one shard could not be read to its end. The run goes on, lists the shard as failed and
/// ends with exit code 2.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// It cannot be opened.
    #[error("cannot open: {0}")]
    Open(#[source] io::Error),
    /// It cannot be read.
    #[error("cannot read: {0}")]
    Read(#[source] io::Error),
    /// A compressed stream, or a file in an archive, ends before it is whole.
    #[error("the data ends early, after {decoded} decoded bytes")]
    Truncated {
        /// Bytes that could be decoded, and were scanned.
        decoded: u64,
    },
    /// The compressed stream is damaged.
    #[error("compressed data is damaged after {decoded} decoded bytes")]
    Corrupt {
        /// Bytes that could be decoded, and were scanned.
        decoded: u64,
    },
    /// The file changed while it was read, so what was scanned is not what is there.
    #[error("the file changed while it was read")]
    Changed,
    /// So many bytes had to be replaced that what was searched is not what a person would read.
    #[error("{replaced} bytes are no {charset} text and were replaced: convert it, or exclude it")]
    Charset {
        /// What it was read as.
        charset: String,
        /// Bytes that were replaced.
        replaced: u64,
    },
    /// Its bytes cannot be set aside for reading them in any order.
    #[error("cannot write a temporary file (TMPDIR says where): {0}")]
    Spool(#[source] io::Error),
    /// It is not in the format it was read as.
    #[error("{what} at decoded byte {offset}")]
    Malformed {
        /// Stable code: `not-json`, `bad-archive`, …
        reason: &'static str,
        /// What is wrong, without text of the corpus.
        what: &'static str,
        /// Where, in decoded bytes.
        offset: u64,
    },
    /// It is built in a way that is not read, such as encrypted or compressed twice.
    #[error("{what}")]
    Refused {
        /// Stable code: `encrypted`, `stacked-compression`, …
        reason: &'static str,
        /// What it is and what to do about it.
        what: &'static str,
    },
    /// It goes beyond a limit that keeps hostile files from using up the machine.
    #[error("{} (limit {value}): if it is honest, raise `{}` in [limits] of yujian.toml",
        limit.what(), limit.as_str())]
    Limit {
        /// Which limit.
        limit: Limit,
        /// Its value.
        value: u64,
    },
    /// A splitter lost sight of bytes: a mistake in this program.
    #[error("internal error: {bytes} decoded bytes were not accounted for; please report it")]
    Unaccounted {
        /// How many.
        bytes: u64,
    },
    /// A panic in the scanner itself, caught; the shard counts as failed.
    #[error("internal error while scanning: please report it")]
    Panic,
}

impl ShardError {
    /// What an error of reading through decoders and splitters was in the beginning.
    ///
    /// `decoded`: bytes decoded before.
    pub fn from_read(error: io::Error, decoded: u64) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => own,
            Err(error) => match error.kind() {
                io::ErrorKind::UnexpectedEof => Self::Truncated { decoded },
                // Other kinds come from the operating system, these from decoders.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                    Self::Corrupt { decoded }
                }
                _ => Self::Read(error),
            },
        }
    }

    /// The same error once more, where that can be had: for whoever reads through another.
    pub fn again(&self) -> Option<Self> {
        match *self {
            Self::Truncated { decoded } => Some(Self::Truncated { decoded }),
            Self::Corrupt { decoded } => Some(Self::Corrupt { decoded }),
            Self::Limit { limit, value } => Some(Self::Limit { limit, value }),
            Self::Malformed {
                reason,
                what,
                offset,
            } => Some(Self::Malformed {
                reason,
                what,
                offset,
            }),
            _ => None,
        }
    }

    /// Stable reason code for tables: `cannot-open`, `truncated`, …
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Open(_) => "cannot-open",
            Self::Read(_) => "cannot-read",
            Self::Truncated { .. } => "truncated",
            Self::Corrupt { .. } => "corrupt",
            Self::Changed => "changed-while-read",
            Self::Charset { .. } => "charset",
            Self::Spool(_) => "cannot-spool",
            Self::Malformed { reason, .. } | Self::Refused { reason, .. } => reason,
            Self::Limit { limit, .. } => limit.reason(),
            Self::Unaccounted { .. } => "unaccounted",
            Self::Panic => "internal-error",
        }
    }
}

impl From<ShardError> for io::Error {
    /// So that it survives the way through decoders; [`ShardError::from_read`] is the way back.
    fn from(error: ShardError) -> Self {
        Self::other(error)
    }
}

/// Why a run directory cannot be written or read. The scan stops; what was finished can be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Writing or reading a file of the run failed.
    #[error("cannot {action} {path}: {source}{}", remedy(source))]
    Io {
        /// `write`, `read`, `create`, …
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is wrong with the directory, with how to mend it.
    #[error("{what}\n  hint: {hint}")]
    State {
        /// What is wrong.
        what: String,
        /// How to mend it.
        hint: String,
    },
}

/// What to do about a failure of the file system, where that is clear.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\n  hint: make room and try again, a scan with --resume; nothing that was finished is lost"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "\n  hint: choose another -o, or ask for the right to write there"
        }
        io::ErrorKind::NotFound => "\n  hint: check the path",
        _ => "",
    }
}

impl RunError {
    /// `source` while doing `action` to `path`.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// A wrong state, with its remedy.
    pub fn state(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::State {
            what: what.into(),
            hint: hint.into(),
        }
    }
}
