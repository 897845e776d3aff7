//! Where records are from, for a reader: how many addresses speak against their use.

use std::fmt::Write as _;

use super::summary::{ReportLanguage, Summary, cell};

impl Summary {
    /// The section on addresses; none if nothing was named and nothing found.
    pub(super) fn write_origins(
        &self,
        out: &mut String,
        language: ReportLanguage,
    ) -> std::fmt::Result {
        let found = |source: &&super::SourceSummary| source.origins.is_noteworthy();
        if self.origins.is_none() && !self.sources.iter().any(|source| found(&source)) {
            return Ok(());
        }
        let l = |zh, en| language.pick(zh, en);
        writeln!(out, "## {}\n", l("来源地址", "Addresses of records"))?;
        match &self.origins {
            None => writeln!(
                out,
                "{}\n",
                l(
                    "未配置封禁清单与 robots 快照;只比对内置盗版站点表与页面自带的声明。",
                    "No lists or snapshots of robots.txt are named: held only against the built-in table of pirate sites and what pages say themselves.",
                )
            )?,
            Some(used) => {
                for list in &used.lists {
                    writeln!(
                        out,
                        "- {} `{}`: {} {}, {} {}",
                        match list.purpose.as_str() {
                            "block" => l("封禁清单", "blocked"),
                            _ => l("禁采清单", "not to be collected"),
                        },
                        cell(&list.file),
                        list.entries,
                        l("项", "entries"),
                        list.left_out,
                        l("行未采用", "lines left out"),
                    )?;
                }
                writeln!(
                    out,
                    "- {}: {}, {} {}; {}: {}\n",
                    l("robots 快照", "snapshots of robots.txt"),
                    used.snapshots,
                    used.snapshots_left_out,
                    l("个文件未采用", "files left out"),
                    l("爬虫名", "crawler"),
                    match used.agent.as_str() {
                        "" => "*",
                        agent => agent,
                    }
                )?;
            }
        }
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n|---|---:|---:|---:|---:|---:|---:|---:|",
            l("来源", "source"),
            l("记录", "records"),
            l("有地址", "with an address"),
            l("有 robots 快照", "with a snapshot"),
            l("封禁", "blocked"),
            l("禁止采集", "disallowed"),
            l("保留训练使用", "reserved"),
            l("盗版站点", "pirate site"),
        )?;
        for source in &self.sources {
            let counts = &source.origins;
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                cell(&source.source),
                source.records.scanned,
                counts.urls,
                counts.snapshots,
                counts.blocked,
                counts.disallowed,
                counts.reserved,
                counts.pirated,
            )?;
        }
        writeln!(out)
    }
}
