//! [`JsonTokenizer`]: the tokenizer of a model, from its `tokenizer.json`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::{TokenizerId, Uncounted};
use crate::SetupError;

/// See the module.
pub struct JsonTokenizer {
    tokenizer: Tokenizer,
    id: TokenizerId,
}

/// What of the file goes into its name.
#[derive(Deserialize)]
struct Head {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "type", default)]
    kind: String,
}

impl JsonTokenizer {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no tokenizer.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let bytes = std::fs::read(path).map_err(|error| SetupError::read(path, error))?;
        let wrong = |why: String| {
            SetupError::other(
                format!("{} is no tokenizer: {why}", path.display()),
                "give the tokenizer.json of a model, as the library `tokenizers` writes it",
            )
        };
        let read = catch_unwind(|| Tokenizer::from_bytes(&bytes));
        let mut tokenizer = read
            .map_err(|_| wrong("it cannot be put together".to_owned()))?
            .map_err(|error| wrong(error.to_string()))?;
        let head: Head = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        // Both would change how many tokens there are.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| wrong(error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kind = head.model.kind;
        Ok(Self {
            tokenizer,
            id: TokenizerId {
                name: name.into_owned(),
                version: format!("tokenizers 0.23 {kind}").trim_end().to_owned(),
                digest: format!("blake3:{}", blake3::hash(&bytes).to_hex()),
            },
        })
    }

    /// Names it.
    pub fn id(&self) -> TokenizerId {
        self.id.clone()
    }

    /// How many tokens `text` has, without special ones.
    ///
    /// # Errors
    ///
    /// If the library fails: its regular expressions may give up on a text.
    pub fn count(&self, text: &str) -> Result<u64, Uncounted> {
        let encode = AssertUnwindSafe(|| self.tokenizer.encode_fast(text, false));
        match catch_unwind(encode) {
            Ok(Ok(encoding)) => Ok(encoding.len() as u64),
            _ => Err(Uncounted),
        }
    }
}
