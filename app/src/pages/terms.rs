//! What people may expect of this server, and what it expects of them.

use std::sync::Arc;

use leptos::prelude::*;

use super::about::Operator;
use crate::api::about::AboutSource;
use crate::components::layout::page::Page;
use crate::routes;

/// The page.
#[component]
pub(crate) fn TermsPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        let contact = facts.operator_contact.map(|contact| view! { <Operator contact /> });
        view! {
            <Page title="Terms" description="What you may expect of this registry, and what it expects of you.">
                <div class="article frame">
                    <h1>"Terms"</h1>
                    <p class="lead">"Short, because most of what matters is yours and not ours."</p>
                    <h2>"Yours"</h2>
                    <ul class="prose-list">
                        <li>"What you push stays yours. You let this server copy and serve it, to whomever its hold lets read."</li>
                        <li>
                            "You may leave at any time, with everything: "
                            <a href=routes::SETTINGS_DATA>"take your data along, or have it removed"</a> "."
                        </li>
                        <li>"Publish only what you may publish, and nothing that harms whoever runs it: no malware, no stolen work, no secrets of others."</li>
                    </ul>
                    <h2>"Ours"</h2>
                    <ul class="prose-list">
                        <li>"A push that was answered with success is stored. A blob is served only under the digest that its bytes have."</li>
                        <li>"Each hold has its own captain, rules and quotas. A captain may end a membership; what you stored stays until its time of grace is over."</li>
                        <li>"The operator may stop serving what breaks the law or these terms. Your records in your own repo are out of their reach."</li>
                        <li>"There is no warranty. Keep what you cannot lose in more than one place; "
                            <a href=routes::STATUS>"the status"</a> " says what works right now."</li>
                    </ul>
                    <h2>"The software"</h2>
                    <p>"Longshore is free software, under the MIT licence or the Apache License 2.0, as you like."</p>
                    {contact}
                </div>
            </Page>
        }
    })
}
