//! Personal data: pattern rules, their confirmations and their context.

pub mod checksum;
pub mod confirm;
mod generic;
