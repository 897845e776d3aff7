//! The store of verdicts.

use super::*;

#[test]
fn a_store_that_is_none_or_was_tampered_with_is_refused() {
    let desk = Desk::new();
    desk.lines("a.jsonl", &judged());
    let refused = |what: &str| {
        let (code, text) = desk.import(&["a.jsonl"], &[]);
        assert!(code == 2 && text.contains(what), "{what}: {text}");
    };
    fs::write(
        desk.path("v.sqlite"),
        "no database, but text of some length",
    )
    .unwrap();
    refused("is no database");
    fs::remove_file(desk.path("v.sqlite")).unwrap();
    let sql = |text: &str| {
        rusqlite::Connection::open(desk.path("v.sqlite"))
            .unwrap()
            .execute_batch(text)
    };
    sql("CREATE TABLE mine (a)").unwrap();
    refused("something else");
    fs::remove_file(desk.path("v.sqlite")).unwrap();
    // An empty file becomes a store.
    fs::write(desk.path("v.sqlite"), "").unwrap();
    assert_eq!(desk.import(&["a.jsonl"], &[]).0, 0);
    for attack in [
        "UPDATE verdict SET verdict = 'fail'",
        "DELETE FROM verdict",
        "DELETE FROM sheet",
        "UPDATE sample SET digest = ''",
        "INSERT OR REPLACE INTO verdict SELECT * FROM verdict WHERE seq = 5",
    ] {
        assert!(sql(attack).is_err(), "{attack}");
    }
    let good = fs::read(desk.path("v.sqlite")).unwrap();
    let triggers = "DROP TRIGGER verdict_no_update; DROP TRIGGER verdict_no_delete;";
    sql(triggers).unwrap();
    refused("triggers");
    // Whoever puts the triggers back is found out by the chain.
    let schema = fs::read_to_string("src/review/store/schema.sql").unwrap();
    let back: String = schema
        .lines()
        .filter(|line| line.contains("verdict_no_update") || line.contains("verdict_no_delete"))
        .collect();
    for (attack, row) in [
        ("UPDATE verdict SET verdict = 'fail' WHERE seq = 7", 7),
        ("UPDATE verdict SET risks = 'A.1.a' WHERE seq = 14", 14),
        ("DELETE FROM verdict WHERE seq = 9", 9),
        ("UPDATE verdict SET seq = 99 WHERE seq = 14", 14),
    ] {
        fs::write(desk.path("v.sqlite"), &good).unwrap();
        sql(&format!("{triggers} {attack}; {back}")).unwrap();
        refused(&format!("row {row} is not as it was written"));
    }
    fs::write(desk.path("v.sqlite"), &good).unwrap();
    sql("PRAGMA user_version = 2").unwrap();
    refused("version 2");
    // Cut off in the middle.
    fs::write(desk.path("v.sqlite"), &good[..good.len() / 2]).unwrap();
    refused("damaged");
    fs::remove_file(desk.path("v.sqlite")).unwrap();
    fs::create_dir(desk.path("v.sqlite")).unwrap();
    refused("is a folder");
    let (code, text) = {
        let sample = made().join("lines");
        let args = [
            "review",
            "import",
            "a.jsonl",
            "--store",
            "no/v.sqlite",
            "--sample",
        ];
        let mut command = crate::command_line::command(desk.0.path());
        told(&command.args(args).arg(sample).output().unwrap())
    };
    assert!(code == 2 && text.contains("folder"), "{text}");
}

#[test]
fn imports_at_once_lose_nothing() {
    let desk = Desk::new();
    let rows = judged();
    let names: Vec<String> = (0..6).map(|n| format!("{n}.jsonl")).collect();
    for (n, name) in names.iter().enumerate() {
        let mut rows = rows.clone();
        rows.iter_mut()
            .for_each(|row| row["reviewer"] = json!(format!("审核{n}")));
        desk.lines(name, &rows);
    }
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| {
                let (code, text) = desk.import(&[name], &[]);
                assert_eq!(code, 0, "{text}");
            });
        }
    });
    assert_eq!(desk.kept().len(), 72);
    let (code, text) = desk.import(&["0.jsonl"], &[]);
    assert!(code == 0 && text.contains("未变"), "{text}");
    // One that holds on to the store, and then lets go.
    let holder = rusqlite::Connection::open(desk.path("v.sqlite")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.lines("more.jsonl", &judged()[..1]);
    std::thread::scope(|scope| {
        let import = scope.spawn(|| desk.import(&["more.jsonl"], &[]));
        std::thread::sleep(std::time::Duration::from_millis(400));
        holder.execute_batch("ROLLBACK").unwrap();
        let (code, text) = import.join().unwrap();
        assert_eq!(code, 0, "{text}");
    });
    assert_eq!(desk.kept().len(), 73);
}
