//! What is kept about people here, in plain words and with the figures of this server.

use std::sync::Arc;

use leptos::prelude::*;

use super::about::Operator;
use crate::api::about::{AboutSource, Facts};
use crate::components::layout::page::Page;
use crate::{routes, t, t_view};

/// The page.
#[component]
pub(crate) fn PrivacyPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        let host = view! { <code>{facts.host.clone()}</code> };
        view! {
            <Page title=t!("privacy-title") description=t!("privacy-description")>
                <div class="article frame">
                    <h1>{t!("privacy-title")}</h1>
                    <p class="lead">{t_view!("privacy-lead", host = host)}</p>
                    <p>
                        <a class="button" href=routes::SETTINGS_DATA>{t!("privacy-data")}</a>
                    </p>
                    <Kept facts=facts.clone() />
                    <WhoSees facts=facts.clone() />
                    <NotDone />
                    {facts.operator_contact.map(|contact| view! { <Operator contact /> })}
                </div>
            </Page>
        }
    })
}

#[component]
fn Kept(facts: Facts) -> impl IntoView {
    let of_hold = facts.hold.is_some().then(|| {
        let grace = facts.grace_minutes.unwrap_or_default();
        let layers = if grace.is_multiple_of(60) {
            t!("privacy-layers-time-hours", count = grace / 60)
        } else {
            t!("privacy-layers-time-minutes", count = grace)
        };
        let events = facts.event_hours.unwrap_or_default();
        view! {
            <KeptRow
                what=t!("privacy-layers")
                exactly=t!("privacy-layers-exactly")
                how_long=layers
            />
            <KeptRow
                what=t!("privacy-log")
                exactly=t!("privacy-log-exactly")
                how_long=t!("privacy-log-time")
            />
            <KeptRow
                what=t!("privacy-events")
                exactly=t!("privacy-events-exactly")
                how_long=t!("count-hours", count = events)
            />
        }
    });
    view! {
        <h2>{t!("privacy-kept")}</h2>
        <table class="plain-table">
            <thead>
                <tr>
                    <th scope="col">{t!("privacy-kept-what")}</th>
                    <th scope="col">{t!("privacy-kept-exactly")}</th>
                    <th scope="col">{t!("privacy-kept-time")}</th>
                </tr>
            </thead>
            <tbody>
                <KeptRow
                    what=t!("privacy-identity")
                    exactly=t!("privacy-identity-exactly")
                    how_long=t!("privacy-identity-time")
                />
                <KeptRow
                    what=t!("privacy-browsers")
                    exactly=t!("privacy-browsers-exactly")
                    how_long=t!("privacy-browsers-time")
                />
                <KeptRow
                    what=t!("privacy-allowed")
                    exactly=t!("privacy-allowed-exactly")
                    how_long=t!("privacy-allowed-time")
                />
                <KeptRow
                    what=t!("privacy-logins")
                    exactly=t!("privacy-logins-exactly")
                    how_long=t!("privacy-logins-time", count = facts.password_session_hours)
                />
                <KeptRow
                    what=t!("privacy-tokens")
                    exactly=t!("privacy-tokens-exactly")
                    how_long=t!("privacy-tokens-time")
                />
                <KeptRow
                    what=t!("privacy-images")
                    exactly=t!("privacy-images-exactly")
                    how_long=t!("privacy-images-time")
                />
                <KeptRow
                    what=t!("privacy-decisions")
                    exactly=t!("privacy-decisions-exactly")
                    how_long=t!("privacy-decisions-time")
                />
                <KeptRow
                    what=t!("privacy-uploads")
                    exactly=t!("privacy-uploads-exactly")
                    how_long=t!("count-hours", count = facts.upload_hours)
                />
                <KeptRow
                    what=t!("privacy-archives")
                    exactly=t!("privacy-archives-exactly")
                    how_long=t!("privacy-archives-time")
                />
                {of_hold}
            </tbody>
        </table>
        <p class="note">{t!("privacy-kept-where", database = facts.database)}</p>
    }
}

/// Something that is kept.
#[component]
fn KeptRow(
    what: &'static str,
    exactly: &'static str,
    #[prop(into)] how_long: String,
) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>{exactly}</td>
            <td>{how_long}</td>
        </tr>
    }
}

#[component]
fn WhoSees(facts: Facts) -> impl IntoView {
    let hold = facts.hold.map(|hold| {
        let words = if hold.public {
            t!(
                "privacy-seen-hold-public",
                hold = hold.name,
                captain = hold.captain
            )
        } else {
            t!(
                "privacy-seen-hold-private",
                hold = hold.name,
                captain = hold.captain
            )
        };
        view! { <li>{words}</li> }
    });
    view! {
        <h2>{t!("privacy-seen")}</h2>
        <ul class="prose-list">
            <li>{t!("privacy-seen-repo")}</li>
            <li>{t!("privacy-seen-hold")}</li>
            {hold}
            <li>{t!("privacy-seen-secrets")}</li>
            <li>{t!("privacy-seen-operator")}</li>
            <li>{t!("privacy-seen-elsewhere")}</li>
        </ul>
    }
}

#[component]
fn NotDone() -> impl IntoView {
    view! {
        <h2>{t!("privacy-not")}</h2>
        <ul class="prose-list">
            <li>{t!("privacy-not-shared")}</li>
            <li>{t!("privacy-not-logged")}</li>
            <li>{t!("privacy-not-sold")}</li>
            <li>{t!("privacy-not-tracked")}</li>
        </ul>
    }
}
