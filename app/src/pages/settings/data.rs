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
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn DataPage() -> impl IntoView {
    view! {
        <SettingsPage title=t!("settings-data") path=routes::SETTINGS_DATA>
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
        <p>{t!("data-what")}</p>
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
                {t!("data-archives-unknown")}
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
                        {t!("data-take-make")}
                    </button>
                </form>
            }
            .into_any(),
        ),
        (false, false) => Some(
            view! {
                <ConfirmFirst
                    why=t!("data-take-confirm")
                    return_to=routes::SETTINGS_DATA.to_owned()
                />
            }
            .into_any(),
        ),
    };
    let look_again = is_running.then(|| {
        view! {
            <p class="unscripted">
                <a class="button button-quiet" href=routes::SETTINGS_DATA>
                    {t!("data-take-look-again")}
                </a>
            </p>
        }
    });
    view! {
        <section class="data-part" aria-labelledby="take-along">
            <h2 class="minor" id="take-along">{t!("data-take")}</h2>
            <p>{t!("data-take-what")}</p>
            <Holds holds=page.holds />
            <div id="exports" class="exports">
                {exports}
                {button}
                {look_again}
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
                t!("data-hold-here")
            } else {
                t!("data-hold-elsewhere")
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
            <summary>{t!("data-holds")}</summary>
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
                <article class="archive" aria-label=t!("data-archive-making-label")>
                    <p class="row-title" role="status">
                        {t!("data-archive-making", step = step)}
                    </p>
                    <progress class="archive-progress" value=value max=max aria-label=t!("data-archive-progress")>
                        {t!("data-archive-done", done = done, steps = steps)}
                    </progress>
                    <p class="note">{t!("data-archive-step", step = done + 1, steps = steps)}</p>
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
                <article class="archive" aria-label=t!("data-archive-label")>
                    <p class="row-title">{t!("data-archive", when = requested)}</p>
                    <p>
                        <a class="button" href=href download="">
                            {t!("data-archive-download", size = text::bytes(size))}
                        </a>
                    </p>
                    <p class="note">
                        {t_view!(
                            "data-archive-kept",
                            digest = view! { <code class="digest">{digest}</code> };
                            until = until
                        )}
                    </p>
                    {missing}
                </article>
            }
            .into_any()
        }
        ExportState::Failed => view! {
            <article class="archive" aria-label=t!("data-archive-failed-label")>
                <p class="row-title">{t!("data-archive-failed", when = requested)}</p>
                <p class="note">{t!("data-archive-failed-why")}</p>
            </article>
        }
        .into_any(),
    }
}

#[component]
fn Missing(missing: Vec<Outcome>) -> impl IntoView {
    view! {
        <div class="notice">
            <p>{t!("data-archive-missing")}</p>
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
                (t!("data-outcome-done"), "outcome outcome-done")
            } else {
                (t!("data-outcome-left"), "outcome outcome-left")
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
                    <p>{t_view!("data-remove-captain", hold = view! { <code>{hold.clone()}</code> })}</p>
                    <p>
                        <a class="button button-quiet" href=href>{t!("data-remove-hand-over")}</a>
                    </p>
                </div>
            }
            .into_any()
        }
        (None, false) => view! {
            <ConfirmFirst
                why=t!("data-remove-confirm")
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
            <h2 class="minor" id="remove">{t!("data-remove")}</h2>
            <div class="goes-and-stays">
                <div>
                    <h3>{t!("data-remove-goes")}</h3>
                    <ul class="prose-list">
                        <li>{t!("data-remove-goes-here")}</li>
                        <li>{t!("data-remove-goes-copies")}</li>
                        <li>{t!("data-remove-goes-holds")}</li>
                    </ul>
                    <p class="note">{t!("data-remove-goes-bytes")}</p>
                </div>
                <div>
                    <h3>{t!("data-remove-stays")}</h3>
                    <ul class="prose-list">
                        <li>{t!("data-remove-stays-records")}</li>
                        <li>{t!("data-remove-stays-layers")}</li>
                        <li>{t!("data-remove-stays-log")}</li>
                        <li>{t!("data-remove-stays-copies")}</li>
                        <li>{t!("data-remove-stays-account")}</li>
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
                <span>{t_view!("data-remove-records", records = view! { <code>"io.atcr.*"</code> })}</span>
            </label>
            <label for="confirm">{t_view!("data-remove-type", name = view! { <code>{name}</code> })}</label>
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
                {t!("data-remove-everything")}
            </button>
        </form>
    }
}

/// What is left, with the way to try again.
#[component]
fn Incomplete(deletion: DeletionResult, name: String) -> impl IntoView {
    view! {
        <section class="notice" role="alert" aria-label=t!("data-outcome")>
            <p>{t!("data-outcome-incomplete")}</p>
            <Outcomes outcomes=deletion.outcomes />
            <RemoveForm name with_records=deletion.with_records />
        </section>
    }
}

/// Nothing is left.
#[component]
fn Gone(deletion: DeletionResult) -> impl IntoView {
    view! {
        <section class="data-part" role="status" aria-label=t!("data-outcome")>
            <p class="done">{t!("data-outcome-gone")}</p>
            <Outcomes outcomes=deletion.outcomes />
            <p>
                <a class="button" href=routes::HOME>{t!("data-outcome-home")}</a>
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
            <p>{t!("data-ask")}</p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="holds" />
                <input type="hidden" name="allow" value="push" />
                <input type="hidden" name="allow" value="settings" />
                <input type="hidden" name="allow" value="star" />
                <input type="hidden" name="return_to" value=routes::SETTINGS_DATA />
                <button class="button button-quiet" type="submit">
                    {t!("data-allow")}
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
