//! Families of near-equal findings, held against a count that keeps everything.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tempfile::TempDir;
use yujian::report::families::{Families, Limits};
use yujian::run::{FindingRow, Run};

use super::synthetic::{SyntheticShard, header};
use super::{corpus, events, record, reference, whole};
use crate::command::Bench;

const ALL: Limits = Limits {
    families: usize::MAX,
    places: 3,
    held: 1 << 16,
};

fn rows(run: &Run) -> Vec<FindingRow> {
    run.findings().unwrap().map(Result::unwrap).collect()
}

/// Families by the ids of their findings.
fn naive(rows: &[FindingRow]) -> Vec<Vec<&FindingRow>> {
    let mut all: BTreeMap<_, Vec<&FindingRow>> = BTreeMap::new();
    for row in rows {
        let before = (row.code_points.start as usize).min(12);
        let own: String = (row.excerpt.chars().skip(before)).take(5).collect();
        let own = if own.is_empty() {
            row.excerpt.clone()
        } else {
            own
        };
        let by = row.value_hash.clone().ok_or(own);
        let key = (&row.source, &row.rule, row.suppressed_by.is_some(), by);
        all.entry(key).or_default().push(row);
    }
    all.into_values().collect()
}

#[test]
fn families_count_as_one_would_by_hand() {
    let (dir, manifest) = reference();
    let run = Run::open(dir.path()).unwrap();
    let families = Families::of(&run, ALL).unwrap();
    let rows = rows(&run);
    let expected = naive(&rows);
    assert!(expected.len() > 100, "{}", expected.len());
    assert!(expected.iter().any(|family| family.len() > 5));
    assert_eq!(families.findings, manifest.totals.findings.kept);
    assert_eq!(families.families, expected.len() as u64);
    assert_eq!(families.shown.len(), expected.len());
    let by_first: BTreeMap<&str, _> = (families.shown.iter())
        .map(|family| (family.places[0].id.as_str(), family))
        .collect();
    for rows in expected {
        let family = by_first[rows[0].id.as_str()];
        let files: BTreeSet<_> = rows.iter().map(|row| &row.path).collect();
        let records: BTreeSet<_> = rows.iter().map(|row| (&row.path, row.record)).collect();
        let first: Vec<_> = rows.iter().take(3).map(|row| &row.id).collect();
        let places: Vec<_> = family.places.iter().map(|place| &place.id).collect();
        assert_eq!(family.findings, rows.len() as u64);
        assert_eq!(family.records, records.len() as u64);
        assert_eq!(family.files, files.len() as u64);
        assert_eq!(places, first);
        // Beside personal data the words around it are not quoted.
        match family.entity {
            Some(_) => assert!(rows[0].excerpt.contains(&family.excerpt)),
            None => assert_eq!(family.excerpt, rows[0].excerpt),
        }
        assert_eq!(
            Some(family.confidence),
            rows.iter().map(|row| row.confidence).max()
        );
        assert_eq!(
            family.suppressed_by.is_some(),
            rows[0].suppressed_by.is_some()
        );
    }
}

#[test]
fn what_is_held_in_memory_changes_nothing() {
    let (dir, _) = reference();
    let run = Run::open(dir.path()).unwrap();
    let expected = Families::of(&run, ALL).unwrap();
    for held in [0, 1, 2, 7, 100] {
        let families = Families::of(&run, Limits { held, ..ALL }).unwrap();
        assert!(families == expected, "{held}");
    }
}

#[test]
fn fingerprints_do_not_depend_on_where_the_findings_are() {
    let (dir, _) = reference();
    let other = TempDir::new().unwrap();
    let mut shards = corpus();
    shards.insert(0, SyntheticShard::new("0/more.jsonl", 50, 9));
    record(other.path(), header(&shards), &events(&shards, whole)).unwrap();
    let of = |dir: &TempDir| -> BTreeSet<String> {
        let families = Families::of(&Run::open(dir.path()).unwrap(), ALL).unwrap();
        let prints = families.shown.into_iter().map(|family| family.fingerprint);
        prints.collect()
    };
    let (before, after) = (of(&dir), of(&other));
    assert!(before.is_subset(&after));
    assert!(before.len() < after.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    /// Each rule of a source has the same share, the largest with which all fit.
    #[test]
    fn shares_are_fair_and_what_is_left_out_is_counted(limit in 0..900usize) {
        let (dir, _) = reference();
        let run = Run::open(dir.path()).unwrap();
        let all = Families::of(&run, ALL).unwrap();
        let some = Families::of(&run, Limits { families: limit, held: 50, ..ALL }).unwrap();
        prop_assert_eq!((some.findings, some.families), (all.findings, all.families));
        let sizes: Vec<u64> = all.groups.iter().map(|group| group.families).collect();
        let fits = |share: u64| sizes.iter().map(|size| size.min(&share)).sum::<u64>() <= limit as u64;
        let share = (0..1000).rev().find(|share| fits(*share)).unwrap();
        for (group, whole) in some.groups.iter().zip(&all.groups) {
            prop_assert_eq!(group.findings, whole.findings);
            prop_assert_eq!(group.families, whole.families);
            if share > 0 {
                prop_assert_eq!(group.shown, group.families.min(share));
            }
        }
        if share == 0 {
            prop_assert_eq!(some.shown.len(), limit.min(sizes.len()));
        }
        let sums = some.groups.iter().fold((0, 0), |(families, findings), group| {
            (families + group.shown, findings + group.shown_findings)
        });
        prop_assert_eq!(sums, (some.shown.len() as u64, some.shown_findings));
        // Those that are shown are the larger ones of their group, whole.
        for family in &some.shown {
            prop_assert!(all.shown.contains(family));
        }
        for family in all.shown.iter().filter(|family| !some.shown.contains(family)) {
            let shown = some.shown.iter().filter(|other| {
                (&other.source, &other.rule, other.suppressed_by.is_some())
                    == (&family.source, &family.rule, family.suppressed_by.is_some())
            });
            for other in shown {
                prop_assert!(other.findings >= family.findings);
            }
        }
    }
}

#[test]
fn a_term_in_other_words_is_one_family() {
    let keys: [&[&str]; 2] = [&["--key-file", "key"], &[]];
    for key in keys {
        let bench = Bench::new();
        bench.file(
            "web/a.txt",
            "他们在群里出售冰毒,请勿相信。\n".repeat(3).as_bytes(),
        );
        bench.file("web/b.txt", "据说有人出售冰毒给学生".as_bytes());
        bench.file("books/c.txt", "据说有人出售冰毒给学生".as_bytes());
        let args = [&["scan", "corpus", "-q", "-o", "run"], key].concat();
        let output = bench.yujian(&args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        let families = Families::of(&Run::open(&bench.path("run")).unwrap(), ALL).unwrap();
        assert!(families.findings > 0);
        let prints: BTreeSet<_> = families.shown.iter().map(|f| &f.fingerprint).collect();
        assert_eq!(prints.len() as u64, families.families);
        let web: Vec<_> = families
            .shown
            .iter()
            .filter(|f| f.source == "web")
            .collect();
        assert_eq!(web.iter().map(|f| f.files).max(), Some(2));
    }
}

#[test]
fn a_page_says_exactly_what_it_leaves_out() {
    let shards = [SyntheticShard::dense("web/a.jsonl", 9_000, 4)];
    let dir = TempDir::new().unwrap();
    let mut header = header(&shards);
    header
        .shards
        .retain(|listed| !matches!(listed.shard.fate, yujian::corpus::Fate::Fail(..)));
    record(&dir.path().join("run"), header, &events(&shards, whole)).unwrap();
    let run = Run::open(&dir.path().join("run")).unwrap();
    let facts = yujian::report::html::Facts::of(&run).unwrap();
    let families = &facts.families;
    let places: usize = families.shown.iter().map(|f| f.places.len()).sum();
    assert!(families.families > families.shown.len() as u64);
    assert!(families.shown.len() <= 10_000 && families.shown.len() > 9_900);
    assert!(places <= 10_000, "{places}");
    let args = ["report", "run", "--format", "html", "-o", "a.html"];
    let (code, told) = crate::command_line::said(dir.path(), &args);
    assert_eq!(code, 0, "{told}");
    let page = std::fs::read_to_string(dir.path().join("a.html")).unwrap();
    let number = |n: u64| format!("{},{:03}", n / 1000, n % 1000);
    let left = families.families - families.shown.len() as u64;
    let findings = families.findings - families.shown_findings;
    let told = format!(
        "Not shown are {} families ({} findings)",
        number(left),
        number(findings)
    );
    assert!(page.contains(&told), "{told}");
    let told = format!("details of {} were kept", number(families.findings));
    assert!(page.contains(&told), "{told}");
}
