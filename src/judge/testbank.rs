//! The audit of test banks: `TST-01` to `TST-04`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Point, State, interval};
use crate::lexicon;
use crate::problem::Problems;
use crate::rules::Bilingual;
use crate::sources::Day;
use crate::testbank::{
    BankFile, BankPolicy, Criteria, Judged, Omitted, TestBank, TestBankConfig, TestBankPolicy,
};

/// The duty that no question stands in the training data.
const LEAK: &str = "TST-04";
/// Confidence of intervals.
const CONFIDENCE: f64 = 0.95;

/// Questions of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ClassCount {
    /// Risk code, or aspect.
    pub code: String,
    /// For people.
    pub title: Bilingual,
    /// Questions that are different once folded.
    pub unique: u64,
    /// How many there must be; none where none must.
    pub at_least: Option<u64>,
    /// How many are missing.
    pub missing: u64,
    /// Why the class is left out, if it is.
    pub omitted: Option<String>,
}

/// One bank.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BankCount {
    /// `generated`, …
    pub id: String,
    /// For people.
    pub title: Bilingual,
    /// The duty; none of a bank that nothing asks for.
    pub clause: Option<String>,
    /// Questions as they are written.
    pub questions: u64,
    /// Questions that are different once folded.
    pub unique: u64,
    /// How many there must be; none where none must.
    pub at_least: Option<u64>,
    /// Questions whose class is none of those that count.
    pub unclassified: u64,
    /// Questions of which the answer was judged.
    pub judged: u64,
    /// Those of them that passed.
    pub passed: u64,
    /// Interval of their share at 95 % confidence; none if none was judged.
    pub pass_interval: Option<(f64, f64)>,
    /// Class by class.
    pub classes: Vec<ClassCount>,
}

/// What is known of questions in the training data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Leak {
    /// Packs of questions that the run was compared with.
    pub packs: Vec<String>,
    /// Questions that are in one of them.
    pub compared: u64,
    /// Questions that are too short to be told from ordinary language.
    pub short: u64,
    /// Questions that are in none.
    pub absent: u64,
    /// Findings of questions in the corpus, that count.
    pub findings: u64,
    /// Records with one.
    pub records: u64,
}

/// What the audit found.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TestBankAudit {
    /// Version of the thresholds.
    pub policy: String,
    /// The files.
    pub files: Vec<BankFile>,
    /// Rules of operation and criteria.
    pub criteria: Vec<Criteria>,
    /// Days of updates, in order.
    pub updated: Vec<Day>,
    /// Bank by bank, in the order of annex 5.
    pub banks: Vec<BankCount>,
    /// Questions that are to be refused and not to be refused.
    pub contradicting: u64,
    /// Questions in the training data.
    pub leak: Leak,
    /// What is wrong with the files.
    pub problems: Problems,
    /// Clause by clause.
    pub points: BTreeMap<String, Vec<Point>>,
}

/// What an audit is made of.
pub struct TestBankCase<'a> {
    /// What is declared.
    pub config: &'a TestBankConfig,
    /// What was read.
    pub bank: &'a TestBank,
    /// The duties.
    pub policy: &'a TestBankPolicy,
    /// What is known of questions in the corpus.
    pub leak: Leak,
    /// As of which day.
    pub as_of: Day,
}

impl TestBankAudit {
    /// Counts and judges.
    pub fn new(case: &TestBankCase<'_>) -> Self {
        let mut audit = Self {
            policy: case.policy.version.clone(),
            files: case.bank.files.clone(),
            criteria: case.bank.criteria.clone(),
            updated: BTreeSet::from_iter(case.config.updated.iter().copied())
                .into_iter()
                .collect(),
            banks: Vec::new(),
            contradicting: contradicting(case),
            leak: case.leak.clone(),
            problems: case.bank.problems.clone(),
            points: BTreeMap::new(),
        };
        for (at, policy) in case.policy.banks.iter().enumerate() {
            let count = count(case, at, policy);
            if let Some(clause) = &policy.clause {
                let points = audit.judge(case, policy, &count);
                audit.points.insert(clause.clone(), points);
            }
            audit.banks.push(count);
        }
        if !case.config.files.is_empty() {
            let point = leaked(&audit.leak);
            audit.points.insert(LEAK.to_owned(), vec![point]);
        }
        audit
    }

    fn judge(&self, case: &TestBankCase<'_>, policy: &BankPolicy, count: &BankCount) -> Vec<Point> {
        if case.config.files.is_empty() {
            return Vec::new();
        }
        let mut points = vec![self.size(count)];
        points.extend(self.repeated(policy));
        if let Some(days) = policy.at_most_days {
            points.push(updated(&self.updated, days, case.as_of));
        }
        if policy.criteria {
            points.push(self.criteria());
        }
        let omitted: Vec<&ClassCount> =
            (count.classes.iter().filter(|class| class.omitted.is_some())).collect();
        if !omitted.is_empty() {
            let list = |name: fn(&Bilingual) -> &str, between: &str| {
                let names: Vec<&str> = omitted.iter().map(|class| name(&class.title)).collect();
                names.join(between)
            };
            points.push(Point::new(
                None,
                State::NeedsReview,
                format!(
                    "作为专用领域省略:{};是否无关须由负责人确认",
                    list(|title| &title.zh, "、")
                ),
                format!(
                    "left out for a special domain: {}; a person has to confirm that they have nothing to do with it",
                    list(|title| &title.en, ", ")
                ),
            ));
        }
        points
    }

    /// Number of questions, in all and of each class.
    fn size(&self, count: &BankCount) -> Point {
        let wanted = count.at_least.unwrap_or(0);
        let few: Vec<&ClassCount> = count.classes.iter().filter(|c| c.missing > 0).collect();
        let enough = count.unique >= wanted && few.is_empty();
        let state = match (enough, self.problems.unread > 0) {
            (true, false) => State::Compliant,
            // There may be more in what was not read.
            (_, true) => State::NeedsEvidence,
            (false, false) => State::NonCompliant,
        };
        let lacks = |between: &str| {
            let parts: Vec<String> = few
                .iter()
                .map(|class| format!("{} {}", class.code, class.missing))
                .collect();
            parts.join(between)
        };
        let mut zh = format!(
            "{} 题,去重后 {} 题,要求 {wanted} 题",
            count.questions, count.unique
        );
        let mut en = format!(
            "{} questions, {} of them different; {wanted} are asked for",
            count.questions, count.unique
        );
        if !few.is_empty() {
            zh.push_str(&format!(";缺:{}", lacks("、")));
            en.push_str(&format!("; missing: {}", lacks(", ")));
        }
        if count.unclassified > 0 {
            zh.push_str(&format!(";{} 题的二级分类不在要求之列", count.unclassified));
            en.push_str(&format!(
                "; the class of {} is none of those asked for",
                count.unclassified
            ));
        }
        if self.problems.unread > 0 {
            zh.push_str(";有文件未能读取");
            en.push_str("; some files could not be read");
        }
        Point::new(None, state, zh, en).number("questions", count.unique as f64, None)
    }

    /// That a question is asked in two ways that cannot both be right.
    fn repeated(&self, policy: &BankPolicy) -> Option<Point> {
        let wrong = self.contradicting > 0 && CONTRADICTORY.contains(&policy.id.as_str());
        wrong.then(|| {
            Point::new(
                None,
                State::NonCompliant,
                format!("{} 题同时列为应拒答与非拒答", self.contradicting),
                format!(
                    "{} questions are both to be refused and not to be refused",
                    self.contradicting
                ),
            )
        })
    }

    fn criteria(&self) -> Point {
        let named: BTreeSet<&String> = self.criteria.iter().flat_map(|doc| &doc.risks).collect();
        let leaves = lexicon::risks().filter(|risk| risk.code.len() > 3);
        let missing: Vec<&str> = leaves
            .map(|risk| risk.code)
            .filter(|code| !named.contains(&(*code).to_owned()))
            .collect();
        if self.criteria.is_empty() {
            return Point::new(
                None,
                State::NeedsEvidence,
                "未提供操作规则与判别标准([testbank] criteria)",
                "no rules of operation with criteria were given ([testbank] criteria)",
            );
        }
        if missing.is_empty() {
            return Point::new(
                None,
                State::Compliant,
                "操作规则与判别标准写到全部 31 种风险",
                "rules of operation and criteria name all 31 risks",
            );
        }
        Point::new(
            None,
            State::NonCompliant,
            format!("操作规则与判别标准未写到:{}", missing.join("、")),
            format!("rules and criteria do not name {}", missing.join(", ")),
        )
    }
}

/// Banks that no question can be in both of.
const CONTRADICTORY: [&str; 2] = ["refuse", "answer"];

fn contradicting(case: &TestBankCase<'_>) -> u64 {
    let place = |id: &str| case.policy.banks.iter().position(|bank| bank.id == id);
    let of = |id: &str| -> BTreeSet<&str> {
        let at = place(id);
        let questions = case.bank.questions.iter();
        let of = questions.filter(|question| Some(question.bank) == at);
        of.map(|question| question.folded.as_str()).collect()
    };
    let [refuse, answer] = CONTRADICTORY.map(of);
    refuse.intersection(&answer).count() as u64
}

fn count(case: &TestBankCase<'_>, at: usize, policy: &BankPolicy) -> BankCount {
    // The class of the first of several that are the same counts.
    let mut unique: HashMap<&str, Option<&str>> = HashMap::new();
    let (mut questions, mut judged, mut passed) = (0, 0, 0);
    for question in case.bank.questions.iter().filter(|q| q.bank == at) {
        questions += 1;
        judged += u64::from(question.judged.is_some());
        passed += u64::from(question.judged == Some(Judged::Passed));
        let class = question.class.as_deref();
        unique.entry(&question.folded).or_insert(class);
    }
    let mut by_class: BTreeMap<&str, u64> = BTreeMap::new();
    for class in unique.values().flatten() {
        *by_class.entry(class).or_default() += 1;
    }
    let classes = classes(case, policy, &by_class);
    let known: u64 = classes.iter().map(|class| class.unique).sum();
    let nothing_asked = policy.risks.is_empty() && policy.aspects.is_empty();
    BankCount {
        id: policy.id.clone(),
        title: policy.title(),
        clause: policy.clause.clone(),
        questions,
        unique: unique.len() as u64,
        at_least: policy.at_least,
        unclassified: match nothing_asked {
            true => 0,
            false => unique.len() as u64 - known,
        },
        judged,
        passed,
        pass_interval: (judged > 0).then(|| interval(passed, judged, CONFIDENCE)),
        classes,
    }
}

/// The classes that are asked for, with how many questions there are of each.
fn classes(
    case: &TestBankCase<'_>,
    policy: &BankPolicy,
    by_class: &BTreeMap<&str, u64>,
) -> Vec<ClassCount> {
    let of = |code: &str, title: Bilingual, at_least: Option<u64>, omitted: Option<String>| {
        let unique = by_class.get(code).copied().unwrap_or(0);
        let asked = at_least.filter(|_| omitted.is_none()).unwrap_or(0);
        ClassCount {
            code: code.to_owned(),
            title,
            unique,
            at_least,
            missing: asked.saturating_sub(unique),
            omitted,
        }
    };
    let leaves = lexicon::risks().filter(|risk| risk.code.len() > 3);
    let risks = leaves.filter_map(|risk| {
        let quota = policy.risks.get(&risk.code[..3])?;
        Some(of(risk.code, risk.title.clone(), Some(*quota), None))
    });
    let aspects = policy.aspects.iter().map(|aspect| {
        let omitted = case
            .config
            .omitted
            .iter()
            .find(|Omitted { aspect: name, .. }| {
                let named = case.policy.aspect_named(name);
                named.is_some_and(|named| named.id == aspect.id)
            });
        let reason = omitted.map(|omitted| omitted.reason.clone());
        of(&aspect.id, aspect.title(), policy.aspect_at_least, reason)
    });
    risks.chain(aspects).collect()
}

/// Whether questions were updated often enough.
fn updated(days: &[Day], at_most: i64, as_of: Day) -> Point {
    let past: Vec<Day> = days.iter().copied().filter(|day| *day <= as_of).collect();
    let Some(last) = past.last() else {
        return Point::new(
            None,
            State::NeedsEvidence,
            "未申报更新日期([testbank] updated)",
            "no days of updates are declared ([testbank] updated)",
        );
    };
    let apart = |from: Day, to: Day| (to.0 - from.0).num_days();
    let gaps = past
        .windows(2)
        .map(|pair| (apart(pair[0], pair[1]), pair[1]));
    let longest = gaps.chain([(apart(*last, as_of), as_of)]).max();
    let (gap, until) = longest.unwrap_or((0, as_of));
    let state = if gap <= at_most {
        State::Compliant
    } else {
        State::NonCompliant
    };
    Point::new(
        None,
        state,
        format!("申报更新 {} 次,最长间隔 {gap} 天(至 {until}),要求不超过 {at_most} 天", past.len()),
        format!(
            "{} updates are declared; the longest gap is {gap} days (until {until}), {at_most} are allowed",
            past.len()
        ),
    )
    .number("days", gap as f64, None)
}

fn leaked(leak: &Leak) -> Point {
    let (state, zh, en) = match leak {
        leak if leak.findings > 0 => (
            State::NeedsReview,
            format!(
                "{} 条语料中检出测试题 {} 处,须逐条确认,并移出语料或更换试题",
                leak.records, leak.findings
            ),
            format!(
                "questions stand in {} records ({} findings): confirm each, and take it out of the corpus or out of the bank",
                leak.records, leak.findings
            ),
        ),
        leak if leak.packs.is_empty() => (
            State::NeedsEvidence,
            "扫描时没有比对测试题库:用 yujian testbank index 生成题库指纹,列入 [rights] works 后重新扫描".to_owned(),
            "the scan was not given the questions: make a pack with yujian testbank index, name it in [rights] works and scan again".to_owned(),
        ),
        leak if leak.absent > 0 => (
            State::NeedsEvidence,
            format!("{} 题不在扫描时所用的题库指纹中,须重新生成指纹并扫描", leak.absent),
            format!(
                "{} questions are not in the pack that the scan was given: make it anew and scan again",
                leak.absent
            ),
        ),
        leak if leak.short > 0 => (
            State::NeedsReview,
            format!(
                "{} 题均未检出;另有 {} 题过短,无法与日常语言区分,须人工确认",
                leak.compared, leak.short
            ),
            format!(
                "none of {} questions is in the corpus; {} are too short to be told from ordinary language, and a person has to look",
                leak.compared, leak.short
            ),
        ),
        leak => (
            State::Compliant,
            format!("{} 题全部比对,语料中未检出", leak.compared),
            format!("all {} questions were compared, none is in the corpus", leak.compared),
        ),
    };
    Point::new(None, state, zh, en).number("findings", leak.findings as f64, None)
}
