//! [`Column`]: one column of a row group, row by row, page by page.

use super::levels::Hybrid;
use super::pages::{Page, Pages};
use super::schema::Shape;
use super::values::{Dictionary, Values};
use crate::corpus::split::columns::{Cells, Fault};

/// A page that is being read.
struct Loaded {
    values: Values,
    repetition: Option<Hybrid>,
    definition: Option<Hybrid>,
    left: u64,
}

/// See the module.
pub struct Column<'a> {
    pages: Pages<'a>,
    shape: &'a Shape,
    dictionary: Option<Dictionary>,
    page: Option<Loaded>,
    /// Repetition level of the next entry, once it was looked at.
    ahead: Option<u32>,
    /// Places in the lists around the entry.
    places: Vec<u32>,
    begun: bool,
}

impl<'a> Column<'a> {
    /// From its first row on.
    pub fn new(pages: Pages<'a>, shape: &'a Shape) -> Self {
        Self {
            pages,
            shape,
            dictionary: None,
            page: None,
            ahead: None,
            places: vec![0; shape.repetition as usize],
            begun: false,
        }
    }

    /// Where in the file reading has come to.
    pub fn offset(&self) -> u64 {
        self.pages.at
    }

    /// Whether nothing is left.
    ///
    /// # Errors
    ///
    /// Those of reading the next page.
    pub fn is_done(&mut self) -> Result<bool, Fault> {
        Ok(self.ahead.is_none() && !self.has_entry(0)?.0)
    }

    /// Reads `rows` more rows into `cells`, or passes over them. Returns how many there were.
    ///
    /// # Errors
    ///
    /// If a page is damaged, and limits.
    pub fn read(&mut self, rows: usize, mut cells: Option<&mut Cells>) -> Result<usize, Fault> {
        let mut done = 0;
        loop {
            if done == rows && self.shape.repetition == 0 {
                return Ok(done);
            }
            if self.ahead.is_none() {
                // Whole pages are only passed over where an entry is a row.
                let pass = cells.is_none() && self.shape.repetition == 0;
                let (entry, passed) = self.has_entry(if pass { rows - done } else { 0 })?;
                done += passed;
                if !entry {
                    return Ok(done);
                }
                if done == rows && pass {
                    return Ok(done);
                }
            }
            let level = self.repetition()?;
            if level == 0 {
                if done == rows {
                    self.ahead = Some(0);
                    return Ok(done);
                }
                done += 1;
                self.begun = true;
                if let Some(cells) = &mut cells {
                    cells.begin_row();
                }
            } else if !self.begun {
                return Err(Fault::Damaged("a column begins in the middle of a row"));
            }
            self.entry(level as usize, &mut cells)?;
        }
    }

    /// Repetition level of the next entry.
    fn repetition(&mut self) -> Result<u32, Fault> {
        if let Some(level) = self.ahead.take() {
            return Ok(level);
        }
        let page = self.page.as_mut().expect("an entry was found in it");
        let Some(levels) = &mut page.repetition else {
            return Ok(0);
        };
        let level = levels.next(&page.values.page)?;
        if level > self.shape.repetition {
            return Err(Fault::Damaged("a repetition level is too high"));
        }
        Ok(level)
    }

    /// The entry whose repetition level was read.
    fn entry(&mut self, level: usize, cells: &mut Option<&mut Cells>) -> Result<(), Fault> {
        if let Some(place) = level.checked_sub(1) {
            self.places[place] = self.places[place].saturating_add(1);
        }
        self.places[level..].fill(0);
        let page = self.page.as_mut().expect("an entry was found in it");
        page.left -= 1;
        let present = match &mut page.definition {
            None => true,
            Some(levels) => levels.next(&page.values.page)? == self.shape.definition,
        };
        if !present {
            return Ok(());
        }
        const NONE: &Dictionary = &Dictionary::EMPTY;
        let value = page.values.next(self.dictionary.as_ref().unwrap_or(NONE))?;
        let Some(cells) = cells else {
            return Ok(());
        };
        cells.push(&self.places, |text| self.shape.meaning.write(value, text));
        self.pages.most(cells.row_weight())
    }

    /// Makes sure that a page with entries is open. Passes over pages of no more than `pass`
    /// entries; says whether there is an entry, and how many were passed over.
    fn has_entry(&mut self, pass: usize) -> Result<(bool, usize), Fault> {
        let mut passed = 0;
        loop {
            if let Some(page) = &self.page {
                if page.left > 0 {
                    return Ok((true, passed));
                }
                self.page = None;
            }
            let Some(page) = self.pages.next()? else {
                return Ok((false, passed));
            };
            match page.header.kind {
                2 => {
                    if self.dictionary.is_some() {
                        return Err(Fault::Damaged("a column has two dictionaries"));
                    }
                    let body = self.pages.body(&page)?;
                    let values = page.values as usize;
                    let dictionary = Dictionary::new(body, values, self.shape.width)?;
                    self.dictionary = Some(dictionary);
                }
                0 | 3 if page.values <= (pass - passed) as u64 => passed += page.values as usize,
                0 | 3 => self.page = Some(self.load(&page)?),
                // Indexes, and what later versions add, hold no values.
                _ => {}
            }
        }
    }

    fn load(&mut self, page: &Page) -> Result<Loaded, Fault> {
        let body = self.pages.body(page)?;
        let header = &page.header;
        let (repetition_width, definition_width) =
            (width(self.shape.repetition), width(self.shape.definition));
        let (mut at, mut levels) = (0, [None, None]);
        let encodings = [header.level_encodings.1, header.level_encodings.0];
        // Checked to lie within the page when it was read.
        let lengths = [header.level_bytes.1 as usize, header.level_bytes.0 as usize];
        for (i, bits) in [repetition_width, definition_width].into_iter().enumerate() {
            let length = if header.kind == 3 {
                lengths[i]
            } else if bits == 0 {
                0
            } else if encodings[i] == 3 {
                at += 4;
                length_at(&body, at - 4)?
            } else {
                return Err(Fault::Refused(
                    "unsupported-encoding",
                    "levels are encoded in a way that was given up in 2013: write it anew",
                ));
            };
            let end = at + length;
            if end > body.len() {
                return Err(Fault::Damaged("levels are longer than their page"));
            }
            levels[i] = (bits > 0).then(|| Hybrid::new(at..end, bits));
            at = end;
        }
        let [repetition, definition] = levels;
        let range = at..body.len();
        let shape = (self.shape.width, self.shape.whole);
        Ok(Loaded {
            values: Values::new(body, range, header.encoding, page.values, shape)?,
            repetition,
            definition,
            left: page.values,
        })
    }
}

/// Bits that levels up to `most` take.
const fn width(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

fn length_at(body: &[u8], at: usize) -> Result<usize, Fault> {
    let four = body
        .get(at..at + 4)
        .and_then(|b| <[u8; 4]>::try_from(b).ok());
    four.map(|four| u32::from_le_bytes(four) as usize)
        .ok_or(Fault::Damaged("levels are longer than their page"))
}
