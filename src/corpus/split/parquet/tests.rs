//! Files of every layout give what the same documents give as JSON; damaged ones end in an error.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use proptest::prelude::*;

use super::read;
use crate::Limit;
use crate::ShardError;
use crate::corpus::Random;
use crate::corpus::limits::Limits;
use crate::corpus::split::columns::told::{Collected, told, told_as_json, told_random};

const SCHEMA: &str = "message m {
    optional int64 id;
    optional binary text (STRING);
    optional group messages (LIST) { repeated group list { optional group element {
        optional binary role (STRING);
        optional binary content (STRING);
    } } }
    optional double score;
}";

type Message = Option<(Option<String>, Option<String>)>;

/// A row of [`SCHEMA`].
#[derive(Clone, Debug)]
struct Document {
    id: Option<i64>,
    text: Option<String>,
    messages: Option<Vec<Message>>,
    score: Option<i32>,
}

impl Document {
    fn json(&self) -> String {
        let message = |message: &Message| {
            message
                .as_ref()
                .map(|(role, content)| serde_json::json!({"role": role, "content": content}))
        };
        let messages: Option<Vec<_>> = self
            .messages
            .as_ref()
            .map(|all| all.iter().map(message).collect());
        // Keys in the order of the schema; serde_json would sort them.
        let json = |value: serde_json::Value| value.to_string();
        let messages = messages.map(|all| {
            let one = |value: &Option<serde_json::Value>| {
                value.as_ref().map_or("null".to_owned(), |value| {
                    format!(
                        "{{\"role\":{},\"content\":{}}}",
                        value["role"], value["content"]
                    )
                })
            };
            format!("[{}]", all.iter().map(one).collect::<Vec<_>>().join(","))
        });
        format!(
            "{{\"id\":{},\"text\":{},\"messages\":{},\"score\":{}}}",
            json(self.id.into()),
            json(self.text.clone().into()),
            messages.unwrap_or("null".to_owned()),
            json(self.score.into()),
        )
    }
}

fn lines(documents: &[Document]) -> Vec<String> {
    documents.iter().map(Document::json).collect()
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug)]
struct Layout {
    version: WriterVersion,
    encoding: Option<Encoding>,
    packed: bool,
    page_rows: usize,
    group_rows: usize,
}

impl Layout {
    const PLAIN: Self = Self {
        version: WriterVersion::PARQUET_1_0,
        encoding: Some(Encoding::PLAIN),
        packed: false,
        page_rows: 20_000,
        group_rows: 1000,
    };

    fn properties(self) -> WriterProperties {
        let compression = if self.packed {
            Compression::ZSTD(Default::default())
        } else {
            Compression::UNCOMPRESSED
        };
        let mut builder = WriterProperties::builder()
            .set_writer_version(self.version)
            .set_compression(compression)
            .set_data_page_row_count_limit(self.page_rows)
            .set_write_batch_size(self.page_rows.min(64))
            .set_dictionary_enabled(self.encoding.is_none());
        if let Some(encoding) = self.encoding {
            for path in [
                "text",
                "messages.list.element.content",
                "messages.list.element.role",
            ] {
                let path = ColumnPath::from(path.split('.').map(str::to_owned).collect::<Vec<_>>());
                builder = builder.set_column_encoding(path, encoding);
            }
            if encoding == Encoding::DELTA_BYTE_ARRAY {
                let numbers = Encoding::DELTA_BINARY_PACKED;
                let split = Encoding::BYTE_STREAM_SPLIT;
                builder = builder
                    .set_column_encoding(ColumnPath::from("id"), numbers)
                    .set_column_encoding(ColumnPath::from("score"), split);
            }
        }
        builder.build()
    }
}

fn write(documents: &[Document], layout: Layout) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(layout.properties());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for rows in documents.chunks(layout.group_rows) {
        let mut group = writer.next_row_group().unwrap();
        write_group(&mut group, rows);
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn write_group<W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Document],
) {
    let levels = |there: Vec<bool>| there.into_iter().map(i16::from).collect::<Vec<i16>>();
    let mut column = group.next_column().unwrap().unwrap();
    let ids: Vec<i64> = rows.iter().filter_map(|r| r.id).collect();
    let definition = levels(rows.iter().map(|r| r.id.is_some()).collect());
    let typed = column.typed::<Int64Type>();
    typed.write_batch(&ids, Some(&definition), None).unwrap();
    column.close().unwrap();

    let mut column = group.next_column().unwrap().unwrap();
    let texts: Vec<ByteArray> = rows
        .iter()
        .filter_map(|r| r.text.as_deref().map(ByteArray::from))
        .collect();
    let definition = levels(rows.iter().map(|r| r.text.is_some()).collect());
    let typed = column.typed::<ByteArrayType>();
    typed.write_batch(&texts, Some(&definition), None).unwrap();
    column.close().unwrap();

    for role in [true, false] {
        let (mut values, mut definition, mut repetition) = (vec![], vec![], vec![]);
        for row in rows {
            let Some(messages) = row.messages.as_ref().filter(|all| !all.is_empty()) else {
                definition.push(i16::from(row.messages.is_some()));
                repetition.push(0);
                continue;
            };
            for (i, message) in messages.iter().enumerate() {
                repetition.push(i16::from(i > 0));
                let value = message.as_ref().map(|(a, b)| if role { a } else { b });
                definition.push(match value {
                    None => 2,
                    Some(None) => 3,
                    Some(Some(text)) => {
                        values.push(ByteArray::from(text.as_str()));
                        4
                    }
                });
            }
        }
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<ByteArrayType>();
        typed
            .write_batch(&values, Some(&definition), Some(&repetition))
            .unwrap();
        column.close().unwrap();
    }

    let mut column = group.next_column().unwrap().unwrap();
    let scores: Vec<f64> = rows.iter().filter_map(|r| r.score.map(f64::from)).collect();
    let definition = levels(rows.iter().map(|r| r.score.is_some()).collect());
    let typed = column.typed::<DoubleType>();
    typed.write_batch(&scores, Some(&definition), None).unwrap();
    column.close().unwrap();
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let text = || prop::option::of(prop_oneof!["[a-c语料]{0,6}", "[x语]{300,400}"]);
    let messages = prop::collection::vec(prop::option::of((text(), text())), 0..4);
    let document = (
        prop::option::of(any::<i64>()),
        text(),
        prop::option::of(messages),
        prop::option::of(any::<i32>()),
    );
    let document = document.prop_map(|(id, text, messages, score)| Document {
        id,
        text,
        messages,
        score,
    });
    prop::collection::vec(document, 0..60)
}

fn layouts() -> impl Strategy<Value = Layout> {
    let version = prop_oneof![
        Just(WriterVersion::PARQUET_1_0),
        Just(WriterVersion::PARQUET_2_0)
    ];
    let encoding = prop_oneof![
        Just(None),
        Just(Some(Encoding::PLAIN)),
        Just(Some(Encoding::DELTA_LENGTH_BYTE_ARRAY)),
        Just(Some(Encoding::DELTA_BYTE_ARRAY)),
    ];
    (version, encoding, any::<bool>(), 1..50usize, 1..40usize).prop_map(
        |(version, encoding, packed, page_rows, group_rows)| Layout {
            version,
            encoding,
            packed,
            page_rows,
            group_rows,
        },
    )
}

const PATHS: [&[&str]; 5] = [
    &["text"],
    &["messages[].content", "text"],
    &["messages"],
    &["nothing"],
    &["*"],
];

fn same(collected: &Collected, documents: &[Document], paths: &[&str]) {
    let expected = told_as_json(&lines(documents), paths);
    assert_eq!(collected.records, expected, "{paths:?}");
    assert_eq!(collected.skipped, documents.len() - expected.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_layout_gives_what_json_gives(documents in documents(), layout in layouts()) {
        let bytes = write(&documents, layout);
        for paths in PATHS {
            let (collected, result) = told(read, &bytes, paths);
            result.unwrap();
            same(&collected, &documents, paths);
        }
    }

    #[test]
    fn no_damage_makes_it_panic(
        documents in documents(),
        layout in layouts(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = write(&documents, layout);
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        for paths in [PATHS[1], PATHS[3]] {
            let _ = told(read, &bytes, paths);
            let (_, result) = told(read, &bytes[..cut.index(bytes.len())], paths);
            result.unwrap_err();
        }
    }
}

fn some() -> Vec<Document> {
    (0..200)
        .map(|i| Document {
            id: Some(i),
            text: (i % 7 != 0).then(|| format!("第{i}条 {}", "语料".repeat(i as usize % 50))),
            messages: Some(vec![Some((None, Some(format!("说{i}")))); i as usize % 3]),
            score: None,
        })
        .collect()
}

#[test]
fn a_file_that_is_not_in_memory_gives_the_same() {
    use std::io::Write as _;
    let documents = some();
    let bytes = write(&documents, Layout::PLAIN);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let random = Random::File(file, bytes.len() as u64);
    for paths in PATHS {
        let (collected, result) = told_random(read, &random, paths, &Limits::default());
        result.unwrap();
        same(&collected, &documents, paths);
    }
}

#[test]
fn a_damaged_row_group_does_not_hide_the_others() {
    let documents = some();
    let layout = Layout {
        group_rows: 50,
        packed: true,
        ..Layout::PLAIN
    };
    let mut bytes = write(&documents, layout);
    let footer = super::footer(&Random::Bytes(&bytes), &Limits::default()).unwrap();
    let chunk = footer.row_group(1).column(1);
    let (start, length) = chunk.byte_range();
    bytes[(start + length / 2) as usize] ^= 0x55;
    let (collected, result) = told(read, &bytes, &["text"]);
    assert_eq!(result.unwrap_err().reason(), "bad-parquet");
    let expected: Vec<_> = told_as_json(&lines(&documents), &["text"])
        .into_iter()
        .filter(|record| !(50..100).contains(&record.offset))
        .collect();
    assert_eq!(collected.records, expected);
}

#[test]
fn limits_are_kept() {
    let mut documents = some();
    documents[3].text = Some("长".repeat(100_000));
    let bytes = write(&documents, Layout::PLAIN);
    let limits = Limits {
        record_bytes: 100_000,
        ..Limits::default()
    };
    let (_, result) = told_random(read, &Random::Bytes(&bytes), &["text"], &limits);
    let ShardError::Limit { limit, value } = result.unwrap_err() else {
        panic!("another error");
    };
    assert_eq!((limit, value), (Limit::RecordBytes, 100_000));
    let columns = Limits {
        csv_columns: 3,
        ..Limits::default()
    };
    let (_, result) = told_random(read, &Random::Bytes(&bytes), &["text"], &columns);
    assert_eq!(result.unwrap_err().reason(), "limit-csv-columns");
}

#[test]
fn what_is_no_parquet_says_why() {
    let good = write(&some(), Layout::PLAIN);
    let mut encrypted = good.clone();
    let end = encrypted.len();
    encrypted[end - 1] = b'E';
    let mut long = good.clone();
    long[end - 8..end - 4].copy_from_slice(&100_000_000u32.to_le_bytes());
    for (bytes, reason) in [
        (&b""[..], "bad-parquet"),
        (b"PAR1", "bad-parquet"),
        (b"PAR1\0\0\0\0PAR1", "bad-parquet"),
        (&good[..good.len() - 9], "bad-parquet"),
        (&encrypted, "encrypted"),
        (&long, "bad-parquet"),
    ] {
        let (collected, result) = told(read, bytes, &["text"]);
        assert_eq!(result.unwrap_err().reason(), reason);
        assert!(collected.records.is_empty());
    }
}
