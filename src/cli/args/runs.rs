//! Of runs: `export`, `verify`, `merge`, `diff`, `sign`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigFile, Part, parse_part};

/// `yujian export`
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Directory of the run
    pub run: PathBuf,
    /// Which table
    #[arg(long, value_enum, default_value_t)]
    pub what: ExportWhat,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportForm,
    /// To a file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Which table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportWhat {
    /// One row a finding.
    #[default]
    Findings,
    /// One row a record with findings.
    Records,
    /// One row a file.
    Shards,
    /// One row a holder of rights, by source and kind of mark.
    Holders,
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated, with a header.
    Csv,
}

/// `yujian verify`
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Directory of the run
    pub run: PathBuf,
    /// Directories or files that were scanned, as they were named then: their bytes are digested
    /// again and compared
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub corpus: Vec<PathBuf>,
    #[command(flatten)]
    pub config: ConfigFile,
    /// The run is of part I of N of the corpus, as with `scan --shard`
    #[arg(long, value_name = "I/N", value_parser = parse_part, requires = "corpus")]
    pub shard: Option<Part>,
    /// Compare these digests too, if the run holds them
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        value_delimiter = ',',
        requires = "corpus"
    )]
    pub digest: Vec<DigestName>,
    /// Public key (PEM) the run must be signed with
    #[arg(long, value_name = "FILE")]
    pub public_key: Option<PathBuf>,
    /// Print, as JSON, the proof that this file of the corpus is in the run
    #[arg(long, value_name = "PATH", conflicts_with_all = ["corpus", "public_key"])]
    pub prove: Option<String>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: VerifyFormat,
    /// Threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Form of what `yujian verify` finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// A table for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
}

/// A digest beside BLAKE3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DigestName {
    /// SHA-256.
    Sha256,
    /// SM3, GB/T 32905-2016.
    Sm3,
}

/// `yujian merge`
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// Directories of the runs, in any order
    #[arg(required = true, num_args = 1..)]
    pub runs: Vec<PathBuf>,
    /// Directory of the run they become; must not exist yet, or be empty
    #[arg(short = 'o', long = "output", value_name = "RUN")]
    pub output: PathBuf,
    /// Sign it with this private key of Ed25519 (PKCS#8 PEM)
    #[arg(long, value_name = "KEYFILE")]
    pub sign: Option<PathBuf>,
}

/// `yujian diff`
#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// Directory of the earlier run
    pub old: PathBuf,
    /// Directory of the later run
    pub new: PathBuf,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// Also write every finding that is not the same, one JSON object a line
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Form of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// Tables for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
    /// Markdown, for a report.
    Md,
}

/// `yujian sign`
#[derive(Clone, Debug, Args)]
pub struct SignArgs {
    /// Directory of the run
    pub run: PathBuf,
    /// Private key of Ed25519 (PKCS#8 PEM): openssl genpkey -algorithm ed25519
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}
