//! Columns of the registry.

/// Columns with the names they go by.
const COLUMNS: &[(Column, &[&str])] = &[
    (
        Column::Id,
        &[
            "annotator_id",
            "标注员编号",
            "人员编号",
            "标注人员编号",
            "编号",
            "工号",
            "id",
        ],
    ),
    (
        Column::Type,
        &["type", "annotator_type", "人员类型", "类型"],
    ),
    (
        Column::Employer,
        &["employer", "用人单位", "所属单位", "单位", "外包公司"],
    ),
    (Column::Topic, &["training_topic", "培训主题", "培训内容"]),
    (
        Column::TrainedOn,
        &["training_date", "培训日期", "培训时间"],
    ),
    (
        Column::Hours,
        &["training_hours", "培训学时", "培训时长", "学时"],
    ),
    (Column::ExamOn, &["exam_date", "考核日期", "考核时间"]),
    (Column::Score, &["exam_score", "考核成绩", "成绩"]),
    (
        Column::Passed,
        &["exam_pass", "考核结果", "是否合格", "考核是否合格"],
    ),
    (
        Column::QualifiedFrom,
        &[
            "qualified_from",
            "资格起",
            "资格起始",
            "上岗日期",
            "资格生效日期",
        ],
    ),
    (
        Column::QualifiedTo,
        &[
            "qualified_to",
            "资格止",
            "资格截止",
            "资格失效日期",
            "资格有效期至",
        ],
    ),
    (
        Column::SuspendedFrom,
        &["suspended_from", "暂停起", "暂停起始"],
    ),
    (Column::SuspendedTo, &["suspended_to", "暂停止", "暂停截止"]),
    (Column::Nda, &["nda", "保密协议", "是否签署保密协议"]),
    (Column::Notes, &["notes", "备注"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub enum Column {
    Id,
    Type,
    Employer,
    Topic,
    TrainedOn,
    Hours,
    ExamOn,
    Score,
    Passed,
    QualifiedFrom,
    QualifiedTo,
    SuspendedFrom,
    SuspendedTo,
    Nda,
    Notes,
}

/// The column that a name means.
pub fn column_named(name: &str) -> Option<Column> {
    let name = name.trim().to_lowercase();
    let found = COLUMNS
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()));
    found.map(|(column, _)| *column)
}
