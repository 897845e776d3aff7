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

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Unfinished => 2,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
