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

/// A name for something within a document that is an identifier in every format, whatever the
/// thing is called: names of sources and files may hold anything. What is a plain word stays
/// readable behind a hyphen; of anything else a digest stands behind a dot, so that no word can
/// pass for one.
pub fn local(kind: &str, name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=60).contains(&name.len()) && name.bytes().all(plain) {
        return format!("{kind}-{name}");
    }
    let digest = blake3::hash(name.as_bytes()).to_hex();
    format!("{kind}.{}", &digest[..20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_and_different() {
        assert_eq!(local("source", "wiki-zh"), "source-wiki-zh");
        let odd = ["", "a b", "\u{202e}", "a/b", "a.b", "\"", &"x".repeat(61)];
        let mut all: Vec<String> = odd.iter().map(|name| local("source", name)).collect();
        let word = all[1].replace("source.", "");
        all.push(local("source", &word));
        for name in &all {
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            );
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn uuids_are_of_version_8_and_follow_from_their_parts() {
        let one = uuid(&["a", "b"]);
        assert_eq!((one.len(), &one[14..15]), (36, "8"));
        assert!("89ab".contains(&one[19..20]));
        assert_eq!(one, uuid(&["a", "b"]));
        assert_ne!(one, uuid(&["ab", ""]));
    }
}
