//! Where an owner decides about a repository: which tags stay as they are, which go by themselves, and whether all of
//! it goes.

use leptos::prelude::*;

use crate::api::repository::owner::{DeletionCard, Progress, RuleForm, SettingsPage};
use crate::components::ask_for_repositories::AskForRepositories;
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{Size, When};
use crate::{routes, text};

pub(super) fn draw(page: SettingsPage) -> impl IntoView {
    let repository = page.repository.clone();
    let address = routes::repository_settings(&repository.name);
    let delete_all =
        routes::with_query(&routes::delete(&repository.name), &[("everything", "yes")]);
    let done = page.done.clone().map(|text| {
        view! {
            <p class="done" role="status">
                {text}
            </p>
        }
    });
    let problem = page.problem.clone().map(|text| {
        view! {
            <p class="problem" role="alert">
                {text}
            </p>
        }
    });
    let forms = if repository.may_write {
        view! {
            <ImmutableTags page=page.clone() address=address.clone() />
            <RetentionRules page=page.clone() address />
        }
        .into_any()
    } else {
        view! { <AskForRepositories return_to=address /> }.into_any()
    };
    view! {
        <Page
            title=format!("Settings of {}", repository.name)
            description="What you decide about your repository."
        >
            <RepositoryHeader
                owner=repository.owner.clone()
                name=repository.name.clone()
                path=repository.path.clone()
                tab=RepositoryTab::Settings
            />
            <div class="frame page-body owner-page">
                <p>
                    <a href=routes::edit(&repository.name)>"Description and picture"</a>
                    " are edited on a page of their own. What you decide here is a record in your own repo too."
                </p>
                {done}
                {problem}
                {forms}
                <History name=repository.name.clone() history=page.history />
                <section class="danger" aria-labelledby="delete">
                    <h2 id="delete">"Delete this repository"</h2>
                    <p>
                        "Every tag, every manifest and the description go from your repo. You see exactly what, before
                        anything happens."
                    </p>
                    <p>
                        <a class="button button-danger" href=delete_all>
                            "Delete…"
                        </a>
                    </p>
                </section>
            </div>
        </Page>
    }
}

#[component]
fn ImmutableTags(page: SettingsPage, address: String) -> impl IntoView {
    view! {
        <section class="owner-section" aria-labelledby="immutable">
            <h2 id="immutable">"Immutable tags"</h2>
            <p>
                "A tag that matches one of these patterns can be pushed once. After that it is neither moved nor
                deleted: not by a push, not by the rules below, and not on these pages, until its pattern is taken out."
            </p>
            <form class="stack owner-form" method="post" action=address>
                <FormToken />
                <input type="hidden" name="version" value=page.version />
                <label for="patterns">"Patterns"</label>
                <textarea
                    id="patterns"
                    name="immutable_tags"
                    rows="4"
                    spellcheck="false"
                    autocapitalize="none"
                    placeholder="v*"
                    aria-describedby="patterns-help"
                >
                    {text::in_textarea(&page.immutable_tags)}
                </textarea>
                <p class="note" id="patterns-help">
                    "One on each line; " <code>"*"</code> " stands for any characters. " <code>"v*"</code>
                    " is every tag that begins with v, " <code>"*"</code> " is every tag."
                </p>
                <p>
                    <button class="button" type="submit" name="save" value="immutable">
                        "Save patterns"
                    </button>
                </p>
            </form>
        </section>
    }
}

#[component]
fn RetentionRules(page: SettingsPage, address: String) -> impl IntoView {
    let preview = routes::with_query(&routes::delete(&page.repository.name), &[("rules", "yes")]);
    let rows = page
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| view! { <RuleRow number=index + 1 rule=rule.clone() /> })
        .collect_view();
    view! {
        <section class="owner-section" aria-labelledby="retention">
            <h2 id="retention">"Retention"</h2>
            <p>
                "Of the tags that match a pattern, the newest stay, and of the others those go that last moved long
                enough ago. A tag goes when any rule says so, and its manifest with it when nothing else leads there.
                Immutable tags always stay."
            </p>
            <form class="stack owner-form" method="post" action=address>
                <FormToken />
                <input type="hidden" name="version" value=page.version />
                <fieldset class="rules">
                    <legend>"Rules"</legend>
                    {rows}
                    <p class="note">
                        "Leave a row empty to remove it; saving adds more empty ones. Give how many to keep, how old,
                        or both."
                    </p>
                </fieldset>
                <label for="untagged">"Manifests that no tag leads to go after"</label>
                <p class="with-unit">
                    <input
                        id="untagged"
                        name="untagged_after_days"
                        type="number"
                        min="1"
                        max="3650"
                        inputmode="numeric"
                        value=page.untagged_after_days
                        aria-describedby="untagged-help"
                    />
                    "days"
                </p>
                <p class="note" id="untagged-help">
                    "Counted from when this registry first saw them. Images of an index that stays, and signatures of
                    what stays, are not meant. Leave it empty to keep them."
                </p>
                <label class="check">
                    <input type="checkbox" name="enabled" value="true" checked=page.enabled />
                    <span>"Apply these rules once a day"</span>
                </label>
                <p class="decision">
                    <button class="button" type="submit" name="save" value="retention">
                        "Save rules"
                    </button>
                    <a class="button button-quiet" href=preview>
                        "Preview saved rules"
                    </a>
                </p>
                <p class="note">
                    "Applying them daily needs a sign-in of yours that allows it and has not ended. When it has, the
                    history below says so."
                </p>
            </form>
        </section>
    }
}

#[component]
fn RuleRow(number: usize, rule: RuleForm) -> impl IntoView {
    let (tags, keep, days) = (
        format!("rule-tags-{number}"),
        format!("rule-keep-{number}"),
        format!("rule-days-{number}"),
    );
    view! {
        <div class="rule" role="group" aria-label=format!("Rule {number}")>
            <div class="field">
                <label for=tags.clone()>"Tags that match"</label>
                <input
                    id=tags
                    name="rule_tags"
                    type="text"
                    maxlength="128"
                    spellcheck="false"
                    autocapitalize="none"
                    placeholder="nightly-*"
                    value=rule.tags
                />
            </div>
            <div class="field">
                <label for=keep.clone()>"Keep the newest"</label>
                <input
                    id=keep
                    name="rule_keep"
                    type="number"
                    min="0"
                    max="10000"
                    inputmode="numeric"
                    value=rule.keep_newest
                />
            </div>
            <div class="field">
                <label for=days.clone()>"Delete after days"</label>
                <input
                    id=days
                    name="rule_days"
                    type="number"
                    min="1"
                    max="3650"
                    inputmode="numeric"
                    value=rule.older_than_days
                />
            </div>
        </div>
    }
}

#[component]
fn History(name: String, history: Vec<DeletionCard>) -> impl IntoView {
    (!history.is_empty()).then(|| {
        let rows = history
            .into_iter()
            .map(|deletion| view! { <HistoryRow name=name.clone() deletion /> })
            .collect_view();
        view! {
            <section class="owner-section" aria-labelledby="history">
                <h2 id="history">"What was deleted"</h2>
                <ol class="deletion-list">{rows}</ol>
            </section>
        }
    })
}

#[component]
fn HistoryRow(name: String, deletion: DeletionCard) -> impl IntoView {
    let title = match deletion.cause.as_str() {
        "retention" => "Retention rules",
        "repository" => "The whole repository",
        _ => "Tags you chose",
    };
    let chip = match deletion.progress {
        Progress::Running => view! { <span class="chip">"running"</span> },
        Progress::Done => view! { <span class="chip">"done"</span> },
        Progress::Stopped => view! { <span class="chip">"stopped"</span> },
    };
    let summary = if deletion.steps.1 == 0 {
        deletion
            .problem
            .clone()
            .unwrap_or_else(|| "There was nothing to remove.".to_owned())
    } else {
        format!(
            "{} and {} deleted",
            text::counted(deletion.tags.0, "tag", "tags"),
            text::counted(deletion.manifests.0, "manifest", "manifests")
        )
    };
    let freed = deletion
        .freed
        .filter(|bytes| *bytes > 0)
        .map(|bytes| view! { " · " <Size bytes /> " back" });
    view! {
        <li class="deletion-row">
            <span class="row-title">
                <a href=routes::deletion(&name, &deletion.id)>{title}</a>
            </span>
            {chip}
            <span class="note">
                <When moment=deletion.started />
                " · " {summary} {freed}
            </span>
        </li>
    }
}
