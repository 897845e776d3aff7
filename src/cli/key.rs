//! The key of the value hashes: 32 bytes that stay with the user.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// A key and the name runs know it by.
#[derive(Clone)]
pub struct Key {
    /// The key itself.
    pub bytes: [u8; 32],
    /// Digest of it, which gives nothing away.
    pub id: String,
}

/// The key of `file`, or the user's own, made on first use. None if there is no place for one.
///
/// # Errors
///
/// A key file that cannot be read or made, or is no key.
pub fn load(file: Option<&Path>) -> Result<Option<Key>> {
    let Some(path) = file.map(Path::to_owned).or_else(default_path) else {
        return Ok(None);
    };
    if !path.exists() {
        match make(&path) {
            // A home that cannot be written is no reason not to scan.
            Err(_) if file.is_none() => return Ok(None),
            made => made.with_context(|| format!("cannot make the key file {}", path.display()))?,
        }
    }
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read the key file {}", path.display()))?;
    let Some(bytes) = parse(text.trim()) else {
        bail!(
            "{} is no key: it must hold 64 hex digits\n  hint: name a file that does not exist, and a key is made",
            path.display()
        );
    };
    let id = blake3::derive_key("yujian 2026-11 value-hash key id", &bytes);
    Ok(Some(Key {
        bytes,
        id: id[..8].iter().map(|b| format!("{b:02x}")).collect(),
    }))
}

fn default_path() -> Option<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute());
    let base = config
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("yujian").join("key"))
}

fn make(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut bytes = [0u8; 32];
    std::io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut bytes)?;
    let text: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    // Written beside and linked, so that two first scans at once agree on one key.
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    writeln!(file, "{text}")?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
