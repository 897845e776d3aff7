//! [`Language`]: of what is printed.

/// Language of output for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// One of two texts.
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The right half of a bilingual text.
    pub fn of(self, text: &crate::rules::Bilingual) -> &str {
        self.pick(&text.zh, &text.en)
    }
}

impl From<Language> for crate::report::ReportLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => Self::Zh,
            Language::En => Self::En,
        }
    }
}
