//! What moves on the terminal while a scan runs: a bar, or a line now and then.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Common;
use crate::scan::Progress;

/// Seconds between lines where there is no terminal.
const PLAIN_SECONDS: u64 = 10;

/// Shows how far a scan is.
pub struct Display {
    bar: Option<ProgressBar>,
    total: u64,
    quiet: bool,
    began: Instant,
    last: Instant,
    records: &'static str,
    findings: &'static str,
}

impl Display {
    /// For `total` stored bytes.
    pub fn new(total: u64, common: &Common) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = (is_terminal && !common.quiet).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = common.lang.pick(
                "{bar:30} {bytes}/{total_bytes} {binary_bytes_per_sec}  {msg}  剩余 {eta}",
                "{bar:30} {bytes}/{total_bytes} {binary_bytes_per_sec}  {msg}  ETA {eta}",
            );
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            total,
            quiet: common.quiet,
            began: Instant::now(),
            last: Instant::now(),
            records: common.lang.pick("记录", "records"),
            findings: common.lang.pick("发现", "findings"),
        }
    }

    /// Shows the present state.
    pub fn show(&mut self, progress: &Progress) {
        let bytes = progress.bytes.load(Ordering::Relaxed);
        let records = HumanCount(progress.records.load(Ordering::Relaxed));
        let findings = HumanCount(progress.findings.load(Ordering::Relaxed));
        let told = format!("{} {records}  {} {findings}", self.records, self.findings);
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.set_message(told);
        } else if !self.quiet && self.last.elapsed() >= Duration::from_secs(PLAIN_SECONDS) {
            self.last = Instant::now();
            let rate = (bytes as f64 / self.began.elapsed().as_secs_f64()) as u64;
            anstream::eprintln!(
                "{}/{} {}/s  {told}",
                HumanBytes(bytes),
                HumanBytes(self.total),
                HumanBytes(rate)
            );
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows how many bytes are done.
pub struct Bytes(Option<ProgressBar>);

impl Bytes {
    /// Of `total`; nothing without a terminal.
    pub fn new(total: u64, common: &Common) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = (is_terminal && !common.quiet).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = "{bar:30} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        Self(bar)
    }

    /// Shows the present state.
    pub fn show(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Shows how many records are done.
pub struct Records(Option<ProgressBar>);

impl Records {
    /// Of `total`; nothing without a terminal.
    pub fn new(total: u64, common: &Common) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = (is_terminal && !common.quiet).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = "{bar:30} {human_pos}/{human_len} {per_sec} {eta}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        Self(bar)
    }

    /// Some more are done. Any thread may say so.
    pub fn add(&self, records: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(records);
        }
    }

    /// Begins anew, for a second pass.
    pub fn again(&self) {
        if let Some(bar) = &self.0 {
            bar.reset();
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        // What went wrong is told on a line of its own.
        self.end();
    }
}
