//! What is kept about people here, in plain words and with the figures of this server.

use std::sync::Arc;

use leptos::prelude::*;

use super::about::Operator;
use crate::api::about::{AboutSource, Facts};
use crate::components::layout::page::Page;
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn PrivacyPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let facts = use_context::<Arc<dyn AboutSource>>().map(|source| source.facts());
    facts.map(|facts| {
        view! {
            <Page title="Privacy" description="What this registry keeps about you, for how long, and who sees it.">
                <div class="article frame">
                    <h1>"Privacy"</h1>
                    <p class="lead">
                        "What you publish is public and yours. Everything else that " <code>{facts.host.clone()}</code>
                        " keeps about you is on this page, and in one archive that you can make yourself."
                    </p>
                    <p>
                        <a class="button" href=routes::SETTINGS_DATA>"Your data"</a>
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
    let hours = |hours: u64| text::counted(hours, "hour", "hours");
    let mut rows = vec![
        (
            "Who you are",
            "Your DID, handle, the address of your server and your public key, as the network publishes them",
            "a copy, looked up again when needed".to_owned(),
        ),
        (
            "Browsers you are signed in with",
            "Which browser, roughly from which network, when you signed in and last used it; one cookie, of which we keep a hash",
            "30 days without use, 180 days at most, or until you sign out".to_owned(),
        ),
        (
            "What you allowed at your server",
            "The tokens of your server, encrypted",
            "as long as a browser or access token needs them".to_owned(),
        ),
        (
            "Logins with an app password",
            "The tokens of your server, encrypted, and a keyed hash of the password, never the password",
            format!("{} without use", hours(facts.password_session_hours)),
        ),
        (
            "Access tokens and devices",
            "Name, rights, when made and last used; of the secret a hash",
            "until it expires or you revoke it; listed 30 days longer".to_owned(),
        ),
        (
            "Your images",
            "Copies of your public manifests, tags, descriptions, and what can be searched of them",
            "as long as your records are there; made again when somebody asks for an image of yours".to_owned(),
        ),
        (
            "What you decided here",
            "Deletions of yours, and invites that you made for holds",
            "until you have your data removed; invites 30 days at most".to_owned(),
        ),
        (
            "Uploads that were not finished",
            "The bytes that came",
            hours(facts.upload_hours),
        ),
        (
            "Archives of your data",
            "What you asked for",
            "one day".to_owned(),
        ),
    ];
    if facts.hold.is_some() {
        let grace = match facts.grace_minutes.unwrap_or_default() {
            minutes if minutes % 60 == 0 => hours(minutes / 60),
            minutes => text::counted(minutes, "minute", "minutes"),
        };
        rows.push((
            "In the hold here",
            "Layers, and public records of which blobs are yours, your membership, counters of pushes and pulls",
            format!("until you delete the images; bytes that nobody needs another {grace}"),
        ));
        rows.push((
            "The hold's log",
            "Who decided what about the hold and its crew, by DID",
            "one year".to_owned(),
        ));
        rows.push((
            "Events of the hold",
            "What changed in its public records",
            hours(facts.event_hours.unwrap_or_default()),
        ));
    }
    let rows = rows
        .into_iter()
        .map(|(what, which, how_long)| {
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td>{which}</td>
                    <td>{how_long}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <h2>"What is kept, and for how long"</h2>
        <table class="plain-table">
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Exactly"</th>
                    <th scope="col">"For how long"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="note">"It lies in a " {facts.database} " database and beside it, on machines of the operator. Backups of theirs may have it longer."</p>
    }
}

#[component]
fn WhoSees(facts: Facts) -> impl IntoView {
    let hold = facts.hold.map(|hold| {
        let who = if hold.public {
            "Everybody may pull from it."
        } else {
            "Only its crew may pull from it."
        };
        view! {
            <li>"The hold here, " {hold.name} ", belongs to " {hold.captain} ". " {who}</li>
        }
    });
    view! {
        <h2>"Who sees it"</h2>
        <ul class="prose-list">
            <li>"Records in your repo are public: images, tags, descriptions, stars. Anybody may copy them."</li>
            <li>"Records of a hold are public too: who its captain and crew are, and which blobs somebody stores there."</li>
            {hold}
            <li>
                "Sessions, tokens and settings here are seen by you and by whoever operates this server. Secrets are hashed \
                or encrypted in the database."
            </li>
            <li>
                "What you do here goes through this server: it writes to your repo and speaks to holds in your name, as far \
                as you allowed at your server. It holds the key to the tokens for that, so its operator could do the same. \
                Your password never comes here. Signing out ends it, and so does your server's own list of sessions."
            </li>
            <li>"A hold elsewhere hears from you what you do there: your server vouches for you with a token for each call."</li>
        </ul>
    }
}

#[component]
fn NotDone() -> impl IntoView {
    view! {
        <h2>"What does not happen"</h2>
        <ul class="prose-list">
            <li>"No third party is on these pages: no analytics, no fonts, no images from elsewhere."</li>
            <li>"Logs have no addresses and no tokens. When somebody signs in or out, or something fails for an account, its public DID is in them. Addresses count requests in memory for minutes, against floods."</li>
            <li>"Nothing is sold, and nothing is sent to you."</li>
            <li>"The one cookie says which browser is yours. A second one, for ten minutes, is there while you sign in, and one remembers which accounts you chose."</li>
        </ul>
    }
}
