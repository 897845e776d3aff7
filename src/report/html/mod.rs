//! `report.html`: the report for people at a screen, in one file that needs nothing else.
//!
//! Everything comes from the [`Report`] that all documents are rendered from, and from [`Facts`],
//! which are of the run alone: families of findings, holders, reasons, pace. The page is the same for
//! the same input, down to the byte. It holds both languages and both themes; its policy allows its
//! own style and script, by digest, and nothing else.
//!
//! Markup is written through `maud`, which escapes whatever is not markup by type. Text of strangers
//! goes through `foreign` of `markup`, which also makes control characters visible and isolates its
//! direction.

mod appendix;
mod chart;
mod clauses;
mod coverage;
mod data;
mod facts;
mod findings;
mod markup;
mod overview;
mod personal;
mod rectified;
mod rights;
mod risks;
mod sources;
mod table;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::ReportLanguage;
use super::model::{Report, Said};
use markup::{foreign, said, t};

pub use facts::{Facts, Reason};

/// Name of the page in a package.
pub const NAME: &str = "report.html";

const STYLE: &str = include_str!("style.css");
const LIGHT: &str = include_str!("light.css");
const DARK: &str = include_str!("dark.css");
const SCRIPT: &str = include_str!("script.js");

/// What parts of the page are made of.
struct Page<'a> {
    report: &'a Report,
    facts: &'a Facts,
    digest: &'a str,
}

/// A section of the page: its anchor, its name in both languages, its contents.
struct Section {
    id: &'static str,
    title: (&'static str, &'static str),
    body: Markup,
}

/// The page. `language`: the one it opens in.
pub fn page(report: &Report, facts: &Facts, language: ReportLanguage) -> Vec<u8> {
    let digest = report.digest();
    let page = Page {
        report,
        facts,
        digest: &digest,
    };
    let mut sections = vec![
        overview::section(&page),
        overview::todo(&page),
        clauses::section(&page),
        coverage::section(&page),
        sources::section(&page),
        risks::section(&page),
        personal::section(&page),
        rights::section(&page),
        sources::inventory(&page),
        findings::rules(&page),
        findings::section(&page),
        appendix::section(&page),
    ];
    if let Some(part) = &report.rectification {
        sections.insert(2, rectified::section(part));
    }
    // Both by what the system asks for and by the switch; what prints comes after them.
    let style = format!(
        "{LIGHT}@media (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{\n{DARK}}} }}\n\
         :root[data-theme=\"dark\"] {{\n{DARK}}}\n{STYLE}{}",
        page.running_head()
    );
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        allowed(SCRIPT),
        allowed(&style),
    );
    let lang = language.pick("zh", "en");
    let tag = language.pick("zh-Hans", "en");
    let markup = html! {
        (DOCTYPE)
        html lang=(tag) data-lang=(lang) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "yujian " (env!("CARGO_PKG_VERSION")) };
                title { (language.pick("语料合规报告", "Corpus compliance report")) }
                style { (PreEscaped(&style)) }
            }
            body {
                a.skip href="#main" { (t("跳到正文", "Skip to the report")) }
                (page.header())
                div.frame {
                    nav #nav aria-labelledby="nav-title" {
                        h2.sr #nav-title { (t("目录", "Contents")) }
                        ol {
                            @for section in &sections {
                                li { a href={ "#" (section.id) } { (t(section.title.0, section.title.1)) } }
                            }
                        }
                    }
                    main #main tabindex="-1" {
                        @for section in &sections {
                            section #(section.id) aria-labelledby={ (section.id) "-title" } {
                                h2 #{ (section.id) "-title" } { (t(section.title.0, section.title.1)) }
                                (section.body)
                            }
                        }
                        (page.footer())
                    }
                }
                (data::block(&page))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut bytes = markup.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// A source of the policy that allows exactly this text.
fn allowed(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

impl Page<'_> {
    fn model_name(&self) -> Option<&Said> {
        let mut head = self.report.head.iter();
        head.find(|field| field.key == "name")
            .map(|field| &field.value)
    }

    fn header(&self) -> Markup {
        html! {
            header.top {
                div.brand {
                    p.mark { "语鉴 Yujian" }
                    h1 { (t("语料合规报告", "Corpus compliance report")) }
                }
                p.model {
                    @if let Some(name) = self.model_name() { (said(name)) }
                }
                div.switches hidden {
                    div role="group" aria-labelledby="lang-label" {
                        span.sr #lang-label { (t("语言", "Language")) }
                        button type="button" data-set-lang="zh" lang="zh-Hans" { "中文" }
                        button type="button" data-set-lang="en" lang="en" { "English" }
                    }
                    div role="group" aria-labelledby="theme-label" {
                        span.sr #theme-label { (t("主题", "Theme")) }
                        button type="button" data-set-theme="auto" { (t("系统", "System")) }
                        button type="button" data-set-theme="light" { (t("浅色", "Light")) }
                        button type="button" data-set-theme="dark" { (t("深色", "Dark")) }
                    }
                    button type="button" data-print { (t("打印", "Print")) }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer {
                p {
                    (t("报告摘要(BLAKE3)", "Report (BLAKE3)")) " "
                    code { (foreign(self.digest)) }
                }
                p {
                    (t(
                        "本页由程序生成,不连接网络。语料正文与个人信息的值不在其中,摘录均已遮盖。",
                        "Made by a program; it connects to nothing. No text of the corpus and no personal value is in it; quotations are masked.",
                    ))
                }
            }
        }
    }

    /// What stands on every printed page: hex digits and a day, so nothing to escape.
    fn running_head(&self) -> String {
        let short = self.digest.get(..16).unwrap_or(self.digest);
        format!(
            "@page {{\n  @top-left {{ content: \"语鉴 Yujian · {}\"; }}\n  @top-right {{ content: \"BLAKE3 {short}\"; }}\n}}\n",
            self.report.as_of
        )
    }
}
