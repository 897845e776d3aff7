//! [`Summary`]: the one model, and its Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::LicenceSummary;
use super::rights::{MachineMade, SourceHolders};
use super::tokens::TokenSummary;
use crate::judge::Verdict;
use crate::origins::Used;
use crate::rules::RuleInfo;
use crate::run::{Coverage, Holders, Manifest, Totals};
use crate::scan::{MediaFiles, OriginCounts, Presence, SourceTally, Tally, Types};

/// Language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportLanguage {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl ReportLanguage {
    /// One of two texts.
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Groups of findings, in the order of the tables: the five of Appendix A, and personal data,
/// which stands by itself although its risk is A.4.f.
pub const GROUPS: [&str; 6] = ["A.1", "A.2", "A.3", "A.4", "A.5", "PI"];

/// Findings by group, in the order of [`GROUPS`].
pub type GroupCounts = [u64; 6];

/// The group a rule's findings are counted in; none for what is no risk.
pub fn group_of(info: &RuleInfo) -> Option<usize> {
    if info.class.is_some() {
        return Some(5);
    }
    let risk = info.risk.as_deref()?;
    GROUPS[..5].iter().position(|group| risk.starts_with(group))
}

/// One source.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SourceSummary {
    /// Its id.
    pub source: String,
    /// Records scanned, skipped, failed.
    pub records: crate::scan::Counts,
    /// Decoded bytes.
    pub bytes: crate::scan::Counts,
    /// Characters of text searched.
    pub characters: u64,
    /// Findings that count, by group ([`GROUPS`]).
    pub findings: GroupCounts,
    /// Records with a finding that counts.
    pub records_with_findings: u64,
    /// Scanned records by type and language.
    pub types: Types,
    /// Scanned records that say where they are from, of when, and on what terms.
    pub presence: Presence,
    /// Scanned records by what was found of their addresses.
    pub origins: OriginCounts,
    /// Licences that its records state, most records first.
    pub licences: Vec<LicenceSummary>,
}

impl SourceSummary {
    /// From the counts of a source.
    pub fn new(source: &str, tally: &SourceTally, rules: &[RuleInfo]) -> Self {
        let mut findings = GroupCounts::default();
        for info in rules {
            if let (Some(group), Some(hits)) = (group_of(info), tally.rules.get(&info.id)) {
                findings[group] += hits.findings;
            }
        }
        Self {
            source: source.to_owned(),
            records: tally.records,
            bytes: tally.bytes,
            characters: tally.characters,
            findings,
            records_with_findings: tally.records_with_findings,
            types: tally.types.clone(),
            presence: tally.presence.clone(),
            origins: tally.origins,
            licences: LicenceSummary::of(tally),
        }
    }

    /// Share of scanned records with a finding that counts.
    pub fn rate(&self) -> f64 {
        match self.records.scanned {
            0 => 0.0,
            n => self.records_with_findings as f64 / n as f64,
        }
    }
}

/// A risk or entity with its counts over all sources.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct NamedCounts {
    /// Risk code or entity.
    pub name: String,
    /// Findings that count.
    pub findings: u64,
    /// Findings that do not count.
    pub suppressed: u64,
    /// Records with a finding that counts.
    pub records: u64,
    /// Different values, and whether the number is exact; none without a key.
    pub distinct: Option<(u64, bool)>,
}

/// Name and version of the form of `summary.json`.
pub const SUMMARY_FORMAT: &str = "yujian-summary/1";

/// What `summary.json` holds, and what `summary.md` shows.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// [`SUMMARY_FORMAT`].
    pub format: &'static str,
    /// Digest of the corpus.
    pub root_digest: String,
    /// Digest of the rules.
    pub rules_digest: String,
    /// Version of the program.
    pub tool_version: String,
    /// Sums.
    pub totals: Totals,
    /// What was not read.
    pub coverage: Coverage,
    /// Names of the groups of findings.
    pub groups: [&'static str; 6],
    /// One entry a source.
    pub sources: Vec<SourceSummary>,
    /// Tokens; none if they were not counted.
    pub tokens: Option<TokenSummary>,
    /// Files of pictures, sound and film, by source and kind.
    pub media: BTreeMap<String, BTreeMap<String, MediaFiles>>,
    /// Lists and snapshots that addresses were held against; none if nothing was named.
    pub origins: Option<Used>,
    /// By risk code.
    pub risks: Vec<NamedCounts>,
    /// By entity.
    pub entities: Vec<NamedCounts>,
    /// Holders of rights, by source; sources that name none are absent.
    pub holders: Vec<SourceHolders>,
    /// Machine-made text, by source.
    pub machine_made: Vec<MachineMade>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Summary {
    /// From a run and its verdict.
    pub fn new(
        manifest: &Manifest,
        tally: &Tally,
        rules: &[RuleInfo],
        holders: &Holders,
        verdict: Verdict,
    ) -> Self {
        let total = tally.total();
        let named = |map: &BTreeMap<String, crate::scan::Hits>| {
            map.iter()
                .map(|(name, hits)| NamedCounts {
                    name: name.clone(),
                    findings: hits.findings,
                    suppressed: hits.suppressed,
                    records: hits.records,
                    distinct: hits.distinct.as_ref().map(crate::scan::Distinct::estimate),
                })
                .collect()
        };
        let sources = tally
            .sources
            .iter()
            .map(|(name, t)| SourceSummary::new(name, t, rules));
        Self {
            format: SUMMARY_FORMAT,
            root_digest: manifest.root_digest.clone(),
            rules_digest: manifest.rules.digest.clone(),
            tool_version: manifest.tool_version.clone(),
            totals: manifest.totals,
            coverage: manifest.coverage.clone(),
            groups: GROUPS,
            sources: sources.collect(),
            tokens: TokenSummary::of(manifest, tally),
            media: tally.media.clone(),
            origins: manifest.origins.clone(),
            risks: named(&total.risks),
            entities: named(&total.entities),
            holders: SourceHolders::all(holders),
            machine_made: MachineMade::all(tally),
            verdict,
        }
    }

    /// As Markdown.
    pub fn markdown(&self, language: ReportLanguage) -> String {
        let mut out = String::new();
        self.write(&mut out, language)
            .expect("writing to a string does not fail");
        out
    }

    fn write(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(
            out,
            "# {}\n",
            l("语料合规扫描摘要", "Corpus compliance scan: summary")
        )?;
        writeln!(
            out,
            "{}\n",
            l(
                "本摘要由程序根据扫描事实生成。关键词与模式命中是候选,不是违法认定;判定为“待核”“人工复核”的项目不等于“符合”。",
                "Made from the facts of a scan. A keyword or pattern match is a candidate and no finding of illegality; `needs evidence` and `needs review` are not `compliant`.",
            )
        )?;
        let passed = match (self.verdict.covered, self.verdict.passed) {
            (false, _) => l(
                "未完成:覆盖率未达到 100%",
                "unfinished: coverage is not 100 %",
            ),
            (true, true) => l("通过", "passed"),
            (true, false) => l("不通过", "not passed"),
        };
        writeln!(
            out,
            "**{}: {passed}** ({} {})\n",
            l("门禁判定", "Gate"),
            self.verdict.preset,
            self.verdict.version
        )?;
        self.write_checks(out, language)?;
        self.write_coverage(out, language)?;
        self.write_sources(out, language)?;
        self.write_inventory(out, language)?;
        self.write_named(out, language, l("风险", "Risk"), &self.risks)?;
        self.write_named(
            out,
            language,
            l("个人信息及其他实体", "Entity"),
            &self.entities,
        )?;
        self.write_rights(out, language)?;
        writeln!(
            out,
            "{}: yujian {} · {} `{}` · {} `{}`",
            l("出处", "Provenance"),
            self.tool_version,
            l("规则摘要", "rules"),
            self.rules_digest,
            l("语料摘要", "corpus"),
            self.root_digest
        )
    }

    fn write_checks(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |\n|---|---|---|---|---|",
            l("条款", "clause"),
            l("检查项", "check"),
            l("来源", "source"),
            l("结果", "result"),
            l("依据", "reason")
        )?;
        for check in &self.verdict.checks {
            let source = check
                .source
                .as_deref()
                .map_or_else(|| l("全部", "all").to_owned(), cell);
            writeln!(
                out,
                "| {} | {} | {source} | {} | {} |",
                check.check.clause,
                cell(language.pick(&check.check.zh, &check.check.en)),
                language.pick(check.state.zh(), check.state.en()),
                cell(language.pick(&check.reason_zh, &check.reason_en))
            )?;
        }
        writeln!(out)
    }

    fn write_coverage(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("覆盖率", "Coverage"))?;
        writeln!(
            out,
            "| | {} | {} | {} | {} |\n|---|---|---|---|---|",
            l("发现总数", "discovered"),
            l("已扫描", "scanned"),
            l("跳过", "skipped"),
            l("失败", "failed")
        )?;
        for (name, c) in [
            (l("文件", "files"), &self.totals.files),
            (l("存储字节", "stored bytes"), &self.totals.stored_bytes),
            (l("解码字节", "decoded bytes"), &self.totals.decoded_bytes),
            (l("记录", "records"), &self.totals.records),
        ] {
            writeln!(
                out,
                "| {name} | {} | {} | {} | {} |",
                c.total(),
                c.scanned,
                c.skipped,
                c.failed
            )?;
        }
        writeln!(out)?;
        for unread in &self.coverage.unread {
            writeln!(
                out,
                "- {} `{}`: {}",
                l("未读", "not read"),
                unread.path,
                cell(&unread.sentence)
            )?;
        }
        if self.coverage.unread_more > 0 {
            writeln!(out, "- … {}", self.coverage.unread_more)?;
        }
        writeln!(out)
    }

    fn write_sources(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("来源", "Sources"))?;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |\n|---|---:|---:|---:|---|---:|",
            l("来源", "source"),
            l("记录", "records"),
            l("字节", "bytes"),
            l("字符", "characters"),
            l("发现(A.1…A.5、个人信息)", "findings (A.1…A.5, PI)"),
            l("有发现的记录", "records with findings")
        )?;
        for source in &self.sources {
            let findings: Vec<String> = GROUPS
                .iter()
                .zip(source.findings)
                .filter(|(_, n)| *n > 0)
                .map(|(group, n)| format!("{group}: {n}"))
                .collect();
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} ({:.2}%) |",
                cell(&source.source),
                source.records.scanned,
                source.bytes.total(),
                source.characters,
                findings.join(", "),
                source.records_with_findings,
                source.rate() * 100.0
            )?;
        }
        writeln!(out)
    }

    fn write_named(
        &self,
        out: &mut String,
        language: ReportLanguage,
        title: &str,
        all: &[NamedCounts],
    ) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {title}\n")?;
        writeln!(
            out,
            "| {title} | {} | {} | {} | {} |\n|---|---:|---:|---:|---:|",
            l("发现", "findings"),
            l("已抑制", "suppressed"),
            l("记录", "records"),
            l("不同值", "distinct values")
        )?;
        for counts in all {
            let distinct = match counts.distinct {
                Some((n, true)) => n.to_string(),
                Some((n, false)) => format!("≈ {n}"),
                None => "–".to_owned(),
            };
            writeln!(
                out,
                "| {} | {} | {} | {} | {distinct} |",
                cell(&counts.name),
                counts.findings,
                counts.suppressed,
                counts.records
            )?;
        }
        writeln!(out)
    }
}

/// Text that cannot break out of a table cell or bring markup of its own.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '<' | '>' | '`' | '*' | '[' | ']' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
