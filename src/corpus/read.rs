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
use super::split::{csv, document, docx, epub, html, json_stream, jsonl, tar, warc, zip};
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
            let bytes = input.read_bytes();
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
            Format::Text | Format::Code => Some(document::read(input, charset, false, self)),
            Format::Markdown => Some(document::read(input, charset, true, self)),
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
            decoded_bytes: random.len(),
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
