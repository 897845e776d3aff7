//! Telephones, accounts and addresses on the net.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::confirm::{Candidate, Named};
use crate::rules::Segment;

/// See [`super::confirm::all`].
pub(super) const CONFIRMATIONS: &[Named] = &[
    Named {
        name: "cn-mobile",
        what: "first digits that are given out to subscribers (MIIT numbering plan)",
        confirm: mobile,
    },
    Named {
        name: "cn-iot",
        what: "first digits that are given out to devices (MIIT numbering plan)",
        confirm: device,
    },
    Named {
        name: "cn-landline",
        what: "area code of a fixed telephone, and a number of the right length for it",
        confirm: landline,
    },
    Named {
        name: "phone-intl",
        what: "country code and length of an international number (E.164)",
        confirm: international,
    },
    Named {
        name: "email",
        what: "top-level domain of an address (IANA root zone)",
        confirm: email,
    },
    Named {
        name: "email-role",
        what: "a name before the @ that is a role and no person (RFC 2142 and common ones)",
        confirm: role,
    },
    Named {
        name: "account-name",
        what: "an account name: holds a digit, - or _, or stands after a colon",
        confirm: account_name,
    },
    Named {
        name: "password",
        what: "a password beside an account: no placeholder, no code, an account word near",
        confirm: password,
    },
    Named {
        name: "ip4-public",
        what: "four octets that are no private, documentation or special address (RFC 6890)",
        confirm: ip4,
    },
    Named {
        name: "ip6-public",
        what: "an IPv6 address that is no local, documentation or special one (RFC 6890)",
        confirm: ip6,
    },
    Named {
        name: "mac",
        what: "six octets that are no broadcast, multicast or blank address (IEEE 802)",
        confirm: mac,
    },
    Named {
        name: "imsi",
        what: "country code 460 and a network code in use (ITU E.212)",
        confirm: imsi,
    },
    Named {
        name: "geo",
        what: "latitude and longitude in range, not null",
        confirm: geo,
    },
    Named {
        name: "chat-line",
        what: "another line of the same layout within 600 bytes",
        confirm: chat_line,
    },
];

fn text<'a>(candidate: &Candidate<'a>) -> &'a str {
    std::str::from_utf8(candidate.compact).unwrap_or("")
}

/// The last eleven digits.
fn mobile_digits<'a>(candidate: &Candidate<'a>) -> Option<&'a str> {
    let digits = text(candidate);
    digits.get(digits.len().checked_sub(11)?..)
}

fn mobile(candidate: &Candidate<'_>) -> Option<&'static str> {
    let segment = candidate.tables.segment(mobile_digits(candidate)?)?;
    (segment != Segment::Device).then_some("segment")
}

fn device(candidate: &Candidate<'_>) -> Option<&'static str> {
    let segment = candidate.tables.segment(text(candidate))?;
    (segment == Segment::Device).then_some("segment")
}

fn landline(candidate: &Candidate<'_>) -> Option<&'static str> {
    // +86 10 6555 1234 has no 0 before the area code.
    let compact = text(candidate);
    let own;
    let digits = match compact.strip_prefix("86") {
        Some(rest) if rest.starts_with('0') => rest,
        Some(rest) => {
            own = format!("0{rest}");
            &own
        }
        None => compact,
    };
    let area = candidate.tables.area_code(digits)?;
    let number = &digits[area..];
    // Numbers have eight digits in the large cities and seven elsewhere; an extension follows.
    let enough = if area == 3 { 8 } else { 7 };
    let opens = number.starts_with(|c: char| ('2'..='8').contains(&c));
    (number.len() >= enough && opens).then_some("area-code")
}

fn international(candidate: &Candidate<'_>) -> Option<&'static str> {
    candidate
        .tables
        .is_e164(text(candidate))
        .then_some("calling-code")
}

fn email(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.value();
    let label = value.rsplit('.').next()?.to_ascii_lowercase();
    (candidate.tables.is_tld(&label) && !value.contains("..")).then_some("domain")
}

/// Names of functions and not of people. Source: RFC 2142 and what is customary.
const ROLES: &[&str] = &[
    "abuse",
    "admin",
    "billing",
    "business",
    "contact",
    "customer",
    "editor",
    "enquiries",
    "feedback",
    "ftp",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "jobs",
    "legal",
    "licensing",
    "mail",
    "marketing",
    "media",
    "news",
    "newsletter",
    "no-reply",
    "noc",
    "noreply",
    "office",
    "postmaster",
    "press",
    "privacy",
    "reply",
    "root",
    "sales",
    "security",
    "service",
    "services",
    "support",
    "team",
    "usenet",
    "webmaster",
    "www",
];

fn role(candidate: &Candidate<'_>) -> Option<&'static str> {
    let name = candidate.value().split('@').next()?.to_ascii_lowercase();
    (email(candidate).is_some() && ROLES.contains(&name.as_str())).then_some("role")
}

fn account_name(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.value();
    let marked = value
        .bytes()
        .any(|b| b.is_ascii_digit() || b == b'_' || b == b'-');
    let stated = candidate
        .before(2)
        .trim_end()
        .ends_with([':', '是', '为', '号']);
    // A host name or path goes on after a dot or slash.
    let ends = !candidate.after(1).starts_with(['.', '/', '@', '(', '=']);
    (ends && (marked || stated)).then_some("account")
}

/// Words beside which a password is somebody's.
const ACCOUNT_WORDS: &[&str] = &[
    "账号",
    "帐号",
    "账户",
    "帐户",
    "用户名",
    "登录名",
    "用户",
    "邮箱",
    "手机",
    "account",
    "username",
    "user",
    "login",
    "email",
    "@",
];

fn password(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.value();
    let lower = value.to_ascii_lowercase();
    let varied = value
        .bytes()
        .any(|b| b.is_ascii_digit() || b"!@#$%^&*+~".contains(&b))
        || candidate.before(2).ends_with(['是', '为']);
    let placeholder = [
        "password", "passwd", "your", "xxx", "***", "null", "none", "string", "...",
    ]
    .iter()
    .any(|word| lower.contains(word));
    let around = [candidate.before(60), candidate.after(60)].map(str::to_lowercase);
    let account = ACCOUNT_WORDS
        .iter()
        .any(|word| around.iter().any(|a| a.contains(word)));
    (varied && !placeholder && account).then_some("beside-account")
}

fn ip4(candidate: &Candidate<'_>) -> Option<&'static str> {
    let address: Ipv4Addr = candidate.value().parse().ok()?;
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || address.is_unspecified()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0);
    // 1.2.3.4 is a version or a clause far more often than a machine.
    let small = a < 32 && b < 32;
    let longer = candidate.before(1) == "."
        || (candidate.after(2).starts_with('.')
            && candidate.after(2)[1..].starts_with(|c: char| c.is_ascii_digit()));
    (!special && !longer && (!small || candidate.in_context)).then_some("public-range")
}

fn ip6(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.value();
    let address: Ipv6Addr = value.parse().ok()?;
    let head = address.segments()[0];
    let special = address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || head & 0xfe00 == 0xfc00
        || head & 0xffc0 == 0xfe80
        || (head == 0x2001 && address.segments()[1] == 0x0db8)
        || head & 0xe000 != 0x2000;
    let groups = value.split(':').filter(|g| !g.is_empty()).count();
    (!special && (groups >= 4 || candidate.in_context)).then_some("public-range")
}

fn mac(candidate: &Candidate<'_>) -> Option<&'static str> {
    let value = candidate.compact;
    let first = u8::from_str_radix(std::str::from_utf8(value.get(..2)?).ok()?, 16).ok()?;
    let same = value.iter().all(|b| *b == value[0]);
    // 00:11:22:33:44:55 and AA:BB:CC:DD:EE:FF are typed.
    let typed = value.chunks_exact(2).all(|pair| pair[0] == pair[1]);
    let unicast = first & 1 == 0 || candidate.in_context;
    let longer =
        candidate.before(1).starts_with([':', '-']) || candidate.after(1).starts_with([':', '-']);
    (value.len() == 12 && unicast && !same && !typed && !longer).then_some("unicast")
}

/// Network codes under 460. Source: ITU-T E.212 list of mobile network codes.
const NETWORKS_OF_460: &[&str] = &[
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "11", "15", "20",
];

fn imsi(candidate: &Candidate<'_>) -> Option<&'static str> {
    NETWORKS_OF_460
        .contains(&text(candidate).get(3..5)?)
        .then_some("network-code")
}

fn geo(candidate: &Candidate<'_>) -> Option<&'static str> {
    let numbers: Vec<f64> = candidate
        .value()
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|part| part.parse().ok())
        .collect();
    let [a, b] = numbers[..] else { return None };
    let in_range = (a.abs() <= 90.0 && b.abs() <= 180.0) || (a.abs() <= 180.0 && b.abs() <= 90.0);
    // Two fractions below one are probabilities or pixels.
    (in_range && (a.abs() > 1.0 || b.abs() > 1.0)).then_some("range")
}

fn chat_line(candidate: &Candidate<'_>) -> Option<&'static str> {
    use std::sync::LazyLock;
    static LINE: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(r"(?m)^[^\n:]{1,24}[ \t][0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[ \t]*$")
            .expect("a literal pattern")
    });
    let starts_line =
        candidate.before(26).contains('\n') || candidate.before(26).len() == candidate.start;
    let ends_line = candidate
        .after(2)
        .trim_start_matches([' ', '\t', '\r'])
        .starts_with('\n');
    let from = floor(candidate.text, candidate.start.saturating_sub(600));
    let to = floor(
        candidate.text,
        (candidate.end + 600).min(candidate.text.len()),
    );
    let lines = LINE.find_iter(&candidate.text[from..to]).count();
    (starts_line && ends_line && lines >= 2).then_some("layout")
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
