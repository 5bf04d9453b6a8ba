//! What people may expect of this server, and what it expects of them.

use std::sync::Arc;

use leptos::prelude::*;

use super::about::Operator;
use crate::api::about::AboutSource;
use crate::components::layout::page::Page;
use crate::{routes, t, t_view};

/// The page.
#[component]
pub(crate) fn TermsPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        let contact = facts
            .operator_contact
            .map(|contact| view! { <Operator contact /> });
        let data = view! { <a href=routes::SETTINGS_DATA>{t!("terms-yours-leaving-link")}</a> };
        let status = view! { <a href=routes::STATUS>{t!("terms-ours-warranty-link")}</a> };
        view! {
            <Page title=t!("terms-title") description=t!("terms-description")>
                <div class="article frame">
                    <h1>{t!("terms-title")}</h1>
                    <p class="lead">{t!("terms-lead")}</p>
                    <h2>{t!("terms-yours")}</h2>
                    <ul class="prose-list">
                        <li>{t!("terms-yours-pushed")}</li>
                        <li>{t_view!("terms-yours-leaving", link = data)}</li>
                        <li>{t!("terms-yours-harm")}</li>
                    </ul>
                    <h2>{t!("terms-ours")}</h2>
                    <ul class="prose-list">
                        <li>{t!("terms-ours-stored")}</li>
                        <li>{t!("terms-ours-holds")}</li>
                        <li>{t!("terms-ours-operator")}</li>
                        <li>{t_view!("terms-ours-warranty", link = status)}</li>
                    </ul>
                    <h2>{t!("terms-software")}</h2>
                    <p>{t!("terms-software-words")}</p>
                    {contact}
                </div>
            </Page>
        }
    })
}
