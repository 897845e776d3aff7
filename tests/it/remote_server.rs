//! A server on loopback with objects in memory: GET (also of a range), HEAD, and lists of S3.
//! Signatures are not looked at.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What is told and asked of a server that runs until the test ends.
pub struct Server {
    port: u16,
    /// Requests for a range that were answered.
    pub ranges: AtomicU32,
    /// Requests that fail before the next is answered.
    pub failures: AtomicU32,
    /// Whether objects get another tag once they were read.
    pub changes: AtomicBool,
    reads: AtomicU32,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Server {
    /// Serves `objects` in the bucket `bucket`.
    pub fn start(objects: BTreeMap<String, Vec<u8>>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Arc::new(Self {
            port: listener.local_addr().unwrap().port(),
            ranges: AtomicU32::new(0),
            failures: AtomicU32::new(0),
            changes: AtomicBool::new(false),
            reads: AtomicU32::new(0),
            objects,
        });
        let shared = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = shared.clone();
                std::thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        loop {
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                match reader.read_line(&mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) if line.trim().is_empty() => break,
                    Ok(_) => lines.push(line.trim().to_owned()),
                }
            }
            if self.answer(&lines, &mut stream).is_err() {
                return;
            }
        }
    }

    fn answer(&self, lines: &[String], stream: &mut TcpStream) -> std::io::Result<()> {
        let mut words = lines[0].split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let header = |name: &str| {
            let mut found = lines[1..].iter().filter_map(|line| line.split_once(": "));
            found
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
        };
        let fails = self.failures.load(Ordering::Relaxed);
        if fails > 0 {
            self.failures.store(fails - 1, Ordering::Relaxed);
            return stream.write_all(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = path.trim_start_matches("/bucket").trim_start_matches('/');
        if query.contains("list-type=2") {
            let body = self.list(query);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            return stream.write_all((head + &body).as_bytes());
        }
        let Some(content) = self.objects.get(key) else {
            return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        };
        let changed =
            self.changes.load(Ordering::Relaxed) && self.reads.load(Ordering::Relaxed) > 1;
        let tag = format!("\"{}-{changed}\"", content.len());
        if header("If-Match").is_some_and(|wanted| wanted != tag) {
            return stream
                .write_all(b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n");
        }
        let (mut status, mut body, mut range) = ("200 OK", &content[..], String::new());
        if let Some((from, to)) = header("Range").and_then(|wanted| {
            let (from, to) = wanted.strip_prefix("bytes=")?.split_once('-')?;
            Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?))
        }) {
            let to = to.min(content.len() - 1);
            self.ranges.fetch_add(1, Ordering::Relaxed);
            (status, body) = ("206 Partial Content", &content[from..=to]);
            range = format!("Content-Range: bytes {from}-{to}/{}\r\n", content.len());
        }
        if method == "GET" {
            self.reads.fetch_add(1, Ordering::Relaxed);
        }
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: {tag}\r\n{range}\
             Last-Modified: Wed, 25 Nov 2026 00:00:00 GMT\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        if method == "GET" {
            stream.write_all(body)?;
        }
        Ok(())
    }

    fn list(&self, query: &str) -> String {
        let prefix = query
            .split('&')
            .find_map(|part| part.strip_prefix("prefix="));
        let prefix = prefix.unwrap_or("").replace("%2F", "/");
        let contents = self
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix));
        let contents: String = contents
            .map(|(key, content)| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified>\
                     <ETag>\"{0}-false\"</ETag><Size>{0}</Size></Contents>",
                    content.len()
                )
            })
            .collect();
        format!(
            "<?xml version=\"1.0\"?><ListBucketResult><Name>bucket</Name><IsTruncated>false\
             </IsTruncated>{contents}</ListBucketResult>"
        )
    }
}
