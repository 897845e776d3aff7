//! Implicit labels of machine-made text: the metadata `AIGC` of GB 45438-2025, in whatever it is
//! wrapped.
//!
//! A label is the same seven names everywhere; what differs is the writing around them: YAML front
//! matter, JSON as an object or as a string with its quotes escaped once or twice, attributes of
//! HTML, elements and attributes of XMP, what a library printed. So names are looked for with a
//! sign behind them and a value behind that, and those that stand together are one label.

use std::ops::Range;
use std::sync::LazyLock;

use super::detector::Named;
use super::producer::{Producer, shown};
use super::{Detector, Mark, Part};
use crate::detect::keyword::{back, forward};
use crate::detect::pii::Pattern;
use crate::rules::RuleSet;
use crate::text::{FoldTable, View};
use crate::{Confidence, Details, RuleIndex};

pub(super) const LABEL: Named = Named {
    name: "aigc-label",
    make: |rules, of| {
        Box::new(Labels(
            of.iter().map(|rule| Label::new(rules, *rule)).collect(),
        ))
    },
};

/// Entity of rules that want the codes of producers that are wrong, and not the labels.
const CODE: &str = "rights.aigc.code";
/// Characters before and after a word in which the rest of its label may stand. Windows see 4 KiB
/// of each other, and reserved fields hold signatures.
const REACH: (usize, usize) = (400, 2_400);
/// Bytes between two fields of one label: quotes, commas, indentation, tags.
const APART: usize = 96;
/// Bytes between `AIGC` and its first field.
const BEHIND_NAME: usize = 48;
/// Bytes of a value that are read; signatures go on without being of interest.
const LONGEST: usize = 2_000;
/// A field whose key names the label is tried whole up to this length.
const SHORT_FIELD: usize = 8_192;

struct Labels(Vec<Label>);

struct Label {
    rule: RuleIndex,
    confidence: Confidence,
    wants_codes: bool,
}

impl Label {
    fn new(rules: &RuleSet, rule: RuleIndex) -> Self {
        let spec = &rules.rules()[rule.0 as usize];
        Self {
            rule,
            confidence: Confidence::from_fraction(spec.confidence),
            wants_codes: spec.entity.as_deref() == Some(CODE),
        }
    }

    fn mark(&self, found: &Found<'_>, view: &View, base: usize) -> Option<Mark> {
        let producer = Producer::of(found.value(Name::Producer));
        let (range, mut details) = (found.range.clone(), Details::default());
        let range = match (self.wants_codes, producer.code_valid) {
            (false, _) => range,
            (true, Some(false)) => found.place(Name::Producer)?,
            (true, _) => return None,
        };
        if !self.wants_codes {
            details.push("label", found.grade());
            details.push("produce_id", shown(found.value(Name::ProduceId)));
            let propagator = Producer::of(found.value(Name::Propagator));
            details.push("propagator", propagator.shown);
        }
        details.push("producer", &*producer.shown);
        let valid = producer.code_valid;
        details.push(
            "producer_code_valid",
            valid.map_or("", |valid| if valid { "true" } else { "false" }),
        );
        let mut reasons = String::from("form");
        reasons.push_str(if valid == Some(true) { "+checksum" } else { "" });
        let all = [Name::Producer, Name::ProduceId];
        let value = all.map(|name| found.value(name)).join("\n");
        Some(Mark {
            rule: self.rule,
            span: view.original(range.start, range.end).shifted(base as u64),
            confidence: self.confidence,
            reasons,
            details,
            value: (value.len() > 1).then(|| value.into_bytes()),
            allowed: None,
        })
    }
}

impl Detector for Labels {
    fn find(&self, part: &Part<'_>, view: &mut View, found: &mut Vec<Mark>) {
        for segment in self.segments(part) {
            view.fold(&part.text[segment.clone()], FoldTable::get());
            let whole = is_label_key(part.key) && segment == (0..part.text.len());
            let labels = labels(view.text(), whole);
            let marks = labels.iter().flat_map(|label| {
                let of = self.0.iter();
                of.filter_map(|rule| rule.mark(label, view, segment.start))
            });
            found.extend(marks);
        }
    }
}

impl Labels {
    /// Where to look: around words, and all of a short field whose key says what it is.
    fn segments(&self, part: &Part<'_>) -> Vec<Range<usize>> {
        let text = part.text;
        if is_label_key(part.key) && text.len() <= SHORT_FIELD {
            return std::iter::once(0..text.len()).collect();
        }
        let mut words: Vec<Range<usize>> = Vec::new();
        for rule in &self.0 {
            let of_rule = part.words(rule.rule);
            words.extend(
                of_rule.filter(|word| leads_somewhere(&text[word.clone()], &text[word.end..])),
            );
        }
        words.sort_unstable_by_key(|word| (word.start, word.end));
        let mut segments: Vec<Range<usize>> = Vec::new();
        for word in words {
            let from = back(text, word.start, REACH.0);
            let to = forward(text, word.end, REACH.1);
            match segments.last_mut() {
                Some(last) if last.end >= from => last.end = last.end.max(to),
                _ => segments.push(from..to),
            }
        }
        segments
    }
}

/// Whether a word may begin a label: of the many texts that speak of AIGC, only those in which a
/// field follows at once.
fn leads_somewhere(word: &str, rest: &str) -> bool {
    if word.len() > 4 {
        return true;
    }
    let near = &rest.as_bytes()[..rest.len().min(BEHIND_NAME + 16)];
    near.windows(3).any(|w| {
        w.eq_ignore_ascii_case(b"lab")
            || w.eq_ignore_ascii_case(b"con")
            || w.eq_ignore_ascii_case(b"pro")
    })
}

/// `AIGC`, `TC260:AIGC`, `meta.aigc`.
fn is_label_key(key: &str) -> bool {
    let letters = key.bytes().filter(u8::is_ascii_alphanumeric);
    let letters: Vec<u8> = letters.map(|b| b.to_ascii_lowercase()).collect();
    matches!(
        &*letters,
        b"aigc" | b"tc260aigc" | b"xmptc260aigc" | b"aigcmetadata" | b"aigclabel"
    )
}

/// Names of a label. Source: GB 45438-2025, appendix on implicit labels in metadata of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Label,
    Producer,
    ProduceId,
    Reserved1,
    Propagator,
    PropagateId,
    Reserved2,
}

impl Name {
    fn of(written: &str) -> Option<Self> {
        let letters = written.bytes().filter(|b| *b != b'_');
        let letters: Vec<u8> = letters.map(|b| b.to_ascii_lowercase()).collect();
        Some(match &*letters {
            b"label" => Self::Label,
            b"contentproducer" => Self::Producer,
            b"produceid" => Self::ProduceId,
            b"reservedcode1" => Self::Reserved1,
            b"contentpropagator" => Self::Propagator,
            b"propagateid" => Self::PropagateId,
            b"reservedcode2" => Self::Reserved2,
            _ => return None,
        })
    }
}

/// A name with its value.
struct Field {
    name: Name,
    start: usize,
    value: Range<usize>,
}

/// A label in folded text.
struct Found<'t> {
    text: &'t str,
    fields: Vec<Field>,
    range: Range<usize>,
}

impl<'t> Found<'t> {
    fn field(&self, name: Name) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn place(&self, name: Name) -> Option<Range<usize>> {
        self.field(name).map(|field| field.value.clone())
    }

    fn value(&self, name: Name) -> &'t str {
        self.place(name).map_or("", |place| &self.text[place])
    }

    fn has(&self, name: Name) -> bool {
        !is_placeholder(self.value(name))
    }

    /// What the label says: made by a machine, possibly, suspected.
    ///
    /// Source: GB 45438-2025: 1 是, 2 可能, 3 疑似.
    fn grade(&self) -> String {
        match self.value(Name::Label) {
            "1" => "confirmed".to_owned(),
            "2" => "possible".to_owned(),
            "3" => "suspected".to_owned(),
            "" => "unstated".to_owned(),
            other => shown(other),
        }
    }

    /// Whether it is one, and no description of one. `named`: whether `AIGC` stands before it.
    fn stands(&self, named: bool) -> bool {
        let graded = matches!(self.value(Name::Label), "1" | "2" | "3");
        let main = [
            Name::Producer,
            Name::ProduceId,
            Name::Propagator,
            Name::PropagateId,
        ];
        let told = main.iter().filter(|name| self.has(**name)).count();
        let written = self.fields.len();
        let other = self.has(Name::Label) && written > 1;
        match named {
            true => graded || other || told >= 1,
            false => {
                (graded && written > 1 && main.iter().any(|name| self.field(*name).is_some()))
                    || told >= 2
            }
        }
    }
}

/// Values of descriptions: `value1`, `<编码>`, `string`.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let numbered = lower
        .strip_prefix("value")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let words = [
        "string", "str", "null", "none", "...", "int", "number", "required", "optional",
    ];
    value.is_empty()
        || numbered
        || words.contains(&&*lower)
        || value.contains(['<', '{', '$'])
        || lower.bytes().all(|b| b == b'x' || b == b'*')
}

static FIELD: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::known(
        r#"(?i)(?P<name>label|content_?producer|produce_?id|reserved_?code_?[12]|content_?propagator|propagate_?id)(?:\\*["']|&quot;|&#34;)?\s{0,4}(?:[:=>])\s{0,8}"#,
    )
});

static BETWEEN: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::known(r#"(?i)aigc(?:\\*["']|&quot;|&#34;|[:=>{|\s\-]|<(?:tc260:)?){0,24}$"#)
});

/// The labels in folded text. `whole`: whether all of it stands under a key that names a label.
fn labels(text: &str, whole: bool) -> Vec<Found<'_>> {
    let mut all: Vec<Found<'_>> = Vec::new();
    let mut close = |fields: Vec<Field>| {
        let (Some(first), Some(last)) = (fields.first(), fields.last()) else {
            return;
        };
        let head =
            &text[text.floor_char_boundary(first.start.saturating_sub(BEHIND_NAME))..first.start];
        let named = BETWEEN.regex().find(head);
        let start = named.map_or(first.start, |m| first.start - head.len() + m.start());
        let under_key = whole && first.start <= BEHIND_NAME;
        let found = Found {
            text,
            range: start..last.value.end,
            fields,
        };
        if found.stands(named.is_some() || under_key) {
            all.push(found);
        }
    };
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    while let Some(captures) = FIELD.regex().captures_at(text, at) {
        let (Some(whole), Some(name)) = (captures.get(0), captures.name("name")) else {
            break;
        };
        let before = text.as_bytes()[..name.start()].last();
        let begins = before.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        let closes = is_closing_tag(&text[..name.start()]);
        let Some(name) = Name::of(name.as_str()).filter(|_| begins && !closes) else {
            at = name.end();
            continue;
        };
        let value = value(text, whole.end());
        let far = fields
            .last()
            .is_some_and(|last| whole.start() > last.value.end + APART);
        if far || fields.iter().any(|field| field.name == name) {
            close(std::mem::take(&mut fields));
        }
        at = value.end.max(whole.end());
        fields.push(Field {
            name,
            start: whole.start(),
            value,
        });
    }
    close(fields);
    all
}

/// Whether `before` ends with `</` and the namespace of an element.
fn is_closing_tag(before: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == ':';
    before.trim_end_matches(of_name).ends_with("</")
}

/// The value that begins at `at`, without what quotes it.
fn value(text: &str, at: usize) -> Range<usize> {
    let rest = &text[at..];
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let opened = ["\"", "'", "&quot;", "&#34;"]
        .into_iter()
        .find(|quote| rest[slashes..].starts_with(quote));
    let start = at + opened.map_or(0, |quote| slashes + quote.len());
    let rest = &text[start..text.floor_char_boundary(start + LONGEST)];
    let end = match opened {
        Some(quote) => rest.find(quote).or_else(|| rest.find('\n')),
        None => rest.find([',', '}', ']', '\n', '<', '&', ';']),
    };
    let inside = rest[..end.unwrap_or(rest.len())].trim_end_matches(['\\', ' ', '\t', '\r']);
    start..start + inside.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code of an invented organisation: its check characters are right.
    const CODE: &str = "001191990000MA0ABCD1XJ00000";

    fn grades(text: &str) -> Vec<String> {
        labels(text, false).iter().map(Found::grade).collect()
    }

    #[test]
    fn one_label_is_found_in_whatever_it_is_wrapped() {
        let json = format!(
            r#"{{"AIGC":{{"Label":"1","ContentProducer":"{CODE}","ProduceID":"p-1","ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}}}}"#
        );
        let wrapped = [
            json.clone(),
            json.replace("{\"Label", "\"{\"Label").replace('"', "\\\""),
            json.replace('"', "\\\\\\\""),
            json.replace('"', "&quot;"),
            json.replace('"', "'"),
            format!(
                "---\nAIGC:\n    Label: '1'\n    ContentProducer: '{CODE}'\n    ProduceID: \"p-1\"\n    ReservedCode1: \"\"\n---\n"
            ),
            format!("---\nAIGC:\n  Label: 1\n  ContentProducer: {CODE}\n  ProduceID: p-1\n---"),
            format!(
                "<TC260:AIGC>{{\"Label\":\"1\",\"ContentProducer\":\"{CODE}\",\"ProduceID\":\"p-1\"}}</TC260:AIGC>"
            ),
            format!(
                "<TC260:AIGC>\n<TC260:Label>1</TC260:Label>\n <TC260:ContentProducer>{CODE}</TC260:ContentProducer><TC260:ProduceID>p-1</TC260:ProduceID></TC260:AIGC>"
            ),
            format!(
                "<meta name=\"AIGC\" content='{{\"Label\":\"1\",\"ContentProducer\":\"{CODE}\",\"ProduceID\":\"p-1\"}}'>"
            ),
            format!(
                "UserComment: {{\"AIGC\": {{\"Label\": 1, \"ContentProducer\": \"{CODE}\", \"ProduceID\": \"p-1\"}}}}"
            ),
        ];
        for text in &wrapped {
            let text = format!("前文{text}后文");
            let found = labels(&text, false);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].grade(), "confirmed", "{text}");
            assert_eq!(found[0].value(Name::Producer), CODE, "{text}");
            assert_eq!(found[0].value(Name::ProduceId), "p-1", "{text}");
        }
    }

    #[test]
    fn grades_are_told_apart_and_two_labels_are_two() {
        assert_eq!(
            grades(
                "AIGC: {Label: 2, ProduceID: a}\nAIGC: {Label: 3, ProduceID: b}\nAIGC:\n  Label: AIGC\n  ContentProducer: Some Agent"
            ),
            ["possible", "suspected", "AIGC"]
        );
        assert_eq!(
            grades("{\"ContentProducer\":\"某某\",\"ProduceID\":\"1\"}"),
            ["unstated"]
        );
    }

    #[test]
    fn descriptions_are_no_labels() {
        for text in [
            "隐式标识包含 Label、ContentProducer、ProduceID 等字段",
            "{\"AIGC\":{\"Label\":value1,\"ContentProducer\":value2,\"ProduceID\":value3}}",
            "AIGC: {Label: string, ContentProducer: string}",
            "{\"aigc\": true, \"label\": 1}",
            "{\"text\": \"AIGC\", \"label\": \"2\"}",
            "AIGC 数据集的 label: 1 表示机器生成",
            "Label: 1\nTitle: x",
            "<label>ContentProducer</label>",
        ] {
            assert_eq!(grades(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn values_end_where_their_quotes_do() {
        for (text, inside) in [
            ("\"a,b\"c", "a,b"),
            ("\\\"a\\\",", "a"),
            ("a b ,c", "a b"),
            ("&quot;a&quot;", "a"),
            ("'a\nb", "a"),
            ("", ""),
            ("\"\"", ""),
        ] {
            assert_eq!(&text[value(text, 0)], inside, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_a_stumbling_block(text in "(AIGC|Label|ContentProducer|ProduceID|[:=>\"'\\\\{},<&; \n]|&quot;|语|1){0,60}") {
            for found in labels(&text, true) {
                proptest::prop_assert!(found.range.start < found.range.end);
                proptest::prop_assert!(text.get(found.range.clone()).is_some());
            }
        }
    }
}
