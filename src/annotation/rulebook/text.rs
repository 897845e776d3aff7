//! [`RuleText`]: a rule document as it is written, for the annex of a filing.

use std::path::Path;

use serde::Serialize;

use crate::annotation::config::AnnotationConfig;
use crate::annotation::files::matching;
use crate::annotation::records::RISKS;
use crate::problem::Problems;

/// A larger file is no rule document.
const LARGEST: u64 = 16 << 20;

/// A piece of a rule document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RulePart {
    /// A heading of level 1, 2, …
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// One of several points.
    Item(String),
}

/// A rule document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RuleText {
    /// The file, relative to the configuration.
    pub file: String,
    /// BLAKE3 of it, hex.
    pub digest: String,
    /// What it says, from top to bottom.
    pub parts: Vec<RulePart>,
}

impl RuleText {
    /// Every rule document of `config`, in the order of names. What cannot be read is left out:
    /// the check of annotation tells of it.
    pub fn all(config: &AnnotationConfig, base: &Path) -> Vec<Self> {
        let files = matching(base, &config.rules, "rules", &mut Problems::default());
        let read = |(path, file): (std::path::PathBuf, String)| {
            let length = std::fs::metadata(&path).ok()?.len();
            let bytes = (length <= LARGEST).then(|| std::fs::read(&path))?.ok()?;
            let head = &bytes[..bytes.len().min(crate::corpus::SAMPLE)];
            let charset = crate::corpus::Charset::of(head, head.len() == bytes.len());
            let (text, _) = charset.decode(&bytes);
            let parts = match path.extension().and_then(|e| e.to_str()) {
                Some("toml") => of_toml(&text),
                _ => of_markdown(&text),
            };
            Some(Self {
                file,
                digest: blake3::hash(&bytes).to_hex().to_string(),
                parts,
            })
        };
        files.into_iter().filter_map(read).collect()
    }
}

fn of_markdown(text: &str) -> Vec<RulePart> {
    let mut parts = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        let hashes = line.bytes().take_while(|b| *b == b'#').count();
        let heading = !fenced && (1..=6).contains(&hashes);
        parts.push(match line {
            "" | "---" => continue,
            _ if heading && line[hashes..].starts_with(' ') => {
                RulePart::Heading(hashes as u8, line[hashes..].trim().to_owned())
            }
            _ if !fenced && (line.starts_with("- ") || line.starts_with("* ")) => {
                RulePart::Item(line[2..].trim().to_owned())
            }
            _ => RulePart::Text(line.to_owned()),
        });
    }
    parts
}

/// Keys of a document in TOML, in the order of the annex, with their headings.
const KEYS: [(&str, &str); 6] = [
    ("target", "标注目标"),
    ("data_format", "数据格式"),
    ("method", "标注方法"),
    ("annotation_step", "标注环节"),
    ("review_step", "审核环节"),
    ("response", "安全回答"),
];

fn of_toml(text: &str) -> Vec<RulePart> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let string = |table: &toml::Table, key: &str| -> String {
        let value = table.get(key).and_then(toml::Value::as_str);
        value.unwrap_or_default().trim().to_owned()
    };
    let tables = |key: &str| -> Vec<&toml::Table> {
        let all = table.get(key).and_then(toml::Value::as_array);
        let all = all.into_iter().flatten();
        all.filter_map(toml::Value::as_table).collect()
    };
    let title = match string(&table, "title") {
        title if title.is_empty() => string(&table, "id"),
        title => title,
    };
    let mut parts = vec![RulePart::Heading(1, title)];
    for (key, name) in [("id", "规则编号"), ("version", "版本"), ("kind", "类型")] {
        let value = string(&table, key);
        if !value.is_empty() {
            parts.push(RulePart::Text(format!("{name}:{value}")));
        }
    }
    let lines = |parts: &mut Vec<RulePart>, text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        parts.extend(lines.map(|line| RulePart::Text(line.to_owned())));
    };
    for (key, name) in KEYS {
        let value = string(&table, key);
        if !value.is_empty() {
            parts.push(RulePart::Heading(2, name.to_owned()));
            lines(&mut parts, &value);
        }
    }
    let quality = tables("quality");
    if !quality.is_empty() {
        parts.push(RulePart::Heading(2, "数据质量指标".to_owned()));
    }
    for indicator in quality {
        let told = format!(
            "{}:{}",
            string(indicator, "name"),
            string(indicator, "measure")
        );
        parts.push(RulePart::Item(told));
    }
    for (key, name) in [("example", "示例"), ("counter_example", "反例")] {
        let all = tables(key);
        if !all.is_empty() {
            parts.push(RulePart::Heading(2, name.to_owned()));
        }
        for example in all {
            let told = format!("{}({})", string(example, "text"), string(example, "why"));
            parts.push(RulePart::Item(told));
        }
    }
    let risks = tables("risk");
    if !risks.is_empty() {
        let heading = format!("{} 种风险", RISKS.len());
        parts.push(RulePart::Heading(2, heading));
    }
    for risk in risks {
        let heading = format!("{} {}", string(risk, "code"), string(risk, "title"));
        parts.push(RulePart::Heading(3, heading.trim().to_owned()));
        for (key, name) in [
            ("judge", "判定"),
            ("example", "示例"),
            ("counter_example", "反例"),
            ("response", "安全回答"),
        ] {
            let value = string(risk, key);
            if !value.is_empty() {
                lines(&mut parts, &format!("{name}:{value}"));
            }
        }
    }
    parts
}
