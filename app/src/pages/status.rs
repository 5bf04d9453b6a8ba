//! Whether everything works right now.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::about::{AboutSource, Part, Status};
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::{routes, text};

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
        (true, 0) => ("status-head status-good", "Everything works".to_owned()),
        (true, failing) => (
            "status-head status-partly",
            format!(
                "This server works; {} does not answer",
                text::counted(failing as u64, "part elsewhere", "parts elsewhere")
            ),
        ),
        (false, _) => (
            "status-head status-bad",
            "Something here is broken".to_owned(),
        ),
    };
    let parts = status
        .parts
        .into_iter()
        .map(|part| view! { <PartRow part /> })
        .collect_view();
    view! {
        <Page
            title="Status"
            description="Whether this registry works right now."
            json=routes::json(routes::STATUS)
        >
            <div class="article frame">
                <h1>"Status"</h1>
                <p class=class role="status">{heading}</p>
                <ul class="parts">{parts}</ul>
                <p class="note">
                    "Longshore " {status.version} ". Looked at less than half a minute ago; "
                    <a href=routes::STATUS>"look again"</a> ". "
                    <a href=routes::json(routes::STATUS)>"As JSON"</a>
                </p>
            </div>
        </Page>
    }
}

#[component]
fn PartRow(part: Part) -> impl IntoView {
    let (mark, class) = if part.works {
        ("Works", "outcome outcome-done")
    } else {
        ("Does not", "outcome outcome-left")
    };
    let kind = match part.kind {
        "database" => "Database",
        "blobStore" => "Blob store",
        "hold" => "Hold",
        "remoteHold" => "Hold elsewhere",
        _ => "Relay",
    };
    view! {
        <li class=class>
            <span class="outcome-mark">{mark}</span>
            <span class="outcome-place">{kind} " " <code>{text::visible(&part.name)}</code></span>
            <span class="note">{part.words}</span>
        </li>
    }
}
