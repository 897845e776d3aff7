//! A whole file that is one record: plain text, Markdown, source code.
//!
//! Text is decoded and handed on part by part, whatever the length. The record's offsets are
//! those of the bytes before they were decoded to characters.

use crate::ShardError;
use crate::corpus::charset::TextDecoder;
use crate::corpus::records::{Extent, FieldName, Meta, Records};
use crate::corpus::split::markdown;
use crate::corpus::{Charset, Format, Input};

/// Bytes read at a time.
const PART: usize = 256 << 10;

/// Reads the file to its end.
///
/// # Errors
///
/// Those of decoding; what came before is told of as the record.
pub fn read(
    input: &mut Input<'_>,
    charset: Charset,
    format: Format,
    records: &mut Records<'_>,
) -> Result<(), ShardError> {
    let mut decoder = charset.decoder();
    let (mut raw, mut text, mut meta) = (Vec::new(), String::new(), Meta::default());
    meta.code = format == Format::Code;
    let (mut bytes, mut result) = (0u64, Ok(true));
    while matches!(result, Ok(true)) {
        raw.clear();
        text.clear();
        result = input.fill(&mut raw, PART);
        decoder.push(&raw, &mut text);
        if bytes == 0 && format == Format::Markdown {
            meta = markdown::front_matter(&text, records.context.meta);
        }
        bytes += raw.len() as u64;
        if !text.is_empty() {
            records.part(FieldName::WHOLE, &text);
        }
    }
    finish(decoder, bytes, meta, records);
    result.map(drop)
}

fn finish(mut decoder: TextDecoder, bytes: u64, meta: Meta, records: &mut Records<'_>) {
    let mut text = String::new();
    decoder.end(&mut text);
    if !text.is_empty() {
        records.part(FieldName::WHOLE, &text);
    }
    records.end_field();
    records.replaced(decoder.replaced);
    let at = Extent { offset: 0, bytes };
    if bytes == 0 {
        return;
    }
    // More than one byte in fifty replaced: this is not text with a few bad bytes, and what was
    // searched is not what a person would read.
    if decoder.replaced * 50 > bytes {
        return records.fail(at, "charset");
    }
    if decoder.replaced > 0 {
        records.note(if decoder.is_utf8() {
            "note:invalid-utf8"
        } else {
            "note:invalid-characters"
        });
    }
    records.end(at, meta);
}
