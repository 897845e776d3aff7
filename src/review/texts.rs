//! The texts of a sample, read from the corpus again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Mutex;

use rayon::prelude::*;
use tempfile::SpooledTempFile;

use super::mask::{Field, mask};
use super::read::{Visit, read};
use super::sample::{Changed, Corpus, Sample, told};
use crate::RunError;
use crate::corpus::{FieldName, Meta, Shard, shortened, without_secrets};
use crate::detect::{Scanner, Scratch};
use crate::scan::Counts;

/// Characters of a text that a sheet shows: a cell holds 32,767.
pub const LONGEST_TEXT: usize = 32_000;
/// Bytes of a text that are kept until it is masked: what is shown, in characters of any length,
/// and enough behind it that what is cut in two is still known for what it is.
const KEPT: usize = LONGEST_TEXT * 4 + (16 << 10);
/// Bytes of all texts that are held in memory. Ours: those of 4,000 records of common length.
const HELD: usize = 32 << 20;

/// What of a text is shown.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// Personal data is hidden that this scanner finds; it must keep all findings of a record.
    Masked(&'a Scanner),
    /// Everything.
    Full,
}

/// What a sheet shows of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetRow {
    /// Its own id.
    pub record_id: Option<String>,
    /// Its source.
    pub source: String,
    /// Its text; where it has several fields, each behind its path.
    pub text: String,
    /// Characters of the whole text, if not all of it is shown.
    pub cut: Option<u64>,
    /// What it says of where it is from, of when, and on what terms, by field.
    pub stated: BTreeMap<String, String>,
}

/// What is shown of the rows of a sample, by their place. Where texts are long they wait in a
/// temporary file without a name, that nobody else can open and that is gone when the command
/// ends, however it ends.
pub struct SheetRows {
    texts: Mutex<SpooledTempFile>,
    rows: Vec<Placed>,
}

/// A row, and where its text is.
struct Placed {
    row: SheetRow,
    at: u64,
    bytes: usize,
}

impl SheetRows {
    /// The row at `place` of the sample.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub fn get(&self, place: usize) -> io::Result<SheetRow> {
        let placed = &self.rows[place];
        let mut bytes = vec![0; placed.bytes];
        let mut texts = self
            .texts
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        texts.seek(SeekFrom::Start(placed.at))?;
        texts.read_exact(&mut bytes)?;
        Ok(SheetRow {
            text: String::from_utf8(bytes).map_err(io::Error::other)?,
            ..placed.row.clone()
        })
    }
}

/// [`SheetRows`] while they are read. They are put down as they come, which shows nowhere.
struct Putting {
    texts: SpooledTempFile,
    bytes: u64,
    rows: Vec<Option<Placed>>,
    /// Why the file could not be written.
    failed: Option<io::Error>,
}

impl Putting {
    fn put(&mut self, places: &[usize], mut row: SheetRow) {
        let text = std::mem::take(&mut row.text);
        let at = self.bytes;
        if let Err(error) = self.texts.write_all(text.as_bytes()) {
            self.failed.get_or_insert(error);
        }
        self.bytes += text.len() as u64;
        for place in places {
            self.rows[*place] = Some(Placed {
                row: row.clone(),
                at,
                bytes: text.len(),
            });
        }
    }
}

/// Reads the texts of the rows of `sample`.
///
/// # Errors
///
/// If the corpus is not what the run is of, or a temporary file cannot be written.
pub fn texts(
    sample: &Sample,
    corpus: &Corpus<'_>,
    shown: Shown<'_>,
) -> Result<SheetRows, RunError> {
    // Which records of which file are wanted, and for which rows: a record may be in several.
    let mut wanted: HashMap<u32, HashMap<u64, Vec<usize>>> = HashMap::new();
    for (at, row) in sample.rows.iter().enumerate() {
        let file = wanted.entry(row.drawn.file).or_default();
        file.entry(row.drawn.record).or_default().push(at);
    }
    let holders = holders(sample);
    let shards = corpus.shards.iter();
    let shards: Vec<&Shard> = shards
        .filter(|shard| holders.contains(shard.path.as_str()))
        .collect();
    let putting = Mutex::new(Putting {
        texts: SpooledTempFile::new(HELD),
        bytes: 0,
        rows: sample.rows.iter().map(|_| None).collect(),
        failed: None,
    });
    let changed: Vec<Changed> = shards
        .par_iter()
        .filter_map(|shard| {
            let mut visit = Texts {
                sample,
                corpus,
                shown,
                wanted: &wanted,
                shard,
                open: Vec::new(),
                fields: Vec::new(),
                field_open: false,
                kept: 0,
                lost: false,
                characters: 0,
                scratch: Scratch::default(),
                putting: &putting,
            };
            let end = read(shard, corpus, &mut visit);
            Changed::of(sample, shard, &end.digest)
        })
        .collect();
    let put = putting
        .into_inner()
        .unwrap_or_else(|broken| broken.into_inner());
    if let Some(error) = put.failed {
        return Err(RunError::io("write", &std::env::temp_dir(), error));
    }
    let rows: Option<Vec<Placed>> = put.rows.into_iter().collect();
    match rows {
        Some(rows) if changed.is_empty() => Ok(SheetRows {
            texts: Mutex::new(put.texts),
            rows,
        }),
        // It was the same when the sample was drawn, so it is being written.
        _ => Err(told(&changed)),
    }
}

/// Files that hold a record, or could: a file of an archive is called `archive!file`.
fn holders(sample: &Sample) -> HashSet<&str> {
    let mut holders = HashSet::new();
    for row in &sample.rows {
        holders.insert(row.path.as_str());
        holders.extend(row.path.match_indices('!').map(|(at, _)| &row.path[..at]));
    }
    holders
}

/// Picks the records that are wanted.
struct Texts<'t> {
    sample: &'t Sample,
    corpus: &'t Corpus<'t>,
    shown: Shown<'t>,
    wanted: &'t HashMap<u32, HashMap<u64, Vec<usize>>>,
    shard: &'t Shard,
    /// What is wanted of the files that are open.
    open: Vec<Option<&'t HashMap<u64, Vec<usize>>>>,
    fields: Vec<Field>,
    field_open: bool,
    /// Bytes of text that are kept, and whether there are more.
    kept: usize,
    lost: bool,
    characters: u64,
    scratch: Scratch,
    putting: &'t Mutex<Putting>,
}

impl Visit for Texts<'_> {
    fn file_began(&mut self, path: &str) {
        let file = self.sample.frame.of.find(path);
        self.open.push(file.and_then(|file| self.wanted.get(&file)));
    }

    fn wants(&self, record: u64) -> bool {
        let open = self.open.last().copied().flatten();
        open.is_some_and(|wanted| wanted.contains_key(&record))
    }

    fn part(&mut self, name: FieldName<'_>, text: &str) {
        self.characters += text.chars().count() as u64;
        let fits = text.floor_char_boundary(KEPT - self.kept);
        self.lost |= fits < text.len();
        if self.lost && fits == 0 {
            return;
        }
        if !self.field_open {
            let (path, key) = (name.path.to_owned(), name.key.to_owned());
            self.fields.push((path, key, String::new()));
            self.field_open = true;
        }
        if let Some((_, _, kept)) = self.fields.last_mut() {
            kept.push_str(&text[..fits]);
            self.kept += fits;
        }
    }

    fn end_field(&mut self) {
        self.field_open = false;
    }

    fn record(&mut self, record: u64, meta: Meta) {
        let wanted = self.open.last().copied().flatten();
        let Some(rows) = wanted.and_then(|wanted| wanted.get(&record)) else {
            return;
        };
        let mut fields = std::mem::take(&mut self.fields);
        let sources = &self.corpus.options.sources;
        let source = sources.decide(&meta.sources, &self.shard.source);
        let mut row = SheetRow {
            source: source.into_owned(),
            ..SheetRow::default()
        };
        let mut stated = stated(&meta);
        if let Shown::Masked(scanner) = self.shown {
            mask(&mut fields, scanner, &mut self.scratch);
            mask(&mut stated, scanner, &mut self.scratch);
        }
        for (name, _, value) in stated {
            match name.as_str() {
                "id" => row.record_id = Some(value),
                _ => drop(row.stated.insert(name, value)),
            }
        }
        let (text, whole) = joined(&fields);
        let whole = whole && !self.lost;
        row.text = text;
        row.cut = (!whole).then_some(self.characters);
        let putting = self.putting.lock();
        putting
            .unwrap_or_else(|broken| broken.into_inner())
            .put(rows, row);
        self.forget();
    }

    fn forget(&mut self) {
        self.fields.clear();
        self.field_open = false;
        (self.kept, self.lost, self.characters) = (0, false, 0);
    }

    fn file_ended(&mut self, _: &str, _: Counts) {
        self.open.pop();
    }
}

/// What a record says of itself, as fields.
fn stated(meta: &Meta) -> Vec<Field> {
    let stated = &meta.stated;
    let url = stated.url.as_deref().map(without_secrets);
    let known = [
        ("id", meta.id.clone()),
        ("url", url),
        ("date", stated.date.clone()),
        ("source", stated.source.clone()),
        ("licence", stated.licence.clone()),
        ("language", stated.language.clone()),
    ];
    let known = known.into_iter().filter_map(|(name, value)| {
        let value = shortened(&value?).to_owned();
        Some((name.to_owned(), name.to_owned(), value))
    });
    let others = stated.others.iter().map(|(name, value)| {
        // So that no field of the operator takes the place of one above.
        let path = format!("metadata.{name}");
        (path, name.clone(), shortened(value).to_owned())
    });
    known.chain(others).collect()
}

/// The fields as one text, and whether it is all of them.
fn joined(fields: &[Field]) -> (String, bool) {
    let several = fields.len() > 1;
    let mut out = String::new();
    let mut left = LONGEST_TEXT;
    for (at, (path, _, text)) in fields.iter().enumerate() {
        let head = match (several, at) {
            (false, _) => String::new(),
            (true, 0) => format!("【{path}】"),
            (true, _) => format!("\n【{path}】"),
        };
        for c in head.chars().chain(text.chars()) {
            if left == 0 {
                return (out, false);
            }
            out.push(c);
            left -= 1;
        }
    }
    (out, true)
}
