//! Changes to the corpus, its lists and the rules: everything is scanned again.

use super::*;

/// A record with the telephone numbers of fifty-two people.
const MANY: &str = "{\"id\": \"x\", \"text\": \"通讯录手机:\
             13900135710、13900135711、13900135712、13900135713、13900135714、13900135715、\
             13900135716、13900135717、13900135718、13900135719、13900135720、13900135721、\
             13900135722、13900135723、13900135724、13900135725、13900135726、13900135727、\
             13900135728、13900135729、13900135730、13900135731、13900135732、13900135733、\
             13900135734、13900135735、13900135736、13900135737、13900135738、13900135739、\
             13900135740、13900135741、13900135742、13900135743、13900135744、13900135745、\
             13900135746、13900135747、13900135748、13900135749、13900135750、13900135751、\
             13900135752、13900135753、13900135754、13900135755、13900135756、13900135757、\
             13900135758、13900135759、13900135760、13900135761\
             。\"}";

/// What the corpus or a list must not hold, and the duties that it is about.
pub const CHANGES: &[Broken] = &[
    // One bad record of eleven, and of forty-eight.
    Broken {
        changes: &[Append(
            "corpus/crafts/crafts.jsonl",
            "{\"id\": \"x\", \"text\": \"这里提到龠鼗黼螭龠。\"}",
        )],
        fails: &[
            ("SRC-02", "non-compliant"),
            ("D52-13", "needs-review"),
            ("EVA-03", "needs-review"),
        ],
    },
    // A bad record that was made.
    Broken {
        changes: &[Append(
            "corpus/made/dialogues.jsonl",
            "{\"id\": \"x\", \"messages\": [{\"content\": \"这里提到龠鼗黼螭龠。\"}]}",
        )],
        fails: &[
            ("SRC-02", "non-compliant"),
            ("D52-10", "needs-review"),
            ("D52-13", "needs-review"),
            ("EVA-03", "needs-review"),
        ],
    },
    // English of one source.
    Broken {
        changes: &[Cut("corpus/reader/reader.jsonl", "\"r8\"")],
        fails: &[("SRC-04", "non-compliant")],
    },
    // A list of blocked sites holds one.
    Broken {
        changes: &[Replace("blocked.txt", "blocked.example", "town.example")],
        fails: &[("SRC-13", "non-compliant"), ("IPR-02", "needs-review")],
    },
    // Robots.txt forbids what was collected.
    Broken {
        changes: &[Replace(
            "robots/town.example.txt",
            "Allow: /news/",
            "Disallow: /news/",
        )],
        fails: &[("SRC-08", "non-compliant"), ("IPR-02", "needs-review")],
    },
    // A notice of rights.
    Broken {
        changes: &[Append(
            "corpus/crafts/crafts.jsonl",
            "{\"id\": \"x\", \"text\": \"版权所有,未经许可不得转载。\"}",
        )],
        fails: &[("IPR-02", "needs-review")],
    },
    // A telephone number without a basis.
    Broken {
        changes: &[Append(
            "corpus/crafts/crafts.jsonl",
            "{\"id\": \"x\", \"text\": \"联系人手机13900135724,随时可打。\"}",
        )],
        fails: &[("PII-01", "non-compliant")],
    },
    // A resident id without a basis.
    Broken {
        changes: &[Append(
            "corpus/crafts/crafts.jsonl",
            "{\"id\": \"x\", \"text\": \"身份证号:11010519491231002X,请核对。\"}",
        )],
        fails: &[("PII-02", "non-compliant")],
    },
    // A telephone number in a page.
    Broken {
        changes: &[Replace(
            "corpus/town/pages.jsonl",
            "\"id\": \"t0\", \"text\": \"",
            "\"id\": \"t0\", \"text\": \"联系人手机13900135724。",
        )],
        fails: &[("PII-01", "non-compliant"), ("PII-04", "non-compliant")],
    },
    // A label of what a machine made.
    Broken {
        changes: &[Append(
            "corpus/crafts/crafts.jsonl",
            "{\"id\": \"x\", \"text\": \"本文由AI生成。\"}",
        )],
        fails: &[("AIG-02", "needs-evidence")],
    },
    // A record of many people.
    Broken {
        changes: &[Append("corpus/crafts/crafts.jsonl", MANY)],
        fails: &[
            ("PII-01", "non-compliant"),
            ("PII-02", "non-compliant"),
            ("PII-03", "non-compliant"),
        ],
    },
    // A label whose producer has a code with a wrong check character.
    Broken {
        changes: &[Append(
            "corpus/made/dialogues.jsonl",
            r#"{"id": "x", "messages": [{"content": "{\"AIGC\": {\"Label\": \"1\", \"ContentProducer\": \"001191350100MA0000TE6810000\", \"ProduceID\": \"a1\"}}"}]}"#,
        )],
        fails: &[("AIG-04", "needs-review")],
    },
    // A page without its address.
    Broken {
        changes: &[Replace(
            "corpus/town/pages.jsonl",
            "\"url\": \"https://town.example/news/3.html\"",
            "\"from\": \"town\"",
        )],
        fails: &[
            ("D52-06", "non-compliant"),
            ("D52-07", "non-compliant"),
            ("SRC-08", "needs-evidence"),
        ],
    },
];

#[test]
fn what_the_corpus_must_not_hold_fails_its_own_duty() {
    let case = Case::new();
    let mut odd = Vec::new();
    for broken in CHANGES {
        let undo = case.change(broken.changes);
        let what = format!("{:?}", broken.changes);
        let (run, code) = case.scan(&["--sidecar"]);
        assert!(code < 2, "{what}");
        let (now, all) = case.judged(&run);
        odd.extend(case.odd(&what, &now, broken.fails));
        assert_eq!(all["matrix"]["positive"], false, "{what}");
        assert_eq!(all["problems"], serde_json::json!([]), "{what}");
        drop(undo);
    }
    assert!(odd.is_empty(), "{odd:#?}");
}
