//! One line of what an owner writes about a repository.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The longest line, in characters.
const MAX_SUMMARY: usize = 160;

/// The first words of a text, for a line in a list.
pub fn summarize(markdown: &str) -> Option<String> {
    let mut words = String::new();
    let mut depth_of_heading = 0;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Heading { .. }) => depth_of_heading += 1,
            Event::End(TagEnd::Heading(_)) => depth_of_heading -= 1,
            Event::Text(text) | Event::Code(text) if depth_of_heading == 0 => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::End(TagEnd::Paragraph) if !words.trim().is_empty() => break,
            _ => {}
        }
        if words.len() > 4 * MAX_SUMMARY {
            break;
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    let cut: String = words.chars().take(MAX_SUMMARY).collect();
    match cut.is_empty() {
        true => None,
        false if cut.len() < words.len() => Some(format!("{}…", cut.trim_end())),
        false => Some(cut),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_paragraph() {
        assert_eq!(
            summarize("# Title\n\nWhat *it* is.\nAnd more.\n\nLater."),
            Some("What it is. And more.".to_owned())
        );
        assert_eq!(summarize("# Only a title"), None);
        assert!(summarize(&"word ".repeat(500)).unwrap().chars().count() <= MAX_SUMMARY + 1);
    }
}
