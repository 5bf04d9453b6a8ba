//! A person's access tokens: making one, seeing all, revoking.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use crate::api::home::HomePageSource;
use crate::api::settings::tokens::{
    CreatedToken, LIFETIMES, ListedToken, TokenForm, TokensPage as TokensPageData, TokensSource,
};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::confirm_first::ConfirmFirst;
use crate::components::form_token::FormToken;
use crate::components::listing::Listing;
use crate::components::loaded::from_source;
use crate::components::pull_command::CommandBlock;
use crate::snippets::snippets;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    view! {
        <SettingsPage title=t!("settings-tokens") path=routes::SETTINGS_TOKENS>
            {from_source(|source: Arc<dyn TokensSource>| async move {
                let page = source.tokens_page().await;
                view! { <Tokens page /> }
            })}
        </SettingsPage>
    }
}

#[component]
fn Tokens(page: TokensPageData) -> impl IntoView {
    let created = page.created.map(|created| view! { <Created created /> });
    let revoked = page.is_revoked.then(|| {
        view! {
            <p class="done" role="status">
                {t!("tokens-revoked")}
            </p>
        }
    });
    let ask_to_push = (!page.may_push).then(
        || view! { <AskAtServer allow=Allow::Push return_to=routes::SETTINGS_TOKENS.to_owned() /> },
    );
    let form = if page.may_create {
        view! { <NewToken form=page.form problem=page.problem username=page.username.clone() /> }
            .into_any()
    } else {
        view! {
            <ConfirmFirst
                why=t!("tokens-confirm")
                return_to=routes::SETTINGS_TOKENS.to_owned()
            />
        }
        .into_any()
    };
    view! {
        <p>
            {t_view!(
                "tokens-what",
                link = view! { <a href=routes::INSTALL>{t!("tokens-what-link")}</a> }
            )}
        </p>
        {created}
        {revoked}
        <h2 class="minor">{t!("tokens-new")}</h2>
        {form}
        {ask_to_push}
        <h2 class="minor">{t!("tokens-list")}</h2>
        <TokenList tokens=page.tokens />
        <h2 class="minor" id="use">{t!("tokens-use")}</h2>
        <Snippets host=page.registry_host username=page.username />
    }
}

/// The token itself, this once.
#[component]
fn Created(created: CreatedToken) -> impl IntoView {
    view! {
        <section class="notice" role="status" aria-label=t!("tokens-created-label")>
            <p>{t_view!("tokens-created", name = view! { <strong>{created.name}</strong> })}</p>
            <Listing label=t!("tokens-secret") text=created.secret />
        </section>
    }
}

#[component]
fn NewToken(form: TokenForm, problem: Option<String>, username: String) -> impl IntoView {
    let example = format!("{username}/*");
    let repositories = if form.repositories.is_empty() {
        example.clone()
    } else {
        form.repositories.clone()
    };
    let is_wrong = problem.is_some();
    let problem = problem.map(|problem| {
        view! {
            <p class="problem" id="token-problem" role="alert">
                {problem}
            </p>
        }
    });
    let lifetimes = LIFETIMES
        .map(|days| {
            view! {
                <option value=days.to_string() selected=days == form.days>
                    {t!("count-days", count = days)}
                </option>
            }
        })
        .collect_view();
    view! {
        {problem}
        <form class="stack" method="post" action=routes::SETTINGS_TOKENS>
            <FormToken />
            <label for="token-name">{t!("tokens-name")}</label>
            <input
                id="token-name"
                name="name"
                type="text"
                value=form.name.clone()
                placeholder=t!("tokens-name-placeholder")
                maxlength="64"
                required
                aria-describedby=is_wrong.then_some("token-problem")
            />
            <label for="token-repositories">{t!("tokens-repositories")}</label>
            <textarea
                id="token-repositories"
                name="repositories"
                rows="3"
                autocapitalize="none"
                spellcheck="false"
                maxlength="6000"
                required
                aria-describedby="token-repositories-help"
            >
                {text::in_textarea(&repositories)}
            </textarea>
            <p class="note" id="token-repositories-help">
                {t_view!(
                    "tokens-repositories-help",
                    own = view! { <code>{example}</code> },
                    all = view! { <code>"*/*"</code> }
                )}
            </p>
            <Actions form=form.clone() />
            <label for="token-days">{t!("tokens-lifetime")}</label>
            <select id="token-days" name="days">
                {lifetimes}
            </select>
            <p>
                <button class="button" type="submit" name="create" value="1">
                    {t!("tokens-create")}
                </button>
            </p>
        </form>
    }
}

#[component]
fn Actions(form: TokenForm) -> impl IntoView {
    let actions = [
        ("pull", form.pull, t!("tokens-pull")),
        ("push", form.push, t!("tokens-push")),
        ("delete", form.delete, t!("tokens-delete")),
    ];
    let boxes = actions
        .map(|(name, checked, text)| {
            view! {
                <label class="check">
                    <input type="checkbox" name=name value="true" checked=checked />
                    <span>{text}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack">
            <legend>{t!("tokens-actions")}</legend>
            {boxes}
        </fieldset>
    }
}

/// Tokens, each with the way to revoke it.
#[component]
pub(crate) fn TokenList(tokens: Option<Vec<ListedToken>>) -> impl IntoView {
    let Some(tokens) = tokens else {
        return view! {
            <p class="problem" role="alert">
                {t!("tokens-unknown")}
            </p>
        }
        .into_any();
    };
    if tokens.is_empty() {
        return view! { <p class="note">{t!("tokens-none")}</p> }.into_any();
    }
    let rows = tokens
        .into_iter()
        .map(|token| view! { <Row token /> })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

#[component]
fn Row(token: ListedToken) -> impl IntoView {
    let label = t!("tokens-revoke-label", name = token.name.clone());
    let badge = if token.is_expired {
        Some(t!("tokens-expired"))
    } else {
        token.is_device.then(|| t!("tokens-device"))
    };
    let badge = badge.map(|text| view! { <span class="badge">{text}</span> });
    let scopes = token
        .scopes
        .into_iter()
        .map(|scope| view! { <p class="note">{scope}</p> })
        .collect_view();
    let times = match token.last_used {
        Some(last_used) => t!(
            "tokens-times",
            created = token.created,
            last_used = last_used,
            expires = token.expires
        ),
        None => t!(
            "tokens-times-unused",
            created = token.created,
            expires = token.expires
        ),
    };
    view! {
        <li class="row">
            <div>
                <p class="row-title">{token.name} {badge}</p>
                {scopes}
                <p class="note">{times}</p>
            </div>
            <form method="post" action=routes::SETTINGS_TOKENS>
                <FormToken />
                <button class="link-button" type="submit" name="revoke" value=token.id aria-label=label>
                    {t!("tokens-revoke")}
                </button>
            </form>
        </li>
    }
}

#[component]
fn Snippets(host: String, username: String) -> impl IntoView {
    let plain_http = use_context::<Arc<dyn HomePageSource>>()
        .is_some_and(|source| source.home_page().plain_http);
    snippets(&host, &username, plain_http)
        .into_iter()
        .map(|snippet| {
            let text = if snippet.is_command {
                view! { <CommandBlock label=snippet.place command=snippet.text /> }.into_any()
            } else {
                view! { <Listing label=snippet.place text=snippet.text /> }.into_any()
            };
            view! {
                <div class="snippet">
                    <p class="note">{snippet.note}</p>
                    {text}
                </div>
            }
        })
        .collect_view()
}
