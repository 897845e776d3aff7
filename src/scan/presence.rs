//! [`Presence`]: how many records say where they are from, of when, and on what terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::corpus::{Media, Stated, is_page};
use crate::detect::rights::licence::licence_of_value;

/// The licence that the last record stated, as most records state the same.
#[derive(Default)]
pub(super) struct LastLicence {
    value: String,
    binding: Vec<String>,
}

impl LastLicence {
    /// The licences that bind by a value, each once.
    fn binding(&mut self, value: &str) -> &[String] {
        if self.value != value {
            let statement = licence_of_value(value);
            let mut binding: Vec<String> = statement.counted().map(str::to_owned).collect();
            binding.sort_unstable();
            binding.dedup();
            (self.value, self.binding) = (value.to_owned(), binding);
        }
        &self.binding
    }
}

/// Scanned records of a source that have a field. Source of the fields: TC260-PG-20252A, 5.2
/// (`D52-04` to `D52-09`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema, Deserialize)]
#[serde(default)]
pub struct Presence {
    /// An id of their own.
    pub id: u64,
    /// A URL.
    pub url: u64,
    /// A URL that is well-formed and leads further than to a site as a whole.
    pub page_url: u64,
    /// A date.
    pub date: u64,
    /// The name of what they are from.
    pub source: u64,
    /// A licence.
    pub licence: u64,
    /// Licences that bind by it (SPDX ids, those of the program's table, and one for all others).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub licences: BTreeMap<String, u64>,
    /// A language.
    pub language: u64,
    /// Further fields of `[corpus.metadata]`, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, u64>,
    /// Pictures that records name.
    pub images: u64,
    /// Sound that records name.
    pub audios: u64,
    /// Films that records name.
    pub videos: u64,
}

impl Presence {
    /// Counts a record.
    pub(super) fn add(&mut self, id: Option<&str>, stated: &Stated, last: &mut LastLicence) {
        let [url, date, source, licence, language] = stated.values();
        self.id += u64::from(id.is_some());
        self.url += u64::from(url.is_some());
        self.page_url += u64::from(url.is_some_and(is_page));
        self.date += u64::from(date.is_some());
        self.source += u64::from(source.is_some());
        self.licence += u64::from(licence.is_some());
        for licence in licence.map_or(&[][..], |value| last.binding(value)) {
            match self.licences.get_mut(licence) {
                Some(count) => *count += 1,
                None => drop(self.licences.insert(licence.clone(), 1)),
            }
        }
        self.language += u64::from(language.is_some());
        for name in stated.others.keys() {
            match self.others.get_mut(name) {
                Some(count) => *count += 1,
                None => drop(self.others.insert(name.clone(), 1)),
            }
        }
        for media in Media::ALL {
            *self.media(media) += u64::from(stated.references.of(media));
        }
    }

    fn media(&mut self, media: Media) -> &mut u64 {
        match media {
            Media::Image => &mut self.images,
            Media::Audio => &mut self.audios,
            Media::Video => &mut self.videos,
        }
    }

    /// Adds `other`.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            id,
            url,
            page_url,
            date,
            source,
            licence,
            licences,
            language,
            others,
            images,
            audios,
            videos,
        } = other;
        for (ours, theirs) in [
            (&mut self.id, id),
            (&mut self.url, url),
            (&mut self.page_url, page_url),
            (&mut self.date, date),
            (&mut self.source, source),
            (&mut self.licence, licence),
            (&mut self.language, language),
            (&mut self.images, images),
            (&mut self.audios, audios),
            (&mut self.videos, videos),
        ] {
            *ours += theirs;
        }
        for (licence, count) in licences {
            *self.licences.entry(licence.clone()).or_default() += count;
        }
        for (name, count) in others {
            *self.others.entry(name.clone()).or_default() += count;
        }
    }
}
