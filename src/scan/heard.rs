//! [`Heard`]: what is kept of a record's text while it is scanned: to tell what it is, and how
//! many tokens it has.

use crate::identify::{Gathered, Identity, OfName};
use crate::tokens::{Counting, Passages, Sums};

/// See the module. How fields are cut into parts leaves no trace.
#[derive(Clone, Default)]
pub struct Heard {
    gathered: Gathered,
    passages: Passages,
    counting: Option<Counting>,
}

impl Heard {
    /// Counts tokens if that is asked for.
    pub fn new(counting: Option<&Counting>) -> Self {
        Self {
            counting: counting.cloned(),
            ..Self::default()
        }
    }

    /// Begins a record.
    pub fn clear(&mut self) {
        self.gathered.clear();
        self.passages.clear();
    }

    /// The field goes on with `text`.
    pub fn part(&mut self, text: &str) {
        self.gathered.part(text);
        if let Some(counting) = &self.counting {
            self.passages.part(text, counting);
        }
    }

    /// The field ends.
    pub fn end_field(&mut self, of_name: OfName) {
        self.gathered.end_field(of_name);
        if let Some(counting) = &self.counting {
            self.passages.end_field(counting);
        }
    }

    /// A whole field.
    pub fn field(&mut self, text: &str, of_name: OfName) {
        self.gathered.field(text, of_name);
        if let Some(counting) = &self.counting {
            self.passages.field(text, counting);
        }
    }

    /// What the record is.
    pub fn identity(&self) -> Identity {
        self.gathered.identity()
    }

    /// What counting its passages gave.
    pub const fn sums(&self) -> &Sums {
        self.passages.sums()
    }

    /// Its tokens, if every record is to have a number and all of it could be counted.
    pub fn tokens(&self) -> Option<u64> {
        let counting = self.counting.as_ref()?;
        let sums = self.passages.sums();
        (counting.is_exact() && sums.is_exact()).then_some(sums.tokens)
    }
}
