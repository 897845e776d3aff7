//! Text of any charset in formats that consist of text. `tests/it/reading.rs` says what must hold.
#![no_main]

#[path = "../../tests/it/families.rs"]
mod families;
#[path = "../../tests/it/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| families::read("charset", input));
