//! An island: words about long work that keep up with it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Reflect;
use web_sys::wasm_bindgen::{JsCast as _, JsValue};

/// How often it is asked how far the work is.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Shows `words`, and asks `address` for later ones: `{"isOver": false, "words": "…"}`. When the work is over, the page
/// is loaded again. Without JavaScript the words stay as they are, and a link beside them loads the page.
#[island]
pub fn LiveProgress(address: String, words: String) -> impl IntoView {
    let (words, set_words) = signal(words);
    Effect::new(move |_| {
        let address = address.clone();
        let asking = set_interval_with_handle(
            move || {
                let address = address.clone();
                spawn_local(async move {
                    let Some((is_over, words)) = ask(&address).await else {
                        return;
                    };
                    set_words.set(words);
                    if is_over {
                        // What came of it is on the page itself.
                        let _ = window().location().reload();
                    }
                });
            },
            ASK_EVERY,
        );
        if let Ok(asking) = asking {
            on_cleanup(move || asking.clear());
        }
    });
    view! {
        <p class="live-words" role="status">
            {move || words.get()}
        </p>
    }
}

/// How far it is; `None` where it was not said this time.
async fn ask(address: &str) -> Option<(bool, String)> {
    let response = JsFuture::from(window().fetch_with_str(address))
        .await
        .ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let answer = JsFuture::from(response.json().ok()?).await.ok()?;
    let field = |name: &str| Reflect::get(&answer, &JsValue::from_str(name)).ok();
    Some((field("isOver")?.as_bool()?, field("words")?.as_string()?))
}
