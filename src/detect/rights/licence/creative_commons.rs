//! Creative Commons: names in Chinese and English, versions, ports, addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A licence of Creative Commons that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// SPDX id, or `LicenseRef-CC-…` where no version is named.
    pub id: String,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// What a licence is made of, under the names of its parts. Source: the deeds of Creative Commons
/// in English and in Chinese (mainland, Taiwan, Hong Kong).
const PARTS: [(&str, &[&str]); 4] = [
    ("BY", &["attribution", "by", "署名", "姓名标示", "署名标示"]),
    (
        "NC",
        &[
            "non-?commercial(?: use)?",
            "nc",
            "非商业性使用",
            "非商业性",
            "非商业使用",
            "非商业",
        ],
    ),
    (
        "ND",
        &[
            "no-?deriv(?:ative|ate)?s?(?: works?)?",
            "nd",
            "禁止演绎",
            "禁止改作",
            "禁止衍生",
        ],
    ),
    (
        "SA",
        &[
            "share-?alike",
            "share alike",
            "sa",
            "以?相同方式(?:共享|分享)",
        ],
    ),
];

/// What joins parts.
const JOINT: &str = r"[\s\-–—‐−_/,、·+&和及()]{0,4}";

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let part = PARTS.map(|(_, names)| names.join("|")).join("|");
    let lead = r"(?:creative[\s-]?commons|知识共享(?:组织)?|创作共用|创用\s?cc|(?-u:\b)cc)(?:[\s\-–—_/:“”()]|licen[sc]es?|许可协议|许可)*";
    let version = r"(?:[\s\-–—_/,、(]|licen[sc]e|public|许可协议|授权条款|许可|协议|国际|international|unported|generic|version|版本|版|v)*(?P<version>[1-4]\.\d|[1-4](?-u:\b))?";
    let port = r"(?:[\s\-–—_/,、()]|版|许可协议|许可|协议)*(?P<port>中国大陆|中国台湾|台湾|中国香港|香港|china(?: mainland)?|taiwan|hong kong|united states|germany|japan|france|netherlands|united kingdom|(?:cn|tw|hk|us|de|jp|fr|nl|uk|igo|au|at)(?-u:\b))?";
    let pattern = format!(
        r"(?i)(?:{lead}(?P<parts>(?:{part})(?:{JOINT}(?:{part}))*)|(?P<bare>(?:署名|姓名标示){JOINT}(?:{part})(?:{JOINT}(?:{part}))*)|(?P<zero>(?-u:\b)cc[ \-_]?0(?-u:\b)|cc zero|creative commons zero)){version}{port}"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

static PART: LazyLock<Regex> = LazyLock::new(|| {
    let groups = PARTS.map(|(name, names)| format!("(?P<{name}>{})", names.join("|")));
    Regex::new(&format!("(?i){}", groups.join("|"))).expect("the pattern is a constant")
});

/// Every licence that folded text names, in order.
pub fn find(text: &str) -> Vec<Found> {
    let found = NAMED.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let version = captures.name("version").map_or("", |m| m.as_str());
        let mut end = ["port", "version", "parts", "bare", "zero"]
            .iter()
            .filter_map(|name| captures.name(name))
            .map(|group| group.end())
            .max()?;
        let letter = |at: usize| {
            text.as_bytes()
                .get(at)
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        if letter(end) {
            // A port that is the beginning of a word is none, and so are parts.
            end = captures
                .name("version")
                .map(|group| group.end())
                .filter(|at| !letter(*at))?;
        }
        let range = whole.start()..end;
        if captures.name("zero").is_some() {
            let id = "CC0-1.0".to_owned();
            return Some(Found { id, range });
        }
        let parts = captures.name("parts").or_else(|| captures.name("bare"))?;
        // "cc by all means": two letters and a word are a licence only in capitals.
        let short = range.len() <= "cc - by".len() && captures.name("bare").is_none();
        if short && version.is_empty() && text[range.clone()].contains(char::is_lowercase) {
            return None;
        }
        let port = captures.name("port").filter(|port| port.end() <= end);
        let id = id_of(
            &codes(parts.as_str()),
            version,
            port.map_or("", |m| port_of(m.as_str())),
        )?;
        Some(Found { id, range })
    });
    found.collect()
}

/// The licence of `licenses/by-nc/4.0/deed.zh` and the like, behind the host.
pub fn of_path(path: &str) -> Option<String> {
    let mut steps = path.split(['/', '?', '#']);
    match (steps.next()?, steps.next()?) {
        ("publicdomain", "zero") => Some("CC0-1.0".to_owned()),
        ("publicdomain", "mark") => Some("CC-PDM-1.0".to_owned()),
        ("licenses", "publicdomain") => Some("CC-PDDC".to_owned()),
        ("licenses", parts) => {
            let version = steps.next().unwrap_or_default();
            let port = steps.next().unwrap_or_default().to_ascii_uppercase();
            let is_version = version.len() == 3 && version.as_bytes()[1] == b'.';
            let known = parts.split('-').all(|part| {
                PARTS
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case(part))
            });
            known.then(|| id_of(&codes(parts), if is_version { version } else { "" }, &port))?
        }
        _ => None,
    }
}

/// `BY`, `NC`, … of the names of parts.
fn codes(parts: &str) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = Vec::new();
    for captures in PART.captures_iter(parts) {
        let code = PARTS.iter().find(|(name, _)| captures.name(name).is_some());
        codes.extend(code.map(|(name, _)| *name));
    }
    // Their order in ids: NC before ND and SA.
    let order = |code: &&str| PARTS.iter().position(|(name, _)| name == code);
    codes.sort_by_key(order);
    codes.dedup();
    codes
}

fn id_of(codes: &[&str], version: &str, port: &str) -> Option<String> {
    // No licence of theirs forbids changes and asks for the same terms; version 1.0 had SA alone.
    let both = codes.contains(&"ND") && codes.contains(&"SA");
    if codes.is_empty() || both || (codes[0] != "BY" && codes != ["SA"]) {
        return None;
    }
    let parts = codes.join("-");
    let version = match version.len() {
        1 => format!("{version}.0"),
        _ => version.to_owned(),
    };
    let of = |id: String| spdx::license_id(&id).map(|id| id.name.to_owned());
    of(format!("CC-{parts}-{version}-{port}"))
        .or_else(|| of(format!("CC-{parts}-{version}")))
        .or_else(|| (codes[0] == "BY").then(|| format!("LicenseRef-CC-{parts}")))
}

/// Code of a port. Source: ISO 3166-1, as Creative Commons uses it in addresses.
fn port_of(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    let codes: [(&str, &[&str]); 12] = [
        ("CN", &["中国大陆", "china", "china mainland", "cn"]),
        ("TW", &["中国台湾", "台湾", "taiwan", "tw"]),
        ("HK", &["中国香港", "香港", "hong kong", "hk"]),
        ("US", &["united states", "us"]),
        ("DE", &["germany", "de"]),
        ("JP", &["japan", "jp"]),
        ("FR", &["france", "fr"]),
        ("NL", &["netherlands", "nl"]),
        ("UK", &["united kingdom", "uk"]),
        ("IGO", &["igo"]),
        ("AU", &["au"]),
        ("AT", &["at"]),
    ];
    let code = codes.iter().find(|(_, names)| names.contains(&&*lower));
    code.map_or("", |(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_both_languages_with_versions_and_ports() {
        for (text, id) in [
            ("CC BY 4.0", "CC-BY-4.0"),
            ("cc-by-sa-3.0", "CC-BY-SA-3.0"),
            ("CC BY-NC-ND 4.0 International", "CC-BY-NC-ND-4.0"),
            (
                "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License",
                "CC-BY-NC-SA-4.0",
            ),
            ("Creative Commons Attribution 3.0 Unported", "CC-BY-3.0"),
            (
                "Creative Commons Attribution-Share Alike 3.0 Germany",
                "CC-BY-SA-3.0-DE",
            ),
            (
                "Creative Commons license Attribution-NoDerivs 2.0",
                "CC-BY-ND-2.0",
            ),
            (
                "Creative Commons Attribution-ShareAlike License",
                "LicenseRef-CC-BY-SA",
            ),
            (
                "知识共享 署名-非商业性使用-相同方式共享 4.0 国际 许可协议",
                "CC-BY-NC-SA-4.0",
            ),
            ("知识共享署名-相同方式共享3.0协议之条款", "CC-BY-SA-3.0"),
            ("知识共享许可协议(署名-禁止演绎 4.0)", "CC-BY-ND-4.0"),
            ("署名-非商业性使用-禁止演绎 4.0 国际", "CC-BY-NC-ND-4.0"),
            ("署名—非商业性使用—相同方式共享 4.0", "CC-BY-NC-SA-4.0"),
            (
                "创用CC 姓名标示-非商业性-禁止改作 3.0 台湾",
                "CC-BY-NC-ND-3.0",
            ),
            ("知识共享署名 2.5 中国大陆许可协议", "CC-BY-2.5"),
            ("CC0 1.0", "CC0-1.0"),
            ("CC0", "CC0-1.0"),
            ("本文采用CC BY-NC-SA 4.0协议", "CC-BY-NC-SA-4.0"),
        ] {
            let found = find(text);
            let ids: Vec<&str> = found.iter().map(|f| f.id.as_str()).collect();
            assert_eq!(ids, [id], "{text}");
        }
        for text in [
            "cc by all means",
            "抄送cc给他",
            "文章的署名和版权",
            "署名 4.0",
            "cc bypass",
            "acc by 4",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn a_version_stands_apart_from_what_follows() {
        let text = "依CC BY-SA 4.0发布,2020年";
        let found = find(text);
        assert_eq!(&text[found[0].range.clone()], "CC BY-SA 4.0");
    }
}
