//! The platform, and what stands in the annotations.

use super::{Case, no_evidence};
use crate::State;
use crate::annotation::report::{Judged, Offending};

impl Case<'_> {
    /// `D74-01`: a program can see that evidence is there, and who says that it holds.
    pub(super) fn platform(&self) -> Judged {
        let platform = &self.config.platform;
        let files = [
            ("access_control", &platform.access_control),
            ("operation_log", &platform.operation_log),
            ("protection", &platform.protection),
            ("export_approval", &platform.export_approval),
        ];
        let lacks = files.iter().filter(|(_, path)| !self.exists(path));
        let offending = Offending::of(lacks.map(|(name, _)| *name));
        let there = files.len() as u64 - offending.count;
        let (by, on) = (&platform.confirmed_by, &platform.confirmed_on);
        let judged = match () {
            () if offending.count > 0 => no_evidence(
                &format!("4 项证据中有 {there} 项([annotation.platform])"),
                &format!("{there} of 4 pieces of evidence are there ([annotation.platform])"),
            ),
            () if by.is_empty() || on.is_empty() => Judged::new(
                State::NeedsReview,
                "证据齐全,尚未经人确认(confirmed_by、confirmed_on)",
                "all evidence is there, and nobody has confirmed it (confirmed_by, confirmed_on)",
            ),
            () => Judged::new(
                State::Compliant,
                format!("证据齐全,{by} 于 {on} 确认"),
                format!("all evidence is there, confirmed by {by} on {on}"),
            ),
        };
        judged.number("evidence", there as f64).offending(offending)
    }

    /// `D74-07`
    pub(super) fn own_content(&self) -> Judged {
        let scan = self.scan;
        if !scan.scanned {
            return no_evidence("没有扫描标注内容", "the annotations were not scanned");
        }
        let (open, expected) = (scan.open, scan.expected);
        let review = &self.config.review;
        let looked_at = !review.by.is_empty() && !review.on.is_empty() && review.findings >= open;
        let classes: Vec<String> = (scan.by_class.iter())
            .map(|(class, count)| format!("{class} {count}"))
            .collect();
        let shown = scan.first.iter().map(|one| {
            format!(
                "{} ({}:{}) {} {}",
                one.item, one.file, one.line, one.role, one.class
            )
        });
        let mut offending = Offending::of(shown);
        offending.count = open;
        let judged = match () {
            () if open == 0 => Judged::new(
                State::Compliant,
                format!("未发现须复核的内容;安全性题目中 {expected} 处风险信号属预期"),
                format!(
                    "nothing to review; {expected} signs of risks in prompts of safety annotation are expected"
                ),
            ),
            () if looked_at => Judged::new(
                State::Compliant,
                format!("机检发现 {open} 处,{} 于 {} 复核", review.by, review.on),
                format!(
                    "{open} findings, which {} reviewed on {}",
                    review.by, review.on
                ),
            ),
            () => Judged::new(
                State::NeedsReview,
                format!("机检发现 {open} 处,未经人工确认:{}", classes.join("、")),
                format!(
                    "{open} findings by rule, not confirmed by a person: {}",
                    classes.join(", ")
                ),
            ),
        };
        judged
            .number("open", open as f64)
            .number("expected", expected as f64)
            .offending(offending)
    }
}
