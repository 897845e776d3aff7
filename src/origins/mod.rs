//! Origins: may what stands at an address be in the corpus? Lists of the operator, a table of
//! pirate domains, snapshots of robots.txt, and what pages say of their use by machines.
//!
//! Knows addresses and no corpus, rule or finding. What is found here is a fact about an address;
//! rules (`rules/rights/origins.toml`) say what it is called and how grave it is.

mod address;
mod config;
mod judged;
mod list;
mod pattern;
mod robots;
mod signals;
mod snapshots;
mod tables;

pub use address::{Address, Host, is_suffix, registrable};
pub use config::{ListUsed, Origins, OriginsConfig, Used};
pub use judged::{Judged, Known, Memory, OriginFacts, Reserved};
pub use list::{Added, Entry, List};
pub use pattern::{Octets, Pattern, target};
pub use robots::{Robots, Rule, Said, token};
pub use signals::Signals;
pub use snapshots::{Snapshot, Snapshots};
pub use tables::{Agent, Pirate, agents, pirate, pirate_domains};
