//! Rule files of Gitleaks → one pack of mark rules.
//!
//! What has no counterpart here is named with the rule it belongs to: texts of a corpus have no
//! file names and no commits, and patterns cannot look around. Nothing is left out in silence.

mod form;
mod pattern;

use std::collections::BTreeSet;

use serde::Serialize;

use self::form::{Allowlist, Config, Rule};
use self::pattern::{Translated, literals, reach, translate};
use crate::detect::pii::Pattern;
use crate::rules::syntax::FORMAT;
use crate::{Complaint, SetupError};

/// What became of a rule file.
pub struct Imported {
    /// The pack, as TOML.
    pub text: String,
    /// How many rules it has.
    pub rules: usize,
    /// How many rules were given.
    pub given: usize,
    /// What was not taken over as it stood, in the order of the file.
    pub remarks: Vec<Remark>,
}

/// What was not taken over, and of which rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Id of the rule; none for what concerns the whole file.
    pub rule: Option<String>,
    /// Whether the rule is in the pack all the same.
    pub kept: bool,
    /// What, and why.
    pub what: String,
}

#[derive(Serialize)]
struct File {
    format: u32,
    pack: Pack,
    rule: Vec<Mark>,
}

#[derive(Serialize)]
struct Pack {
    id: String,
    version: String,
    title: Title,
    risk: &'static str,
    source: String,
    imported: bool,
}

#[derive(Serialize)]
struct Title {
    zh: String,
    en: String,
}

#[derive(Serialize)]
struct Mark {
    id: String,
    title: Title,
    entity: &'static str,
    severity: &'static str,
    confidence: f64,
    anchor: &'static str,
    words: Vec<String>,
    reach: (usize, usize),
    inside: bool,
    boundary: &'static str,
    pattern: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    entropy: Option<f64>,
    details: std::collections::BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_patterns: Vec<Allowed>,
}

#[derive(Clone, Serialize)]
struct Allowed {
    reason: String,
    all: Vec<Form>,
}

#[derive(Clone, Serialize)]
struct Form {
    of: &'static str,
    pattern: String,
}

/// Confidence of an imported rule: nobody has looked at what it finds yet.
const CONFIDENCE: f64 = 0.5;

/// Turns the text of a rule file into a pack. `name` begins all ids, `version` is the date of the
/// pack as year.month.day, `file` is named in complaints and as the source.
///
/// # Errors
///
/// If the text is no TOML, or no rule file of this kind.
pub fn gitleaks(name: &str, version: &str, file: &str, text: &str) -> Result<Imported, SetupError> {
    let config = form::read(text).map_err(|(line, what)| {
        SetupError::Complaints(vec![Complaint::new(
            file,
            line,
            what,
            "a Gitleaks rule file has [[rules]] with id and regex",
        )])
    })?;
    let mut import = Import {
        name,
        remarks: Vec::new(),
        seen: BTreeSet::new(),
    };
    let rules = import.all(&config);
    let title = || config.title.clone().unwrap_or_else(|| file.to_owned());
    let written = File {
        format: FORMAT,
        pack: Pack {
            id: format!("{name}.gitleaks"),
            version: version.to_owned(),
            title: Title {
                zh: title(),
                en: title(),
            },
            risk: "A.3.c",
            source: format!("Gitleaks: {file}"),
            imported: true,
        },
        rule: rules,
    };
    Ok(Imported {
        rules: written.rule.len(),
        given: config.rules.len(),
        text: toml::to_string_pretty(&written).expect("strings and numbers are TOML"),
        remarks: import.remarks,
    })
}

struct Import<'a> {
    name: &'a str,
    remarks: Vec<Remark>,
    seen: BTreeSet<String>,
}

impl Import<'_> {
    fn remark(&mut self, rule: Option<&str>, kept: bool, what: impl Into<String>) {
        self.remarks.push(Remark {
            rule: rule.map(str::to_owned),
            kept,
            what: what.into(),
        });
    }

    fn all(&mut self, config: &Config) -> Vec<Mark> {
        if config.extend.is_some() {
            self.remark(
                None,
                false,
                "`extend` is not followed: import the other file as well",
            );
        }
        for key in config.other.keys() {
            self.remark(
                None,
                false,
                format!("`{key}` is not known and was not looked at"),
            );
        }
        let general: Vec<&Allowlist> = config.allowlist.iter().chain(&config.allowlists).collect();
        let mut rules = Vec::new();
        for (at, rule) in config.rules.iter().enumerate() {
            let id = match rule.id.as_deref() {
                Some(id) if !id.is_empty() => id.to_owned(),
                _ => format!("rule-{}", at + 1),
            };
            match self.one(&id, rule, &general) {
                Ok(mark) => rules.push(mark),
                Err(why) => self.remark(Some(&id), false, why),
            }
        }
        rules
    }

    fn one(&mut self, id: &str, rule: &Rule, general: &[&Allowlist]) -> Result<Mark, String> {
        let own_id = format!("{}.gitleaks.{}", self.name, form::identifier(id));
        if rule.skip_report == Some(true) {
            return Err("`skipReport`: it only serves other rules".to_owned());
        }
        let Some(regex) = rule.regex.as_deref().filter(|regex| !regex.is_empty()) else {
            return Err(match rule.path {
                Some(_) => "only a `path`: texts of a corpus have no file names".to_owned(),
                None => "neither `regex` nor `path`".to_owned(),
            });
        };
        let Translated { pattern, groups } =
            translate(regex, Some(rule.secret_group.unwrap_or(0)))?;
        let group = rule.secret_group.unwrap_or(0);
        if group > groups {
            return Err(format!(
                "`secretGroup` is {group}, but the pattern has {groups} groups"
            ));
        }
        Pattern::new(&pattern)?;
        let words = match words(&rule.keywords) {
            words if words.is_empty() => literals(&pattern),
            words => words,
        };
        if words.is_empty() {
            let why =
                "no `keywords`, and the pattern begins with nothing by which it could be found";
            return Err(why.to_owned());
        }
        if !self.seen.insert(own_id.clone()) {
            return Err("another rule of the file has this id".to_owned());
        }
        // From here on the rule is in the pack.
        if rule.secret_group.is_none() && groups > 1 {
            let what =
                format!("{groups} groups and no `secretGroup`: the first is taken for the secret");
            self.remark(Some(id), true, what);
        }
        if rule.path.is_some() {
            self.remark(Some(id), true, "`path` is not kept: every text is searched");
        }
        if rule.required.is_some() {
            let what = "`required` is not kept: it is found without the others";
            self.remark(Some(id), true, what);
        }
        for key in rule.other.keys() {
            let what = format!("`{key}` is not known and was not looked at");
            self.remark(Some(id), true, what);
        }
        let reach = reach(&pattern);
        if reach.is_cut {
            let what = format!(
                "matches that reach more than {} characters beyond a keyword are not found",
                reach.after
            );
            self.remark(Some(id), true, what);
        }
        let mut allow_patterns = Vec::new();
        for list in rule.allowlist.iter().chain(&rule.allowlists) {
            allow_patterns.extend(self.allowed(id, list));
        }
        for list in general {
            let is_meant =
                list.target_rules.is_empty() || list.target_rules.iter().any(|t| t == id);
            if is_meant {
                allow_patterns.extend(self.allowed(id, list));
            }
        }
        let title = rule.description.clone().unwrap_or_else(|| id.to_owned());
        let mut details = std::collections::BTreeMap::from([("kind", id.to_owned())]);
        if !rule.tags.is_empty() {
            details.insert("tags", rule.tags.join(", "));
        }
        Ok(Mark {
            id: own_id,
            title: Title {
                zh: title.clone(),
                en: title,
            },
            entity: "secret.imported",
            severity: "high",
            confidence: CONFIDENCE,
            anchor: "word",
            words,
            reach: (reach.before, reach.after),
            // A keyword of Gitleaks may stand anywhere.
            inside: true,
            boundary: "none",
            pattern,
            entropy: rule.entropy.filter(|entropy| *entropy > 0.0),
            details,
            allow_patterns,
        })
    }

    /// What a list of Gitleaks allows, as entries of `allow_patterns`.
    fn allowed(&mut self, id: &str, list: &Allowlist) -> Vec<Allowed> {
        let beyond: Vec<&str> = [("paths", &list.paths), ("commits", &list.commits)]
            .into_iter()
            .filter(|(_, all)| !all.is_empty())
            .map(|(name, _)| name)
            .collect();
        let every = list
            .condition
            .as_deref()
            .is_some_and(|c| matches!(&*c.to_ascii_lowercase(), "and" | "&&"));
        if !beyond.is_empty() {
            let lost = beyond.join("` and `");
            let what = match every {
                true => format!("an allowlist with `{lost}` under condition AND is not kept"),
                false => format!("`{lost}` of an allowlist are not kept: texts have neither"),
            };
            self.remark(Some(id), true, what);
            if every {
                return Vec::new();
            }
        }
        for key in list.other.keys() {
            let what = format!("`{key}` of an allowlist is not known and was not looked at");
            self.remark(Some(id), true, what);
        }
        let of = match list.regex_target.as_deref().unwrap_or_default() {
            "match" => "match",
            "line" => "line",
            "" | "secret" => "value",
            other => {
                let what = format!("an allowlist with `regexTarget` {other:?} is not kept");
                self.remark(Some(id), true, what);
                return Vec::new();
            }
        };
        let mut kinds = Vec::new();
        let regexes: Vec<String> = list
            .regexes
            .iter()
            .filter_map(|regex| {
                let translated = translate(regex, None).map(|t| t.pattern);
                let checked =
                    translated.and_then(|pattern| Pattern::new(&pattern).map(|_| pattern));
                match checked {
                    Ok(pattern) => Some(format!("(?:{pattern})")),
                    Err(why) => {
                        self.remark(
                            Some(id),
                            true,
                            format!("a pattern of an allowlist is not kept: {why}"),
                        );
                        None
                    }
                }
            })
            .collect();
        if regexes.len() < list.regexes.len() && every {
            self.remark(
                Some(id),
                true,
                "an allowlist under condition AND is not kept without its pattern",
            );
            return Vec::new();
        }
        if !regexes.is_empty() {
            kinds.push(Form {
                of,
                pattern: regexes.join("|"),
            });
        }
        let stopwords: Vec<String> = list
            .stopwords
            .iter()
            .filter(|w| !w.is_empty())
            .map(|w| regex::escape(w))
            .collect();
        if !stopwords.is_empty() {
            let pattern = format!("(?i)(?:{})", stopwords.join("|"));
            kinds.push(Form {
                of: "value",
                pattern,
            });
        }
        let reason = list
            .description
            .clone()
            .unwrap_or_else(|| "allowlist of the imported file".to_owned());
        let entry = |all| Allowed {
            reason: reason.clone(),
            all,
        };
        match every {
            _ if kinds.is_empty() => Vec::new(),
            true => vec![entry(kinds)],
            false => kinds.into_iter().map(|kind| entry(vec![kind])).collect(),
        }
    }
}

/// Keywords that can lead to a match: two letters or digits at least.
fn words(keywords: &[String]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in keywords {
        let word = word.trim().to_lowercase();
        let says_enough = word.chars().filter(|c| c.is_alphanumeric()).count() >= 2;
        if says_enough && !words.contains(&word) {
            words.push(word);
        }
    }
    // A keyword that says too little would be searched everywhere: then all of them are left.
    match words.len() == keywords.len()
        || !words.is_empty() && keywords.iter().all(|k| covered(k, &words))
    {
        true => words,
        false => Vec::new(),
    }
}

/// Whether a keyword is among the words, as the list has them.
fn covered(keyword: &str, words: &[String]) -> bool {
    words.contains(&keyword.trim().to_lowercase())
}
