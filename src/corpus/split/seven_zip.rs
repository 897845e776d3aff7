//! 7z archives: the header at their end says what is where; nothing is unpacked.
//!
//! Files are packed in blocks, mostly many files one behind another as one stream, and are read in
//! this order. What a block takes in the archive is counted with its first file. A block that is
//! broken costs the files of it that were not read, and not those of others.

use std::io::{self, BufReader, Read};

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};

use super::archive::{self, Budgeted, fail};
use crate::ShardError;
use crate::corpus::records::Records;
use crate::corpus::{Fate, Random};

/// Bytes read at a time.
const BUFFER: usize = 64 << 10;

/// Reads the archive to its end. Its header, and the dictionary of a block, may each take as much
/// memory as a record.
///
/// # Errors
///
/// A header that is missing, damaged or encrypted, and limits of the shard; files before are told of.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let memory = usize::try_from(records.context.limits.record_bytes >> 10).unwrap_or(usize::MAX);
    let mut source = BufReader::with_capacity(BUFFER, random.reader());
    let password = Password::empty();
    let archive = Archive::read_with_memory_limit(&mut source, &password, memory)
        .map_err(|error| header_error(error, random.len()))?;
    let mut told = vec![false; archive.files.len()];
    for block in 0..archive.blocks.len() {
        let first = archive
            .stream_map
            .block_first_file_index
            .get(block)
            .copied();
        let mut next = first.unwrap_or(told.len());
        let mut stop = None;
        let mut each = |file: &ArchiveEntry, inner: &mut dyn Read| {
            if let Some(told) = told.get_mut(next) {
                *told = true;
            }
            next += 1;
            stop = member(file, inner, records).err();
            Ok(stop.is_none())
        };
        let end =
            BlockDecoder::new_with_memory_limit(1, memory, block, &archive, &password, &mut source)
                .for_each_entries(&mut each);
        if let Some(error) = stop {
            return Err(error);
        }
        let fate = end.err().map_or_else(corrupt, |error| fate_of(&error));
        let blocks = &archive.stream_map.file_block_index;
        let files = archive.files.iter().zip(&mut told).zip(blocks);
        for ((file, told), of) in files {
            if *of == Some(block) && !std::mem::replace(told, true) {
                records.unread_member(&name(file), file.compressed_size, fate.clone())?;
            }
        }
    }
    // Files without a block are empty.
    for (file, _) in archive.files.iter().zip(told).filter(|(_, told)| !told) {
        member(file, &mut io::empty(), records)?;
    }
    Ok(())
}

fn member(
    file: &ArchiveEntry,
    inner: &mut dyn Read,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    if file.is_directory || file.is_anti_item {
        return Ok(());
    }
    let mut file_bytes = Budgeted {
        inner,
        budget: records.context.budget,
    };
    let packed = Some(file.compressed_size);
    records.member(&name(file), packed, file.size, &mut file_bytes)
}

fn name(file: &ArchiveEntry) -> String {
    archive::name(file.name.as_bytes())
}

fn corrupt() -> Fate {
    fail("corrupt", "its block of the archive is damaged")
}

/// Whether a password is missing. Encryption is a method like others, which is not built in.
fn is_encrypted(error: &Error) -> bool {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => true,
        Error::UnsupportedCompressionMethod(name) => name.contains("AES"),
        _ => false,
    }
}

/// What becomes of the files of a block that could not be read to its end.
fn fate_of(error: &Error) -> Fate {
    match error {
        error if is_encrypted(error) => fail("encrypted", "it is encrypted: decrypt the archive"),
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) => fail(
            "unsupported-compression",
            "its compression is not read: pack the archive with LZMA2",
        ),
        Error::MaxMemLimited { .. } => fail(
            "record-bytes",
            "its dictionary is larger than limits.record_bytes: raise the limit, or pack it anew",
        ),
        _ => corrupt(),
    }
}

/// What is wrong with an archive whose header cannot be read.
fn header_error(error: Error, length: u64) -> ShardError {
    match error {
        error if is_encrypted(&error) => ShardError::Refused {
            reason: "encrypted",
            what: "the 7z archive is encrypted: decrypt it",
        },
        Error::MaxMemLimited { .. } => ShardError::Refused {
            reason: "record-bytes",
            what: "the header of the 7z archive is larger than limits.record_bytes: raise the limit",
        },
        _ => ShardError::Malformed {
            reason: "bad-archive",
            what: "the header of the 7z archive is missing or damaged, or the archive is cut off",
            offset: length,
        },
    }
}
