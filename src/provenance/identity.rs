//! Identifiers that follow from what they name.

/// A UUID of version 8 (RFC 9562, 5.8) from BLAKE3 over `parts`, each preceded by its length.
pub fn uuid(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("yujian provenance identifiers, version 1");
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let hex = |range: std::ops::Range<usize>| -> String {
        bytes[range].iter().map(|b| format!("{b:02x}")).collect()
    };
    let groups = [hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16)];
    groups.join("-")
}

/// A short name for something within a document that is an identifier in every format, whatever
/// the name of the thing: names of sources and files may hold anything.
pub fn local(kind: &str, name: &str) -> String {
    let digest = blake3::hash(name.as_bytes()).to_hex();
    format!("{kind}-{}", &digest[..20])
}
