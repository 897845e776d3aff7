//! Cards, accounts and wallets.

use super::checksum;
use super::confirm::{Candidate, Named};

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "bankcard",
        what: "Luhn check digit, and an issuer prefix with the right length (ISO/IEC 7812, Chinese issuers)",
        confirm: card,
    },
    Named {
        name: "iban",
        what: "length of the country and MOD 97-10 (ISO 13616)",
        confirm: iban,
    },
    Named {
        name: "bic",
        what: "country code at the fifth letter (ISO 9362)",
        confirm: bic,
    },
    Named {
        name: "btc",
        what: "Base58Check or Bech32 checksum of a Bitcoin address (BIP 13, 173, 350)",
        confirm: bitcoin,
    },
    Named {
        name: "eth",
        what: "mixed-case checksum of an Ethereum address (EIP-55), or context if of one case",
        confirm: ethereum,
    },
];

fn card(candidate: &Candidate<'_>) -> Option<&'static str> {
    let digits = std::str::from_utf8(candidate.compact).ok()?;
    if !checksum::luhn(candidate.compact) {
        return None;
    }
    // Milliseconds since 1970 have thirteen digits too.
    if digits.len() < 14 && !candidate.in_context {
        return None;
    }
    if candidate.tables.is_chinese_card(digits) {
        return Some("checksum+issuer");
    }
    let common = digits.len() == 16 || (digits.len() == 15 && digits.starts_with('3'));
    (candidate.tables.is_network_card(digits) && (common || candidate.in_context))
        .then_some("checksum+network")
}

fn iban(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let country = std::str::from_utf8(value.get(..2)?).ok()?;
    let turned = [value.get(4..)?, &value[..4]].concat();
    (candidate.tables.iban_length(country) == Some(value.len())
        && checksum::iso7064_mod_97_10(&turned))
    .then_some("checksum+country")
}

fn bic(candidate: &Candidate<'_>) -> Option<&'static str> {
    let country = std::str::from_utf8(candidate.compact.get(4..6)?).ok()?;
    candidate.tables.is_country(country).then_some("country")
}

fn bitcoin(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.value();
    let stands = match value.get(..3)?.to_ascii_lowercase().as_str() {
        "bc1" => bech32::segwit::decode(value).is_ok(),
        _ => bs58::decode(value)
            .with_check(None)
            .into_vec()
            .is_ok_and(|bytes| bytes.len() == 21),
    };
    stands.then_some("checksum")
}

fn ethereum(candidate: &Candidate<'_>) -> Option<&'static str> {
    use sha3::{Digest as _, Keccak256};
    let hex = candidate.value().strip_prefix("0x")?;
    if hex.len() != 40 {
        return None;
    }
    let lower = hex.to_ascii_lowercase();
    if hex == lower || hex == hex.to_ascii_uppercase() {
        return candidate.in_context.then_some("one-case");
    }
    let digest = Keccak256::digest(lower.as_bytes());
    let checks = hex.bytes().enumerate().all(|(i, b)| {
        let nibble = digest[i / 2] >> (4 * (1 - i % 2)) & 15;
        !b.is_ascii_alphabetic() || b.is_ascii_uppercase() == (nibble >= 8)
    });
    checks.then_some("checksum")
}
