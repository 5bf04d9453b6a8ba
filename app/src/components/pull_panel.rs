//! How to fetch an image, one program at a time where the style sheet can hide the others, else all of them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use super::pull_command::CommandBlock;
use crate::pull_commands::{PullClient, PullTarget};
use crate::t;

/// The commands for every program that can fetch this kind of thing: by `tag` where there is one, and by digest.
#[component]
pub(crate) fn PullPanel(
    registry_host: String,
    name: String,
    tag: Option<String>,
    digest: String,
    kind: Option<String>,
    plain_http: bool,
) -> impl IntoView {
    let clients = PullClient::for_kind(kind.as_deref());
    let target = |reference: &str| PullTarget {
        registry_host: registry_host.clone(),
        name: name.clone(),
        reference: reference.to_owned(),
        plain_http,
    };
    let choices = clients
        .iter()
        .enumerate()
        .map(|(index, client)| {
            view! {
                <label class="tool-choice">
                    <input type="radio" name="tool" value=client.name() checked=index == 0 />
                    <span>{client.name()}</span>
                </label>
            }
        })
        .collect_view();
    let panels = clients
        .iter()
        .map(|client| {
            let by_tag = tag.as_deref().map(|tag| {
                let label = t!("pull-by-tag", tag = tag.to_owned());
                view! { <CommandBlock label command=client.pull(&target(tag)) /> }
            });
            view! {
                <section
                    class=format!("tool-panel panel-{}", client.name())
                    aria-label=t!("pull-client", client = client.name())
                >
                    <h3>{client.name()}</h3>
                    {by_tag}
                    <CommandBlock
                        label=t!("pull-by-digest")
                        command=client.pull(&target(&digest))
                    />
                </section>
            }
        })
        .collect_view();
    view! {
        <div class="tools pull-panel">
            <fieldset class="tool-choices">
                <legend>{t!("pull-with")}</legend>
                {choices}
            </fieldset>
            {panels}
        </div>
    }
}
