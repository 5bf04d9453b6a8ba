//! Where an owner describes a repository.

use leptos::prelude::*;

use crate::api::repository::owner::EditPage;
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::{routes, t, t_view, text};

pub(super) fn draw(page: EditPage) -> impl IntoView {
    let repository = page.repository.clone();
    let address = routes::edit(&repository.name);
    let ask = (!repository.may_write)
        .then(|| view! { <AskAtServer allow=Allow::Repositories return_to=address.clone() /> });
    // What was typed stays there, also when it turns out while saving that the permission was lost.
    let form = (repository.may_write || page.problem.is_some())
        .then(|| view! { <EditForm page address /> });
    view! {
        <Page
            title=t!("describe-title", repository = repository.name.clone())
            description=t!("describe-description")
        >
            <RepositoryHeader
                owner=repository.owner
                name=repository.name
                path=repository.path
                tab=RepositoryTab::Overview
            />
            <div class="frame page-body owner-page">
                <h2>{t!("describe-heading")}</h2>
                {ask}
                {form}
            </div>
        </Page>
    }
}

#[component]
fn EditForm(page: EditPage, address: String) -> impl IntoView {
    let problem = page.problem.map(|problem| {
        view! {
            <p class="problem" role="alert">
                {problem}
            </p>
        }
    });
    let conflict = page.conflict.map(|theirs| {
        view! {
            <section class="notice" aria-labelledby="conflict" role="alert">
                <h3 id="conflict">{t!("describe-conflict")}</h3>
                <p>{t!("describe-conflict-means")}</p>
                <textarea class="markdown-input" rows="10" readonly aria-label=t!("describe-conflict-theirs")>{text::in_textarea(&theirs)}</textarea>
            </section>
        }
    });
    let preview = page.preview_html.map(|html| {
        view! {
            <section class="readme" aria-labelledby="preview">
                <h3 id="preview">{t!("describe-preview")}</h3>
                <p class="note">{t!("describe-preview-means")}</p>
                <div class="prose" inner_html=html></div>
            </section>
        }
    });
    let picture = match page.avatar {
        Some(src) => view! {
            <div class="picture-row">
                <img class="repository-picture" src=src alt="" width="64" height="64" />
                <label class="check">
                    <input type="checkbox" name="remove_avatar" value="true" />
                    <span>{t!("describe-picture-remove")}</span>
                </label>
            </div>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! {
        {problem}
        {conflict}
        {preview}
        <form class="stack owner-form" method="post" action=address enctype="multipart/form-data">
            <FormToken />
            <input type="hidden" name="version" value=page.version />
            <label for="description">{t!("describe-text")}</label>
            <textarea
                id="description"
                class="markdown-input"
                name="description"
                rows="18"
                aria-describedby="description-help"
            >
                {text::in_textarea(&page.description)}
            </textarea>
            <p class="note" id="description-help">
                {t_view!("describe-text-help", record = view! { <code>"io.atcr.repo.page"</code> })}
            </p>
            <label for="avatar">{t!("describe-picture")}</label>
            {picture}
            <input
                id="avatar"
                name="avatar"
                type="file"
                accept="image/png,image/jpeg,image/webp"
                aria-describedby="avatar-help"
            />
            <p class="note" id="avatar-help">
                {t!("describe-picture-help")}
            </p>
            <p class="decision">
                <button class="button" type="submit" name="save" value="1">
                    {t!("describe-save")}
                </button>
                <button class="button button-quiet" type="submit" name="preview" value="1">
                    {t!("describe-look")}
                </button>
                <a href=routes::repository(&page.repository.name)>{t!("describe-cancel")}</a>
            </p>
        </form>
    }
}
