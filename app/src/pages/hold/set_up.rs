//! Setting a hold up, `/holds/set-up`, and whether it came up, `/holds/set-up/check`.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

use super::query;
use crate::api::hold::set_up::{
    CheckOutcome, CheckPage as CheckPageData, CheckStep, SetUpFiles, SetUpForm,
    SetUpPage as SetUpPageData, SetUpSource,
};
use crate::components::layout::page::Page;
use crate::components::listing::Listing;
use crate::components::pull_command::CommandBlock;
use crate::{routes, t, t_view, text};

/// The guide.
#[component]
pub(crate) fn SetUpPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn SetUpSource>>();
    source.map(|source| {
        Suspend::new(async move { OwnedView::new(draw(source.set_up().await)).into_any() })
    })
}

/// Whether a hold came up.
#[component]
pub(crate) fn CheckPage() -> impl IntoView {
    let hold = query("hold");
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn SetUpSource>>();
    source.map(|source| {
        Suspend::new(
            async move { OwnedView::new(draw_check(source.check(&hold).await)).into_any() },
        )
    })
}

fn draw(page: SetUpPageData) -> impl IntoView {
    let problem = page.problem.map(|problem| {
        view! {
            <p class="problem" id="set-up-problem" role="alert">
                {problem}
            </p>
        }
    });
    let made = page.made.map(|files| view! { <Files files /> });
    view! {
        <Page
            title=t!("set-up-title")
            description=t!("set-up-summary")
        >
            <header class="page-head frame">
                <div class="page-head-words">
                    <p class="eyebrow">
                        <a href=routes::HOLDS>{t!("set-up-eyebrow")}</a>
                    </p>
                    <h1 class="page-title">{t!("set-up-title")}</h1>
                </div>
            </header>
            <div class="frame page-body hold-body">
                <p class="lead">{t!("set-up-lead")}</p>
                {problem}
                <Form form=page.form />
                {made}
                <section aria-labelledby="check">
                    <h2 id="check">{t!("set-up-check")}</h2>
                    <CheckForm typed=String::new() />
                </section>
            </div>
        </Page>
    }
}

#[component]
fn Form(form: SetUpForm) -> impl IntoView {
    let is_bucket = form.storage == "s3";
    view! {
        <form class="stack set-up-form" method="get" action=routes::HOLDS_SET_UP>
            <label for="url">{t!("set-up-url")}</label>
            <input
                id="url"
                name="url"
                type="text"
                inputmode="url"
                value=form.url
                placeholder="https://hold.example.com"
                maxlength="200"
                autocapitalize="none"
                spellcheck="false"
                required
                aria-describedby="url-help"
            />
            <p class="note" id="url-help">
                {t!("set-up-url-means")}
            </p>
            <label for="owner">{t!("set-up-owner")}</label>
            <input
                id="owner"
                name="owner"
                type="text"
                value=form.owner
                placeholder=t!("set-up-owner-example")
                maxlength="300"
                autocapitalize="none"
                spellcheck="false"
                required
            />
            <fieldset class="stack">
                <legend>{t!("set-up-storage")}</legend>
                <label class="check">
                    <input type="radio" name="storage" value="filesystem" checked=!is_bucket />
                    <span>{t!("set-up-storage-folder")}</span>
                </label>
                <label class="check">
                    <input type="radio" name="storage" value="s3" checked=is_bucket />
                    <span>{t!("set-up-storage-bucket")}</span>
                </label>
                <div class="bucket-fields">
                    <div class="field">
                        <label for="bucket">{t!("set-up-bucket")}</label>
                        <input id="bucket" name="bucket" type="text" value=form.bucket maxlength="100" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div class="field">
                        <label for="region">{t!("set-up-region")}</label>
                        <input id="region" name="region" type="text" value=form.region placeholder="eu-central-1" maxlength="60" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div class="field">
                        <label for="endpoint">{t!("set-up-endpoint")}</label>
                        <input id="endpoint" name="endpoint" type="text" inputmode="url" value=form.endpoint maxlength="200" autocapitalize="none" spellcheck="false" />
                    </div>
                </div>
            </fieldset>
            <fieldset class="stack">
                <legend>{t!("set-up-access")}</legend>
                <label class="check">
                    <input type="checkbox" name="public" value="1" checked=form.public />
                    <span>{t!("set-up-access-public")}</span>
                </label>
                <label class="check">
                    <input type="checkbox" name="allow_all_crew" value="1" checked=form.allow_all_crew />
                    <span>{t!("set-up-access-crew")}</span>
                </label>
            </fieldset>
            <p>
                <button class="button" type="submit">
                    {t!("set-up-write")}
                </button>
            </p>
        </form>
    }
}

#[component]
fn Files(files: SetUpFiles) -> impl IntoView {
    let ways = files
        .ways
        .into_iter()
        .map(|way| {
            view! {
                <div class="snippet">
                    <h3 class="minor">{way.name}</h3>
                    <p class="note">{way.note}</p>
                    <Listing label=way.name text=way.text />
                </div>
            }
        })
        .collect_view();
    let proxy = view! { <code>"reverse_proxy 127.0.0.1:5000"</code> };
    view! {
        <section id="settings" aria-labelledby="settings-title">
            <h2 id="settings-title">{t!("set-up-settings")}</h2>
            <p>{t_view!("set-up-settings-save", file = view! { <code>"hold.env"</code> })}</p>
            <Listing label="hold.env" text=files.environment />
        </section>
        <section aria-labelledby="run-title">
            <h2 id="run-title">{t!("set-up-run")}</h2>
            {ways}
            <p class="note">{t_view!("set-up-proxy", line = proxy)}</p>
        </section>
        <section aria-labelledby="look-title">
            <h2 id="look-title">{t!("set-up-look")}</h2>
            <CommandBlock label=t!("set-up-look-ask") command=files.check.clone() />
        </section>
    }
}

#[component]
fn CheckForm(typed: String) -> impl IntoView {
    view! {
        <form class="filter-form" method="get" action=routes::HOLDS_CHECK>
            <div class="field field-wide">
                <label for="hold">{t!("set-up-check-hold")}</label>
                <input
                    id="hold"
                    name="hold"
                    type="text"
                    value=typed
                    placeholder="hold.example.com"
                    maxlength="300"
                    autocapitalize="none"
                    spellcheck="false"
                    required
                />
            </div>
            <button class="button" type="submit">
                {t!("set-up-check-start")}
            </button>
        </form>
    }
}

fn draw_check(page: CheckPageData) -> impl IntoView {
    let all_work = !page.steps.is_empty()
        && page
            .steps
            .iter()
            .all(|step| step.outcome == CheckOutcome::Works);
    let verdict = (!page.steps.is_empty()).then(|| {
        let words = if all_work {
            t!("set-up-check-good")
        } else {
            t!("set-up-check-bad")
        };
        view! { <p class="statement-main" role="status">{words}</p> }
    });
    let steps = page
        .steps
        .into_iter()
        .map(|step| view! { <Step step /> })
        .collect_view();
    let onward = page.did.filter(|_| all_work).map(|did| {
        view! {
            <p>
                <a class="button" href=routes::hold(&did)>
                    {t!("set-up-check-open")}
                </a>
            </p>
        }
    });
    let problem = page.problem.map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    view! {
        <Page
            title=t!("set-up-check-title")
            description=t!("set-up-check-summary")
        >
            <header class="page-head frame">
                <div class="page-head-words">
                    <p class="eyebrow">
                        <a href=routes::HOLDS_SET_UP>{t!("set-up-title")}</a>
                    </p>
                    <h1 class="page-title">{t!("set-up-check")}</h1>
                </div>
            </header>
            <div class="frame page-body hold-body">
                <CheckForm typed=page.typed />
                {problem}
                {verdict}
                <ol class="check-steps">{steps}</ol>
                {onward}
            </div>
        </Page>
    }
}

#[component]
fn Step(step: CheckStep) -> impl IntoView {
    let (class, word) = match step.outcome {
        CheckOutcome::Works => ("check-step check-works", t!("set-up-check-works")),
        CheckOutcome::Fails => ("check-step check-fails", t!("set-up-check-fails")),
        CheckOutcome::Skipped => ("check-step check-skipped", t!("set-up-check-skipped")),
    };
    view! {
        <li class=class>
            <p class="row-title">{step.what} <span class="badge">{word}</span></p>
            <p>{text::visible(&step.words)}</p>
        </li>
    }
}
