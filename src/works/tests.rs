use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A pack of texts, each under its number as a title.
fn pack(scheme: Scheme, texts: &[&str]) -> Pack {
    builder(scheme, texts).finish_in_memory().unwrap()
}

fn builder(scheme: Scheme, texts: &[&str]) -> Builder {
    let folder = std::env::temp_dir();
    let builder = Builder::new(scheme, &folder, 1 << 20);
    for (number, text) in texts.iter().enumerate() {
        let mut reading = builder.work();
        reading.push(text);
        let title = number.to_string();
        let about = Work {
            title,
            ..Work::default()
        };
        reading.end(about).unwrap();
    }
    builder
}

/// What parts of one field have in common with a pack.
fn overlaps(known: &Known, parts: &[&str]) -> Vec<Overlap> {
    let mut overlaps = Overlaps::default();
    parts
        .iter()
        .for_each(|part| overlaps.push(known, "text", part));
    overlaps.end_field(known, "text");
    let found = overlaps.finish(known);
    found.into_iter().map(|(overlap, _)| overlap).collect()
}

fn known(pack: Pack) -> Known {
    Known::new(vec![pack.into()])
}

/// Text of frequent characters that says nothing, other for every seed.
fn prose(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let one = |_| char::from_u32(0x4E00 + (next() >> 33) as u32 % 3000).unwrap();
    (0..length).map(one).collect()
}

/// Letters and digits of a text, as they are counted.
fn units(text: &str) -> u64 {
    let mut stream = Stream::new(Scheme::Works);
    stream.push(text, &mut |_| {});
    stream.units()
}

/// The same as others write it: full-width letters, marks and line ends in between.
fn written(text: &str, form: u8) -> String {
    match form % 4 {
        0 => text.to_owned(),
        1 => text.chars().flat_map(|c| [c, '\n']).collect(),
        2 => {
            let marks = text.chars().enumerate();
            marks
                .flat_map(|(at, c)| std::iter::once(c).chain((at % 7 == 0).then_some(',')))
                .collect()
        }
        _ => format!("\u{200B}{}", text.replace('爱', "愛")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_common_run_of_fifty_is_found_wherever_it_stands(
        seed: u64, before in 0..200usize, after in 0..200usize, at in 0..2950usize,
        run in 50..120usize, form: u8,
    ) {
        let work = prose(seed, 3000);
        let run = run.min(3000 - at);
        prop_assume!(run >= 50);
        let common: String = work.chars().skip(at).take(run).collect();
        let text = format!(
            "{}{}{}",
            prose(seed ^ 1, before), written(&common, form), prose(seed ^ 2, after)
        );
        let found = overlaps(&known(pack(Scheme::Works, &[&work])), &[&text]);
        prop_assert_eq!(found.len(), 1);
        let passage = &found[0].passages[0];
        let run = units(&common) as usize;
        prop_assert!(passage.run >= run as u64, "{} of {run}", passage.run);
        // Signatures say too much once in a while, by a few characters, and never too little.
        prop_assert!(passage.run < run as u64 + 24);
        let first = text.find(written(&common, form).trim_start_matches('\u{200B}')).unwrap();
        prop_assert!(passage.span.start <= first as u64);
        let before: String = work.chars().take(at).collect();
        prop_assert!(passage.in_work.start <= units(&before));
        prop_assert!(passage.in_work.end >= units(&before) + run as u64);
    }

    #[test]
    fn where_a_text_is_cut_changes_nothing(seed: u64, cuts in prop::collection::vec(0..9000usize, 0..6)) {
        let work = prose(seed, 4000);
        let copy: String = work.chars().skip(700).take(2000).collect();
        let text = format!("{}{}{}", prose(seed ^ 1, 500), written(&copy, seed as u8), prose(seed ^ 2, 500));
        let known = known(pack(Scheme::Works, &[&work]));
        let mut places: Vec<usize> = cuts.into_iter().map(|at| text.floor_char_boundary(at)).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let parts: Vec<&str> = places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        prop_assert_eq!(overlaps(&known, &parts), overlaps(&known, &[&text]));
    }

    #[test]
    fn packs_that_are_merged_are_the_pack_of_all(seed: u64, cut in 0..6usize) {
        // Two have a chapter in common, and two are the same.
        let mut texts: Vec<String> = (0..5).map(|n| prose(seed ^ n, 400)).collect();
        let chapter = texts[3].clone();
        texts[1].push_str(&chapter);
        texts.push(texts[2].clone());
        let all: Vec<&str> = texts.iter().map(String::as_str).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        builder(Scheme::Works, &all).finish(&path("all")).unwrap();
        let named = |range: std::ops::Range<usize>| {
            let builder = Builder::new(Scheme::Works, folder.path(), 1 << 20);
            for number in range {
                let mut reading = builder.work();
                reading.push(all[number]);
                reading.end(Work { title: number.to_string(), ..Work::default() }).unwrap();
            }
            builder
        };
        let mut packs = Vec::new();
        for (name, range) in [("a", 0..cut), ("b", cut..all.len())] {
            if !range.is_empty() {
                named(range).finish(&path(name)).unwrap();
                packs.push(Pack::open(&path(name), true).unwrap());
            }
        }
        merge(&packs, &path("merged")).unwrap();
        prop_assert_eq!(std::fs::read(path("merged")).unwrap(), std::fs::read(path("all")).unwrap());
    }
}

#[test]
fn what_does_not_fit_into_memory_is_sorted_on_disk_to_the_same_pack() {
    let texts: Vec<String> = (0..40).map(|seed| prose(seed, 60_000)).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut packs = BTreeSet::new();
    for memory in [0, 1 << 30] {
        let builder = Builder::new(Scheme::Works, folder.path(), memory);
        for text in &texts {
            let mut reading = builder.work();
            reading.push(text);
            reading.end(Work::default()).unwrap();
        }
        let path = folder.path().join("pack");
        let built = builder.finish(&path).unwrap();
        assert!(built.entries > 40 * 60_000 / 18, "{built:?}");
        packs.insert(std::fs::read(path).unwrap());
    }
    assert_eq!(packs.len(), 1);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "nothing but the pack is left");
}

#[test]
fn every_fingerprint_is_found_where_it_stands_and_no_other() {
    let texts: Vec<String> = (0..20).map(|seed| prose(seed, 5000)).collect();
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    let pack = pack(Scheme::Works, &all);
    let mut stored = 0;
    for (fingerprint, posting) in pack.all() {
        assert!(pack.may_hold(fingerprint));
        assert!(pack.find(fingerprint).any(|found| found == posting));
        stored += 1;
    }
    assert_eq!(stored, pack.entries());
    // Texts that have nothing in common with them.
    let (mut asked, mut passed) = (0, 0);
    for seed in 1000..1400 {
        let mut stream = Stream::new(Scheme::Works);
        let mut take = |selected: &Selected<'_>| {
            let fingerprint = selected.fingerprint();
            asked += 1;
            passed += u32::from(pack.may_hold(fingerprint));
            assert_eq!(pack.find(fingerprint).next(), None);
        };
        stream.push(&prose(seed, 5000), &mut take);
        stream.end(&mut take);
    }
    assert!(asked > 100_000);
    assert!(
        passed * 40 < asked,
        "the filter lets {passed} of {asked} pass"
    );
}

#[test]
fn edits_make_one_passage_of_several_runs() {
    let work = prose(7, 5000);
    let copy: Vec<char> = work.chars().skip(1000).take(2000).collect();
    let edited: String = copy
        .iter()
        .enumerate()
        .map(|(at, c)| if at % 100 == 50 { '某' } else { *c })
        .collect();
    let text = format!("{}{edited}{}", prose(8, 2000), prose(9, 2000));
    let found = overlaps(&known(pack(Scheme::Works, &[&work])), &[&text]);
    assert_eq!(found.len(), 1);
    let overlap = &found[0];
    assert_eq!(overlap.passages.len(), 1, "{overlap:?}");
    let passage = &overlap.passages[0];
    assert!(!passage.verbatim);
    // 99 characters stand between two edits.
    assert!((99..=104).contains(&passage.run), "{passage:?}");
    let planted = 2000 * 3..4000 * 3;
    assert!(
        passage.span.start.abs_diff(planted.start) <= 3 * 60,
        "{passage:?}"
    );
    assert!(
        passage.span.end.abs_diff(planted.end) <= 3 * 60,
        "{passage:?}"
    );
    assert!((1900..=2020).contains(&overlap.covered) && overlap.units == 6000);
}

#[test]
fn monotonous_text_is_neither_large_nor_slow() {
    let dull = "哈".repeat(1 << 20);
    let pack = pack(Scheme::Works, &[&dull, &prose(1, 1000)]);
    assert!(pack.entries() < 200, "{pack:?}");
    let found = overlaps(&known(pack), &[&dull]);
    assert_eq!(found.len(), 1);
}

#[test]
fn items_are_found_whole_and_in_part() {
    let bank = [
        "请说明为什么河水总是从高处流向低处",
        "水的沸点是多少度请写出理由",
    ];
    let pack = pack(Scheme::Items, &bank);
    let text = format!("{}{}{}", prose(1, 300), bank[1], prose(2, 300));
    let found = overlaps(&known(pack), &[&text]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].run, 13);
    assert_eq!(found[0].covered_of_work, 13);
    let span = found[0].passages[0].span;
    assert_eq!(&text[span.range()], bank[1]);
}

#[test]
fn damaged_packs_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("works.pack");
    builder(Scheme::Works, &[&prose(1, 3000)])
        .finish(&path)
        .unwrap();
    let whole = std::fs::read(&path).unwrap();
    let told = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = Pack::open(&path, true).err().map(|error| error.to_string());
        error.inspect(|error| assert!(error.contains("works.pack"), "{error}"))
    };
    assert_eq!(told(&whole), None);
    assert!(told(&whole[..100]).unwrap().contains("too short"));
    assert!(told(&whole[..whole.len() - 1]).unwrap().contains("cut off"));
    assert!(
        told(&[&whole[..], b"x"].concat())
            .unwrap()
            .contains("behind it")
    );
    let mut newer = whole.clone();
    newer[7] = 9;
    assert!(told(&newer).unwrap().contains("format 9"));
    assert!(told(b"PK\x03\x04").unwrap().contains("no pack"));
    for at in [9, 60, 300, whole.len() / 2, whole.len() - 3] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        assert!(told(&flipped).unwrap().contains("damaged"), "byte {at}");
    }
}
