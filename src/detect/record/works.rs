//! A record beside known works: its text goes to [`Overlaps`] window by window, and what it has in
//! common with each work becomes findings when it ends.

use super::{RecordScan, Window};
use crate::detect::overlap;
use crate::detect::profile::Stage;
use crate::works::Overlaps;
use crate::{Finding, Folds};

impl RecordScan<'_> {
    /// Compares what of a window is its own: windows follow each other, so all of the field is
    /// seen once, wherever it was cut.
    pub(super) fn compare(&mut self, window: &Window<'_>) {
        let Some(known) = self.works else { return };
        let began = self
            .scanner
            .profile
            .as_ref()
            .map(|_| std::time::Instant::now());
        let overlaps = &mut self.so_far.overlaps;
        let gathering = self.scanner.options.membership;
        let overlaps = overlaps.get_or_insert_with(|| {
            // The buffers may have served another scanner before.
            let before = self.scratch.overlaps.take();
            match before.filter(|before| before.is_gathering() == gathering) {
                Some(before) => before,
                None if gathering => Box::new(Overlaps::default().gathering()),
                None => Box::default(),
            }
        });
        let own = window.own.start..window.own.end.min(window.text.len());
        overlaps.push(known, window.path, &window.text[own]);
        if let (Some(profile), Some(began)) = (&self.scanner.profile, began) {
            profile.stage(Stage::Works, began);
        }
    }

    /// Ends a field.
    pub(super) fn end_overlaps(&mut self, path: &str) {
        if let (Some(known), Some(overlaps)) = (self.works, &mut self.so_far.overlaps) {
            overlaps.end_field(known, path);
        }
    }

    /// Makes findings of what the record has in common with works: one a passage, with what is known
    /// of all passages of the work.
    pub(super) fn add_overlaps(&mut self) {
        let (Some(known), Some(mut overlaps)) = (self.works, self.so_far.overlaps.take()) else {
            return;
        };
        for (overlap, also) in overlaps.finish(known) {
            let (work, scheme) = (known.work(overlap.work), known.scheme(overlap.work));
            for (rule, confidence) in self.scanner.overlaps.of(&overlap, scheme, work) {
                for passage in &overlap.passages {
                    self.keep(Finding {
                        field: overlaps.fields()[passage.field].clone(),
                        span: passage.span,
                        rule,
                        code_points: passage.code_points,
                        confidence,
                        reasons: match passage.verbatim {
                            true => "verbatim",
                            false => "edited",
                        }
                        .to_owned(),
                        // The place and the work say all; neither is quoted.
                        excerpt: String::new(),
                        value: None,
                        folds: Folds::default(),
                        suppressed_by: None,
                        details: overlap::details(&overlap, passage, &also, known),
                    });
                }
            }
        }
        if let Some(gathered) = overlaps.gathered() {
            self.so_far.found.fingerprints = std::mem::take(gathered);
        }
        overlaps.clear();
        self.scratch.overlaps = Some(overlaps);
    }
}
