//! [`Outcome`]: the three ways a command ends.

use std::process::ExitCode;

/// How a command ended. The only place exit codes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0: done, and where there is a verdict, passed.
    Passed,
    /// Exit code 1: done, and the verdict fails.
    Failed,
    /// Exit code 2: could not be done or finished, or coverage is not whole.
    Unfinished,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Passed => 0,
            Outcome::Failed => 1,
            Outcome::Unfinished => 2,
        })
    }
}
