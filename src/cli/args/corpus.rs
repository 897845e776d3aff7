//! Of a corpus: `init`, `config`, `scan`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CacheFolder, ConfigFile, DigestName, Part, RuleFiles, parse_bytes, parse_part};
use crate::config::TokensMode;

/// `yujian init`
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// Folder of the corpus
    pub dir: PathBuf,
    /// The file to write; yujian.toml in the folder by default. Sources that it declares stay as
    /// they are
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// One source for every value of this field of records, instead of one for every top folder
    #[arg(long, value_name = "PATH")]
    pub field: Option<String>,
}

/// `yujian config …`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the JSON Schema of yujian.toml, draft 2020-12
    Schema {
        /// To a file that is not there yet, instead of standard output
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read a configuration and tell everything that is wrong with it
    Check {
        /// The file, or the folder it is in; yujian.toml by default
        file: Option<PathBuf>,
    },
}

/// `yujian scan`
#[derive(Clone, Debug, Args)]
pub struct ScanArgs {
    /// Directories or files
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Directory of the run; must not exist yet, or be empty
    #[arg(
        short = 'o',
        long = "output",
        value_name = "RUN",
        required_unless_present = "dry_run"
    )]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub config: ConfigFile,
    #[command(flatten)]
    pub rules: RuleFiles,
    /// Keep fingerprints of all texts in the run, so that `yujian works check RUN` can tell later
    /// whether a text is among them; takes about two fifths of their bytes
    #[arg(long, conflicts_with = "since")]
    pub membership: bool,
    /// Pack of known works (`yujian works index`) to compare with; may be given several times
    #[arg(long, value_name = "PACK")]
    pub works: Vec<PathBuf>,
    /// Judge the run at the end, like `yujian gate`
    #[arg(long)]
    pub gate: bool,
    /// Go on with an interrupted scan
    #[arg(long)]
    pub resume: bool,
    /// Build on a run over the same corpus with other rules: only what the difference between the
    /// rules may touch is scanned again, and files that are new or changed
    #[arg(long, value_name = "RUN")]
    pub since: Option<PathBuf>,
    /// Scan only part I of N of the shards, e.g. 2/8; the runs can be merged
    #[arg(long, value_name = "I/N", value_parser = parse_part)]
    pub shard: Option<Part>,
    /// Say what would be read, with which rules, and stop
    #[arg(long)]
    pub dry_run: bool,
    /// A row for every record, not only for those with findings
    #[arg(long)]
    pub sidecar: bool,
    /// How tokens are counted: `exact` takes far longer; by default as `[tokens]` says, or an
    /// estimate from a sample, with its interval
    #[arg(long, value_name = "HOW", value_enum)]
    pub tokens: Option<TokensMode>,
    /// What counts tokens: o200k_base, cl100k_base, or a tokenizer.json
    #[arg(long, value_name = "NAME|FILE")]
    pub tokenizer: Option<String>,
    /// Findings kept per record and rule; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub keep: usize,
    /// File with the key of the value hashes (64 hex digits); made if it does not exist
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// List these digests of the files too, for filings that ask for them
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    pub digest: Vec<DigestName>,
    /// Sign the run with this private key of Ed25519 (PKCS#8 PEM)
    #[arg(long, value_name = "KEYFILE")]
    pub sign: Option<PathBuf>,
    /// Threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Memory beside mapped files, e.g. 300M; smaller means smaller chunks
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub max_memory: Option<u64>,
    /// Read files instead of mapping them
    #[arg(long)]
    pub no_mmap: bool,
    /// Print time and findings per rule at the end
    #[arg(long)]
    pub profile: bool,
    #[command(flatten)]
    pub cache: CacheFolder,
}
