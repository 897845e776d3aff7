//! Bytes of a file by their place, checked.

use std::borrow::Cow;

use super::Fault;
use crate::ShardError;
use crate::corpus::Random;

/// `bytes` from `at` on.
///
/// # Errors
///
/// If they do not lie in the file, or cannot be read.
pub fn slice<'a>(random: &'a Random<'a>, at: u64, bytes: usize) -> Result<Cow<'a, [u8]>, Fault> {
    const OUTSIDE: Fault = Fault::Damaged("it refers to bytes outside of the file");
    if at
        .checked_add(bytes as u64)
        .is_none_or(|end| end > random.len())
    {
        return Err(OUTSIDE);
    }
    if let Some(all) = random.bytes() {
        return Ok(Cow::Borrowed(&all[at as usize..at as usize + bytes]));
    }
    let mut buffer = vec![0; bytes];
    let mut done = 0;
    while done < bytes {
        let read = random
            .read_at(&mut buffer[done..], at + done as u64)
            .map_err(|error| Fault::Shard(ShardError::Read(error)))?;
        if read == 0 {
            return Err(OUTSIDE);
        }
        done += read;
    }
    Ok(Cow::Owned(buffer))
}
