//! The files of an image, or what one of its layers did.

use leptos::prelude::*;

use crate::api::repository::files::{FileContent, FileLayer, FileRow, FilesPage};
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{Change, ShortDigest, Size};
use crate::{routes, t, t_view, text};

/// How links on the page keep what was chosen.
#[derive(Clone)]
struct Links {
    address: String,
    platform: String,
    layer: String,
}

impl Links {
    fn path(&self, path: &str) -> String {
        routes::with_query(
            &self.address,
            &[
                ("platform", &self.platform),
                ("layer", &self.layer),
                ("path", path),
            ],
        )
    }

    fn layer(&self, layer: &str) -> String {
        routes::with_query(
            &self.address,
            &[("platform", &self.platform), ("layer", layer)],
        )
    }

    fn platform(&self, platform: &str) -> String {
        routes::with_query(&self.address, &[("platform", platform)])
    }
}

pub(super) fn draw(page: FilesPage) -> impl IntoView {
    let links = Links {
        address: routes::files(&page.name, &page.reference),
        platform: page
            .platform
            .clone()
            .filter(|_| page.platforms.len() > 1)
            .unwrap_or_default(),
        layer: page
            .layer
            .map(|layer| layer.to_string())
            .unwrap_or_default(),
    };
    let shown = if page.reference.contains(':') {
        text::short_digest(&page.reference)
    } else {
        page.reference.clone()
    };
    let json = routes::with_query(
        &routes::json(&links.address),
        &[
            ("platform", &links.platform),
            ("layer", &links.layer),
            ("path", &page.path),
        ],
    );
    let body = match page.content.clone() {
        Some(content) => view! { <FileView content /> }.into_any(),
        None => view! {
            <FileTable links=links.clone() rows=page.rows.clone() row_count=page.row_count is_layer=page.layer.is_some() />
        }
        .into_any(),
    };
    let address = routes::image(&page.name, &page.reference);
    let image = format!("{}:{shown}", page.name);
    let description = t!(
        "files-description",
        count = page.file_count,
        image = image.clone()
    );
    view! {
        <Page title=t!("files-title", image = image) description json>
            <RepositoryHeader
                owner=page.owner.clone()
                name=page.name.clone()
                path=page.repository.clone()
                tab=RepositoryTab::Other
                detail=shown
            />
            <div class="frame page-body">
                <p class="page-summary">
                    <a href=address>{t!("files-image-link")}</a>
                    <span>{t!("count-files", count = page.file_count)}</span>
                    <span>
                        {t_view!("files-unpacked", size = view! { <Size bytes=page.unpacked_size /> })}
                    </span>
                    <ShortDigest digest=page.digest.clone() />
                </p>
                <PlatformChoice links=links.clone() platforms=page.platforms.clone() chosen=page.platform.clone() />
                <LayerChoice links=links.clone() layers=page.layers.clone() chosen=page.layer />
                <SearchForm links=links.clone() />
                <Crumbs links path=page.path.clone() />
                {body}
            </div>
        </Page>
    }
}

#[component]
fn PlatformChoice(links: Links, platforms: Vec<String>, chosen: Option<String>) -> impl IntoView {
    (platforms.len() > 1).then(|| {
        let choices = platforms
            .into_iter()
            .map(|platform| {
                let current = (chosen.as_ref() == Some(&platform)).then_some("true");
                view! {
                    <li>
                        <a class="choice" href=links.platform(&platform) aria-current=current>
                            {text::visible(&platform)}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <nav aria-label=t!("platforms")>
                <ul class="choices">{choices}</ul>
            </nav>
        }
    })
}

/// All layers as a list; the one that is shown is marked.
#[component]
fn LayerChoice(links: Links, layers: Vec<FileLayer>, chosen: Option<usize>) -> impl IntoView {
    let all = chosen.is_none().then_some("true");
    let rows = layers
        .into_iter()
        .enumerate()
        .map(|(index, layer)| {
            let number = (index + 1).to_string();
            let current = (chosen == Some(index + 1)).then_some("true");
            let stopped = layer.stopped.as_deref().map(|reason| {
                view! { <span class="warning">{stopped_words(reason)}</span> }
            });
            let command = layer.command.as_deref().map_or_else(
                || t!("files-layer-number", layer = number.clone()),
                text::visible,
            );
            view! {
                <li>
                    <a class="layer-choice" href=links.layer(&number) aria-current=current>
                        <span class="layer-number">{number.clone()}</span>
                        <code>{command}</code>
                        <span class="note">
                            {format!("+{} ~{} −{}", layer.added, layer.changed, layer.deleted)}
                            <span class="sr-only">" " {t!("files-layer-counts")}</span> " · "
                            <Size bytes=layer.size />
                        </span>
                    </a>
                    {stopped}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=t!("files-layers")>
            <ul class="layer-choices">
                <li>
                    <a class="layer-choice" href=links.layer("") aria-current=all>
                        <span class="layer-number">"∑"</span>
                        <span>{t!("files-all-layers")}</span>
                    </a>
                </li>
                {rows}
            </ul>
        </nav>
    }
}

/// Why not everything is listed.
fn stopped_words(reason: &str) -> &'static str {
    match reason {
        "entries" => t!("files-stopped-entries"),
        "bytes" => t!("files-stopped-bytes"),
        "ratio" => t!("files-stopped-ratio"),
        "time" => t!("files-stopped-time"),
        _ => t!("files-stopped-malformed"),
    }
}

#[component]
fn SearchForm(links: Links) -> impl IntoView {
    let hidden = [
        ("platform", links.platform.clone()),
        ("layer", links.layer.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
    .collect_view();
    view! {
        <form
            class="filter-form"
            method="get"
            action=links.address
            role="search"
            aria-label=t!("files-search-landmark")
        >
            {hidden}
            <div class="field">
                <label for="file-search">{t!("files-search-label")}</label>
                <input
                    id="file-search"
                    name="search"
                    type="search"
                    maxlength="400"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <button class="button" type="submit">
                {t!("files-search")}
            </button>
        </form>
    }
}

#[component]
fn Crumbs(links: Links, path: String) -> impl IntoView {
    let mut walked = String::new();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let last = parts.len();
    let crumbs = parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            if !walked.is_empty() {
                walked.push('/');
            }
            walked.push_str(part);
            let shown = text::visible(part);
            if index + 1 == last {
                view! { <li aria-current="page">{shown}</li> }.into_any()
            } else {
                view! { <li><a href=links.path(&walked)>{shown}</a></li> }.into_any()
            }
        })
        .collect_view();
    view! {
        <nav aria-label=t!("files-folder")>
            <ol class="crumbs">
                <li>
                    <a href=links.path("")>{t!("files-root")}</a>
                </li>
                {crumbs}
            </ol>
        </nav>
    }
}

#[component]
fn FileTable(links: Links, rows: Vec<FileRow>, row_count: usize, is_layer: bool) -> impl IntoView {
    if rows.is_empty() {
        return view! {
            <section class="empty">
                <h2>{t!("files-none-title")}</h2>
                <p>{t!("files-none")}</p>
                <p>
                    <a class="button" href=links.path("")>
                        {t!("files-none-root")}
                    </a>
                </p>
            </section>
        }
        .into_any();
    }
    let more = (row_count > rows.len()).then(|| {
        view! {
            <p class="notice">{t!("files-more", count = row_count - rows.len())}</p>
        }
    });
    let rows = rows
        .into_iter()
        .map(|row| view! { <FileTableRow links=links.clone() row is_layer /> })
        .collect_view();
    view! {
        {more}
        <table class="file-table">
            <caption class="sr-only">{t!("files-caption")}</caption>
            <thead>
                <tr>
                    <th scope="col">{t!("files-name")}</th>
                    <th scope="col">{t!("files-mode")}</th>
                    <th scope="col">{if is_layer { t!("files-change") } else { t!("files-layer") }}</th>
                    <th scope="col" class="number">{t!("files-size")}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn FileTableRow(links: Links, row: FileRow, is_layer: bool) -> impl IntoView {
    let name = row.path.rsplit('/').next().unwrap_or_default();
    let ending = if row.kind == "folder" { "/" } else { "" };
    let is_gone = row.change.as_deref() == Some("deleted");
    let shown = format!("{}{ending}", text::visible(name));
    let name = if is_gone {
        view! { <s>{shown}</s> }.into_any()
    } else {
        view! { <a href=links.path(&row.path)>{shown}</a> }.into_any()
    };
    let link = row.link.as_deref().map(|link| {
        view! { <span class="note">" → " {text::visible(link)}</span> }
    });
    let origin = if is_layer {
        row.change
            .map(|change| view! { <Change change /> }.into_any())
    } else {
        row.layer.map(|layer| layer.to_string().into_any())
    };
    view! {
        <tr>
            <th scope="row">{name} {link}</th>
            <td><code>{row.mode}</code></td>
            <td>{origin}</td>
            <td class="number"><Size bytes=row.size /></td>
        </tr>
    }
}

#[component]
fn FileView(content: FileContent) -> impl IntoView {
    let row = content.row;
    let facts = view! {
        <p class="page-summary">
            <span><Size bytes=row.size /></span>
            {row.mode.map(|mode| view! { <code>{mode}</code> })}
            {row.layer.map(|layer| view! { <span>{t!("files-from-layer", layer = layer.to_string())}</span> })}
            {row.link.map(|link| view! { <span>{t!("files-leads-to", target = text::visible(&link))}</span> })}
        </p>
    };
    let text = match content.text {
        Some(text) => view! {
            <pre class="code-block" tabindex="0" role="region" aria-label=t!("files-content")>
                <code>{text::visible(&text)}</code>
            </pre>
        }
        .into_any(),
        None => view! {
            <p class="notice">{t!("files-not-shown")}</p>
        }
        .into_any(),
    };
    view! {
        {facts}
        {text}
    }
}
