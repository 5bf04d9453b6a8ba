//! Markdown of strangers, made into HTML that cannot do anything.
//!
//! Only what is known passes: every tag is written here or by the Markdown library from an event that was let
//! through, and every text is escaped. HTML in the source is taken off, its words stay. Pictures become links, so that
//! nobody learns who reads a page.

use app::t;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Renders `CommonMark` with tables, strikethrough, footnotes and task lists.
pub(super) fn to_safe_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let events = Parser::new_ext(markdown, options).flat_map(make_safe);
    let mut rendered = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut rendered, events);
    rendered
}

/// What an event becomes: itself, something harmless, or nothing.
fn make_safe(event: Event<'_>) -> Vec<Event<'_>> {
    match event {
        Event::Start(tag) => start(tag),
        Event::End(TagEnd::Image) => vec![Event::End(TagEnd::Link)],
        Event::End(TagEnd::HtmlBlock) => vec![Event::End(TagEnd::Paragraph)],
        Event::End(TagEnd::Heading(level)) => vec![Event::End(TagEnd::Heading(lower(level)))],
        Event::Html(source) | Event::InlineHtml(source) => {
            vec![Event::Text(without_tags(&source).into())]
        }
        Event::InlineMath(text) | Event::DisplayMath(text) => vec![Event::Code(text)],
        // The library writes these into attributes, where they would be names that pages use themselves.
        Event::FootnoteReference(name) => vec![Event::Text(format!("[{name}]").into())],
        Event::End(TagEnd::FootnoteDefinition) => vec![Event::End(TagEnd::BlockQuote(None))],
        // A control that nobody can use, and without a name.
        Event::TaskListMarker(is_done) => {
            vec![Event::Text(if is_done { "☑ " } else { "☐ " }.into())]
        }
        event => vec![event],
    }
}

fn start(tag: Tag<'_>) -> Vec<Event<'_>> {
    match tag {
        Tag::HtmlBlock => vec![Event::Start(Tag::Paragraph)],
        // A page has one first heading, and the section with this text has the second.
        Tag::Heading { level, .. } => vec![Event::Start(Tag::Heading {
            level: lower(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })],
        Tag::Link { dest_url, .. } => vec![Event::Start(link(&dest_url))],
        Tag::Image { dest_url, .. } => {
            vec![
                Event::Start(link(&dest_url)),
                Event::Text(format!("{} ", t!("description-picture")).into()),
            ]
        }
        Tag::FootnoteDefinition(name) => vec![
            Event::Start(Tag::BlockQuote(None)),
            Event::Text(format!("[{name}] ").into()),
        ],
        // Nothing but the name of a language gets into the class.
        Tag::CodeBlock(_) => vec![Event::Start(Tag::CodeBlock(
            pulldown_cmark::CodeBlockKind::Indented,
        ))],
        tag => vec![Event::Start(tag)],
    }
}

/// A link to the web or a mail address; anything else leads nowhere.
fn link(address: &str) -> Tag<'static> {
    let lower = address.to_ascii_lowercase();
    let is_safe = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
        && !address.contains(char::is_control);
    let dest_url: CowStr<'static> = if is_safe {
        address.to_owned().into()
    } else {
        "#main".into()
    };
    Tag::Link {
        link_type: pulldown_cmark::LinkType::Inline,
        dest_url,
        title: "".into(),
        id: "".into(),
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// The words of HTML: what is not between `<` and `>`. They are escaped when they are written.
fn without_tags(source: &str) -> String {
    let mut words = String::new();
    let mut rest = source;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        match rest[start..].find('>') {
            Some(end) => rest = &rest[start + end + 1..],
            None => return words,
        }
    }
    words.push_str(rest);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tags and attributes that may come out: whatever else there is came from a stranger.
    fn is_harmless(html: &str) -> bool {
        const TAGS: [&str; 28] = [
            "p",
            "/p",
            "h3",
            "/h3",
            "h4",
            "/h4",
            "h5",
            "/h5",
            "h6",
            "/h6",
            "ul",
            "/ul",
            "ol",
            "/ol",
            "li",
            "/li",
            "em",
            "/em",
            "strong",
            "/strong",
            "code",
            "/code",
            "pre",
            "/pre",
            "blockquote",
            "/blockquote",
            "del",
            "/del",
        ];
        const MORE: [&str; 13] = [
            "hr /", "br /", "table", "/table", "thead", "/thead", "tbody", "/tbody", "tr", "/tr",
            "/a", "/th", "/td",
        ];
        html.split('<').skip(1).all(|piece| {
            let Some((tag, _)) = piece.split_once('>') else {
                return false;
            };
            TAGS.contains(&tag)
                || MORE.contains(&tag)
                || tag == "th"
                || tag == "td"
                || tag.starts_with("th style=\"text-align: ")
                || tag.starts_with("td style=\"text-align: ")
                || tag.starts_with("ol start=\"")
                || [
                    "a href=\"http",
                    "a href=\"mailto:",
                    "a href=\"#main",
                    "a href=\"HTTP",
                ]
                .iter()
                .any(|start| tag.starts_with(start) && tag.matches('"').count() == 2)
                || tag.to_ascii_lowercase().starts_with("a href=\"http")
                    && tag.matches('"').count() == 2
        })
    }

    #[test]
    fn wb_10_html_in_markdown_loses_its_tags_and_keeps_its_words() {
        let html = to_safe_html(
            "<h1 align=\"center\">Ahoy</h1>\n\nText <b>bold</b> <script>alert(1)</script>",
        );
        assert!(html.contains("Ahoy") && html.contains("bold"), "{html}");
        assert!(!html.contains("<script") && !html.contains("<h1"), "{html}");
        assert!(is_harmless(&html), "{html}");
    }

    #[test]
    fn wb_10_and_wb_11_links_lead_to_the_web_and_pictures_are_not_loaded() {
        for source in [
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>)",
            "<javascript:alert(1)>",
            "[x](vbscript:x)",
            "[x](\u{1}javascript:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "![x](javascript:x)",
        ] {
            let html = to_safe_html(source);
            assert!(
                !html.to_ascii_lowercase().contains("href=\"javascript"),
                "{source}: {html}"
            );
            assert!(is_harmless(&html), "{source}: {html}");
        }
        let html = to_safe_html(
            "![logo](https://tracker.example/a.png) [ok](https://example.com \"title\")",
        );
        assert!(
            !html.contains("<img") && html.contains("https://tracker.example/a.png"),
            "{html}"
        );
        assert!(
            html.contains("<a href=\"https://example.com\">ok</a>"),
            "{html}"
        );
    }

    #[test]
    fn wb_10_headings_begin_below_those_of_the_page_and_have_no_ids() {
        let html = to_safe_html("# One {#main .x onclick=y}\n## Two");
        assert!(
            html.contains("<h3>") && html.contains("<h4>Two</h4>"),
            "{html}"
        );
    }

    proptest! {
        #[test]
        fn wb_10_nothing_but_known_tags_comes_out(markdown in "[<>a-z\"'=/\\\\ \n`*_#!\\[\\]():&;|~^$-]{0,120}") {
            let html = to_safe_html(&markdown);
            prop_assert!(is_harmless(&html), "{html}");
        }

        #[test]
        fn wb_10_whatever_is_written_renders(markdown in "\\PC*") {
            prop_assert!(is_harmless(&to_safe_html(&markdown)));
        }
    }
}
