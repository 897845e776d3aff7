//! Pictures, sound and film: a corpus of text holds them by name, and they are counted by kind.

/// What a file is that holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Media {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
}

/// Extensions by kind. Source: the IANA media types `image/*`, `audio/*` and `video/*` that are
/// common in corpora.
const EXTENSIONS: [(Media, &[&str]); 3] = [
    (
        Media::Image,
        &[
            "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif", "svg",
            "jfif",
        ],
    ),
    (
        Media::Audio,
        &[
            "mp3", "wav", "flac", "ogg", "opus", "m4a", "aac", "wma", "amr",
        ],
    ),
    (
        Media::Video,
        &[
            "mp4", "webm", "mkv", "avi", "mov", "flv", "wmv", "m4v", "mpg", "mpeg",
        ],
    ),
];

/// Longest extension, in bytes.
const LONGEST: usize = 5;

impl Media {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Image, Self::Audio, Self::Video];

    /// The word used in files and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// What a path or URL names, by its extension.
    pub fn of_name(name: &str) -> Option<Self> {
        let path = name.split(['?', '#']).next().unwrap_or_default().trim_end();
        let (_, extension) = path.rsplit_once('.')?;
        if extension.is_empty() || extension.len() > LONGEST {
            return None;
        }
        let mut all = EXTENSIONS.iter();
        let (media, _) = all.find(|(_, known)| {
            known
                .iter()
                .any(|other| other.eq_ignore_ascii_case(extension))
        })?;
        Some(*media)
    }

    /// Whether `text` is nothing but a path or URL of such a file.
    pub fn of_reference(text: &str) -> Option<Self> {
        let text = text.trim();
        let one = !text.is_empty() && !text.contains(char::is_whitespace);
        one.then(|| Self::of_name(text)).flatten()
    }
}

/// How many of each kind are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct References([u32; Media::ALL.len()]);

impl References {
    /// Counts `number` more.
    pub fn add(&mut self, media: Media, number: u32) {
        let count = &mut self.0[media as usize];
        *count = count.saturating_add(number);
    }

    /// How many of one kind.
    pub const fn of(self, media: Media) -> u32 {
        self.0[media as usize]
    }

    /// Counts those of `other` as well.
    pub fn merge(&mut self, other: Self) {
        Media::ALL
            .into_iter()
            .for_each(|media| self.add(media, other.of(media)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_extensions() {
        let cases = [
            ("https://a.cn/1.jpg", Some(Media::Image)),
            ("a/b.PNG#x", Some(Media::Image)),
            ("v.mp4?t=1.5", Some(Media::Video)),
            ("s3://b/k.flac", Some(Media::Audio)),
            ("a.txt", None),
            ("jpg", None),
            ("", None),
            ("https://a.cn/", None),
        ];
        for (name, media) in cases {
            assert_eq!(Media::of_name(name), media, "{name}");
        }
        assert_eq!(Media::of_reference("见 a.jpg"), None);
        assert_eq!(Media::of_reference(" a.jpg\n"), Some(Media::Image));
    }
}
