//! What the run has recorded of the records of a sample.

use std::collections::HashMap;

use super::{Question, Sample};
use crate::RunError;
use crate::run::{RecordRow, Run};

/// Beginning of entities that are marks of rights.
const RIGHTS: &str = "rights.";

/// What the run says of each row of `sample`, in the order of its rows, for the question that is
/// asked: risks or marks of rights that were found, or that none was. For other questions nothing.
///
/// # Errors
///
/// If the run cannot be read.
pub fn recorded(run: &Run, sample: &Sample) -> Result<Vec<Vec<String>>, RunError> {
    let mut wanted: HashMap<(&str, u64), Vec<usize>> = HashMap::new();
    for (at, row) in sample.rows.iter().enumerate() {
        if matches!(row.question, Question::RiskRecord | Question::RightsRecord) {
            let place = (row.path.as_str(), row.record);
            wanted.entry(place).or_default().push(at);
        }
    }
    let mut all = vec![Vec::new(); sample.rows.len()];
    if wanted.is_empty() {
        return Ok(all);
    }
    for at in wanted.values().flatten() {
        // A record without findings has no row in every run, and this is what it would say.
        all[*at] = vec!["scanned: clean".to_owned()];
    }
    for row in run.records()? {
        let row = row?;
        for at in wanted
            .get(&(row.path.as_str(), row.record))
            .into_iter()
            .flatten()
        {
            all[*at] = told(&row, sample.rows[*at].question);
        }
    }
    Ok(all)
}

fn told(row: &RecordRow, question: Question) -> Vec<String> {
    let mut told = vec![format!("scanned: {}", row.decision.as_str())];
    match question {
        Question::RightsRecord => {
            let marks = row.entities.iter().filter(|e| e.starts_with(RIGHTS));
            told.extend(marks.cloned());
            told.extend(row.licence.as_ref().map(|l| format!("licence: {l}")));
        }
        _ => {
            told.extend(row.risks.iter().cloned());
            let personal = row.entities.iter().filter(|e| !e.starts_with(RIGHTS));
            told.extend(personal.cloned());
        }
    }
    told
}
