//! [`Passages`]: the text of a record, cut into what is counted or not.

use super::characters::Classed;
use super::split::safe_cut;
use super::{Counting, Sums, mix};

/// Bytes that must follow a passage before its end can be told.
const BEHIND: usize = char::MAX.len_utf8();

/// See the module. How fields are cut into parts leaves no trace.
#[derive(Clone, Debug, Default)]
pub struct Passages {
    /// The passage that has not ended.
    pending: String,
    sums: Sums,
}

impl Passages {
    /// Begins a record.
    pub fn clear(&mut self) {
        self.pending.clear();
        self.sums = Sums::default();
    }

    /// The field goes on with `text`.
    pub fn part(&mut self, text: &str, counting: &Counting) {
        if self.pending.is_empty() {
            let rest = self.whole(text, counting);
            self.pending.push_str(rest);
            return;
        }
        self.pending.push_str(text);
        if self.pending.len() > counting.longest() + BEHIND {
            let pending = std::mem::take(&mut self.pending);
            let rest = self.whole(&pending, counting);
            self.pending.push_str(rest);
        }
    }

    /// The field ends.
    pub fn end_field(&mut self, counting: &Counting) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.passage(&pending, counting);
            self.pending = pending;
            self.pending.clear();
        }
    }

    /// A whole field.
    pub fn field(&mut self, text: &str, counting: &Counting) {
        let rest = self.whole(text, counting);
        if !rest.is_empty() {
            self.passage(rest, counting);
        }
    }

    /// What the record's passages gave.
    pub const fn sums(&self) -> &Sums {
        &self.sums
    }

    /// Takes passages from the beginning of `text` while it is longer than one; the rest.
    fn whole<'t>(&mut self, text: &'t str, counting: &Counting) -> &'t str {
        let (mut rest, longest) = (text, counting.longest());
        while rest.len() > longest + BEHIND {
            let most = rest.floor_char_boundary(longest);
            // The tokenizer does not see beyond it, so that one token may be counted as two.
            let end = safe_cut(Classed::new(rest), most).unwrap_or(most);
            self.passage(&rest[..end], counting);
            rest = &rest[end..];
        }
        rest
    }

    fn passage(&mut self, text: &str, counting: &Counting) {
        let uncounted = Sums::uncounted(1);
        let hash = || hash(text.as_bytes(), self.sums.passages);
        let sums = if counting.one_in == 1 || counting.takes(hash()) {
            counting
                .tokenizer
                .count(text)
                .map_or(uncounted, |tokens| Sums::of(text.len() as u64, tokens))
        } else {
            uncounted
        };
        self.sums.merge(&sums);
    }
}

/// Of a passage, by 16 bytes at five places and its length: to hash all would take as long as
/// reading. `number`: which one of the record it is.
fn hash(text: &[u8], number: u64) -> u64 {
    let mut hash = mix(text.len() as u64, number);
    let Some(last) = text.len().checked_sub(16) else {
        let mut all = [0; 16];
        all[..text.len()].copy_from_slice(text);
        return mix_in(hash, &all);
    };
    for place in 0..5 {
        let from = last * place / 4;
        let window = text[from..]
            .first_chunk()
            .expect("16 bytes follow the last place");
        hash = mix_in(hash, window);
    }
    hash
}

fn mix_in(hash: u64, window: &[u8; 16]) -> u64 {
    let (words, _) = window.as_chunks::<8>();
    words
        .iter()
        .fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{Builtin, Mode, Tokenizer};

    fn counting(mode: Mode, bytes: u64) -> Counting {
        Counting::new(Tokenizer::builtin(Builtin::O200k), mode, bytes)
    }

    fn sums(parts: &[&str], counting: &Counting) -> Sums {
        let mut passages = Passages::default();
        parts.iter().for_each(|part| passages.part(part, counting));
        passages.end_field(counting);
        *passages.sums()
    }

    #[test]
    fn passages_of_a_long_text_have_the_tokens_of_the_whole() {
        let exact = counting(Mode::Exact, 0);
        let texts = [
            "It was the best of times; it wasn't the worst of times.\n\n".repeat(5000),
            "第一条　为了保障网络安全，维护网络空间主权，制定本法。\n".repeat(5000),
            "| 12 | 7/3 |\n".repeat(20_000),
        ];
        for text in &texts {
            let sums = sums(&[text], &exact);
            assert!(sums.passages > 1);
            assert_eq!(sums.bytes, text.len() as u64);
            assert_eq!(sums.tokens, Builtin::O200k.count(text));
        }
    }

    #[test]
    fn a_text_without_ends_of_words_is_cut_all_the_same() {
        let text = "好".repeat(100_000);
        let sums = sums(&[&text], &counting(Mode::Exact, 0));
        let whole = Builtin::O200k.count(&text);
        assert!(sums.passages >= 4 && sums.tokens.abs_diff(whole) <= sums.passages);
    }

    #[test]
    fn the_sample_has_the_share_that_was_asked_for() {
        let counting = counting(Mode::Estimate, 8 << 20);
        assert_eq!(counting.one_in, 16);
        let mut all = Sums::default();
        for number in 0..16_000 {
            let mut passages = Passages::default();
            passages.field(&format!("记录 {number} 的正文"), &counting);
            all.merge(passages.sums());
        }
        assert_eq!(all.passages, 16_000);
        assert!((880..1120).contains(&all.sampled), "{}", all.sampled);
    }

    proptest::proptest! {
        #[test]
        fn parts_leave_no_trace(
            text in "([a-z]{1,8}[ ,。\n]|语料|[^a]){0,2000}",
            cuts in proptest::collection::vec(0usize..12_000, 0..6),
            mode in 0u64..2,
        ) {
            let counting = counting(Mode::Estimate, mode << 21);
            let mut cuts: Vec<usize> = cuts
                .into_iter()
                .map(|cut| text.floor_char_boundary(cut.min(text.len())))
                .chain([0, text.len()])
                .collect();
            cuts.sort_unstable();
            let parts: Vec<&str> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            let mut whole = Passages::default();
            whole.field(&text, &counting);
            proptest::prop_assert_eq!(*whole.sums(), sums(&parts, &counting));
        }
    }
}
