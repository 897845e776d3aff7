//! [`Builtin`]: the tokenizers that need no file.

use std::sync::LazyLock;

use super::characters::Classed;
use super::split::Split;
use super::vocabulary::Vocabulary;

/// A tokenizer of the program. Source: tiktoken; `data/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// 199,998 tokens; of those that are built in the one that knows Chinese best.
    O200k,
    /// 100,256 tokens.
    Cl100k,
}

static O200K: LazyLock<Vocabulary> =
    LazyLock::new(|| read(include_bytes!("data/o200k_base.tokens.zst")));
static CL100K: LazyLock<Vocabulary> =
    LazyLock::new(|| read(include_bytes!("data/cl100k_base.tokens.zst")));

fn read(stored: &[u8]) -> Vocabulary {
    Vocabulary::read(stored).expect("vocabularies of the program are whole, as tests show")
}

impl Builtin {
    /// All of them, the default first.
    pub const ALL: [Self; 2] = [Self::O200k, Self::Cl100k];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The name it is known by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::O200k => "o200k_base",
            Self::Cl100k => "cl100k_base",
        }
    }

    /// SHA-256 of the vocabulary as it is published, hex.
    pub const fn digest(self) -> &'static str {
        match self {
            Self::O200k => "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
            Self::Cl100k => "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        }
    }

    /// Its tokens; read when they are first asked for.
    pub(super) fn vocabulary(self) -> &'static Vocabulary {
        match self {
            Self::O200k => &O200K,
            Self::Cl100k => &CL100K,
        }
    }

    /// How many tokens `text` has; no special ones.
    pub fn count(self, text: &str) -> u64 {
        let split = match self {
            Self::O200k => Split::O200k,
            Self::Cl100k => Split::Cl100k,
        };
        let (vocabulary, classed) = (self.vocabulary(), Classed::new(text));
        let (mut tokens, mut at) = (0, 0);
        while at < text.len() {
            let end = split.word(classed, at);
            tokens += vocabulary.count(&text.as_bytes()[at..end]);
            at = end;
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the examples of OpenAI's cookbook, "How to count tokens with tiktoken", and of
    /// the tests of tiktoken (`test_simple`, `test_encode_empty`).
    #[test]
    fn published_counts() {
        let cases = [
            ("antidisestablishmentarianism", 6, 6),
            ("2 + 2 = 4", 7, 7),
            ("お誕生日おめでとう", 9, 8),
            ("tiktoken is great!", 6, 6),
            ("hello world", 2, 2),
            ("", 0, 0),
        ];
        for (text, cl100k, o200k) in cases {
            assert_eq!(Builtin::Cl100k.count(text), cl100k, "{text}");
            assert_eq!(Builtin::O200k.count(text), o200k, "{text}");
        }
    }
}
