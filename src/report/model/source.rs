//! Tables of sources: all of them (table 1), open ones, those that were collected, those that were
//! bought. What nobody declared is said to be missing, with the key to fill in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::size::{Amounts, kind_of};
use super::{FindingPart, Gathered, Said, both};
use crate::rules::Bilingual;
use crate::run::{Run, Status};
use crate::scan::Counts;
use crate::sources::{Assessment, Day, EvidenceState, RobotsVerdict, Source, SourceKind, Stage};
use crate::{RunError, State};

/// Files and their stored bytes by the source that they are of; a source that is told by a field
/// of records has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored(pub BTreeMap<String, (Counts, Counts)>);

impl Stored {
    pub(super) fn of(run: &Run) -> Result<Self, RunError> {
        let mut all: BTreeMap<String, (Counts, Counts)> = BTreeMap::new();
        for shard in run.shards()? {
            let shard = shard?;
            // What is in an archive is no file of its own.
            if shard.archive.is_some() {
                continue;
            }
            let (files, bytes) = all.entry(shard.source).or_default();
            let add = |counts: &mut Counts, n: u64| match shard.status {
                Status::Scanned => counts.scanned += n,
                Status::Skipped => counts.skipped += n,
                Status::Failed => counts.failed += n,
            };
            add(files, 1);
            add(bytes, shard.bytes);
        }
        Ok(Self(all))
    }
}

/// A source: what is declared and what was measured. The columns of table 1, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SourceRow {
    /// Its id.
    pub id: String,
    /// Whether it is declared at all.
    pub declared: bool,
    /// 语料名称
    pub name: Said,
    /// 类型, with records: as the scan told them.
    pub types: Vec<(String, u64)>,
    /// 语言
    pub languages: Vec<String>,
    /// 来源类别, one of [`KINDS`](super::KINDS).
    pub kind: &'static str,
    /// 训练阶段
    pub stages: Said,
    /// 来源单位
    pub publisher: Said,
    /// 网址
    pub url: Said,
    /// 境内/境外
    pub origin: Said,
    /// 采集时间段
    pub period: Said,
    /// 采集方式
    pub method: Said,
    /// 许可协议/合同编号
    pub terms: Said,
    /// 授权范围
    pub scope: Said,
    /// 存储规模: files as stored.
    pub files: Counts,
    /// Their bytes.
    pub stored_bytes: Counts,
    /// Records that were scanned, skipped, failed.
    pub records: Counts,
    /// Bytes, text, characters, tokens.
    pub amounts: Amounts,
    /// 是否含个人信息
    pub personal: Said,
    /// 脱敏方式: the processing that is declared.
    pub processing: Said,
    /// 知识产权情况
    pub rights: Said,
    /// 证明材料编号: those that are there.
    pub evidence: Vec<String>,
    /// Those that are named and are not there.
    pub evidence_missing: Vec<String>,
}

/// An open source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LicenceRow {
    /// Its id.
    pub id: String,
    /// Dataset.
    pub name: Said,
    /// Address.
    pub url: Said,
    /// Licence.
    pub licence: Said,
    /// Permitted use.
    pub scope: Said,
    /// Local copy of the licence: ids of evidence.
    pub evidence: Vec<String>,
    /// Result of `SRC-06`.
    pub state: Option<State>,
    /// Anything else that was noted, such as limits on personal data.
    pub notes: String,
}

/// A source that the operator collected.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SelfCollectedRow {
    /// Its id.
    pub id: String,
    /// Site or app.
    pub name: Said,
    /// Address.
    pub url: Said,
    /// What robots files said.
    pub robots: Said,
    /// When.
    pub period: Said,
    /// How.
    pub method: Said,
    /// Records.
    pub records: u64,
    /// Bytes of text.
    pub text_bytes: u64,
    /// Before collection.
    pub before: Option<Assessment>,
    /// After it.
    pub after: Option<Assessment>,
    /// Records with an address, and of these in the log of collection; none if there is no log or
    /// no row for every record.
    pub logged: Option<(u64, u64)>,
    /// Result of `SRC-08`.
    pub state: Option<State>,
}

/// A source that was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CommercialRow {
    /// Its id.
    pub id: String,
    /// Name of the source.
    pub name: Said,
    /// Counterparty.
    pub counterparty: Said,
    /// Its credit code.
    pub credit_code: Said,
    /// Number of the contract.
    pub contract: Said,
    /// Its term.
    pub term: Said,
    /// Commitments on source, quality and safety.
    pub commitments: [bool; 3],
    /// Our review.
    pub review: Said,
    /// Results of `SRC-09`, `SRC-10`, `SRC-11`.
    pub states: [Option<State>; 3],
}

pub(super) fn rows(gathered: &Gathered<'_>, found: &FindingPart) -> Vec<SourceRow> {
    let ids = gathered.ids().into_iter();
    ids.map(|id| row(gathered, found, id)).collect()
}

fn row(gathered: &Gathered<'_>, found: &FindingPart, id: String) -> SourceRow {
    let source = gathered.input.ledger.source(&id);
    let declared = source.map(|s| s.declared.clone()).unwrap_or_default();
    let tally = gathered.tally.sources.get(&id);
    let (files, stored_bytes) = gathered.stored.0.get(&id).copied().unwrap_or_default();
    let mut amounts = Amounts::default();
    let (mut types, mut languages) = (BTreeMap::<&str, u64>::new(), Vec::new());
    for (kind, language, amount) in tally.iter().flat_map(|tally| tally.types.iter()) {
        *types.entry(kind).or_default() += amount.records;
        if language != "und" && !languages.iter().any(|known| known == language) {
            languages.push(language.to_owned());
        }
        amounts.add(&Amounts {
            records: amount.records,
            bytes: amount.bytes,
            text_bytes: amount.text_bytes,
            characters: amount.characters,
            ..Amounts::default()
        });
    }
    for (kind, media) in gathered.tally.media.get(&id).into_iter().flatten() {
        *types.entry(kind).or_default() += media.files;
        amounts.media_files += media.files;
        amounts.media_bytes += media.bytes;
    }
    let tokens = gathered.tokens.and_then(|tokens| tokens.sources.get(&id));
    amounts.tokens = tokens.map(|estimate| estimate.tokens);
    if !declared.language.0.is_empty() {
        languages.clone_from(&declared.language.0);
    }
    let proofs = |present: bool| -> Vec<String> {
        let of = gathered.input.ledger.evidence.iter().filter(|file| {
            let names = |(source, _): &(Option<String>, String)| source.as_deref() == Some(&*id);
            file.proves.iter().any(names) && (file.state == EvidenceState::Present) == present
        });
        of.map(|file| file.id.clone()).collect()
    };
    SourceRow {
        declared: source.is_some(),
        name: Said::declared(&declared.name, "name"),
        types: types.into_iter().map(|(k, n)| (k.to_owned(), n)).collect(),
        languages,
        kind: kind_of(gathered, &id),
        stages: stages(&declared.stages),
        publisher: Said::declared(&declared.publisher, "publisher"),
        url: url(&declared.url, declared.kind),
        origin: origin(source),
        period: period(declared.collected_from, declared.collected_to),
        method: Said::declared(&declared.collection_method, "collection_method"),
        terms: terms(source),
        scope: scope(source),
        files,
        stored_bytes,
        records: tally.map(|tally| tally.records).unwrap_or_default(),
        amounts,
        personal: personal(gathered, found, &id),
        processing: Said::declared(&declared.processing, "processing"),
        rights: rights(found, &id, &declared.ipr_owner_statement),
        evidence: proofs(true),
        evidence_missing: proofs(false),
        id,
    }
}

fn stages(stages: &[Stage]) -> Said {
    let words = |word: fn(&Stage) -> &'static str| stages.iter().map(word).collect::<Vec<_>>();
    match stages {
        [] => Said::undeclared("stages"),
        _ => Said::known(
            words(|stage| match stage {
                Stage::PreTraining => "预训练",
                Stage::FineTuning => "优化训练",
            })
            .join("、"),
            words(|stage| match stage {
                Stage::PreTraining => "pre-training",
                Stage::FineTuning => "fine-tuning",
            })
            .join(", "),
        ),
    }
}

/// Sources that come from no site need no address.
fn url(url: &str, kind: Option<SourceKind>) -> Said {
    let from_site = matches!(
        kind,
        None | Some(SourceKind::OpenCn | SourceKind::OpenForeign | SourceKind::SelfCrawled)
    );
    match url.trim() {
        "" if !from_site => Said::known("不适用", "not applicable"),
        url => Said::declared(url, "url"),
    }
}

fn origin(source: Option<&Source>) -> Said {
    let declared = source.map(|source| &source.declared);
    let country = declared.map_or("", |d| d.origin_country.trim());
    let named = |zh: &str, en: &str| match country {
        "" => Said::known(zh, en),
        country => Said::known(format!("{zh}({country})"), format!("{en} ({country})")),
    };
    match declared.and_then(|declared| declared.is_foreign()) {
        Some(true) => named("境外", "foreign"),
        Some(false) => named("境内", "domestic"),
        None => Said::undeclared("origin_country"),
    }
}

fn period(from: Option<Day>, to: Option<Day>) -> Said {
    match (from, to) {
        (Some(from), Some(to)) => Said::known(format!("{from} 至 {to}"), format!("{from} to {to}")),
        (None, None) => Said::undeclared("collected_from、collected_to"),
        (None, _) => Said::undeclared("collected_from"),
        (_, None) => Said::undeclared("collected_to"),
    }
}

fn terms(source: Option<&Source>) -> Said {
    let Some(declared) = source.map(|source| &source.declared) else {
        return Said::undeclared("kind");
    };
    match declared.kind {
        None => Said::undeclared("kind"),
        Some(SourceKind::OpenCn | SourceKind::OpenForeign) => {
            Said::declared(&declared.licence_id.0.join(" / "), "licence_id")
        }
        Some(SourceKind::Commercial) => Said::declared(&declared.contract_id, "contract_id"),
        Some(SourceKind::UserInput) => {
            Said::declared(&declared.user_authorisation_ref, "user_authorisation_ref")
        }
        Some(SourceKind::SelfCrawled) => match &*declared.tos_evidence {
            "" => Said::undeclared("tos_evidence"),
            _ => Said::known("网站条款存档", "terms of the site kept"),
        },
        Some(SourceKind::SelfProduced) => Said::known("自建,不适用", "own work, not applicable"),
        Some(SourceKind::Synthetic) => {
            let made = format!(
                "{} {}",
                declared.generator.model, declared.generator.version
            );
            Said::declared(&made, "generator")
        }
    }
}

fn scope(source: Option<&Source>) -> Said {
    let Some(declared) = source.map(|source| &source.declared) else {
        return Said::undeclared("licence_scope");
    };
    let own = matches!(
        declared.kind,
        Some(SourceKind::SelfProduced | SourceKind::Synthetic)
    );
    match declared.licence_scope.0.join(" / ") {
        scope if scope.is_empty() && own => Said::known("不适用", "not applicable"),
        scope => Said::declared(&scope, "licence_scope"),
    }
}

fn personal(gathered: &Gathered<'_>, found: &FindingPart, id: &str) -> Said {
    let rows = found.personal.iter().filter(|row| row.source == id);
    let (kinds, findings) = rows.fold((0, 0), |(kinds, sum), row| {
        (kinds + 1, sum + row.found.findings)
    });
    let whole = gathered.input.run.manifest().coverage.whole;
    match (kinds, whole) {
        (0, true) => Said::known("全量扫描未检出", "none found in a full scan"),
        (0, false) => Said::missing(
            "未检出,但语料未全部读取",
            "none found, but not everything was read",
        ),
        _ => Said::known(
            format!("检出 {findings} 处({kinds} 类)"),
            format!("{findings} found ({kinds} kinds)"),
        ),
    }
}

fn rights(found: &FindingPart, id: &str, stated: &str) -> Said {
    let rows = found.rights.iter().filter(|row| row.source == id);
    let marks: u64 = rows.map(|row| row.found.findings).sum();
    let told = match stated.trim() {
        "" => both("权利人未申报", "holder not declared"),
        stated => both(format!("权利人:{stated}"), format!("holder: {stated}")),
    };
    let Bilingual { zh, en } = told;
    let (zh, en) = (
        format!("{zh};检出权利标记 {marks} 处"),
        format!("{en}; {marks} marks of rights found"),
    );
    match stated.trim() {
        "" => Said::missing(zh, en),
        _ => Said::known(zh, en),
    }
}

/// Declared sources of these kinds, in their order.
fn of_kinds<'a>(
    gathered: &'a Gathered<'_>,
    kinds: &'a [SourceKind],
) -> impl Iterator<Item = &'a Source> {
    let sources = gathered.input.ledger.sources.iter();
    sources.filter(move |s| s.declared.kind.is_some_and(|kind| kinds.contains(&kind)))
}

fn proofs(gathered: &Gathered<'_>, source: &str, key: &str) -> Vec<String> {
    let files = gathered.input.ledger.proof(Some(source), key);
    files.iter().map(|file| file.id.clone()).collect()
}

pub(super) fn licences(gathered: &Gathered<'_>) -> Vec<LicenceRow> {
    let open = [SourceKind::OpenCn, SourceKind::OpenForeign];
    let rows = of_kinds(gathered, &open).map(|source| LicenceRow {
        id: source.id.clone(),
        name: Said::declared(&source.declared.name, "name"),
        url: Said::declared(&source.declared.url, "url"),
        licence: Said::declared(&source.declared.licence_id.0.join(" / "), "licence_id"),
        scope: scope(Some(source)),
        evidence: proofs(gathered, &source.id, "licence_evidence"),
        state: gathered.state("SRC-06", &source.id),
        notes: source.declared.notes.clone(),
    });
    rows.collect()
}

pub(super) fn self_collected(gathered: &Gathered<'_>) -> Vec<SelfCollectedRow> {
    let kinds = [SourceKind::SelfCrawled, SourceKind::SelfProduced];
    let rows = of_kinds(gathered, &kinds).map(|source| {
        let declared = &source.declared;
        let tally = gathered.tally.sources.get(&source.id);
        let joined = gathered.input.ledger.joined.get(&source.id);
        SelfCollectedRow {
            id: source.id.clone(),
            name: Said::declared(&declared.name, "name"),
            url: url(&declared.url, declared.kind),
            robots: match declared.robots_verdict {
                Some(RobotsVerdict::Allowed) => Said::known("允许", "allowed"),
                Some(RobotsVerdict::Disallowed) => Said::known("有不允许的", "some disallowed"),
                Some(RobotsVerdict::NoRobots) => {
                    Said::known("网站无 robots 文件", "the site has no robots file")
                }
                None if declared.kind == Some(SourceKind::SelfProduced) => {
                    Said::known("不适用", "not applicable")
                }
                None => Said::undeclared("robots_verdict"),
            },
            period: period(declared.collected_from, declared.collected_to),
            method: Said::declared(&declared.collection_method, "collection_method"),
            records: tally.map_or(0, |tally| tally.records.scanned),
            text_bytes: tally.map_or(0, |tally| tally.text_bytes),
            before: declared.pre_assessment.clone(),
            after: declared.post_verification.clone(),
            logged: joined.map(|joined| (joined.with_url, joined.logged)),
            state: gathered.state("SRC-08", &source.id),
        }
    });
    rows.collect()
}

pub(super) fn commercial(gathered: &Gathered<'_>) -> Vec<CommercialRow> {
    let rows = of_kinds(gathered, &[SourceKind::Commercial]).map(|source| {
        let declared = &source.declared;
        let review = &declared.review;
        let reviewed = match (review.at, review.size, &*review.result) {
            (Some(at), Some(size), result) if !result.is_empty() => Said::known(
                format!("{at} {} 审核 {size} 条:{result}", review.by),
                format!("{at}, {}, {size} records: {result}", review.by),
            ),
            _ => Said::undeclared("review"),
        };
        CommercialRow {
            id: source.id.clone(),
            name: Said::declared(&declared.name, "name"),
            counterparty: Said::declared(&declared.counterparty_name, "counterparty_name"),
            credit_code: Said::declared(&declared.counterparty_uscc, "counterparty_uscc"),
            contract: Said::declared(&declared.contract_id, "contract_id"),
            term: match (declared.contract_signed_on, declared.contract_valid_to) {
                (Some(from), Some(to)) => {
                    Said::known(format!("{from} 至 {to}"), format!("{from} to {to}"))
                }
                _ => Said::undeclared("contract_signed_on、contract_valid_to"),
            },
            commitments: [
                declared.commitments.source,
                declared.commitments.quality,
                declared.commitments.safety,
            ],
            review: reviewed,
            states: ["SRC-09", "SRC-10", "SRC-11"].map(|clause| gathered.state(clause, &source.id)),
        }
    });
    rows.collect()
}
