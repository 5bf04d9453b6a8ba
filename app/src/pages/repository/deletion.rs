//! A deletion under way or done, with how each step went.

use leptos::prelude::*;

use crate::api::repository::owner::{DeletionCard, DeletionPage, DeletionStep, Progress, StepKind};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::Size;
use crate::components::watch::Watch;
use crate::{routes, t, t_view, text};

/// The part of the page that follows the deletion.
const REGION: &str = "deletion";
/// How often it is asked how far it is, in milliseconds.
const ASK_EVERY: u32 = 1500;

pub(super) fn draw(page: DeletionPage) -> impl IntoView {
    let DeletionPage {
        repository,
        deletion,
        steps,
        state,
    } = page;
    let name = repository.name.clone();
    let heading = heading(deletion.progress);
    let watch = (deletion.progress == Progress::Running).then(|| {
        let url = routes::deletion_progress(&name, &deletion.id);
        view! { <Watch url region=REGION.to_owned() state millis=ASK_EVERY /> }
    });
    let is_gone = deletion.cause == "repository" && deletion.progress == Progress::Done;
    let next = if is_gone {
        view! { <a href=routes::person(&repository.owner.name)>{t!("deletion-repositories")}</a> }
            .into_any()
    } else {
        view! {
            <a href=routes::tags(&name)>{t!("deletion-tags")}</a>
            " · "
            <a href=routes::repository_settings(&name)>{t!("deletion-settings")}</a>
        }
        .into_any()
    };
    view! {
        <Page title=heading description=t!("deletion-description")>
            <RepositoryHeader
                owner=repository.owner
                name=repository.name
                path=repository.path
                tab=RepositoryTab::Other
            />
            <div class="frame page-body owner-page">
                <div id=REGION class="deletion">
                    <h2>{heading}</h2>
                    <HowFar deletion=deletion.clone() />
                    <WhatNext name deletion />
                    <AllSteps steps />
                    <p>{next}</p>
                </div>
                {watch}
            </div>
        </Page>
    }
}

fn heading(progress: Progress) -> &'static str {
    match progress {
        Progress::Running => t!("deletion-running"),
        Progress::Done => t!("deletion-done"),
        Progress::Stopped => t!("deletion-stopped"),
    }
}

/// The count, and a bar.
#[component]
fn HowFar(deletion: DeletionCard) -> impl IntoView {
    let (done, all) = deletion.steps;
    let words = t!(
        "deletion-sum",
        done = done,
        all = all,
        tags = deletion.tags.0,
        manifests = deletion.manifests.0,
    );
    view! {
        <div role="status">
            <p>{words}</p>
            <progress class="progress" max=all.max(1) value=done aria-label=t!("deletion-bar")></progress>
        </div>
    }
}

/// What there is to wait for, to know or to do.
#[component]
fn WhatNext(name: String, deletion: DeletionCard) -> impl IntoView {
    let address = routes::deletion(&name, &deletion.id);
    let problem = deletion.problem.map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    let next = match deletion.progress {
        Progress::Running => view! {
            <p class="note">{t!("deletion-goes-on")}</p>
            <p class="unscripted">
                <a class="button button-quiet" href=address>
                    {t!("deletion-look-again")}
                </a>
            </p>
        }
        .into_any(),
        Progress::Done => deletion
            .freed
            .map(|bytes| {
                view! { <p>{t_view!("deletion-freed", freed = view! { <Size bytes /> })}</p> }
            })
            .into_any(),
        Progress::Stopped => (deletion.steps.1 > 0)
            .then(|| {
                view! {
                    <form method="post" action=address>
                        <FormToken />
                        <button class="button" type="submit">
                            {t!("deletion-continue")}
                        </button>
                    </form>
                }
            })
            .into_any(),
    };
    view! {
        {problem}
        {next}
    }
}

/// The steps by how they went.
#[component]
fn AllSteps(steps: Vec<DeletionStep>) -> impl IntoView {
    let (gone, left): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| step.is_done);
    let (failed, waiting): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|step| step.failure.is_some());
    view! {
        <Steps title=t!("deletion-steps-failed") steps=failed />
        <Steps title=t!("deletion-steps-waiting") steps=waiting />
        <Steps title=t!("deletion-steps-done") steps=gone />
    }
}

#[component]
fn Steps(title: &'static str, steps: Vec<DeletionStep>) -> impl IntoView {
    (!steps.is_empty()).then(|| {
        let rows = steps
            .into_iter()
            .map(|step| {
                let failure = step
                    .failure
                    .map(|reason| view! { <span class="step-problem">{reason}</span> });
                let kind = match step.kind {
                    StepKind::Tag => t!("deletion-step-tag"),
                    StepKind::Manifest => t!("deletion-step-manifest"),
                    StepKind::Record => t!("deletion-step-record"),
                };
                let name = if step.kind == StepKind::Manifest {
                    text::short_digest(&step.name)
                } else {
                    step.name.clone()
                };
                view! {
                    <li>
                        <span class="note">{kind}</span>
                        " "
                        <code title=step.name>{name}</code>
                        " "
                        {failure}
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="owner-section">
                <h3>{title}</h3>
                <ul class="effect-list">{rows}</ul>
            </section>
        }
    })
}
