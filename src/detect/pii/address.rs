//! Postal addresses in Chinese: region, street, house, room.

/// Places of detailed addresses in folded text, in order.
pub fn find(_text: &str) -> Vec<(usize, usize)> {
    Vec::new()
}
