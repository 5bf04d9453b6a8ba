//! Where an owner decides about a repository: which tags stay as they are, which go by themselves, and whether all of
//! it goes.

use leptos::prelude::*;

use crate::api::repository::owner::{DeletionCard, Progress, RuleForm, SettingsPage};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{Size, When};
use crate::{routes, t, t_view, text};

pub(super) fn draw(page: SettingsPage) -> impl IntoView {
    let repository = page.repository.clone();
    let address = routes::repository_settings(&repository.name);
    let delete_all =
        routes::with_query(&routes::delete(&repository.name), &[("everything", "yes")]);
    let done = page.done.map(|text| {
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
        view! { <AskAtServer allow=Allow::Repositories return_to=address /> }.into_any()
    };
    let describe =
        view! { <a href=routes::edit(&repository.name)>{t!("decide-elsewhere-link")}</a> };
    view! {
        <Page
            title=t!("decide-title", repository = repository.name.clone())
            description=t!("decide-description")
        >
            <RepositoryHeader
                owner=repository.owner.clone()
                name=repository.name.clone()
                path=repository.path.clone()
                tab=RepositoryTab::Settings
            />
            <div class="frame page-body owner-page">
                <p>{t_view!("decide-elsewhere", link = describe)}</p>
                {done}
                {problem}
                {forms}
                <History name=repository.name.clone() history=page.history />
                <section class="danger" aria-labelledby="delete">
                    <h2 id="delete">{t!("decide-delete")}</h2>
                    <p>{t!("decide-delete-means")}</p>
                    <p>
                        <a class="button button-danger" href=delete_all>
                            {t!("decide-delete-link")}
                        </a>
                    </p>
                </section>
            </div>
        </Page>
    }
}

#[component]
fn ImmutableTags(page: SettingsPage, address: String) -> impl IntoView {
    let help = t_view!(
        "immutable-patterns-help",
        star = view! { <code>"*"</code> },
        example = view! { <code>"v*"</code> },
        all = view! { <code>"*"</code> }
    );
    view! {
        <section class="owner-section" aria-labelledby="immutable">
            <h2 id="immutable">{t!("immutable-title")}</h2>
            <p>{t!("immutable-how")}</p>
            <form class="stack owner-form" method="post" action=address>
                <FormToken />
                <input type="hidden" name="version" value=page.version />
                <label for="patterns">{t!("immutable-patterns")}</label>
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
                    {help}
                </p>
                <p>
                    <button class="button" type="submit" name="save" value="immutable">
                        {t!("immutable-save")}
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
            <h2 id="retention">{t!("retention-title")}</h2>
            <p>{t!("retention-how")}</p>
            <form class="stack owner-form" method="post" action=address>
                <FormToken />
                <input type="hidden" name="version" value=page.version />
                <fieldset class="rules">
                    <legend>{t!("retention-rules")}</legend>
                    {rows}
                    <p class="note">{t!("retention-rules-help")}</p>
                </fieldset>
                <label for="untagged">{t!("retention-untagged")}</label>
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
                    {t!("retention-untagged-days")}
                </p>
                <p class="note" id="untagged-help">
                    {t!("retention-untagged-help")}
                </p>
                <label class="check">
                    <input type="checkbox" name="enabled" value="true" checked=page.enabled />
                    <span>{t!("retention-daily")}</span>
                </label>
                <p class="decision">
                    <button class="button" type="submit" name="save" value="retention">
                        {t!("retention-save")}
                    </button>
                    <a class="button button-quiet" href=preview>
                        {t!("retention-preview")}
                    </a>
                </p>
                <p class="note">{t!("retention-daily-needs")}</p>
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
        <div class="rule" role="group" aria-label=t!("retention-rule", number = number)>
            <div class="field">
                <label for=tags.clone()>{t!("retention-rule-tags")}</label>
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
                <label for=keep.clone()>{t!("retention-rule-keep")}</label>
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
                <label for=days.clone()>{t!("retention-rule-days")}</label>
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
                <h2 id="history">{t!("deleted-title")}</h2>
                <ol class="deletion-list">{rows}</ol>
            </section>
        }
    })
}

#[component]
fn HistoryRow(name: String, deletion: DeletionCard) -> impl IntoView {
    let title = match deletion.cause.as_str() {
        "retention" => t!("deleted-by-rules"),
        "repository" => t!("deleted-repository"),
        _ => t!("deleted-tags"),
    };
    let state = match deletion.progress {
        Progress::Running => t!("deleted-running"),
        Progress::Done => t!("deleted-done"),
        Progress::Stopped => t!("deleted-stopped"),
    };
    let summary = if deletion.steps.1 == 0 {
        deletion
            .problem
            .clone()
            .unwrap_or_else(|| t!("deleted-nothing").to_owned())
    } else {
        t!(
            "deleted-sum",
            tags = deletion.tags.0,
            manifests = deletion.manifests.0
        )
    };
    let freed = deletion.freed.filter(|bytes| *bytes > 0).map(|bytes| {
        view! { " · " {t_view!("deleted-freed", freed = view! { <Size bytes /> })} }
    });
    view! {
        <li class="deletion-row">
            <span class="row-title">
                <a href=routes::deletion(&name, &deletion.id)>{title}</a>
            </span>
            <span class="chip">{state}</span>
            <span class="note">
                <When moment=deletion.started />
                " · " {summary} {freed}
            </span>
        </li>
    }
}
