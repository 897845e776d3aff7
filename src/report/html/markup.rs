//! Small pieces of markup: text in both languages, text of strangers, numbers, results.

use maud::{Markup, html};

use crate::report::ReportLanguage::{En, Zh};
use crate::report::clean::clean;
use crate::report::filing::words::{Words, number, percent, punctuated};
use crate::report::model::Said;
use crate::rules::Bilingual;
use crate::{Severity, State};

/// The words of the documents, in both languages.
pub const ZH: Words = Words(Zh);
/// The same in English.
pub const EN: Words = Words(En);

/// A text in both languages, of which the page shows one.
pub fn t(zh: &str, en: &str) -> Markup {
    let (zh, en) = (clean(&punctuated(zh)), clean(en));
    if zh == en {
        return html! { (zh) };
    }
    html! {
        span.zh lang="zh-Hans" { (zh) }
        span.en lang="en" { (en) }
    }
}

/// The same of a value.
pub fn both(text: &Bilingual) -> Markup {
    t(&text.zh, &text.en)
}

/// Text of strangers: paths, names, ids. Its direction is its own, and what does not show is made
/// visible.
pub fn foreign(text: &str) -> Markup {
    html! { bdi { (shown(text)) } }
}

/// Characters of a name that are shown. Nothing keeps a record from having an id of a megabyte.
const LONGEST: usize = 1000;

/// Text of strangers in a length and with the characters in which it can be shown.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", clean(&text[..at])),
        None => clean(text),
    }
}

/// A value, or that somebody has to fill it in.
pub fn said(value: &Said) -> Markup {
    match value {
        Said::Told(text) => foreign(text),
        Said::Known(text) => both(text),
        Said::Missing(reason) => missing(&reason.zh, &reason.en),
    }
}

/// What stands where somebody has to fill something in.
pub fn missing(zh: &str, en: &str) -> Markup {
    html! {
        span.missing { (t(&ZH.missing(zh), &EN.missing(en))) }
    }
}

/// A number.
pub fn n(n: u64) -> Markup {
    html! { (number(n)) }
}

/// A share in percent.
pub fn share(of: f64) -> Markup {
    html! { (percent(of)) }
}

/// Class and sign of a result: never told by color alone.
pub const fn sign(state: State) -> (&'static str, &'static str) {
    match state {
        State::Compliant => ("ok", "✓"),
        State::NotApplicable => ("na", "–"),
        State::NeedsReview => ("review", "◐"),
        State::NeedsEvidence => ("wanted", "?"),
        State::NonCompliant => ("bad", "✕"),
    }
}

/// A result.
pub fn state(state: State) -> Markup {
    let (class, sign) = sign(state);
    html! {
        span.state.(class) {
            span aria-hidden="true" { (sign) } " " (t(state.zh(), state.en()))
        }
    }
}

/// Gravity in both languages.
pub const fn severity_words(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Low => ("低", "low"),
        Severity::Medium => ("中", "medium"),
        Severity::High => ("高", "high"),
        Severity::Critical => ("严重", "critical"),
    }
}

/// Gravity.
pub fn severity(severity: Severity) -> Markup {
    let (zh, en) = severity_words(severity);
    html! { span.sev.(severity.as_str()) { (t(zh, en)) } }
}

/// A remark below a heading.
pub fn note(zh: &str, en: &str) -> Markup {
    html! { p.note { (t(zh, en)) } }
}

/// A line that unfolds.
pub fn fold(summary: Markup, body: Markup) -> Markup {
    html! {
        details {
            summary { (summary) }
            div.unfolded { (body) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_between_characters_and_keep_no_control() {
        let long = "名".repeat(1_001);
        assert_eq!(shown(&long), format!("{}…", "名".repeat(1_000)));
        let fits = "名".repeat(1_000);
        assert_eq!(shown(&fits), fits);
        assert_eq!(
            foreign("<b>\u{202e}\u{1b}").into_string(),
            "<bdi>&lt;b&gt;\u{fffd}\u{fffd}</bdi>"
        );
    }

    #[test]
    fn what_is_open_is_never_shown_as_met() {
        for of in [
            State::NeedsReview,
            State::NeedsEvidence,
            State::NonCompliant,
        ] {
            let shown = state(of).into_string();
            assert!(
                !shown.contains("state ok") && !shown.contains('✓'),
                "{shown}"
            );
        }
        let waiting = missing("未申报 name", "name is not declared").into_string();
        assert!(waiting.contains("待补充") && waiting.contains("to be completed"));
    }
}
