//! What islands do to a page after it was rendered: fetch it again, and show a part of it as it is now.
//!
//! There is one rendering, the server's; nothing is drawn a second time in the browser.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Element, Response, SupportedType};

/// Somebody looks at the page.
pub(crate) fn is_visible() -> bool {
    !document().hidden()
}

/// The text at an address of this server. `None` for errors of any kind.
pub(crate) async fn fetch_text(url: &str) -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?).await.ok()?;
    text.as_string()
}

/// Fetches the page `address`, this one when there is none, and takes its part with the id `region`.
///
/// Scripts in it do not run, as the policy of the page wants it.
pub(crate) async fn fetch_part(region: &str, address: Option<&str>) -> Option<Element> {
    let here = window().location().href().ok()?;
    let html = fetch_text(address.unwrap_or(&here)).await?;
    let parsed = DomParser::new()
        .ok()?
        .parse_from_string(&html, SupportedType::TextHtml)
        .ok()?;
    parsed.get_element_by_id(region)
}

/// Puts a part of a page where the one of its id is now.
pub(crate) fn put(region: &str, part: &Element) -> bool {
    document()
        .get_element_by_id(region)
        .is_some_and(|before| before.replace_with_with_node_1(part).is_ok())
}
