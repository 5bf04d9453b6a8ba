//! An island: a part of the page that follows what happens on the server.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::live;

/// How often it looks at most, so that a forgotten page does not ask for ever.
const LOOKS: u32 = 3600;

/// Asks `url` every `millis` milliseconds, and when the answer is not `state` any more, shows the part `region` of the
/// page as it is now. An answer with `"isFinal":true` is the last. Without scripts the page is as it was rendered.
#[island]
pub fn Watch(url: String, region: String, state: String, millis: u32) -> impl IntoView {
    Effect::new(move |_| {
        // What is over before it began needs no look.
        if !is_final(&state) {
            look_later(url.clone(), region.clone(), state.clone(), millis, LOOKS);
        }
    });
}

fn is_final(state: &str) -> bool {
    state.contains("\"isFinal\":true")
}

fn look_later(url: String, region: String, state: String, millis: u32, looks: u32) {
    if looks == 0 {
        return;
    }
    let look = move || {
        spawn_local(async move {
            let now = if live::is_visible() {
                live::fetch_text(&url).await
            } else {
                None
            };
            let is_news = now.as_ref().is_some_and(|now| *now != state);
            let mut state = state;
            // What could not be shown is news the next time too.
            if let Some(now) = now.filter(|_| is_news)
                && let Some(part) = live::fetch_part(&region, None).await
                && live::put(&region, &part)
            {
                state = now;
            }
            if !is_final(&state) {
                look_later(url, region, state, millis, looks - 1);
            }
        });
    };
    set_timeout(look, Duration::from_millis(millis.into()));
}
