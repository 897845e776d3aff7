//! The annotation report as Markdown: for the annex of a filing, and for whoever has to act on it.

use std::fmt::Write as _;

use super::summary::{ReportLanguage, cell};
use crate::annotation::AnnotationReport;
use crate::rules::Bilingual;

/// Renders a report.
pub fn annotation(report: &AnnotationReport, language: ReportLanguage) -> String {
    let mut out = String::new();
    write(&mut out, report, language).expect("writing to a string does not fail");
    out
}

fn write(
    out: &mut String,
    report: &AnnotationReport,
    language: ReportLanguage,
) -> std::fmt::Result {
    let l = |zh, en| language.pick(zh, en);
    let of = |text: &Bilingual| match language {
        ReportLanguage::Zh => text.zh.clone(),
        ReportLanguage::En => text.en.clone(),
    };
    writeln!(out, "# {}\n", l("标注合规检查", "Annotation: check"))?;
    let passed = match (report.whole, report.passed) {
        (false, _) => l(
            "未完成:有内容未能读取",
            "unfinished: not everything could be read",
        ),
        (true, true) => l("通过", "passed"),
        (true, false) => l("不通过", "not passed"),
    };
    writeln!(out, "**{passed}** ({})\n", report.policy)?;
    figures(out, report, language)?;
    writeln!(
        out,
        "## {}\n\n| {} | {} | {} | {} | {} | {} |\n| --- | --- | --- | --- | --- | --- |",
        l("逐条检查", "Checks"),
        l("条款", "clause"),
        l("要求", "duty"),
        l("依据", "reference"),
        l("结论", "state"),
        l("说明", "reason"),
        l("涉及", "what"),
    )?;
    for check in &report.checks {
        let mut items = check.offending.first.join("; ");
        let more = check.offending.count - check.offending.first.len() as u64;
        if more > 0 {
            let _ = write!(items, "; … {more}");
        }
        writeln!(
            out,
            "| {} | {} | {} ({}) | {} | {} | {} |",
            check.duty.clause,
            cell(l(&check.duty.zh, &check.duty.en)),
            cell(&check.duty.reference),
            check.duty.status,
            l(check.state.zh(), check.state.en()),
            cell(&of(&check.reason)),
            cell(&items),
        )?;
    }
    if !report.problems.first.is_empty() {
        writeln!(out, "\n## {}\n", l("问题", "Problems"))?;
        for problem in &report.problems.first {
            writeln!(
                out,
                "- `{}` {} {} ({})",
                problem.name,
                problem.place(),
                of(&problem.what),
                of(&problem.hint)
            )?;
        }
        if report.problems.more() > 0 {
            writeln!(out, "- … {}", report.problems.more())?;
        }
    }
    Ok(())
}

fn figures(
    out: &mut String,
    report: &AnnotationReport,
    language: ReportLanguage,
) -> std::fmt::Result {
    let l = |zh, en| language.pick(zh, en);
    let figures = &report.figures;
    writeln!(
        out,
        "## {}\n\n| {} | {} | {} | {} |\n| --- | --- | ---: | ---: |",
        l("数量", "Numbers"),
        l("单位", "unit"),
        l("类型", "kind"),
        l("标注", "annotations"),
        l("条目", "items"),
    )?;
    for (unit, kinds) in &figures.annotated {
        for (kind, amounts) in kinds {
            writeln!(
                out,
                "| {unit} | {kind} | {} | {} |",
                amounts.annotations, amounts.items
            )?;
        }
    }
    writeln!(
        out,
        "\n| {} | {} | {} | {} | {} | {} |\n| --- | ---: | ---: | ---: | ---: | ---: |",
        l("人员", "people"),
        l("登记", "registered"),
        l("作业", "worked"),
        l("受训", "trained"),
        l("培训人次", "trainings"),
        l("学时", "hours"),
    )?;
    for (kind, people) in &figures.people {
        writeln!(
            out,
            "| {kind} | {} | {} | {} | {} | {} |",
            people.registered, people.worked, people.trained, people.trainings, people.hours
        )?;
    }
    if let Some(ratio) = figures.verified_ratio {
        writeln!(
            out,
            "\n{}: {} ({:.2} %)",
            l("人工核验", "Verified by people"),
            figures.verified,
            ratio * 100.0
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::{AnnotationConfig, CheckInput, check};

    #[test]
    fn every_check_has_its_row_in_both_languages() {
        let report = check(&CheckInput {
            config: &AnnotationConfig::default(),
            base: std::path::Path::new("."),
            scanner: None,
            review_passes: false,
        });
        for (language, word) in [
            (ReportLanguage::Zh, "待核"),
            (ReportLanguage::En, "needs evidence"),
        ] {
            let text = annotation(&report, language);
            for check in &report.checks {
                assert!(text.contains(&format!("| {} |", check.duty.clause)));
            }
            assert!(text.contains(word), "{text}");
        }
    }
}
