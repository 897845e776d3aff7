//! Work of a library that panics at what is no fault of the program: damaged files, full disks.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`; a panic of it is an error that the caller tells in its own words.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    let before = EXPECTED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    EXPECTED.set(before);
    done
}

/// Whether a panic of this thread is caught by [`guarded`], so that there is nothing to report.
pub(crate) fn is_guarded() -> bool {
    EXPECTED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_only_inside() {
        assert!(!is_guarded());
        let failed = guarded(|| {
            assert!(is_guarded());
            assert!(guarded(|| 1).is_ok() && is_guarded());
            panic!("full");
        });
        assert!(failed.is_err() && !is_guarded());
    }
}
