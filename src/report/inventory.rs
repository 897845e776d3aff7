//! What the corpus consists of, for a reader: types and languages, media, and what records say
//! of their origin.

use std::fmt::Write as _;

use super::summary::{ReportLanguage, Summary, cell};

impl Summary {
    /// The sections on types and on metadata.
    pub(super) fn write_inventory(
        &self,
        out: &mut String,
        language: ReportLanguage,
    ) -> std::fmt::Result {
        self.write_types(out, language)?;
        self.write_tokens(out, language)?;
        self.write_media(out, language)?;
        self.write_presence(out, language)?;
        self.write_origins(out, language)?;
        super::licences::write(&self.sources, out, language)
    }

    fn write_types(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("类型与语言", "Types and languages"))?;
        writeln!(
            out,
            "{}\n",
            l(
                "由程序按每条记录的文字样本判断;无法判断的记为“未知”,不并入其他类型。",
                "Told from a sample of each record's text; what cannot be told is unknown and not counted with anything else.",
            )
        )?;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |\n|---|---|---|---:|---:|---:|---:|",
            l("来源", "source"),
            l("类型", "type"),
            l("语言", "language"),
            l("记录", "records"),
            l("字节", "bytes"),
            l("文本字节", "text bytes"),
            l("字符", "characters")
        )?;
        for source in &self.sources {
            for (kind, tongue, amount) in source.types.iter() {
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} | {} | {} |",
                    cell(&source.source),
                    kind_name(kind, language),
                    cell(tongue),
                    amount.records,
                    amount.bytes,
                    amount.text_bytes,
                    amount.characters
                )?;
            }
        }
        writeln!(out)
    }

    fn write_media(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        if self.media.is_empty() {
            return Ok(());
        }
        let l = |zh, en| language.pick(zh, en);
        writeln!(
            out,
            "## {}\n",
            l(
                "图片、音频、视频文件(未扫描内容)",
                "Media files (contents not scanned)"
            )
        )?;
        writeln!(
            out,
            "| {} | {} | {} | {} |\n|---|---|---:|---:|",
            l("来源", "source"),
            l("类型", "type"),
            l("文件", "files"),
            l("字节", "bytes")
        )?;
        for (source, kinds) in &self.media {
            for (kind, sum) in kinds {
                let (source, kind) = (cell(source), kind_name(kind, language));
                writeln!(out, "| {source} | {kind} | {} | {} |", sum.files, sum.bytes)?;
            }
        }
        writeln!(out)
    }

    fn write_presence(&self, out: &mut String, language: ReportLanguage) -> std::fmt::Result {
        let l = |zh, en| language.pick(zh, en);
        writeln!(
            out,
            "## {}\n",
            l("记录自带的元数据", "What records say of their origin")
        )?;
        writeln!(
            out,
            "| {} | {} | id | URL | {} | {} | {} | {} | {} | {} |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
            l("来源", "source"),
            l("记录", "records"),
            l("网页级 URL", "URL of a page"),
            l("日期", "date"),
            l("出处", "source named"),
            l("许可", "licence"),
            l("语言", "language"),
            l("其他", "others")
        )?;
        for source in &self.sources {
            let has = &source.presence;
            let others: Vec<String> = has
                .others
                .iter()
                .map(|(name, count)| format!("{}: {count}", cell(name)))
                .collect();
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                cell(&source.source),
                source.records.scanned,
                has.id,
                has.url,
                has.page_url,
                has.date,
                has.source,
                has.licence,
                has.language,
                others.join(", ")
            )?;
        }
        writeln!(out)
    }
}

/// The name of a type for a reader. Source: the words of `FIL-03`.
pub(super) fn kind_name(kind: &str, language: ReportLanguage) -> &str {
    let zh = match kind {
        "zh" => "中文文本",
        "en" => "英文文本",
        "code" => "代码",
        "other" => "其他语言文本",
        "image" => "图片",
        "audio" => "音频",
        "video" => "视频",
        "unknown" => "未知",
        _ => kind,
    };
    language.pick(zh, kind)
}
