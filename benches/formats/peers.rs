//! What a shard is held against: its decompressor alone, over bytes in memory.

use std::io::Read;
use std::path::Path;

use parquet::column::reader::ColumnReader;
use parquet::file::reader::{FileReader, SerializedFileReader};

/// Reads all bytes of a compressed shard, or the column `text` of a Parquet file.
pub fn read(path: &Path, bytes: &[u8]) {
    let read = match path.extension().unwrap().to_str().unwrap() {
        "gz" => drain(flate2::bufread::MultiGzDecoder::new(bytes)),
        "zst" => drain(zstd::stream::read::Decoder::with_buffer(bytes).unwrap()),
        _ => parquet(path),
    };
    assert!(read > 0);
}

fn drain(mut reader: impl Read) -> u64 {
    let (mut buffer, mut all) = (vec![0; 256 << 10], 0);
    loop {
        match reader.read(&mut buffer).unwrap() {
            0 => return all,
            read => all += read as u64,
        }
    }
}

fn parquet(path: &Path) -> u64 {
    let file = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut all = 0;
    for number in 0..file.num_row_groups() {
        let group = file.get_row_group(number).unwrap();
        let ColumnReader::ByteArrayColumnReader(mut column) = group.get_column_reader(1).unwrap()
        else {
            panic!("the text is no column of bytes")
        };
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            let (rows, ..) = column
                .read_records(1024, Some(&mut levels), None, &mut values)
                .unwrap();
            if rows == 0 {
                break;
            }
            all += values.iter().map(|v| v.len() as u64).sum::<u64>();
        }
    }
    all
}
