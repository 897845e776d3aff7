//! [`LicenceStatement`]: SPDX licence expressions, and which of their licences bind.

use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, ParseMode};

use super::licences::{Obligations, UNKNOWN_LICENCE};

/// Longest text that is tried as an expression, in bytes; `REUSE` tools write none as long.
const LONGEST: usize = 300;

/// Ids are taken as the list writes them. The lax names of the crate are not: it takes
/// "gnu gpl v2" for version 3.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// A licence as something states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceStatement {
    /// The expression, with every id as the list writes it; [`UNKNOWN_LICENCE`] if there is none.
    pub licence: String,
    /// Licences whose conditions hold: of alternatives the one that asks for least.
    pub binding: Vec<String>,
    /// What is wrong with it, if it is no licence that is known.
    pub problem: Option<String>,
}

impl LicenceStatement {
    /// One licence.
    pub fn one(id: &str) -> Self {
        Self {
            licence: id.to_owned(),
            binding: vec![id.to_owned()],
            problem: None,
        }
    }

    /// What is no licence that is known, and why.
    pub fn unknown(problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::one(UNKNOWN_LICENCE)
        }
    }

    /// From the value after `SPDX-License-Identifier:`.
    pub fn of_expression(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return Self::unknown("no expression".to_owned());
        }
        match Expression::parse_mode(text, MODE) {
            Ok(expression) => Self::parsed(&expression),
            Err(error) => Self::unknown(error.reason.to_string()),
        }
    }

    fn parsed(expression: &Expression) -> Self {
        // The expression comes in postfix order: operands before their operators.
        let mut stack: Vec<(Vec<String>, Vec<String>, bool)> = Vec::new();
        for node in expression.iter() {
            match node {
                ExprNode::Req(of) => {
                    let whole = canonical(&of.req.to_string());
                    let bare = whole.split(" WITH ").next().unwrap_or_default();
                    let bare = bare.strip_suffix('+').unwrap_or(bare).to_owned();
                    stack.push((vec![whole], vec![bare], false));
                }
                ExprNode::Op(operator) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Self::unknown("an operator without operands".to_owned());
                    };
                    stack.push(joined(left, right, *operator));
                }
            }
        }
        let Some((text, mut binding, _)) = stack.pop() else {
            return Self::unknown("no expression".to_owned());
        };
        binding.sort_unstable();
        binding.dedup();
        Self {
            licence: text.concat(),
            binding,
            problem: None,
        }
    }

    /// Its binding licences, each as the tables know it: what they do not know is one and the same,
    /// so that counts by licence are no more than the tables have rows.
    pub fn counted(&self) -> impl Iterator<Item = &str> {
        let table = Obligations::builtin();
        self.binding.iter().map(|id| match table.knows(id) {
            true => id.as_str(),
            false => UNKNOWN_LICENCE,
        })
    }

    /// What all of its licences ask for and forbid, in order, each once.
    pub fn classes(&self) -> Vec<&'static str> {
        let table = Obligations::builtin();
        let of = self.binding.iter().flat_map(|id| table.of(id));
        let mut classes: Vec<&'static str> = of.copied().collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

type Operand = (Vec<String>, Vec<String>, bool);

/// Two operands and what joins them: text, binding licences, whether it is an alternative.
fn joined(left: Operand, right: Operand, operator: Operator) -> Operand {
    let is_or = operator == Operator::Or;
    let bracketed = |(text, _, alternative): &Operand| match !is_or && *alternative {
        true => format!("({})", text.concat()),
        false => text.concat(),
    };
    let word = if is_or { " OR " } else { " AND " };
    let text = format!("{}{word}{}", bracketed(&left), bracketed(&right));
    let binding = match is_or {
        true if burden(&right.1) < burden(&left.1) => right.1,
        true => left.1,
        false => [left.1, right.1].concat(),
    };
    (vec![text], binding, is_or)
}

/// How much licences ask for: restrictions first, then all that is asked.
fn burden(ids: &[String]) -> (usize, usize) {
    let table = Obligations::builtin();
    let restrictions = ids.iter().map(|id| table.restrictions(id).count()).sum();
    (restrictions, ids.iter().map(|id| table.of(id).len()).sum())
}

/// An id of today for one that the list has given up: `GPL-2.0+` is GPL-2.0-or-later.
fn canonical(requirement: &str) -> String {
    let (id, addition) = match requirement.split_once(" WITH ") {
        Some((id, addition)) => (id, format!(" WITH {addition}")),
        None => (requirement, String::new()),
    };
    let (bare, suffix) = match id.strip_suffix('+') {
        Some(bare) => (bare, "-or-later"),
        None => (id, "-only"),
    };
    let given_up = spdx::license_id(bare).is_none_or(|known| known.is_deprecated());
    match spdx::license_id(&format!("{bare}{suffix}")) {
        Some(today) if given_up => format!("{}{addition}", today.name),
        _ => requirement.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_written_as_the_list_writes_them() {
        for (text, licence, binding) in [
            ("MIT", "MIT", &["MIT"][..]),
            ("MIT OR Apache-2.0", "MIT OR Apache-2.0", &["MIT"]),
            ("Apache-2.0/MIT", "Apache-2.0 OR MIT", &["MIT"]),
            ("GPL-2.0+", "GPL-2.0-or-later", &["GPL-2.0-or-later"]),
            ("GPL-2.0", "GPL-2.0-only", &["GPL-2.0-only"]),
            (
                "GPL-2.0-or-later WITH Classpath-exception-2.0 AND BSD-3-Clause",
                "GPL-2.0-or-later WITH Classpath-exception-2.0 AND BSD-3-Clause",
                &["BSD-3-Clause", "GPL-2.0-or-later"],
            ),
            (
                "(MIT OR GPL-3.0-only) AND CC-BY-4.0",
                "(MIT OR GPL-3.0-only) AND CC-BY-4.0",
                &["CC-BY-4.0", "MIT"],
            ),
            ("LicenseRef-Ours", "LicenseRef-Ours", &["LicenseRef-Ours"]),
        ] {
            let statement = LicenceStatement::of_expression(text);
            assert_eq!(statement.licence, licence, "{text}");
            assert_eq!(statement.binding, binding, "{text}");
            assert_eq!(statement.problem, None, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_named() {
        for text in ["MIT OR", "Nonesuch-1.0", "", "((MIT)", "MIT AND AND ISC"] {
            let statement = LicenceStatement::of_expression(text);
            assert_eq!(statement.licence, UNKNOWN_LICENCE, "{text}");
            assert!(
                statement.problem.is_some_and(|why| !why.is_empty()),
                "{text}"
            );
        }
    }
}
