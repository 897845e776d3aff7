//! Annotation projects: one that passes, the same with one mistake each, and broken ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use assert_cmd::Command;
use tempfile::TempDir;
use yujian::State;
use yujian::annotation::{AnnotationReport, CheckInput, Form, check};
use yujian::config::Config;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/annotation")
}

/// A copy of the project that passes.
struct Project {
    dir: TempDir,
}

impl Project {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        copy(&fixture(), dir.path());
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Replaces what must be there in a file.
    fn replace(&self, name: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} lacks {from}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
        self
    }

    fn check(&self) -> AnnotationReport {
        let config = Config::read(&self.path("yujian.toml")).unwrap();
        check(&CheckInput {
            config: &config.annotation,
            base: self.dir.path(),
            scanner: Some(scanner()),
            review_passes: false,
        })
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| {
        let rules = Arc::new(RuleSet::builtin().unwrap());
        Scanner::new(rules, DetectOptions::default()).unwrap()
    })
}

/// Clauses that do not pass, with their states.
fn open(report: &AnnotationReport) -> Vec<(&str, State)> {
    report
        .checks
        .iter()
        .filter(|check| !matches!(check.state, State::Compliant | State::NotApplicable))
        .map(|check| (check.duty.clause.as_str(), check.state))
        .collect()
}

#[test]
fn the_project_passes_and_gives_the_numbers_of_a_filing() {
    let report = Project::new().check();
    assert_eq!(open(&report), []);
    assert_eq!(report.problems.first, []);
    assert!(report.whole && report.passed);
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.state == State::Compliant)
    );
    let figures = &report.figures;
    let functional = figures.annotated["text"]["functional"];
    let safety = figures.annotated["text"]["safety"];
    assert_eq!((functional.annotations, functional.items), (7, 5));
    assert_eq!((safety.annotations, safety.items), (3, 3));
    assert_eq!(
        (
            figures.people["internal"].worked,
            figures.people["outsourced"].worked
        ),
        (2, 1)
    );
    assert_eq!(figures.people["internal"].hours, 12.0);
    assert_eq!(
        figures
            .rules
            .iter()
            .map(|rule| rule.risks)
            .collect::<Vec<_>>(),
        [0, 31]
    );
    assert_eq!(figures.verified_ratio, Some(1.0));
    assert_eq!(figures.by_risk["A.2.e"], 1);
    assert_eq!(report.durations[""].known, 10);
    // Two items were annotated twice, alike, with different labels.
    let agreement = report.agreement.overall.as_ref().unwrap();
    assert_eq!((agreement.items, agreement.alpha.value), (2, Some(1.0)));
}

/// One mistake each, and the one clause that it breaks.
#[test]
fn every_check_fails_for_its_own_reason_and_no_other() {
    use State::{NeedsEvidence, NeedsReview, NonCompliant};
    let functional = "records/functional.jsonl";
    let safety = "records/safety.jsonl";
    let cases: &[(&str, State, &str, &str, &str)] = &[
        (
            "ANN-01",
            NonCompliant,
            "registry.csv",
            "标注内容质量核验、标注数据安全管理,2026-02-09",
            "标注内容质量核验,2026-02-09",
        ),
        (
            "ANN-01",
            NonCompliant,
            "registry.csv",
            "标注数据安全管理,2026-02-03",
            "标注数据安全管理,2026-03-03",
        ),
        (
            "ANN-02",
            NonCompliant,
            "registry.csv",
            "2026-08-31",
            "2026-03-04",
        ),
        (
            "ANN-02",
            NonCompliant,
            "registry.csv",
            "2026-08-31,,,true",
            "2026-08-31,2026-03-04,2026-03-06,true",
        ),
        (
            "ANN-02",
            NonCompliant,
            "registry.csv",
            "88,true",
            "48,false",
        ),
        (
            "ANN-03",
            NonCompliant,
            functional,
            "\"reviewer_id\": \"A02\"",
            "\"reviewer_id\": \"A01\"",
        ),
        (
            "ANN-04",
            NonCompliant,
            functional,
            "\"duration_s\": 61",
            "\"duration_s\": 1.5",
        ),
        (
            "ANN-04",
            NeedsEvidence,
            functional,
            "\"duration_s\": 61, ",
            "",
        ),
        (
            "ANN-04",
            NeedsEvidence,
            "yujian.toml",
            "min_seconds = 5",
            "",
        ),
        (
            "ANN-05",
            NonCompliant,
            "rules/functional.md",
            "二、数据格式",
            "二、其他",
        ),
        (
            "ANN-06",
            NonCompliant,
            "rules/safety.md",
            "## 审核环节",
            "## 其他",
        ),
        (
            "ANN-07",
            NonCompliant,
            "rules/functional.md",
            "多样性",
            "丰富性",
        ),
        (
            "ANN-08",
            NonCompliant,
            "rules/safety.md",
            "判定:看内容是否空泛、残缺、答非所问,虽无严重错误但对使用者没有帮助。\n",
            "",
        ),
        (
            "ANN-09",
            NonCompliant,
            safety,
            "\"review_result\": \"pass\"",
            "\"review_result\": \"fail\"",
        ),
        (
            "ANN-10",
            NonCompliant,
            "batches.csv",
            "fb1,4,0,0,accepted",
            "fb1,4,0,1,accepted",
        ),
        (
            "ANN-10",
            NonCompliant,
            functional,
            "\"item_id\": \"f1\"",
            "\"item_id\": \"f1\", \"risk_codes\": \"A.1.f\"",
        ),
        (
            "ANN-11",
            NeedsReview,
            safety,
            "\"storage_zone\": \"isolated\"",
            "\"storage_zone\": \"general\"",
        ),
        (
            "D74-01",
            NeedsEvidence,
            "yujian.toml",
            "evidence/operation_log.md",
            "evidence/none.md",
        ),
        (
            "D74-01",
            NeedsReview,
            "yujian.toml",
            "confirmed_by = \"A02\"",
            "",
        ),
        (
            "D74-02",
            NonCompliant,
            functional,
            "\"rule_version\": \"1.0\"",
            "\"rule_version\": \"0.9\"",
        ),
        (
            "D74-02",
            NonCompliant,
            "rules/functional.md",
            "## 八、反例",
            "## 八、其他",
        ),
        (
            "D74-03",
            NonCompliant,
            "rules/safety.md",
            "安全回答:拒绝编写或扩散",
            "备注:",
        ),
        (
            "D74-04",
            NonCompliant,
            safety,
            ", \"arbitration_id\": \"arb-1\"",
            "",
        ),
        (
            "D74-04",
            NeedsReview,
            functional,
            "\"需改进\"",
            "\"不合格\"",
        ),
        (
            "D74-05",
            NonCompliant,
            "registry.csv",
            "2026-08-31,,,true",
            "2026-08-31,,,false",
        ),
        (
            "D74-05",
            NeedsEvidence,
            "registry.csv",
            "2026-08-31,,,true",
            "2026-08-31,,,",
        ),
        (
            "D74-06",
            NonCompliant,
            "batches.csv",
            "fb1,4,0,0,accepted",
            "fb1,4,1,0,accepted",
        ),
        (
            "D74-07",
            NeedsReview,
            functional,
            "木星。",
            "木星。联系人手机13900135724",
        ),
        (
            "D74-08",
            NonCompliant,
            functional,
            "\"rule_version\": \"1.0\", ",
            "",
        ),
        (
            "RVW-07",
            NonCompliant,
            "yujian.toml",
            "traceability = true",
            "traceability = false",
        ),
        (
            "RVW-07",
            NonCompliant,
            "yujian.toml",
            "employer = \"示例数据服务公司\"",
            "employer = \"别的公司\"",
        ),
        (
            "QLT-01",
            NeedsReview,
            functional,
            "\"明早开会。\", \"label\": \"合格\"",
            "\"明早开会。\", \"label\": \"不合格\"",
        ),
    ];
    for (clause, state, file, from, to) in cases {
        let project = Project::new();
        let report = project.replace(file, from, to).check();
        let problems: Vec<_> = report.problems.first.iter().map(|p| &*p.name).collect();
        assert_eq!(
            open(&report),
            [(*clause, *state)],
            "{file}: {from} -> {to}: {problems:?}"
        );
        assert!(!report.passed);
        assert_eq!(report.problems.unread, 0, "{:?}", report.problems.first);
        let check = report.clause(clause).unwrap();
        assert!(!check.reason.zh.is_empty() && !check.reason.en.is_empty());
    }
}

#[test]
fn what_is_void_or_returned_or_reviewed_passes_again() {
    let project = Project::new();
    project.replace("batches.csv", "fb1,4,0,0,accepted", "fb1,4,0,1,void");
    assert_eq!(open(&project.check()), []);
    let project = Project::new();
    project.replace("batches.csv", "fb1,4,0,0,accepted", "fb1,4,1,0,returned");
    assert_eq!(open(&project.check()), []);
    let project = Project::new();
    project
        .replace("batches.csv", "fb1,4,0,0,accepted", "fb1,4,1,0,accepted")
        .replace(
            "yujian.toml",
            "min_seconds = 5",
            "min_seconds = 5\nmax_error_rate = 0.3",
        );
    assert_eq!(open(&project.check()), []);
    let project = Project::new();
    project
        .replace("records/functional.jsonl", "木星。", "木星。联系人手机13900135724")
        .replace(
            "yujian.toml",
            "[annotation.platform]",
            "[annotation.review]\nby = \"A02\"\non = \"2026-03-08\"\nfindings = 1\n\n[annotation.platform]",
        );
    let report = project.check();
    assert_eq!(open(&report), []);
    assert!(
        !serde_json::to_string(&report)
            .unwrap()
            .contains("13900135724")
    );
}

#[test]
fn everything_that_is_broken_is_told_at_once_with_its_place() {
    let project = Project::new();
    let records = project.path("records/functional.jsonl");
    let mut text = fs::read_to_string(&records).unwrap();
    text.push_str("{\"item_id\": \"f8\", \n");
    text.push_str("{\"item_id\": \"f9\", \"risk_codes\": \"A.7.z\", \"annotated_at\": \"3/4/2026\", \"annotator_id\": \"Z99\"}\n");
    fs::write(&records, text).unwrap();
    project
        .replace("registry.csv", "A01,internal", "A01,tenant")
        .replace("yujian.toml", "rules/*.md", "rules/*.md\", \"absent/*.toml");
    let report = project.check();
    assert!(!report.whole && !report.passed);
    let told: Vec<(&str, &str, u64)> = report
        .problems
        .first
        .iter()
        .map(|p| (&*p.name, p.file.as_str(), p.line))
        .collect();
    let file = "records/functional.jsonl";
    for expected in [
        ("no-file", "absent/*.toml", 0),
        ("bad-value", "registry.csv", 2),
        ("broken-json", file, 8),
        ("unknown-risk", file, 9),
        ("bad-date", file, 9),
        ("unknown-annotator", file, 9),
        ("missing-fields", file, 0),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
    assert!(
        report
            .problems
            .first
            .iter()
            .all(|p| !p.hint.zh.is_empty() && !p.hint.en.is_empty())
    );
    // Nothing is compliant while something is unread.
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.state != State::Compliant)
    );
}

#[test]
fn exports_of_other_tools_are_told_and_mapped() {
    let project = Project::new();
    fs::remove_file(project.path("records/functional.jsonl")).unwrap();
    let task = |id: u32, by: &str, choice: &str| {
        serde_json::json!({
            "id": id, "data": {"text": format!("句子{id}"), "batch": "fb1"}, "predictions": [],
            "annotations": [{
                "id": id * 10, "completed_by": by, "created_at": "2026-03-02T01:00:00.000000Z",
                "lead_time": 33.5, "was_cancelled": false,
                "result": [{"from_name": "s", "type": "choices", "value": {"choices": [choice]}}],
                "reviews": [{"created_by": "A02", "accepted": true, "created_at": "2026-03-03T01:00:00Z"}],
            }],
        })
    };
    let tasks = serde_json::json!([task(1, "A01", "正"), task(2, "B01", "负")]);
    let pretty = serde_json::to_string_pretty(&tasks).unwrap();
    fs::write(project.path("records/ls.json"), pretty).unwrap();
    project.replace(
        "yujian.toml",
        "records = [\"records/*.jsonl\"]",
        "records = [\"records/*\"]",
    );
    let report = project.check();
    let file = &report.files[0];
    assert_eq!((file.form, file.entries), (Some(Form::LabelStudio), 2));
    // What Label Studio does not have is named.
    let missing = report
        .problems
        .first
        .iter()
        .find(|p| p.name == "missing-fields")
        .unwrap();
    for field in [
        "batch_id",
        "annotation_kind",
        "rule_id",
        "rule_version",
        "tool",
        "storage_zone",
    ] {
        assert!(missing.what.en.contains(field), "{}", missing.what.en);
    }
    assert!(
        !missing.what.en.contains("reviewer_id"),
        "{}",
        missing.what.en
    );
    assert_eq!(report.clause("D74-08").unwrap().state, State::NonCompliant);

    project.replace(
        "yujian.toml",
        "[annotation.zones]",
        "[[annotation.source]]\nmatch = [\"records/ls.json\"]\nfields = { batch_id = \"data.batch\" }\n\
         values = { annotation_kind = \"functional\", rule_id = \"functional-01\", rule_version = \"1.0\", tool = \"Label Studio\", storage_zone = \"general\" }\n\n[annotation.zones]",
    );
    let report = project.check();
    assert_eq!(open(&report), [], "{:?}", report.problems.first);
    assert_eq!(report.problems.first, []);
}

#[test]
fn what_belongs_to_nothing_is_told_and_rules_say_what_an_annotation_is_for() {
    let project = Project::new();
    fs::write(project.path("records/empty.jsonl"), "").unwrap();
    project.replace(
        "batches.csv",
        "\nfb1,",
        "\nfb7,3,0,0,accepted,A02,2026-03-04,\nfb1,",
    );
    let functional = project.path("records/functional.jsonl");
    let text = fs::read_to_string(&functional).unwrap();
    let text = text.replace("\"annotation_kind\": \"functional\", ", "");
    fs::write(&functional, text).unwrap();
    let report = project.check();
    assert_eq!(open(&report), []);
    let told: Vec<_> = (report.problems.first.iter())
        .map(|p| (&*p.name, p.file.as_str()))
        .collect();
    let expected = [
        ("no-annotations", "records/empty.jsonl"),
        ("unknown-batch", "batches.csv"),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        report.figures.annotated["text"]["functional"].annotations,
        7
    );
}

#[test]
fn a_report_is_the_same_whatever_the_number_of_threads() {
    let project = Project::new();
    let json = |threads| {
        let pool = rayon_pool(threads);
        pool.install(|| serde_json::to_string(&project.check()).unwrap())
    };
    assert_eq!(json(1), json(4));
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
}

fn yujian(dir: &Path, args: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("yujian")
        .unwrap()
        .current_dir(dir)
        .env("YUJIAN_LANG", "en")
        .env("YUJIAN_CACHE_DIR", dir.join("cache"))
        .args(args)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

#[test]
fn the_command_ends_with_0_1_or_2() {
    let project = Project::new();
    let dir = project.dir.path();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("ANN-11") && text.contains("passed"), "{text}");
    project.replace("batches.csv", "fb1,4,0,0,accepted", "fb1,4,1,0,accepted");
    let (code, text) = yujian(dir, &["annotation", "check", "--format", "json"]);
    assert_eq!(code, 1, "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["passed"], false);
    fs::write(project.path("registry.csv"), "").unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("registry.csv") && text.contains("hint:"),
        "{text}"
    );
    fs::write(
        project.path("yujian.toml"),
        "[annotation]\nregistri = \"x\"\n",
    )
    .unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("yujian.toml:2") && text.contains("did you mean `registry`?"),
        "{text}"
    );
    fs::write(project.path("yujian.toml"), "").unwrap();
    let (code, text) = yujian(dir, &["annotation", "check"]);
    assert!(code == 2 && text.contains("annotation init"), "{text}");

    let (code, text) = yujian(dir, &["annotation", "init", "new"]);
    assert_eq!(code, 0, "{text}");
    assert!(project.path("new/safety.toml").exists());
    let (code, text) = yujian(dir, &["annotation", "init", "new"]);
    assert!(code == 2 && text.contains("not overwritten"), "{text}");
}

/// `cargo test --release --test it -- --ignored annotation_of_a_million --nocapture`
#[test]
#[ignore = "takes a minute: writes the records of which docs/annotation.md tells the time"]
fn annotation_of_a_million_items() {
    use std::io::Write as _;
    let target = std::env::var_os("YUJIAN_ANNOTATION_BENCH").map(PathBuf::from);
    let project = Project::new();
    let records = project.path("records/functional.jsonl");
    let mut out = std::io::BufWriter::new(fs::File::create(&records).unwrap());
    for n in 0..1_000_000u32 {
        let minute = n % 50 + 10;
        writeln!(
            out,
            "{{\"item_id\":\"item-{n}\",\"batch_id\":\"b{}\",\"task_id\":\"t{n}\",\"task_type\":\"qa\",\"annotation_kind\":\"functional\",\"rule_id\":\"functional-01\",\"rule_version\":\"1.0\",\"annotator_id\":\"A01\",\"annotated_at\":\"2026-03-02T09:{minute}:00+08:00\",\"duration_s\":{},\"tool\":\"平台甲\",\"reviewer_id\":\"A02\",\"review_result\":\"pass\",\"reviewed_at\":\"2026-03-03\",\"storage_zone\":\"general\",\"prompt\":\"请用一句话说明第{n}号图书的主要内容,并指出它适合哪一类读者阅读。\",\"answer\":\"这本书介绍了编号{n}的主题,语言平实,适合对该主题感兴趣的一般读者。\",\"label\":\"合格\",\"spot_check\":{{\"n\":50,\"errors\":0,\"risk_hits\":0,\"action\":\"accepted\"}}}}",
            n / 1000,
            n % 100 + 10,
        )
        .unwrap();
    }
    drop(out);
    if let Some(target) = target {
        copy(project.dir.path(), &target);
        return;
    }
    let report = project.check();
    assert_eq!(open(&report), []);
    assert_eq!(
        report.figures.annotated["text"]["functional"].items,
        1_000_000
    );
}
