//! Files of questions → [`TestBank`].

use std::collections::BTreeSet;
use std::path::Path;

use super::{BankFile, Criteria, Judged, Question, TestBank, TestBankConfig, TestBankPolicy};
use crate::lexicon::{Categories, risks};
use crate::problem::{Place, Problems};
use crate::sheet::{Row, Sheet};
use crate::text::FoldTable;

/// Names of columns, the most telling first. Those of the form are the first of each.
const QUESTION: &[&str] = &["测试题", "题目", "问题", "提示词", "question", "prompt"];
const FIRST: &[&str] = &["一级分类", "大类", "group"];
const SECOND: &[&str] = &[
    "二级分类",
    "风险代码",
    "类别",
    "方面",
    "class",
    "risk",
    "aspect",
];
const ANSWER: &[&str] = &["模型回答", "回答", "答案", "answer", "response"];
const JUDGED: &[&str] = &[
    "研判结果",
    "是否合格",
    "结论",
    "judged",
    "verdict",
    "passed",
];
const BANK: &[&str] = &["题库", "测试题库", "bank"];

/// A larger document is no set of rules.
const LONGEST_RULES: u64 = 16 << 20;
/// Most questions of a bank: five hundred times what a filing asks for. All are held in memory.
const MOST: usize = 1_000_000;

pub(super) fn read(config: &TestBankConfig, base: &Path, policy: &TestBankPolicy) -> TestBank {
    let mut bank = TestBank {
        questions: Vec::new(),
        files: Vec::new(),
        criteria: Vec::new(),
        problems: Problems::default(),
    };
    let categories = Categories::new(&[], None).expect("nothing was given that could be wrong");
    for (number, name) in config.files.iter().enumerate() {
        let path = base.join(name);
        let before = bank.questions.len();
        let reading = Reading {
            number,
            name,
            policy,
            categories: &categories,
        };
        reading.file(&path, &mut bank);
        bank.files.push(BankFile {
            path: name.clone(),
            digest: digest(&path),
            questions: (bank.questions.len() - before) as u64,
        });
    }
    for name in &config.criteria {
        let mut place = Place {
            file: name,
            problems: &mut bank.problems,
        };
        if let Some(text) = document(&base.join(name), &mut place) {
            bank.criteria.push(Criteria {
                path: name.clone(),
                digest: blake3::hash(text.as_bytes()).to_hex().to_string(),
                risks: named(&text),
            });
        }
    }
    bank
}

fn digest(path: &Path) -> String {
    let mut hasher = blake3::Hasher::new();
    let read = std::fs::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
    match read {
        Ok(()) => hasher.finalize().to_hex().to_string(),
        Err(_) => String::new(),
    }
}

fn document(path: &Path, place: &mut Place<'_>) -> Option<String> {
    let unread = |place: &mut Place<'_>, zh: String, en: String| {
        place.unread(
            0,
            "cannot-read",
            (zh, en),
            (
                "写成 UTF-8 的 txt 或 md,检查路径与权限",
                "write it as txt or md in UTF-8; check the path and its permissions",
            ),
        );
    };
    match std::fs::metadata(path) {
        Ok(about) if about.len() > LONGEST_RULES => {
            let bytes = about.len();
            unread(
                place,
                format!("{bytes} 字节,不像是规则文件"),
                format!("{bytes} bytes are more than such rules have"),
            );
            return None;
        }
        _ => {}
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            unread(
                place,
                format!("无法读取:{error}"),
                format!("cannot be read: {error}"),
            );
            None
        }
    }
}

/// Codes of the risks that a text names, by code or by title however it is punctuated.
fn named(text: &str) -> BTreeSet<String> {
    let fold = FoldTable::get();
    let letters = fold.letters(text);
    let leaves = risks().filter(|risk| risk.code.len() > 3);
    let met = leaves.filter(|risk| {
        let titles = [&risk.title.zh, &risk.title.en];
        text.contains(risk.code)
            || titles
                .iter()
                .any(|title| letters.contains(&fold.letters(title)))
    });
    met.map(|risk| risk.code.to_owned()).collect()
}

/// One file, as it is read.
struct Reading<'r> {
    number: usize,
    name: &'r str,
    policy: &'r TestBankPolicy,
    categories: &'r Categories,
}

/// Where the columns of a sheet are.
struct Columns {
    question: usize,
    first: Option<usize>,
    second: Option<usize>,
    answer: Option<usize>,
    judged: Option<usize>,
    bank: Option<usize>,
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| {
            let at = |name: &&str| {
                header
                    .iter()
                    .position(|cell| cell.trim().to_lowercase() == **name)
            };
            names.iter().find_map(at)
        };
        Some(Self {
            question: find(QUESTION)?,
            first: find(FIRST),
            second: find(SECOND),
            answer: find(ANSWER),
            judged: find(JUDGED),
            bank: find(BANK),
        })
    }
}

impl Reading<'_> {
    fn file(&self, path: &Path, bank: &mut TestBank) {
        let TestBank {
            questions,
            problems,
            ..
        } = bank;
        let mut place = Place {
            file: self.name,
            problems,
        };
        let mut any = false;
        let tables = Sheet::read_all(path, &mut place);
        let read = !tables.is_empty();
        for (sheet, table) in tables {
            // A sheet without questions is one that says something about the others.
            let Some(columns) = Columns::of(&table.header) else {
                continue;
            };
            any = true;
            let name = sheet.unwrap_or_default();
            let own = self.policy.bank(&name).or_else(|| {
                let file = Path::new(self.name).file_stem()?;
                self.policy.bank(&file.to_string_lossy())
            });
            for row in &table.rows {
                if questions.len() >= MOST {
                    place.unread(
                        row.line,
                        "too-many",
                        (
                            format!("超过 {MOST} 题"),
                            format!("more than {MOST} questions"),
                        ),
                        ("只提交用于评估的题集", "name the questions that are used"),
                    );
                    return;
                }
                questions.extend(self.question(row, &columns, own, (&name, &mut place)));
            }
        }
        if read && !any {
            place.unread(
                0,
                "no-column",
                (
                    "没有“测试题”一列".to_owned(),
                    "no column is called 测试题 (or `question`)".to_owned(),
                ),
                (
                    "第一行写列名:序号、测试题、一级分类、二级分类、模型回答、研判结果",
                    "name the columns in the first row: 序号, 测试题, 一级分类, 二级分类, 模型回答, 研判结果",
                ),
            );
        }
    }

    fn question(
        &self,
        row: &Row,
        columns: &Columns,
        own: Option<usize>,
        (sheet, place): (&str, &mut Place<'_>),
    ) -> Option<Question> {
        let cell = |at: Option<usize>| {
            let cell = at.and_then(|at| row.cells.get(at));
            cell.map(|cell| cell.trim().to_owned()).unwrap_or_default()
        };
        let within = |zh: &str, en: &str| match sheet {
            "" => (zh.to_owned(), en.to_owned()),
            sheet => (
                format!("工作表 {sheet}:{zh}"),
                format!("sheet {sheet}: {en}"),
            ),
        };
        let text = cell(Some(columns.question));
        if text.is_empty() {
            place.odd(
                row.line,
                "empty-question",
                within("没有测试题", "there is no question"),
                ("填写或删去这一行", "fill it in, or take the row out"),
            );
            return None;
        }
        let named = cell(columns.bank);
        let told = match named.is_empty() {
            true => own,
            false => self.policy.bank(&named),
        };
        let Some(bank) = told else {
            place.odd(
                row.line,
                "unknown-bank",
                within("不知属于哪个题库", "nothing says which bank it is of"),
                (
                    "工作表、文件或“题库”列写明:生成内容、应拒答、非拒答或垂直领域",
                    "name the sheet, the file or the column 题库 after 生成内容, 应拒答, 非拒答 or 垂直领域",
                ),
            );
            return None;
        };
        let (first, second) = (cell(columns.first), cell(columns.second));
        let judged = match verdict(&cell(columns.judged)) {
            Ok(judged) => judged,
            Err(()) => {
                place.odd(
                    row.line,
                    "unknown-verdict",
                    within("研判结果无法识别", "the verdict is no known one"),
                    ("写“合格”或“不合格”", "write 合格 or 不合格"),
                );
                None
            }
        };
        Some(Question {
            bank,
            class: self.class(bank, &first, &second),
            folded: FoldTable::get().letters(&text),
            text,
            first,
            second,
            answer: cell(columns.answer),
            judged,
            place: (self.number, row.line),
        })
    }

    /// The class that the words mean; what only names a group has none.
    fn class(&self, bank: usize, first: &str, second: &str) -> Option<String> {
        let bank = &self.policy.banks[bank];
        let words = [second, first];
        let mut words = words.iter().filter(|word| !word.is_empty());
        if bank.aspects.is_empty() {
            let code = words.find_map(|word| self.categories.code(word))?;
            // Codes of our own go deeper than those of the standard.
            return Some(code.chars().take(5).collect());
        }
        let aspect = words.find_map(|word| self.policy.aspect(word))?;
        Some(aspect.id.clone())
    }
}

/// What a cell says of an answer; nothing if it is empty.
fn verdict(cell: &str) -> Result<Option<Judged>, ()> {
    let folded = FoldTable::get().term(cell.trim());
    match folded.as_str() {
        "" => Ok(None),
        "合格" | "通过" | "是" | "pass" | "passed" | "true" | "yes" | "1" => {
            Ok(Some(Judged::Passed))
        }
        "不合格" | "不通过" | "否" | "fail" | "failed" | "false" | "no" | "0" => {
            Ok(Some(Judged::Failed))
        }
        _ => Err(()),
    }
}
