//! Classes of characters by which texts are split into words, as regular expressions have them.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// `\p{Lu}` and `\p{Lt}`.
pub const UPPER: u8 = 1;
/// `\p{Ll}`.
pub const LOWER: u8 = 1 << 1;
/// `\p{Lm}` and `\p{Lo}`: Han characters, kana, Hangul, and all else without case.
pub const OTHER: u8 = 1 << 2;
/// `\p{M}`.
pub const MARK: u8 = 1 << 3;
/// `\p{N}`.
pub const NUMBER: u8 = 1 << 4;
/// `\s`.
pub const SPACE: u8 = 1 << 5;
/// `\r` and `\n`, which are [`SPACE`] as well.
pub const NEWLINE: u8 = 1 << 6;
/// `\p{L}`.
pub const LETTER: u8 = UPPER | LOWER | OTHER;

/// One class a code point. `char::is_alphabetic` and its like are other sets.
static CLASSES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut classes = vec![0; char::MAX as usize + 1];
    let sets = [
        (r"[\p{Lu}\p{Lt}]", UPPER),
        (r"\p{Ll}", LOWER),
        (r"[\p{Lm}\p{Lo}]", OTHER),
        (r"\p{M}", MARK),
        (r"\p{N}", NUMBER),
        (r"\s", SPACE),
        (r"[\r\n]", NEWLINE),
    ];
    for (set, class) in sets {
        let set = regex_syntax::parse(set).expect("the sets above are regular expressions");
        let HirKind::Class(Class::Unicode(set)) = set.into_kind() else {
            unreachable!("a set with more than one character is a class");
        };
        for range in set.ranges() {
            let range = range.start() as usize..=range.end() as usize;
            classes[range].iter_mut().for_each(|of| *of |= class);
        }
    }
    classes
});

/// A text with the classes of its characters.
#[derive(Clone, Copy)]
pub struct Classed<'t> {
    text: &'t str,
    classes: &'static [u8],
}

/// The character at some place; of class 0 and no length at the end of the text.
#[derive(Clone, Copy)]
pub struct Seen {
    pub character: char,
    pub class: u8,
    /// Bytes.
    pub len: usize,
}

impl Seen {
    /// Whether it belongs to one of `classes`.
    pub const fn is(self, classes: u8) -> bool {
        self.class & classes != 0
    }
}

impl<'t> Classed<'t> {
    /// Of this text.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            classes: &CLASSES,
        }
    }

    /// Bytes of the text.
    pub const fn len(self) -> usize {
        self.text.len()
    }

    /// The character at `at`, which is a boundary.
    pub fn at(self, at: usize) -> Seen {
        self.see(self.text[at..].chars().next())
    }

    /// The character before `at`, which is a boundary.
    pub fn before(self, at: usize) -> Seen {
        self.see(self.text[..at].chars().next_back())
    }

    fn see(self, character: Option<char>) -> Seen {
        character.map_or(
            Seen {
                character: '\0',
                class: 0,
                len: 0,
            },
            |character| Seen {
                character,
                class: self.classes[character as usize],
                len: character.len_utf8(),
            },
        )
    }

    /// Where characters of `classes` end that begin at `at`.
    pub fn run(self, at: usize, classes: u8) -> usize {
        self.until(at, |seen| !seen.is(classes))
    }

    /// The first place from `at` on where `ends` holds, or the end.
    pub fn until(self, at: usize, ends: impl Fn(Seen) -> bool) -> usize {
        let mut end = at;
        for character in self.text[at..].chars() {
            let seen = self.see(Some(character));
            if ends(seen) {
                break;
            }
            end += seen.len;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_regular_expressions() {
        let class = |c: char| Classed::new(c.encode_utf8(&mut [0; 4])).at(0).class;
        assert_eq!(class('A'), UPPER);
        assert_eq!(class('ǅ'), UPPER);
        assert_eq!(class('ß'), LOWER);
        assert_eq!(class('語'), OTHER);
        assert_eq!(class('\u{301}'), MARK);
        // Letters by their use, but numbers by their category.
        assert_eq!(class('Ⅷ'), NUMBER);
        assert_eq!(class('〇'), NUMBER);
        assert_eq!(class('\u{3000}'), SPACE);
        assert_eq!(class('\n'), SPACE | NEWLINE);
        assert_eq!(class('。'), 0);
    }
}
