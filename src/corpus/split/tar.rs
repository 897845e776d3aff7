//! tar archives, read from their beginning to their end; nothing is unpacked.
//!
//! Headers, padding and directories are bytes that are no record. Archives written one behind
//! another are read on.

use std::cell::RefCell;
use std::io::{self, Read};

use tar::EntryType;

use crate::ShardError;
use crate::corpus::records::Records;
use crate::corpus::{Fate, Input, Skip};

/// Reads the archive to its end.
///
/// # Errors
///
/// Those of decoding, of a damaged header, and limits of the shard; files before are told of.
pub fn read(input: &mut Input<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let failure = RefCell::new(None);
    let result = entries(
        Kept {
            input,
            failure: &failure,
        },
        records,
    );
    // The archive reader wraps errors in its own; what was wrong below it is said first.
    match (failure.into_inner(), result) {
        (Some(below), Err(_)) => Err(below),
        (_, result) => result,
    }
}

fn entries(input: Kept<'_, '_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let mut archive = tar::Archive::new(input);
    archive.set_ignore_zeros(true);
    let damaged = |records: &Records<'_>| ShardError::Malformed {
        reason: "bad-archive",
        what: "a header of the tar archive is damaged, or the archive is cut off",
        offset: records.accounted(),
    };
    for entry in archive.entries().map_err(|_| damaged(records))? {
        let mut entry = entry.map_err(|_| damaged(records))?;
        let name = super::archive::name(&entry.path_bytes());
        let size = entry.size();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous if name.ends_with('/') && size == 0 => {}
            EntryType::Regular | EntryType::Continuous => {
                records.member(&name, None, size, &mut entry)?;
            }
            EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => {}
            EntryType::GNUSparse => {
                let what = "a sparse file: unpack it, and scan it by itself";
                let fate = Fate::Fail("sparse-member".to_owned(), what.to_owned());
                records.unread_member(&name, 0, fate)?;
            }
            _ => records.unread_member(&name, 0, Fate::Skip(Skip::NoFile))?,
        }
    }
    Ok(())
}

/// Input that keeps its errors for [`read`].
struct Kept<'k, 'a> {
    input: &'k mut Input<'a>,
    failure: &'k RefCell<Option<ShardError>>,
}

impl Read for Kept<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer).map_err(|error| {
            let kind = error.kind();
            let error = ShardError::from_read(error, self.input.read_bytes());
            // Once by way of the archive reader, once by way of a file in it.
            let again = error.again();
            *self.failure.borrow_mut() = Some(error);
            again.map_or_else(|| kind.into(), io::Error::from)
        })
    }
}
