//! Every way of looking finds the same; spellings and disguises by example.

use super::blocks::GATHER;
use super::*;
use crate::text::FoldTable;

fn matcher(terms: &[&str], reading: Reading, inside_words: bool) -> TermMatcher {
    let fold = |term: &&str| match reading {
        Reading::Exact => (*term).to_owned(),
        _ => FoldTable::get().term(term),
    };
    let mut terms: Vec<String> = terms.iter().map(fold).filter(|t| !t.is_empty()).collect();
    terms.sort();
    terms.dedup();
    let options = TermOptions {
        reading,
        inside_words,
        disguises: match reading {
            Reading::Evasive => Folds::EVASION,
            _ => Folds::default(),
        },
    };
    TermMatcher::new(terms, |_| options)
}

const READINGS: [Reading; 3] = [Reading::Exact, Reading::Folded, Reading::Evasive];
/// Characters of every kind the matcher tells apart.
const TEXT: &str = "[a-dA-C1-3 .*<éàсаａＢ①㈱ｘ赌賭博彩票發发髮马馬丢丟カあ한𝐀𝐛🎲𠀀\u{200B}\u{FE0F}\u{301}，。\n]{0,90}";
const TERM: &str = "[a-dA-C1-3 .*<é①㈱赌賭博彩票發发髮马馬丢カあ한𝐀🎲𠀀\u{200B}，]{1,6}";

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(1500))]
    #[test]
    fn finds_what_reading_everywhere_finds(
        terms in proptest::collection::vec(TERM, 1..20),
        text in TEXT,
        reading in 0..3usize,
        inside_words: bool,
    ) {
        let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
        proof::all_ways_agree(matcher(&terms, READINGS[reading], inside_words), &text);
    }

    #[test]
    fn finds_every_disguise_that_is_read_everywhere(
        terms in proptest::collection::vec("[赌博网站冰毒女乐好3发法洗钱k]{1,5}|[a-iost1$ ]{3,6}", 1..12),
        parts in proptest::collection::vec((0..12usize, proptest::collection::vec(0..7usize, 6)), 1..8),
        between in "[赌du b1氵去,!旅ｄǔ]{0,3}",
    ) {
        // Disguises hardly come about by chance, so terms are put into some.
        let sounds = crate::text::Sounds::get();
        let mut text = String::new();
        for (term, ways) in &parts {
            for (c, way) in terms[term % terms.len()].chars().zip(ways) {
                let reading = |n: usize| sounds.readings(c).get(n).map(|s| sounds.letters(*s));
                match (*way, reading(0), sounds.parts(c).first()) {
                    (1, Some(letters), _) => text.push_str(letters),
                    (2, _, _) => text.push_str(reading(1).or(reading(0)).unwrap_or("a")),
                    (3, Some(letters), _) => text.push_str(&letters[..1]),
                    (4, _, Some((first, second))) => text.extend([first, second]),
                    (5, Some(_), _) => {
                        let same = "堵搏王占病读绿了号三法喜前播独毐".chars();
                        let sounds_so = |o: &char| sounds.syllable(*o) == sounds.syllable(c);
                        text.extend(same.filter(sounds_so).take(1));
                    }
                    (6, _, _) => text.extend([c, ' ']),
                    _ => text.push(match (way, c) { (1, 'a') => '4', (2, 'o') => '0', (3, 's') => '$', _ => c }),
                }
            }
            text.push_str(&between);
        }
        let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
        proof::all_ways_agree(matcher(&terms, Reading::Evasive, false), &text);
    }

    #[test]
    fn finds_the_same_in_arbitrary_text(
        terms in proptest::collection::vec("\\PC{1,4}", 1..20),
        text: String,
        parts in proptest::collection::vec(0..20usize, 0..12),
        reading in 0..3usize,
    ) {
        // Arbitrary terms hardly stand in arbitrary text, so some are put there.
        let planted: String = parts.iter().map(|p| terms[p % terms.len()].as_str()).collect();
        let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
        proof::all_ways_agree(matcher(&terms, READINGS[reading], false), &(text + &planted));
    }
}

#[test]
fn more_places_than_are_gathered_at_once_are_all_found() {
    let matcher = matcher(&["赌博", "博"], Reading::Folded, false);
    let text = "赌博".repeat(3 * GATHER);
    let mut hits = Vec::new();
    matcher.find(&text, &mut hits);
    assert_eq!(hits.len(), 2 * 3 * GATHER);
    proof::all_ways_agree(matcher, &text);
}

#[test]
fn spellings_are_found_with_the_folds_they_took() {
    let cases = [
        ("赌博", "去赌博吧", "赌博", ""),
        ("赌博", "去賭博吧", "賭博", "variant"),
        ("赌博", "赌\u{200B}博", "赌\u{200B}博", "ignorable"),
        ("赌博", "赌*博", "赌*博", "noise"),
        ("赌博网站", "赌 博-网__站", "赌 博-网__站", "noise"),
        ("赌博网站", "赌博博网站", "赌博博网站", "repeat"),
        ("drugs", "DRUGS", "DRUGS", "case"),
        ("drugs", "ｄｒｕｇｓ", "ｄｒｕｇｓ", "width"),
        ("drugs", "d r u g s!", "d r u g s", "noise"),
        ("drugs", "d.r.u.g.s", "d.r.u.g.s", "noise"),
        ("drugs", "druuugs", "druuugs", "repeat"),
        ("drugs", "drugsss", "drugsss", "repeat"),
        ("drugs", "dRUGSSs!", "dRUGSSs", "case+repeat"),
        ("drugs", "drugss", "drugs", ""),
        ("drugs", "dｒugs", "dｒugs", "width"),
        ("drugs", "drugѕ", "drugѕ", "lookalike"),
        ("彩票1", "彩票①", "彩票①", "compat"),
    ];
    for (term, text, found, folds) in cases {
        let matcher = matcher(&[term], Reading::Evasive, false);
        let mut hits = Vec::new();
        matcher.find(text, &mut hits);
        let [hit] = hits[..] else {
            panic!("{term} in {text}: {hits:?}")
        };
        assert_eq!(&text[hit.start as usize..hit.end as usize], found);
        assert_eq!(hit.folds.to_string(), folds, "{term} in {text}");
    }
}

#[test]
fn disguises_are_found_and_named() {
    let cases = [
        ("赌博", "来dubo吧", "dubo", "pinyin"),
        ("赌博网站", "du bo wang zhan", "du bo wang zhan", "pinyin"),
        ("赌博网站", "(DuBoWangZhan)", "DuBoWangZhan", "pinyin"),
        ("赌博网站", "dǔ bó wǎng zhàn", "dǔ bó wǎng zhàn", "pinyin"),
        ("赌博", "去赌bo吧", "赌bo", "pinyin"),
        ("赌博", "去du博吧", "du博", "pinyin"),
        ("赌博网站", "去賭bo网zhan看", "賭bo网zhan", "variant+pinyin"),
        ("妇女", "拐卖妇nv的", "妇nv", "pinyin"),
        ("妇女", "拐卖妇nü的", "妇nü", "pinyin"),
        ("赌博网站", "上dbwz,", "dbwz", "initials"),
        ("网络赌博平台", "(WLDBPT)", "WLDBPT", "initials"),
        ("赌博网", "上堵博网吧", "堵博网", "homophone"),
        ("枪支弹药", "卖抢支弹要", "抢支弹要", "homophone"),
        ("洗钱", "帮你氵先钱", "氵先钱", "split"),
        ("赌博网", "贝者博网", "贝者博网", "split"),
        ("淫秽片", "氵㸒秽片", "", ""),
        ("cocaine", "some c0c41n3 here", "c0c41n3", "leet"),
        ("heroin", "H3r0!n.", "H3r0!n", "case+leet"),
        ("gun sale", "big gun s4le!", "gun s4le", "leet"),
    ];
    for (term, text, found, folds) in cases {
        let matcher = matcher(&[term], Reading::Evasive, false);
        let mut hits = Vec::new();
        matcher.find(text, &mut hits);
        if found.is_empty() {
            assert!(hits.is_empty(), "{term} in {text}: {hits:?}");
            continue;
        }
        let [hit] = hits[..] else {
            panic!("{term} in {text}: {hits:?}")
        };
        assert_eq!(&text[hit.start as usize..hit.end as usize], found);
        assert_eq!(hit.folds.to_string(), folds, "{term} in {text}");
    }
}

#[test]
fn a_term_does_not_go_on_behind_the_end_of_the_text() {
    for reading in READINGS {
        proof::all_ways_agree(matcher(&["ab\0", "赌博\0"], reading, false), "ab");
        proof::all_ways_agree(matcher(&["ab\0", "赌博\0"], reading, false), "赌博");
        proof::all_ways_agree(matcher(&["\0\0", "x("], reading, false), "\0\0\0x(");
    }
}

#[test]
fn what_only_sounds_alike_by_chance_is_not_found() {
    let cases = [
        // Two characters of the same sound are two other words.
        ("赌博", "读博"),
        ("赌博", "堵播"),
        ("赌博网", "都播往"),
        // In other languages short syllables are words.
        ("赌博", "a dubo b"),
        ("赌博网站", "xdubowangzhan"),
        ("赌博网站", "dubowangzhang"),
        ("赌博网", "dbw"),
        ("赌博网站", "去dbwzx"),
        ("赌博网站", "a dbwz b"),
        ("开心", "门心"),
        ("女子", "女了"),
        ("sex", "s3x"),
        ("coca", "c0ca1"),
        ("sas", "$as!"),
        ("1000", "l000"),
    ];
    for (term, text) in cases {
        let matcher = matcher(&[term], Reading::Evasive, false);
        let mut hits = Vec::new();
        matcher.find(text, &mut hits);
        assert!(hits.is_empty(), "{term} in {text}: {hits:?}");
    }
}

#[test]
fn what_means_something_else_is_not_found() {
    let cases = [
        ("赌博", "赌，博"),
        ("赌博", "赌\n博"),
        ("赌博", "赌****博"),
        ("drugs", "dru gs"),
        ("ass", "as s"),
        ("cok", "cook"),
        ("110", "1110"),
        ("10", "1 00"),
        ("sex", "essex"),
    ];
    for (term, text) in cases {
        let matcher = matcher(&[term], Reading::Evasive, false);
        let mut hits = Vec::new();
        matcher.find(text, &mut hits);
        assert!(hits.is_empty(), "{term} in {text}: {hits:?}");
    }
}
