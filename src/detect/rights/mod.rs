//! Rights: what stands in a text that says whose it is, what it may be used for, and what must not
//! be in it: notices, licences, secrets, labels of machine-made text.
//!
//! Marks that a pattern describes are rules alone (`marks`); what takes more is a [`Detector`]
//! that rules name. Presence is not infringement: what is found here is a fact for whoever looks
//! after the rights, and never counts as bad information.

pub mod confirm;
mod detector;
mod label;
mod layout;
pub mod licence;
mod links;
mod marks;
mod notice;
mod producer;
mod publication;
mod secret;

pub use detector::{Detector, Part};
pub(super) use links::LINK_ALONE;
pub use marks::{CompiledMarks, MarkKey};

use crate::{Confidence, Details, RuleIndex, Span};

/// A mark in a window of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which rule.
    pub rule: RuleIndex,
    /// Where, in bytes of the window's text.
    pub span: Span,
    /// See [`crate::Finding::confidence`].
    pub confidence: Confidence,
    /// Why, joined by `+`.
    pub reasons: String,
    /// What is known of it, fit to be shown.
    pub details: Details,
    /// What equal marks have in common, to be hashed with the key; none for those that have no value.
    pub value: Option<Vec<u8>>,
    /// Why it does not count.
    pub allowed: Option<String>,
}
