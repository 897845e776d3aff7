//! [`Object`]: the bytes of one, as a stream and from anywhere.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::sync::mpsc;

use super::store::{RUNTIME, told};
use crate::ShardError;

/// Parts of a stream that are fetched before they are asked for; of some 10 KiB each.
const AHEAD: usize = 64;
/// What is fetched at a time where reading begins anywhere, and how much of it is kept: formats
/// read a directory, and then columns side by side.
const BLOCK: u64 = 1 << 20;
const BLOCKS: usize = 16;

/// An object of a store, at the version that was met first.
#[derive(Clone)]
pub struct Object {
    store: Arc<dyn ObjectStore>,
    meta: Arc<ObjectMeta>,
    /// Blocks that were read last, by their places.
    blocks: Arc<Mutex<VecDeque<(u64, Bytes)>>>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} bytes)", self.meta.size)
    }
}

impl Object {
    pub(super) fn new(store: Arc<dyn ObjectStore>, meta: ObjectMeta) -> Self {
        Self {
            store,
            meta: Arc::new(meta),
            blocks: Arc::default(),
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> u64 {
        self.meta.size
    }

    /// All of it, from its beginning; fetched by other threads.
    pub fn reader(&self) -> Box<dyn Read> {
        let (send, parts) = mpsc::channel(AHEAD);
        let (store, location, options) = (
            self.store.clone(),
            self.meta.location.clone(),
            self.options(),
        );
        RUNTIME.spawn(async move {
            let mut stream = match store.get_opts(&location, options).await {
                Ok(got) => got.into_stream(),
                Err(error) => return drop(send.send(Err(error)).await),
            };
            // Who reads may stop before the end.
            while let Some(part) = stream.next().await {
                if send.send(part).await.is_err() {
                    return;
                }
            }
        });
        Box::new(Stream {
            parts,
            part: Bytes::new(),
        })
    }

    /// Fills as much of `buffer` as there is from `offset`; 0 at the end.
    ///
    /// # Errors
    ///
    /// Those of fetching it.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let at = offset + filled as u64;
            if at >= self.meta.size {
                break;
            }
            let block = self.block(at / BLOCK)?;
            let from = usize::try_from(at % BLOCK).map_err(io::Error::other)?;
            let Some(part) = block.get(from..).filter(|part| !part.is_empty()) else {
                return Err(ShardError::Changed.into());
            };
            let take = part.len().min(buffer.len() - filled);
            buffer[filled..filled + take].copy_from_slice(&part[..take]);
            filled += take;
        }
        Ok(filled)
    }

    fn block(&self, number: u64) -> io::Result<Bytes> {
        let kept = || self.blocks.lock().expect("no thread panics with the lock");
        if let Some((_, block)) = kept().iter().find(|(place, _)| *place == number) {
            return Ok(block.clone());
        }
        let range = number * BLOCK..((number + 1) * BLOCK).min(self.meta.size);
        let options = GetOptions {
            range: Some(range.into()),
            ..self.options()
        };
        let get = async {
            let got = self.store.get_opts(&self.meta.location, options).await?;
            got.bytes().await
        };
        let block = RUNTIME.block_on(get).map_err(read_error)?;
        let mut kept = kept();
        kept.push_back((number, block.clone()));
        if kept.len() > BLOCKS {
            kept.pop_front();
        }
        Ok(block)
    }

    /// The version that was met first. Weak tags never match in a request.
    fn options(&self) -> GetOptions {
        let tag = self.meta.e_tag.clone();
        GetOptions {
            if_match: tag.filter(|tag| !tag.starts_with("W/")),
            version: self.meta.version.clone(),
            ..GetOptions::default()
        }
    }

    /// Whether it is as it was when it was found.
    pub fn holds(&self) -> bool {
        let now = RUNTIME.block_on(meta(&*self.store, &self.meta.location));
        now.is_ok_and(|now| {
            let then = &self.meta;
            now.size == then.size
                && now.e_tag == then.e_tag
                && now.last_modified == then.last_modified
        })
    }
}

/// What a store says of an object. A URL that was signed for reading allows nothing else.
pub(super) async fn meta(store: &dyn ObjectStore, location: &Path) -> Result<ObjectMeta, Error> {
    match store.head(location).await {
        Ok(meta) => Ok(meta),
        Err(error @ Error::NotFound { .. }) => Err(error),
        Err(_) => Ok(store.get(location).await?.meta),
    }
}

/// See [`Object::reader`].
struct Stream {
    parts: mpsc::Receiver<Result<Bytes, Error>>,
    part: Bytes,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            match self.parts.blocking_recv() {
                None => return Ok(0),
                Some(part) => self.part = part.map_err(read_error)?,
            }
        }
        let read = self.part.len().min(buffer.len());
        buffer[..read].copy_from_slice(&self.part.split_to(read));
        Ok(read)
    }
}

/// Of a kind that is no fault of the data.
fn read_error(error: Error) -> io::Error {
    let kind = match error {
        Error::Precondition { .. } => return ShardError::Changed.into(),
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::ConnectionAborted,
    };
    io::Error::new(kind, told(&error))
}
