//! Parts → one zip file, the same bytes for the same parts.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Parts by name, in the order of the file.
pub type Parts = Vec<(String, Vec<u8>)>;

/// The file.
pub fn zip(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    // The first moment a zip file knows: when it was written is no part of the document.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(name.as_str(), options)
            .and_then(|()| writer.write_all(bytes).map_err(Into::into))
            .expect("memory takes all, and names are different");
    }
    let done = writer.finish().expect("memory takes all");
    done.into_inner()
}
