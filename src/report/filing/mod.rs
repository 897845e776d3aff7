//! The documents of a filing, rendered from one [`Report`]: every file names its digest, and no
//! number is in one of them that is not in the model.

mod annex1;
mod annex3;
mod annex4;
mod annex5;
mod body;
pub(super) mod grid;
pub(super) mod grids;
mod notes;
mod precheck;
mod rectified;
mod tables;
pub(super) mod words;
mod workbook;

use super::ReportLanguage;
use super::docx::{Block, Document, Numbering, Template};
use super::model::Report;
use crate::SetupError;
use crate::rules::RuleSet;
use crate::testbank::TestBank;
use words::Words;

/// A file of the package: its name, with a folder before it for all but Chinese, and its bytes.
pub type Filed = (String, Vec<u8>);

/// What the documents are made of beside the model.
pub struct Material<'a> {
    /// The rules of the keywords; none if those of now are not those of the run.
    pub rules: Option<&'a RuleSet>,
    /// The questions of the test banks; none if none are declared.
    pub testbank: Option<&'a TestBank>,
    /// A letterhead.
    pub template: Option<&'a Template>,
}

/// Names of the documents in Chinese and English.
const NAMES: [(&str, &str); 8] = [
    (
        "附件1-语料安全评估.docx",
        "annex-1-corpus-safety-assessment.docx",
    ),
    ("附件3-语料标注规则.docx", "annex-3-annotation-rules.docx"),
    ("附件4-拦截关键词列表.xlsx", "annex-4-keywords.xlsx"),
    ("附件5-评估测试题集.xlsx", "annex-5-test-banks.xlsx"),
    ("语料来源清单.xlsx", "sources.xlsx"),
    ("证据目录.xlsx", "evidence.xlsx"),
    ("训练数据说明.docx", "training-data.docx"),
    ("预审.md", "precheck.md"),
];

/// Names of what is added if an earlier run is named.
const BEFORE: [(&str, &str); 2] = [
    ("整改对比.docx", "rectification.docx"),
    ("整改对比.xlsx", "rectification.xlsx"),
];

/// The part of the model that they are made of.
const RECTIFICATION: &str = "整改对比.json";

/// Folder of the documents in English.
pub const ENGLISH: &str = "en";

/// Every name that [`files`] may give, with `report.json`, which is the model itself, and
/// `report.html`, which is written beside them.
pub fn names() -> Vec<String> {
    let all = || NAMES.iter().chain(&BEFORE);
    let zh = all().map(|(zh, _)| (*zh).to_owned());
    let en = all().map(|(_, en)| format!("{ENGLISH}/{en}"));
    let others = ["report.json", super::html::NAME, RECTIFICATION].map(str::to_owned);
    zh.chain(en).chain(others).collect()
}

/// The documents in Chinese, and in English too if that is asked for.
///
/// # Errors
///
/// A table that no spreadsheet takes.
pub fn files(
    report: &Report,
    material: &Material<'_>,
    language: ReportLanguage,
) -> Result<Vec<Filed>, SetupError> {
    let digest = report.digest();
    let mut all = vec![("report.json".to_owned(), report.json())];
    if let Some(part) = &report.rectification {
        let mut json = serde_json::to_vec_pretty(part).expect("a report is plain data");
        json.push(b'\n');
        all.push((RECTIFICATION.to_owned(), json));
    }
    all.extend(in_language(report, material, &digest, ReportLanguage::Zh)?);
    if language == ReportLanguage::En {
        all.extend(in_language(report, material, &digest, language)?);
    }
    Ok(all)
}

fn in_language(
    report: &Report,
    material: &Material<'_>,
    digest: &str,
    language: ReportLanguage,
) -> Result<Vec<Filed>, SetupError> {
    let words = Words(language);
    let filing = Filing {
        report,
        digest,
        w: words,
    };
    let failed = |error: rust_xlsxwriter::XlsxError| {
        SetupError::other(
            format!("a spreadsheet cannot be written: {error}"),
            "please report this: names and lengths are checked before",
        )
    };
    let contents = [
        annex1::document(&filing).write(material.template),
        annex3::document(&filing).write(material.template),
        annex4::workbook(&filing, material.rules).map_err(failed)?,
        annex5::workbook(&filing, material.testbank).map_err(failed)?,
        tables::sources(&filing).map_err(failed)?,
        tables::evidence(&filing).map_err(failed)?,
        notes::document(&filing).write(material.template),
        precheck::markdown(&filing).into_bytes(),
    ];
    let name = |(zh, en): &(&str, &str)| match language {
        ReportLanguage::Zh => (*zh).to_owned(),
        ReportLanguage::En => format!("{ENGLISH}/{en}"),
    };
    let mut all: Vec<Filed> = NAMES.iter().map(name).zip(contents).collect();
    if let Some(part) = &report.rectification {
        let contents = [
            rectified::document(&filing, part).write(material.template),
            rectified::workbook(&filing, part).map_err(failed)?,
        ];
        all.extend(BEFORE.iter().map(name).zip(contents));
    }
    Ok(all)
}

/// What a document is written from.
struct Filing<'a> {
    report: &'a Report,
    digest: &'a str,
    w: Words,
}

impl Filing<'_> {
    /// A document of the package around its text.
    fn document(&self, title: &str, blocks: Vec<Block>) -> Document {
        Document {
            title: title.to_owned(),
            subtitle: self.model(),
            cover: self.about(),
            header: self.header(title),
            contents: self.w.l("目  录", "Contents").to_owned(),
            numbering: match self.w.0 {
                ReportLanguage::Zh => Numbering::Chinese,
                ReportLanguage::En => Numbering::Decimal,
            },
            blocks,
        }
    }

    /// Name of the model, or that it is missing.
    fn model(&self) -> String {
        let name = self.report.head.iter().find(|field| field.key == "name");
        name.map_or_else(String::new, |field| self.w.said(&field.value))
    }

    /// Lines that say what a document is of, for covers and first sheets.
    fn about(&self) -> Vec<(String, String)> {
        let (report, w) = (self.report, self.w);
        let lines = [
            (w.l("模型", "Model"), self.model()),
            (w.l("判定日期", "Judged as of"), report.as_of.to_string()),
            (
                w.l("条款表版本", "Table of clauses"),
                report.matrix.version.clone(),
            ),
            (
                w.l("扫描程序", "Scanned by"),
                format!("yujian {}", report.basis.tool),
            ),
            (w.l("语料摘要", "Corpus"), report.basis.corpus.clone()),
            (w.l("规则摘要", "Rules"), report.basis.rules.clone()),
            (
                w.l("报告摘要(BLAKE3)", "Report (BLAKE3)"),
                self.digest.to_owned(),
            ),
        ];
        lines.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// What stands at the top of pages.
    fn header(&self, title: &str) -> String {
        let short = self.digest.get(..16).unwrap_or(self.digest);
        format!(
            "{title} · {}{}{short}",
            self.w.l("报告摘要", "report"),
            self.w.colon()
        )
    }

    /// What a reader has to know of any of the documents.
    fn caution(&self) -> String {
        words::punctuated(self.w.l(
            "本材料由程序依据扫描事实、申报内容与所附证明材料生成。关键词与模式命中是候选,不是违法认定;检出为零不等于没有此类内容。“待核”“人工复核”“待补充”均不等于“符合”。条款号与阈值的文本状态逐条列明,未标“正式文本,已核对”的,提交前应对照正式文本核对。",
            "Made by a program from what a scan measured, what is declared and the evidence for it. What was found are candidates, not violations; nothing found does not mean that there is nothing. “Needs evidence”, “needs review” and “to be completed” are not “compliant”. How sure the text of each clause is stands beside it; compare those that are not “final, checked” with the official text before filing.",
        ))
    }
}
