//! The twin of the complete case that is rejected: `fixtures/corpus-rejected`, defect by defect.

use super::*;

/// A row of `defects.csv`: clause, source, state, words of the reason, where it is planted.
type Defect = [String; 5];

fn defects(dir: &Path) -> Vec<Defect> {
    let mut table = csv::Reader::from_path(dir.join("defects.csv")).unwrap();
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        std::array::from_fn(|at| row[at].to_owned())
    });
    rows.collect()
}

#[test]
fn every_planted_defect_fails_its_clause_and_nothing_else_fails() {
    let dir = TempDir::new().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus-rejected");
    copy(&fixture, dir.path());
    fs::write(dir.path().join("key"), "00".repeat(32)).unwrap();
    let scan = [
        "scan",
        "corpus",
        "-o",
        "run",
        "--config",
        "yujian.toml",
        "--key-file",
        "key",
        "--sidecar",
        "-q",
    ];
    let (code, _, told) = yujian(dir.path(), &scan);
    assert_eq!(code, 0, "{told}");
    let gate = ["gate", "run", "--clauses", "--format", "json"];
    let (code, out, told) = yujian(dir.path(), &gate);
    assert_eq!(code, 1, "{told}");
    let all: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(all["matrix"]["positive"], false);
    assert_eq!(all["matrix"]["conclusion"], "non-compliant");

    let table = Clauses::builtin();
    let mut planted = defects(dir.path());
    let mut odd = Vec::new();
    for clause in all["matrix"]["clauses"].as_array().unwrap() {
        let id = clause["id"].as_str().unwrap();
        // What rests on others is as bad as the worst of them, which the matrix is tested for.
        if !table.get(id).unwrap().clauses.is_empty() {
            continue;
        }
        for point in clause["points"].as_array().unwrap() {
            let state = point["state"].as_str().unwrap();
            if matches!(state, "compliant" | "not-applicable") {
                continue;
            }
            let source = point["source"].as_str().unwrap_or_default();
            let reason = point["reason"]["zh"].as_str().unwrap();
            let found = planted.iter().position(|[clause, of, becomes, words, _]| {
                clause == id && of == source && becomes == state && reason.contains(words.as_str())
            });
            match found {
                Some(at) => drop(planted.remove(at)),
                None => odd.push(format!("{id} of {source:?} is {state}: {reason}")),
            }
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
    assert!(planted.is_empty(), "did not fail: {planted:#?}");
}

/// The twin is of the same sources, and its table names only duties that there are.
#[test]
fn the_twin_is_one() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let sources = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(fixtures.join(name).join("yujian.toml")).unwrap();
        let ids = text.lines().filter(|line| line.starts_with("id = \""));
        ids.map(str::to_owned).collect()
    };
    assert_eq!(sources("filing"), sources("corpus-rejected"));
    let clauses = Clauses::builtin();
    let defects = defects(&fixtures.join("corpus-rejected"));
    for [clause, ..] in &defects {
        assert!(clauses.get(clause).is_some(), "{clause}");
    }
    let failing: BTreeSet<&String> = defects.iter().map(|[clause, ..]| clause).collect();
    let failing = with_dependents(failing.into_iter().map(String::as_str));
    assert_eq!(failing.len(), 92);
}
