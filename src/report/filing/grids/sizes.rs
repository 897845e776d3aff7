//! Head, coverage and amounts (`FIL-01` to `FIL-06`, `FIL-12`).

use crate::report::docx::Align::{Left, Right};
use crate::report::filing::grid::{Grid, GridCell};
use crate::report::filing::words::Words;
use crate::report::model::{Amounts, NamedAmounts, Report, TYPES};
use crate::scan::Counts;

/// `FIL-12`.
pub fn head(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("模型", "model"),
        w.l("模型信息", "The model"),
        &[
            (w.l("项目", "item"), 2, Left),
            (w.l("内容", "content"), 5, Left),
        ],
    );
    let rows = report.head.iter();
    grid.rows = rows
        .map(|field| vec![w.say(&field.title).into(), w.cell(&field.value)])
        .collect();
    grid
}

/// What was read.
pub fn coverage(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("扫描覆盖", "coverage"),
        w.l("扫描覆盖情况", "What was scanned"),
        &[
            (w.l("项目", "item"), 3, Left),
            (w.l("发现总数", "discovered"), 2, Right),
            (w.l("已扫描", "scanned"), 2, Right),
            (w.l("跳过", "skipped"), 2, Right),
            (w.l("失败", "failed"), 2, Right),
        ],
    );
    let (totals, detail) = (&report.coverage.totals, &report.coverage.detail);
    let row = |name: &str, counts: &Counts| {
        vec![
            name.into(),
            counts.total().into(),
            counts.scanned.into(),
            counts.skipped.into(),
            counts.failed.into(),
        ]
    };
    grid.rows = vec![
        row(w.l("文件", "files"), &totals.files),
        row(w.l("文件存储字节", "bytes as stored"), &totals.stored_bytes),
        row(w.l("压缩包内文件", "files in archives"), &detail.members),
        row(
            w.l("解码后字节", "bytes once decoded"),
            &totals.decoded_bytes,
        ),
        row(w.l("记录(条)", "records"), &totals.records),
    ];
    grid.noted(w.l(
        "发现总数 = 已扫描 + 跳过 + 失败,逐项相等;一条记录计为一条。",
        "Discovered is scanned, skipped and failed together, item by item.",
    ))
}

/// What was not read.
pub fn unread(report: &Report, w: Words) -> Grid {
    let mut grid = Grid::new(
        w.l("未读取", "not read"),
        w.l("未读取的内容及原因", "What was not read, and why"),
        &[
            (w.l("文件", "file"), 3, Left),
            (w.l("原因代码", "reason"), 2, Left),
            (w.l("说明", "what happened"), 5, Left),
        ],
    );
    let detail = &report.coverage.detail;
    grid.rows = (detail.unread.iter())
        .map(|unread| {
            vec![
                unread.path.as_str().into(),
                unread.reason.as_str().into(),
                unread.sentence.as_str().into(),
            ]
        })
        .collect();
    if detail.unread_more > 0 {
        grid.rows.push(vec![
            w.l("另有", "and more").into(),
            GridCell::Empty,
            detail.unread_more.into(),
        ]);
    }
    grid
}

fn amounts(of: &Amounts, w: Words) -> [GridCell; 7] {
    [
        of.records.into(),
        of.bytes.into(),
        of.text_bytes.into(),
        of.characters.into(),
        match of.tokens {
            Some(tokens) => tokens.into(),
            None if of.records == 0 => 0.into(),
            None => GridCell::Missing(w.missing(w.l("未统计词元", "tokens not counted"))),
        },
        of.media_files.into(),
        of.media_bytes.into(),
    ]
}

const AMOUNTS: [(&str, &str); 7] = [
    ("条数", "records"),
    ("字节", "bytes"),
    ("文本字节", "bytes of text"),
    ("字符数", "characters"),
    ("词元数", "tokens"),
    ("媒体文件", "media files"),
    ("媒体字节", "media bytes"),
];

fn with_amounts(w: Words, sheet: &str, title: &str, names: &[(&str, u32)]) -> Grid {
    let mut columns: Vec<_> = names
        .iter()
        .map(|(name, weight)| (*name, *weight, Left))
        .collect();
    columns.extend(AMOUNTS.map(|(zh, en)| (w.l(zh, en), 3, Right)));
    Grid::new(sheet, title, &columns)
}

fn named(
    grid: &mut Grid,
    rows: &[NamedAmounts],
    report: &Report,
    w: Words,
    name: impl Fn(&str) -> String,
) {
    for row in rows {
        let mut cells = vec![name(&row.name).into()];
        cells.extend(amounts(&row.amounts, w));
        grid.rows.push(cells);
    }
    let mut cells = vec![w.l("合计", "total").into()];
    cells.extend(amounts(&report.sizes.total, w));
    grid.rows.push(cells);
}

/// `FIL-03`.
pub fn by_type(report: &Report, w: Words) -> Grid {
    let mut grid = with_amounts(
        w,
        w.l("规模-类型", "sizes by type"),
        w.l("语料规模统计表(按类型)", "Sizes by type"),
        &[(w.l("类型", "type"), 3)],
    );
    named(&mut grid, &report.sizes.by_type, report, w, |name| {
        w.type_(name).to_owned()
    });
    grid.noted(w.l(
        "类型与语言由程序按每条记录的文字判断,不能判断的列为“未知”,不并入其他;图片、音频、视频按文件统计,内容未扫描。",
        "Types and languages are told from the text of each record, and what cannot be told is unknown. Pictures, sound and film are counted as files; their contents were not scanned.",
    ))
}

/// `FIL-04`.
pub fn by_kind(report: &Report, w: Words) -> Grid {
    let mut grid = with_amounts(
        w,
        w.l("规模-来源类别", "sizes by kind"),
        w.l("语料规模统计表(按来源类别)", "Sizes by kind of source"),
        &[(w.l("来源类别", "kind"), 3)],
    );
    let kinds = &report.sizes.by_kind;
    named(&mut grid, kinds, report, w, |name| {
        let all = crate::report::model::KINDS;
        let known = all.into_iter().find(|kind| *kind == name);
        w.kind(known.unwrap_or("undeclared")).to_owned()
    });
    grid
}

/// One measure of the matrix of types and kinds (`FIL-03` to `FIL-06`).
pub fn kind_and_type(
    report: &Report,
    w: Words,
    (sheet, title): (&str, &str),
    value: fn(&Amounts) -> Option<u64>,
) -> Grid {
    let sizes = &report.sizes;
    let kinds: Vec<&'static str> = crate::report::model::KINDS
        .into_iter()
        .filter(|kind| sizes.by_kind.iter().any(|row| row.name == *kind))
        .collect();
    let mut columns = vec![(w.l("类型", "type"), 3, Left)];
    columns.extend(kinds.iter().map(|kind| (w.kind(kind), 3, Right)));
    columns.push((w.l("合计", "total"), 3, Right));
    let mut grid = Grid::new(sheet, title, &columns);
    let row = |name: &str, of: &dyn Fn(&str, &str) -> bool| {
        let cell = |kind: Option<&str>| -> GridCell {
            let sum =
                sizes.sum(|row| of(&row.type_, row.kind) && kind.is_none_or(|k| k == row.kind));
            match value(&sum) {
                Some(n) => n.into(),
                None if sum == Amounts::default() => 0.into(),
                None => GridCell::Missing(w.missing(w.l("未统计", "not counted"))),
            }
        };
        let mut cells = vec![name.into()];
        cells.extend(kinds.iter().map(|kind| cell(Some(kind))));
        cells.push(cell(None));
        cells
    };
    for type_ in &sizes.by_type {
        let of = |row_type: &str, _: &str| row_type == type_.name;
        grid.rows.push(row(w.type_(&type_.name), &of));
    }
    grid.rows.push(row(w.l("合计", "total"), &|_, _| true));
    debug_assert!(grid.rows.len() > TYPES.len());
    grid
}

/// Row by row: source, type, language.
pub fn size_rows(report: &Report, w: Words) -> Grid {
    let mut grid = with_amounts(
        w,
        w.l("规模明细", "sizes in detail"),
        w.l(
            "语料规模明细(来源、类型、语言)",
            "Sizes by source, type and language",
        ),
        &[
            (w.l("来源", "source"), 3),
            (w.l("来源类别", "kind"), 3),
            (w.l("类型", "type"), 3),
            (w.l("语言", "language"), 2),
        ],
    );
    for row in &report.sizes.rows {
        let mut cells = vec![
            row.source.as_str().into(),
            w.kind(row.kind).into(),
            w.type_(&row.type_).into(),
            row.language.as_str().into(),
        ];
        cells.extend(amounts(&row.amounts, w));
        grid.rows.push(cells);
    }
    let mut cells = vec![
        w.l("合计", "total").into(),
        GridCell::Empty,
        GridCell::Empty,
        GridCell::Empty,
    ];
    cells.extend(amounts(&report.sizes.total, w));
    grid.rows.push(cells);
    grid
}
