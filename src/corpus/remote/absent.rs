//! What stands for remote objects in a program that reads none.

use std::convert::Infallible;
use std::io::{self, Read};
use std::path::Path;

use super::Found;
use crate::SetupError;
use crate::corpus::without_secrets;

/// An object, of which there are none.
#[derive(Clone, Debug)]
pub struct Object(Infallible);

/// # Errors
///
/// Always.
pub fn find(url: &str) -> Result<Vec<Found>, SetupError> {
    Err(SetupError::other(
        format!(
            "cannot scan {}: this yujian was built without remote shards",
            without_secrets(url)
        ),
        "build it with `--features cloud`, or copy the shards to a disk",
    ))
}

/// # Errors
///
/// Always.
pub fn open(_: &Path) -> io::Result<Object> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Object {
    /// Its bytes.
    pub const fn bytes(&self) -> u64 {
        match self.0 {}
    }

    /// All of it, from its beginning.
    pub fn reader(&self) -> Box<dyn Read> {
        match self.0 {}
    }

    /// # Errors
    ///
    /// None.
    pub fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        match self.0 {}
    }

    /// Whether it is as it was when it was found.
    pub const fn holds(&self) -> bool {
        match self.0 {}
    }
}
