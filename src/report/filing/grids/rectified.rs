//! 整改前后对比: findings and records of two runs, as sums that close.

use crate::report::docx::Align::{Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::{RectificationPart, RectifiedRow};
use crate::run::{Rectified, RectifiedRecords, Unclear};

/// Heads of the columns of [`Rectified`].
fn columns(w: Words) -> [(&'static str, u32, crate::report::docx::Align); 12] {
    [
        (w.l("整改前", "before"), 2, Right),
        (w.l("已剔除", "removed"), 2, Right),
        (w.l("已替换", "replaced"), 2, Right),
        (w.l("转为不计", "suppressed"), 2, Right),
        (w.l("仍存在", "still there"), 2, Right),
        (w.l("不能认定", "unclear"), 2, Right),
        (w.l("前未留明细", "not kept before"), 2, Right),
        (w.l("整改后", "after"), 2, Right),
        (w.l("沿续", "carried over"), 2, Right),
        (w.l("重新计入", "reopened"), 2, Right),
        (w.l("新增", "new"), 2, Right),
        (w.l("后未留明细", "not kept after"), 2, Right),
    ]
}

fn cells(of: &Rectified) -> Vec<GridCell> {
    let n = GridCell::Count;
    // What must be looked at again stands out.
    let strong = |count: u64| match count {
        0 => n(0),
        more => GridCell::Missing(super::super::words::number(more)),
    };
    vec![
        n(of.before),
        n(of.removed),
        n(of.replaced),
        n(of.closed),
        n(of.still),
        strong(of.unclear),
        n(of.unkept_before),
        n(of.after),
        n(of.carried),
        strong(of.reopened),
        strong(of.new),
        n(of.unkept_after),
    ]
}

fn note(w: Words) -> &'static str {
    w.l(
        "单位:处。整改前=已剔除+已替换+转为不计+仍存在+不能认定+前未留明细;整改后=沿续+重新计入+新增+后未留明细。已剔除:所在记录已不在语料中;已替换:所在记录仍在,该处检出已不在。",
        "Findings. before = removed + replaced + suppressed + still there + unclear + not kept before; after = carried over + reopened + new + not kept after. Removed: its record is gone; replaced: its record is there, and the finding is not.",
    )
}

/// The two runs.
pub fn rectified_runs(part: &RectificationPart, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("两次扫描", "runs"),
        w.l("两次扫描", "The two runs"),
        &[
            (w.l("项目", "item"), 4, Left),
            (w.l("整改前", "before"), 8, Left),
            (w.l("整改后", "after"), 8, Left),
        ],
    );
    let yes = |is: bool| w.l(if is { "是" } else { "否" }, if is { "yes" } else { "no" });
    let (old, new) = (&part.old, &part.new);
    let mut line = |name: &str, a: GridCell, b: GridCell| grid.rows.push(vec![name.into(), a, b]);
    let text = |text: &str| GridCell::from(text);
    line(
        w.l("运行摘要", "root of the run"),
        text(&old.root),
        text(&new.root),
    );
    line(
        w.l("语料摘要", "corpus"),
        text(&old.corpus),
        text(&new.corpus),
    );
    line(w.l("规则摘要", "rules"), text(&old.rules), text(&new.rules));
    line(
        w.l("配置摘要", "configuration"),
        text(&old.config),
        text(&new.config),
    );
    line(
        w.l("扫描程序", "scanned by"),
        format!("yujian {}", old.tool).into(),
        format!("yujian {}", new.tool).into(),
    );
    line(
        w.l("全部读取", "everything read"),
        yes(old.whole).into(),
        yes(new.whole).into(),
    );
    line(
        w.l("逐条记录", "a row for every record"),
        yes(old.every_record).into(),
        yes(new.every_record).into(),
    );
    line(
        w.l("文件(扫描)", "files scanned"),
        old.files.scanned.into(),
        new.files.scanned.into(),
    );
    line(
        w.l("记录(条)", "records"),
        part.records.before.into(),
        part.records.after.into(),
    );
    line(
        w.l("有检出的记录(条)", "records with findings"),
        part.records.flagged_before.into(),
        part.records.flagged_after.into(),
    );
    line(
        w.l("检出(处)", "findings"),
        part.total.before.into(),
        part.total.after.into(),
    );
    let files = &part.files;
    grid.noted(match w.0 {
        crate::report::ReportLanguage::Zh => format!(
            "文件:内容相同 {},改动 {},改名 {},消失 {},新增 {}。",
            files.same, files.changed, files.renamed, files.gone, files.new
        ),
        crate::report::ReportLanguage::En => format!(
            "Files: {} the same, {} changed, {} renamed, {} gone, {} new.",
            files.same, files.changed, files.renamed, files.gone, files.new
        ),
    })
}

/// Findings by source.
pub fn rectified_sources(part: &RectificationPart, w: Words) -> Grid {
    let mut heads = vec![(w.l("来源", "source"), 4, Left)];
    heads.extend(columns(w));
    let mut grid = Grid::new(
        w.l("检出按来源", "findings by source"),
        w.l(
            "检出处置前后对比(按来源)",
            "Findings before and after, by source",
        ),
        &heads,
    );
    let total = std::iter::once((w.l("合计", "all"), &part.total));
    let rows = part
        .sources
        .iter()
        .map(|row| (row.source.as_str(), &row.findings));
    for (name, of) in total.chain(rows) {
        let mut row = vec![name.into()];
        row.extend(cells(of));
        grid.rows.push(row);
    }
    grid.noted(note(w))
}

/// Records by source.
pub fn rectified_records(part: &RectificationPart, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("记录按来源", "records by source"),
        w.l(
            "记录与字节前后对比(按来源)",
            "Records and bytes before and after, by source",
        ),
        &[
            (w.l("来源", "source"), 4, Left),
            (w.l("记录(前)", "records before"), 2, Right),
            (w.l("记录(后)", "records after"), 2, Right),
            (w.l("字节(前)", "bytes before"), 3, Right),
            (w.l("字节(后)", "bytes after"), 3, Right),
            (w.l("有检出(前)", "with findings before"), 2, Right),
            (w.l("其中已剔除", "of these removed"), 2, Right),
            (w.l("已剔除字节", "bytes removed"), 3, Right),
            (w.l("仍在", "there"), 2, Right),
            (w.l("不能认定", "unclear"), 2, Right),
            (w.l("有检出(后)", "with findings after"), 2, Right),
        ],
    );
    let total = std::iter::once((w.l("合计", "all"), &part.records));
    let rows = part
        .sources
        .iter()
        .map(|row| (row.source.as_str(), &row.records));
    for (name, of) in total.chain(rows) {
        let RectifiedRecords { .. } = of;
        let counts = [
            of.before,
            of.after,
            of.bytes_before,
            of.bytes_after,
            of.flagged_before,
            of.flagged_removed,
            of.flagged_removed_bytes,
            of.flagged_there,
            of.flagged_unclear,
            of.flagged_after,
        ];
        let mut row: Vec<GridCell> = vec![name.into()];
        row.extend(counts.map(GridCell::Count));
        grid.rows.push(row);
    }
    grid.noted(w.l(
        "单位:条、字节(解压后)。有检出(前)=已剔除+仍在+不能认定。未有检出的记录增减,见前后记录总数之差。",
        "Records, and bytes as decompressed. With findings before = removed + there + unclear. Other records that came or went are the difference of the sums.",
    ))
}

fn rows(name: (&str, &str), first: &str, all: &[RectifiedRow], every: bool, w: Words) -> Grid {
    let (sheet, title) = name;
    let mut heads = vec![(first, 4, Left), (w.l("名称", "title"), 5, Left)];
    heads.extend(columns(w));
    let mut grid = Grid::new(sheet, title, &heads);
    for of in all
        .iter()
        .filter(|of| every || of.total != Rectified::default())
    {
        let mut row = vec![of.code.as_str().into(), w.say(&of.title).into()];
        row.extend(cells(&of.total));
        grid.rows.push(row);
    }
    grid.noted(note(w))
}

/// By risk, personal data and rule.
pub fn rectified_rows(part: &RectificationPart, w: Words) -> [Grid; 3] {
    let risks = (
        w.l("检出按风险", "findings by risk"),
        w.l(
            "检出处置前后对比(31 种安全风险)",
            "Findings before and after, by risk",
        ),
    );
    let entities = (
        w.l("检出按实体", "findings by entity"),
        w.l(
            "检出处置前后对比(个人信息等实体)",
            "Findings before and after, by entity",
        ),
    );
    let rules = (
        w.l("检出按规则", "findings by rule"),
        w.l(
            "检出处置前后对比(按规则)",
            "Findings before and after, by rule",
        ),
    );
    [
        rows(risks, w.l("代码", "code"), &part.risks, true, w),
        rows(entities, w.l("实体", "entity"), &part.entities, false, w),
        rows(rules, w.l("规则", "rule"), &part.rules, false, w),
    ]
}

/// Why it cannot be said what became of findings.
pub fn rectified_unclear(part: &RectificationPart, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("不能认定", "unclear"),
        w.l(
            "不能认定的检出及原因",
            "Findings of which it is unclear what became, and why",
        ),
        &[
            (w.l("检出(处)", "findings"), 2, Right),
            (w.l("原因", "why"), 8, Left),
            (w.l("怎么办", "what to do"), 8, Left),
        ],
    );
    for (why, count) in &part.unclear {
        let (reason, hint) = unclear(*why, w);
        grid.rows
            .push(vec![(*count).into(), reason.into(), hint.into()]);
    }
    grid.noted(w.l(
        "不能认定的不计入已剔除或已替换。",
        "What is unclear is counted neither as removed nor as replaced.",
    ))
}

fn unclear(why: Unclear, w: Words) -> (&'static str, &'static str) {
    match why {
        Unclear::OtherScan => (
            w.l(
                "两次扫描的规则、配置、程序版本、密钥或范围不同",
                "rules, configuration, version, key or part of the corpus differ",
            ),
            w.l(
                "用同一规则与配置重新扫描整改前或整改后的语料",
                "scan one of the corpora again with the rules and configuration of the other",
            ),
        ),
        Unclear::Unread => (
            w.l("整改后有未读取的内容", "not everything was read after"),
            w.l(
                "修复无法读取的文件后重新扫描",
                "mend what could not be read and scan again",
            ),
        ),
        Unclear::NoRecords => (
            w.l("扫描未逐条记录", "the runs have no row for every record"),
            w.l(
                "两次均用 scan --sidecar 扫描",
                "scan both times with --sidecar",
            ),
        ),
        Unclear::NoIds => (
            w.l(
                "记录没有编号,且文件记录数改变,无法对应",
                "records have no ids and their number changed",
            ),
            w.l(
                "为记录提供编号([corpus] id)后两次扫描",
                "give records ids ([corpus] id) and scan both times",
            ),
        ),
        Unclear::SameIds => (
            w.l("记录编号不唯一", "ids of records are not unique"),
            w.l(
                "使用唯一编号后两次扫描",
                "use unique ids and scan both times",
            ),
        ),
        Unclear::NotKept => (
            w.l(
                "整改后该记录的检出未全部留明细",
                "not every finding of the record was kept after",
            ),
            w.l(
                "两次均用更大的 --keep 扫描",
                "scan both times with a larger --keep",
            ),
        ),
    }
}

/// What differs between the runs.
pub fn rectified_apart(what: &str, w: Words) -> String {
    let (zh, en) = match what {
        "version" => ("程序版本不同", "versions of the program differ"),
        "rules" => ("规则集不同", "rule sets differ"),
        "configuration" => ("配置不同", "configurations differ"),
        "key" => ("值摘要的密钥不同", "keys of value hashes differ"),
        "part" => (
            "扫描的语料范围不同(--shard)",
            "different parts were scanned (--shard)",
        ),
        other => (other, other),
    };
    w.l(zh, en).to_owned()
}
