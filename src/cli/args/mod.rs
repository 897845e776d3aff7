//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::language::Language;
use crate::config::TokensMode;
use crate::sources::Day;

/// Training-corpus compliance scanner 训练语料合规扫描
#[derive(Debug, Parser)]
#[command(name = "yujian", version, about, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes 退出码: 0 passed 通过, 1 the verdict fails 判定不通过, 2 not finished or not everything read 未完成或未全部读取"
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Language of output 输出语言
    #[arg(long, global = true, value_enum, default_value_t, env = "YUJIAN_LANG")]
    pub lang: Language,
    /// No progress, no table; errors only 安静
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// More detail 详细
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at a corpus and draft yujian.toml 查看语料,起草配置
    Init(InitArgs),
    /// JSON Schema of yujian.toml for editors; check a file 配置:编辑器用的 schema、检查
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Scan a corpus and leave a run 扫描语料,留下运行目录
    Scan(ScanArgs),
    /// Judge a run against the policy 按策略判定
    Gate(GateArgs),
    /// Print the summary of a run, or write the documents of a filing 摘要与备案材料
    Report(ReportArgs),
    /// JSON Schema of a form of JSON that this program writes 输出的 JSON Schema
    Schema {
        /// Which form
        #[arg(value_enum)]
        of: SchemaName,
        /// To a file that is not there yet, instead of standard output
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print the tables of a run 导出明细
    Export(ExportArgs),
    /// Provenance as Croissant, SPDX, CycloneDX and others 导出来源与溯源信息
    Provenance(ProvenanceArgs),
    /// Check that a run, and its corpus, are what they were 核验运行与语料
    Verify(VerifyArgs),
    /// Make one run of runs over parts of a corpus 合并运行
    Merge(MergeArgs),
    /// Draw records of a run for review by people 抽取供人工审核的样本
    Sample(SampleArgs),
    /// Take verdicts of people in, and show what they say 人工审核:导入结论、查看结果
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Compare the findings of two runs 比较两次运行
    Diff(DiffArgs),
    /// Sign a run 为运行签名
    Sign(SignArgs),
    /// List, show, check and try rules 规则:列出、查看、检查、试用
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Rules, people and records of annotation 标注规则、人员与记录
    #[command(subcommand)]
    Annotation(AnnotationCommand),
    /// Fingerprints of protected works and test banks: index, merge, show, check 作品指纹库
    #[command(subcommand)]
    Works(WorksCommand),
    /// Test banks: audit them, make the pack that a scan looks for them with 测试题库
    #[command(subcommand)]
    Testbank(TestbankCommand),
    /// Shell completions 命令补全
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Man page in roff 手册页
    Man,
}

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

/// Where compiled rules are kept.
#[derive(Clone, Debug, Args)]
pub struct CacheFolder {
    /// Folder of compiled rules; $XDG_CACHE_HOME/yujian or ~/.cache/yujian by default
    #[arg(long, value_name = "DIR", env = "YUJIAN_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Compile all rules anew and keep nothing
    #[arg(long)]
    pub no_cache: bool,
}

/// `yujian gate`
#[derive(Clone, Debug, Args)]
pub struct GateArgs {
    /// Directory of the run
    pub run: PathBuf,
    #[command(flatten)]
    pub config: ConfigFile,
    /// How to print the verdict
    #[arg(long, value_enum, default_value_t)]
    pub format: GateFormat,
    /// To this file instead of standard output; not for tables
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Judge every clause of the table of duties, with the source ledger and its evidence
    #[arg(long)]
    pub clauses: bool,
    /// Judge as of this day, e.g. 2026-01-31; by default the day of the scan
    #[arg(long, value_name = "DAY", requires = "clauses", value_parser = parse_day)]
    pub as_of: Option<Day>,
    /// Take the results of annotation from what `annotation check --format json -o FILE` wrote;
    /// refused if anything it was made of has changed
    #[arg(long, value_name = "FILE", requires = "clauses")]
    pub annotation: Option<PathBuf>,
    /// An earlier run: with --clauses, what became of its findings is the record of before and after
    /// (CON-02); with --format sarif, what is new is told from what was known
    #[arg(long, value_name = "RUN")]
    pub before: Option<PathBuf>,
    /// Verdicts of people on samples of the run, as `review import` has stored them; by default the
    /// store of [review] in yujian.toml
    #[arg(long, value_name = "FILE", requires = "clauses")]
    pub verdicts: Option<PathBuf>,
    #[command(flatten)]
    pub cache: CacheFolder,
}

fn parse_day(text: &str) -> Result<Day, String> {
    let parsed = Day::parse(text).map(|(day, _)| day);
    parsed.ok_or_else(|| "write a day as 2026-01-31".to_owned())
}

/// Form of a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GateFormat {
    /// A table for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
    /// JUnit XML, as Jenkins and GitLab read it.
    Junit,
    /// Markdown for a comment on a merge request or the summary of a job.
    Markdown,
    /// SARIF 2.1.0 with the families of findings, for code scanning.
    Sarif,
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

/// A form of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// report.json.
    Report,
    /// `gate --format json`.
    Gate,
    /// `gate --clauses --format json`.
    Clauses,
    /// summary.json.
    Summary,
    /// `diff --format json`.
    Diff,
}

/// `yujian report`
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// Directory of the run
    pub run: PathBuf,
    /// Write the documents of a filing into this folder, with summary.json and summary.md; with
    /// --format, one file of this name; without it the summary is printed
    #[arg(short = 'o', long = "output", value_name = "DIR|FILE")]
    pub output: Option<PathBuf>,
    /// Write this instead of the documents of a filing, to standard output without -o
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ReportForm>,
    /// Replace a file that is there already
    #[arg(long, requires_all = ["format", "output"])]
    pub force: bool,
    #[command(flatten)]
    pub config: ConfigFile,
    /// Judge as of this day, e.g. 2026-01-31; by default the day of the scan
    #[arg(long, value_name = "DAY", requires = "output", value_parser = parse_day)]
    pub as_of: Option<Day>,
    /// A .docx whose styles, page setup, headers and footers the Word documents take
    #[arg(long, value_name = "FILE", requires = "output")]
    pub template: Option<PathBuf>,
    /// Take the results of annotation from what `annotation check --format json -o FILE` wrote;
    /// refused if anything it was made of has changed
    #[arg(long, value_name = "FILE", requires = "output")]
    pub annotation: Option<PathBuf>,
    /// An earlier run, before the corpus was put right: adds what became of its findings, removed,
    /// replaced, still there and new
    #[arg(long, value_name = "RUN", requires = "output")]
    pub before: Option<PathBuf>,
    /// Verdicts of people on samples of the run, as `review import` has stored them; by default the
    /// store of [review] in yujian.toml
    #[arg(long, value_name = "FILE", requires = "output")]
    pub verdicts: Option<PathBuf>,
    #[command(flatten)]
    pub cache: CacheFolder,
}

/// What `yujian report` writes as one file
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    /// One page for a browser, which needs nothing else
    Html,
    /// The summary as Markdown
    Markdown,
    /// Everything the documents of a filing say, `yujian schema report`
    Json,
}

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

/// `yujian provenance`
#[derive(Clone, Debug, Args)]
pub struct ProvenanceArgs {
    /// Directory of the run
    pub run: PathBuf,
    #[command(flatten)]
    pub config: ConfigFile,
    /// In which format
    #[arg(long, value_enum)]
    pub format: ProvenanceFormat,
    /// To a file instead of standard output; with `--format all` a folder
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
    /// Date the documents with this day, e.g. 2026-01-31; by default the day of the scan
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    pub as_of: Option<Day>,
    /// List files one by one up to this many; of more, only their sources
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub files: usize,
    /// Take the results of annotation from what `annotation check --format json -o FILE` wrote;
    /// refused if anything it was made of has changed
    #[arg(long, value_name = "FILE")]
    pub annotation: Option<PathBuf>,
    #[command(flatten)]
    pub cache: CacheFolder,
}

/// A format of provenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProvenanceFormat {
    /// Croissant 1.1 with RAI.
    Croissant,
    /// SPDX 3.0.1, profile Dataset.
    Spdx,
    /// CycloneDX 1.7.
    Cyclonedx,
    /// Data Provenance Standards 1.0.0 of the Data & Trust Alliance: the corpus.
    Dta,
    /// The same of its sources, one JSON object a line.
    DtaSources,
    /// PROV-O of the W3C, JSON-LD.
    Prov,
    /// Public summary of training content, Article 53(1)(d) of the EU's AI Act: a draft.
    Eu,
    /// California AB 2013, Civil Code section 3111: a draft.
    Ab2013,
    /// What is known of each source, field by field, CSV.
    Completeness,
    /// TC609-5-2025 metadata, a line a record; needs a run with --sidecar.
    Tc609,
    /// All but tc609, into a folder.
    All,
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

/// Which samples are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SamplePlan {
    /// Over the whole corpus, by source.
    Manual,
    /// Of each source, enough to prove that it is within its limit.
    Source,
    /// The share that was scanned, and records of each kind of source to check what is kept of them.
    Technical,
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

/// Which configuration.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigFile {
    /// Configuration; by default `yujian.toml` in the scanned directory, or in the current one
    #[arg(long = "config", value_name = "FILE")]
    pub path: Option<PathBuf>,
}

/// `yujian annotation …`
#[derive(Debug, Subcommand)]
pub enum AnnotationCommand {
    /// Write templates of rules, registry and spot checks 写出模板
    Init {
        /// Folder, made if it does not exist; nothing in it is overwritten
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Check what [annotation] of the configuration names 检查标注
    Check(AnnotationCheckArgs),
}

/// Form of an annotation report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AnnotationFormat {
    /// Tables for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
    /// For the annex of a filing.
    Markdown,
}

/// `yujian annotation check`
#[derive(Clone, Debug, Args)]
pub struct AnnotationCheckArgs {
    #[command(flatten)]
    pub config: ConfigFile,
    #[command(flatten)]
    pub rules: RuleFiles,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub format: AnnotationFormat,
    /// Write the report, as json or markdown, to this file
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Do not scan prompts, answers and comments; D74-07 stays open
    #[arg(long)]
    pub no_scan: bool,
    #[command(flatten)]
    pub cache: CacheFolder,
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

/// Which rules.
#[derive(Clone, Debug, Default, Args)]
pub struct RuleFiles {
    /// Further rule files or folders
    #[arg(long = "rules", value_name = "PATH")]
    pub rule_paths: Vec<PathBuf>,
    /// Without the built-in rules
    #[arg(long, requires = "rule_paths")]
    pub no_builtin: bool,
}

/// Part `index` (from 1) of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub index: usize,
    /// How many parts there are.
    pub of: usize,
}

fn parse_part(text: &str) -> Result<Part, String> {
    let parts = text
        .split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((index, of)) if (1..=of).contains(&index) => Ok(Part { index, of }),
        _ => Err("write I/N with 1 ≤ I ≤ N, such as 2/8".to_owned()),
    }
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        _ => return Err("write bytes with K, M or G, such as 300M".to_owned()),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(unit))
        .ok_or_else(|| "write bytes with K, M or G, such as 300M".to_owned())
}
