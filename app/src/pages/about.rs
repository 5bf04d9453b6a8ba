//! What Longshore is, and how it is used by keyboard.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::about::AboutSource;
use crate::components::layout::page::Page;
use crate::components::shortcuts::Shortcuts;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn AboutPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        let contact = facts
            .operator_contact
            .map(|contact| view! { <Operator contact /> });
        let host = view! { <code>{facts.host}</code> };
        let protocol = view! {
            <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">
                {t!("about-where-server-protocol-link")}
            </a>
        };
        let prefix = view! { <code>"/api/v1"</code> };
        let privacy = view! { <a href=routes::PRIVACY>{t!("privacy-title")}</a> };
        let terms = view! { <a href=routes::TERMS>{t!("terms-title")}</a> };
        let status = view! { <a href=routes::STATUS>{t!("status-title")}</a> };
        view! {
            <Page title=t!("about-title") description=t!("about-description")>
                <div class="article frame">
                    <h1>{t!("about-heading")}</h1>
                    <p class="lead">{t!("about-lead")}</p>
                    <h2>{t!("about-where")}</h2>
                    <ul class="prose-list">
                        <li>
                            {t!("about-where-records")} " "
                            <a href="https://atproto.com/guides/overview">"AT Protocol"</a>
                        </li>
                        <li>{t!("about-where-layers")}</li>
                        <li>{t_view!("about-where-server", host = host, protocol = protocol)}</li>
                    </ul>
                    {contact}
                    <h2 id="keyboard">{t!("about-keyboard")}</h2>
                    <p>{t!("about-keyboard-words")}</p>
                    <Shortcuts />
                    <h2>{t!("about-programs")}</h2>
                    <p>{t_view!("about-programs-words", prefix = prefix)}</p>
                    <h2>{t!("about-more")}</h2>
                    <ul class="prose-list">
                        <li>{t_view!("about-more-privacy", link = privacy)}</li>
                        <li>{t_view!("about-more-terms", link = terms)}</li>
                        <li>{t_view!("about-more-status", link = status)}</li>
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
    let contact = view! { <a href=href>{shown}</a> };
    view! {
        <h2>{t!("about-operator")}</h2>
        <p>{t_view!("about-operator-contact", contact = contact)}</p>
    }
}
