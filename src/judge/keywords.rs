//! The audit of a keyword lexicon: `KWL-01` to `KWL-05`.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::State;
use crate::lexicon;
use crate::rules::{Bilingual, RuleSet};
use crate::text::FoldTable;

/// What a lexicon needs, from `rules/standards/keywords.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeywordPolicy {
    #[expect(dead_code, reason = "read so that the file may say it")]
    format: u32,
    /// Year.month.day of the thresholds.
    pub version: String,
    total: Duty,
    risks: Duty,
    age: Duty,
    length: Duty,
    form: Duty,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Duty {
    clause: String,
    reference: String,
    status: String,
    zh: String,
    en: String,
    at_least: Option<toml::Value>,
    at_most: Option<Longest>,
    at_most_days: Option<i64>,
    #[serde(default)]
    columns: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Longest {
    han_characters: usize,
    words: usize,
}

/// One duty, judged.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct KeywordCheck {
    /// Our stable id.
    pub clause: String,
    /// Where the duty stands.
    pub reference: String,
    /// How sure the text of the reference is.
    pub status: String,
    /// What is asked.
    pub title: Bilingual,
    /// What came out.
    pub state: State,
    /// What was found, and what is missing.
    pub finding: Bilingual,
}

/// Keywords of one risk.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RiskCount {
    /// Code.
    pub code: String,
    /// Title.
    pub title: Bilingual,
    /// Keywords that are different once folded, combinations among them.
    pub unique: u64,
    /// How many there must be; none where none must.
    pub at_least: Option<u64>,
    /// How many are missing.
    pub missing: u64,
}

/// What the audit found.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct KeywordAudit {
    /// Version of the thresholds.
    pub policy: String,
    /// Digest of the rules.
    pub rules: String,
    /// Keywords as they are written.
    pub written: u64,
    /// Keywords that are different once folded.
    pub unique: u64,
    /// Combinations among them.
    pub combinations: u64,
    /// By risk.
    pub risks: Vec<RiskCount>,
    /// Clause by clause.
    pub checks: Vec<KeywordCheck>,
    /// Keywords longer than they should be, in order.
    pub too_long: Vec<String>,
}

impl KeywordPolicy {
    /// The thresholds that ship with the program.
    pub fn builtin() -> Self {
        let text = include_str!("../../rules/standards/keywords.toml");
        toml::from_str(text).expect("a test reads it")
    }

    /// Han characters and words of the longest keyword.
    pub fn longest(&self) -> (usize, usize) {
        let longest = self.length.at_most.as_ref();
        longest.map_or((usize::MAX, usize::MAX), |l| (l.han_characters, l.words))
    }

    /// Names of the columns of the table.
    pub fn columns(&self) -> [String; 3] {
        std::array::from_fn(|at| self.form.columns.get(at).cloned().unwrap_or_default())
    }

    fn total(&self) -> u64 {
        let total = self
            .total
            .at_least
            .as_ref()
            .and_then(toml::Value::as_integer);
        total.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }

    fn quota(&self, group: &str) -> Option<u64> {
        let quota = self.risks.at_least.as_ref()?.get(group)?.as_integer()?;
        u64::try_from(quota).ok()
    }

    /// Audits the keywords of `rules` on the day `today`. `releases` are the days on which the
    /// lexicon was released, from its log; empty if there is none.
    pub fn audit(&self, rules: &RuleSet, releases: &[NaiveDate], today: NaiveDate) -> KeywordAudit {
        let words = Words::of(rules, self.longest());
        let risks = self.risk_counts(&words);
        let checks = vec![
            self.check_total(&words),
            self.check_risks(&risks),
            self.check_age(releases, today),
            self.check_length(&words),
            judged(
                &self.form,
                State::NeedsEvidence,
                (
                    "用 yujian rules export 生成完整的三列表格,随材料提交".to_owned(),
                    "write the complete table with yujian rules export and file it".to_owned(),
                ),
            ),
        ];
        KeywordAudit {
            policy: self.version.clone(),
            rules: rules.digest().to_owned(),
            written: words.written,
            unique: words.all.len() as u64,
            combinations: words.combinations,
            risks,
            checks,
            too_long: words.too_long,
        }
    }

    fn risk_counts(&self, words: &Words) -> Vec<RiskCount> {
        let leaves = lexicon::risks().filter(|risk| risk.code.len() > 3);
        let counts = leaves.map(|risk| {
            let unique = words
                .by_risk
                .get(risk.code)
                .map_or(0, |set| set.len() as u64);
            let at_least = self.quota(&risk.code[..3]);
            RiskCount {
                code: risk.code.to_owned(),
                title: risk.title,
                unique,
                at_least,
                missing: at_least.unwrap_or(0).saturating_sub(unique),
            }
        });
        counts.collect()
    }

    fn check_total(&self, words: &Words) -> KeywordCheck {
        let (unique, wanted) = (words.all.len() as u64, self.total());
        let state = if unique >= wanted {
            State::Compliant
        } else {
            State::NonCompliant
        };
        let missing = wanted.saturating_sub(unique);
        judged(
            &self.total,
            state,
            (
                format!(
                    "写有 {} 个,去重后 {unique} 个,要求 {wanted} 个,缺 {missing} 个",
                    words.written
                ),
                format!(
                    "{} written, {unique} different, {wanted} wanted, {missing} missing",
                    words.written
                ),
            ),
        )
    }

    fn check_risks(&self, risks: &[RiskCount]) -> KeywordCheck {
        let wanted = risks.iter().filter(|risk| risk.at_least.is_some()).count();
        let short: Vec<String> = risks
            .iter()
            .filter(|risk| risk.missing > 0)
            .map(|risk| {
                format!(
                    "{} ({}/{})",
                    risk.code,
                    risk.unique,
                    risk.at_least.unwrap_or(0)
                )
            })
            .collect();
        let state = if short.is_empty() {
            State::Compliant
        } else {
            State::NonCompliant
        };
        let list = short.join("、");
        let finding = match short.len() {
            0 => (
                format!("{wanted} 类均达到"),
                format!("all of {wanted} risks have enough"),
            ),
            n => (
                format!("{wanted} 类中 {n} 类不足:{list}"),
                format!("{n} of {wanted} risks have too few: {}", short.join(", ")),
            ),
        };
        judged(&self.risks, state, finding)
    }

    fn check_age(&self, releases: &[NaiveDate], today: NaiveDate) -> KeywordCheck {
        let most = self.age.at_most_days.unwrap_or(i64::MAX);
        let mut days = releases.to_vec();
        days.sort_unstable();
        let Some(last) = days.last() else {
            return judged(
                &self.age,
                State::NeedsEvidence,
                (
                    "没有版本记录 (releases.csv)".to_owned(),
                    "there is no log of releases (releases.csv)".to_owned(),
                ),
            );
        };
        let age = (today - *last).num_days();
        let gap = days
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).num_days())
            .max()
            .unwrap_or(0);
        let state = match () {
            () if age < 0 => State::NeedsEvidence,
            () if age <= most && gap <= most => State::Compliant,
            () => State::NonCompliant,
        };
        judged(
            &self.age,
            state,
            (
                format!(
                    "共 {} 版,最近一版 {last},距今 {age} 天,最长间隔 {gap} 天,要求不超过 {most} 天",
                    days.len()
                ),
                format!(
                    "{} releases, the last on {last}, {age} days ago, the longest gap {gap} days, {most} days allowed",
                    days.len()
                ),
            ),
        )
    }

    fn check_length(&self, words: &Words) -> KeywordCheck {
        // The standard says "normally", so that a person judges exceptions.
        let state = if words.too_long.is_empty() {
            State::Compliant
        } else {
            State::NeedsReview
        };
        let count = words.too_long.len();
        judged(
            &self.length,
            state,
            (format!("过长的 {count} 个"), format!("{count} are longer")),
        )
    }
}

fn judged(duty: &Duty, state: State, (zh, en): (String, String)) -> KeywordCheck {
    KeywordCheck {
        clause: duty.clause.clone(),
        reference: duty.reference.clone(),
        status: duty.status.clone(),
        title: Bilingual {
            zh: duty.zh.clone(),
            en: duty.en.clone(),
        },
        state,
        finding: Bilingual { zh, en },
    }
}

#[derive(Default)]
struct Words {
    written: u64,
    all: HashSet<String>,
    combinations: u64,
    by_risk: BTreeMap<String, HashSet<String>>,
    too_long: Vec<String>,
}

impl Words {
    /// Terms and combinations of rules with a risk of A.1 or A.2, which the duties are about, and
    /// of all other risks.
    fn of(rules: &RuleSet, longest: (usize, usize)) -> Self {
        let table = FoldTable::get();
        let mut words = Self::default();
        for rule in rules.rules() {
            let Some(risk) = &rule.risk else { continue };
            let leaf = risk.get(..5).unwrap_or(risk).to_owned();
            let of_risk = words.by_risk.entry(leaf).or_default();
            for term in &rule.terms {
                words.written += 1;
                let folded = table.term(term);
                let (han, other) = lexicon::length(term);
                if words.all.insert(folded.clone()) && (han > longest.0 || other > longest.1) {
                    words.too_long.push(term.clone());
                }
                of_risk.insert(folded);
            }
            if !rule.all_of.is_empty() {
                // However many words its groups have, it is one keyword.
                words.written += 1;
                let groups: Vec<String> = rule
                    .all_of
                    .iter()
                    .map(|group| {
                        group
                            .iter()
                            .map(|w| table.term(w))
                            .collect::<Vec<_>>()
                            .join("|")
                    })
                    .collect();
                let key = groups.join("+");
                words.combinations += u64::from(words.all.insert(key.clone()));
                of_risk.insert(key);
            }
        }
        words.too_long.sort();
        words
    }
}

/// Days on which a lexicon was released, from the text of its `releases.csv`; lines that hold no
/// date are none.
pub fn releases(log: &str) -> Vec<NaiveDate> {
    let first = log.lines().filter_map(|line| line.split(',').next());
    first
        .filter_map(|day| NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(terms: &str) -> RuleSet {
        let text = format!(
            "format = 1\n[pack]\nid = \"x\"\nversion = \"2026.11.24\"\ntitle = {{ zh = \"x\", en = \"x\" }}\nrisk = \"A.1.d\"\nsource = \"x\"\nimported = true\n[[rule]]\nid = \"x.a\"\ntitle = {{ zh = \"x\", en = \"x\" }}\nseverity = \"low\"\nconfidence = 0.5\nterms = [{terms}]\n"
        );
        RuleSet::from_texts(&[("x.toml".to_owned(), text)]).unwrap()
    }

    #[test]
    fn quotas_are_judged_over_different_words_only() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        let many: Vec<String> = (0..200).map(|n| format!("\"袭击方案{n:03}号\"")).collect();
        let policy = KeywordPolicy::builtin();
        let audit = policy.audit(&rules(&many.join(",")), &[day(1), day(8), day(15)], day(20));
        let of = |code: &str| audit.risks.iter().find(|r| r.code == code).unwrap();
        assert_eq!((of("A.1.d").unique, of("A.1.d").missing), (200, 0));
        assert_eq!(
            (
                of("A.1.a").missing,
                of("A.2.a").missing,
                of("A.3.a").missing
            ),
            (200, 100, 0)
        );
        let states: Vec<State> = audit.checks.iter().map(|check| check.state).collect();
        assert_eq!(
            states,
            [
                State::NonCompliant,
                State::NonCompliant,
                State::Compliant,
                State::Compliant,
                State::NeedsEvidence
            ]
        );
        let old = policy.audit(&rules("\"袭击方案号\""), &[day(1), day(9)], day(20));
        assert_eq!(old.checks[2].state, State::NonCompliant);
        let unknown = policy.audit(&rules("\"袭击方案号\""), &[], day(20));
        assert_eq!(unknown.checks[2].state, State::NeedsEvidence);
    }

    #[test]
    fn a_log_of_releases_is_read() {
        assert_eq!(
            releases("date,terms,digest\n2026-11-01,5,x\n2026-11-08,6,y\n").len(),
            2
        );
    }
}
