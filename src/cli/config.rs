//! `yujian config`: what an editor needs to know of `yujian.toml`, and whether one can be read.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::Outcome;
use super::args::{Common, ConfigCommand};
use crate::config::{Config, FILE_NAME, SCHEMA};

/// Runs the command.
pub fn run(command: &ConfigCommand, common: &Common) -> Result<Outcome> {
    match command {
        ConfigCommand::Schema { output: None } => {
            std::io::stdout().lock().write_all(SCHEMA.as_bytes())?;
        }
        ConfigCommand::Schema {
            output: Some(output),
        } => write_schema(output)?,
        ConfigCommand::Check { file } => check(file.as_deref(), common)?,
    }
    Ok(Outcome::Passed)
}

fn write_schema(output: &Path) -> Result<()> {
    if output.symlink_metadata().is_ok() {
        bail!("{} is there already; choose another -o", output.display());
    }
    super::init::write(output, SCHEMA)
}

fn check(file: Option<&Path>, common: &Common) -> Result<()> {
    let file = file.map_or_else(|| PathBuf::from(FILE_NAME), Path::to_owned);
    let file = match fs::metadata(&file) {
        Ok(found) if found.is_dir() => file.join(FILE_NAME),
        _ => file,
    };
    let config = Config::read(&file)?;
    if !common.quiet {
        let l = |zh, en| common.lang.pick(zh, en);
        writeln!(
            anstream::stdout().lock(),
            "{}: {}; {} {}, {} {}",
            file.display(),
            l("可以读取", "can be read"),
            config.source.len(),
            l("个来源", "sources"),
            config.statement.len(),
            l("项声明", "statements"),
        )?;
    }
    Ok(())
}
