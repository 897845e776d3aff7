//! `yujian sign`: a signature beside a run.

use anyhow::Result;

use super::Outcome;
use super::args::{Common, SignArgs};
use crate::run::{SIGNATURE_FILE, SignKey, sign};

/// Runs the command.
pub fn run(args: &SignArgs, common: &Common) -> Result<Outcome> {
    let key = SignKey::read(&args.key)?;
    sign(&args.run, &key)?;
    if !common.quiet {
        let path = args.run.join(SIGNATURE_FILE);
        anstream::println!(
            "{} · {} {}",
            path.display(),
            common.lang.pick("公钥", "public key"),
            key.public().hex()
        );
    }
    Ok(Outcome::Passed)
}
