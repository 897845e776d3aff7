//! `run.sig`: an Ed25519 signature over the bytes of `run.json`.
//!
//! `run.json` names every other file by its digest, so it stands for the run; its bytes are
//! signed as they are, `environment` included, because a signature that left something out would
//! have to say what. The file is JSON rather than the bare signature so that a wrong key can be
//! told from a changed run.

use std::fs;
use std::io;
use std::path::Path;

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::reader::Run;
use super::{RUN_FILE, file};
use crate::{RunError, SetupError};

/// Name of the file.
pub const SIGNATURE_FILE: &str = "run.sig";
/// What stands in [`SignatureFile::algorithm`].
const ALGORITHM: &str = "ed25519";

/// The contents of `run.sig`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFile {
    /// Always `ed25519`. Source: RFC 8032.
    algorithm: String,
    /// The file that is signed.
    file: String,
    /// The 32 bytes of the public key, hex.
    public_key: String,
    /// The 64 bytes of the signature, hex.
    signature: String,
}

/// A private key.
pub struct SignKey(SigningKey);

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyKey(VerifyingKey);

impl SignKey {
    /// Reads PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is something else: says what, as far as that can be told.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let text = read_key(path)?;
        if let Ok(key) = SigningKey::from_pkcs8_pem(&text) {
            return Ok(Self(key));
        }
        let (what, hint) = if text.contains("ENCRYPTED PRIVATE KEY") {
            (
                "is encrypted with a password",
                "decrypt it into a file only you can read: openssl pkey -in KEY -out PLAIN",
            )
        } else if text.contains("PUBLIC KEY") {
            (
                "holds a public key, which cannot sign",
                "name the file of the private key",
            )
        } else if text.contains("PRIVATE KEY") {
            (
                "holds a key that is not Ed25519 in PKCS#8",
                "make one: openssl genpkey -algorithm ed25519 -out KEY",
            )
        } else {
            (
                "is no private key",
                "make one: openssl genpkey -algorithm ed25519 -out KEY",
            )
        };
        Err(SetupError::other(
            format!("{} {what}", path.display()),
            hint,
        ))
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }
}

impl VerifyKey {
    /// Reads PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is something else.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let text = read_key(path)?;
        if let Ok(key) = VerifyingKey::from_public_key_pem(&text) {
            return Ok(Self(key));
        }
        let what = if text.contains("PRIVATE KEY") {
            "holds a private key"
        } else {
            "is no public key of Ed25519 in PEM"
        };
        Err(SetupError::other(
            format!("{} {what}", path.display()),
            "make one of the private key: openssl pkey -in KEY -pubout -out PUBLIC",
        ))
    }

    /// Its 32 bytes, hex.
    pub fn hex(&self) -> String {
        hex(self.0.as_bytes())
    }
}

fn read_key(path: &Path) -> Result<String, SetupError> {
    match fs::read(path) {
        // What is no text is no PEM; it must not be shown.
        Ok(bytes) => Ok(String::from_utf8(bytes).unwrap_or_default()),
        Err(error) => Err(SetupError::read(path, error)),
    }
}

/// Signs the run in `dir`, of which every file must be as it was written.
///
/// # Errors
///
/// [`RunError::State`] if there is no sound run, or it is signed already with another key or
/// before it was changed; [`RunError::Io`] if it cannot be read or written.
pub fn sign(dir: &Path, key: &SignKey) -> Result<(), RunError> {
    Run::open(dir)?.check_files()?;
    let path = dir.join(SIGNATURE_FILE);
    match check_signature(dir, &key.public())? {
        Signed::Valid => return Ok(()),
        Signed::Not => {}
        other => {
            return Err(RunError::state(
                format!("{} exists, and {}", path.display(), other.told()),
                "if it is no longer wanted, delete it and sign again",
            ));
        }
    }
    let json = dir.join(RUN_FILE);
    let text = fs::read(&json).map_err(|e| RunError::io("read", &json, e))?;
    let signature = SignatureFile {
        algorithm: ALGORITHM.to_owned(),
        file: RUN_FILE.to_owned(),
        public_key: key.public().hex(),
        signature: hex(&key.0.sign(&text).to_bytes()),
    };
    file::write_json(&path, &signature)?;
    file::sync_dir(dir)
}

/// What a signature says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It is of this key and this `run.json`.
    Valid,
    /// There is none.
    Not,
    /// It is of another key: its hex.
    OtherKey(String),
    /// It is of this key, but of another `run.json`.
    OtherRun,
    /// It is no signature of this program.
    Damaged,
}

impl Signed {
    /// As half a sentence, in English.
    pub fn told(&self) -> String {
        match self {
            Self::Valid => "it is signed with this key".to_owned(),
            Self::Not => "the run is not signed".to_owned(),
            Self::OtherKey(key) => format!("it was signed with another key ({key})"),
            Self::OtherRun => "run.json is not what was signed".to_owned(),
            Self::Damaged => "it is no signature".to_owned(),
        }
    }
}

/// Checks the signature of the run in `dir`.
///
/// # Errors
///
/// If a file cannot be read.
pub fn check_signature(dir: &Path, key: &VerifyKey) -> Result<Signed, RunError> {
    let path = dir.join(SIGNATURE_FILE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Signed::Not),
        Err(e) => return Err(RunError::io("read", &path, e)),
    };
    let json = dir.join(RUN_FILE);
    let signed = fs::read(&json).map_err(|e| RunError::io("read", &json, e))?;
    let Ok(file) = serde_json::from_slice::<SignatureFile>(&text) else {
        return Ok(Signed::Damaged);
    };
    let signature = unhex::<64>(&file.signature).map(|bytes| Signature::from_bytes(&bytes));
    let whole = file.algorithm == ALGORITHM && file.file == RUN_FILE;
    let (Some(signature), Some(_), true) = (signature, unhex::<32>(&file.public_key), whole) else {
        return Ok(Signed::Damaged);
    };
    // The key in the file is only a name: what counts is the one the caller trusts.
    Ok(match key.0.verify_strict(&signed, &signature) {
        Ok(()) => Signed::Valid,
        Err(_) if file.public_key != key.hex() => Signed::OtherKey(file.public_key),
        Err(_) => Signed::OtherRun,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}
