//! JUnit XML, as Jenkins (`junit-10.xsd` of its xUnit plugin), Ant (`JUnit.xsd`) and GitLab read it.
//!
//! A suite a group, a case a clause or check. Not met, 待核 and 人工复核 are failures whose `type` says
//! which; what does not apply, and what is not met without stopping the gate, is skipped; what was not
//! read is an error. Both schemas are met: no attribute that only one of them has.

use std::fmt::Write as _;

use super::{ResultCase, ResultGroup, Results, Taken, word};
use crate::report::ReportLanguage;
use crate::report::docx::xml::attribute;

/// Reasons of a case; all are in the JSON.
const REASONS: usize = 50;

/// The results as XML.
pub fn junit(results: &Results, language: ReportLanguage) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    coverage(&mut out, results, language);
    for (id, group) in (1..).zip(&results.groups) {
        suite(&mut out, results, id, group, language);
    }
    out.push_str("</testsuites>\n");
    out
}

struct Counted {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn open(out: &mut String, results: &Results, id: usize, name: &str, counted: &Counted) {
    let Counted {
        tests,
        failures,
        errors,
        skipped,
    } = counted;
    let _ = writeln!(
        out,
        "  <testsuite id=\"{id}\" package=\"yujian\" name=\"{}\" timestamp=\"{}\" hostname=\"localhost\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">",
        attribute(name),
        attribute(&results.finished),
    );
    out.push_str("    <properties>\n");
    let properties = [
        ("policy", &results.policy),
        ("yujian", &results.tool),
        ("run", &results.root),
        ("rules", &results.rules),
    ];
    for (name, value) in properties {
        let _ = writeln!(
            out,
            "      <property name=\"{name}\" value=\"{}\"/>",
            attribute(value)
        );
    }
    out.push_str("    </properties>\n");
}

fn close(out: &mut String) {
    out.push_str("    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n");
}

/// What was not read: the first suite, so that no reader overlooks it.
fn coverage(out: &mut String, results: &Results, language: ReportLanguage) {
    let counted = Counted {
        tests: 1,
        failures: 0,
        errors: usize::from(!results.whole),
        skipped: 0,
    };
    open(out, results, 0, "coverage", &counted);
    let name = language.pick("全部读取", "everything was read");
    let _ = write!(
        out,
        "    <testcase classname=\"yujian.coverage\" name=\"{name}\" time=\"0\""
    );
    if results.whole {
        out.push_str("/>\n");
    } else {
        let count = results.unread.len() as u64 + results.unread_more;
        let message = match language {
            // Then it is the annotation, of which the clauses say more.
            _ if count == 0 => language
                .pick("未全部读取", "not everything was read")
                .to_owned(),
            ReportLanguage::Zh => format!("{count} 处未读取"),
            ReportLanguage::En => format!("{count} not read"),
        };
        let _ = write!(
            out,
            ">\n      <error type=\"not-read\" message=\"{message}\">"
        );
        for unread in results.unread.iter().take(REASONS) {
            let line = format!("{}: {}", attribute(&unread.path), attribute(&unread.reason));
            out.push_str(&line);
            out.push('\n');
        }
        let more = count.saturating_sub(results.unread.len().min(REASONS) as u64);
        if more > 0 {
            let _ = writeln!(out, "… {more}");
        }
        out.push_str("</error>\n    </testcase>\n");
    }
    close(out);
}

fn suite(
    out: &mut String,
    results: &Results,
    id: usize,
    group: &ResultGroup,
    language: ReportLanguage,
) {
    let count = |taken: &dyn Fn(Taken) -> bool| {
        let cases = group.cases.iter();
        cases.filter(|case| taken(case.taken())).count()
    };
    let counted = Counted {
        tests: group.cases.len(),
        failures: count(&|taken| taken == Taken::Failed),
        errors: 0,
        skipped: count(&|taken| matches!(taken, Taken::NotApplicable | Taken::Tolerated)),
    };
    open(out, results, id, &group.name, &counted);
    for case in &group.cases {
        one(out, group, case, language);
    }
    close(out);
}

fn one(out: &mut String, group: &ResultGroup, case: &ResultCase, language: ReportLanguage) {
    let title = language.pick(&case.title.zh, &case.title.en);
    let mut name = format!("{} {title}", case.id);
    if let Some(source) = &case.source {
        let _ = write!(name, " [{source}]");
    }
    let _ = write!(
        out,
        "    <testcase classname=\"yujian.{}\" name=\"{}\" time=\"0\"",
        attribute(&group.name),
        attribute(&name),
    );
    let state = language.pick(case.state.zh(), case.state.en());
    let reasons: Vec<String> = (case.worst())
        .map(|reason| {
            let text = language.pick(&reason.text.zh, &reason.text.en);
            match &reason.source {
                Some(source) if case.source.is_none() => format!("{source}: {text}"),
                _ => text.to_owned(),
            }
        })
        .collect();
    let first = reasons.first().map_or("", |reason| reason.as_str());
    let message = attribute(&format!("{state}: {first}"));
    match case.taken() {
        Taken::Passed => out.push_str("/>\n"),
        Taken::NotApplicable | Taken::Tolerated => {
            let _ = write!(
                out,
                ">\n      <skipped message=\"{message}\"/>\n    </testcase>\n"
            );
        }
        Taken::Failed => {
            // The same in every language.
            let kind = word(case.state);
            let _ = write!(
                out,
                ">\n      <failure type=\"{kind}\" message=\"{message}\">"
            );
            let _ = writeln!(out, "{}", attribute(&case.reference));
            for reason in reasons.iter().take(REASONS) {
                let _ = writeln!(out, "{}", attribute(reason));
            }
            if reasons.len() > REASONS {
                let _ = writeln!(out, "… {}", reasons.len() - REASONS);
            }
            out.push_str("</failure>\n    </testcase>\n");
        }
    }
}
