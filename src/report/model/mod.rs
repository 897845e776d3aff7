//! [`Report`]: everything that documents of a filing say, gathered once from a run, what is
//! declared beside it, and the judged clauses. Every format is rendered from this value and from
//! nothing else, so that no two of them can say different things.
//!
//! A pure value: it holds counts, declared words and reasons, no clock and no name of a machine, and
//! of the corpus nothing but who its notices name as holders of rights. [`Report::json`] are its bytes, and their BLAKE3 is the digest that stands
//! on every document.

mod annotation;
mod conclusion;
mod ecology;
mod evidence;
mod finding;
mod rectified;
mod sampling;
mod size;
mod source;
mod testbank;

use std::collections::BTreeMap;

use serde::Serialize;

pub use annotation::{AnnotationCheckRow, AnnotationPart};
pub use conclusion::{Conclusion, Rest, Weakness};
pub use ecology::EcologyRow;
pub use evidence::{Catalogue, Proof, RunFile};
pub use finding::{FindingPart, Found, PersonalKind, PersonalRow, RightsRow, RiskRow};
pub use rectified::{RectificationPart, RectifiedRow, RectifiedSource};
pub use sampling::{AssessmentRow, PeopleRow, SamplingPart, SamplingRow, StoreFacts};
pub use size::{Amounts, KINDS, NamedAmounts, SizePart, SizeRow, TYPES, TokenFacts};
pub use source::{CommercialRow, LicenceRow, SelfCollectedRow, SourceRow};
pub use testbank::TestBankPart;

use super::{SourceHolders, TokenSummary};
use crate::annotation::{AnnotationReport, RuleText};
use crate::judge::{KeywordAudit, Matrix, TestBankAudit};
use crate::review::Reviewed;
use crate::rules::{Bilingual, RuleInfo};
use crate::run::{Coverage, Rectification, Run, Totals};
use crate::scan::Tally;
use crate::sources::{Day, Ledger, Problem, Statement};
use crate::{RunError, State};

/// Name and version of the form of [`Report::json`].
pub const FORMAT: &str = "yujian-report/1";

/// What a report is made of.
pub struct Input<'a> {
    /// The run.
    pub run: &'a Run,
    /// Sources and evidence, joined to the run.
    pub ledger: &'a Ledger,
    /// What is wrong with anything that was read.
    pub problems: &'a [Problem],
    /// The clauses, judged.
    pub matrix: &'a Matrix,
    /// What came of the check of annotation; none if nothing of it is declared.
    pub annotation: Option<&'a AnnotationReport>,
    /// What people say of samples; none if no store of verdicts is named.
    pub reviewed: Option<&'a Reviewed>,
    /// The rules of annotation, as they are written.
    pub annotation_rules: &'a [RuleText],
    /// The audit of the keywords; none if the rules of now are not those of the run.
    pub keywords: Option<&'a KeywordAudit>,
    /// Days on which the keywords were released.
    pub releases: &'a [Day],
    /// The audit of the test banks; none if none is declared.
    pub testbank: Option<&'a TestBankAudit>,
    /// Who is named as a holder of rights.
    pub holders: &'a [SourceHolders],
    /// What a person answers for.
    pub statements: &'a [Statement],
    /// Head of the filing (`[model]`).
    pub model: &'a BTreeMap<String, toml::Value>,
    /// What became of the findings of an earlier run, and the rules of both; none if none is named.
    pub before: Option<(&'a Rectification, &'a [RuleInfo])>,
}

/// A value, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// In the words of the operator.
    Told(String),
    /// In words of the program.
    Known(Bilingual),
    /// Nobody gave one: what has to be done about it.
    Missing(Bilingual),
}

impl Said {
    /// What is declared under `key`, or that it is not.
    pub fn declared(value: &str, key: &str) -> Self {
        match value.trim() {
            "" => Self::undeclared(key),
            value => Self::Told(value.to_owned()),
        }
    }

    /// That nothing is declared under `key`.
    pub fn undeclared(key: &str) -> Self {
        Self::Missing(both(
            format!("未申报 {key}"),
            format!("{key} is not declared"),
        ))
    }

    /// Words of the program.
    pub fn known(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Known(both(zh, en))
    }

    /// Why there is no value.
    pub fn missing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Missing(both(zh, en))
    }
}

/// A text in both languages.
pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Bilingual {
    Bilingual {
        zh: zh.into(),
        en: en.into(),
    }
}

/// A line of the head of the filing (`FIL-12`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct HeadField {
    /// Key in `[model]`.
    pub key: String,
    /// For people.
    pub title: Bilingual,
    /// What is said.
    pub value: Said,
}

/// What a run is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Basis {
    /// Version of the program that scanned.
    pub tool: String,
    /// Names the corpus.
    pub corpus: String,
    /// Digest of the configuration that bears on scanning.
    pub config: String,
    /// Digest of the rules.
    pub rules: String,
    /// Number of rules.
    pub rule_count: u64,
    /// Their packs, with versions.
    pub packs: Vec<(String, String)>,
    /// Version of the table of duties.
    pub clauses: String,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CoveragePart {
    /// Files, bytes and records: scanned, skipped, failed.
    pub totals: Totals,
    /// What was not read, and why.
    pub detail: Coverage,
}

/// The keywords.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct KeywordPart {
    /// The audit; none with a reason.
    pub audit: Option<KeywordAudit>,
    /// Why there is none.
    pub missing: Option<Bilingual>,
    /// Days of release, in order.
    pub releases: Vec<Day>,
}

/// Everything that the documents of a filing say.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Report {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The day the clauses are judged as of.
    pub as_of: Day,
    /// What the run is of.
    pub basis: Basis,
    /// `FIL-12`.
    pub head: Vec<HeadField>,
    /// What was read.
    pub coverage: CoveragePart,
    /// `FIL-01` to `FIL-06`.
    pub sizes: SizePart,
    /// Table 1: every source.
    pub sources: Vec<SourceRow>,
    /// Table 3: open sources.
    pub licences: Vec<LicenceRow>,
    /// Table 4: what the operator collected.
    pub self_collected: Vec<SelfCollectedRow>,
    /// Table 5: what was bought.
    pub commercial: Vec<CommercialRow>,
    /// Tables 6, 8 and 9: what the scan found.
    pub findings: FindingPart,
    /// What became of the findings of an earlier run; none if none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rectification: Option<RectificationPart>,
    /// Table 7: samples.
    pub sampling: SamplingPart,
    /// Tables 10 to 12.
    pub annotation: AnnotationPart,
    /// `KWL-01` to `KWL-05`.
    pub keywords: KeywordPart,
    /// `TST-01` to `TST-04`.
    pub testbank: TestBankPart,
    /// Every clause with its result.
    pub matrix: Matrix,
    /// `REP-01` to `REP-04`.
    pub conclusions: Vec<Conclusion>,
    /// `RVW-01` to `RVW-13`.
    pub precheck: Vec<Conclusion>,
    /// What is not met or not shown.
    pub weaknesses: Vec<Weakness>,
    /// What a person answers for.
    pub statements: Vec<Statement>,
    /// Every file that proves something.
    pub evidence: Catalogue,
}

impl Report {
    /// Gathers everything.
    ///
    /// # Errors
    ///
    /// If a table of the run cannot be read.
    pub fn new(input: &Input<'_>) -> Result<Self, RunError> {
        let manifest = input.run.manifest();
        let tally = input.run.tally()?;
        let rules = input.run.rules()?;
        let tokens = TokenSummary::of(manifest, &tally);
        let stored = source::Stored::of(input.run)?;
        let gathered = Gathered {
            input,
            tally: &tally,
            rules: &rules,
            tokens: tokens.as_ref(),
            stored: &stored,
        };
        let findings = finding::part(&gathered);
        let sources = source::rows(&gathered, &findings);
        Ok(Self {
            format: FORMAT,
            as_of: input.matrix.as_of,
            basis: Basis {
                tool: manifest.tool_version.clone(),
                corpus: manifest.root_digest.clone(),
                config: manifest.config_digest.clone(),
                rules: manifest.rules.digest.clone(),
                rule_count: manifest.rules.rules,
                packs: (manifest.rules.packs.iter())
                    .map(|pack| (pack.name.clone(), pack.version.clone()))
                    .collect(),
                clauses: input.matrix.version.clone(),
            },
            head: head(input.model),
            coverage: CoveragePart {
                totals: manifest.totals,
                detail: manifest.coverage.clone(),
            },
            sizes: size::part(&gathered),
            licences: source::licences(&gathered),
            self_collected: source::self_collected(&gathered),
            commercial: source::commercial(&gathered),
            sources,
            findings,
            rectification: (input.before).map(|(of, rules)| RectificationPart::new(of, rules)),
            sampling: sampling::part(&gathered),
            annotation: annotation::part(input),
            keywords: keywords(input),
            testbank: testbank::part(input),
            conclusions: conclusion::of(input, "REP-"),
            precheck: conclusion::of(input, "RVW-"),
            weaknesses: conclusion::weaknesses(input),
            matrix: input.matrix.clone(),
            statements: input.statements.to_vec(),
            evidence: evidence::catalogue(input),
        })
    }

    /// The report as `report.json` holds it.
    pub fn json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a report is plain data");
        bytes.push(b'\n');
        bytes
    }

    /// BLAKE3 of [`Report::json`], hex: `b3sum report.json` gives the same.
    pub fn digest(&self) -> String {
        blake3::hash(&self.json()).to_hex().to_string()
    }

    /// The result of a clause; of what is no clause, 待核.
    pub fn state(&self, clause: &str) -> State {
        let mut all = self.matrix.clauses.iter();
        let found = all.find(|result| result.id == clause);
        found.map_or(State::NeedsEvidence, |result| result.state)
    }
}

/// What parts of a report are made of.
struct Gathered<'a> {
    input: &'a Input<'a>,
    tally: &'a Tally,
    rules: &'a [RuleInfo],
    tokens: Option<&'a TokenSummary>,
    stored: &'a source::Stored,
}

impl Gathered<'_> {
    /// Ids of all sources: declared ones in their order, then others that the scan met.
    fn ids(&self) -> Vec<String> {
        let declared = self.input.ledger.sources.iter().map(|source| &source.id);
        let mut ids: Vec<String> = declared.cloned().collect();
        let met = self.tally.sources.keys().chain(self.tally.media.keys());
        // A folder of which every file was left out is no source.
        let stored = self.stored.0.iter();
        let stored = stored.filter(|(_, (files, _))| files.scanned + files.failed > 0);
        for id in met.chain(stored.map(|(id, _)| id)) {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// The result of a clause for one source; if it has none of its own, that of the whole.
    fn state(&self, clause: &str, source: &str) -> Option<State> {
        let mut all = self.input.matrix.clauses.iter();
        let result = all.find(|result| result.id == clause)?;
        let of = |id: Option<&str>| {
            let points = result.points.iter().filter(|p| p.source.as_deref() == id);
            let states: Vec<State> = points.map(|point| point.state).collect();
            (!states.is_empty()).then(|| crate::judge::worst(states))
        };
        of(Some(source)).or_else(|| of(None))
    }
}

/// Keys of `[model]` that the form asks for.
const HEAD: [(&str, &str, &str); 4] = [
    ("name", "模型名称", "Name of the model"),
    ("function", "模型功能", "Function"),
    ("domain", "是否限定领域", "Whether limited to a domain"),
    (
        "base",
        "是否基于已备案或开源模型",
        "Base model, filed or open",
    ),
];

fn head(model: &BTreeMap<String, toml::Value>) -> Vec<HeadField> {
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let asked = HEAD.map(|(key, zh, en)| {
        let told = model.get(key).map(text).unwrap_or_default();
        HeadField {
            key: key.to_owned(),
            title: both(zh, en),
            value: Said::declared(&told, &format!("[model] {key}")),
        }
    });
    let others = model
        .iter()
        .filter(|(key, _)| HEAD.iter().all(|(known, ..)| known != key));
    let others = others.map(|(key, value)| HeadField {
        key: key.clone(),
        title: both(key.clone(), key.clone()),
        value: Said::declared(&text(value), key),
    });
    asked.into_iter().chain(others).collect()
}

fn keywords(input: &Input<'_>) -> KeywordPart {
    let mut releases = input.releases.to_vec();
    releases.sort_unstable();
    KeywordPart {
        audit: input.keywords.cloned(),
        missing: input.keywords.is_none().then(|| {
            both(
                "现有规则与扫描时的规则不同,须用现有规则重新扫描后统计",
                "the rules of now are not those of the run: scan again, then count",
            )
        }),
        releases,
    }
}
