//! Texts as people read them: sizes, digests, and strangers' words with nothing hidden in them.

/// A number of bytes in decimal units: `1.2 MB`. Rounded down, so that nothing looks larger than it is.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut tenths = count / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {}", UNITS[unit]),
        (whole, tenth) => format!("{whole}.{tenth} {}", UNITS[unit]),
    }
}

/// A whole number with thin spaces between thousands: `12 345`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{2009}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A digest with its middle left out: `sha256:1f2e3d4c…9a8b7c6d`.
pub(crate) fn short_digest(digest: &str) -> String {
    match digest.split_once(':') {
        Some((algorithm, hex)) if hex.len() > 20 && hex.is_ascii() => {
            format!("{algorithm}:{}…{}", &hex[..8], &hex[hex.len() - 8..])
        }
        _ => digest.to_owned(),
    }
}

/// A stranger's text with every character that would hide or turn something around made visible.
pub(crate) fn visible(text: &str) -> String {
    let hides = |character: char| {
        (character.is_control() && character != '\n' && character != '\t')
            || matches!(character,
                '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    if !text.contains(hides) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|character| {
            if hides(character) {
                format!("⟨U+{:04X}⟩", u32::from(character))
                    .chars()
                    .collect::<Vec<_>>()
            } else {
                vec![character]
            }
        })
        .collect()
}

/// Text for places of a document where nothing else escapes it: content, and attributes in double quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Text as the content of a `textarea`, which Leptos does not escape. A line break at the beginning of the content is
/// not part of it (HTML, section 13.1.2.5), so one is put there for the text's own.
pub(crate) fn in_textarea(text: &str) -> String {
    format!("\n{}", escaped(text))
}

/// The address, where it is one of the web.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_plain =
        !text.contains(|character: char| character.is_whitespace() || character.is_control());
    (is_web && is_plain && text.len() < 2000).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234_567), "1.2 MB");
        assert_eq!(bytes(u64::MAX), "18.4 EB");
        assert_eq!(grouped(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(
            short_digest(&format!("sha256:{}", "ab".repeat(32))),
            "sha256:abababab…abababab"
        );
        assert_eq!(short_digest("sha256:short"), "sha256:short");
    }

    #[test]
    fn wb_12_nothing_hides_in_a_strangers_text() {
        assert_eq!(visible("plain\ttext"), "plain\ttext");
        assert_eq!(visible("a\u{202e}b\u{0}"), "a⟨U+202E⟩b⟨U+0000⟩");
    }

    #[test]
    fn wb_09_escaped_text_ends_no_element_and_no_attribute() {
        assert_eq!(
            escaped("</title><a href=\"x\">&amp;"),
            "&lt;/title&gt;&lt;a href=&quot;x&quot;&gt;&amp;amp;"
        );
    }

    #[test]
    fn what_is_typed_stays_in_its_field() {
        assert_eq!(
            in_textarea("\n</textarea><script>"),
            "\n\n&lt;/textarea&gt;&lt;script&gt;"
        );
    }

    #[test]
    fn wb_12_only_addresses_of_the_web_become_links() {
        assert!(web_address("https://example.com/a").is_some());
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a b",
            " https://a",
            "ftp://a",
        ] {
            assert_eq!(web_address(text), None, "{text}");
        }
    }
}
