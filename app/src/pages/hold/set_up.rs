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
use crate::{routes, text};

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
            title="Set up your own hold"
            description="Run your own storage for container images: the settings and commands for your machine, and a check that it came up."
        >
            <header class="page-head frame">
                <div class="page-head-words">
                    <p class="eyebrow">
                        <a href=routes::HOLDS>"Holds"</a>
                    </p>
                    <h1 class="page-title">"Set up your own hold"</h1>
                </div>
            </header>
            <div class="frame page-body hold-body">
                <p class="lead">
                    "A hold is one program, one address and one place for bytes: a folder or a bucket. You are its captain, you decide who may use it, and you leave with everything whenever you like."
                </p>
                {problem}
                <Form form=page.form />
                {made}
                <section aria-labelledby="check">
                    <h2 id="check">"Did it come up?"</h2>
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
            <label for="url">"Where the hold is to answer"</label>
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
                "A domain of its own, with a certificate. The hold's lasting name is made of it, so choose one that you keep."
            </p>
            <label for="owner">"Its captain"</label>
            <input
                id="owner"
                name="owner"
                type="text"
                value=form.owner
                placeholder="your handle or DID"
                maxlength="300"
                autocapitalize="none"
                spellcheck="false"
                required
            />
            <fieldset class="stack">
                <legend>"Where the bytes lie"</legend>
                <label class="check">
                    <input type="radio" name="storage" value="filesystem" checked=!is_bucket />
                    <span>"In a folder on the machine"</span>
                </label>
                <label class="check">
                    <input type="radio" name="storage" value="s3" checked=is_bucket />
                    <span>"In a bucket (S3 and what speaks its language)"</span>
                </label>
                <div class="bucket-fields">
                    <div class="field">
                        <label for="bucket">"Bucket"</label>
                        <input id="bucket" name="bucket" type="text" value=form.bucket maxlength="100" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div class="field">
                        <label for="region">"Region"</label>
                        <input id="region" name="region" type="text" value=form.region placeholder="eu-central-1" maxlength="60" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div class="field">
                        <label for="endpoint">"Endpoint, unless it is at Amazon"</label>
                        <input id="endpoint" name="endpoint" type="text" inputmode="url" value=form.endpoint maxlength="200" autocapitalize="none" spellcheck="false" />
                    </div>
                </div>
            </fieldset>
            <fieldset class="stack">
                <legend>"Who may use it"</legend>
                <label class="check">
                    <input type="checkbox" name="public" value="1" checked=form.public />
                    <span>"Everybody may pull, without an account"</span>
                </label>
                <label class="check">
                    <input type="checkbox" name="allow_all_crew" value="1" checked=form.allow_all_crew />
                    <span>"Everybody who signs in may join the crew and push"</span>
                </label>
            </fieldset>
            <p>
                <button class="button" type="submit">
                    "Write the settings"
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
    view! {
        <section id="settings" aria-labelledby="settings-title">
            <h2 id="settings-title">"1. The settings"</h2>
            <p>"Save this as " <code>"hold.env"</code> " on the machine that is to run the hold. Nothing of it was kept here."</p>
            <Listing label="hold.env" text=files.environment />
        </section>
        <section aria-labelledby="run-title">
            <h2 id="run-title">"2. Run it, one way or another"</h2>
            {ways}
            <p class="note">
                "Put a reverse proxy with TLS in front of port 5000: Caddy needs no more than the domain and "
                <code>"reverse_proxy 127.0.0.1:5000"</code> "."
            </p>
        </section>
        <section aria-labelledby="look-title">
            <h2 id="look-title">"3. See that it came up"</h2>
            <CommandBlock label="Ask it" command=files.check.clone() />
        </section>
    }
}

#[component]
fn CheckForm(typed: String) -> impl IntoView {
    view! {
        <form class="filter-form" method="get" action=routes::HOLDS_CHECK>
            <div class="field field-wide">
                <label for="hold">"Address or DID of the hold"</label>
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
                "Check it"
            </button>
        </form>
    }
}

fn draw_check(page: CheckPageData) -> impl IntoView {
    let all_work = !page.steps.is_empty()
        && page
            .steps
            .iter()
            .all(|step| matches!(step.outcome, CheckOutcome::Works | CheckOutcome::Careful));
    let verdict = (!page.steps.is_empty()).then(|| {
        let words = if all_work {
            "It came up. Registries of the network can use it."
        } else {
            "It is not there yet. The first step that fails says what to do."
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
                    "Open the hold"
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
            title="Check a hold"
            description="Asks a hold for its DID document, its repo and its captain, step by step."
        >
            <header class="page-head frame">
                <div class="page-head-words">
                    <p class="eyebrow">
                        <a href=routes::HOLDS_SET_UP>"Set up your own hold"</a>
                    </p>
                    <h1 class="page-title">"Did it come up?"</h1>
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
        CheckOutcome::Works => ("check-step check-works", "Works"),
        CheckOutcome::Careful => ("check-step check-careful", "Works, but"),
        CheckOutcome::Fails => ("check-step check-fails", "Fails"),
        CheckOutcome::Skipped => ("check-step check-skipped", "Not looked at"),
    };
    view! {
        <li class=class>
            <p class="row-title">{step.what} <span class="badge">{word}</span></p>
            <p>{text::visible(&step.words)}</p>
        </li>
    }
}
