//! Text that was decoded wrongly before it came here: bytes of one charset taken for another.
//!
//! Such text is valid, is scanned, and finds nothing that a person would have found in the
//! original: so it is noted.

/// What is left when bytes that are no GBK became U+FFFD, and that UTF-8 was read as GBK.
const REPLACED: &str = "锟斤拷";
/// The commonest characters and marks of Chinese, in UTF-8 that was read as GBK: the first two of
/// the three bytes of 的一是在不了有和人这中大为上个国我以要他,。、:…
const AS_GBK: &str = "鐨涓鏄鍦浜鏈鍜杩鎴鍥瑕浠鍒鏃鏉ョ敤锛銆鈥";
/// Letters with accents and marks of quotation, in UTF-8 that was read as Windows-1252.
const AS_LATIN: [&str; 14] = [
    "Ã©", "Ã¨", "Ã¤", "Ã¶", "Ã¼", "Ã±", "Ã§", "Ã³", "Ã¡", "â€™", "â€œ", "â€“", "Â«", "ï¼Œ",
];

/// Whether `text` looks like that in more than a place or two.
pub fn is_mojibake(text: &str) -> bool {
    if text.matches(REPLACED).take(3).count() == 3 {
        return true;
    }
    let (mut characters, mut odd) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        characters += 1;
        odd += usize::from(AS_GBK.contains(c));
    }
    // A tenth of all characters is a particle or a mark, and their remains are rare as such.
    if odd >= 5 && odd * 10 >= characters {
        return true;
    }
    let latin: usize = AS_LATIN
        .iter()
        .map(|s| text.matches(s).take(5).count())
        .sum();
    latin >= 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GBK, WINDOWS_1252};

    #[test]
    fn text_that_was_decoded_wrongly_is_known_and_good_text_is_not() {
        let zh = "今天的天气很好,我们在公园里散步。他说这是一个有意思的地方,大家都喜欢。";
        let fr = "L'été dernier, il a été très heureux d'être là où les élèves étaient déjà allés.";
        let as_gbk = GBK.decode(zh.as_bytes()).0;
        let as_latin = WINDOWS_1252.decode(fr.as_bytes()).0;
        let replaced = "文件锟斤拷锟斤拷锟斤拷内容";
        for text in [&*as_gbk, &*as_latin, replaced] {
            assert!(is_mojibake(text), "{text}");
        }
        let classic = "滕王高阁临江渚,佩玉鸣鸾罢歌舞。画栋朝飞南浦云,珠帘暮卷西山雨。";
        let told = "程序员看到“锟斤拷”就知道编码错了。";
        for text in [zh, fr, classic, told, "", "plain"] {
            assert!(!is_mojibake(text), "{text}");
        }
    }
}
