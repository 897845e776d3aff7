//! [`Known`]: the packs of one scan.

use std::sync::Arc;

use super::pack::{Pack, Work};
use super::stream::Scheme;

/// The packs that texts are compared with.
#[derive(Clone, Default)]
pub struct Known {
    packs: Vec<Arc<Pack>>,
}

/// A work: number of its pack and of the work in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownWork {
    /// Among the packs.
    pub pack: u32,
    /// In the pack.
    pub work: u32,
}

impl Known {
    /// No packs at all.
    pub const NONE: &'static Self = &Self { packs: Vec::new() };

    /// In the order in which they were named.
    pub fn new(packs: Vec<Arc<Pack>>) -> Self {
        Self { packs }
    }

    /// The packs.
    pub fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// Those of a scheme, with their numbers.
    pub fn of(&self, scheme: Scheme) -> impl Iterator<Item = (u32, &Pack)> {
        let all = (0..).zip(&self.packs);
        all.filter(move |(_, pack)| pack.scheme() == scheme)
            .map(|(number, pack)| (number, &**pack))
    }

    /// The schemes of the packs, each once.
    pub fn schemes(&self) -> impl Iterator<Item = Scheme> {
        let wanted = Scheme::ALL.into_iter();
        wanted.filter(|scheme| self.of(*scheme).next().is_some())
    }

    /// What is known of a work.
    pub fn work(&self, of: KnownWork) -> &Work {
        self.packs[of.pack as usize].work(of.work)
    }

    /// Under which scheme a work is known.
    pub fn scheme(&self, of: KnownWork) -> Scheme {
        self.packs[of.pack as usize].scheme()
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.packs.iter().map(|pack| pack.digest()))
            .finish()
    }
}
