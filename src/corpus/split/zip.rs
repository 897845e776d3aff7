//! zip archives: the directory at their end says what is where; nothing is unpacked.

use std::io::{BufReader, Read};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::archive::{self, Budgeted, fail};
use crate::ShardError;
use crate::corpus::records::Records;
use crate::corpus::{Fate, Random};

/// Bytes read at a time.
const BUFFER: usize = 64 << 10;

/// Reads the archive to its end.
///
/// # Errors
///
/// A directory that is missing, damaged or describes files that overlap, and limits of the
/// shard; files before are told of.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let reader = BufReader::with_capacity(BUFFER, random.reader());
    let mut archive = ZipArchive::new(reader).map_err(|_| ShardError::Malformed {
        reason: "bad-archive",
        what: "the directory of the zip archive is missing or damaged, or the archive is cut off",
        offset: random.len(),
    })?;
    check_overlaps(&mut archive)?;
    for index in 0..archive.len() {
        let Some(entry) = Entry::of(&mut archive, index) else {
            let fate = fail("corrupt", "its header is damaged");
            records.unread_member(&format!("#{index}"), 0, fate)?;
            continue;
        };
        if entry.folder {
            continue;
        }
        if let Some(fate) = entry.refused {
            records.unread_member(&entry.name, entry.packed, fate)?;
            continue;
        }
        match archive.by_index(index) {
            Ok(file) => {
                let mut file = Budgeted {
                    inner: file,
                    budget: records.context.budget,
                };
                records.member(&entry.name, Some(entry.packed), entry.size, &mut file)?;
            }
            Err(_) => {
                let fate = fail("corrupt", "its header is damaged");
                records.unread_member(&entry.name, entry.packed, fate)?;
            }
        }
    }
    Ok(())
}

/// What the directory says of a file.
struct Entry {
    name: String,
    packed: u64,
    size: u64,
    folder: bool,
    refused: Option<Fate>,
}

impl Entry {
    fn of<R: Read + std::io::Seek>(archive: &mut ZipArchive<R>, index: usize) -> Option<Self> {
        let file = archive.by_index_raw(index).ok()?;
        let known = matches!(
            file.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        );
        let refused = if file.encrypted() {
            Some(fail("encrypted", "it is encrypted: decrypt the archive"))
        } else if known {
            None
        } else {
            Some(fail(
                "unsupported-compression",
                "its compression is not read: pack the archive with deflate",
            ))
        };
        Some(Self {
            name: archive::name(file.name_raw()),
            packed: file.compressed_size(),
            size: file.size(),
            folder: file.is_dir(),
            refused,
        })
    }
}

/// Files that share bytes are how a small archive becomes a large one.
pub(super) fn check_overlaps<R: Read + std::io::Seek>(
    archive: &mut ZipArchive<R>,
) -> Result<(), ShardError> {
    let mut ranges = Vec::new();
    for index in 0..archive.len() {
        match archive.by_index_raw(index) {
            Ok(file) => {
                let start = file.data_start().unwrap_or_else(|| file.header_start());
                let end = start.saturating_add(file.compressed_size());
                ranges.push((file.header_start(), end));
            }
            Err(ZipError::Io(error)) => return Err(ShardError::from_read(error, 0)),
            Err(_) => {}
        }
    }
    ranges.push((archive.central_directory_start(), u64::MAX));
    ranges.sort_unstable();
    if ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0) {
        return Ok(());
    }
    Err(ShardError::Refused {
        reason: "overlapping-members",
        what: "files in the zip archive overlap, as honest ones never do: pack it anew",
    })
}
