//! [`Container`]: a stream of WARC or ARC records, and the way back to them behind damage.
//!
//! A record is its header block and as many bytes as that says. What says it wrong is noticed by
//! what follows: neither a record nor the end. Then the next place that looks like the beginning
//! of a record is looked for, first within the bytes that were taken for the block.

use std::io::{self, Read};

use memchr::memmem;

/// Bytes read at a time.
const READ: usize = 256 << 10;
/// Bytes of a header block; real ones have a few hundred, URLs of some thousands included.
const HEADER: usize = 1 << 20;
/// Bytes in which a record shows that it begins.
const EDGE: usize = 4 << 10;
/// Memory that is kept between records.
const KEEP: usize = 4 << 20;

/// What is before a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Names in lower case and values, in order.
    pub fields: Vec<(String, String)>,
    /// Whether it is the line of an ARC record.
    pub arc: bool,
}

impl Header {
    /// The first value of `name`, which is in lower case; without angle brackets.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.fields.iter();
        let (_, value) = all.find(|(key, _)| key == name)?;
        let inner = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
        Some(inner.unwrap_or(value)).filter(|value| !value.is_empty())
    }

    fn length(&self) -> Option<u64> {
        self.get("content-length")?.parse().ok()
    }
}

/// What is next in a container.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// A record that is whole. Its block is [`Container::block`].
    Whole(Header),
    /// A record whose block is longer than what may be held in memory; its beginning is
    /// [`Container::block`].
    Long(Header),
    /// What should be a record and is not; `true` if the container ends early in it.
    Damaged(bool),
    /// Blank lines between records.
    Blank,
}

/// See the module.
pub struct Container<R> {
    reader: R,
    window: Vec<u8>,
    /// Where the current entry begins in the window.
    at: usize,
    /// Length of the current entry, and of its header block.
    entry: usize,
    head: usize,
    /// Bytes of its block that may be looked at.
    seen: usize,
    /// Bytes before the window.
    before: u64,
    ended: bool,
    /// Most bytes of a block that are held in memory.
    most: usize,
    /// What is left to be passed over of a block that is too long.
    pass: u64,
}

impl<R: Read> Container<R> {
    /// Reads records from `reader`; blocks of more than `most` bytes are [`Entry::Long`].
    pub fn new(reader: R, most: u64) -> Self {
        Self {
            reader,
            window: Vec::new(),
            at: 0,
            entry: 0,
            head: 0,
            seen: 0,
            before: 0,
            ended: false,
            most: usize::try_from(most).unwrap_or(usize::MAX / 4),
            pass: 0,
        }
    }

    /// Where the current entry begins.
    pub fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Length of the current entry, without what [`Container::pass`] passes over.
    pub fn bytes(&self) -> u64 {
        self.entry as u64
    }

    /// The block of the current record, or what there is of it in memory.
    pub fn block(&self) -> &[u8] {
        let start = self.at + self.head;
        &self.window[start..start + self.seen]
    }

    /// The next entry; `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of reading. [`Container::offset`] is then the beginning of the entry that could not
    /// be read, and [`Container::left`] what there is of it.
    pub fn advance(&mut self) -> io::Result<Option<Entry>> {
        self.forward();
        if !self.want(1)? {
            return Ok(None);
        }
        let blank = self.blank_lines()?;
        if blank > 0 {
            self.entry = blank;
            return Ok(Some(Entry::Blank));
        }
        let header = self.header()?;
        let Some((header, length)) = header.and_then(|h| h.length().map(|length| (h, length)))
        else {
            return self.damaged(1).map(Some);
        };
        let held = usize::try_from(length).unwrap_or(usize::MAX);
        if held > self.most {
            self.want(self.head + self.most.min(READ))?;
            self.seen = (self.rest().len() - self.head).min(READ);
            self.entry = self.head;
            self.pass = length;
            return Ok(Some(Entry::Long(header)));
        }
        let end = self.head + held;
        if !self.want(end)? || !self.ends_well(end)? {
            return self.damaged(self.head).map(Some);
        }
        (self.entry, self.seen) = (end, held);
        Ok(Some(Entry::Whole(header)))
    }

    /// Bytes of the current entry that were read, when the rest of it could not be.
    pub fn left(&self) -> u64 {
        self.rest().len() as u64
    }

    /// Passes over what is left of a block that is too long, as far as there is, and says how many
    /// bytes that were and whether it was whole. One whose length is wrong ends where the next
    /// record seems to begin if `wary`.
    ///
    /// # Errors
    ///
    /// Those of reading.
    pub fn pass(&mut self, wary: bool) -> io::Result<(u64, bool)> {
        let before = self.offset() + self.entry as u64;
        self.forward();
        let mut line_end = false;
        while self.pass > 0 {
            if !self.want(1)? {
                return Ok((self.offset() - before, false));
            }
            let more = self.want(READ)?;
            // A beginning that is cut by the end of what was read is seen the next time.
            let seen = self.rest().len() - if more { EDGE } else { 0 };
            let part = seen.min(usize::try_from(self.pass).unwrap_or(usize::MAX));
            let begun = line_end && begins(self.rest());
            let found = if begun { Some(0) } else { self.find(1, part) };
            if wary && let Some(found) = found {
                self.at += found;
                self.pass = 0;
                return Ok((self.offset() - before, false));
            }
            line_end = self.rest()[part - 1] == b'\n';
            self.at += part;
            self.pass -= part as u64;
            self.compact();
        }
        Ok((self.offset() - before, true))
    }

    fn forward(&mut self) {
        self.at += self.entry;
        (self.entry, self.head, self.seen) = (0, 0, 0);
        self.compact();
    }

    /// Forgets what was read.
    fn compact(&mut self) {
        let left = self.window.len() - self.at;
        // Moving is cheaper than reading as long as little is left.
        if left == 0 || self.at >= READ.max(left) {
            self.window.drain(..self.at);
            self.before += self.at as u64;
            self.at = 0;
            if self.window.capacity() > KEEP && self.window.len() < KEEP / 2 {
                self.window.shrink_to(KEEP);
            }
        }
    }

    fn rest(&self) -> &[u8] {
        &self.window[self.at..]
    }

    /// Reads until there are `bytes` of the current entry; false if it all ends before.
    fn want(&mut self, bytes: usize) -> io::Result<bool> {
        while self.rest().len() < bytes && !self.ended {
            // Members of web archives are short, and a decoder stops at the end of each: to clear
            // the room for a whole part each time would cost more than reading does.
            let mut part = self.reader.by_ref().take(READ as u64);
            self.ended = part.read_to_end(&mut self.window)? < READ;
        }
        Ok(self.rest().len() >= bytes)
    }

    /// Length of the blank lines that are next.
    fn blank_lines(&mut self) -> io::Result<usize> {
        let mut blank = 0;
        while self.want(blank + 1)? && matches!(self.rest()[blank], b'\r' | b'\n') {
            blank += 1;
        }
        Ok(blank)
    }

    /// The header that is next, if one is.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut wanted = EDGE;
        loop {
            let more = self.want(wanted)?;
            let rest = self.rest();
            if let Some((header, length)) = header(rest) {
                self.head = length;
                return Ok(Some(header));
            }
            // A longer look helps only where the end of the header was not seen.
            if !more || wanted >= HEADER || !may_begin(rest) {
                return Ok(None);
            }
            wanted *= 4;
        }
    }

    /// Whether a block that ends at `end` is followed by the end or a record, or else, because
    /// the next record may be the damaged one, by a blank line with no record in the block.
    fn ends_well(&mut self, end: usize) -> io::Result<bool> {
        let mut next = end;
        while self.want(next + 1)? && matches!(self.rest()[next], b'\r' | b'\n') {
            next += 1;
        }
        let mut wanted = next + EDGE;
        loop {
            let more = self.want(wanted)?;
            let rest = &self.rest()[next..];
            if rest.is_empty() || begins(rest) {
                return Ok(true);
            }
            if !more || wanted - next >= HEADER || !may_begin(rest) {
                let blank = next >= end + 2;
                return Ok(blank && self.find(self.head, end).is_none());
            }
            wanted *= 4;
        }
    }

    /// The entry reaches to the next place behind its first `from` bytes where a record seems to
    /// begin.
    fn damaged(&mut self, from: usize) -> io::Result<Entry> {
        let mut from = from;
        loop {
            let have = self.rest().len();
            if let Some(found) = self.find(from, have) {
                self.entry = found;
                return Ok(Entry::Damaged(false));
            }
            // A beginning may be cut by the end of what was read, but is not longer than this.
            let seen = have.saturating_sub(EDGE).max(from);
            let full = have > self.most.saturating_add(HEADER);
            if full || !self.want(have + 1)? {
                self.entry = have;
                return Ok(Entry::Damaged(!full));
            }
            from = seen;
        }
    }

    /// Where in the given part of what is next a record begins, at the beginning of a line.
    fn find(&self, from: usize, to: usize) -> Option<usize> {
        let rest = self.rest();
        let mut lines = memchr::memchr_iter(b'\n', &rest[from.saturating_sub(1).min(to)..to]);
        lines.find_map(|at| {
            let start = from.saturating_sub(1) + at + 1;
            (start >= from.max(1) && begins(&rest[start..])).then_some(start)
        })
    }
}

/// Whether a record begins so.
fn begins(bytes: &[u8]) -> bool {
    if is_warc(bytes) {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let name = bytes[end..]
            .split(|b| *b == b':')
            .next()
            .unwrap_or_default();
        return name.len() < 64 && bytes.len() > end + name.len() && is_name(name);
    }
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(HEADER)]);
    end.is_some_and(|end| arc_line(&bytes[..end]).is_some())
}

/// Whether a record may begin so, the end of whose first line or header is not in sight.
fn may_begin(bytes: &[u8]) -> bool {
    let arc = || !bytes.iter().take(8 << 10).any(|b| *b == b'\n') && is_scheme(bytes);
    b"WARC/".starts_with(&bytes[..bytes.len().min(5)]) || is_warc(bytes) || arc()
}

fn is_warc(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [
            b'W',
            b'A',
            b'R',
            b'C',
            b'/',
            b'0' | b'1' | b'2',
            b'.',
            b'0'..=b'9',
            ..
        ]
    )
}

fn is_name(name: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_graphic() && *b != b':';
    !name.is_empty() && name.iter().all(plain)
}

fn is_scheme(bytes: &[u8]) -> bool {
    let colon = bytes.iter().take(16).position(|b| *b == b':');
    colon.is_some_and(|at| at > 1 && bytes[..at].iter().all(u8::is_ascii_alphanumeric))
}

/// The header that `bytes` begin with, and its length with the blank line behind it.
fn header(bytes: &[u8]) -> Option<(Header, usize)> {
    if is_warc(bytes) {
        return warc_header(bytes);
    }
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(HEADER)])?;
    Some((arc_line(&bytes[..end])?, end + 1))
}

fn warc_header(bytes: &[u8]) -> Option<(Header, usize)> {
    let bytes = &bytes[..bytes.len().min(HEADER)];
    let crlf = memmem::find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
    // Some write bare line feeds; a blank line of that kind must come first to count.
    let before = crlf.map_or(bytes.len(), |(at, _)| at);
    let lf = memmem::find(&bytes[..before], b"\n\n").map(|at| (at, at + 2));
    let (end, length) = lf.or(crlf)?;
    let mut header = Header::default();
    for line in bytes[..end].split(|b| *b == b'\n').skip(1) {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        match (line.starts_with([' ', '\t']), header.fields.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => {
                let (name, value) = line.split_once(':')?;
                let name = name.trim_end().to_ascii_lowercase();
                header.fields.push((name, value.trim().to_owned()));
            }
        }
    }
    Some((header, length))
}

/// The line before a record of ARC 1 or 2: URL, address, date, type, …, length.
///
/// Source: <https://archive.org/web/researcher/ArcFileFormat.php>
fn arc_line(line: &[u8]) -> Option<Header> {
    if !is_scheme(line) {
        return None;
    }
    let line = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
    let fields: Vec<&str> = line.split(' ').collect();
    // A URL may hold spaces, so that the date is looked for from the right.
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_date = |text: &str| (12..=18).contains(&text.len()) && digits(text);
    let is_address = |text: &str| text == "-" || text.contains(['.', ':']);
    let date = (2..fields.len().saturating_sub(2))
        .rev()
        .find(|at| is_date(fields[*at]) && is_address(fields[*at - 1]))?;
    let (length, kind) = (fields[fields.len() - 1], fields[date + 1]);
    if !digits(length) || !matches!(fields.len() - date, 3 | 8) {
        return None;
    }
    let url = fields[..date - 1].join(" ");
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Some(Header {
        fields: vec![
            field("warc-target-uri", &url),
            field("warc-date", fields[date]),
            field("content-type", kind),
            field("content-length", length),
        ],
        arc: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry as text: `whole <type> <block>`, and whether their lengths add up.
    fn entries(bytes: &[u8], most: u64) -> Vec<String> {
        let (mut told, mut at) = (Vec::new(), 0);
        let mut container = Container::new(bytes, most);
        while let Some(entry) = container.advance().unwrap() {
            assert_eq!(container.offset(), at);
            at += container.bytes();
            let block = String::from_utf8_lossy(container.block()).into_owned();
            match entry {
                Entry::Whole(header) => {
                    let kind = header.get("warc-type").or(header.get("content-type"));
                    told.push(format!("whole {} {block}", kind.unwrap_or("?")));
                }
                Entry::Long(_) => {
                    let (passed, whole) = container.pass(true).unwrap();
                    at += passed;
                    told.push(format!("long {whole}"));
                }
                Entry::Damaged(cut) => told.push(format!("damaged {cut}")),
                Entry::Blank => {}
            }
        }
        assert_eq!(at, bytes.len() as u64);
        told
    }

    fn record(kind: &str, length: usize, block: &str) -> String {
        format!("WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n")
    }

    #[test]
    fn records_follow_each_other() {
        let two = record("a", 3, "x\ny") + &record("b", 0, "") + &record("c", 2, "zz");
        assert_eq!(
            entries(two.as_bytes(), 99),
            ["whole a x\ny", "whole b ", "whole c zz"]
        );
        let bare = two.replace("\r\n", "\n");
        assert_eq!(
            entries(bare.as_bytes(), 99),
            ["whole a x\ny", "whole b ", "whole c zz"]
        );
        assert_eq!(entries(b"", 9), [""; 0]);
        let old = b"WARC/0.17\r\nwarc-type:\r\n a\r\ncontent-length: 1\r\n\r\nx";
        assert_eq!(entries(old, 9), ["whole  a x"]);
    }

    #[test]
    fn a_wrong_length_costs_its_record_only() {
        let good = record("b", 1, "y");
        for length in [1, 3, 12, 60, 100_000] {
            let bytes = record("a", length, "four") + &good + &good;
            let told = entries(bytes.as_bytes(), 1 << 20);
            let expected = ["damaged false", "whole b y", "whole b y"];
            assert_eq!(told, expected, "{length}");
        }
        // A length that says too much for memory is passed over with care.
        let bytes = record("a", usize::MAX, "four") + &good;
        assert_eq!(
            entries(bytes.as_bytes(), 1 << 20),
            ["long false", "whole b y"]
        );
        let bytes = record("a", 400_000, &"l".repeat(400_000)) + &good;
        assert_eq!(
            entries(bytes.as_bytes(), 1 << 16),
            ["long true", "whole b y"]
        );
    }

    #[test]
    fn what_is_no_record_is_passed_over_and_an_early_end_is_told() {
        let good = record("b", 1, "y");
        let bytes = format!("rubbish\nWARC/ no\n{good}WARC/1.0\r\nno length\r\n\r\n{good}");
        let told = ["damaged false", "whole b y", "damaged false", "whole b y"];
        assert_eq!(entries(bytes.as_bytes(), 99), told);
        for cut in 10..good.len() - 5 {
            assert_eq!(
                entries(&good.as_bytes()[..cut], 99),
                ["damaged true"],
                "{cut}"
            );
        }
        let long = format!("WARC/1.0\r\nWARC-Type: {}", "a".repeat(3 << 20));
        assert_eq!(
            entries(long.as_bytes(), 1 << 16).last().unwrap(),
            "damaged true"
        );
    }

    #[test]
    fn arc_records_are_read_by_their_line() {
        let arc = "filedesc://x.arc 127.0.0.1 20140216050221 text/plain 4\n1 0 \n\n\
            http://e.com/a b 1.2.3.4 20140216050221 text/html 5\nabc\nd\n\
            dns:e.com - 20140216050221 text/dns 200 - - 0 x.arc 1\nz\n";
        let whole = [
            "whole text/plain 1 0 ",
            "whole text/html abc\nd",
            "whole text/dns z",
        ];
        assert_eq!(entries(arc.as_bytes(), 99), whole);
        let header = arc_line(b"http://e.com/a b 1.2.3.4 20140216050221 text/html 5").unwrap();
        assert_eq!(header.get("warc-target-uri"), Some("http://e.com/a b"));
        let bad = arc.replace("text/html 5", "text/html -1");
        let told = ["whole text/plain 1 0 ", "damaged false", "whole text/dns z"];
        assert_eq!(entries(bad.as_bytes(), 99), told);
    }

    proptest::proptest! {
        #[test]
        fn lengths_always_add_up(parts in proptest::collection::vec(
            proptest::prop_oneof![
                "[a-z\r\n:/ ]{0,40}",
                "WARC/1\\.0\r\n(WARC-Type: a\r\n)?Content-Length: [0-9]{1,4}\r\n\r\n",
                "http://a 1\\.1\\.1\\.1 20200101000000 text/html [0-9]{1,3}\n",
            ], 0..12), most in 0u64..200) {
            entries(parts.concat().as_bytes(), most);
        }
    }
}
