//! [`Tree`]: a Merkle tree that grows leaf by leaf.
//!
//! Built as RFC 6962, section 2.1, builds it, with BLAKE3 in place of SHA-256: a leaf is
//! BLAKE3(0x00 ‖ contents), a node BLAKE3(0x01 ‖ left ‖ right), and of n leaves the left side
//! holds the largest power of two below n. The first byte keeps a leaf from passing for a node.

/// A digest of 32 bytes.
pub(super) type Digest = [u8; 32];

/// Digest of a leaf with these contents.
pub(super) fn leaf(contents: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[0]).update(contents);
    hasher.finalize().into()
}

/// Digest of a node.
pub(super) fn node(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[1]).update(left).update(right);
    hasher.finalize().into()
}

/// Lower-case hex.
pub(super) fn hex(digest: &Digest) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

/// Keeps one digest for each one in the binary number of leaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// Whole subtrees, from the left: their number of leaves, descending, and digests.
    whole: Vec<(u64, Digest)>,
    leaves: u64,
}

impl Tree {
    /// Adds the digest of a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let (mut size, mut digest) = (1, leaf);
        while let Some((_, left)) = self.whole.pop_if(|(left, _)| *left == size) {
            digest = node(&left, &digest);
            size *= 2;
        }
        self.whole.push((size, digest));
        self.leaves += 1;
    }

    /// Number of leaves.
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Digest of all leaves; of none, BLAKE3 of nothing.
    pub fn root(&self) -> Digest {
        let mut digests = self.whole.iter().rev().map(|(_, digest)| *digest);
        match digests.next() {
            None => blake3::hash(&[]).into(),
            Some(last) => digests.fold(last, |right, left| node(&left, &right)),
        }
    }
}

/// A [`Tree`] that remembers the digests of its blocks: aligned subtrees of [`Blocks::ROWS`]
/// leaves, and what is left. They tell which leaves were changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    all: Tree,
    block: Tree,
    done: Vec<Digest>,
}

impl Blocks {
    /// Leaves of a block, a power of two: 64 hex digits for 256 rows are about a thousandth of a
    /// table.
    pub const ROWS: u64 = 256;

    /// Adds the digest of a leaf. Returns the number and digest of the block it completes.
    pub fn push(&mut self, leaf: Digest) -> Option<(usize, Digest)> {
        self.all.push(leaf);
        self.block.push(leaf);
        (self.block.leaves() == Self::ROWS).then(|| self.end_block())
    }

    fn end_block(&mut self) -> (usize, Digest) {
        let digest = std::mem::take(&mut self.block).root();
        self.done.push(digest);
        (self.done.len() - 1, digest)
    }

    /// The last block, if it is shorter than the others. No leaf may follow.
    pub fn finish(&mut self) -> Option<(usize, Digest)> {
        (self.block.leaves() > 0).then(|| self.end_block())
    }

    /// Digests of the blocks that are complete.
    pub fn done(&self) -> &[Digest] {
        &self.done
    }

    /// The whole tree.
    pub const fn tree(&self) -> &Tree {
        &self.all
    }
}

/// Siblings on the way from leaf number `index` of `leaves` to the root, from the bottom.
///
/// # Panics
///
/// If there is no such leaf.
pub(super) fn path(leaves: &[Digest], index: usize) -> Vec<Digest> {
    assert!(index < leaves.len(), "a leaf of the tree");
    let root = |part: &[Digest]| {
        let mut tree = Tree::default();
        part.iter().for_each(|leaf| tree.push(*leaf));
        tree.root()
    };
    let (mut part, mut index, mut siblings) = (leaves, index, vec![]);
    while part.len() > 1 {
        let (left, right) = part.split_at(part.len().next_power_of_two() / 2);
        if index < left.len() {
            siblings.push(root(right));
            part = left;
        } else {
            index -= left.len();
            siblings.push(root(left));
            part = right;
        }
    }
    siblings.reverse();
    siblings
}

/// The root that follows from a leaf, its number among `leaves`, and its siblings from the
/// bottom. None if there are not as many siblings as such a leaf has.
///
/// Source: RFC 9162, section 2.1.3.2.
pub(super) fn climb(leaf: Digest, index: u64, leaves: u64, siblings: &[Digest]) -> Option<Digest> {
    if index >= leaves {
        return None;
    }
    let (mut index, mut last, mut digest) = (index, leaves - 1, leaf);
    for sibling in siblings {
        if last == 0 {
            return None;
        }
        if index % 2 == 1 || index == last {
            digest = node(sibling, &digest);
            while index % 2 == 0 && index != 0 {
                index /= 2;
                last /= 2;
            }
        } else {
            digest = node(&digest, sibling);
        }
        index /= 2;
        last /= 2;
    }
    (last == 0).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 as it is written down.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => blake3::hash(&[]).into(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn it_is_the_tree_of_the_rfc_and_every_leaf_can_be_proved() {
        let leaves: Vec<Digest> = (0..70u8).map(|i| leaf(&[i])).collect();
        for count in 0..leaves.len() {
            let leaves = &leaves[..count];
            let mut tree = Tree::default();
            leaves.iter().for_each(|leaf| tree.push(*leaf));
            let root = defined(leaves);
            assert_eq!(tree.root(), root, "{count}");
            for index in 0..count {
                let siblings = path(leaves, index);
                let up = |leaf, index| climb(leaf, index as u64, count as u64, &siblings);
                assert_eq!(up(leaves[index], index), Some(root), "{index} of {count}");
                assert_ne!(up(leaf(b"another"), index), Some(root));
                if count > 1 {
                    assert_ne!(up(leaves[index], (index + 1) % count), Some(root));
                    let short = &siblings[1..];
                    assert_eq!(
                        climb(leaves[index], index as u64, count as u64, short),
                        None
                    );
                }
            }
        }
        assert_eq!(climb(leaves[0], 1, 1, &[]), None);
    }

    #[test]
    fn blocks_are_subtrees_of_the_whole() {
        for count in [0, 1, 255, 256, 257, 1000] {
            let mut blocks = Blocks::default();
            let mut told = vec![];
            for i in 0..count as u32 {
                told.extend(blocks.push(leaf(&i.to_le_bytes())));
            }
            told.extend(blocks.finish());
            let digests: Vec<Digest> = told.iter().map(|(_, digest)| *digest).collect();
            assert_eq!(digests, blocks.done());
            assert_eq!(defined(&digests), blocks.tree().root(), "{count}");
            assert_eq!(digests.len(), usize::div_ceil(count, 256));
        }
    }

    #[test]
    fn digests_stay_what_they_are() {
        let mut tree = Tree::default();
        [b"a", b"b", b"c"].iter().for_each(|c| tree.push(leaf(*c)));
        assert_eq!(
            hex(&tree.root()),
            "6c62dd52a0971b7d00a7cead004e0c3f3c0766e3f5359a0f8297768d2b02d03c",
            "runs and their signatures refer to it"
        );
    }
}
