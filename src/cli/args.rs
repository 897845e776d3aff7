//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::language::Language;

/// Training-corpus compliance scanner 训练语料合规扫描.
#[derive(Debug, Parser)]
#[command(name = "yujian", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Language of output: zh or en 输出语言
    #[arg(long, global = true, value_enum, default_value_t, env = "YUJIAN_LANG")]
    pub lang: Language,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, show, check and try rules 规则:列出、查看、检查、试用
    #[command(subcommand)]
    Rules(RulesCommand),
}

/// `yujian rules …`
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List {
        #[command(flatten)]
        rules: RuleFiles,
        /// List named confirmations instead
        #[arg(long)]
        confirmations: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show one rule with its terms, examples and source
    Show {
        /// Rule id, or the beginning of several
        id: String,
        #[command(flatten)]
        rules: RuleFiles,
    },
    /// Check rule files: syntax, breadth, and every example through the scanner
    Check {
        /// Rule files or folders; the built-in rules if none
        paths: Vec<PathBuf>,
    },
    /// Scan a text and explain every finding
    Try {
        /// The text; standard input if `-`
        text: String,
        #[command(flatten)]
        rules: RuleFiles,
        /// Take the text for a field of this name
        #[arg(long, default_value = "")]
        key: String,
    },
}

/// Which rules.
#[derive(Clone, Debug, Default, Args)]
pub struct RuleFiles {
    /// Further rule files or folders
    #[arg(long = "rules", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Without the built-in rules
    #[arg(long, requires = "paths")]
    pub no_builtin: bool,
}
