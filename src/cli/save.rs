//! Files that are written whole or not at all.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::SetupError;

/// Says no before anything is read, which may take long.
///
/// # Errors
///
/// If the file is there and is not to be replaced.
pub fn can_be_saved(path: &Path, force: bool) -> Result<(), SetupError> {
    if path.is_dir() {
        return Err(SetupError::other(
            format!("{} is a folder", path.display()),
            "name a file",
        ));
    }
    if path.symlink_metadata().is_ok() && !force {
        return Err(SetupError::other(
            format!("{} exists already", path.display()),
            "name another file, or add --force to replace it",
        ));
    }
    Ok(())
}

/// Writes a file beside its name, in a folder that is made if need be, and renames it when it is whole;
/// what came to be in the meantime stays unless `force`.
pub fn save(path: &Path, bytes: &[u8], force: bool) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(failed)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As any file would have it, not for nobody but us.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut new = builder.tempfile_in(folder).with_context(failed)?;
    new.write_all(bytes).with_context(failed)?;
    new.as_file().sync_all().with_context(failed)?;
    match force {
        true => new.persist(path).with_context(failed)?,
        false => new.persist_noclobber(path).with_context(failed)?,
    };
    Ok(())
}
