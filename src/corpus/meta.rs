//! What records say of themselves besides their text: where it is from, of when, on what terms.
//!
//! The operator may name the paths of each field; the names that are common in published corpora
//! are known. A record is asked key by key and not path by path, so that many known names cost a
//! record with few keys nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::media::{Media, References};

/// Fields that every run has a column and counts for.
pub const FIELDS: [&str; 5] = ["url", "date", "source", "licence", "language"];

/// Field whose values are names of pictures, sound and film; they are counted, not kept.
pub const MEDIA_FIELD: &str = "media";

/// Field whose value is the label of machine-made text (GB 45438-2025); it is searched, not kept.
pub const LABEL_FIELD: &str = "aigc";

/// Longest label that is searched, in bytes: seven short values and two signatures.
pub const LONGEST_LABEL: usize = 4_096;

/// Longest value that is kept, in bytes; what is longer is a text and identifies nothing. The
/// longest URLs that search engines take are four times as long, and rare.
pub const LONGEST_VALUE: usize = 512;

/// Keys under which [`FIELDS`], [`MEDIA_FIELD`] and [`LABEL_FIELD`] are found unless the operator
/// names others.
/// Source: the keys of C4, OSCAR, FineWeb, Dolma, The Stack, LAION and MNBVC, headers of WARC, and
/// everyday variations.
const KNOWN: [&[&str]; 7] = [
    &[
        "url",
        "URL",
        "uri",
        "link",
        "source_url",
        "page_url",
        "web_url",
        "canonical_url",
        "WARC-Target-URI",
        "warc-target-uri",
        "网址",
        "链接",
    ],
    &[
        "date",
        "timestamp",
        "publish_date",
        "published_at",
        "publish_time",
        "pub_date",
        "datetime",
        "created",
        "created_at",
        "crawl_date",
        "WARC-Date",
        "warc-date",
        "日期",
        "时间",
        "发布时间",
    ],
    &[
        "source",
        "data_source",
        "source_name",
        "dataset",
        "dataset_name",
        "publisher",
        "site",
        "来源",
    ],
    &[
        "license",
        "licence",
        "license_id",
        "license_type",
        "licenses",
        "max_stars_repo_licenses",
        "许可",
        "许可证",
    ],
    &[
        "lang",
        "language",
        "language_code",
        "lang_id",
        "locale",
        "语言",
    ],
    &[
        "image",
        "images",
        "image_url",
        "image_urls",
        "image_path",
        "img",
        "img_url",
        "picture",
        "audio",
        "audios",
        "audio_url",
        "audio_path",
        "video",
        "videos",
        "video_url",
        "video_path",
        "url",
        "URL",
    ],
    &[
        "AIGC",
        "aigc",
        "TC260:AIGC",
        "aigc_label",
        "aigc_metadata",
        "AIGC标识",
    ],
];

/// Objects in which records keep such keys, besides the record itself.
const AROUND: [&str; 3] = ["meta", "metadata", "warc_headers"];

/// What a record says of itself. Formats with an identity of their own (WARC, HTML) fill it
/// themselves; whatever it holds is shortened and freed of passwords before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stated {
    /// Address of the text, or of its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was written, published or taken, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Where it is from, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// On what terms it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// In what language it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Further fields of `[corpus.metadata]`, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
    /// Pictures, sound and film that it names.
    #[serde(skip)]
    pub references: References,
    /// The label of machine-made text and the path at which it stands.
    #[serde(skip)]
    pub label: Option<(String, String)>,
}

impl Stated {
    /// The values of [`FIELDS`], in that order.
    pub fn values(&self) -> [Option<&str>; FIELDS.len()] {
        let all = [
            &self.url,
            &self.date,
            &self.source,
            &self.licence,
            &self.language,
        ];
        all.map(|value| value.as_deref().filter(|text| !text.trim().is_empty()))
    }

    fn slot(&mut self, field: usize) -> Option<&mut Option<String>> {
        let all = [
            &mut self.url,
            &mut self.date,
            &mut self.source,
            &mut self.licence,
            &mut self.language,
        ];
        all.into_iter().nth(field)
    }
}

/// Where records keep the values of [`Stated`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPaths {
    /// Names of the fields beyond [`FIELDS`], [`MEDIA_FIELD`] and [`LABEL_FIELD`].
    others: Vec<String>,
    /// By the first key of their paths, in order of the keys.
    by_key: Vec<(String, Vec<Wanted>)>,
}

/// A field that is looked for behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Position in [`FIELDS`], then [`MEDIA_FIELD`], [`LABEL_FIELD`], then the others.
    field: usize,
    /// Of the paths of a field the first that has a value is taken.
    rank: usize,
    /// What follows the key.
    pub(super) rest: Vec<String>,
}

impl Wanted {
    /// Whether names in lists and objects are counted one by one.
    pub(super) fn is_media(&self) -> bool {
        self.field == FIELDS.len()
    }

    /// Whether it is a label, which is given with its path.
    pub(super) fn is_label(&self) -> bool {
        self.field == FIELDS.len() + 1
    }

    /// Bytes of a value that are of interest.
    pub(super) fn longest(&self) -> usize {
        match self.is_label() {
            true => LONGEST_LABEL,
            false => LONGEST_VALUE,
        }
    }
}

impl FieldPaths {
    /// The known paths, and those of `named`: dotted paths by the name of the field. Those of a
    /// known field take the place of the known paths.
    pub fn new<'n>(named: impl IntoIterator<Item = (&'n str, &'n [String])>) -> Self {
        let dotted = |path: &str| -> Vec<String> { path.split('.').map(str::to_owned).collect() };
        let mut own: [Option<&[String]>; KNOWN.len()] = [None; KNOWN.len()];
        let mut others = Vec::new();
        for (name, paths) in named {
            match known_field(name) {
                Some(field) => own[field] = Some(paths),
                None => others.push((name, paths)),
            }
        }
        let mut all = Self::default();
        for (field, keys) in KNOWN.iter().enumerate() {
            if let Some(paths) = own[field] {
                all.add(field, paths.iter().map(|path| dotted(path)));
            } else {
                let inside = AROUND
                    .iter()
                    .flat_map(|around| keys.iter().map(move |key| [*around, *key]));
                let inside = inside.map(|path| path.map(str::to_owned).to_vec());
                let outside = keys.iter().map(|key| vec![(*key).to_owned()]);
                all.add(field, outside.chain(inside));
            }
        }
        for (at, (name, paths)) in others.into_iter().enumerate() {
            all.others.push(name.to_owned());
            all.add(KNOWN.len() + at, paths.iter().map(|path| dotted(path)));
        }
        all.by_key.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    fn add(&mut self, field: usize, paths: impl Iterator<Item = Vec<String>>) {
        for (rank, mut path) in paths.enumerate() {
            let rest = path.split_off(1);
            let key = path.remove(0);
            let wanted = Wanted { field, rank, rest };
            match self.by_key.iter_mut().find(|(known, _)| *known == key) {
                Some((_, list)) => list.push(wanted),
                None => self.by_key.push((key, vec![wanted])),
            }
        }
    }

    /// Fields whose paths begin with `key`.
    pub(super) fn behind(&self, key: &str) -> &[Wanted] {
        let found = self
            .by_key
            .binary_search_by(|(known, _)| known.as_str().cmp(key));
        found.map_or(&[], |at| &self.by_key[at].1)
    }
}

/// Position in [`FIELDS`], [`MEDIA_FIELD`] and [`LABEL_FIELD`] of a field that is known.
pub fn known_field(name: &str) -> Option<usize> {
    let mut all = FIELDS.iter().chain([&MEDIA_FIELD, &LABEL_FIELD]);
    all.position(|known| *known == name)
}

/// Takes the values of one record together.
pub(super) struct Stating<'p> {
    paths: &'p FieldPaths,
    stated: Stated,
    /// Rank of the path that gave the value, by field.
    ranks: [usize; FIELDS.len()],
    /// The same of the label.
    label_rank: usize,
    /// The same of the others; empty until one is given.
    other_ranks: BTreeMap<usize, usize>,
}

impl<'p> Stating<'p> {
    pub(super) fn new(paths: &'p FieldPaths) -> Self {
        Self {
            paths,
            stated: Stated::default(),
            ranks: [usize::MAX; FIELDS.len()],
            label_rank: usize::MAX,
            other_ranks: BTreeMap::new(),
        }
    }

    /// Whether a value that is `wanted` would be taken, and not one of a better path.
    pub(super) fn takes(&self, wanted: &Wanted) -> bool {
        let Wanted { field, rank, .. } = *wanted;
        match self.ranks.get(field) {
            Some(before) => rank < *before,
            None if wanted.is_media() => true,
            None if wanted.is_label() => rank < self.label_rank,
            None => self
                .other_ranks
                .get(&field)
                .is_none_or(|before| rank < *before),
        }
    }

    /// Gives the value of a field, which stands at the path `name`. Names of media are counted,
    /// every other value is shortened.
    pub(super) fn give(&mut self, wanted: &Wanted, name: &str, value: &str) {
        if wanted.is_media() {
            if let Some(media) = Media::of_name(value) {
                self.stated.references.add(media, 1);
            }
            return;
        }
        if value.trim().is_empty() || !self.takes(wanted) {
            return;
        }
        if wanted.is_label() {
            let value = &value[..value.floor_char_boundary(LONGEST_LABEL)];
            self.stated.label = Some((name.to_owned(), value.to_owned()));
            self.label_rank = wanted.rank;
            return;
        }
        let value = shortened(value).to_owned();
        if let Some(slot) = self.stated.slot(wanted.field) {
            *slot = Some(value);
            self.ranks[wanted.field] = wanted.rank;
        } else {
            let name = &self.paths.others[wanted.field - KNOWN.len()];
            self.stated.others.insert(name.clone(), value);
            self.other_ranks.insert(wanted.field, wanted.rank);
        }
    }

    /// Gives the value of a column or key, whose name may hold the dots of a path.
    pub(super) fn give_named(&mut self, name: &str, value: &str) {
        let paths = self.paths;
        let (key, rest) = name.split_once('.').unwrap_or((name, ""));
        for wanted in paths.behind(key) {
            let same = if rest.is_empty() {
                wanted.rest.is_empty() && key.len() == name.len()
            } else {
                rest.split('.').eq(wanted.rest.iter().map(String::as_str))
            };
            if same {
                self.give(wanted, name, value);
            }
        }
    }

    pub(super) fn end(self) -> Stated {
        self.stated
    }
}

/// The beginning of a value, at most [`LONGEST_VALUE`] bytes.
pub fn shortened(value: &str) -> &str {
    &value[..value.floor_char_boundary(LONGEST_VALUE)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &FieldPaths, values: &[(&str, &str)]) -> Stated {
        let mut stating = Stating::new(paths);
        for (name, value) in values {
            stating.give_named(name, value);
        }
        stating.end()
    }

    #[test]
    fn the_first_path_with_a_value_is_taken_whatever_the_order_of_keys() {
        let paths = FieldPaths::new([]);
        let stated = named(
            &paths,
            &[
                ("link", "second"),
                ("metadata.url", "third"),
                ("url", " "),
                ("lang", "zh"),
                ("language", "en"),
            ],
        );
        assert_eq!(stated.url.as_deref(), Some("second"));
        assert_eq!(stated.language.as_deref(), Some("zh"));
        assert_eq!(stated.values()[1], None);
    }

    #[test]
    fn named_paths_replace_the_known_ones_and_add_fields() {
        let (url, author) = (["where.from".to_owned()], ["who".to_owned()]);
        let paths = FieldPaths::new([("url", &url[..]), ("author", &author[..])]);
        let stated = named(
            &paths,
            &[
                ("url", "no"),
                ("where.from", "yes"),
                ("who", "x"),
                ("date", "2024"),
            ],
        );
        assert_eq!(stated.url.as_deref(), Some("yes"));
        assert_eq!(stated.others.get("author").map(String::as_str), Some("x"));
        assert_eq!(stated.date.as_deref(), Some("2024"));
    }

    #[test]
    fn values_are_shortened_between_characters() {
        let paths = FieldPaths::new([]);
        let stated = named(&paths, &[("source", &"语".repeat(1000))]);
        let source = stated.source.unwrap();
        assert_eq!(source.len(), 510);
        assert!(source.chars().all(|c| c == '语'));
    }

    #[test]
    fn labels_keep_their_path_and_may_be_long() {
        let paths = FieldPaths::new([]);
        let long = format!(
            "{{\"Label\":\"1\",\"ReservedCode1\":\"{}\"}}",
            "a".repeat(5000)
        );
        let stated = named(&paths, &[("metadata.AIGC", &long), ("aigc", " ")]);
        let (path, label) = stated.label.unwrap();
        assert_eq!(
            (path.as_str(), label.len()),
            ("metadata.AIGC", LONGEST_LABEL)
        );
        let own = ["x.y".to_owned()];
        let paths = FieldPaths::new([("aigc", &own[..])]);
        assert_eq!(named(&paths, &[("AIGC", "a")]).label, None);
        assert!(named(&paths, &[("x.y", "a")]).label.is_some());
    }

    #[test]
    fn names_of_media_are_counted() {
        let paths = FieldPaths::new([]);
        let stated = named(
            &paths,
            &[
                ("url", "http://a.cn/b.JPG?w=1"),
                ("audio_path", "x/y.mp3"),
                ("image", "none"),
            ],
        );
        assert_eq!(stated.references.of(Media::Image), 1);
        assert_eq!(stated.references.of(Media::Audio), 1);
        assert_eq!(stated.references.of(Media::Video), 0);
    }
}
