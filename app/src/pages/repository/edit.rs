//! Where an owner describes a repository.

use leptos::prelude::*;

use crate::api::repository::owner::EditPage;
use crate::components::ask_for_repositories::AskForRepositories;
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::{routes, text};

pub(super) fn draw(page: EditPage) -> impl IntoView {
    let repository = page.repository.clone();
    let address = routes::edit(&repository.name);
    let ask =
        (!repository.may_write).then(|| view! { <AskForRepositories return_to=address.clone() /> });
    // What was typed stays there, also when it turns out while saving that the permission was lost.
    let form = (repository.may_write || page.problem.is_some())
        .then(|| view! { <EditForm page address /> });
    view! {
        <Page
            title=format!("Describe {}", repository.name)
            description="What you say about your repository."
        >
            <RepositoryHeader
                owner=repository.owner
                name=repository.name
                path=repository.path
                tab=RepositoryTab::Overview
            />
            <div class="frame page-body owner-page">
                <h2>"Describe this repository"</h2>
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
                <h3 id="conflict">"Somebody changed it meanwhile"</h3>
                <p>
                    "Nothing was saved, so nothing is lost. Below is what you wrote; this is what the record says now.
                    Take over what you want to keep and save again: that replaces it."
                </p>
                <textarea class="markdown-input" rows="10" readonly aria-label="What the record says now">{text::in_textarea(&theirs)}</textarea>
            </section>
        }
    });
    let preview = page.preview_html.map(|html| {
        view! {
            <section class="readme" aria-labelledby="preview">
                <h3 id="preview">"Preview"</h3>
                <p class="note">"Not saved yet."</p>
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
                    <span>"Remove the picture"</span>
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
            <label for="description">"Description"</label>
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
                "Markdown. It is the record " <code>"io.atcr.repo.page"</code>
                " in your own repo, so every page that shows this repository can show it. Pictures in it become links."
            </p>
            <label for="avatar">"Picture"</label>
            {picture}
            <input
                id="avatar"
                name="avatar"
                type="file"
                accept="image/png,image/jpeg,image/webp"
                aria-describedby="avatar-help"
            />
            <p class="note" id="avatar-help">
                "PNG, JPEG or WebP, at most 3 MB. Everybody can see it."
            </p>
            <p class="decision">
                <button class="button" type="submit" name="save" value="1">
                    "Save to your repo"
                </button>
                <button class="button button-quiet" type="submit" name="preview" value="1">
                    "Preview"
                </button>
                <a href=routes::repository(&page.repository.name)>"Cancel"</a>
            </p>
        </form>
    }
}
