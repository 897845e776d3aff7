//! Text that was decoded wrongly before it came here: bytes of one charset taken for another.
//!
//! Such text is valid, is scanned, and finds nothing that a person would have found in the
//! original: so it is noted.

/// Whether `text` looks like that in more than a place or two.
pub fn is_mojibake(text: &str) -> bool {
    let (mut characters, mut as_gbk, mut as_latin, mut replaced) = (0u32, 0u32, 0u32, 0u32);
    let mut before = '\0';
    // One pass, because every shard begins with it.
    for c in text.chars() {
        if !c.is_ascii() {
            characters += 1;
            as_gbk += u32::from(is_utf8_as_gbk(c));
            as_latin += u32::from(is_utf8_as_latin(before, c));
            // What is left when bytes that are no GBK became U+FFFD, and that was read as GBK.
            replaced += u32::from(before == '锟' && c == '斤');
        }
        before = c;
    }
    // A tenth of all characters is a particle or a mark, and their remains are rare as such.
    replaced >= 3 || as_latin >= 5 || (as_gbk >= 5 && as_gbk * 10 >= characters)
}

/// The commonest characters and marks of Chinese, in UTF-8 that was read as GBK: the first two of
/// the three bytes of 的一是在不了有和人这中大为上个国我以要他,。、:…
const fn is_utf8_as_gbk(c: char) -> bool {
    matches!(
        c,
        '鐨' | '涓'
            | '鏄'
            | '鍦'
            | '浜'
            | '鏈'
            | '鍜'
            | '杩'
            | '鎴'
            | '鍥'
            | '瑕'
            | '浠'
            | '鍒'
            | '鏃'
            | '鏉'
            | 'ョ'
            | '敤'
            | '锛'
            | '銆'
            | '鈥'
    )
}

/// Letters with accents, marks of quotation and wide commas, in UTF-8 that was read as Windows-1252.
const fn is_utf8_as_latin(before: char, c: char) -> bool {
    match before {
        'Ã' => matches!(c, '©' | '¨' | '¤' | '¶' | '¼' | '±' | '§' | '³' | '¡'),
        'â' => c == '€',
        'Â' => c == '«',
        'ï' => c == '¼',
        _ => false,
    }
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
