//! [`Tokenizer`]: what counts the tokens of a text.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Builtin;
use crate::SetupError;

/// One of the program, or one of the user.
pub enum Tokenizer {
    /// Of the program.
    Builtin(Builtin),
    /// From a `tokenizer.json`.
    #[cfg(feature = "tokenizer-json")]
    Json(Box<super::json::JsonTokenizer>),
}

/// Which tokenizer tokens were counted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
pub struct TokenizerId {
    /// Name of one that is built in, or of the file.
    pub name: String,
    /// What it is made by.
    pub version: String,
    /// SHA-256 of the published vocabulary, or BLAKE3 of the file, hex, with the name of the
    /// function before it.
    pub digest: String,
}

/// The tokenizer gave no count for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncounted;

impl Tokenizer {
    /// One of the program.
    pub const fn builtin(which: Builtin) -> Self {
        Self::Builtin(which)
    }

    /// One that is built in, by its name, or the file of this name.
    ///
    /// # Errors
    ///
    /// If there is none, or the file is no tokenizer.
    pub fn named(name: &str) -> Result<Self, SetupError> {
        if let Some(builtin) = Builtin::named(name) {
            return Ok(Self::builtin(builtin));
        }
        let path = Path::new(name);
        if !path.is_file() {
            return Err(SetupError::other(
                format!("no tokenizer is named `{name}`, and there is no such file"),
                "write o200k_base, cl100k_base or the path of a tokenizer.json",
            ));
        }
        Self::file(path)
    }

    #[cfg(feature = "tokenizer-json")]
    fn file(path: &Path) -> Result<Self, SetupError> {
        super::json::JsonTokenizer::read(path).map(|tokenizer| Self::Json(Box::new(tokenizer)))
    }

    #[cfg(not(feature = "tokenizer-json"))]
    fn file(path: &Path) -> Result<Self, SetupError> {
        Err(SetupError::other(
            format!(
                "{}: this yujian was built without tokenizers from files",
                path.display()
            ),
            "build it with `--features tokenizer-json`, or use o200k_base or cl100k_base",
        ))
    }

    /// Names it.
    pub fn id(&self) -> TokenizerId {
        match self {
            Self::Builtin(which) => TokenizerId {
                name: which.name().to_owned(),
                version: "tiktoken 0.12".to_owned(),
                digest: format!("sha256:{}", which.digest()),
            },
            #[cfg(feature = "tokenizer-json")]
            Self::Json(tokenizer) => tokenizer.id(),
        }
    }

    /// How many tokens `text` has; no special ones are added.
    ///
    /// # Errors
    ///
    /// If the tokenizer cannot say; those that are built in always can.
    pub fn count(&self, text: &str) -> Result<u64, Uncounted> {
        match self {
            Self::Builtin(which) => Ok(which.count(text)),
            #[cfg(feature = "tokenizer-json")]
            Self::Json(tokenizer) => tokenizer.count(text),
        }
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokenizer({:?})", self.id())
    }
}

impl PartialEq for Tokenizer {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Tokenizer {}
