//! [`Signals`]: what a page or its server says of its use by machines.

/// Longest address of terms that is kept, in bytes.
const LONGEST_POLICY: usize = 200;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// `noai` in `robots` or `X-Robots-Tag`. Source: DeviantArt, 2022; not standardized.
    pub no_ai: bool,
    /// `noimageai` in the same places.
    pub no_image_ai: bool,
    /// `tdm-reservation: 1`. Source: W3C TDM Reservation Protocol, 2024.
    pub tdm_reserved: bool,
    /// `tdm-policy`: address of the terms.
    pub policy: Option<String>,
}

impl Signals {
    /// Hears a `meta` element or HTTP header; `name` in lower case.
    pub fn hear(&mut self, name: &str, value: &str) {
        match name {
            "robots" | "x-robots-tag" => {
                // A directive may stand behind the name of the crawler that it is for.
                let directives = value.split([',', ';', ':']).map(str::trim);
                for directive in directives {
                    self.no_ai |= directive.eq_ignore_ascii_case("noai");
                    self.no_image_ai |= directive.eq_ignore_ascii_case("noimageai");
                }
            }
            "tdm-reservation" => self.tdm_reserved |= value.trim() == "1",
            "tdm-policy" if self.policy.is_none() => {
                let value = value.trim();
                let end = value.floor_char_boundary(LONGEST_POLICY);
                self.policy = Some(value[..end].to_owned()).filter(|policy| !policy.is_empty());
            }
            _ => {}
        }
    }

    /// Both together.
    pub fn merge(&mut self, other: &Self) {
        self.no_ai |= other.no_ai;
        self.no_image_ai |= other.no_image_ai;
        self.tdm_reserved |= other.tdm_reserved;
        if self.policy.is_none() {
            self.policy.clone_from(&other.policy);
        }
    }

    /// Names of what reserves something; terms alone reserve nothing.
    pub fn reservations(&self) -> Vec<&'static str> {
        let all = [
            (self.no_ai, "noai"),
            (self.no_image_ai, "noimageai"),
            (self.tdm_reserved, "tdm-reservation"),
        ];
        let said = all.into_iter().filter(|(said, _)| *said);
        said.map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reserves_is_heard() {
        let heard = |pairs: &[(&str, &str)]| {
            let mut signals = Signals::default();
            pairs
                .iter()
                .for_each(|(name, value)| signals.hear(name, value));
            signals.reservations().join("+")
        };
        assert_eq!(
            heard(&[("robots", "noindex, NoAI , noimageai")]),
            "noai+noimageai"
        );
        assert_eq!(heard(&[("x-robots-tag", "otherbot: noai")]), "noai");
        assert_eq!(
            heard(&[
                ("tdm-reservation", " 1 "),
                ("tdm-policy", "https://a.example/p")
            ]),
            "tdm-reservation"
        );
        assert_eq!(
            heard(&[
                ("tdm-reservation", "0"),
                ("robots", "noindex, noarchive"),
                ("description", "noai")
            ]),
            ""
        );
        assert_eq!(heard(&[("tdm-policy", "https://a.example/p")]), "");
    }
}
