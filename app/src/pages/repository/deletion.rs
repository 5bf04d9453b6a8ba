//! A deletion under way or done, with how each step went.

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::api::repository::owner::{DeletionPage, DeletionStep, Progress};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::Size;
use crate::{routes, text};

pub(super) fn draw(page: DeletionPage) -> impl IntoView {
    let (repository, deletion) = (page.repository, page.deletion);
    let (done, all) = deletion.steps;
    let is_running = deletion.progress == Progress::Running;
    // The page looks again by itself, with or without scripts.
    let again = is_running.then(|| view! { <Meta http_equiv="refresh" content="3" /> });
    let heading = match deletion.progress {
        Progress::Running => "Deleting",
        Progress::Done => "Deleted",
        Progress::Stopped => "Not everything is deleted",
    };
    let is_gone = deletion.cause == "repository" && deletion.progress == Progress::Done;
    let freed = deletion
        .freed
        .filter(|_| deletion.progress == Progress::Done)
        .map(|bytes| view! { <p>"Your quota got back " <Size bytes /> "."</p> });
    let problem = deletion.problem.map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    let go_on = (deletion.progress == Progress::Stopped && all > 0).then(|| {
        view! {
            <form method="post" action=routes::deletion(&repository.name, &deletion.id)>
                <FormToken />
                <button class="button" type="submit">
                    "Continue with what is left"
                </button>
            </form>
        }
    });
    let steps = page.steps;
    let next = if is_gone {
        view! { <a href=routes::person(&repository.owner.name)>"Your repositories"</a> }.into_any()
    } else {
        view! {
            <a href=routes::tags(&repository.name)>"The tags"</a>
            " · "
            <a href=routes::repository_settings(&repository.name)>"The settings"</a>
        }
        .into_any()
    };
    view! {
        <Page title=heading description="How a deletion goes.">
            {again}
            <RepositoryHeader
                owner=repository.owner.clone()
                name=repository.name.clone()
                path=repository.path.clone()
                tab=RepositoryTab::Other
            />
            <div class="frame page-body owner-page">
                <h2>{heading}</h2>
                <div role="status">
                    <p>
                        {format!(
                            "{} of {} done: {} and {} deleted.",
                            text::grouped(done),
                            text::counted(all, "step", "steps"),
                            text::counted(deletion.tags.0, "tag", "tags"),
                            text::counted(deletion.manifests.0, "manifest", "manifests"),
                        )}
                    </p>
                    <progress class="progress" max=all.max(1) value=done aria-label="Steps that are done"></progress>
                </div>
                {is_running
                    .then(|| {
                        view! {
                            <p class="note">
                                "It goes on when you close this page. This page looks again every three seconds."
                            </p>
                        }
                    })}
                {problem}
                {freed}
                {go_on}
                <AllSteps steps />
                <p>{next}</p>
            </div>
        </Page>
    }
}

/// The steps by how they went.
#[component]
fn AllSteps(steps: Vec<DeletionStep>) -> impl IntoView {
    let (gone, left): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| step.is_done);
    let (failed, waiting): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|step| step.failure.is_some());
    view! {
        <Steps title="Not deleted" steps=failed />
        <Steps title="Still to do" steps=waiting />
        <Steps title="Deleted" steps=gone />
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
                let name = if step.kind == "Manifest" {
                    text::short_digest(&step.name)
                } else {
                    step.name.clone()
                };
                view! {
                    <li>
                        <span class="note">{step.kind}</span>
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
