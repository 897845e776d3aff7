//! What a finding says of a licence, in words: tables hold stable ones.

use super::language::Language;
use crate::Details;
use crate::rules::{LicenceClass, LicenceProblem, LicenceStatement, LicenceUse, licence_family};

/// Entity of findings of licences.
pub const ENTITY: &str = "rights.licence";

/// One line a fact: the licence, its family, what it asks for and what it may be against, how it
/// is stated, and what else is known.
pub fn lines(details: &Details, language: Language) -> Vec<String> {
    let l = |zh, en| language.pick(zh, en);
    let mut lines = Vec::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    let licence = details.get("licence").unwrap_or_default();
    line(l("许可", "licence"), licence);
    let statement = LicenceStatement::of_expression(licence);
    let binding = statement.binding.join(l("、", ", "));
    if licence.contains(" OR ") {
        // Of alternatives one is enough, and what follows is about that.
        line(l("按要求最少者", "of these the least"), &binding);
    }
    line(l("许可族", "family"), &families(&statement, language));
    let classes = details.get("classes").unwrap_or_default().split(' ');
    let (restricting, asking): (Vec<&LicenceClass>, Vec<_>) = classes
        .filter_map(LicenceClass::named)
        .partition(|class| class.is_restriction());
    let asking: Vec<&str> = asking.iter().map(|of| l(of.zh, of.en)).collect();
    line(l("要求", "asks for"), &asking.join(l("、", ", ")));
    for class in restricting {
        let uses: Vec<&str> = class.uses().map(|of| l(of.zh, of.en)).collect();
        let uses = match uses.len() == LicenceUse::all().len() {
            true => l("任何用途", "any use").to_owned(),
            false => uses.join(l("、", ", ")),
        };
        let restriction = match language {
            Language::Zh => format!("{}:{}(可能与{uses}冲突)", class.zh, class.why_zh),
            Language::En => format!("{}: {} (may be against {uses})", class.en, class.why_en),
        };
        line(l("限制", "restricts"), &restriction);
    }
    for (name, value) in details.iter() {
        match name {
            "licence" | "classes" | "family" => {}
            "kind" => line(l("写法", "stated as"), kind(value, language)),
            "problem" => {
                let known = LicenceProblem::named(value);
                let text = known.map_or(value, |of| l(of.zh(), of.en()));
                line(l("问题", "problem"), text);
            }
            "stated" => line(l("原文", "as stated"), value),
            "score" => line(l("与全文的相似度", "likeness"), value),
            "same_text" => line(l("全文相同", "same text as"), value),
            "part" => line(l("完整性", "part"), l("不完整", "incomplete")),
            other => line(other, value),
        }
    }
    lines
}

fn families(statement: &LicenceStatement, language: Language) -> String {
    let known = statement.binding.iter().filter_map(|id| licence_family(id));
    let mut names: Vec<&str> = known.map(|(zh, en)| language.pick(zh, en)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(language.pick("、", ", "))
}

fn kind(word: &str, language: Language) -> &str {
    match word {
        "text" => language.pick("全文", "full text"),
        "identifier" => language.pick("标识或字段", "identifier or field"),
        "header" => language.pick("名称", "name"),
        "link" => language.pick("链接", "link"),
        "wording" => language.pick("自然语言表述", "wording"),
        other => other,
    }
}
