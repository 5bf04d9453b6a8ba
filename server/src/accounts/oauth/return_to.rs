//! Where somebody goes after signing in: a path of ours and never another site.

/// The longest path, in bytes.
const MAX_BYTES: usize = 2048;

/// A path of this server, with or without a query. Made from anything: what is no such path becomes `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// Reads a path. Only characters that every browser reads alike are accepted (checklist OA-39): no backslash,
    /// which some take for a slash, nothing that breaks a header, no second slash at the beginning.
    pub fn new(text: &str) -> Self {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~:@!$'()*+,;=?&%".contains(&byte);
        let is_path = text.len() <= MAX_BYTES
            && text.starts_with('/')
            && !text.starts_with("//")
            && text.bytes().all(is_plain);
        Self(if is_path { text } else { "/" }.to_owned())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn oa_39_other_sites_become_the_start_page() {
        for text in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "%2f%2fevil.example",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x=1",
            "/a b",
            "/#a",
            "javascript:alert(1)",
        ] {
            assert_eq!(ReturnTo::new(text).as_str(), "/", "{text:?}");
        }
        for text in [
            "/",
            "/settings/sessions?page=2",
            "/alice.test/app/-/tags",
            "/a%2Fb",
        ] {
            assert_eq!(ReturnTo::new(text).as_str(), text);
        }
        assert_eq!(
            ReturnTo::new(&format!("/{}", "a".repeat(MAX_BYTES))).as_str(),
            "/"
        );
    }

    proptest! {
        #[test]
        fn oa_39_whatever_is_typed_stays_on_this_site(text in "[/\\\\a-z:@.%?#\\t\\r\\n 0-9]{0,30}") {
            let base = url::Url::parse("https://registry.example.com/").unwrap();
            let joined = base.join(ReturnTo::new(&text).as_str()).unwrap();
            prop_assert_eq!(joined.origin(), base.origin());
        }
    }
}
