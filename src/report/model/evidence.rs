//! The catalogue of evidence: files that are named as proof, and the files of the run, with digests.

use serde::Serialize;

use super::Input;
use crate::sources::{Evidence, EvidenceState};

/// A file of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RunFile {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3, hex.
    pub digest: String,
}

/// A file that is named as proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Proof {
    /// `E001`, …
    pub id: String,
    /// As it is declared.
    pub path: String,
    /// What it proves: source (none if all) and key.
    pub proves: Vec<(Option<String>, String)>,
    /// Whether it is there.
    pub state: EvidenceState,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3, hex; empty if it cannot be read.
    pub digest: String,
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Catalogue {
    /// One digest of the run and all its tables.
    pub run: String,
    /// Files that are named as proof, in order of their ids.
    pub proofs: Vec<Proof>,
    /// Files of the run, by name.
    pub run_files: Vec<RunFile>,
}

pub(super) fn catalogue(input: &Input<'_>) -> Catalogue {
    let manifest = input.run.manifest();
    // When a file was last changed differs between copies of it, and is no part of a report.
    let proof = |file: &Evidence| Proof {
        id: file.id.clone(),
        path: file.path.clone(),
        proves: file.proves.clone(),
        state: file.state.clone(),
        bytes: file.bytes,
        digest: file.digest.clone(),
    };
    Catalogue {
        run: manifest.integrity.root.clone(),
        proofs: input.ledger.evidence.iter().map(proof).collect(),
        run_files: (manifest.files.iter())
            .map(|(name, stored)| RunFile {
                name: name.clone(),
                bytes: stored.bytes,
                digest: stored.digest.clone(),
            })
            .collect(),
    }
}
