//! Rules: data that says what to look for.

mod tables;

pub use tables::Tables;
