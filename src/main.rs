//! The `yujian` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    yujian::cli::main()
}
