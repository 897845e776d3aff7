//! The contents of the assessment, `FIL-01` to `FIL-14` in their order.

use crate::report::ReportLanguage;
use crate::report::filing::body::Body;
use crate::report::filing::grids;
use crate::report::filing::words::{number, percent, short};
use crate::report::model::Amounts;
use crate::tokens::Mode;

pub fn write(body: &mut Body<'_>) {
    body.heading(1, "评估内容", "Contents of the assessment");
    sizes(body);
    kinds(body);
    foreign(body);
    annotation(body);
}

fn sizes(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    let sizes = &report.sizes;
    body.heading(2, "训练语料存储规模(FIL-01)", "Size as stored (FIL-01)");
    body.text(match w.0 {
        ReportLanguage::Zh => format!(
            "已扫描文件的存储规模为 {} 字节;解压、取出文本后,以 UTF-8 文本形式存储为 {} 字节。媒体文件 {} 个、{} 字节。",
            number(sizes.stored_bytes),
            number(sizes.total.text_bytes),
            number(sizes.total.media_files),
            number(sizes.total.media_bytes)
        ),
        ReportLanguage::En => format!(
            "The files that were scanned have {} bytes as stored; their text has {} bytes in UTF-8. There are {} media files of {} bytes.",
            number(sizes.stored_bytes),
            number(sizes.total.text_bytes),
            number(sizes.total.media_files),
            number(sizes.total.media_bytes)
        ),
    });
    body.result("FIL-01");
    body.heading(2, "训练语料数量(FIL-02)", "Tokens (FIL-02)");
    tokens(body);
    body.result("FIL-02");
    body.heading(2, "各类型语料规模(FIL-03)", "Sizes by type (FIL-03)");
    body.grid(&grids::by_type(report, w));
    body.result("FIL-03");
}

fn tokens(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    let sizes = &report.sizes;
    let Some(tokens) = &sizes.tokens else {
        let reason = w.l(
            "未统计词元,扫描时加 --tokens estimate",
            "tokens were not counted: scan with --tokens estimate",
        );
        body.strong(w.missing(reason));
        return;
    };
    let id = &tokens.counted.tokenizer;
    let all = tokens.counted.mode == Mode::Exact || tokens.counted.one_in == 1;
    let how = match (all, w.0) {
        (true, ReportLanguage::Zh) => "对全部文本计数".to_owned(),
        (true, ReportLanguage::En) => "all text was counted".to_owned(),
        (false, ReportLanguage::Zh) => format!(
            "按 1/{} 抽样估计,95% 置信区间 [{}, {}]",
            tokens.counted.one_in,
            number(tokens.total.low),
            number(tokens.total.high)
        ),
        (false, ReportLanguage::En) => format!(
            "estimated from one in {}, 95 % interval [{}, {}]",
            tokens.counted.one_in,
            number(tokens.total.low),
            number(tokens.total.high)
        ),
    };
    body.text(match w.0 {
        ReportLanguage::Zh => format!(
            "以词元计 {}({how};分词器 {},{},{}),另为 {} 条、{} 字符。",
            number(tokens.total.tokens),
            id.name,
            id.version,
            short(&id.digest),
            number(sizes.total.records),
            number(sizes.total.characters)
        ),
        ReportLanguage::En => format!(
            "{} tokens ({how}; tokenizer {}, {}, {}), in {} records of {} characters.",
            number(tokens.total.tokens),
            id.name,
            id.version,
            short(&id.digest),
            number(sizes.total.records),
            number(sizes.total.characters)
        ),
    });
}

fn kinds(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.heading(2, "语料来源(FIL-04)", "Kinds of sources (FIL-04)");
    body.grid(&grids::by_kind(report, w));
    for (sheet, title, value) in matrices(w) {
        body.grid(&grids::kind_and_type(report, w, (sheet, title), value));
    }
    body.result("FIL-04");
    let part = |kinds: &[&str]| report.sizes.sum(|row| kinds.contains(&row.kind));
    let sentence = |of: &Amounts| match w.0 {
        ReportLanguage::Zh => format!(
            "共 {} 条、文本 {} 字节;各类型规模见上表相应列。",
            number(of.records),
            number(of.text_bytes)
        ),
        ReportLanguage::En => format!(
            "{} records with {} bytes of text; by type in the columns above.",
            number(of.records),
            number(of.text_bytes)
        ),
    };
    body.heading(
        2,
        "境外开源语料规模(FIL-05)",
        "Foreign open sources (FIL-05)",
    );
    body.text(sentence(&part(&["open_foreign"])));
    body.result("FIL-05");
    body.heading(
        2,
        "自采与商业语料规模(FIL-06)",
        "Own and bought sources (FIL-06)",
    );
    for (zh, en, kinds) in [
        ("自采语料", "Own", &["self_crawled", "self_produced"][..]),
        ("商业语料", "Bought", &["commercial"]),
    ] {
        body.text(format!(
            "{}{}{}",
            w.l(zh, en),
            w.colon(),
            sentence(&part(kinds))
        ));
    }
    body.result("FIL-06");
}

/// A measure of the matrix of types and kinds: its sheet, its caption, and how it is read.
type Measure = (&'static str, &'static str, fn(&Amounts) -> Option<u64>);

/// Measures of the matrix of types and kinds.
pub fn matrices(w: crate::report::filing::words::Words) -> [Measure; 3] {
    [
        (
            w.l("类型×来源类别-条数", "type by kind, records"),
            w.l("类型 × 来源类别(条数)", "Types by kind of source (records)"),
            |of| Some(of.records),
        ),
        (
            w.l("类型×来源类别-文本字节", "type by kind, bytes"),
            w.l(
                "类型 × 来源类别(文本字节)",
                "Types by kind of source (bytes of text)",
            ),
            |of| Some(of.text_bytes),
        ),
        (
            w.l("类型×来源类别-词元", "type by kind, tokens"),
            w.l(
                "类型 × 来源类别(词元数)",
                "Types by kind of source (tokens)",
            ),
            |of| of.tokens,
        ),
    ]
}

fn foreign(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    body.heading(
        2,
        "境外开源语料占比(FIL-07)",
        "Share of foreign open sources (FIL-07)",
    );
    body.result("FIL-07");
    let mut clauses = report.matrix.clauses.iter();
    let result = clauses.find(|result| result.id == "FIL-07");
    for point in result.iter().flat_map(|result| &result.points) {
        for of in &point.numbers {
            let (zh, en) = match &*of.name {
                "open-foreign-records" => ("境外开源,按条数", "foreign open, of records"),
                "open-foreign-bytes" => ("境外开源,按文本字节", "foreign open, of bytes of text"),
                "open-foreign-tokens" => ("境外开源,按词元", "foreign open, of tokens"),
                "all-foreign-records" => ("全部境外,按条数", "all foreign, of records"),
                "all-foreign-bytes" => ("全部境外,按文本字节", "all foreign, of bytes of text"),
                "all-foreign-tokens" => ("全部境外,按词元", "all foreign, of tokens"),
                other => (other, other),
            };
            body.item(format!("{}{}{}", w.l(zh, en), w.colon(), percent(of.value)));
        }
    }
    body.text(w.l(
        "30% 为实践口径,未见于公开标准文本,计算口径亦无规定,故列出各种口径,以字节与词元中较高者判定。",
        "The line of 30 % is practice; no published text has it, nor says what it is a share of. All readings are given, and the higher one of bytes and tokens is judged.",
    ));
}

fn annotation(body: &mut Body<'_>) {
    let (report, w) = (body.report, body.w);
    let missing = report.annotation.missing.as_ref();
    let missing = missing.map(|reason| w.missing(&w.say(reason)));
    for (clause, zh, en, grid) in [
        (
            "FIL-08",
            "标注语料数量(FIL-08)",
            "Annotated items (FIL-08)",
            Some(grids::annotated(report, w)),
        ),
        (
            "FIL-09",
            "标注人员数量与类型(FIL-09)",
            "Annotators (FIL-09)",
            Some(grids::people(report, w)),
        ),
        (
            "FIL-10",
            "标注人员培训(FIL-10)",
            "Training of annotators (FIL-10)",
            None,
        ),
        (
            "FIL-11",
            "标注规则(FIL-11)",
            "Rules of annotation (FIL-11)",
            Some(grids::rules(report, w)),
        ),
    ] {
        body.heading(2, zh, en);
        match (&missing, grid) {
            (Some(missing), _) => body.strong(missing.clone()),
            (None, Some(grid)) => body.grid(&grid),
            (None, None) => {}
        }
        body.result(clause);
    }
    body.heading(2, "模型(FIL-12)", "The model (FIL-12)");
    body.text(w.l("模型信息见“评估对象”一节。", "See what was assessed."));
    body.result("FIL-12");
    body.heading(2, "语料合法性(FIL-13)", "Lawfulness (FIL-13)");
    body.result("FIL-13");
    body.heading(
        2,
        "标注内容准确性核验(FIL-14)",
        "Verification of annotation (FIL-14)",
    );
    match &missing {
        Some(missing) => body.strong(missing.clone()),
        None => {
            let figures = &report.annotation.figures;
            if let Some(ratio) = figures.verified_ratio {
                body.text(format!(
                    "{} {}, {} {}{}",
                    w.l("人工核验", "Verified by people:"),
                    number(figures.verified),
                    w.l("占全部标注的", "of all annotations:"),
                    percent(ratio),
                    w.stop()
                ));
            }
            body.grid(&grids::batches(report, w));
        }
    }
    body.result("FIL-14");
}
