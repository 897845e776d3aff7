//! What can be typed.

mod corpus;
mod judging;
mod review;
mod rules;
mod runs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::language::Language;
use crate::sources::Day;

pub use corpus::{ConfigCommand, InitArgs, ScanArgs};
pub use judging::{
    AnnotationCheckArgs, AnnotationCommand, AnnotationFormat, GateArgs, GateFormat, ProvenanceArgs,
    ProvenanceFormat, ReportArgs, ReportForm, SchemaName,
};
pub use review::{
    ReviewCommand, ReviewFormat, ReviewImportArgs, ReviewShowArgs, SampleArgs, SampleFormat,
    SamplePlan, SampleText,
};
pub use rules::{CheckArgs, ImportArgs, IndexArgs, RulesCommand, TestbankCommand, WorksCommand};
pub use runs::{
    DiffArgs, DiffFormat, DigestName, ExportArgs, ExportForm, ExportWhat, MergeArgs, SignArgs,
    VerifyArgs, VerifyFormat,
};

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

/// Which configuration.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigFile {
    /// Configuration; by default `yujian.toml` in the scanned directory, or in the current one
    #[arg(long = "config", value_name = "FILE")]
    pub path: Option<PathBuf>,
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

fn parse_day(text: &str) -> Result<Day, String> {
    let parsed = Day::parse(text).map(|(day, _)| day);
    parsed.ok_or_else(|| "write a day as 2026-01-31".to_owned())
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
