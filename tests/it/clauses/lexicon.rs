//! A lexicon of invented words, large enough for a filing.

use std::fs;
use std::path::Path;

use crate::command_line::said;

/// The word with this number, which stands in no text.
fn word(number: usize) -> String {
    let syllables = [
        "磬", "螭", "黼", "鼗", "龠", "霰", "韪", "阒", "锱", "醢", "赜", "谶", "觥", "裰", "蓼",
        "菡",
    ];
    let digit = |place: u32| syllables[number / 16_usize.pow(place) % 16];
    [digit(0), digit(1), digit(2), digit(3), digit(0)].concat()
}

/// Imports `count` words into `lexicon`, in turn of each risk that needs them; `of` may say of
/// which risk it is instead.
pub fn write(dir: &Path, count: usize, of: impl Fn(&str) -> &str) {
    let risks: Vec<String> = ('a'..='h')
        .map(|leaf| format!("A.1.{leaf}"))
        .chain(('a'..='i').map(|leaf| format!("A.2.{leaf}")))
        .collect();
    let mut words = String::from("关键词,二级分类\n");
    for number in 0..count {
        let risk = of(&risks[number % risks.len()]);
        words.push_str(&format!("{},{risk}\n", word(number)));
    }
    fs::write(dir.join("words.csv"), words).unwrap();
    let args = ["rules", "import", "words.csv", "-o", "lexicon"];
    let (code, told) = said(dir, &args);
    assert_eq!(code, 0, "{told}");
}
