//! [`LicenceStatement`]: SPDX licence expressions, and which of their licences bind.

use std::collections::HashMap;
use std::sync::LazyLock;

use spdx::error::Reason;
use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, ParseError, ParseMode};

use super::licences::{Obligations, UNKNOWN_LICENCE, licence_family};

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
    pub problem: Option<LicenceProblem>,
}

/// Why something is no licence that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceProblem {
    /// There is nothing, or what is there says that nothing is said (`NOASSERTION`, `NONE`).
    Empty,
    /// It is longer than expressions are.
    TooLong,
    /// An id that is in no list.
    UnknownId,
    /// What follows `WITH` is no exception of the list.
    UnknownException,
    /// Operators or brackets are not where they may be.
    Syntax,
}

impl LicenceProblem {
    fn of(error: &ParseError) -> Self {
        match error.reason {
            Reason::UnknownException => Self::UnknownException,
            Reason::UnknownLicense | Reason::UnknownTerm => {
                let before = error.original.get(..error.span.start).unwrap_or_default();
                match before.trim_end().ends_with("WITH") {
                    true => Self::UnknownException,
                    false => Self::UnknownId,
                }
            }
            // Ids have letters, digits, dots and hyphens only.
            Reason::InvalidCharacters => Self::UnknownId,
            Reason::Empty => Self::Empty,
            _ => Self::Syntax,
        }
    }

    /// The problem of that word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [
            Self::Empty,
            Self::TooLong,
            Self::UnknownId,
            Self::UnknownException,
            Self::Syntax,
        ];
        all.into_iter().find(|problem| problem.as_str() == word)
    }

    /// Its stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::UnknownId => "unknown-id",
            Self::UnknownException => "unknown-exception",
            Self::Syntax => "syntax",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Empty => "未写明任何许可",
            Self::TooLong => "过长,不是许可表达式",
            Self::UnknownId => "含有未知的许可标识",
            Self::UnknownException => "WITH 之后不是已知的例外",
            Self::Syntax => "AND、OR、WITH 或括号的位置有误",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Empty => "it states no licence",
            Self::TooLong => "it is too long for an expression",
            Self::UnknownId => "it has an unknown id",
            Self::UnknownException => "what follows WITH is no known exception",
            Self::Syntax => "AND, OR, WITH or a bracket is out of place",
        }
    }
}

/// Ids and operators as they are written, by their lower case.
static WRITTEN: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let licences = spdx::identifiers::LICENSES.iter().map(|known| known.name);
    let exceptions = spdx::identifiers::EXCEPTIONS.iter().map(|known| known.name);
    let ours = Obligations::builtin().ids();
    let operators = ["AND", "OR", "WITH"].into_iter();
    let all = licences.chain(exceptions).chain(ours).chain(operators);
    all.map(|id| (id.to_lowercase(), id)).collect()
});

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
    pub fn unknown(problem: LicenceProblem) -> Self {
        Self {
            problem: Some(problem),
            ..Self::one(UNKNOWN_LICENCE)
        }
    }

    /// From the value after `SPDX-License-Identifier:`. Ids may be in any case. Source: SPDX 2.3,
    /// Annex D.2.
    pub fn of_expression(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::unknown(LicenceProblem::Empty);
        }
        if text.len() > LONGEST {
            return Self::unknown(LicenceProblem::TooLong);
        }
        let error = match Expression::parse_mode(text, MODE) {
            Ok(expression) => return Self::parsed(&expression),
            Err(error) => error,
        };
        match Expression::parse_mode(&as_written(text), MODE) {
            Ok(expression) => Self::parsed(&expression),
            Err(_) => Self::unknown(LicenceProblem::of(&error)),
        }
    }

    /// From what a source declares, where saying nothing is a problem.
    pub fn declared(text: &str) -> Self {
        let statement = Self::of_expression(text);
        let nothing = |id: &String| [UNKNOWN_LICENCE, "NONE"].contains(&id.as_str());
        match statement.binding.iter().any(nothing) && statement.problem.is_none() {
            true => Self::unknown(LicenceProblem::Empty),
            false => statement,
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
                        return Self::unknown(LicenceProblem::Syntax);
                    };
                    stack.push(joined(left, right, *operator));
                }
            }
        }
        let Some((text, mut binding, _)) = stack.pop() else {
            return Self::unknown(LicenceProblem::Empty);
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

    /// Families of its licences, in English, in order, each once.
    pub fn families(&self) -> Vec<&'static str> {
        let of = self.binding.iter().filter_map(|id| licence_family(id));
        let mut families: Vec<&'static str> = of.map(|(_, en)| en).collect();
        families.sort_unstable();
        families.dedup();
        families
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

/// Parts of an expression: ids and operators, and what stands between them.
pub fn expression_parts(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(is_between).flat_map(|part| {
        let end = part.trim_end_matches(is_between).len();
        [&part[..end], &part[end..]]
            .into_iter()
            .filter(|part| !part.is_empty())
    })
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '/' | '+')
}

/// An expression with every id and operator as the lists write it.
fn as_written(text: &str) -> String {
    let written = |part: &str| WRITTEN.get(&part.to_lowercase()).copied();
    expression_parts(text)
        .map(|part| written(part).unwrap_or(part))
        .collect()
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
            ("mit or cc-by-4.0", "MIT OR CC-BY-4.0", &["MIT"]),
            (
                "(gpl-2.0+ with classpath-exception-2.0)",
                "GPL-2.0-or-later WITH Classpath-exception-2.0",
                &["GPL-2.0-or-later"],
            ),
        ] {
            let statement = LicenceStatement::of_expression(text);
            assert_eq!(statement.licence, licence, "{text}");
            assert_eq!(statement.binding, binding, "{text}");
            assert_eq!(statement.problem, None, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_named() {
        use LicenceProblem::{Empty, Syntax, TooLong, UnknownException, UnknownId};
        let long = "MIT OR ".repeat(60) + "MIT";
        for (text, problem) in [
            ("", Empty),
            ("Nonesuch-1.0", UnknownId),
            ("MIT AND Nonesuch-1.0", UnknownId),
            ("GPL-2.0-only WITH nonesuch-exception", UnknownException),
            ("MIT OR", Syntax),
            ("((MIT)", Syntax),
            ("MIT AND AND ISC", Syntax),
            (&long, TooLong),
        ] {
            let statement = LicenceStatement::of_expression(text);
            assert_eq!(statement.licence, UNKNOWN_LICENCE, "{text}");
            assert_eq!(statement.problem, Some(problem), "{text}");
        }
        for text in ["NOASSERTION", "MIT AND NOASSERTION", "NONE"] {
            assert!(LicenceStatement::declared(text).problem.is_some(), "{text}");
        }
    }
}
