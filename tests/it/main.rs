//! All integration tests, as one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod command;
mod formats;
mod hard;
mod hostile;
mod layers;
mod lexicon;
mod pii_matrix;
mod rules;
mod run;
mod tables;
mod vectors;
mod web;
