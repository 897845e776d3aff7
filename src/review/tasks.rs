//! Sheets for Label Studio and doccano: tasks and documents, and what their projects are set up with.
//!
//! Both judge a text as a whole, so there are no offsets; what comes back is joined by id, and a
//! digest of the text shows whether it still is the one that was drawn. Sources: Label Studio,
//! <https://labelstud.io/guide/task_format> and <https://labelstud.io/tags>; doccano,
//! <https://doccano.github.io/doccano> (text classification).

use std::io::{self, Write};

use quick_xml::escape::escape;
use serde::Serialize;

use super::sheet::Line;
use super::{Code, Question, VERDICTS};

/// Key of the id of a row; tools have ids of their own.
pub const ID: &str = "yujian_id";
/// Key of the digest of the text.
pub const HASH: &str = "text_blake3";
/// Names of the controls of Label Studio.
pub const VERDICT: &str = "verdict";
/// See [`VERDICT`].
pub const RISK: &str = "risk";
/// See [`VERDICT`].
pub const COMMENT: &str = "comment";

/// BLAKE3 of a text without blanks at its ends, which tools may take off, hex.
pub fn text_digest(text: &str) -> String {
    blake3::hash(text.trim().as_bytes()).to_hex().to_string()
}

/// What is known of a row beside its text.
#[derive(Serialize)]
struct Data<'l> {
    yujian_id: &'l str,
    text_blake3: String,
    question: Question,
    source: &'l str,
    path: &'l str,
    record: u64,
    record_id: Option<&'l str>,
    /// Characters of the whole text, if not all of it is here.
    cut_from: Option<u64>,
    text: &'l str,
    /// What is to be checked; for `content` nothing, so that people judge for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<String>,
}

impl<'l> Data<'l> {
    fn of(line: &'l Line<'_>, text: &'l str, recorded: Option<String>) -> Self {
        Self {
            yujian_id: &line.row.id,
            text_blake3: text_digest(text),
            question: line.row.question,
            source: &line.shown.source,
            path: &line.row.path,
            record: line.row.record,
            record_id: line.shown.record_id.as_deref(),
            cut_from: line.shown.cut,
            text,
            recorded,
        }
    }
}

fn recorded(line: &Line<'_>) -> Option<String> {
    (line.row.question != Question::Content).then(|| line.recorded.join("\n"))
}

/// A task of Label Studio.
#[derive(Serialize)]
struct Task<'l> {
    data: Data<'l>,
}

/// Writes the tasks of a question: one list, a task a line.
pub(super) fn write_tasks<'l>(
    out: &mut impl Write,
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
) -> io::Result<()> {
    let mut before = "[\n";
    for line in lines {
        let line = line?;
        out.write_all(before.as_bytes())?;
        let data = Data::of(&line, &line.shown.text, recorded(&line));
        serde_json::to_writer(&mut *out, &Task { data })?;
        before = ",\n";
    }
    out.write_all(if before == "[\n" { b"[" } else { b"\n" })?;
    out.write_all(b"]\n")
}

/// What the interface of a project shows and asks (*Labeling Interface*, *Code*).
pub(super) fn interface(question: Question, codes: &[Code]) -> String {
    let asked = match question {
        Question::Content => "正文是否适合用于训练",
        Question::Metadata => "记录自述的来源信息(元数据)是否正确",
        Question::RiskRecord => "系统记录的风险识别结果是否正确",
        Question::RightsRecord => "系统记录的知识产权识别结果是否正确",
    };
    let mut xml = format!(
        "<View>\n  <Header value=\"{asked}\"/>\n  <Text name=\"path\" value=\"$path\"/>\n  \
         <Text name=\"text\" value=\"$text\"/>\n"
    );
    if question != Question::Content {
        xml.push_str(
            "  <Header value=\"系统记录\"/>\n  <Text name=\"recorded\" value=\"$recorded\"/>\n",
        );
    }
    xml.push_str(&format!(
        "  <Choices name=\"{VERDICT}\" toName=\"text\" choice=\"single-radio\" required=\"true\" \
         requiredMessage=\"请选择结论\">\n"
    ));
    for verdict in VERDICTS {
        xml.push_str(&format!("    <Choice value=\"{verdict}\"/>\n"));
    }
    xml.push_str("  </Choices>\n  <Header value=\"风险代码(不合格时选择,可多选)\"/>\n");
    xml.push_str(&format!(
        "  <Choices name=\"{RISK}\" toName=\"text\" choice=\"multiple\">\n"
    ));
    for (code, title) in codes {
        let (code, title) = (escape(code), escape(title));
        xml.push_str(&format!(
            "    <Choice value=\"{code} {title}\" alias=\"{code}\"/>\n"
        ));
    }
    xml.push_str(&format!(
        "  </Choices>\n  <TextArea name=\"{COMMENT}\" toName=\"text\" rows=\"2\" maxSubmissions=\"1\" \
         placeholder=\"说明\"/>\n</View>\n"
    ));
    xml
}

/// A document of doccano.
#[derive(Serialize)]
struct Document<'l> {
    #[serde(flatten)]
    data: Data<'l>,
    label: [&'static str; 0],
}

/// Writes the documents of a question, one a line. Only their text is sure to be seen, so what is
/// to be checked stands under it.
pub(super) fn write_documents<'l>(
    out: &mut impl Write,
    lines: impl Iterator<Item = io::Result<Line<'l>>>,
) -> io::Result<()> {
    for line in lines {
        let line = line?;
        let text = match recorded(&line) {
            None => line.shown.text.clone(),
            Some(recorded) => format!("{}\n\n【系统记录】\n{recorded}", line.shown.text),
        };
        let document = Document {
            data: Data::of(&line, &text, None),
            label: [],
        };
        serde_json::to_writer(&mut *out, &document)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A label of doccano.
#[derive(Serialize)]
struct Label {
    text: String,
    suffix_key: Option<&'static str>,
    background_color: &'static str,
    text_color: &'static str,
}

/// The labels of a project (*Labels*, *Import*): verdicts with a key each, and codes.
pub(super) fn label_set(codes: &[Code]) -> io::Result<Vec<u8>> {
    let keys = ["1", "2", "3"].into_iter();
    let colors = ["#2E7D32", "#C62828", "#616161"];
    let verdicts = VERDICTS.iter().zip(keys).zip(colors);
    let mut labels: Vec<Label> = verdicts
        .map(|((verdict, key), background_color)| Label {
            text: (*verdict).to_owned(),
            suffix_key: Some(key),
            background_color,
            text_color: "#ffffff",
        })
        .collect();
    labels.extend(codes.iter().map(|(code, title)| {
        Label {
            text: format!("{code} {title}")
                .chars()
                .take(LONGEST_LABEL)
                .collect(),
            suffix_key: None,
            background_color: "#1565C0",
            text_color: "#ffffff",
        }
    }));
    let mut text = serde_json::to_vec_pretty(&labels)?;
    text.push(b'\n');
    Ok(text)
}

/// Characters of a label of doccano.
const LONGEST_LABEL: usize = 100;
