//! Styles, list numbering and fonts of our own documents, and what a template lacks of them.
//!
//! Sizes are those of GB/T 9704-2012: text of size 三号 (16 pt) on lines of 28 pt, headings in 黑体,
//! 楷体 and bold 仿宋, the title in 小标宋 of size 二号 (22 pt).

use super::Numbering;

/// Ids of the styles that a body uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleIds {
    /// Title on the cover.
    pub title: String,
    /// Under the title.
    pub subtitle: String,
    /// Headings by level.
    pub headings: [String; 3],
    /// Above a table.
    pub caption: String,
    /// Entries of the contents by level.
    pub contents: [String; 2],
    /// Whether headings count themselves; else the number is a part of their text.
    pub counted: bool,
}

impl Default for StyleIds {
    fn default() -> Self {
        Self {
            title: "Title".to_owned(),
            subtitle: "Subtitle".to_owned(),
            headings: ["Heading1", "Heading2", "Heading3"].map(str::to_owned),
            caption: "Caption".to_owned(),
            contents: ["TOC1", "TOC2"].map(str::to_owned),
            counted: true,
        }
    }
}

/// The namespace of word processing.
pub const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

const ROMAN: &str = "Times New Roman";
const SONG: &str = "方正小标宋简体";
const HEI: &str = "黑体";
const KAI: &str = "楷体_GB2312";
const FANGSONG: &str = "仿宋_GB2312";

fn font(asian: &str) -> String {
    format!(
        "<w:rFonts w:ascii=\"{ROMAN}\" w:hAnsi=\"{ROMAN}\" w:eastAsia=\"{asian}\" w:cs=\"{ROMAN}\"/>"
    )
}

fn size(half_points: u32) -> String {
    format!("<w:sz w:val=\"{half_points}\"/><w:szCs w:val=\"{half_points}\"/>")
}

fn paragraph_style(
    (id, name, based_on): (&str, &str, &str),
    paragraph: &str,
    run: &str,
) -> (String, String) {
    let quick = if based_on == "Normal" {
        "<w:qFormat/>"
    } else {
        ""
    };
    let xml = format!(
        "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
         <w:basedOn w:val=\"{based_on}\"/>{quick}<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr>\
         </w:style>"
    );
    (id.to_owned(), xml)
}

/// Our styles by id, based on `normal`. In a template `plain` leaves out the fonts and sizes of
/// text, which then are those of the template.
pub fn own(normal: &str, plain: bool) -> Vec<(String, String)> {
    let face = |asian: &str| if plain { String::new() } else { font(asian) };
    let heading = |level: u8, asian: &str, bold: &str| {
        let index = level - 1;
        let numbers = if plain {
            String::new()
        } else {
            format!("<w:numPr><w:ilvl w:val=\"{index}\"/><w:numId w:val=\"1\"/></w:numPr>")
        };
        paragraph_style(
            (
                &format!("Heading{level}"),
                &format!("heading {level}"),
                normal,
            ),
            &format!(
                "<w:keepNext/><w:keepLines/>{numbers}<w:spacing w:before=\"160\" w:after=\"80\"/>\
                 <w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/><w:jc w:val=\"left\"/>\
                 <w:outlineLvl w:val=\"{index}\"/>"
            ),
            &format!("{}{bold}{}", font(asian), size(32)),
        )
    };
    let contents = |level: u8, indent: u32| {
        paragraph_style(
            (&format!("TOC{level}"), &format!("toc {level}"), normal),
            &format!(
                "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8844\"/></w:tabs>\
                 <w:spacing w:line=\"440\" w:lineRule=\"exact\"/><w:ind w:left=\"{indent}\"/>\
                 <w:jc w:val=\"left\"/>"
            ),
            &size(28),
        )
    };
    let cell = |id: &str, name: &str, asian: &str, half_points: u32| {
        paragraph_style(
            (id, name, normal),
            "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"20\" w:after=\"20\" w:line=\"240\" \
             w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>",
            &format!("{}{}", face(asian), size(half_points)),
        )
    };
    vec![
        paragraph_style(
            ("Title", "Title", normal),
            "<w:spacing w:before=\"2400\" w:after=\"400\" w:line=\"800\" w:lineRule=\"exact\"/>\
             <w:jc w:val=\"center\"/>",
            &format!("{}{}", font(SONG), size(44)),
        ),
        paragraph_style(
            ("Subtitle", "Subtitle", normal),
            "<w:spacing w:after=\"1600\"/><w:jc w:val=\"center\"/>",
            &format!("{}{}", font(KAI), size(32)),
        ),
        heading(1, HEI, ""),
        heading(2, KAI, ""),
        heading(3, FANGSONG, "<w:b/><w:bCs/>"),
        paragraph_style(
            ("YjBody", "Yujian Body", normal),
            "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>",
            "",
        ),
        paragraph_style(
            ("YjStrong", "Yujian Strong", normal),
            "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>",
            "<w:b/><w:bCs/>",
        ),
        paragraph_style(
            ("YjItem", "Yujian Item", normal),
            "<w:ind w:leftChars=\"200\" w:left=\"640\" w:hangingChars=\"100\" w:hanging=\"320\"/>",
            "",
        ),
        paragraph_style(
            ("YjCover", "Yujian Cover", normal),
            "<w:spacing w:line=\"400\" w:lineRule=\"exact\"/><w:ind w:left=\"400\" \
             w:right=\"400\"/><w:jc w:val=\"left\"/>",
            &size(22),
        ),
        paragraph_style(
            ("YjNote", "Yujian Note", normal),
            "<w:spacing w:before=\"40\" w:after=\"160\" w:line=\"320\" w:lineRule=\"exact\"/>\
             <w:ind w:firstLineChars=\"200\" w:firstLine=\"420\"/><w:jc w:val=\"left\"/>",
            &format!("{}{}", face(KAI), size(21)),
        ),
        paragraph_style(
            ("Caption", "caption", normal),
            "<w:keepNext/><w:spacing w:before=\"160\" w:after=\"60\" w:line=\"360\" \
             w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>",
            &format!("{}{}", face(HEI), size(24)),
        ),
        paragraph_style(
            ("YjContents", "Yujian Contents", normal),
            "<w:pageBreakBefore/><w:spacing w:before=\"240\" w:after=\"240\"/>\
             <w:jc w:val=\"center\"/>",
            &format!("{}{}", face(HEI), size(32)),
        ),
        contents(1, 0),
        contents(2, 560),
        cell("YjCell", "Yujian Cell", FANGSONG, 20),
        cell("YjHead", "Yujian Table Head", HEI, 20),
        cell("YjSmallCell", "Yujian Small Cell", FANGSONG, 17),
        cell("YjSmallHead", "Yujian Small Table Head", HEI, 17),
        (
            "YjTable".to_owned(),
            "<w:style w:type=\"table\" w:styleId=\"YjTable\"><w:name w:val=\"Yujian Table\"/>\
             <w:tblPr><w:tblBorders>\
             <w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/>\
             <w:left w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"808080\"/>\
             <w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/>\
             <w:right w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"808080\"/>\
             <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"808080\"/>\
             <w:insideV w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"808080\"/>\
             </w:tblBorders></w:tblPr></w:style>"
                .to_owned(),
        ),
    ]
}

/// `styles.xml`.
pub fn styles() -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:styles xmlns:w=\"{W}\">\
         <w:docDefaults><w:rPrDefault><w:rPr>{}{}<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" \
         w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">\
         <w:name w:val=\"Normal\"/><w:qFormat/><w:pPr><w:spacing w:line=\"560\" \
         w:lineRule=\"exact\"/><w:jc w:val=\"both\"/></w:pPr></w:style>",
        font(FANGSONG),
        size(32)
    );
    for (_, style) in own("Normal", false) {
        out.push_str(&style);
    }
    for (id, name, side) in [("Header", "header", "center"), ("Footer", "footer", "left")] {
        let (_, style) = paragraph_style(
            (id, name, "Normal"),
            &format!("<w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"{side}\"/>"),
            &size(18),
        );
        out.push_str(&style);
    }
    out.push_str("</w:styles>");
    out
}

/// `numbering.xml`: how headings are counted.
pub fn numbering(of: Numbering) -> String {
    let levels = match of {
        Numbering::Chinese => [
            ("chineseCountingThousand", "%1、", "nothing"),
            ("chineseCountingThousand", "（%2）", "nothing"),
            ("decimal", "%3.", "space"),
        ],
        Numbering::Decimal => [
            ("decimal", "%1", "space"),
            ("decimal", "%1.%2", "space"),
            ("decimal", "%1.%2.%3", "space"),
        ],
    };
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <w:numbering xmlns:w=\"{W}\"><w:abstractNum w:abstractNumId=\"0\">\
         <w:multiLevelType w:val=\"multilevel\"/>"
    );
    for (level, (format, text, suffix)) in levels.into_iter().enumerate() {
        let number = level + 1;
        out.push_str(&format!(
            "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/>\
             <w:pStyle w:val=\"Heading{number}\"/><w:suff w:val=\"{suffix}\"/>\
             <w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/></w:lvl>"
        ));
    }
    out.push_str(
        "</w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
    );
    out
}

/// `fontTable.xml`: which font to take where one is missing.
pub fn fonts() -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:fonts xmlns:w=\"{W}\">"
    );
    for (name, other, family) in [
        (FANGSONG, "仿宋", "modern"),
        (KAI, "楷体", "modern"),
        (HEI, "SimHei", "modern"),
        (SONG, "宋体", "auto"),
        (ROMAN, "Liberation Serif", "roman"),
    ] {
        let charset = if name == ROMAN { "00" } else { "86" };
        out.push_str(&format!(
            "<w:font w:name=\"{name}\"><w:altName w:val=\"{other}\"/>\
             <w:charset w:val=\"{charset}\"/><w:family w:val=\"{family}\"/>\
             <w:pitch w:val=\"variable\"/></w:font>"
        ));
    }
    out.push_str("</w:fonts>");
    out
}
