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
use crate::{routes, text};

pub(super) fn draw(page: ImagePage) -> impl IntoView {
    let shown = page
        .tag
        .clone()
        .unwrap_or_else(|| text::short_digest(&page.digest));
    let reference = page.tag.clone().unwrap_or_else(|| page.digest.clone());
    let kind = kind_name(&page.kind);
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
            title=format!("{}:{shown}", page.name)
            description=format!("{kind} {}:{shown}, {}", page.name, page.digest)
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
        view! { <Fact name="Tags"><ul class="chips">{tags}</ul></Fact> }
    });
    let image = match &page.content {
        ImageContent::Image(image) => Some((**image).clone()),
        ImageContent::Index { .. } | ImageContent::Artifact(_) => None,
    };
    let of_image = image.map(|image| {
        let (shared, own) = shared_and_own(&image.layers);
        let sharing = (shared > 0).then(|| {
            view! {
                <Fact name="Only here"><Size bytes=own /></Fact>
                <Fact name="Shared"><Size bytes=shared /> " with other tags"</Fact>
            }
        });
        view! {
            {image.platform.map(|platform| view! { <Fact name="Runs on">{text::visible(&platform)}</Fact> })}
            <Fact name="Compressed"><Size bytes=image.size /></Fact>
            {image.unpacked_size.map(|bytes| view! { <Fact name="Unpacked"><Size bytes /></Fact> })}
            {sharing}
            <Fact name="Layers">{image.layers.len()}</Fact>
            {image.built_at.map(|moment| view! { <Fact name="Built"><When moment /></Fact> })}
        }
    });
    let subject = page.subject.clone().map(|digest| {
        view! {
            <Fact name="Speaks about">
                <a href=routes::image(&page.name, &digest)>
                    <ShortDigest digest=digest.clone() />
                </a>
            </Fact>
        }
    });
    let annotations = (!page.annotations.is_empty()).then(|| {
        view! {
            <section aria-labelledby="annotations">
                <h2 id="annotations">"Annotations"</h2>
                <TextTable label="Annotations" rows=page.annotations.clone() />
            </section>
        }
    });
    let record = page.record.map(|uri| {
        view! {
            <section aria-labelledby="records">
                <h2 id="records">"Record"</h2>
                <p class="note">"The manifest is signed in the owner's repo:"</p>
                <RecordLink uri pds=page.owner.pds.clone() />
            </section>
        }
    });
    view! {
        <aside class="page-aside" aria-label="About this image">
            <section aria-labelledby="facts">
                <h2 id="facts">"At a glance"</h2>
                <Facts>
                    <Fact name="Kind">{kind_name(&page.kind)}</Fact>
                    <Fact name="Digest">
                        <span class="copyable">
                            <code class="digest">{page.digest.clone()}</code>
                            <CopyButton text=page.digest.clone() label="Copy the digest".to_owned() />
                        </span>
                    </Fact>
                    {tags}
                    {of_image}
                    {subject}
                    <Fact name="Media type"><code>{text::visible(&page.media_type)}</code></Fact>
                    {page
                        .artifact_type
                        .map(|kind| view! { <Fact name="Artifact type"><code>{text::visible(&kind)}</code></Fact> })}
                    <Fact name="Pushed by"><a href=routes::person(&page.owner.name)>{page.owner.name.clone()}</a></Fact>
                    {page.hold.map(|hold| view! { <Fact name="Hold"><code>{hold}</code></Fact> })}
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
                <h2 id="layers">"Layers"</h2>
                <a href=routes::files(&name, &reference)>"Browse all files"</a>
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
        let summary = format!("Also in {}", text::counted(count as u64, "other tag", "other tags"));
        view! {
            <details class="shared">
                <summary>{summary}</summary>
                <ul class="chips">{tags}</ul>
            </details>
        }
    });
    view! {
        <li class="layer">
            <div class="layer-command">
                {match command {
                    Some(command) => view! { <code>{command}</code> }.into_any(),
                    None => view! { <span class="note">"The image does not say what made this layer."</span> }.into_any(),
                }}
            </div>
            <svg class="layer-bar" aria-hidden="true" focusable="false">
                <rect class=PAINTS[index % PAINTS.len()] width=width height="100%" rx="2" />
            </svg>
            <div class="layer-facts note">
                <ShortDigest digest=layer.digest.clone() />
                <span>
                    <Size bytes=layer.size /> ", " {share} " of the image"
                </span>
                {layer.has_files.then(|| {
                    let label = format!("Files of layer {}", index + 1);
                    view! { <a href=files aria-label=label>"Files"</a> }
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
    let user = config
        .user
        .clone()
        .unwrap_or_else(|| "root, since it names nobody".to_owned());
    let environment = (!config.environment.is_empty()).then(|| {
        let rows = config
            .environment
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Some(value) => text::visible(value).into_any(),
                    None => view! {
                        <span class="masked" title="It looks like a secret, so this page does not show it">
                            "hidden: looks like a secret"
                        </span>
                    }
                    .into_any(),
                };
                view! { <tr><th scope="row">{text::visible(name)}</th><td>{value}</td></tr> }
            })
            .collect_view();
        view! {
            <h3>"Environment"</h3>
            <table class="text-table mono">
                <caption class="sr-only">"Environment variables"</caption>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    let labels = (!config.labels.is_empty()).then(|| {
        view! {
            <h3>"Labels"</h3>
            <TextTable label="Labels" rows=config.labels.clone() />
        }
    });
    view! {
        <section aria-labelledby="config">
            <h2 id="config">"Configuration"</h2>
            <Facts>
                {list("Entry point", &config.entrypoint)}
                {list("Command", &config.command)}
                {single("Working folder", config.working_dir.clone())}
                <Fact name="User">{text::visible(&user)}</Fact>
                {list("Ports", &config.ports)}
                {list("Volumes", &config.volumes)}
                {single("Stop signal", config.stop_signal.clone())}
                {config.author.clone().map(|author| view! { <Fact name="Author">{text::visible(&author)}</Fact> })}
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
            let layer = step
                .layer
                .map(|layer| view! { <span class="chip">{format!("layer {}", layer + 1)}</span> });
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
            <h2 id="history">"History"</h2>
            <details class="history">
                <summary>"Every step of the build"</summary>
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
            let platform = entry.platform.as_deref().map_or_else(|| "any".to_owned(), text::visible);
            let attestations = entry
                .attestations
                .iter()
                .map(|digest| {
                    view! { <li class="chip chip-signed"><a href=routes::image(&name, digest)>"attestation"</a></li> }
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
                <h2 id="platforms">"Images in this index"</h2>
                <a href=routes::files(&name, &reference)>"Browse all files"</a>
            </div>
            <table class="platform-table">
                <caption class="sr-only">"Images in this index"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Platform"</th>
                        <th scope="col">"Digest"</th>
                        <th scope="col" class="number">"Compressed"</th>
                        <th scope="col" class="number">"Unpacked"</th>
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
                <h2 id="artifact-facts">"What it says of itself"</h2>
                <TextTable label="What it says of itself" rows=artifact.facts.clone() />
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
                .map_or_else(|| "unnamed".to_owned(), text::visible);
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
                <h2 id="blobs">"Files"</h2>
                <table class="platform-table">
                    <caption class="sr-only">"Files of the artifact"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Type"</th>
                            <th scope="col">"Digest"</th>
                            <th scope="col" class="number">"Size"</th>
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
                <h2 id="referrers">"Signatures and statements"</h2>
                <p class="note">"Attached to this manifest. Longshore has not checked what they say."</p>
                <ul class="referrer-list">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn RawManifest(text: String, size: usize) -> impl IntoView {
    view! {
        <section aria-labelledby="manifest">
            <h2 id="manifest">"Manifest"</h2>
            <details class="raw">
                <summary>"The exact document, " <Size bytes=size as u64 /></summary>
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
