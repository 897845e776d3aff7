//! Names that say nothing: what filings are sent back for (`RVW-03`).

use crate::data::{VAGUE_NAMES, rows};
use crate::text::FoldTable;

/// The vague words of which a name consists; none if it says more than those, or is empty.
pub fn vague_words(name: &str) -> Option<Vec<&'static str>> {
    let folded = FoldTable::get().term(name);
    if folded.trim().is_empty() {
        return None;
    }
    let mut words: Vec<&'static str> = rows(VAGUE_NAMES)
        .filter_map(|row| row.first().copied())
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = folded.clone();
    let mut found = Vec::new();
    for word in words {
        if rest.contains(word) {
            found.push(word);
            rest = rest.replace(word, " ");
        }
    }
    let says = |c: &char| c.is_alphanumeric();
    // A letter or a number that is left over tells no source from another.
    (!found.is_empty() && rest.chars().filter(says).count() < 2).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_nothing_but_general_words_is_vague() {
        for name in [
            "公开数据集",
            "公开网络数据",
            "互联网公開資料",
            "ＰＵＢＬＩＣ dataset",
            "网络爬取语料1",
            "社交文本",
            "web data",
        ] {
            assert!(vague_words(name).is_some(), "{name}");
        }
        for name in [
            "",
            "中文维基百科 2026-10 导出",
            "2018-2022 中文微博公开评论(已脱敏)",
            "Common Crawl CC-MAIN-2026-05",
            "国家图书馆公开数据集",
        ] {
            assert_eq!(vague_words(name), None, "{name}");
        }
    }
}
