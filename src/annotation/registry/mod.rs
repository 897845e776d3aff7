//! [`Registry`]: who annotates and reviews, what they learned, and when they were qualified.
//!
//! One row a person, or several rows of the same id: one-valued columns must agree or be empty,
//! trainings, examinations, qualifications and suspensions are gathered.

mod columns;
mod styles;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use columns::{Column, column_named};
pub(super) use styles::Dates;

use super::policy::AnnotationPolicy;
use crate::dates::{self, Day, Wrong};
use crate::problem::Place;
use crate::sheet::Sheet;

/// Who employs an annotator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Employment {
    /// The provider.
    Internal,
    /// Somebody else.
    Outsourced,
}

impl Employment {
    /// From a word of a table.
    pub fn of(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "internal" | "内部" | "自有" | "自有人员" | "内部人员" | "正式" => {
                Some(Self::Internal)
            }
            "outsourced" | "outsource" | "external" | "外包" | "外包人员" | "外部" | "众包" => {
                Some(Self::Outsourced)
            }
            _ => None,
        }
    }
}

/// One training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Positions of its topics in the policy.
    pub topics: Vec<usize>,
    /// When.
    pub on: Day,
    /// How long; 0 where that is not said.
    pub hours: f64,
}

/// One examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exam {
    /// When.
    pub on: Day,
    /// Whether it was passed; none where that is not said.
    pub passed: Option<bool>,
}

/// Days from the first to the last, which may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Option<Day>,
}

impl Period {
    /// Whether `day` is in it.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// One person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotator {
    /// First row.
    pub line: u64,
    /// Who employs them; none where that is not said.
    pub employment: Option<Employment>,
    /// Whose they are.
    pub employer: String,
    /// What they were taught.
    pub trainings: Vec<Training>,
    /// What they were asked.
    pub exams: Vec<Exam>,
    /// When they were qualified.
    pub qualified: Vec<Period>,
    /// When they were not, for a time.
    pub suspended: Vec<Period>,
    /// Whether they signed an agreement of confidentiality; none where that is not said.
    pub nda: Option<bool>,
}

/// Everyone, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    /// By pseudonym.
    pub people: BTreeMap<String, Annotator>,
}

impl Registry {
    /// Reads the table; what is wrong with it goes to `place`.
    pub fn read(path: &Path, policy: &AnnotationPolicy, place: &mut Place<'_>) -> Self {
        let Some(sheet) = Sheet::read(path, place) else {
            return Self::default();
        };
        let named: Vec<(Option<Column>, &str)> = sheet
            .header
            .iter()
            .map(|name| (column_named(name), name.as_str()))
            .collect();
        for (_, name) in named
            .iter()
            .filter(|(column, name)| column.is_none() && !name.is_empty())
        {
            place.odd(
                1,
                "unknown-column",
                (
                    format!("不认识的列 `{name}`,未读取"),
                    format!("column `{name}` is not known and not read"),
                ),
                (
                    "列名见 yujian annotation init 写出的 registry.csv;其他说明写在“备注”列",
                    "registry.csv of yujian annotation init has the names; put remarks in `notes`",
                ),
            );
        }
        if !named.iter().any(|(column, _)| *column == Some(Column::Id)) {
            place.unread(
                1,
                "no-id-column",
                ("没有人员编号一列", "no column holds the ids of annotators"),
                (
                    "将该列命名为 annotator_id 或 人员编号",
                    "call it annotator_id or 人员编号",
                ),
            );
            return Self::default();
        }
        let mut registry = Self::default();
        let mut dates = Dates::default();
        for row in &sheet.rows {
            let cell = |wanted: Column| {
                let at = named.iter().position(|(column, _)| *column == Some(wanted));
                at.and_then(|at| row.cells.get(at))
                    .map_or("", String::as_str)
            };
            let id = cell(Column::Id);
            if id.is_empty() {
                place.unread(
                    row.line,
                    "no-id",
                    ("没有人员编号", "no id of an annotator"),
                    (
                        "填写人员编号;同一人的多行写同一编号",
                        "write one; rows of one person have the same id",
                    ),
                );
                continue;
            }
            let mut reader = RowReader {
                line: row.line,
                place,
                dates: &mut dates,
                policy,
            };
            let person = registry
                .people
                .entry(id.to_owned())
                .or_insert_with(|| Annotator {
                    line: row.line,
                    ..Annotator::default()
                });
            reader.person(person, id, &cell);
        }
        dates.tell(place);
        registry
    }
}

struct RowReader<'a, 'p> {
    line: u64,
    place: &'a mut Place<'p>,
    dates: &'a mut Dates,
    policy: &'a AnnotationPolicy,
}

impl RowReader<'_, '_> {
    fn person<'c>(&mut self, person: &mut Annotator, id: &str, cell: &impl Fn(Column) -> &'c str) {
        let employment = cell(Column::Type);
        if !employment.is_empty() {
            match Employment::of(employment) {
                Some(said) if person.employment.is_none_or(|known| known == said) => {
                    person.employment = Some(said);
                }
                Some(_) => self.contradiction(id, "type"),
                None => self.wrong_word(
                    "type",
                    employment,
                    (
                        "写 internal(内部)或 outsourced(外包)",
                        "write internal or outsourced",
                    ),
                ),
            }
        }
        let employer = cell(Column::Employer);
        if person.employer.is_empty() {
            employer.clone_into(&mut person.employer);
        } else if !employer.is_empty() && employer != person.employer {
            self.contradiction(id, "employer");
        }
        if let Some(nda) = self.flag("nda", cell(Column::Nda)) {
            if person.nda.is_some_and(|known| known != nda) {
                self.contradiction(id, "nda");
            }
            person.nda = Some(person.nda.unwrap_or(true) && nda);
        }
        self.training(person, cell);
        self.exam(person, cell);
        let qualified = self.period(
            ("qualified_from", cell(Column::QualifiedFrom)),
            ("qualified_to", cell(Column::QualifiedTo)),
        );
        push(&mut person.qualified, qualified);
        let suspended = self.period(
            ("suspended_from", cell(Column::SuspendedFrom)),
            ("suspended_to", cell(Column::SuspendedTo)),
        );
        push(&mut person.suspended, suspended);
    }

    fn training<'c>(&mut self, person: &mut Annotator, cell: &impl Fn(Column) -> &'c str) {
        let (topic, on) = (cell(Column::Topic), cell(Column::TrainedOn));
        if topic.is_empty() && on.is_empty() {
            return;
        }
        let lower = topic.to_lowercase();
        let topics = (0..self.policy.topics.len())
            .filter(|at| self.policy.topics[*at].is_in(&lower))
            .collect::<Vec<usize>>();
        if topics.is_empty() {
            let names = |zh: bool| {
                let names = self.policy.topics.iter();
                let names = names.map(|t| if zh { t.zh.as_str() } else { t.en.as_str() });
                names.collect::<Vec<_>>().join(if zh { "、" } else { ", " })
            };
            let (zh, en) = (names(true), names(false));
            self.place.odd(
                self.line,
                "unknown-topic",
                (
                    format!("培训主题 `{topic}` 不属于要求的四个主题"),
                    format!("training topic `{topic}` is none of the four"),
                ),
                (&format!("主题有:{zh}"), &format!("the topics are: {en}")),
            );
        }
        let hours = match cell(Column::Hours) {
            "" => 0.0,
            text => {
                let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
                number.parse().unwrap_or_else(|_| {
                    self.wrong_word(
                        "training_hours",
                        text,
                        ("写数字,如 2 或 1.5", "write a number such as 2 or 1.5"),
                    );
                    0.0
                })
            }
        };
        if let Some(on) = self.date("training_date", on, true) {
            person.trainings.push(Training { topics, on, hours });
        }
    }

    fn exam<'c>(&mut self, person: &mut Annotator, cell: &impl Fn(Column) -> &'c str) {
        let (on, passed, score) = (
            cell(Column::ExamOn),
            cell(Column::Passed),
            cell(Column::Score),
        );
        if on.is_empty() && passed.is_empty() && score.is_empty() {
            return;
        }
        let passed = self.flag("exam_pass", passed);
        if let Some(on) = self.date("exam_date", on, true) {
            let exam = Exam { on, passed };
            if !person.exams.contains(&exam) {
                person.exams.push(exam);
            }
        }
    }

    fn period(&mut self, from: (&'static str, &str), to: (&'static str, &str)) -> Option<Period> {
        if from.1.is_empty() && to.1.is_empty() {
            return None;
        }
        let first = self.date(from.0, from.1, true)?;
        let last = self.date(to.0, to.1, false);
        if last.is_none() && !to.1.is_empty() {
            return None;
        }
        if last.is_some_and(|last| last < first) {
            self.place.unread(
                self.line,
                "backward-period",
                (
                    format!("{} 早于 {}", to.0, from.0),
                    format!("{} is before {}", to.0, from.0),
                ),
                ("更正日期", "correct the dates"),
            );
            return None;
        }
        Some(Period {
            from: first,
            to: last,
        })
    }

    fn date(&mut self, column: &'static str, text: &str, needed: bool) -> Option<Day> {
        if text.is_empty() {
            if needed {
                self.place.unread(
                    self.line,
                    "no-date",
                    (
                        format!("{column} 没有日期"),
                        format!("{column} has no date"),
                    ),
                    ("填写日期,如 2026-01-05", "write one, such as 2026-01-05"),
                );
            }
            return None;
        }
        match dates::parse(text) {
            Ok((moment, style)) => {
                self.dates.met(column, style, self.line);
                Some(moment.day())
            }
            Err(wrong) => {
                let (zh, en) = match wrong {
                    Wrong::Ambiguous => ("可作两种理解", "can be read in two ways"),
                    Wrong::NoDate => ("不是日期", "is no date"),
                };
                self.place.unread(
                    self.line,
                    "bad-date",
                    (
                        format!("{column} `{text}` {zh}"),
                        format!("{column} `{text}` {en}"),
                    ),
                    (
                        "写年在前,如 2026-01-05",
                        "write the year first, such as 2026-01-05",
                    ),
                );
                None
            }
        }
    }

    fn flag(&mut self, column: &'static str, word: &str) -> Option<bool> {
        match word.to_lowercase().as_str() {
            "" => None,
            "true" | "yes" | "y" | "1" | "pass" | "passed" | "是" | "已签" | "已签署" | "有"
            | "合格" | "通过" | "√" => Some(true),
            "false" | "no" | "n" | "0" | "fail" | "failed" | "否" | "未签" | "未签署" | "无"
            | "不合格" | "未通过" | "×" => Some(false),
            _ => {
                self.wrong_word(
                    column,
                    word,
                    ("写 true 或 false(是/否)", "write true or false"),
                );
                None
            }
        }
    }

    fn wrong_word(&mut self, column: &str, word: &str, hint: (&str, &str)) {
        self.place.unread(
            self.line,
            "bad-value",
            (
                format!("{column} 的值 `{word}` 不认识"),
                format!("{column}: `{word}` is not known"),
            ),
            hint,
        );
    }

    fn contradiction(&mut self, id: &str, column: &str) {
        self.place.unread(
            self.line,
            "contradiction",
            (
                format!("`{id}` 各行的 {column} 不一致"),
                format!("rows of `{id}` contradict each other in {column}"),
            ),
            (
                "同一人各行写同一值,或只写一次",
                "write the same in all of them, or only once",
            ),
        );
    }
}

fn push(periods: &mut Vec<Period>, period: Option<Period>) {
    periods.extend(period.filter(|period| !periods.contains(period)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Gravity, Problems};

    fn read(name: &str, content: &[u8]) -> (Registry, Problems) {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        let mut problems = Problems::default();
        let mut place = Place {
            file: name,
            problems: &mut problems,
        };
        let registry = Registry::read(&path, &AnnotationPolicy::builtin(), &mut place);
        (registry, problems)
    }

    #[test]
    fn rows_of_one_person_are_gathered() {
        let text = "\u{FEFF}人员编号,人员类型,单位,培训主题,培训日期,学时,考核日期,考核结果,资格起,资格止,保密协议\n\
            A01,内部,,标注规则、标注工具,2026/1/5,2,2026年1月10日,合格,2026-01-11,2026-12-31,是\n\
            A01,,,质量核验与数据安全,2026-01-06,3小时,,,,,\n\
            B01,外包,某某数据公司,规则,46027,1,,,,,否\n";
        let (registry, problems) = read("r.csv", text.as_bytes());
        let a = &registry.people["A01"];
        assert_eq!(
            (a.trainings.len(), a.exams.len(), a.nda),
            (2, 1, Some(true))
        );
        assert_eq!(a.trainings[0].topics, [0, 1]);
        assert_eq!(a.trainings[1].topics, [2, 3]);
        assert_eq!(a.trainings[1].hours, 3.0);
        assert_eq!(a.qualified[0].to.unwrap().to_string(), "2026-12-31");
        let b = &registry.people["B01"];
        assert_eq!(b.employment, Some(Employment::Outsourced));
        assert_eq!(b.trainings[0].on.to_string(), "2026-01-05");
        assert_eq!(b.nda, Some(false));
        // Dates in three ways in one column: told, and nothing else.
        assert_eq!(problems.unread, 0, "{:?}", problems.first);
        assert_eq!(problems.first[0].name, "mixed-dates");
        assert_eq!(problems.odd, 1);
    }

    #[test]
    fn tables_in_gbk_are_read() {
        let text = "人员编号,人员类型,保密协议\n甲一,外包,已签署\n";
        let (bytes, _, failed) = encoding_rs::GBK.encode(text);
        assert!(!failed);
        let (registry, problems) = read("r.csv", &bytes);
        assert_eq!(registry.people["甲一"].nda, Some(true));
        assert_eq!(problems, Problems::default());
    }

    #[test]
    fn every_mistake_is_told_with_its_row() {
        let text = "annotator_id,type,training_topic,training_date,qualified_from,qualified_to,nda,colour\n\
            A01,tenant,rules,1/5/2026,2026-02-01,2026-01-01,maybe,red\n\
            ,internal,,,,,,\n\
            A02,internal,cooking,2026-01-05,,,,\n\
            A02,outsourced,rules,,,,,\n";
        let (_, problems) = read("r.csv", text.as_bytes());
        let told: Vec<(&str, u64, Gravity)> = problems
            .first
            .iter()
            .map(|p| (&*p.name, p.line, p.gravity))
            .collect();
        use Gravity::{Odd, Unread};
        assert_eq!(
            told,
            [
                ("bad-value", 2, Unread),
                ("bad-value", 2, Unread),
                ("bad-date", 2, Unread),
                ("backward-period", 2, Unread),
                ("no-id", 3, Unread),
                ("contradiction", 5, Unread),
                ("no-date", 5, Unread),
                ("unknown-column", 1, Odd),
                ("unknown-topic", 4, Odd),
            ]
        );
    }

    #[test]
    fn a_workbook_with_an_id_merged_over_its_rows_is_read() {
        use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, title) in (0u16..).zip(["人员编号", "培训主题", "培训日期"]) {
            sheet.write(0, column, title).unwrap();
        }
        let plain = Format::new();
        sheet.merge_range(1, 0, 2, 0, "A01", &plain).unwrap();
        sheet.write(1, 1, "标注规则").unwrap();
        sheet.write(2, 1, "工具").unwrap();
        let date = ExcelDateTime::from_ymd(2026, 1, 5).unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(1, 2, &date, &format).unwrap();
        sheet.write(2, 2, 46027).unwrap();
        sheet.merge_range(3, 1, 3, 2, "规则", &plain).unwrap();
        sheet.write(3, 0, "A02").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let (registry, problems) = read("r.xlsx", &bytes);
        let trainings = &registry.people["A01"].trainings;
        assert_eq!(trainings.len(), 2);
        assert!(trainings.iter().all(|t| t.on.to_string() == "2026-01-05"));
        let told: Vec<_> = problems.first.iter().map(|p| (&*p.name, p.line)).collect();
        assert!(told.contains(&("merged-columns", 4)), "{told:?}");
    }
}
