//! One manifest: an image with its layers and config, an index with its images, or an artifact.

use leptos::prelude::*;

use crate::api::repository::image::{
    Artifact, Config, ContainerImage, ImageContent, ImagePage, IndexEntry, Layer, Referrer, Step,
};
use crate::components::copy_button::CopyButton;
use crate::components::facts::{Fact, Facts, TextTable};
use crate::components::layout::page::Page;
use crate::components::pull_panel::PullPanel;
use crate::components::record_link::RecordLink;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab, StaleNotice};
use crate::components::values::{ShortDigest, Size, When, kind_name};
use crate::{routes, t, t_view, text};

pub(super) fn draw(page: ImagePage) -> impl IntoView {
    let shown = page
        .tag
        .clone()
        .unwrap_or_else(|| text::short_digest(&page.digest));
    let reference = page.tag.clone().unwrap_or_else(|| page.digest.clone());
    let title = format!("{}:{shown}", page.name);
    let description = t!(
        "image-description",
        kind = kind_name(&page.kind),
        image = title.clone(),
        digest = page.digest.clone()
    );
    let content = match page.content.clone() {
        ImageContent::Image(image) => {
            view! { <ContainerView name=page.name.clone() reference=reference.clone() image=*image /> }.into_any()
        }
        ImageContent::Index { entries } => {
            view! { <IndexView name=page.name.clone() reference=reference.clone() entries /> }.into_any()
        }
        ImageContent::Artifact(artifact) => view! { <ArtifactView artifact /> }.into_any(),
    };
    view! {
        <Page
            title
            description
            json=routes::json(&routes::image(&page.name, &reference))
            picture=routes::picture(&page.name)
        >
            <RepositoryHeader
                owner=page.owner.clone()
                name=page.name.clone()
                path=page.path.clone()
                tab=RepositoryTab::Other
                detail=shown
            />
            <div class="frame page-body with-aside">
                <div class="page-main">
                    <StaleNotice is_stale=page.is_stale />
                    <PullPanel
                        registry_host=page.registry_host.clone()
                        name=page.name.clone()
                        tag=page.tag.clone()
                        digest=page.digest.clone()
                        kind=Some(page.kind.clone())
                        plain_http=page.plain_http
                    />
                    {content}
                    <Referrers name=page.name.clone() referrers=page.referrers.clone() />
                    <RawManifest text=page.manifest.clone() size=page.manifest_size />
                </div>
                <Aside page />
            </div>
        </Page>
    }
}

#[component]
fn Aside(page: ImagePage) -> impl IntoView {
    let tags = (!page.tags.is_empty()).then(|| {
        let tags = page
            .tags
            .iter()
            .map(|tag| view! { <li class="chip"><a href=routes::image(&page.name, tag)>{tag.clone()}</a></li> })
            .collect_view();
        view! { <Fact name=t!("image-tags")><ul class="chips">{tags}</ul></Fact> }
    });
    let image = match &page.content {
        ImageContent::Image(image) => Some((**image).clone()),
        ImageContent::Index { .. } | ImageContent::Artifact(_) => None,
    };
    let of_image = image.map(|image| {
        let (shared, own) = shared_and_own(&image.layers);
        let sharing = (shared > 0).then(|| {
            view! {
                <Fact name=t!("image-only-here")><Size bytes=own /></Fact>
                <Fact name=t!("image-shared")>
                    {t_view!("image-shared-size", size = view! { <Size bytes=shared /> })}
                </Fact>
            }
        });
        view! {
            {image.platform.map(|platform| view! { <Fact name=t!("image-runs-on")>{text::visible(&platform)}</Fact> })}
            <Fact name=t!("image-compressed")><Size bytes=image.size /></Fact>
            {image.unpacked_size.map(|bytes| view! { <Fact name=t!("image-unpacked")><Size bytes /></Fact> })}
            {sharing}
            <Fact name=t!("image-layers")>{image.layers.len()}</Fact>
            {image.built_at.map(|moment| view! { <Fact name=t!("image-built")><When moment /></Fact> })}
        }
    });
    let subject = page.subject.clone().map(|digest| {
        view! {
            <Fact name=t!("image-subject")>
                <a href=routes::image(&page.name, &digest)>
                    <ShortDigest digest=digest.clone() />
                </a>
            </Fact>
        }
    });
    let annotations = (!page.annotations.is_empty()).then(|| {
        view! {
            <section aria-labelledby="annotations">
                <h2 id="annotations">{t!("image-annotations")}</h2>
                <TextTable label=t!("image-annotations") rows=page.annotations.clone() />
            </section>
        }
    });
    let record = page.record.map(|uri| {
        view! {
            <section aria-labelledby="records">
                <h2 id="records">{t!("image-record")}</h2>
                <p class="note">{t!("image-record-note")}</p>
                <RecordLink uri pds=page.owner.pds.clone() />
            </section>
        }
    });
    view! {
        <aside class="page-aside" aria-label=t!("image-about")>
            <section aria-labelledby="facts">
                <h2 id="facts">{t!("image-facts")}</h2>
                <Facts>
                    <Fact name=t!("image-kind")>{kind_name(&page.kind)}</Fact>
                    <Fact name=t!("image-digest")>
                        <span class="copyable">
                            <code class="digest">{page.digest.clone()}</code>
                            <CopyButton text=page.digest.clone() label=t!("image-digest-copy") />
                        </span>
                    </Fact>
                    {tags}
                    {of_image}
                    {subject}
                    <Fact name=t!("image-media-type")><code>{text::visible(&page.media_type)}</code></Fact>
                    {page
                        .artifact_type
                        .map(|kind| {
                            view! { <Fact name=t!("image-artifact-type")><code>{text::visible(&kind)}</code></Fact> }
                        })}
                    <Fact name=t!("image-pushed-by")>
                        <a href=routes::person(&page.owner.name)>{page.owner.name.clone()}</a>
                    </Fact>
                    {page.hold.map(|hold| view! { <Fact name=t!("image-hold")><code>{hold}</code></Fact> })}
                </Facts>
            </section>
            {annotations}
            {record}
        </aside>
    }
}

/// Bytes of layers that other tags have too, and of those that none has; each layer once.
fn shared_and_own(layers: &[Layer]) -> (u64, u64) {
    let mut seen = Vec::new();
    let (mut shared, mut own) = (0, 0);
    for layer in layers {
        if seen.contains(&&layer.digest) {
            continue;
        }
        seen.push(&layer.digest);
        let sum = if layer.shared_with.is_empty() {
            &mut own
        } else {
            &mut shared
        };
        *sum += layer.size;
    }
    (shared, own)
}

#[component]
fn ContainerView(name: String, reference: String, image: ContainerImage) -> impl IntoView {
    let layers = image
        .layers
        .iter()
        .enumerate()
        .map(|(index, layer)| {
            let files = routes::with_query(
                &routes::files(&name, &reference),
                &[("layer", &(index + 1).to_string())],
            );
            view! { <LayerRow name=name.clone() files index layer=layer.clone() /> }
        })
        .collect_view();
    let config = image
        .config
        .clone()
        .map(|config| view! { <ConfigView config /> });
    let steps = (!image.steps.is_empty()).then(|| view! { <Steps steps=image.steps.clone() /> });
    view! {
        <section aria-labelledby="layers">
            <div class="section-head">
                <h2 id="layers">{t!("image-layers")}</h2>
                <a href=routes::files(&name, &reference)>{t!("image-files-link")}</a>
            </div>
            <ol class="layer-list">{layers}</ol>
        </section>
        {config}
        {steps}
    }
}

/// A layer as a container on deck: its length is its share of the image.
#[component]
fn LayerRow(name: String, files: String, index: usize, layer: Layer) -> impl IntoView {
    const PAINTS: [&str; 4] = ["paint-rust", "paint-sea", "paint-brass", "paint-foam"];
    let command = layer.command.as_deref().map(text::visible);
    let share = format!("{}.{} %", layer.permille / 10, layer.permille % 10);
    let width = format!(
        "{}.{}%",
        layer.permille.max(5) / 10,
        layer.permille.max(5) % 10
    );
    let shared = (!layer.shared_with.is_empty()).then(|| {
        let count = layer.shared_with.len();
        let tags = layer
            .shared_with
            .iter()
            .map(|tag| view! { <li class="chip"><a href=routes::image(&name, tag)>{tag.clone()}</a></li> })
            .collect_view();
        view! {
            <details class="shared">
                <summary>{t!("image-layer-shared", count = count)}</summary>
                <ul class="chips">{tags}</ul>
            </details>
        }
    });
    view! {
        <li class="layer">
            <div class="layer-command">
                {match command {
                    Some(command) => view! { <code>{command}</code> }.into_any(),
                    None => view! { <span class="note">{t!("image-layer-no-command")}</span> }.into_any(),
                }}
            </div>
            <svg class="layer-bar" aria-hidden="true" focusable="false">
                <rect class=PAINTS[index % PAINTS.len()] width=width height="100%" rx="2" />
            </svg>
            <div class="layer-facts note">
                <ShortDigest digest=layer.digest.clone() />
                <span>
                    {t_view!("image-layer-size", size = view! { <Size bytes=layer.size /> }, share = share)}
                </span>
                {layer.has_files.then(|| {
                    let label = t!("image-layer-files-label", layer = (index + 1).to_string());
                    view! { <a href=files aria-label=label>{t!("image-layer-files")}</a> }
                })}
                {shared}
            </div>
        </li>
    }
}

#[component]
fn ConfigView(config: Config) -> impl IntoView {
    let list = |name: &'static str, parts: &[String]| {
        (!parts.is_empty()).then(|| {
            let parts = arguments(parts);
            view! { <Fact name>{parts}</Fact> }
        })
    };
    let single = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <Fact name><code>{text::visible(&value)}</code></Fact> })
    };
    let author = config.author.clone().map(|author| {
        view! { <Fact name=t!("image-author")>{text::visible(&author)}</Fact> }
    });
    let user = config
        .user
        .as_deref()
        .map_or_else(|| t!("image-user-none").to_owned(), text::visible);
    let environment = (!config.environment.is_empty()).then(|| {
        let rows = config
            .environment
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Some(value) => text::visible(value).into_any(),
                    None => view! {
                        <span class="masked" title=t!("image-secret-why")>
                            {t!("image-secret")}
                        </span>
                    }
                    .into_any(),
                };
                view! { <tr><th scope="row">{text::visible(name)}</th><td>{value}</td></tr> }
            })
            .collect_view();
        view! {
            <h3>{t!("image-environment")}</h3>
            <table class="text-table mono">
                <caption class="sr-only">{t!("image-environment-caption")}</caption>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    let labels = (!config.labels.is_empty()).then(|| {
        view! {
            <h3>{t!("image-labels")}</h3>
            <TextTable label=t!("image-labels") rows=config.labels.clone() />
        }
    });
    view! {
        <section aria-labelledby="config">
            <h2 id="config">{t!("image-config")}</h2>
            <Facts>
                {list(t!("image-entry-point"), &config.entrypoint)}
                {list(t!("image-command"), &config.command)}
                {single(t!("image-working-folder"), config.working_dir.clone())}
                <Fact name=t!("image-user")>{user}</Fact>
                {list(t!("image-ports"), &config.ports)}
                {list(t!("image-volumes"), &config.volumes)}
                {single(t!("image-stop-signal"), config.stop_signal.clone())}
                {author}
            </Facts>
            {environment}
            {labels}
        </section>
    }
}

fn arguments(parts: &[String]) -> impl IntoView + use<> {
    parts
        .iter()
        .map(|part| view! { <code class="argument">{text::visible(part)}</code> " " })
        .collect_view()
}

#[component]
fn Steps(steps: Vec<Step>) -> impl IntoView {
    let rows = steps
        .into_iter()
        .map(|step| {
            let layer = step.layer.map(|layer| {
                let number = (layer + 1).to_string();
                view! { <span class="chip">{t!("image-step-layer", layer = number)}</span> }
            });
            let at = step.at.map(|moment| view! { <When moment /> });
            view! {
                <li class="step">
                    <code>{text::visible(&step.command)}</code>
                    <span class="note">{layer} " " {at}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{t!("image-history")}</h2>
            <details class="history">
                <summary>{t!("image-steps")}</summary>
                <ol class="step-list">{rows}</ol>
            </details>
        </section>
    }
}

#[component]
fn IndexView(name: String, reference: String, entries: Vec<IndexEntry>) -> impl IntoView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            let platform = entry.platform.as_deref().map_or_else(|| t!("image-platform-any").to_owned(), text::visible);
            let attestations = entry
                .attestations
                .iter()
                .map(|digest| {
                    view! {
                        <li class="chip chip-signed">
                            <a href=routes::image(&name, digest)>{t!("image-attestation")}</a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{platform}</th>
                    <td>
                        <a href=routes::image(&name, &entry.digest)>
                            <ShortDigest digest=entry.digest.clone() />
                        </a>
                        {(!entry.attestations.is_empty()).then(|| view! { <ul class="chips">{attestations}</ul> })}
                    </td>
                    <td class="number">{entry.size.map(|bytes| view! { <Size bytes /> })}</td>
                    <td class="number">{entry.unpacked_size.map(|bytes| view! { <Size bytes /> })}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="platforms">
            <div class="section-head">
                <h2 id="platforms">{t!("image-index")}</h2>
                <a href=routes::files(&name, &reference)>{t!("image-files-link")}</a>
            </div>
            <table class="platform-table">
                <caption class="sr-only">{t!("image-index")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("image-platform")}</th>
                        <th scope="col">{t!("image-digest")}</th>
                        <th scope="col" class="number">{t!("image-compressed")}</th>
                        <th scope="col" class="number">{t!("image-unpacked")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn ArtifactView(artifact: Artifact) -> impl IntoView {
    let facts = (!artifact.facts.is_empty()).then(|| {
        view! {
            <section aria-labelledby="artifact-facts">
                <h2 id="artifact-facts">{t!("image-artifact-facts")}</h2>
                <TextTable label=t!("image-artifact-facts") rows=artifact.facts.clone() />
            </section>
        }
    });
    let rows = artifact
        .blobs
        .iter()
        .map(|blob| {
            let title = blob
                .title
                .as_deref()
                .map_or_else(|| t!("image-blob-unnamed").to_owned(), text::visible);
            view! {
                <tr>
                    <th scope="row">{title}</th>
                    <td><code>{text::visible(&blob.media_type)}</code></td>
                    <td><ShortDigest digest=blob.digest.clone() /></td>
                    <td class="number"><Size bytes=blob.size /></td>
                </tr>
            }
        })
        .collect_view();
    let blobs = (!artifact.blobs.is_empty()).then(|| {
        view! {
            <section aria-labelledby="blobs">
                <h2 id="blobs">{t!("image-blobs")}</h2>
                <table class="platform-table">
                    <caption class="sr-only">{t!("image-blobs-caption")}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t!("image-blob-name")}</th>
                            <th scope="col">{t!("image-blob-type")}</th>
                            <th scope="col">{t!("image-digest")}</th>
                            <th scope="col" class="number">{t!("image-blob-size")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    });
    view! {
        {facts}
        {blobs}
    }
}

#[component]
fn Referrers(name: String, referrers: Vec<Referrer>) -> impl IntoView {
    (!referrers.is_empty()).then(|| {
        let rows = referrers
            .into_iter()
            .map(|referrer| {
                view! {
                    <li>
                        <span class="chip chip-signed">{kind_name(&referrer.kind)}</span>
                        <a href=routes::image(&name, &referrer.digest)>
                            <ShortDigest digest=referrer.digest.clone() />
                        </a>
                        <span class="note">{text::visible(&referrer.label)}</span>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section aria-labelledby="referrers">
                <h2 id="referrers">{t!("image-referrers")}</h2>
                <p class="note">{t!("image-referrers-note")}</p>
                <ul class="referrer-list">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn RawManifest(text: String, size: usize) -> impl IntoView {
    view! {
        <section aria-labelledby="manifest">
            <h2 id="manifest">{t!("image-manifest")}</h2>
            <details class="raw">
                <summary>{t_view!("image-manifest-show", size = view! { <Size bytes=size as u64 /> })}</summary>
                <pre class="code-block" tabindex="0"><code>{text::visible(&text)}</code></pre>
            </details>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_counts_once_as_shared_or_as_own() {
        let layer = |digest: &str, size, shared_with: &[&str]| Layer {
            digest: digest.to_owned(),
            media_type: String::new(),
            size,
            permille: 0,
            command: None,
            shared_with: shared_with.iter().map(|tag| (*tag).to_owned()).collect(),
            has_files: false,
        };
        let layers = [
            layer("a", 100, &["v1"]),
            layer("b", 20, &[]),
            layer("b", 20, &[]),
        ];
        assert_eq!(shared_and_own(&layers), (100, 20));
    }
}
