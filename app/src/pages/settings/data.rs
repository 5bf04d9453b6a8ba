//! A person's data: taking it along, and having it removed.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use crate::api::settings::data::{
    DataPage as DataPageData, DataSource, DeletionResult, Export, ExportState, HoldInUse, Outcome,
};
use crate::api::viewer::Viewer;
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::loaded::from_source;
use crate::components::watch::Watch;
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn DataPage() -> impl IntoView {
    view! {
        <SettingsPage title="Your data" path=routes::SETTINGS_DATA>
            {from_source(|source: Arc<dyn DataSource>| async move {
                let page = source.data_page().await;
                view! { <Data page /> }
            })}
        </SettingsPage>
    }
}

#[component]
fn Data(page: DataPageData) -> impl IntoView {
    let problem = page.problem.clone().map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    if let Some(deletion) = page
        .deletion
        .clone()
        .filter(|deletion| deletion.is_complete)
    {
        return view! { <Gone deletion /> }.into_any();
    }
    let deletion = page
        .deletion
        .clone()
        .map(|deletion| view! { <Incomplete deletion name=page.name.clone() /> });
    let elsewhere = page.holds.iter().any(|hold| !hold.is_local);
    let ask = (elsewhere && !page.may_ask_holds).then(|| view! { <AskHolds /> });
    view! {
        {problem}
        {deletion}
        <p>
            "Your images are records in your own repo and layers in holds. Here is everything else that this server and \
            the holds you use know about you, to take along or to have removed."
        </p>
        {ask}
        <TakeAlong page=page.clone() />
        <Remove page />
    }
    .into_any()
}

/// The archive: what is in it, how far it is, and where to fetch it.
#[component]
fn TakeAlong(page: DataPageData) -> impl IntoView {
    let is_running = page.exports.iter().flatten().any(Export::is_running);
    let exports = match page.exports {
        None => view! {
            <p class="problem" role="alert">
                "Your archives cannot be looked up at the moment. Reload the page in a while."
            </p>
        }
        .into_any(),
        Some(exports) => exports
            .into_iter()
            .map(|export| view! { <Archive export /> })
            .collect_view()
            .into_any(),
    };
    let button = match (is_running, page.is_fresh) {
        (true, _) => None,
        (false, true) => Some(
            view! {
                <form method="post" action=routes::SETTINGS_DATA>
                    <FormToken />
                    <button class="button" type="submit" name="export" value="1">
                        "Make an archive"
                    </button>
                </form>
            }
            .into_any(),
        ),
        (false, false) => Some(
            view! {
                <ConfirmFirst
                    why="Such an archive is for your eyes only, so confirm first that it is you."
                    return_to=routes::SETTINGS_DATA.to_owned()
                />
            }
            .into_any(),
        ),
    };
    // Without scripts the page asks again by itself while there is something to wait for.
    let reload = is_running.then(|| {
        view! { <noscript inner_html="<meta http-equiv=\"refresh\" content=\"3\">" /> }
    });
    view! {
        <section class="data-part" aria-labelledby="take-along">
            <h2 class="minor" id="take-along">"Take it along"</h2>
            <p>
                "One ZIP archive with your account, sessions and tokens (without their secrets), repositories, tags, \
                the list of your blobs, your signed repo, and what every hold keeps about you. It is text that opens \
                anywhere, and its README says what is what."
            </p>
            <Holds holds=page.holds />
            <div id="exports" class="exports">
                {exports}
                {button}
                {reload}
            </div>
            <Watch
                url=routes::SETTINGS_DATA_PROGRESS.to_owned()
                region="exports".to_owned()
                state=page.progress
                millis=1000
            />
        </section>
    }
}

#[component]
fn Holds(holds: Vec<HoldInUse>) -> impl IntoView {
    let rows = holds
        .into_iter()
        .map(|hold| {
            let place = if hold.is_local {
                "part of this server"
            } else {
                "elsewhere"
            };
            view! {
                <li>
                    <code>{hold.did}</code>
                    <span class="note">{place}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="holds-in-use">
            <summary>"Holds that are asked"</summary>
            <ul class="plain-list">{rows}</ul>
        </details>
    }
}

#[component]
fn Archive(export: Export) -> impl IntoView {
    let requested = export.requested;
    match export.state {
        ExportState::Running { step, done, steps } => {
            let value = done.to_string();
            let max = steps.max(1).to_string();
            view! {
                <article class="archive" aria-label="Archive that is being made">
                    <p class="row-title" role="status">
                        "Being made: " {step}
                    </p>
                    <progress class="archive-progress" value=value max=max aria-label="Progress">
                        {done} " of " {steps}
                    </progress>
                    <p class="note">"Step " {done + 1} " of " {steps} ". You may leave this page; it goes on."</p>
                </article>
            }
            .into_any()
        }
        ExportState::Ready {
            href,
            size,
            digest,
            until,
            missing,
        } => {
            let missing = (!missing.is_empty()).then(|| view! { <Missing missing /> });
            view! {
                <article class="archive" aria-label="Archive">
                    <p class="row-title">"Archive of " {requested}</p>
                    <p>
                        <a class="button" href=href download="">
                            "Download, " {text::bytes(size)}
                        </a>
                    </p>
                    <p class="note">
                        "Kept until " {until} ". A download that breaks off continues where it was. SHA-256 "
                        <code class="digest">{digest}</code>
                    </p>
                    {missing}
                </article>
            }
            .into_any()
        }
        ExportState::Failed => view! {
            <article class="archive" aria-label="Archive that failed">
                <p class="row-title">"The archive of " {requested} " failed"</p>
                <p class="note">"It was our fault, and the log has the cause. Make another one."</p>
            </article>
        }
        .into_any(),
    }
}

#[component]
fn Missing(missing: Vec<Outcome>) -> impl IntoView {
    view! {
        <div class="notice">
            <p>"Not everybody answered, so this is missing in the archive. Make another one to try again."</p>
            <Outcomes outcomes=missing />
        </div>
    }
}

#[component]
fn Outcomes(outcomes: Vec<Outcome>) -> impl IntoView {
    let rows = outcomes
        .into_iter()
        .map(|outcome| {
            let (mark, class) = if outcome.is_done {
                ("Done", "outcome outcome-done")
            } else {
                ("Not done", "outcome outcome-left")
            };
            view! {
                <li class=class>
                    <span class="outcome-mark">{mark}</span>
                    <span class="outcome-place">{text::visible(&outcome.place)}</span>
                    <span class="note">{outcome.words}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="outcomes">{rows}</ul> }
}

/// What goes, what stays, and the form that does it.
#[component]
fn Remove(page: DataPageData) -> impl IntoView {
    let form = match (&page.captain_of, page.is_fresh) {
        (Some(hold), _) => {
            let href = routes::hold_page(hold, "settings");
            view! {
                <div class="notice">
                    <p>
                        "You are the captain of " <code>{hold.clone()}</code>
                        ", the hold of this server. Others rely on it, so hand it over to a member of its crew first."
                    </p>
                    <p>
                        <a class="button button-quiet" href=href>"Hand over the hold"</a>
                    </p>
                </div>
            }
            .into_any()
        }
        (None, false) => view! {
            <ConfirmFirst
                why="What is removed does not come back, so confirm first that it is you."
                return_to=routes::SETTINGS_DATA.to_owned()
            />
        }
        .into_any(),
        (None, true) => {
            view! { <RemoveForm name=page.name.clone() with_records=false /> }.into_any()
        }
    };
    view! {
        <section class="data-part" aria-labelledby="remove">
            <h2 class="minor" id="remove">"Have it removed"</h2>
            <div class="goes-and-stays">
                <div>
                    <h3>"What goes, at once"</h3>
                    <ul class="prose-list">
                        <li>"Your access tokens, devices, sessions and archives here"</li>
                        <li>"Our copies of your manifests, tags and descriptions, and what search knows of them"</li>
                        <li>"In each hold: your membership, layer records, quota, counters and posts about you"</li>
                    </ul>
                    <p class="note">
                        "Bytes that nobody else needs follow when the hold collects its garbage, after its time of grace."
                    </p>
                </div>
                <div>
                    <h3>"What stays"</h3>
                    <ul class="prose-list">
                        <li>
                            "Your records in your own repo: they are yours and public, and as long as they are there, this \
                            and any other registry can read them. You can have them deleted below."
                        </li>
                        <li>"Layers that images of others use too"</li>
                        <li>"In the log of a hold, for a year: who decided what about it"</li>
                        <li>"Copies at relays and other servers of the network, and backups until they expire"</li>
                        <li>"Your account at your server, which is not ours"</li>
                    </ul>
                </div>
            </div>
            {form}
        </section>
    }
}

#[component]
fn RemoveForm(name: String, with_records: bool) -> impl IntoView {
    view! {
        <form class="stack" method="post" action=routes::SETTINGS_DATA>
            <FormToken />
            <label class="check">
                <input type="checkbox" name="records" value="1" checked=with_records />
                <span>"Also delete my " <code>"io.atcr.*"</code> " records from my own repo. Nobody can pull my images then."</span>
            </label>
            <label for="confirm">"Type " <code>{name.clone()}</code> " to confirm"</label>
            <input
                id="confirm"
                name="confirm"
                type="text"
                required
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
            />
            <button class="button button-danger" type="submit" name="delete" value="1">
                "Remove everything about me"
            </button>
        </form>
    }
}

/// What is left, with the way to try again.
#[component]
fn Incomplete(deletion: DeletionResult, name: String) -> impl IntoView {
    view! {
        <section class="notice" role="alert" aria-label="What became of your data">
            <p>
                "Not everything is gone yet. What was removed stays removed, and you are still signed in here so that you \
                can try the rest again."
            </p>
            <Outcomes outcomes=deletion.outcomes />
            <RemoveForm name with_records=deletion.with_records />
        </section>
    }
}

/// Nothing is left.
#[component]
fn Gone(deletion: DeletionResult) -> impl IntoView {
    view! {
        <section class="data-part" role="status" aria-label="What became of your data">
            <p class="done">"Everything about you is removed, and you are signed out everywhere. Fair winds."</p>
            <Outcomes outcomes=deletion.outcomes />
            <p>
                <a class="button" href=routes::HOME>"Back to the start"</a>
            </p>
        </section>
    }
}

/// The way to let this server ask holds elsewhere.
#[component]
fn AskHolds() -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    view! {
        <div class="notice">
            <p>
                "Some of your data lies in holds elsewhere. They answer nobody but you, so allow Longshore at your server \
                to ask them in your name, and to write into your repo if you want records deleted."
            </p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="holds" />
                <input type="hidden" name="allow" value="push" />
                <input type="hidden" name="allow" value="settings" />
                <input type="hidden" name="allow" value="star" />
                <input type="hidden" name="return_to" value=routes::SETTINGS_DATA />
                <button class="button button-quiet" type="submit">
                    "Allow at your server"
                </button>
            </form>
        </div>
    }
}

impl Export {
    fn is_running(&self) -> bool {
        matches!(self.state, ExportState::Running { .. })
    }
}
