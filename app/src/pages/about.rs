//! What Longshore is, and how it is used by keyboard.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::about::AboutSource;
use crate::components::layout::page::Page;
use crate::components::shortcuts::Shortcuts;
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn AboutPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        let contact = facts.operator_contact.map(|contact| view! { <Operator contact /> });
        view! {
            <Page title="About" description="What this registry is, what it stands on, and how to use it by keyboard.">
                <div class="article frame">
                    <h1>"About this registry"</h1>
                    <p class="lead">
                        "Longshore keeps container images under the handle that you already have. What you publish is \
                        signed by your own account, and you can leave with all of it."
                    </p>
                    <h2>"What is where"</h2>
                    <ul class="prose-list">
                        <li>
                            "Manifests and tags are records in the repo of whoever pushed them, at the server that hosts \
                            their account. " <a href="https://atproto.com/guides/overview">"AT Protocol"</a>
                        </li>
                        <li>
                            "Layers lie in holds: stores with a captain who owns them and a crew that may use them. \
                            Anybody can run one."
                        </li>
                        <li>
                            "This server, " <code>{facts.host}</code>
                            ", is the way in for docker and its kin. It speaks the "
                            <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">
                                "OCI distribution protocol"
                            </a> ", and its list of images is a copy that can be made again."
                        </li>
                    </ul>
                    {contact}
                    <h2 id="keyboard">"By keyboard"</h2>
                    <p>
                        "Tab reaches everything, and the first press of it offers to skip to the content. Where scripts \
                        run, these keys work on every page:"
                    </p>
                    <Shortcuts />
                    <h2>"For programs"</h2>
                    <p>
                        "Every page about people and images is there as JSON: put " <code>"/api/v1"</code>
                        " before its address. Pushes are there as Atom feeds."
                    </p>
                    <h2>"More"</h2>
                    <ul class="prose-list">
                        <li><a href=routes::PRIVACY>"Privacy"</a> ": what is kept about you, for how long, and who sees it"</li>
                        <li><a href=routes::TERMS>"Terms"</a> ": what you may expect, and what we do"</li>
                        <li><a href=routes::STATUS>"Status"</a> ": whether everything works right now"</li>
                    </ul>
                </div>
            </Page>
        }
    })
}

/// Whom to write to.
#[expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]
#[component]
pub(crate) fn Operator(contact: String) -> impl IntoView {
    let shown = text::visible(&contact);
    let href = text::web_address(&contact).unwrap_or_else(|| format!("mailto:{contact}"));
    view! {
        <h2>"Who runs it"</h2>
        <p>"You reach the operator of this server at " <a href=href>{shown}</a> "."</p>
    }
}
