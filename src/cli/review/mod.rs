//! `yujian review`: verdicts of people.

mod show;

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};
use indicatif::HumanCount;

use super::Outcome;
use super::args::{Common, ReviewCommand, ReviewImportArgs};
use super::scan::rfc3339;
use crate::review::{
    Addition, Appended, Described, Head, Intake, Mode, Refusal, Role, SheetProblem, Store,
};
use crate::rules::Bilingual;

/// Problems that are printed unless more detail is asked for; all are counted.
const SHOWN: usize = 100;

/// Runs the command.
pub fn run(command: &ReviewCommand, common: &Common) -> Result<Outcome> {
    match command {
        ReviewCommand::Import(args) => import(args, common),
        ReviewCommand::Show(args) => show::run(args, common),
    }
}

fn import(args: &ReviewImportArgs, common: &Common) -> Result<Outcome> {
    if args
        .reviewer
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        bail!("--reviewer is empty\n  hint: name who has filled in the sheets");
    }
    let sample = Described::read(&args.sample)?;
    let paths: Vec<&Path> = args
        .sheets
        .iter()
        .map(std::path::PathBuf::as_path)
        .collect();
    let mut intake = Intake::read(&paths, &sample, args.reviewer.as_deref());
    let mode = match (args.partial, intake.problems.count) {
        (true, _) => Mode::Partial,
        (false, 0) => Mode::Whole,
        (false, _) => Mode::Try,
    };
    let at = rfc3339(SystemTime::now());
    let role = if args.adjudicate {
        Role::Adjudicator
    } else {
        Role::Reviewer
    };
    let addition = Addition {
        sample: &sample,
        sheets: &intake.sheets,
        verdicts: &intake.verdicts,
        role,
        at: &at,
    };
    let is_there = std::fs::metadata(&args.store).is_ok_and(|about| about.len() > 0);
    let appended = match mode {
        Mode::Try if !is_there => Ok(Appended::default()),
        // Nothing is made where nothing is written.
        Mode::Try => Store::open(&args.store).and_then(|mut s| s.append(&addition, mode)),
        Mode::Whole | Mode::Partial => {
            Store::open_or_create(&args.store).and_then(|mut s| s.append(&addition, mode))
        }
    };
    let appended = match appended {
        Ok(appended) => appended,
        Err(error) => {
            problems(&intake, common);
            return Err(error.into());
        }
    };
    for (number, refusal) in &appended.refused {
        let verdict = &intake.verdicts[*number];
        let file = intake.sheets[verdict.sheet].0.clone();
        intake
            .problems
            .add(refused(file, verdict.sheet_row, *refusal));
    }
    problems(&intake, common);
    if !common.quiet {
        told(args, &intake, &appended, common);
    }
    Ok(match intake.problems.count {
        0 => Outcome::Passed,
        _ => Outcome::Unfinished,
    })
}

fn refused(file: String, row: u64, refusal: Refusal) -> SheetProblem {
    let (name, what, hint) = match refusal {
        Refusal::OwnReview => (
            "own-review",
            (
                "裁定人已审核过这一条",
                "whoever decides here has judged this record as a reviewer",
            ),
            ("由第三人裁定", "let a third person decide"),
        ),
        Refusal::OwnAdjudication => (
            "own-adjudication",
            (
                "审核人已裁定过这一条",
                "the reviewer has decided on this record before",
            ),
            ("由另一人审核", "let somebody else judge it"),
        ),
    };
    let both = |(zh, en): (&str, &str)| Bilingual {
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    SheetProblem {
        name,
        file,
        sheet: None,
        row,
        column: Some("审核人"),
        what: both(what),
        hint: both(hint),
    }
}

fn problems(intake: &Intake, common: &Common) {
    let all = &intake.problems;
    let most = if common.verbose { usize::MAX } else { SHOWN };
    let mut last_hint = "";
    for problem in all.first.iter().take(most) {
        anstream::eprintln!("{problem}: {}", common.lang.of(&problem.what));
        // The same remedy is said once for rows that follow each other.
        let hint = common.lang.of(&problem.hint);
        if hint != last_hint {
            anstream::eprintln!("  {}: {hint}", common.lang.pick("提示", "hint"));
        }
        last_hint = hint;
    }
    let more = all.count - all.first.len().min(most) as u64;
    if more > 0 {
        anstream::eprintln!("… {more}");
    }
}

fn told(args: &ReviewImportArgs, intake: &Intake, appended: &Appended, common: &Common) {
    let l = |zh, en| common.lang.pick(zh, en);
    let count = |n: u64| HumanCount(n).to_string();
    if intake.problems.count > 0 {
        anstream::println!(
            "{} {}",
            count(intake.problems.count),
            l("处问题", "problems")
        );
    }
    let Some(Head { seq, .. }) = appended.head else {
        anstream::println!(
            "{}",
            l(
                "未导入任何结论;改正后重新导入,或用 --partial 导入其余各行",
                "nothing was imported: correct it and import again, or take the other rows in with --partial"
            )
        );
        return;
    };
    let (new, changed) = (appended.new, appended.changed);
    anstream::println!(
        "{} {} · {} {} · {} {} · {} {}",
        l("新结论", "new verdicts"),
        count(new),
        l(
            "更改(取代同一人先前的结论)",
            "changed (in place of earlier ones of the same person)"
        ),
        count(changed),
        l("已有", "known already"),
        count(appended.known),
        l("尚未审核", "not judged yet"),
        count(intake.open)
    );
    if new + changed == 0 {
        anstream::println!(
            "{}",
            l(
                "没有新内容,结论库未变",
                "there is nothing new: the store is as it was"
            )
        );
    }
    if let Some(head) = &appended.head {
        anstream::println!(
            "{} · {} {seq} · {}",
            args.store.display(),
            l("记录数", "rows"),
            head.hex()
        );
    }
}
