//! [`Subtree`]: the digest of a shard from its parts, wherever they were hashed.

use blake3::hazmat::HasherExt as _;

/// Part of the hash tree of a shard: its pieces are hashed where they are scanned.
pub struct Subtree {
    chaining: [u8; 32],
    root: Option<blake3::Hash>,
}

impl Subtree {
    /// Of the bytes at `offset`; `whole` if there are no others. Offsets are multiples of the
    /// chunk size, a power of two, as BLAKE3 asks of subtrees.
    pub fn of(bytes: &[u8], offset: u64, whole: bool) -> Self {
        if whole {
            return Self {
                chaining: [0; 32],
                root: Some(blake3::hash(bytes)),
            };
        }
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(offset);
        hasher.update(bytes);
        Self {
            chaining: hasher.finalize_non_root(),
            root: None,
        }
    }

    /// The digest of all bytes, from those of all parts in order.
    pub fn root(all: &[Self]) -> blake3::Hash {
        use blake3::hazmat::{Mode, merge_subtrees_root};
        if let [
            Self {
                root: Some(root), ..
            },
        ] = all
        {
            return *root;
        }
        let (left, right) = all.split_at(left_len(all.len()));
        merge_subtrees_root(&Self::merge(left), &Self::merge(right), Mode::Hash)
    }

    fn merge(all: &[Self]) -> [u8; 32] {
        use blake3::hazmat::{Mode, merge_subtrees_non_root};
        if let [one] = all {
            return one.chaining;
        }
        let (left, right) = all.split_at(left_len(all.len()));
        merge_subtrees_non_root(&Self::merge(left), &Self::merge(right), Mode::Hash)
    }
}

/// Largest power of two below `n`: the left side of a BLAKE3 tree. `n` is 2 or more.
fn left_len(n: usize) -> usize {
    n.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_to_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..70_000u32).map(|i| i as u8).collect();
        for len in [1, 4096, 4097, 8192, 12_289, 65_536, 70_000] {
            let bytes = &bytes[..len];
            let all: Vec<Subtree> = bytes
                .chunks(4096)
                .enumerate()
                .map(|(i, part)| Subtree::of(part, (i * 4096) as u64, len <= 4096))
                .collect();
            assert_eq!(Subtree::root(&all), blake3::hash(bytes), "{len}");
        }
    }
}
