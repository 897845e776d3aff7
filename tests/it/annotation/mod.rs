//! Annotation projects: one that passes, the same with one mistake each, and broken ones.

mod command;
pub mod mistakes;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;
use yujian::State;
use yujian::annotation::{AnnotationReport, CheckInput, Form, check};
use yujian::config::Config;
use yujian::detect::{DetectOptions, Scanner};
use yujian::rules::RuleSet;

use crate::command_line::copy;

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
