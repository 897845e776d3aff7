//! Of samples and verdicts: `sample`, `review`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{CacheFolder, ConfigFile, Part, RuleFiles, parse_part};

/// `yujian sample`
#[derive(Clone, Debug, Args)]
pub struct SampleArgs {
    /// Directory of the run
    pub run: PathBuf,
    /// Directories or files that were scanned, as they were named then
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub corpus: Vec<PathBuf>,
    /// Folder for the sample; must not exist, or be empty
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    pub output: PathBuf,
    /// Which samples are drawn
    #[arg(long, value_enum, default_value_t)]
    pub plan: SamplePlan,
    /// Records of the sample over the whole corpus, instead of as many as the standards ask
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub size: Option<u32>,
    /// The same seed draws the same records; by default it follows from the run
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// What is shown of texts
    #[arg(long, value_enum, default_value_t)]
    pub text: SampleText,
    /// Form of the sheets
    #[arg(long, value_enum, default_value_t)]
    pub format: SampleFormat,
    #[command(flatten)]
    pub config: ConfigFile,
    #[command(flatten)]
    pub rules: RuleFiles,
    #[command(flatten)]
    pub cache: CacheFolder,
    /// The run is of part I of N of the corpus, as with `scan --shard`
    #[arg(long, value_name = "I/N", value_parser = parse_part)]
    pub shard: Option<Part>,
    /// Threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Which samples are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SamplePlan {
    /// Over the whole corpus, by source.
    Manual,
    /// Of each source, enough to prove that it is within its limit.
    Source,
    /// The share that was scanned, and records of each kind of source to check what is kept of them.
    Technical,
    /// Of the sources that are for fine-tuning, to check what is kept of them.
    Tuning,
    /// All of these.
    #[default]
    All,
}

/// What is shown of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SampleText {
    /// Without personal data and credentials.
    #[default]
    Masked,
    /// As they are.
    Full,
}

/// Form of the sheets of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SampleFormat {
    /// Workbooks with drop-downs.
    #[default]
    Xlsx,
    /// A line of JSON a record.
    Jsonl,
    /// Tasks of Label Studio, with the interface of their project beside them.
    LabelStudio,
    /// Documents of doccano, with the labels of their project beside them.
    Doccano,
}

/// `yujian review …`
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Take filled-in sheets into a store of verdicts 导入填写后的抽检表
    Import(ReviewImportArgs),
    /// Progress, pass rates, agreement and disputes 进度、合格率、一致性与分歧
    Show(ReviewShowArgs),
}

/// `yujian review show`
#[derive(Clone, Debug, Args)]
pub struct ReviewShowArgs {
    /// The store of verdicts
    #[arg(long, value_name = "FILE")]
    pub store: PathBuf,
    /// Folder of a sample; all samples in the store by default
    #[arg(long, value_name = "DIR")]
    pub sample: Option<PathBuf>,
    /// Form of output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReviewFormat,
}

/// Form of what verdicts say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReviewFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// `yujian review import`
#[derive(Clone, Debug, Args)]
pub struct ReviewImportArgs {
    /// Sheets that were filled in: xlsx or jsonl of `yujian sample`, JSON of Label Studio, JSON Lines
    /// of doccano
    #[arg(required = true, value_name = "SHEET")]
    pub sheets: Vec<PathBuf>,
    /// Folder of the sample that the sheets are of
    #[arg(long, value_name = "DIR")]
    pub sample: PathBuf,
    /// The store of verdicts; made if it is not there
    #[arg(long, value_name = "FILE")]
    pub store: PathBuf,
    /// Who has filled in the rows that name nobody
    #[arg(long, value_name = "NAME")]
    pub reviewer: Option<String>,
    /// These verdicts decide where those of reviewers differ; they must be of somebody else
    #[arg(long)]
    pub adjudicate: bool,
    /// Take the good rows in although others are wrong; those are listed, and the exit code is 2
    #[arg(long)]
    pub partial: bool,
}
