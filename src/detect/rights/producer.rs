//! Who made or spread machine-made text, as labels say it: a code of a service, or a name.

use crate::detect::excerpt;
use crate::detect::pii::is_credit_code;

/// Who a label names, fit to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Producer {
    /// The unified social credit code of an organisation, a name, or what kind it is.
    pub shown: String,
    /// Whether the code has its check characters; none if it is no code.
    pub code_valid: Option<bool>,
}

/// Length of the code's beginning: three digits of its version, one of the kind of its holder.
const HEAD: usize = 4;
/// Length of a unified social credit code (GB 32100-2015).
const CREDIT_CODE: usize = 18;
/// Kind of a holder that is an organisation; others are persons.
const ORGANISATION: u8 = b'1';

impl Producer {
    /// From the value of `ContentProducer` or `ContentPropagator`.
    ///
    /// Codes as they are found in public documents are `001`, a digit for the kind of the holder
    /// (`1` for organisations), the 18 characters of a unified social credit code, and five of the
    /// operator's own. Other vendors write a name. An organisation's code is no personal data
    /// and is shown; that of a person may hold the number of an identity card and is not.
    pub fn of(value: &str) -> Self {
        let code = value.trim().to_ascii_uppercase();
        let bytes = code.as_bytes();
        let is_code = code.starts_with("00")
            && bytes.len() >= HEAD + CREDIT_CODE
            && bytes[..HEAD].iter().all(u8::is_ascii_digit)
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if is_code {
            let credit_code = &bytes[HEAD..HEAD + CREDIT_CODE];
            if bytes[HEAD - 1] != ORGANISATION && !is_credit_code(credit_code) {
                return Self {
                    shown: "individual".to_owned(),
                    code_valid: None,
                };
            }
            return Self::with_code(credit_code);
        }
        if is_credit_code(bytes) {
            return Self::with_code(bytes);
        }
        Self {
            shown: excerpt::without_values(&excerpt::phrase(value)),
            code_valid: None,
        }
    }

    fn with_code(code: &[u8]) -> Self {
        let valid = is_credit_code(code);
        let code = String::from_utf8_lossy(code);
        Self {
            // What is not a code may be any number.
            shown: match valid {
                true => code.into_owned(),
                false => excerpt::without_values(&code),
            },
            code_valid: Some(valid),
        }
    }
}

/// The id of a text as it may be shown: hidden where it has the length of a person's number.
pub(super) fn shown(id: &str) -> String {
    /// Digits of mobile numbers, and of identity cards with and without the check character.
    const PERSONAL: [usize; 4] = [11, 15, 17, 18];
    let plain = id.len() <= 80 && id.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    let mut runs = id.split(|c: char| !c.is_ascii_digit());
    match plain && !runs.any(|run| PERSONAL.contains(&run.len())) {
        true => id.to_owned(),
        false => excerpt::without_values(&excerpt::phrase(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_organisations_are_checked_and_shown() {
        let of = |text: &str| {
            let producer = Producer::of(text);
            (producer.shown, producer.code_valid)
        };
        let right = "91990000MA0ABCD1XJ";
        assert_eq!(
            of(&format!("0011{right}00000")),
            (right.to_owned(), Some(true))
        );
        assert_eq!(of(&format!("0011{right}")), (right.to_owned(), Some(true)));
        assert_eq!(of(right), (right.to_owned(), Some(true)));
        let (shown, valid) = of("001191990000MA0ABCD1X100000");
        assert_eq!(valid, Some(false));
        assert!(!shown.contains("91990000"), "{shown}");
        assert_eq!(of("Some Agent AI"), ("Some Agent AI".to_owned(), None));
        assert_eq!(of(""), (String::new(), None));
        // The number of an identity card as published in GB 11643.
        assert_eq!(
            of("001211010519491231002X00000"),
            ("individual".to_owned(), None)
        );
    }

    #[test]
    fn ids_are_shown_unless_they_may_be_a_persons() {
        assert_eq!(shown("a1b2-20250901-77"), "a1b2-20250901-77");
        for personal in [
            "13800138000",
            "id-11010519491231002X",
            "a@example.com",
            "语 123456",
        ] {
            assert!(shown(personal).contains('*'), "{personal}");
        }
    }
}
