//! Of what is judged and reported: `gate`, `report`, `provenance`, `annotation`, `schema`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{CacheFolder, ConfigFile, RuleFiles, parse_day};
use crate::sources::Day;

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
