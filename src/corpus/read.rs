//! One file → its records: decompression, charset, format, and files inside it.
//!
//! A format is one file in `split/`, a value of [`Format`], a way to tell it in
//! [`sniff`](super::sniff), and a line below in `read_text` (UTF-8 text), `read_binary` (anything
//! else that is read from its beginning) or `read_anywhere` (formats with a directory at their
//! end).

use std::io::Read;

use super::charset::SAMPLE;
use super::decode::Hashing;
use super::mojibake::is_mojibake;
use super::records::{ReadEnd, Records};
use super::split::{
    arrow, csv, document, docx, epub, html, json_stream, jsonl, parquet, seven_zip, tar, warc, zip,
};
use super::{Charset, Compression, Format, Input, Random, Utf8Reader};
use crate::ShardError;

impl Records<'_> {
    /// Reads stored bytes to their end, or as far as possible. `bytes`: how many, if that is known.
    pub fn read(
        &mut self,
        stored: Box<dyn Read + '_>,
        (format, compression): (Format, Compression),
        bytes: Option<u64>,
    ) -> ReadEnd {
        let budget = self.context.budget;
        let mut input = match Input::new(stored, compression, bytes, budget) {
            Ok(input) => input,
            Err(error) => return ReadEnd::broken(&error),
        };
        let (charset, result) = self.read_format(&mut input, format);
        let mut end = ReadEnd {
            decoded_bytes: result
                .as_ref()
                .map_or_else(|(_, bytes)| *bytes, |bytes| *bytes),
            charset,
            ..ReadEnd::default()
        };
        let mut error = result.err().map(|(error, _)| error);
        match input.finish() {
            Ok((digest, bytes)) => {
                end.digest = digest.to_hex().to_string();
                end.stored_bytes = bytes;
            }
            Err(why) => error = error.or(Some(ShardError::from_read(why, end.decoded_bytes))),
        }
        self.close(end, error)
    }

    /// What is left to say: bytes that were decoded and not told of are lost.
    pub(super) fn close(&mut self, mut end: ReadEnd, mut error: Option<ShardError>) -> ReadEnd {
        let bytes = end.decoded_bytes.saturating_sub(self.accounted);
        if bytes > 0 {
            error = error.or(Some(ShardError::Unaccounted { bytes }));
            self.accounted += bytes;
            self.sink.lost(bytes);
        }
        // A reader that tells of more than there is would make the sums wrong.
        end.decoded_bytes = end.decoded_bytes.max(self.accounted);
        end.member_bytes = self.member_bytes;
        end.notes = std::mem::take(&mut self.notes);
        end.error = error.map(|e| (e.reason().to_owned(), e.to_string()));
        end
    }

    /// The charset's name and the number of decoded bytes, with the error if there was one.
    fn read_format(
        &mut self,
        input: &mut Input<'_>,
        format: Format,
    ) -> (String, Result<u64, (ShardError, u64)>) {
        if format.is_binary() {
            let result = self.read_binary(input, format);
            let bytes = if format.counts_text() {
                self.accounted
            } else {
                input.read_bytes()
            };
            return (
                String::new(),
                result.map(|()| bytes).map_err(|e| (e, bytes)),
            );
        }
        let (head, whole) = input.peek(SAMPLE);
        let charset = Charset::of(head, whole);
        if is_mojibake(&charset.decode(head).0) {
            self.note_file("note:mojibake");
        }
        let by_bytes = match format {
            Format::Jsonl if charset.cuts_at_line_ends() => Some(jsonl::read(input, charset, self)),
            Format::Text | Format::Code | Format::Markdown => {
                Some(document::read(input, charset, format, self))
            }
            _ => None,
        };
        let (result, bytes) = match by_bytes {
            Some(result) => (result, input.read_bytes()),
            None if charset == Charset::Utf8 => {
                let result = self.read_text(input, format);
                (result, input.read_bytes())
            }
            None => {
                let mut reader = Utf8Reader::new(&mut *input, charset);
                let result = self.read_text(&mut reader, format);
                let (bytes, replaced) = (reader.bytes, reader.replaced());
                self.replaced(replaced);
                (result, bytes)
            }
        };
        let result = result.map(|()| bytes).map_err(|error| (error, bytes));
        (charset.name(), result)
    }

    /// Formats that consist of UTF-8 text, which may hold bytes that are none.
    fn read_text(&mut self, reader: &mut dyn Read, format: Format) -> Result<(), ShardError> {
        match format {
            Format::Json => json_stream::read(reader, self),
            Format::Csv => csv::read(reader, false, self),
            Format::Tsv => csv::read(reader, true, self),
            Format::Jsonl => jsonl::read(reader, Charset::Utf8, self),
            _ => Err(NO_READER),
        }
    }

    /// Formats that hold files of their own, or are not text.
    fn read_binary(&mut self, input: &mut Input<'_>, format: Format) -> Result<(), ShardError> {
        if format.is_random() {
            let random = Random::spool(input, self.context.limits)?;
            return self.read_anywhere(&random, format);
        }
        match format {
            Format::Tar => tar::read(input, self)?,
            Format::Html => html::read(input, self)?,
            Format::Warc => warc::read(input, self)?,
            _ => return Err(NO_READER),
        }
        self.overhead(input.read_bytes().saturating_sub(self.accounted));
        Ok(())
    }

    /// Formats whose directory stands at their end.
    fn read_anywhere(&mut self, random: &Random<'_>, format: Format) -> Result<(), ShardError> {
        match format {
            Format::Zip => zip::read(random, self)?,
            Format::SevenZip => seven_zip::read(random, self)?,
            // These tell of their text only.
            Format::Parquet => return parquet::read(random, self),
            Format::Arrow => return arrow::read(random, self),
            Format::Docx => docx::read(random, self)?,
            Format::Epub => epub::read(random, self)?,
            _ => return Err(NO_READER),
        }
        self.overhead(random.len().saturating_sub(self.accounted));
        Ok(())
    }

    /// Reads bytes of which every one can be got at, as [`Records::read`] reads others.
    ///
    /// `whole`: the same bytes from their beginning, for the digest.
    pub fn read_random(
        &mut self,
        random: &Random<'_>,
        format: Format,
        whole: Box<dyn Read + '_>,
    ) -> ReadEnd {
        // Hashed first: it also shows whether they can all be read.
        let (digest, stored_bytes) = match Hashing::new(whole).finish() {
            Ok((digest, bytes)) => (digest.to_hex().to_string(), bytes),
            Err(error) => return ReadEnd::broken(&ShardError::Read(error)),
        };
        let result = self.read_anywhere(random, format);
        let end = ReadEnd {
            digest,
            stored_bytes,
            decoded_bytes: if format.counts_text() {
                self.accounted
            } else {
                random.len()
            },
            ..ReadEnd::default()
        };
        self.close(end, result.err())
    }
}

/// For formats that are told and have no reader.
const NO_READER: ShardError = ShardError::Refused {
    reason: "unsupported-format",
    what: "there is no reader for it in this version",
};

impl ReadEnd {
    /// Of something that could not be read at all.
    pub fn broken(error: &ShardError) -> Self {
        Self {
            error: Some((error.reason().to_owned(), error.to_string())),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::corpus::split::json::{MetaPaths, TextPaths};
    use crate::corpus::{Budget, Extent, FieldName, Limits, Member, Meta, ReadContext, RecordSink};

    /// Adds up what it is told, and holds it against what reading says in the end.
    #[derive(Default)]
    struct Sums {
        /// Own decoded bytes and those of files, for the shard and each file that is open.
        levels: Vec<(u64, u64)>,
        text: u64,
    }

    impl Sums {
        fn add(&mut self, bytes: u64) {
            self.levels.last_mut().unwrap().0 += bytes;
        }

        fn check(&self, end: &ReadEnd) {
            let (own, inside) = *self.levels.last().unwrap();
            assert_eq!(
                (end.decoded_bytes, end.member_bytes),
                (own + inside, inside)
            );
        }
    }

    impl RecordSink for Sums {
        fn part(&mut self, _: FieldName<'_>, text: &str) {
            self.text += text.len() as u64;
        }
        fn end_field(&mut self) {}
        fn end(&mut self, at: Extent, _: Meta) {
            self.add(at.bytes);
        }
        fn skip(&mut self, at: Extent, _: &str) {
            self.add(at.bytes);
        }
        fn fail(&mut self, at: Extent, _: &str) {
            self.add(at.bytes);
        }
        fn note(&mut self, _: &str) {}
        fn overhead(&mut self, bytes: u64) {
            self.add(bytes);
        }
        fn lost(&mut self, bytes: u64) {
            self.add(bytes);
        }
        fn replaced(&mut self, _: u64) {}
        fn lines(&mut self, _: u64, lines: Vec<u8>, _: Charset) {
            self.add(lines.len() as u64);
        }
        fn page(&mut self, at: Extent, _: Box<crate::corpus::page::Page>) {
            self.add(at.bytes);
        }
        fn open_member(&mut self, _: &str, _: &str) {
            self.levels.push((0, 0));
        }
        fn close_member(&mut self, member: Member) {
            match &member.end {
                Some(end) => self.check(end),
                None => assert_eq!(self.levels.last(), Some(&(0, 0))),
            }
            self.levels.pop();
            self.levels.last_mut().unwrap().1 += member.packed_bytes;
        }
    }

    fn read(bytes: &[u8], format: Format, compression: Compression) -> (ReadEnd, u64) {
        let (text, meta) = (TextPaths::default(), MetaPaths::default());
        let (limits, stop) = (Limits::default(), AtomicBool::new(false));
        let budget = Budget::new(bytes.len() as u64, &limits);
        let context = ReadContext {
            text: &text,
            meta: &meta,
            limits: &limits,
            chunk: 4096,
            budget: &budget,
            stop: &stop,
        };
        let mut sums = Sums {
            levels: vec![(0, 0)],
            text: 0,
        };
        let mut records = Records::new(&mut sums, &context);
        let end = records.read(Box::new(bytes), (format, compression), None);
        sums.check(&end);
        (end, sums.text)
    }

    /// A small file of each format, and of some in each other.
    fn samples() -> Vec<(Vec<u8>, Format, Compression)> {
        let list = "[{\"id\":1,\"text\":\"一\"},{\"text\":[1,{\"a\":\"\\u4e8c\"}]}, 3, null]";
        let table = "id,text\n1,\"a\"\"b\nc\"\n2,d\n3,e,f\n";
        let gzip = |content: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        };
        let tar = |files: &[(&str, &[u8])]| {
            let mut builder = ::tar::Builder::new(vec![]);
            for (name, content) in files {
                let mut header = ::tar::Header::new_gnu();
                header.set_size(content.len() as u64);
                builder.append_data(&mut header, name, *content).unwrap();
            }
            builder.into_inner().unwrap()
        };
        let zip = |files: &[(&str, &[u8])]| {
            let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(vec![]));
            for (name, content) in files {
                let options = ::zip::write::SimpleFileOptions::default();
                writer.start_file(*name, options).unwrap();
                writer.write_all(content).unwrap();
            }
            writer.finish().unwrap().into_inner()
        };
        let (list, table) = (list.as_bytes(), table.as_bytes());
        let inner = zip(&[("a.json", list), ("b.csv", table)]);
        let outer = tar(&[
            ("a.json", list),
            ("b.zip", &inner),
            ("c.csv.gz", &gzip(table)),
        ]);
        let utf16: Vec<u8> = "\u{FEFF}[{\"text\":\"一二\"}]"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        vec![
            (list.to_vec(), Format::Json, Compression::None),
            (gzip(list), Format::Json, Compression::Gzip),
            (utf16, Format::Json, Compression::None),
            (table.to_vec(), Format::Csv, Compression::None),
            (table.to_vec(), Format::Text, Compression::None),
            (
                b"{\"text\":1}\n\n{\"text\":2}".to_vec(),
                Format::Jsonl,
                Compression::None,
            ),
            (inner, Format::Zip, Compression::None),
            (gzip(&outer), Format::Tar, Compression::Gzip),
            (outer, Format::Tar, Compression::None),
        ]
    }

    #[test]
    fn whole_files_are_read_to_their_end() {
        for (bytes, format, compression) in samples() {
            let (end, text) = read(&bytes, format, compression);
            assert_eq!(end.error, None, "{format:?}");
            assert_eq!(end.stored_bytes, bytes.len() as u64);
            assert!(text > 0 || format == Format::Jsonl, "{format:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_broken_the_bytes_add_up(
            which in 0usize..9,
            cut in 0usize..4000,
            flips in proptest::collection::vec((0usize..20_000, 1u8..), 0..6),
        ) {
            let (mut bytes, format, compression) = samples().swap_remove(which);
            for (at, bits) in flips {
                let at = at % bytes.len();
                bytes[at] ^= bits;
            }
            let cut = cut.min(bytes.len());
            // Often whole, so that the other changes are met with.
            bytes.truncate(if cut % 3 == 0 { cut } else { bytes.len() });
            let (end, _) = read(&bytes, format, compression);
            proptest::prop_assert!(end.stored_bytes <= bytes.len() as u64);
        }
    }
}
