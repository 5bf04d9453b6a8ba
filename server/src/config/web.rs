//! `[web]`: the web app.

use std::path::{Path, PathBuf};

use atproto::syntax::Handle;

use url::Url;

use super::settings::{EXAMPLE_HANDLE, LANGUAGE, OPERATOR_CONTACT, SIGN_UP_URL, SITE_ROOT};
use super::source::Reader;
use super::value;

/// The web app.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The handle that example commands are written for.
    pub example_handle: Option<Handle>,
    /// Where people without an account are sent to make one.
    pub sign_up_url: Url,
    /// The language of the pages, one of [`app::locale::LANGUAGES`].
    pub language: &'static str,
    /// How people reach whoever runs the server: a mail address or a web address.
    pub operator_contact: Option<String>,
    /// Folder with scripts, styles and images.
    pub site_root: PathBuf,
}

pub(super) fn read(reader: &mut Reader, binary: Option<&Path>) -> Option<WebConfig> {
    let sign_up_url = reader.value(&SIGN_UP_URL, |text| {
        Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
    });
    let language = reader.value(&LANGUAGE, |text| {
        app::locale::LANGUAGES
            .into_iter()
            .find(|language| language.eq_ignore_ascii_case(text))
    });
    Some(WebConfig {
        example_handle: reader.optional(&EXAMPLE_HANDLE, |text| {
            text.trim_start_matches('@').parse::<Handle>().ok()
        }),
        operator_contact: reader.optional(&OPERATOR_CONTACT, contact),
        site_root: reader
            .optional(&SITE_ROOT, value::path)
            .unwrap_or_else(|| default_site_root(binary)),
        sign_up_url: sign_up_url?,
        language: language?,
    })
}

/// A mail address as `mailto:` takes it, or an address of the web.
fn contact(text: &str) -> Option<String> {
    let is_web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let is_plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    let is_mail = text
        .split_once('@')
        .is_some_and(|(name, host)| is_plain(name) && is_plain(host));
    (is_web || is_mail).then(|| text.to_owned())
}

/// A release has the folder `site` beside the binary; a working copy has it where it was built.
fn default_site_root(binary: Option<&Path>) -> PathBuf {
    binary
        .and_then(Path::parent)
        .map(|folder| folder.join("site"))
        .filter(|site| site.is_dir())
        .unwrap_or_else(|| PathBuf::from("target/site"))
}
