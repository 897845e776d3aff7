//! HTML and XML → the text a reader sees, through the tokenizer of a browser.
//!
//! Only tokens are looked at: a tree would say no more about the text, costs twice the time and
//! must be held in memory. All text is kept, navigation and imprint too: whoever extracts
//! "the article" later may take other parts than we would. Scripts, style sheets and comments are
//! dropped. What attributes say to a reader (`alt`, `title`, …) stands on a line of its own behind
//! the block it belongs to, so that it does not tear words apart.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::corpus::Input;
use crate::corpus::page::{Page, PageKind};
use crate::corpus::records::{Extent, Meta, Records};
use crate::{Limit, ShardError};

/// Which rules text is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Those of browsers.
    Html,
    /// Elements of any name: each stands for itself, CDATA is text, attributes are too.
    Xml,
}

/// What a page says besides its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Contents of the first `title` element.
    pub title: String,
    /// Name in lower case and content of `meta` elements, in order; `license` for links that say
    /// so.
    pub meta: Vec<(String, String)>,
    /// `lang` of the `html` element.
    pub language: Option<String>,
    /// A comment, tag or script was still open at the end. What a browser does not show of
    /// it was not read either.
    pub unclosed: bool,
}

/// Bytes of `meta` contents and titles kept apart; more of it counts as text of the page.
const HEAD: usize = 64 << 10;

/// Attributes that are shown or read out.
const SHOWN: [&str; 7] = [
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "aria-description",
    "label",
    "summary",
];

/// Elements within a line. All others, unknown ones too, begin and end one: text that belongs
/// together is rarely torn by an element nobody knows, but often glued to a number that is not its.
const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "rp", "rt", "ruby", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "wbr",
];

/// Reads a page that comes in parts.
pub struct HtmlReader {
    tokenizer: Tokenizer<Sink>,
    queue: BufferQueue,
}

impl HtmlReader {
    /// At the beginning of a page.
    pub fn new(markup: Markup) -> Self {
        let sink = Sink {
            markup,
            raw: Cell::new(None),
            unclosed: Cell::new(false),
            page: RefCell::default(),
        };
        Self {
            tokenizer: Tokenizer::new(sink, TokenizerOpts::default()),
            queue: BufferQueue::default(),
        }
    }

    /// Reads on.
    pub fn push(&mut self, part: &str) {
        // A tendril holds at most 4 GiB; small ones are shared slices of one allocation.
        for (from, to) in cuts(part, 1 << 24) {
            self.queue
                .push_back(StrTendril::from_slice(&part[from..to]));
            // It stops for scripts only, of which the sink tells nothing.
            let _ = self.tokenizer.feed(&self.queue);
        }
    }

    /// Takes the text that was read so far.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.tokenizer.sink.page.borrow_mut().text)
    }

    /// Ends the page: what is left of its text, and what it says besides.
    pub fn end(self) -> (String, Head) {
        self.tokenizer.end();
        let sink = self.tokenizer.sink;
        let mut page = sink.page.into_inner();
        page.line();
        page.head.unclosed = sink.unclosed.get();
        page.head.title = page.head.title.trim().to_owned();
        (page.text, page.head)
    }
}

/// Reads a file that is one page.
///
/// # Errors
///
/// Those of decoding, and [`Limit::RecordBytes`] of a page that is longer than may be held in
/// memory.
pub fn read(input: &mut Input<'_>, records: &mut Records<'_>) -> Result<(), ShardError> {
    let most = records.context.limits.record_bytes;
    let mut bytes = Vec::new();
    let wanted = usize::try_from(most.saturating_add(1)).unwrap_or(usize::MAX);
    let longer = input.fill(&mut bytes, wanted)?;
    if longer {
        return Err(ShardError::Limit {
            limit: Limit::RecordBytes,
            value: most,
        });
    }
    let at = Extent {
        offset: 0,
        bytes: bytes.len() as u64,
    };
    let meta = Meta {
        sources: vec![None; records.context.meta.sources.len()],
        ..Meta::default()
    };
    let page = Page {
        bytes,
        kind: PageKind::Html,
        charset: None,
        meta,
    };
    if at.bytes > 0 {
        records.page(at, page);
    }
    Ok(())
}

/// Places that cut `text` into parts of at most `most` bytes.
fn cuts(text: &str, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let to = text.floor_char_boundary((from + most).min(text.len()));
        let part = (from, to);
        from = to;
        (part.0 < part.1).then_some(part)
    })
}

/// The text of a whole page.
pub fn text(page: &str, markup: Markup) -> (String, Head) {
    let mut reader = HtmlReader::new(markup);
    reader.push(page);
    reader.end()
}

/// Contents that are not text of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Raw {
    Dropped,
    Title,
}

struct Sink {
    markup: Markup,
    raw: Cell<Option<Raw>>,
    unclosed: Cell<bool>,
    page: RefCell<Body>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => match self.raw.get() {
                None => self.page.borrow_mut().text(&text),
                Some(Raw::Title) => self.page.borrow_mut().title(&text),
                Some(Raw::Dropped) => {}
            },
            Token::TagToken(tag) => return self.tag(&tag),
            Token::ParseError(what) if what.contains("EOF") => self.unclosed.set(true),
            Token::EOFToken if self.raw.get() == Some(Raw::Dropped) => self.unclosed.set(true),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        // Some write CDATA into HTML; to drop its text as a comment, as browsers do, helps nobody.
        true
    }
}

impl Sink {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let page = &mut *self.page.borrow_mut();
        if self.markup == Markup::Xml {
            page.line();
            for attribute in &tag.attrs {
                let name: &str = &attribute.name.local;
                if !name.starts_with("xmlns") {
                    page.aside(&attribute.value);
                }
            }
            return TokenSinkResult::Continue;
        }
        if tag.kind == TagKind::EndTag {
            self.raw.set(None);
            page.end_tag(name);
            return TokenSinkResult::Continue;
        }
        page.start_tag(tag, name);
        match name {
            "script" => {
                self.raw.set(Some(Raw::Dropped));
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "style" => {
                self.raw.set(Some(Raw::Dropped));
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" if page.head.title.is_empty() => {
                self.raw.set(Some(Raw::Title));
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// What stands between the last text and the next.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Tab,
    Line,
}

#[derive(Default)]
struct Body {
    text: String,
    begun: bool,
    gap: Gap,
    /// `pre` elements that are open.
    verbatim: u32,
    /// Inside `rt` or `rp`: how characters are spoken, not part of the sentence.
    spoken: bool,
    /// To be said on a line of its own when the block ends.
    asides: String,
    head: Head,
    head_bytes: usize,
}

impl Body {
    fn start_tag(&mut self, tag: &Tag, name: &str) {
        match name {
            "rt" | "rp" => self.spoken = true,
            "pre" | "textarea" | "listing" | "xmp" => {
                self.verbatim = self.verbatim.saturating_add(1);
                self.line();
            }
            "td" | "th" => self.gap = self.gap.max(Gap::Tab),
            "meta" => self.meta(tag),
            "html" => self.head.language = attribute(tag, "lang").map(str::to_owned),
            _ if is_inline(name) => {}
            _ => self.line(),
        }
        if let ("a" | "link", Some("license"), Some(href)) =
            (name, attribute(tag, "rel"), attribute(tag, "href"))
        {
            self.keep("license", href);
        }
        for attribute in &tag.attrs {
            let key: &str = &attribute.name.local;
            if SHOWN.contains(&key) {
                self.aside(&attribute.value);
            }
        }
        if matches!(name, "input" | "button") && attribute(tag, "type") != Some("hidden") {
            self.aside(attribute(tag, "value").unwrap_or_default());
        }
    }

    fn end_tag(&mut self, name: &str) {
        match name {
            "rt" | "rp" => self.spoken = false,
            "ruby" => {
                self.spoken = false;
            }
            "pre" | "textarea" | "listing" | "xmp" => {
                self.verbatim = self.verbatim.saturating_sub(1);
                self.line();
            }
            "td" | "th" => self.gap = self.gap.max(Gap::Tab),
            _ if is_inline(name) => {}
            _ => self.line(),
        }
    }

    /// Text of the page.
    fn text(&mut self, text: &str) {
        if self.spoken {
            self.asides.push_str(text);
        } else if self.verbatim > 0 {
            self.flush_gap();
            self.text.push_str(text);
        } else {
            self.collapsed(text);
        }
    }

    /// Runs of white space count as one space, as they are shown.
    fn collapsed(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let word = rest.trim_ascii_start();
            if word.len() < rest.len() {
                self.gap = self.gap.max(Gap::Space);
            }
            if word.is_empty() {
                return;
            }
            let end = word.bytes().position(|b| b.is_ascii_whitespace());
            let end = end.unwrap_or(word.len());
            self.flush_gap();
            self.text.push_str(&word[..end]);
            rest = &word[end..];
        }
    }

    fn flush_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if !std::mem::replace(&mut self.begun, true) {
            return;
        }
        match gap {
            Gap::None => {}
            Gap::Space => self.text.push(' '),
            Gap::Tab => self.text.push('\t'),
            Gap::Line => self.text.push('\n'),
        }
    }

    /// Ends the line, and says what was to be said on one of its own.
    fn line(&mut self) {
        self.gap = Gap::Line;
        self.spoken = false;
        if !self.asides.is_empty() {
            let asides = std::mem::take(&mut self.asides);
            for aside in asides.lines() {
                self.collapsed(aside);
                self.gap = Gap::Line;
            }
        }
    }

    fn aside(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            self.asides.push('\n');
            self.asides.push_str(text);
            self.asides.push('\n');
        }
    }

    fn title(&mut self, text: &str) {
        self.head_bytes += text.len();
        if self.head_bytes <= HEAD {
            self.head.title.push_str(text);
        } else {
            self.collapsed(text);
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let names = ["name", "property", "itemprop", "http-equiv"];
        let name = names.iter().find_map(|name| attribute(tag, name));
        if let (Some(name), Some(content)) = (name, attribute(tag, "content")) {
            self.keep(&name.to_ascii_lowercase(), content);
        }
        if let Some(charset) = attribute(tag, "charset") {
            self.keep("charset", charset);
        }
    }

    fn keep(&mut self, name: &str, content: &str) {
        self.head_bytes += name.len() + content.len();
        if self.head_bytes <= HEAD {
            self.head.meta.push((name.to_owned(), content.to_owned()));
        } else {
            self.aside(content);
        }
    }
}

impl Head {
    /// The content of the first `meta` element of this name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        let mut all = self.meta.iter();
        all.find(|(key, _)| key == name)
            .map(|(_, content)| content.as_str())
    }
}

fn is_inline(name: &str) -> bool {
    INLINE.binary_search(&name).is_ok()
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let mut all = tag.attrs.iter();
    let found = all.find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(page: &str) -> String {
        text(page, Markup::Html).0
    }

    #[test]
    fn elements_within_a_line_tear_nothing_and_others_end_it() {
        for (page, expected) in [
            ("敏<b>感</b><i>词</i>", "敏感词"),
            ("<p>一</p><p>二</p>", "一\n二"),
            ("一<br>二<BR/>三", "一\n二\n三"),
            ("<div>a</div>b", "a\nb"),
            ("<ul><li>一<li>二</ul>", "一\n二"),
            ("  a \n\t b  ", "a b"),
            ("<pre>a\n  b</pre>c", "a\n  b\nc"),
            ("<textarea>a\n<b>\nc</textarea>", "a\n<b>\nc"),
            ("<table><tr><td>1<td>2<tr><td>3</table>", "1\t2\n3"),
            (
                "&#x4E2D;&#25991;&amp;&lt;p&gt;&nbsp;x&hearts;",
                "中文&<p>\u{a0}x♥",
            ),
            ("a<!-- b -->c<![CDATA[<d>]]>e", "ac<d>e"),
            ("a<script>b('</p>')</script>c<style>p{}</style>d", "a\nc\nd"),
            ("<noscript><p>看见</p></noscript>", "看见"),
            (
                "<ruby>敏<rt>mǐn</rt>感<rt>gǎn</rt></ruby>词<p>后",
                "敏感词\nmǐngǎn\n后",
            ),
            ("3 < 4 &copy 5 & 6", "3 < 4 © 5 & 6"),
            ("<x-card>a</x-card>b", "a\nb"),
            ("", ""),
        ] {
            assert_eq!(html(page), expected, "{page}");
        }
    }

    #[test]
    fn what_attributes_say_stands_behind_its_block() {
        let page = "<p>敏<a title='提示'>感</a><img alt='图 片'>词</p>后";
        assert_eq!(html(page), "敏感词\n提示\n图 片\n后");
        assert_eq!(
            html("<input type=hidden value=x><input value=提交 placeholder=手机号>"),
            "手机号\n提交"
        );
    }

    #[test]
    fn the_head_is_kept_apart() {
        let page = "<!doctype html><html lang=zh-CN><title>题&amp;目</title>\
            <meta charset=gbk><meta name=Robots content='noai, noindex'>\
            <meta property='og:title' content='简介'><link rel=license href='/l'><p>文";
        let (text, head) = text(page, Markup::Html);
        assert_eq!(text, "文");
        assert_eq!(head.title, "题&目");
        assert_eq!(head.language.as_deref(), Some("zh-CN"));
        assert_eq!(head.meta("robots"), Some("noai, noindex"));
        assert_eq!(head.meta("charset"), Some("gbk"));
        assert_eq!(head.meta("og:title"), Some("简介"));
        assert_eq!(head.meta("license"), Some("/l"));
        assert!(!head.unclosed);
    }

    #[test]
    fn a_head_without_end_is_text() {
        let long = "长".repeat(HEAD);
        let (text, head) = text(&format!("<title>{long}</title>"), Markup::Html);
        assert_eq!(text.len() + head.title.len(), long.len());
        let metas = format!("<meta name=a content={}>尾", "值".repeat(1000)).repeat(40);
        let (text, head) = super::text(&metas, Markup::Html);
        let kept: usize = head.meta.iter().map(|(_, content)| content.len()).sum();
        let values = text.chars().filter(|c| *c == '值').count() * 3;
        assert_eq!(kept + values, 40 * 3000);
    }

    #[test]
    fn markup_left_open_is_noticed() {
        for page in ["a<script>b", "a<!-- b", "a<p title=\"b", "a<style>b"] {
            assert!(text(page, Markup::Html).1.unclosed, "{page}");
        }
        assert!(!text("<p>a<div>b", Markup::Html).1.unclosed);
    }

    #[test]
    fn every_element_of_xml_stands_for_itself() {
        let feed = "<?xml version='1.0'?><rss xmlns:a='u'><item n='名'><title>题</title>\
            <script>文</script><d><![CDATA[<p>段</p>]]></d></item></rss>";
        assert_eq!(text(feed, Markup::Xml).0, "名\n题\n文\n<p>段</p>");
    }

    proptest::proptest! {
        #[test]
        fn parts_of_any_size_read_like_the_whole(
            page in "([a-z<>/&;! \n\"'=-]|<p>|</p>|<b>|<script>|</script>|<!--|-->|&lt;|中){0,60}",
            cut in 1usize..9,
        ) {
            let whole = text(&page, Markup::Html);
            let mut reader = HtmlReader::new(Markup::Html);
            let mut parts = String::new();
            let chars: Vec<char> = page.chars().collect();
            for part in chars.chunks(cut) {
                reader.push(&part.iter().collect::<String>());
                parts.push_str(&reader.take());
            }
            let (rest, head) = reader.end();
            proptest::prop_assert_eq!((parts + &rest, head), whole);
        }
    }
}
