//! Shards that are not files: objects of S3 and files on web servers (feature `cloud`).
//!
//! An object is listed or asked for once, and read as a stream or by ranges; every request asks
//! for the version that was met first, and in the end its size, tag and time are compared. A
//! shard is named by its URL without what lets others in; the whole URL stays in memory.

#[cfg(not(feature = "cloud"))]
mod absent;
#[cfg(feature = "cloud")]
mod object;
#[cfg(feature = "cloud")]
mod store;

use std::path::Path;

#[cfg(not(feature = "cloud"))]
pub use absent::{Object, find, open};
#[cfg(feature = "cloud")]
pub use object::Object;
#[cfg(feature = "cloud")]
pub use store::{find, open};

/// What URLs of objects begin with.
const SCHEMES: [&str; 3] = ["s3://", "https://", "http://"];

/// The URL, if `path` is one and names no file.
pub fn url(path: &Path) -> Option<&str> {
    let url = path.to_str()?;
    SCHEMES
        .iter()
        .any(|scheme| url.starts_with(scheme))
        .then_some(url)
}

/// An object that was found.
pub struct Found {
    /// Its URL, without what lets others in.
    pub url: String,
    /// The folder it lies in, below what was named; or the name of that.
    pub source: String,
    /// Its bytes.
    pub bytes: u64,
}
