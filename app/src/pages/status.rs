//! Whether everything works right now.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::about::{AboutSource, Part, Status};
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn StatusPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn AboutSource>>();
    source.map(|source| loaded(async move { Ok(source.status().await) }, draw))
}

fn draw(status: Status) -> impl IntoView {
    let failing = status.parts.iter().filter(|part| !part.works).count();
    let (class, heading) = match (status.is_ready, failing) {
        (true, 0) => ("status-head status-good", t!("status-good").to_owned()),
        (true, failing) => (
            "status-head status-partly",
            t!("status-partly", count = failing),
        ),
        (false, _) => ("status-head status-bad", t!("status-bad").to_owned()),
    };
    let parts = status
        .parts
        .into_iter()
        .map(|part| view! { <PartRow part /> })
        .collect_view();
    let look = view! { <a href=routes::STATUS>{t!("status-looked-link")}</a> };
    view! {
        <Page
            title=t!("status-title")
            description=t!("status-description")
            json=routes::json(routes::STATUS)
        >
            <div class="article frame">
                <h1>{t!("status-title")}</h1>
                <p class=class role="status">{heading}</p>
                <ul class="parts">{parts}</ul>
                <p class="note">
                    {t_view!("status-looked", link = look; version = status.version)} " "
                    <a href=routes::json(routes::STATUS)>{t!("status-json")}</a>
                </p>
            </div>
        </Page>
    }
}

#[component]
fn PartRow(part: Part) -> impl IntoView {
    let (mark, class) = if part.works {
        (t!("status-works"), "outcome outcome-done")
    } else {
        (t!("status-fails"), "outcome outcome-left")
    };
    let kind = match part.kind {
        "database" => t!("status-database"),
        "blobStore" => t!("status-blob-store"),
        "hold" => t!("status-hold"),
        "remoteHold" => t!("status-hold-elsewhere"),
        _ => t!("status-relay"),
    };
    let name = match (part.kind, part.name.as_str()) {
        ("blobStore", "folder") => t!("status-folder").to_owned(),
        ("blobStore", "bucket") => t!("status-bucket").to_owned(),
        (_, name) => text::visible(name),
    };
    view! {
        <li class=class>
            <span class="outcome-mark">{mark}</span>
            <span class="outcome-place">{kind} " " <code>{name}</code></span>
            <span class="note">{part.words}</span>
        </li>
    }
}
