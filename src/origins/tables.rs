//! The dated tables of `rules/data` about origins: pirate domains, crawlers of AI systems.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::address::Host;
use crate::data;

/// A domain that a public document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pirate {
    /// The domain; hosts below it belong to it.
    pub domain: &'static str,
    /// `shadow-library` or `tracker`.
    pub kind: &'static str,
    /// The document.
    pub source: &'static str,
}

/// A crawler, or a name by which robots.txt speaks to its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// As its operator writes it.
    pub name: &'static str,
    /// Who is behind it.
    pub operator: &'static str,
    /// Whether models are trained with what is fetched under the name.
    pub training: bool,
}

/// The domains of a host that are listed: at most one.
pub fn pirate(host: &str) -> Option<&'static Pirate> {
    static TABLE: LazyLock<HashMap<&'static str, Pirate>> = LazyLock::new(|| {
        let rows = data::rows(data::PIRATE_DOMAINS);
        let all = rows.filter_map(|row| {
            let pirate = Pirate {
                domain: row.first()?,
                kind: row.get(1)?,
                source: row.get(2)?,
            };
            Some((pirate.domain, pirate))
        });
        all.collect()
    });
    Host::ladder(host).find_map(|name| TABLE.get(name))
}

/// Every listed domain, in the order of the table.
pub fn pirate_domains() -> impl Iterator<Item = &'static str> {
    data::rows(data::PIRATE_DOMAINS).filter_map(|row| row.first().copied())
}

/// The crawlers, in the order of the table.
pub fn agents() -> &'static [Agent] {
    static TABLE: LazyLock<Vec<Agent>> = LazyLock::new(|| {
        let rows = data::rows(data::AI_AGENTS);
        let all = rows.filter_map(|row| {
            Some(Agent {
                name: row.first()?,
                operator: row.get(1)?,
                training: *row.get(2)? == "yes",
            })
        });
        all.collect()
    });
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::super::address::{ascii, is_suffix, registrable};
    use super::super::robots::token;
    use super::*;

    #[test]
    fn domains_are_whole_and_have_a_source() {
        let domains: Vec<&str> = pirate_domains().collect();
        assert!(domains.len() >= 20);
        for domain in &domains {
            assert_eq!(ascii(domain).as_deref(), Some(*domain));
            assert_eq!(
                registrable(domain),
                Some(*domain),
                "{domain} is no registrable domain"
            );
            assert!(!is_suffix(domain));
            let pirate = pirate(domain).unwrap();
            assert!(
                ["shadow-library", "tracker"].contains(&pirate.kind) && pirate.source.len() > 20
            );
            assert_eq!(domains.iter().filter(|other| *other == domain).count(), 1);
        }
        assert!(pirate("www.libgen.is").is_some() && pirate("notlibgen.is").is_none());
    }

    #[test]
    fn agents_are_product_tokens() {
        assert!(agents().iter().filter(|agent| agent.training).count() >= 20);
        for agent in agents() {
            assert_eq!(token(agent.name), agent.name);
            assert!(!agent.operator.is_empty());
        }
    }
}
