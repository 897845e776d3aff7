//! Of rules and of what texts are compared with: `rules`, `works`, `testbank`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfigFile, RuleFiles, parse_bytes, parse_day};
use crate::sources::Day;

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
        /// Rule files or folders, beside the built-in rules
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
        /// Take the text for that of a record with this address
        #[arg(long, default_value = "")]
        url: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Turn lists of words into rule packs 导入词库
    Import(ImportArgs),
    /// Write all keywords as the table of a filing 导出关键词表
    Export {
        /// File that ends in .xlsx, .csv or .txt
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: PathBuf,
        #[command(flatten)]
        rules: RuleFiles,
    },
    /// Judge the keywords by KWL-01 to KWL-05 词库审计
    Audit {
        #[command(flatten)]
        rules: RuleFiles,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// `yujian rules import`
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// Lists: txt, csv, tsv, json or xlsx, in any charset
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Folder for the packs and the log of releases; with --gitleaks the pack itself
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
    /// Beginning of the ids of packs and rules
    #[arg(long, default_value = "operator")]
    pub name: String,
    /// Code of a category or of a file, e.g. 涉赌=A.1.h.gambling
    #[arg(long = "map", value_name = "CATEGORY=CODE")]
    pub maps: Vec<String>,
    /// Code of everything that has no other
    #[arg(long, value_name = "CODE")]
    pub risk: Option<String>,
    /// Column of the words, by its name
    #[arg(long, value_name = "NAME")]
    pub word_column: Option<String>,
    /// Column of the categories, by its name
    #[arg(long, value_name = "NAME")]
    pub category_column: Option<String>,
    /// Ordinary text (txt or jsonl); words that are frequent in it are left out
    #[arg(long, value_name = "FILE")]
    pub sample: Option<PathBuf>,
    /// Share of its documents from which a word is frequent
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.01,
        requires = "sample"
    )]
    pub ordinary: f64,
    /// All remarks as JSON lines instead of a summary
    #[arg(long)]
    pub json: bool,
    /// The files are rule files of Gitleaks; the output is a file that ends in .toml
    #[arg(
        long,
        conflicts_with_all = ["maps", "risk", "word_column", "category_column", "sample"]
    )]
    pub gitleaks: bool,
}

/// `yujian works …`
#[derive(Debug, Subcommand)]
pub enum WorksCommand {
    /// Make a pack of fingerprints; it holds none of the text
    Index(IndexArgs),
    /// Make one pack of several
    Merge {
        /// Packs of one kind
        #[arg(required = true)]
        packs: Vec<PathBuf>,
        /// The new pack
        #[arg(short = 'o', long = "output", value_name = "PACK")]
        output: PathBuf,
    },
    /// List the works of a pack
    Show {
        /// The pack
        pack: PathBuf,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Look for a text in packs
    Check(CheckArgs),
}

/// `yujian testbank …`
#[derive(Debug, Subcommand)]
pub enum TestbankCommand {
    /// Count and judge the questions that [testbank] names (TST-01 to TST-03)
    Check {
        /// The configuration
        #[command(flatten)]
        config: ConfigFile,
        /// As of which day updates are judged; today by default
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        as_of: Option<Day>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a pack of the questions: name it in [rights] works, scan, and TST-04 is judged
    Index {
        /// The configuration
        #[command(flatten)]
        config: ConfigFile,
        /// The pack
        #[arg(short = 'o', long = "output", value_name = "PACK")]
        output: PathBuf,
    },
}

/// `yujian works index`
#[derive(Clone, Debug, Args)]
pub struct IndexArgs {
    /// Directories or files with the texts, in any format that is scanned; `works.csv` or
    /// `works.toml` in a directory says what they are
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// The pack
    #[arg(short = 'o', long = "output", value_name = "PACK")]
    pub output: PathBuf,
    /// Every record is a work of its own, and not every file
    #[arg(long)]
    pub records: bool,
    /// Short texts, such as questions of a test bank: each record is one, and common runs of ten
    /// letters and digits are found instead of fifty
    #[arg(long)]
    pub items: bool,
    /// Fields of records that hold the text; by default those of a scan
    #[arg(long, value_name = "PATH")]
    pub text: Vec<String>,
    /// Memory for sorting
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, default_value = "512M")]
    pub max_memory: u64,
}

/// `yujian works check`
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Packs, or runs of scans with `--membership`
    #[arg(required = true)]
    pub packs: Vec<PathBuf>,
    /// The text
    #[arg(
        long,
        value_name = "TEXT",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    pub query: Option<String>,
    /// A file with the text; standard input if `-`
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
