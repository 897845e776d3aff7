//! [`TokenSummary`]: how many tokens there are, by source, type and language (`FIL-02`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::inventory::kind_name;
use super::summary::{ReportLanguage, Summary, cell};
use crate::run::Manifest;
use crate::scan::Tally;
use crate::tokens::{Counted, Estimate, Mode, Stratum, StratumEstimate, estimate};

/// Tokens of the text that was scanned. What stands under `types`, `sources` and `total` is added
/// up from `strata`, so each has the same sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TokenSummary {
    /// How they were counted.
    #[serde(flatten)]
    pub counted: Counted,
    /// All together.
    pub total: Estimate,
    /// By type.
    pub types: BTreeMap<String, Estimate>,
    /// By source.
    pub sources: BTreeMap<String, Estimate>,
    /// By source, type and language.
    pub strata: Vec<StratumEstimate>,
}

impl TokenSummary {
    /// From the counts of a run; none if tokens were not counted, or too few to say anything.
    pub fn of(manifest: &Manifest, tally: &Tally) -> Option<Self> {
        let counted = manifest.tokens.clone()?;
        let mut strata = Vec::new();
        for (source, of_source) in &tally.sources {
            for (kind, language, amount) in of_source.types.iter() {
                strata.push(Stratum {
                    source,
                    kind,
                    language,
                    text_bytes: amount.text_bytes,
                    sums: &amount.tokens,
                });
            }
        }
        let strata = estimate(&strata)?;
        let by = |name: fn(&StratumEstimate) -> &String| {
            let mut groups = BTreeMap::<&String, Vec<&Estimate>>::new();
            for stratum in &strata {
                groups
                    .entry(name(stratum))
                    .or_default()
                    .push(&stratum.estimate);
            }
            let sum =
                |(name, parts): (&String, Vec<&Estimate>)| (name.clone(), Estimate::sum(parts));
            groups.into_iter().map(sum).collect()
        };
        Some(Self {
            counted,
            total: Estimate::sum(strata.iter().map(|stratum| &stratum.estimate)),
            types: by(|stratum| &stratum.kind),
            sources: by(|stratum| &stratum.source),
            strata,
        })
    }
}

impl Summary {
    /// The section on tokens.
    pub(super) fn write_tokens(
        &self,
        out: &mut String,
        language: ReportLanguage,
    ) -> std::fmt::Result {
        let Some(tokens) = &self.tokens else {
            return Ok(());
        };
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("词元数", "Tokens"))?;
        let id = &tokens.counted.tokenizer;
        writeln!(
            out,
            "{}: {} ({}, `{}`)\n",
            l("分词器", "Tokenizer"),
            cell(&id.name),
            cell(&id.version),
            cell(&id.digest)
        )?;
        writeln!(out, "{}\n", method(tokens, language))?;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |\n|---|---|---|---:|---:|---:|---|",
            l("来源", "source"),
            l("类型", "type"),
            l("语言", "language"),
            l("词元数", "tokens"),
            l("95% 置信区间", "95 % interval"),
            l("已计数片段", "passages counted"),
            l("说明", "note")
        )?;
        for stratum in &tokens.strata {
            let names = [&stratum.source, &stratum.kind, &stratum.language];
            self.write_row(out, language, names.map(String::as_str), &stratum.estimate)?;
        }
        for (kind, sum) in &tokens.types {
            self.write_row(out, language, [l("全部", "all"), kind, ""], sum)?;
        }
        self.write_row(out, language, [l("全部", "all"), "", ""], &tokens.total)?;
        writeln!(out)
    }

    fn write_row(
        &self,
        out: &mut String,
        language: ReportLanguage,
        [source, kind, tongue]: [&str; 3],
        told: &Estimate,
    ) -> std::fmt::Result {
        let interval = match told.exact {
            true => "–".to_owned(),
            false => format!("{} – {}", told.low, told.high),
        };
        let note = match (told.exact, told.borrowed) {
            (true, _) => language.pick("全部计数", "counted in full"),
            (false, false) => "",
            (false, true) => language.pick(
                "样本过少,借用其他来源的比率",
                "sample too small: by the ratio of other sources",
            ),
        };
        writeln!(
            out,
            "| {} | {} | {} | {}{} | {interval} | {} / {} | {note} |",
            cell(source),
            kind_name(kind, language),
            cell(tongue),
            if told.exact { "" } else { "≈ " },
            told.tokens,
            told.sampled,
            told.passages
        )
    }
}

/// How the numbers came about.
fn method(tokens: &TokenSummary, language: ReportLanguage) -> String {
    let one_in = tokens.counted.one_in;
    match (tokens.counted.mode, one_in) {
        (Mode::Exact, _) => language
            .pick(
                "对已扫描的全部文本计数,不含特殊符号与对话模板。",
                "All text that was scanned is counted, without special tokens and chat templates.",
            )
            .to_owned(),
        (Mode::Estimate, 1) => language
            .pick(
                "语料较小,已对全部文本计数,不含特殊符号与对话模板。",
                "The corpus is small, and all of its text was counted, without special tokens and chat templates.",
            )
            .to_owned(),
        (Mode::Estimate, _) => match language {
            ReportLanguage::Zh => format!(
                "按来源、类型、语言分层抽样估计:文本切成不超过 1 KiB 的片段,按内容散列抽取约 1/{one_in},以样本的词元与字节之比推算各层(比率估计,Cochran 1977 式 6.9、6.11),区间按 t 分布;各层误差视为独立后合并。逐一计数请用 `--tokens exact`。不含特殊符号与对话模板。"
            ),
            ReportLanguage::En => format!(
                "Estimated from a sample by source, type and language: text is cut into passages of 1 KiB at most, about one in {one_in} is taken by a hash of its content, and tokens to bytes in the sample give the tokens of the stratum (ratio estimator, Cochran 1977, 6.9 and 6.11; intervals by Student's t; errors of strata taken as independent). `--tokens exact` counts all. Without special tokens and chat templates."
            ),
        },
    }
}
