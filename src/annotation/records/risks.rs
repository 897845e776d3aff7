//! Risks of Appendix A as bits of a number.

use std::sync::OnceLock;

use super::entry::Fault;
use super::raw::{Field, Raw};
use crate::lexicon::{self, plain};
use crate::problem::{Gravity, both};

/// The 31 risks of Appendix A, by their codes, in order.
pub const RISKS: [&str; 31] = [
    "A.1.a", "A.1.b", "A.1.c", "A.1.d", "A.1.e", "A.1.f", "A.1.g", "A.1.h", "A.2.a", "A.2.b",
    "A.2.c", "A.2.d", "A.2.e", "A.2.f", "A.2.g", "A.2.h", "A.2.i", "A.3.a", "A.3.b", "A.3.c",
    "A.3.d", "A.3.e", "A.4.a", "A.4.b", "A.4.c", "A.4.d", "A.4.e", "A.4.f", "A.4.g", "A.5.a",
    "A.5.b",
];

/// The bit of a risk that is named by its code, a sub-code of it, or its title.
pub fn risk_bit(name: &str) -> Option<u32> {
    let name = name.trim();
    let leaf = name.get(..5).unwrap_or(name);
    let sub = name.get(5..).unwrap_or_default();
    let part = |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '.');
    let is_sub = sub.is_empty() || sub.starts_with('.') && sub.chars().all(part);
    if is_sub
        && let Some(at) = RISKS
            .iter()
            .position(|code| code.eq_ignore_ascii_case(leaf))
    {
        return Some(at as u32);
    }
    let plain = plain(name);
    let titles = titles().iter().find(|(title, _)| *title == plain);
    titles.map(|(_, bit)| *bit)
}

/// Titles of the risks without punctuation and case.
fn titles() -> &'static [(String, u32)] {
    static TITLES: OnceLock<Vec<(String, u32)>> = OnceLock::new();
    TITLES.get_or_init(|| {
        let risks = lexicon::risks().filter_map(|risk| {
            let bit = RISKS.iter().position(|code| *code == risk.code)? as u32;
            Some([(plain(&risk.title.zh), bit), (plain(&risk.title.en), bit)])
        });
        risks.flatten().collect()
    })
}

/// The risks that an annotation names; what is none is a fault.
pub(super) fn risks(raw: &Raw<'_>, faults: &mut Vec<Fault>) -> u32 {
    let codes = raw.get(Field::RiskCodes);
    // Titles hold the mark 、 themselves, so a whole field that is a title comes first.
    if let Some(bit) = risk_bit(codes) {
        return 1 << bit;
    }
    let mut bits = 0;
    let parts = codes.split(['|', ',', ';', ',', ';', '、', ' ', '\n']);
    for code in parts.map(str::trim).filter(|code| !code.is_empty()) {
        match risk_bit(code) {
            Some(bit) => bits |= 1 << bit,
            None => faults.push(Fault {
                name: "unknown-risk",
                gravity: Gravity::Unread,
                what: both(
                    "risk_codes 中有附录 A 没有的代码",
                    "risk_codes holds a code that Appendix A does not have",
                ),
                hint: both(
                    "写 A.1.a 至 A.5.b 的代码,可带子码,如 A.1.h.fraud",
                    "write codes from A.1.a to A.5.b, with sub-codes if you like, such as A.1.h.fraud",
                ),
            }),
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risks_go_by_code_sub_code_and_title() {
        let codes: Vec<&str> = lexicon::risks()
            .map(|r| r.code)
            .filter(|c| c.len() == 5)
            .collect();
        assert_eq!(codes, RISKS);
        for (name, code) in [
            ("A.1.h.fraud", "A.1.h"),
            ("a.5.b", "A.5.b"),
            ("煽动颠覆国家政权、推翻社会主义制度", "A.1.a"),
            ("Gender discrimination", "A.2.e"),
        ] {
            assert_eq!(
                risk_bit(name).map(|bit| RISKS[bit as usize]),
                Some(code),
                "{name}"
            );
        }
        for name in ["", "A.1", "A.9.a", "A.1.hfraud", "A.6.a", "涉政"] {
            assert_eq!(risk_bit(name), None, "{name}");
        }
    }
}
