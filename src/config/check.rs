//! What is wrong with a [`Config`] whose keys and types are right.

use globset::Glob;

use super::Config;
use crate::corpus::split::json::TextPaths;
use crate::faults::{Fault, Parsed, Report, Said, nearest};
use crate::rules::{LicenceUse, LicenceUses};
use crate::sources::{Answer, PI_BASES, Statement};

/// Tells everything.
pub(super) fn check(config: &Config, parsed: &mut Parsed<'_>) {
    let mut told: Vec<Fault> = Vec::new();
    let mut report = |path: &[&str], what: Said, hint: Said| {
        let span = parsed.span(path);
        // What a table lacks may be what was taken out of it, and told already.
        if !parsed.lacks(&span) {
            told.push(Fault { span, what, hint });
        }
    };
    corpus(config, &mut report);
    config.annotation.check(&mut report);
    sources(config, &mut report);
    for (number, statement) in config.statement.iter().enumerate() {
        check_statement(statement, &number.to_string(), &mut report);
    }
    config.testbank.check(&mut report);
    policy(config, &mut report);
    uses(config, &mut report);
    for fault in told {
        parsed.tell(fault);
    }
}

fn said(zh: impl Into<String>, en: impl Into<String>) -> Said {
    (zh.into(), en.into())
}

fn corpus(config: &Config, report: Report<'_>) {
    let corpus = &config.corpus;
    for (number, path) in corpus.text.iter().enumerate() {
        if TextPaths::new(std::slice::from_ref(path)).is_err() {
            report(
                &["corpus", "text", &number.to_string()],
                said(
                    format!("`{path}` 不是路径"),
                    format!("[corpus] text: `{path}` is no path"),
                ),
                said(
                    "写成 text、meta.title 或 messages[].content",
                    "write text, meta.title or messages[].content",
                ),
            );
        }
    }
    for (number, glob) in corpus.exclude.iter().enumerate() {
        if Glob::new(glob).is_err() {
            report(
                &["corpus", "exclude", &number.to_string()],
                said(
                    format!("`{glob}` 不是通配路径"),
                    format!("[corpus] exclude: `{glob}` is no glob"),
                ),
                said("写成 images/** 之类", "write something like images/**"),
            );
        }
    }
    for (name, paths) in &corpus.metadata {
        if name == "id" {
            report(
                &["corpus", "metadata", name],
                said(
                    "[corpus.metadata] id:编号有自己的键",
                    "[corpus.metadata] id: ids have a key of their own",
                ),
                said("写在 [corpus] 的 `id`", "write `id` in [corpus]"),
            );
        }
        let wrong = |path: &&String| path.split('.').any(str::is_empty) || path.contains('[');
        for path in paths.as_slice().iter().filter(wrong) {
            report(
                &["corpus", "metadata", name],
                said(
                    format!("[corpus.metadata] {name}:`{path}` 不是路径"),
                    format!("[corpus.metadata] {name}: `{path}` is no path"),
                ),
                said(
                    "键之间用点,如 meta.url",
                    "write keys with dots between them, such as meta.url",
                ),
            );
        }
    }
}

fn sources(config: &Config, report: Report<'_>) {
    let mut seen = std::collections::HashSet::new();
    for (number, source) in config.source.iter().enumerate() {
        let number = number.to_string();
        let (id, table) = (source.id.as_str(), ["source", &number]);
        let at = |key| ["source", &number, key];
        if id.is_empty() {
            report(
                &at("id"),
                said("来源没有 `id`", "a source without `id`"),
                said("给每个来源一个 id", "give every source an id"),
            );
        } else if !seen.insert(id) {
            report(
                &at("id"),
                said(
                    format!("来源 `{id}` 申报了两次"),
                    format!("source `{id}` is declared twice"),
                ),
                said("合并两者", "merge the two"),
            );
        }
        if source.record_field.is_empty() == source.globs.is_empty() {
            report(
                &table,
                said(
                    format!("来源 `{id}` 要用 `match`,或用 `record_field` 与 `equals`,二者择一"),
                    format!(
                        "source `{id}` must be told by `match`, or by `record_field` and `equals`"
                    ),
                ),
                said("写其中一种", "write one of them"),
            );
        }
        for (place, glob) in source.globs.iter().enumerate() {
            if Glob::new(glob).is_err() {
                report(
                    &["source", &number, "match", &place.to_string()],
                    said(
                        format!("来源 `{id}`:`{glob}` 不是通配路径"),
                        format!("source `{id}`: `{glob}` is no glob"),
                    ),
                    said("写成 wiki/** 之类", "write something like wiki/**"),
                );
            }
        }
        let basis = source.pi_basis.as_str();
        if !PI_BASES.contains(&basis) {
            let all = PI_BASES[1..].join(", ");
            report(
                &at("pi_basis"),
                said(
                    format!("来源 `{id}`:没有 `{basis}` 这种处理个人信息的依据"),
                    format!("source `{id}`: `{basis}` is no basis"),
                ),
                nearest(basis, &PI_BASES[1..])
                    .unwrap_or_else(|| said(format!("可写:{all}"), format!("write one of: {all}"))),
            );
        }
    }
}

fn policy(config: &Config, report: Report<'_>) {
    for (name, share) in [
        ("bad_rate", config.policy.bad_rate),
        ("candidate_confidence", config.policy.candidate_confidence),
    ] {
        if share.is_some_and(|s| !(0.0..=1.0).contains(&s)) {
            report(
                &["policy", name],
                said(
                    format!("[policy] {name} 是比例"),
                    format!("[policy] {name} is a share"),
                ),
                said("写 0 到 1 之间的数", "write a number from 0 to 1"),
            );
        }
    }
}

fn uses(config: &Config, report: Report<'_>) {
    let names: Vec<&str> = LicenceUse::all().iter().map(|of| of.name).collect();
    let all = names.join(", ");
    let list = || {
        said(
            format!("可写:{all}"),
            format!("write one or several of: {all}"),
        )
    };
    let Some(words) = config.declared_uses() else {
        let what = said("[model] use 是用途的列表", "[model] use is a list of uses");
        report(&["model", "use"], what, list());
        return;
    };
    for word in LicenceUses::of(&words).err().unwrap_or_default() {
        report(
            &["model", "use"],
            said(
                format!("[model] use:没有 `{word}` 这种用途"),
                format!("[model] use: `{word}` is no use"),
            ),
            nearest(word, &names).unwrap_or_else(list),
        );
    }
}

fn check_statement(statement: &Statement, number: &str, report: Report<'_>) {
    let clause = &statement.clause;
    if statement.result == Answer::Compliant && statement.evidence.is_empty() {
        report(
            &["statement", number],
            said(
                format!("[[statement]] {clause}:符合的义务要有 `evidence`"),
                format!("[[statement]] {clause}: a duty that is met needs `evidence`"),
            ),
            said("写出证明文件", "name the files that prove it"),
        );
    }
    if statement.result != Answer::Compliant && statement.reason.trim().is_empty() {
        report(
            &["statement", number],
            said(
                format!("[[statement]] {clause}:没有 `reason`"),
                format!("[[statement]] {clause}: it gives no `reason`"),
            ),
            said(
                "写明为何不适用或不符合",
                "say why the duty does not apply, or is not met",
            ),
        );
    }
}
