//! Rule documents: what annotators and reviewers go by, in TOML or in Markdown with named sections.

mod markdown;
mod text;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::records::{Kind, RISKS, risk_bit};
use crate::Place as TextPlace;
use crate::problem::Place;

pub use text::{RulePart, RuleText};
pub use write::{FILES, init};

/// A larger file is no rule document.
const LARGEST: u64 = 16 << 20;

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleDocument {
    /// The file, as the user knows it.
    pub file: String,
    /// BLAKE3 of the file, hex.
    pub digest: String,
    /// What it is for; none where that is not said.
    pub kind: Option<Kind>,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Texts by section.
    pub sections: BTreeMap<Section, String>,
    /// Examples.
    pub examples: usize,
    /// Counter-examples.
    pub counter_examples: usize,
    /// By risk, in the order of [`RISKS`].
    pub risks: BTreeMap<u32, RiskEntry>,
}

/// What a document says of one risk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RiskEntry {
    /// How it is told.
    pub judge: bool,
    /// How a safe response is written and graded.
    pub response: bool,
    /// Whether there is an example.
    pub example: bool,
    /// Whether there is a counter-example.
    pub counter_example: bool,
}

/// Parts of a document (`ANN-05`, `ANN-06`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// 标注目标
    Target,
    /// 数据格式
    DataFormat,
    /// 标注方法
    Method,
    /// 数据质量指标
    Quality,
    /// 标注环节
    AnnotationStep,
    /// 审核环节
    ReviewStep,
    /// 安全回答的编写与评定, for all risks together
    Response,
}

impl Section {
    /// What `ANN-05` asks for.
    pub const CONTENTS: [Self; 4] = [Self::Target, Self::DataFormat, Self::Method, Self::Quality];
    /// What `ANN-06` asks for.
    pub const STEPS: [Self; 2] = [Self::AnnotationStep, Self::ReviewStep];

    /// The heading in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Target => "标注目标",
            Self::DataFormat => "数据格式",
            Self::Method => "标注方法",
            Self::Quality => "数据质量指标",
            Self::AnnotationStep => "标注环节",
            Self::ReviewStep => "审核环节",
            Self::Response => "安全回答",
        }
    }
}

/// A document as TOML holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlDocument {
    format: u32,
    kind: String,
    id: String,
    version: String,
    #[serde(default, rename = "title")]
    _title: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    data_format: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    annotation_step: String,
    #[serde(default)]
    review_step: String,
    #[serde(default)]
    response: String,
    #[serde(default, rename = "quality")]
    quality: Vec<Indicator>,
    #[serde(default, rename = "example")]
    examples: Vec<Example>,
    #[serde(default, rename = "counter_example")]
    counter_examples: Vec<Example>,
    #[serde(default, rename = "risk")]
    risks: Vec<TomlRisk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Indicator {
    name: String,
    measure: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    text: String,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlRisk {
    code: String,
    #[serde(default, rename = "title")]
    _title: String,
    #[serde(default)]
    judge: String,
    #[serde(default)]
    response: String,
    #[serde(default)]
    example: String,
    #[serde(default)]
    counter_example: String,
}

impl RuleDocument {
    /// Reads a document; what is wrong with it goes to `place`. None if nothing can be made of it.
    pub fn read(path: &Path, place: &mut Place<'_>) -> Option<Self> {
        let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
        if size > LARGEST {
            place.unread(
                0,
                "too-large",
                (
                    format!("{size} 字节,不像是规则文件"),
                    format!("{size} bytes are more than a rule document has"),
                ),
                (
                    "检查 [annotation] rules 的路径",
                    "check the paths of [annotation] rules",
                ),
            );
            return None;
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                place.unread(
                    0,
                    "cannot-read",
                    (
                        format!("无法读取:{error}"),
                        format!("cannot be read: {error}"),
                    ),
                    ("检查路径与权限", "check the path and its permissions"),
                );
                return None;
            }
        };
        let head = &bytes[..bytes.len().min(crate::corpus::SAMPLE)];
        let charset = crate::corpus::Charset::of(head, head.len() == bytes.len());
        let (text, replaced) = charset.decode(&bytes);
        if replaced > 0 {
            place.unread(
                0,
                "charset",
                (
                    format!("有 {replaced} 字节不是 {} 文本", charset.name()),
                    format!("{replaced} bytes are no text in {}", charset.name()),
                ),
                ("另存为 UTF-8", "save the file as UTF-8"),
            );
        }
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        let mut document = match extension.to_ascii_lowercase().as_str() {
            "toml" => Self::of_toml(&text, place)?,
            "md" | "markdown" => markdown::parse(&text, place),
            other => {
                place.unread(
                    0,
                    "unknown-document",
                    (
                        format!("不支持 `.{other}` 规则文件"),
                        format!("`.{other}` is no form of a rule document"),
                    ),
                    ("写成 toml 或 Markdown", "write it in TOML or Markdown"),
                );
                return None;
            }
        };
        place.file.clone_into(&mut document.file);
        document.digest = blake3::hash(&bytes).to_hex().to_string();
        document.tell(place);
        Some(document)
    }

    fn of_toml(text: &str, place: &mut Place<'_>) -> Option<Self> {
        let parsed: TomlDocument = match toml::from_str(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let line = TextPlace::at(place.file, text, at).line();
                place.unread(
                    line as u64,
                    "broken-document",
                    (
                        format!("不是规则文件:{}", error.message()),
                        format!("is no rule document: {}", error.message()),
                    ),
                    (
                        "键名见 yujian annotation init 写出的样例",
                        "yujian annotation init writes an example with all keys",
                    ),
                );
                return None;
            }
        };
        if parsed.format != 1 {
            place.unread(
                1,
                "broken-document",
                (
                    format!("format = {} 不认识", parsed.format),
                    format!("format = {} is not known", parsed.format),
                ),
                ("写 format = 1", "write format = 1"),
            );
            return None;
        }
        let quality: Vec<String> = parsed
            .quality
            .iter()
            .filter(|indicator| !indicator.measure.trim().is_empty())
            .map(|indicator| format!("{}: {}", indicator.name, indicator.measure))
            .collect();
        let sections = [
            (Section::Target, parsed.target),
            (Section::DataFormat, parsed.data_format),
            (Section::Method, parsed.method),
            (Section::Quality, quality.join("\n")),
            (Section::AnnotationStep, parsed.annotation_step),
            (Section::ReviewStep, parsed.review_step),
            (Section::Response, parsed.response),
        ];
        let written = |examples: &[Example]| {
            examples
                .iter()
                .filter(|example| !example.text.trim().is_empty())
                .count()
        };
        let mut document = Self {
            kind: Kind::of(&parsed.kind),
            id: parsed.id.trim().to_owned(),
            version: parsed.version.trim().to_owned(),
            sections: sections
                .into_iter()
                .filter(|(_, text)| !text.trim().is_empty())
                .collect(),
            examples: written(&parsed.examples),
            counter_examples: written(&parsed.counter_examples),
            ..Self::default()
        };
        for risk in &parsed.risks {
            let Some(bit) = risk_bit(&risk.code) else {
                unknown_risk(&risk.code, line_of(text, &risk.code), place);
                continue;
            };
            let has = |text: &str| !text.trim().is_empty();
            let entry = RiskEntry {
                judge: has(&risk.judge),
                response: has(&risk.response),
                example: has(&risk.example),
                counter_example: has(&risk.counter_example),
            };
            document.risks.insert(bit, entry);
        }
        Some(document)
    }

    /// Tells of what a document cannot do without.
    fn tell(&self, place: &mut Place<'_>) {
        if self.kind.is_none() {
            place.unread(
                0,
                "no-kind",
                (
                    "没有说明是功能性还是安全性标注规则",
                    "does not say whether it is for functional or safety annotation",
                ),
                (
                    "写 kind = \"functional\" 或 \"safety\"(Markdown 写“类型:功能性”)",
                    "write kind = \"functional\" or \"safety\" (in Markdown kind: safety)",
                ),
            );
        }
        for (empty, name) in [
            (self.id.is_empty(), "id"),
            (self.version.is_empty(), "version"),
        ] {
            if empty {
                place.unread(
                    0,
                    "no-id",
                    (format!("没有 {name}"), format!("has no {name}")),
                    (
                        "标注记录要以 rule_id 与 rule_version 指向规则",
                        "records point to rules by rule_id and rule_version",
                    ),
                );
            }
        }
    }

    /// Text of a section; empty where there is none.
    pub fn section(&self, section: Section) -> &str {
        self.sections.get(&section).map_or("", String::as_str)
    }

    /// Codes of the risks for which `has` does not hold.
    pub fn risks_without(&self, has: impl Fn(&RiskEntry) -> bool) -> Vec<&'static str> {
        let lacks = |bit: &usize| !self.risks.get(&(*bit as u32)).is_some_and(&has);
        (0..RISKS.len())
            .filter(lacks)
            .map(|bit| RISKS[bit])
            .collect()
    }
}

fn line_of(text: &str, needle: &str) -> u64 {
    let at = text.find(&format!("\"{needle}\"")).unwrap_or(0);
    text[..at].matches('\n').count() as u64 + 1
}

fn unknown_risk(code: &str, line: u64, place: &mut Place<'_>) {
    place.unread(
        line,
        "unknown-risk",
        (
            format!("`{code}` 不是附录 A 的风险"),
            format!("`{code}` is no risk of Appendix A"),
        ),
        ("写 A.1.a 至 A.5.b", "write one from A.1.a to A.5.b"),
    );
}
