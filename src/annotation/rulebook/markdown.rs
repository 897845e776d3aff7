//! Rule documents in Markdown: headings name sections and risks, in Chinese or English.

use super::{RiskEntry, RuleDocument, Section};
use crate::annotation::records::{Kind, risk_bit};
use crate::problem::Place;

/// What a heading, or a line `name: value`, speaks of.
const SECTIONS: &[(Section, &[&str])] = &[
    (
        Section::Target,
        &["标注目标", "目标", "标注目的", "target", "purpose", "goal"],
    ),
    (
        Section::DataFormat,
        &["数据格式", "格式", "data format", "format"],
    ),
    (
        Section::Method,
        &["标注方法", "方法", "method", "annotation method"],
    ),
    (
        Section::Quality,
        &[
            "数据质量指标",
            "质量指标",
            "质量要求",
            "quality indicators",
            "quality",
        ],
    ),
    (
        Section::AnnotationStep,
        &[
            "标注环节",
            "标注步骤",
            "标注执行",
            "标注流程",
            "annotation step",
            "annotation",
        ],
    ),
    (
        Section::ReviewStep,
        &[
            "审核环节",
            "审核步骤",
            "审核",
            "审核流程",
            "review step",
            "review",
        ],
    ),
    (
        Section::Response,
        &[
            "安全回答",
            "安全回答的编写与评定",
            "回答要求",
            "safe response",
            "response",
        ],
    ),
];
const EXAMPLES: &[&str] = &["示例", "正例", "例", "example", "examples"];
const COUNTER_EXAMPLES: &[&str] = &[
    "反例",
    "误判示例",
    "counter-example",
    "counter-examples",
    "counterexample",
    "counter example",
];
const JUDGE: &[&str] = &[
    "判定",
    "判定方法",
    "判断",
    "如何判断",
    "judge",
    "how to judge",
];
const IDS: &[&str] = &["id", "规则编号", "编号"];
const VERSIONS: &[&str] = &["version", "版本", "版本号"];
const KINDS: &[&str] = &["kind", "类型", "规则类型", "标注类型"];

/// Where text goes.
#[derive(Clone, Copy, PartialEq)]
enum Into {
    Nowhere,
    Section(Section),
    Examples,
    CounterExamples,
    Risk(u32, Part),
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Judge,
    Response,
    Example,
    CounterExample,
}

/// Parses a document. Text before the first heading, and front matter, may name id, version and
/// kind; so may any line `name: value` there.
pub fn parse(text: &str, place: &mut Place<'_>) -> RuleDocument {
    let mut document = RuleDocument::default();
    // Level of the heading of a risk: deeper headings are parts of it.
    let mut risk: Option<(u32, usize)> = None;
    let mut into = Into::Nowhere;
    let mut fenced = false;
    for (number, line) in (1u64..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        if !fenced && let Some((level, heading)) = heading(trimmed) {
            if let Some((_, of_risk)) = risk
                && level <= of_risk
            {
                risk = None;
            }
            if let Some(code) = code(heading) {
                match risk_bit(code) {
                    Some(bit) => {
                        document.risks.entry(bit).or_default();
                        risk = Some((bit, level));
                        into = Into::Risk(bit, Part::Judge);
                    }
                    None => {
                        super::unknown_risk(code, number, place);
                        into = Into::Nowhere;
                    }
                }
                continue;
            }
            if level == 1 && document.kind.is_none() {
                document.kind = kind_in(heading);
            }
            into = destination(&name(heading), risk.map(|(bit, _)| bit));
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        let item = trimmed
            .trim_start_matches(['-', '*', '+', ' '])
            .replace("**", "");
        if !fenced && let Some((key, value)) = item.split_once([':', ':']) {
            let (key, value) = (name(key), value.trim().trim_matches(['"', '\'']));
            if field(&mut document, &key, value, into) {
                continue;
            }
            // Under a risk its parts may stand in lines instead of headings.
            if let (Into::Risk(bit, _), to @ Into::Risk(..)) =
                (into, destination(&key, risk.map(|(bit, _)| bit)))
                && !value.is_empty()
            {
                put(&mut document, to, value);
                into = Into::Risk(bit, Part::Judge);
                continue;
            }
        }
        put(&mut document, into, trimmed);
    }
    document
}

/// Level and text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?;
    ((1..=6).contains(&level) && text.starts_with([' ', '\t'])).then(|| (level, text.trim()))
}

/// The risk code that stands in a heading.
fn code(heading: &str) -> Option<&str> {
    let words = heading.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
    let mut codes = words.map(|word| word.trim_end_matches('.')).filter(|word| {
        let bytes = word.as_bytes();
        bytes.len() >= 5
            && bytes.starts_with(b"A.")
            && bytes[2].is_ascii_digit()
            && bytes[3] == b'.'
    });
    codes.next()
}

/// A heading without its number and case.
fn name(heading: &str) -> String {
    let numbered = heading.trim().trim_start_matches(|c: char| {
        c.is_ascii_digit() || "一二三四五六七八九十.、 ()()#*第章节".contains(c)
    });
    numbered
        .trim_end_matches([':', ':', '*', ' '])
        .trim()
        .to_lowercase()
}

fn kind_in(text: &str) -> Option<Kind> {
    let lower = text.to_lowercase();
    match () {
        () if lower.contains("功能性") || lower.contains("functional") => Some(Kind::Functional),
        () if lower.contains("安全性") || lower.contains("safety") => Some(Kind::Safety),
        () => None,
    }
}

fn destination(name: &str, risk: Option<u32>) -> Into {
    let is = |names: &[&str]| names.contains(&name);
    if let Some(bit) = risk {
        let response = SECTIONS
            .iter()
            .find(|(section, _)| *section == Section::Response);
        return match () {
            () if is(EXAMPLES) => Into::Risk(bit, Part::Example),
            () if is(COUNTER_EXAMPLES) => Into::Risk(bit, Part::CounterExample),
            () if is(JUDGE) => Into::Risk(bit, Part::Judge),
            () if response.is_some_and(|(_, names)| is(names)) => Into::Risk(bit, Part::Response),
            () => Into::Nowhere,
        };
    }
    if is(EXAMPLES) {
        return Into::Examples;
    }
    if is(COUNTER_EXAMPLES) {
        return Into::CounterExamples;
    }
    let section = SECTIONS.iter().find(|(_, names)| is(names));
    section.map_or(Into::Nowhere, |(section, _)| Into::Section(*section))
}

/// Takes id, version and kind from lines that stand in no section.
fn field(document: &mut RuleDocument, key: &str, value: &str, into: Into) -> bool {
    if into != Into::Nowhere || value.is_empty() {
        return false;
    }
    let to = match () {
        () if IDS.contains(&key) => &mut document.id,
        () if VERSIONS.contains(&key) => &mut document.version,
        () if KINDS.contains(&key) => {
            document.kind = Kind::of(value).or_else(|| kind_in(value)).or(document.kind);
            return true;
        }
        () => return false,
    };
    if to.is_empty() {
        value.clone_into(to);
    }
    true
}

fn put(document: &mut RuleDocument, into: Into, text: &str) {
    match into {
        Into::Nowhere => {}
        Into::Section(section) => {
            let to = document.sections.entry(section).or_default();
            if !to.is_empty() {
                to.push('\n');
            }
            to.push_str(text);
        }
        Into::Examples => document.examples += 1,
        Into::CounterExamples => document.counter_examples += 1,
        Into::Risk(bit, part) => {
            let entry: &mut RiskEntry = document.risks.entry(bit).or_default();
            match part {
                Part::Judge => entry.judge = true,
                Part::Response => entry.response = true,
                Part::Example => entry.example = true,
                Part::CounterExample => entry.counter_example = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;

    fn parsed(text: &str) -> (RuleDocument, Problems) {
        let mut problems = Problems::default();
        let mut place = Place {
            file: "r.md",
            problems: &mut problems,
        };
        let document = parse(text, &mut place);
        (document, problems)
    }

    #[test]
    fn a_document_in_chinese_is_read_by_its_headings() {
        let (document, problems) = parsed(
            "# 安全性标注规则\n\n规则编号:safety-01\n版本:2.1\n\n## 一、标注目标\n让回答安全。\n\
             ## 二、数据格式\n每行一条。\n## 3. 标注方法\n看。\n## 数据质量指标\n准确率\n\
             ## 标注环节\n做。\n## 审核环节\n审。\n## 示例\n- 甲\n- 乙\n## 反例\n- 丙\n\
             ## 各类风险\n### A.1.a 某风险\n判定:看意图。\n示例:一\n反例:二\n安全回答:拒绝\n\
             ### A.2.e 性别歧视\n#### 判定\n看\n#### 反例\n不是\n",
        );
        assert_eq!(problems, Problems::default());
        assert_eq!(
            (document.id.as_str(), document.version.as_str()),
            ("safety-01", "2.1")
        );
        assert_eq!(document.kind, Some(Kind::Safety));
        assert_eq!(document.sections.len(), 6);
        assert_eq!(document.section(Section::Method), "看。");
        assert_eq!((document.examples, document.counter_examples), (2, 1));
        let whole = RiskEntry {
            judge: true,
            response: true,
            example: true,
            counter_example: true,
        };
        assert_eq!(document.risks[&0], whole);
        let partly = &document.risks[&12];
        assert_eq!(
            (partly.judge, partly.response, partly.counter_example),
            (true, false, true)
        );
    }

    #[test]
    fn a_document_in_english_with_front_matter_is_read() {
        let (document, problems) = parsed(
            "---\nid: qa\nversion: \"1.0\"\nkind: functional\n---\n# Rules\n## 1. Target\nx\n\
             ## Data format\nx\n## Method\nx\n## Quality indicators\n- Accuracy: 98 %\n\
             ## Annotation step\nx\n## Review step\nx\n## Examples\n- x\n## Counter-examples\n- x\n\
             ## A.9.a nothing\nx\n",
        );
        assert_eq!(
            (document.id.as_str(), document.kind),
            ("qa", Some(Kind::Functional))
        );
        assert_eq!(document.sections.len(), 6);
        assert_eq!(document.section(Section::Quality), "- Accuracy: 98 %");
        assert_eq!((document.examples, document.counter_examples), (1, 1));
        assert_eq!(
            (&*problems.first[0].name, problems.first[0].line),
            ("unknown-risk", 23)
        );
    }
}
