//! Arrow IPC: text, id and source columns of files and streams → records, batch by batch.
//!
//! The crate `arrow-ipc` is not used: it brings arrays, kernels and casts that nothing else here
//! needs, and builds every array of a batch, of sizes that messages claim. Here buffers are read
//! where they lie, those of columns that are not wanted are not touched, and only compressed ones
//! are copied.
//!
//! As in [Parquet](super::parquet), a record is a row: its offset is its number, and its bytes are
//! those of its text.

mod array;
mod flat;
mod schema;

use self::array::{Array, Body, Dictionaries, Loader, Visit};
use self::flat::{Flat, longs};
use self::schema::{BatchShape, Field};
use super::columns::{Cells, Fault, Meaning, Plan, slice};
use crate::corpus::Random;
use crate::corpus::records::{ReadContext, Records};
use crate::{Limit, ShardError};

/// Code for damage.
const REASON: &str = "bad-arrow";
/// Text that is gathered before its rows are told, and rows at most.
const BATCH: usize = 1 << 20;
const BATCH_ROWS: u64 = 1024;
/// Bytes of the description of a message, at most.
const DESCRIPTION: u32 = 256 << 20;
/// What a file begins with, padded, and ends with.
const MAGIC: &[u8; 6] = b"ARROW1";

/// Reads a file or a stream to its end.
///
/// # Errors
///
/// What is damaged, and limits; records before it are told of.
pub fn read(random: &Random<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let context = records.context;
    let mut table = Table {
        random,
        context,
        fields: Vec::new(),
        plan: None,
        cells: Vec::new(),
        dictionaries: Dictionaries::new(),
        row: 0,
        at: 0,
    };
    let result = table.read(records);
    let offset = table.at;
    result.map_err(|fault| fault.at(REASON, offset, context.limits))
}

/// Whether a stream begins so: with the mark of a message that describes a schema.
pub fn is_stream(head: &[u8]) -> bool {
    let description = head.strip_prefix(&[0xFF; 4]).and_then(|h| h.get(4..));
    let kind = description.map(|d| Flat::root(d).and_then(|message| message.byte(1)));
    matches!(kind, Some(Ok(1)))
}

/// A message: its description, and where its body lies.
struct Message {
    description: Vec<u8>,
    body: u64,
}

/// What is being read.
struct Table<'a> {
    random: &'a Random<'a>,
    context: &'a ReadContext<'a>,
    fields: Vec<Field>,
    plan: Option<Plan>,
    /// Of every column.
    cells: Vec<Cells>,
    dictionaries: Dictionaries<'a>,
    /// Number of the next row.
    row: u64,
    /// Where in the file reading has come to.
    at: u64,
}

impl<'a> Table<'a> {
    fn read(&mut self, records: &mut Records<'_>) -> Result<(), Fault> {
        let head = slice(self.random, 0, 8.min(self.random.len() as usize))?;
        if head.starts_with(b"FEA1") {
            return Err(Fault::Refused(
                "unsupported-format",
                "it is Feather of version 1, which is not read: write it anew as version 2",
            ));
        }
        if !head.starts_with(MAGIC) {
            return self.stream(records);
        }
        let footer = self.footer()?;
        let footer = Flat::root(&footer)?;
        let schema = footer.table(1)?;
        self.schema(schema.ok_or(Fault::Damaged("the footer has no schema"))?)?;
        for number in [2, 3] {
            // Blocks: offset, length of the description and padding, length of the body.
            let blocks: Vec<i64> = longs(footer.list(number, 24)?).collect();
            for block in blocks.chunks_exact(3) {
                self.at = u64::try_from(block[0])
                    .map_err(|_| Fault::Damaged("the footer has a negative place"))?;
                let message = self
                    .message()?
                    .ok_or(Fault::Damaged("the footer refers to no message"))?;
                self.told(&message, records)?;
            }
        }
        Ok(())
    }

    fn footer(&mut self) -> Result<Vec<u8>, Fault> {
        const MISSING: Fault = Fault::Damaged("the footer is missing: the file is cut off");
        self.at = self.random.len();
        let tail = self.random.len().checked_sub(10).ok_or(MISSING)?;
        let end = slice(self.random, tail, 10)?;
        if !end.ends_with(MAGIC) {
            return Err(MISSING);
        }
        let length = u32::from_le_bytes([end[0], end[1], end[2], end[3]]);
        if length > DESCRIPTION {
            return Err(Fault::Damaged("the footer is longer than the file"));
        }
        let start = tail.checked_sub(u64::from(length));
        let start = start.ok_or(Fault::Damaged("the footer is longer than the file"))?;
        Ok(slice(self.random, start, length as usize)?.into_owned())
    }

    /// A stream: a schema, then dictionaries and batches until it says that it ends, or does.
    fn stream(&mut self, records: &mut Records<'_>) -> Result<(), Fault> {
        let mut begun = false;
        while let Some(message) = self.message()? {
            self.context.go_on()?;
            let flat = Flat::root(&message.description)?;
            let kind = flat.byte(1)?;
            if !begun && kind != 1 {
                return Err(Fault::Damaged("it does not begin with a schema"));
            }
            begun = true;
            let end = message.body + body_bytes(flat)?;
            if kind == 1 {
                let schema = flat.table(2)?;
                self.schema(schema.ok_or(Fault::Damaged("a message has no contents"))?)?;
            } else {
                self.told(&message, records)?;
            }
            self.at = end;
        }
        if !begun {
            return Err(Fault::Damaged("it has no schema"));
        }
        // Streams written one behind another are read on by no one; nothing may hide there.
        let rest = self.random.len() - self.at;
        let mut left = slice(self.random, self.at, rest.min(1 << 20) as usize)?.into_owned();
        left.retain(|byte| *byte != 0);
        if rest > 1 << 20 || !left.is_empty() {
            return Err(Fault::Damaged(
                "something stands behind the end of the stream",
            ));
        }
        Ok(())
    }

    /// The message here, unless the stream ends; goes to its body.
    fn message(&mut self) -> Result<Option<Message>, Fault> {
        const CUT: Fault = Fault::Damaged("a message is cut off");
        if self.at == self.random.len() {
            return Ok(None);
        }
        let number = |at: u64| -> Result<u32, Fault> {
            let four = slice(self.random, at, 4).map_err(|_| CUT)?;
            Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        };
        // Before version 0.15 there was no mark before the length.
        let mut length = number(self.at)?;
        self.at += 4;
        if length == u32::MAX {
            length = number(self.at)?;
            self.at += 4;
        }
        if length == 0 {
            return Ok(None);
        }
        if length > DESCRIPTION {
            return Err(Fault::Damaged("a message has a description without end"));
        }
        let description = slice(self.random, self.at, length as usize).map_err(|_| CUT)?;
        let description = description.into_owned();
        let body = self.at + u64::from(length);
        Ok(Some(Message { description, body }))
    }

    fn schema(&mut self, schema: Flat<'_>) -> Result<(), Fault> {
        let (mut fields, steps) = schema::fields(schema)?;
        if steps.len() > self.context.limits.csv_columns as usize {
            return Err(Fault::Limit(Limit::CsvColumns));
        }
        let depth = |steps: &Vec<_>| {
            steps
                .iter()
                .filter(|s| **s == super::columns::Step::Item)
                .count()
        };
        self.cells = steps.iter().map(|s| Cells::new(depth(s))).collect();
        let plan = Plan::new(steps, self.context);
        fields.iter_mut().for_each(|field| name(field, &plan));
        self.fields = fields;
        self.plan = Some(plan);
        self.dictionaries.clear();
        Ok(())
    }

    /// A dictionary or a batch.
    fn told(&mut self, message: &Message, records: &mut Records<'_>) -> Result<(), Fault> {
        let flat = Flat::root(&message.description)?;
        let body = Body {
            random: self.random,
            context: self.context,
            start: message.body,
            bytes: body_bytes(flat)?,
        };
        if body
            .start
            .checked_add(body.bytes)
            .is_none_or(|end| end > self.random.len())
        {
            return Err(Fault::Damaged("a message is cut off"));
        }
        let contents = flat.table(2)?;
        let contents = contents.ok_or(Fault::Damaged("a message has no contents"))?;
        match flat.byte(1)? {
            2 => self.dictionary(contents, &body),
            3 => self.batch(&BatchShape::new(contents)?, &body, records),
            _ => Err(Fault::Refused(
                "unsupported-encoding",
                "it holds tensors, or messages of a later version: write its tables anew",
            )),
        }
    }

    fn dictionary(&mut self, flat: Flat<'_>, body: &Body<'a>) -> Result<(), Fault> {
        let (id, delta) = (flat.long(0)?, flat.byte(2)? != 0);
        let data = flat.table(1)?;
        let shape = BatchShape::new(data.ok_or(Fault::Damaged("a dictionary has no values"))?)?;
        let field = self
            .fields
            .iter()
            .find_map(|field| with_dictionary(field, id));
        let field = field.ok_or(Fault::Damaged("a dictionary belongs to no field"))?;
        let values = Loader::new(body, &shape)?.load(field, true, &|_| true)?;
        let all = self.dictionaries.entry(id).or_default();
        if !delta {
            all.clear();
        }
        all.extend(values);
        Ok(())
    }

    fn batch(
        &mut self,
        shape: &BatchShape,
        body: &Body<'a>,
        records: &mut Records<'_>,
    ) -> Result<(), Fault> {
        let plan = self.plan.take().expect("a schema came first");
        let result = self.rows(&plan, shape, body, records);
        self.plan = Some(plan);
        result
    }

    fn rows(
        &mut self,
        plan: &Plan,
        shape: &BatchShape,
        body: &Body<'a>,
        records: &mut Records<'_>,
    ) -> Result<(), Fault> {
        let wanted = self.load(shape, body, &|column| plan.is_wanted(column))?;
        let mut others = None;
        let mut done = 0;
        while done < shape.rows {
            self.context.go_on()?;
            self.cells.iter_mut().for_each(Cells::clear);
            let mut rows = 0;
            while rows < BATCH_ROWS.min(shape.rows - done) && self.weight() < BATCH {
                self.visit(&wanted, done + rows, &|column| plan.is_wanted(column))?;
                rows += 1;
            }
            let count = rows as usize;
            if (0..count).any(|row| !plan.has_text(&self.cells, row)) {
                let unwanted = |column: usize| !plan.is_wanted(column);
                if others.is_none() {
                    others = Some(self.load(shape, body, &unwanted)?);
                }
                for row in done..done + rows {
                    self.visit(others.as_ref().expect("just loaded"), row, &unwanted)?;
                }
            }
            plan.tell_all(records, &self.cells, count, self.row)?;
            self.row += count as u64;
            done += rows;
        }
        Ok(())
    }

    fn load(
        &self,
        shape: &BatchShape,
        body: &Body<'a>,
        wanted: &dyn Fn(usize) -> bool,
    ) -> Result<Vec<Option<Array<'a>>>, Fault> {
        let mut loader = Loader::new(body, shape)?;
        let fields = self.fields.iter();
        fields.map(|f| loader.load(f, false, wanted)).collect()
    }

    fn weight(&self) -> usize {
        self.cells.iter().map(Cells::weight).sum()
    }

    fn visit(
        &mut self,
        arrays: &[Option<Array<'a>>],
        row: u64,
        wanted: &dyn Fn(usize) -> bool,
    ) -> Result<(), Fault> {
        for (column, cells) in self.cells.iter_mut().enumerate() {
            if wanted(column) {
                cells.begin_row();
            }
        }
        let mut visit = Visit {
            dictionaries: &self.dictionaries,
            cells: &mut self.cells,
            places: Vec::new(),
            context: self.context,
            visited: 0,
        };
        for (field, array) in self.fields.iter().zip(arrays) {
            if let Some(array) = array {
                visit.value(field, array, row)?;
            }
        }
        let visited = visit.visited;
        Ok(self.context.budget.decoded(visited)?)
    }
}

fn body_bytes(message: Flat<'_>) -> Result<u64, Fault> {
    let claimed = u64::try_from(message.long(3)?);
    let claimed = claimed.ok().filter(|bytes| *bytes < 1 << 60);
    claimed.ok_or(Fault::Damaged("a message claims a body that cannot be"))
}

fn with_dictionary(field: &Field, id: i64) -> Option<&Field> {
    if field.dictionary.is_some_and(|(known, _)| known == id) {
        return Some(field);
    }
    field.children.iter().find_map(|f| with_dictionary(f, id))
}

/// Whoever names a column says that it holds text.
fn name(field: &mut Field, plan: &Plan) {
    if field.meaning == Meaning::Bytes && field.columns.clone().all(|c| plan.is_named(c)) {
        field.meaning = Meaning::Text;
    }
    field.children.iter_mut().for_each(|f| name(f, plan));
}
