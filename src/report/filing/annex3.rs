//! Annex 3: the rules of annotation as they are written, with who works by them.

use super::body::Body;
use super::{Filing, grids};
use crate::annotation::RulePart;
use crate::report::docx::{Block, Document};

/// The document.
pub fn document(filing: &Filing<'_>) -> Document {
    let (report, w) = (filing.report, filing.w);
    let title = w.l("语料标注规则", "Rules of Annotation");
    let mut body = Body::new(filing);
    body.heading(1, "说明", "About");
    body.text(filing.caution());
    if let Some(missing) = &report.annotation.missing {
        body.strong(w.missing(&w.say(missing)));
    } else {
        body.grid(&grids::rules(report, w));
        for clause in ["ANN-05", "ANN-06", "ANN-07", "ANN-08"] {
            body.result(clause);
        }
        written(&mut body, filing);
        body.heading(1, "标注人员、培训与分工", "Annotators, training and roles");
        body.grid(&grids::people(report, w));
        for clause in ["ANN-01", "ANN-02", "ANN-03", "ANN-04"] {
            body.result(clause);
        }
        body.heading(1, "核验与处置", "Verification");
        body.grid(&grids::annotated(report, w));
        body.grid(&grids::batches(report, w));
        for clause in ["ANN-09", "ANN-10", "ANN-11", "RVW-07"] {
            body.result(clause);
        }
    }
    filing.document(title, body.end())
}

/// A heading without the number that it has in its file: here headings are counted anew.
fn uncounted(heading: &str) -> &str {
    let digits = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let (open, close) = (['(', '\u{FF08}'], [')', '\u{FF09}']);
    let inner = heading.strip_prefix(open).unwrap_or(heading);
    let rest = inner.trim_start_matches(digits);
    let after = match inner.len() < heading.len() {
        true => rest.strip_prefix(close),
        false => rest.strip_prefix(['、', '.', '\u{FF0E}']),
    };
    // A risk code, or a version, goes on after the mark.
    let after = after.filter(|after| rest.len() < inner.len() && !after.starts_with(digits));
    after.map_or(heading, str::trim_start)
}

fn written(body: &mut Body<'_>, filing: &Filing<'_>) {
    let w = filing.w;
    let rules = &filing.report.annotation.rules;
    if rules.is_empty() {
        body.heading(1, "标注规则全文", "The rules");
        body.strong(w.missing(w.l(
            "[annotation] rules 没有可读的规则文件",
            "[annotation] rules names no file that can be read",
        )));
    }
    for rule in rules {
        let mut parts = &rule.parts[..];
        let title = match parts.split_first() {
            Some((RulePart::Heading(1, title), rest)) => {
                parts = rest;
                title.clone()
            }
            _ => rule.file.clone(),
        };
        body.block(Block::Heading(1, title));
        body.block(Block::Note(format!(
            "{}{}{}  BLAKE3 {}",
            w.l("文件", "file"),
            w.colon(),
            rule.file,
            rule.digest
        )));
        for part in parts {
            body.block(match part {
                RulePart::Heading(level, text) => {
                    Block::Heading((*level).clamp(2, 3), uncounted(text).to_owned())
                }
                RulePart::Text(text) => Block::Paragraph(text.clone()),
                RulePart::Item(text) => Block::Item(text.clone()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_are_not_said_twice() {
        for (heading, told) in [
            ("一、标注目标", "标注目标"),
            ("(二)方法", "方法"),
            ("3. 步骤", "步骤"),
            ("3.1 步骤", "3.1 步骤"),
            ("31 种风险", "31 种风险"),
            ("A.1.a", "A.1.a"),
            ("", ""),
        ] {
            assert_eq!(uncounted(heading), told);
        }
    }
}
