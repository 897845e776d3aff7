//! [`SourceRules`]: which source a record belongs to.

use std::borrow::Cow;

/// Longest name taken over from a record; longer values are texts, not names.
const LONGEST_NAME: usize = 128;

/// How records are assigned to sources. The first that says something decides: rules on record
/// fields, then the field that names the source, then the shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRules {
    /// (position in the record's source values, value, source).
    pub by_value: Vec<(usize, String, String)>,
    /// Position in the record's source values of the name of the source itself.
    pub name: Option<usize>,
}

impl SourceRules {
    /// The source of a record with these values in a shard of that source.
    pub fn decide<'m>(&'m self, values: &'m [Option<String>], shard: &'m str) -> Cow<'m, str> {
        let value = |at: usize| values.get(at).and_then(Option::as_deref);
        for (at, wanted, source) in &self.by_value {
            if value(*at) == Some(wanted) {
                return Cow::Borrowed(source);
            }
        }
        match self.name.and_then(value).map(str::trim) {
            Some(name) if !name.is_empty() && name.len() <= LONGEST_NAME => Cow::Borrowed(name),
            _ => Cow::Borrowed(shard),
        }
    }
}
