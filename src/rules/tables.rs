//! [`Tables`]: the dated CSV files of `rules/data`, as confirmations look things up.

use std::sync::LazyLock;

/// Regions, prefixes and codes that confirmations look up.
#[derive(Debug)]
pub struct Tables {}

impl Tables {
    /// The tables that ship with the program, parsed once.
    pub fn builtin() -> &'static Self {
        static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {});
        &TABLES
    }
}
