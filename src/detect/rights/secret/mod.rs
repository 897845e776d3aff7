//! Secrets: what opens a door must be told from what only looks like it.
//!
//! Confirmations of tokens that carry a checksum or a structure (`token`), of private keys
//! (`key`), of passwords and other values that nothing but their surroundings give away (`value`),
//! and of markings of confidentiality (`marking`). None of them puts any of a secret into details.

mod key;
mod marking;
mod token;
mod value;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

use super::confirm::Named;

pub(super) const CONFIRMATIONS: &[&[Named]] = &[
    key::CONFIRMATIONS,
    marking::CONFIRMATIONS,
    token::CONFIRMATIONS,
    value::CONFIRMATIONS,
];

/// Text of tokens is cut off anywhere and loses its padding.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Bytes of base64 text, in the alphabet for addresses or in the common one.
fn base64(text: &str) -> Option<Vec<u8>> {
    let for_addresses = text.contains(['-', '_']);
    let alphabet = match for_addresses {
        true => &base64::alphabet::URL_SAFE,
        false => &base64::alphabet::STANDARD,
    };
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// Base64 text of a whole number of groups.
fn base64_strict(text: &str) -> Option<Vec<u8>> {
    general_purpose::STANDARD.decode(text).ok()
}
