//! `yujian scan --since`: what of an earlier run a scan may build on.

use anyhow::Result;
use indicatif::{HumanBytes, HumanCount};

use super::args::{Common, ScanArgs};
use super::language::Language;
use crate::detect::{Difference, Scanner, Unlike};
use crate::rules::RuleSet;
use crate::run::{Apart, BuiltOn, Carry, Manifest, RunHeader, Since};
use crate::scan::Known;

/// What an earlier run gives.
pub struct Earlier {
    /// Which records need not be scanned again.
    pub known: Known,
    /// What is said of them.
    pub carry: Carry,
}

/// Looks what a scan of `header` may take over from the run that was named, and tells the user if
/// that is nothing: for the `environment` section of the run, and to build on. Neither if no run
/// was named.
///
/// # Errors
///
/// If there is no complete run, or a damaged one.
pub fn plan(
    args: &ScanArgs,
    header: &RunHeader,
    scanner: &Scanner,
    common: &Common,
) -> Result<(Option<BuiltOn>, Option<Earlier>)> {
    let Some(dir) = &args.since else {
        return Ok((None, None));
    };
    let mut built_on = BuiltOn {
        run: dir.display().to_string(),
        ..BuiltOn::default()
    };
    let why = match Since::open(dir, header)? {
        Err(apart) => Why::Apart(apart),
        Ok(since) => match difference(&since, scanner) {
            Err(why) => why,
            Ok(difference) => {
                let shards = since.known(header)?;
                let carry = since.carry(&shards, args.sidecar)?;
                built_on.id = Some(since.id().to_owned());
                let known = Known { difference, shards };
                return Ok((Some(built_on), Some(Earlier { known, carry })));
            }
        },
    };
    built_on.full_scan_because = Some(why.told(Language::En));
    if !common.quiet {
        let (run, why) = (dir.display(), why.told(common.lang));
        anstream::eprintln!(
            "{}",
            match common.lang {
                Language::Zh => format!("无法沿用 {run} 的结果,全部重新扫描:{why}"),
                Language::En =>
                    format!("everything is scanned, not only what differs from {run}: {why}"),
            }
        );
    }
    Ok((Some(built_on), None))
}

fn difference(since: &Since, scanner: &Scanner) -> Result<Difference, Why> {
    let earlier = RuleSet::from_texts(since.rules()).map_err(|_| Why::Apart(Apart::Tables))?;
    if earlier.digest() != since.rules_digest() {
        return Err(Why::Apart(Apart::Tables));
    }
    Difference::new(&earlier, scanner).map_err(Why::Unlike)
}

/// Why everything has to be scanned.
enum Why {
    Apart(Apart),
    Unlike(Unlike),
}

impl Why {
    fn told(&self, language: Language) -> String {
        let (zh, en) = match self {
            Self::Apart(apart) => match apart {
                Apart::Version => (
                    "它由另一版本的 yujian 写成",
                    "another version of yujian wrote it",
                ),
                Apart::Configuration => (
                    "扫描配置、--sidecar、--keep 或 --tokens(含抽样比例)不同",
                    "it has another configuration, --sidecar, --keep or --tokens, or counted another share of the text",
                ),
                Apart::Key => ("密钥不同", "its value hashes have another key"),
                Apart::NoBasis => (
                    "它不含当时的规则",
                    "it does not hold the rules it was made with",
                ),
                Apart::Tables => (
                    "当时的规则配合现在的数据表已不是同一规则集",
                    "its rules are other rules with the data tables of this program",
                ),
            },
            Self::Unlike(unlike) => match unlike {
                Unlike::Values(rule) => {
                    return match language {
                        Language::Zh => format!("识别数值或聚合的规则 {rule} 有变化"),
                        Language::En => format!(
                            "the rule {rule}, which finds values or groups of them, differs"
                        ),
                    };
                }
                Unlike::Most(words, all) => {
                    return match language {
                        Language::Zh => format!("{all} 个词中有 {words} 个不同"),
                        Language::En => format!("{words} words differ, of {all}"),
                    };
                }
                Unlike::Allowed => (
                    "公共数值清单有变化",
                    "the list of values that are nobody's differs",
                ),
                Unlike::Reach => (
                    "最长的豁免短语、语境词或最大的 not_near.within 有变化",
                    "the longest allow phrase or context word, or the widest not_near.within, differs",
                ),
                Unlike::Order => (
                    "原有词条的先后次序有变化",
                    "terms that were there before stand in another order",
                ),
                Unlike::Earlier => ("当时的规则已无法编译", "its rules do not compile any more"),
            },
        };
        language.pick(zh, en).to_owned()
    }
}

/// One line about what was taken over; none if the run was to build on no other.
pub fn summary(manifest: &Manifest, language: Language) -> Option<String> {
    let since = manifest.environment.since.as_ref()?;
    since.id.as_ref()?;
    let full = manifest.totals.files.scanned.saturating_sub(since.files);
    let (files, bytes, run) = (since.files, HumanBytes(since.stored_bytes), &since.run);
    let (again, records) = (HumanCount(since.records_again), HumanCount(since.records));
    Some(match language {
        Language::Zh => format!(
            "沿用 {run}:未变文件 {files} 个({bytes}),其中 {records} 条记录重扫 {again} 条;完整扫描文件 {full} 个"
        ),
        Language::En => format!(
            "since {run}: {files} files unchanged ({bytes}), {again} of their {records} records scanned again; {full} files scanned whole"
        ),
    })
}
