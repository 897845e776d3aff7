//! All integration tests, as one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod annotation;
mod cache;
mod clauses;
mod command;
mod command_line;
mod diff;
mod families;
mod formats;
mod gitleaks;
mod hard;
mod hostile;
mod init;
mod integrity;
mod layers;
mod lexicon;
mod licences;
mod merge;
mod metadata;
mod origins;
mod packed;
mod pii_matrix;
mod reading;
mod regressions;
mod remote;
mod rules;
mod run;
mod same_bytes;
mod secrets;
mod since;
mod tables;
mod tokens;
mod types;
mod vectors;
mod web;
mod works;
