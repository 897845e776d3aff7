//! [`Sample`]: the parts of a record's text by which it is judged.

use super::{Identity, code, language, script};

/// Bytes of the beginning that are looked at. Half as much again, here and in the windows, changed
/// the kind of one in two hundred records of 22 MB of open text.
const HEAD: usize = 1024;
/// Bytes that are looked at in each place behind it.
const WINDOW: usize = 256;
/// First place behind the beginning; the others are at its doubles.
const FIRST: u64 = 2048;

/// Parts of a text, gathered as it passes by.
///
/// Which bytes are taken depends on their places in the text and on nothing else, however it is
/// handed over.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    bytes: Vec<u8>,
    /// Bytes of text that have passed.
    passed: u64,
    /// Where the windows after the beginning start in `bytes`.
    head: usize,
}

impl Sample {
    /// The text goes on with `text`.
    pub fn push(&mut self, text: &str) {
        let start = self.passed;
        let end = start + text.len() as u64;
        self.passed = end;
        if start < HEAD as u64 {
            let take = text.len().min(HEAD - start as usize);
            self.bytes.extend_from_slice(&text.as_bytes()[..take]);
            self.head = self.bytes.len();
        }
        let mut place = FIRST.max(start.checked_next_power_of_two().unwrap_or(FIRST) / 2);
        while place < end {
            let (from, to) = (place.max(start), (place + WINDOW as u64).min(end));
            if from < to {
                let range = (from - start) as usize..(to - start) as usize;
                self.bytes.extend_from_slice(&text.as_bytes()[range]);
            }
            place *= 2;
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bytes.clear();
        (self.passed, self.head) = (0, 0);
    }

    /// Whether there are more letters than a name or a number has.
    pub fn has_letters(&self) -> bool {
        let counts = script::Counts::of(&self.bytes);
        counts.weight(counts.leading()) >= language::FEWEST_LETTERS
    }

    /// What the text is.
    pub fn identity(&self) -> Identity {
        let (head, rest) = self.bytes.split_at(self.head);
        let bytes = without_front_matter(&self.bytes, head.len());
        let counts = script::Counts::of(bytes);
        let document = bytes.len() < self.bytes.len();
        if !document && code::is_code(head, rest, &counts) {
            return Identity::of(super::Kind::Code);
        }
        Identity::text(language::of(bytes, &counts))
    }
}

/// Without what Markdown says of itself between two lines of dashes, which is in English keys
/// whatever the document is in. If it fills the beginning, it is all there is to judge by.
fn without_front_matter(bytes: &[u8], head: usize) -> &[u8] {
    let Some(body) = bytes[..head].strip_prefix(b"---\n") else {
        return bytes;
    };
    let end = memchr::memmem::find(body, b"\n---");
    match end.map(|at| at + 8) {
        Some(at) if bytes.len() > at + 64 => &bytes[at..],
        Some(_) => bytes,
        None if bytes.len() > head + 64 => &bytes[head..],
        None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_taken_depends_on_the_text_alone(
            length in 0usize..40_000, cuts in proptest::collection::vec(0usize..40_000, 0..12)
        ) {
            let text: String = "语料 corpus 语 ".chars().cycle().take(length / 2).collect();
            let mut whole = Sample::default();
            whole.push(&text);
            let mut cuts: Vec<usize> = cuts.iter().map(|at| text.floor_char_boundary(*at)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut parts = Sample::default();
            for pair in cuts.windows(2) {
                parts.push(&text[pair[0]..pair[1]]);
            }
            proptest::prop_assert_eq!(&parts.bytes, &whole.bytes);
            proptest::prop_assert_eq!(parts.head, whole.head);
            proptest::prop_assert!(whole.bytes.len() <= HEAD + 5 * WINDOW);
        }
    }

    #[test]
    fn front_matter_does_not_count() {
        let document = format!(
            "---\ntitle: x\nms.date: 1\n---\n{}",
            "本函数返回颜色。".repeat(8)
        );
        assert_eq!(super::super::identify(&document).language, "zh-Hans");
    }
}
