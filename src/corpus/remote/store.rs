//! Stores and what lies in them.

use std::collections::HashMap;
use std::io;
use std::path::Path as FilePath;
use std::sync::{Arc, LazyLock, Mutex};

use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientConfigKey, Error, ObjectMeta, ObjectStore};
use tokio::runtime::{Builder, Runtime};

use super::object::{Object, meta};
use super::{Found, url};
use crate::SetupError;
use crate::corpus::without_secrets;

/// Where requests are made: scanning threads wait for it, and it for the network.
pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(2).thread_name("fetch").enable_all();
    builder.build().expect("two threads can be started")
});

/// Everything that was found, by its URL as it is shown.
static OBJECTS: LazyLock<Mutex<HashMap<String, Object>>> = LazyLock::new(Mutex::default);

/// No part of an answer for so long, and a request is made again.
const READ_TIMEOUT: &str = "60 seconds";
/// A whole answer may take as long as it likes: objects are large.
const WHOLE_TIMEOUT: &str = "7 days";

/// Everything below `url`, which names an object of a web server, or one of S3, or a folder there;
/// in the order of names.
///
/// # Errors
///
/// If there is nothing, or the store does not answer or lets nobody in.
pub fn find(url: &str) -> Result<Vec<Found>, SetupError> {
    let wrong = |error: &Error| {
        SetupError::other(
            format!("cannot scan {}: {}", without_secrets(url), told(error)),
            remedy(error),
        )
    };
    let (found, base) = match url.strip_prefix("s3://") {
        Some(rest) => {
            let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
            let store = s3(bucket).map_err(|error| wrong(&error))?;
            let found = RUNTIME.block_on(listed(&*store, key));
            let base = format!("s3://{bucket}/");
            let found = found.map_err(|error| wrong(&error))?;
            let place = key.trim_end_matches('/');
            let named = place.rsplit('/').next().filter(|name| !name.is_empty());
            let named = named.unwrap_or(bucket);
            let one = |meta: ObjectMeta| {
                let name = meta.location.to_string();
                let below = name.strip_prefix(place).unwrap_or(&name);
                let below = below.trim_start_matches('/').split_once('/');
                let source = below.map_or(named, |(folder, _)| folder).to_owned();
                (
                    format!("{base}{name}"),
                    source,
                    Object::new(store.clone(), meta),
                )
            };
            (found.into_iter().map(one).collect::<Vec<_>>(), base)
        }
        None => {
            let store = web(url).map_err(|error| wrong(&error))?;
            let meta = RUNTIME.block_on(meta(&*store, &Path::default()));
            let meta = meta.map_err(|error| wrong(&error))?;
            let shown = without_secrets(url);
            let host = shown.split('/').nth(2).unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default().to_owned();
            (vec![(shown.clone(), host, Object::new(store, meta))], shown)
        }
    };
    if found.is_empty() {
        return Err(SetupError::other(
            format!("nothing to scan below {} in {base}", without_secrets(url)),
            "check bucket and prefix: a prefix ends where a name ends, s3://bucket/folder",
        ));
    }
    let mut objects = OBJECTS.lock().expect("no thread panics with the lock");
    let found = found.into_iter().map(|(url, source, object)| {
        let bytes = object.bytes();
        objects.insert(url.clone(), object);
        Found { url, source, bytes }
    });
    Ok(found.collect())
}

/// An object that was found.
///
/// # Errors
///
/// If it was not.
pub fn open(location: &FilePath) -> io::Result<Object> {
    let objects = OBJECTS.lock().expect("no thread panics with the lock");
    let object = url(location).and_then(|url| objects.get(url));
    object
        .cloned()
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// One object of this name, or all below it.
async fn listed(store: &dyn ObjectStore, key: &str) -> Result<Vec<ObjectMeta>, Error> {
    let path = Path::parse(key.trim_end_matches('/'))?;
    if !key.is_empty() && !key.ends_with('/') {
        match meta(store, &path).await {
            Ok(meta) => return Ok(vec![meta]),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let below = Some(&path).filter(|_| !key.is_empty());
    let mut all: Vec<ObjectMeta> = store.list(below).try_collect().await?;
    all.sort_by(|a, b| a.location.as_ref().cmp(b.location.as_ref()));
    Ok(all)
}

/// A bucket, with what the environment says of it: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`, `AWS_SKIP_SIGNATURE`, …
fn s3(bucket: &str) -> Result<Arc<dyn ObjectStore>, Error> {
    let client = AmazonS3ConfigKey::Client;
    let builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_config(client(ClientConfigKey::ReadTimeout), READ_TIMEOUT)
        .with_config(client(ClientConfigKey::Timeout), WHOLE_TIMEOUT);
    Ok(Arc::new(builder.build()?))
}

/// One file of a web server; its query stays with it.
fn web(url: &str) -> Result<Arc<dyn ObjectStore>, Error> {
    let builder = HttpBuilder::new()
        .with_url(url)
        .with_config(ClientConfigKey::AllowHttp, "true")
        .with_config(ClientConfigKey::ReadTimeout, READ_TIMEOUT)
        .with_config(ClientConfigKey::Timeout, WHOLE_TIMEOUT);
    Ok(Arc::new(builder.build()?))
}

/// What went wrong, without what lets others in: messages of the network hold whole URLs, and
/// those of stores what the server said.
pub(super) fn told(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => "there is no such object".to_owned(),
        Error::PermissionDenied { .. } => "the store does not let this be read".to_owned(),
        Error::Unauthenticated { .. } => "the store does not know the key".to_owned(),
        Error::Precondition { .. } => "it has changed".to_owned(),
        Error::NotSupported { .. } => "the server does not give parts of it".to_owned(),
        other => {
            let whole = other.to_string();
            let words = whole.split([' ', '(', ')', '"', '<', '>', '\n', '\'']);
            let words = words.filter(|word| !word.is_empty()).map(without_secrets);
            let mut told = words.collect::<Vec<_>>().join(" ");
            told.truncate(told.floor_char_boundary(300));
            told
        }
    }
}

fn remedy(error: &Error) -> &'static str {
    match error {
        Error::NotFound { .. } => "check the URL",
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or what the URL was signed for"
        }
        _ => {
            "check the URL, the network, and for other stores than Amazon's AWS_ENDPOINT_URL (and AWS_ALLOW_HTTP=true for http)"
        }
    }
}
