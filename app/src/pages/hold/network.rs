//! How a hold stands on the network, `/hold/<did>/network`.

use std::sync::Arc;

use leptos::prelude::*;

use super::upkeep::said;
use super::{HoldFrame, for_those, hold_in_address};
use crate::api::hold::network::{HoldNetwork, NetworkSource, RelayView};
use crate::api::hold::upkeep::UpkeepPage;
use crate::components::copy_button::CopyButton;
use crate::components::facts::{Fact, Facts};
use crate::components::form_token::FormToken;
use crate::components::listing::Listing;
use crate::components::loaded::loaded;
use crate::components::values::When;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn NetworkPage() -> impl IntoView {
    let did = hold_in_address();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn NetworkSource>>();
    source.map(|source| {
        loaded(async move { source.network(&did).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: UpkeepPage<HoldNetwork>) -> impl IntoView {
    let UpkeepPage { head, said: answer } = page;
    let did = head.did.clone();
    view! {
        <HoldFrame head section="network" title=t!("network-title")>
            <h1 class="sr-only">{t!("network-title")}</h1>
            {said(answer, move |network| view! { <Network did network /> })}
        </HoldFrame>
    }
}

#[component]
fn Network(did: String, network: HoldNetwork) -> impl IntoView {
    let document = network.did_document.clone();
    let last_event = match network.last_event_at.clone() {
        Some(at) => {
            t_view!("network-last-event-at", when = view! { <When moment=at /> }).into_any()
        }
        None => t!("network-last-event").into_any(),
    };
    let records = t!(
        "network-records",
        count = network.blocks,
        size = text::bytes(network.block_bytes)
    );
    view! {
        <ul class="figures">
            <li class="figure">
                <p class="figure-value">{text::grouped(network.subscribers)}</p>
                <p class="figure-words">{t!("network-followers", count = network.subscribers)}</p>
            </li>
            <li class="figure">
                <p class="figure-value">{text::grouped(network.last_event.unsigned_abs())}</p>
                <p class="figure-words">{last_event}</p>
            </li>
            <li class="figure">
                <p class="figure-value">
                    {text::grouped(network.records.iter().map(|(_, count)| count).sum())}
                </p>
                <p class="figure-words">{records}</p>
            </li>
        </ul>
        <section aria-labelledby="relays">
            <h2 id="relays">{t!("network-relays")}</h2>
            <Relays did relays=network.relays.clone() />
        </section>
        <section aria-labelledby="repo">
            <h2 id="repo">{t!("network-repo")}</h2>
            <p>{t!("network-repo-means")}</p>
            <Repo network=network />
        </section>
        <section aria-labelledby="document">
            <h2 id="document">{t!("network-document")}</h2>
            <Listing label=t!("network-document") text=document />
        </section>
    }
}

#[component]
fn Relays(did: String, relays: Vec<RelayView>) -> impl IntoView {
    if relays.is_empty() {
        let setting = view! { <code>"HOLD_RELAYS"</code> };
        return view! {
            <div class="empty">
                <h3 class="minor">{t!("network-relays-none")}</h3>
                <p>{t_view!("network-relays-mean", setting = setting)}</p>
            </div>
        }
        .into_any();
    }
    let rows = relays
        .into_iter()
        .map(|relay| {
            let (class, word) = match relay.status.as_deref() {
                Some("active") => ("chip chip-signed", t!("network-relay-follows").to_owned()),
                Some(status) => ("chip chip-high", text::visible(status)),
                None => ("chip", t!("network-relay-silent").to_owned()),
            };
            let seq = relay
                .seq
                .map(|seq| t!("network-relay-has", seq = seq.to_string()));
            let problem = relay
                .problem
                .map(|problem| t!("network-relay-problem", problem = problem));
            view! {
                <li class="row">
                    <div>
                        <p class="row-title">{text::visible(&relay.relay)}</p>
                        <p class="note">{seq} " " {problem}</p>
                    </div>
                    <p class=class>{word}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="rows">{rows}</ul>
        <form method="post" action=routes::hold_page(&did, "network")>
            <FormToken />
            <button class="button button-quiet" type="submit" name="action" value="request-crawl">
                {t!("network-ask")}
            </button>
        </form>
        <p class="note">{t!("network-ask-means")}</p>
    }
    .into_any()
}

#[component]
fn Repo(network: HoldNetwork) -> impl IntoView {
    let rows = network
        .records
        .iter()
        .map(|(collection, count)| {
            view! {
                <tr>
                    <th scope="row"><code>{collection.clone()}</code></th>
                    <td class="amount">{text::grouped(*count)}</td>
                </tr>
            }
        })
        .collect_view();
    let kept = match network.oldest_event {
        Some(first) => t!(
            "network-events",
            first = first.to_string(),
            last = network.last_event.to_string()
        ),
        None => t!("network-events-none").to_owned(),
    };
    view! {
        <div class="two-tables">
            <Facts>
                <Fact name=t!("network-address")>
                    <a href=network.public_url.clone()>{network.public_url.clone()}</a>
                </Fact>
                <Fact name=t!("network-handle")>{network.handle}</Fact>
                <Fact name=t!("network-revision")><code>{network.rev}</code></Fact>
                <Fact name=t!("network-commit")>
                    <span class="copyable">
                        <code class="digest">{network.commit.clone()}</code>
                        <CopyButton text=network.commit label=t!("network-commit-copy") />
                    </span>
                </Fact>
                <Fact name=t!("network-events-kept")>{kept}</Fact>
                <Fact name=t!("network-firehose")><code class="digest">{network.firehose}</code></Fact>
            </Facts>
            <div class="table-frame">
                <table class="numbers">
                    <caption class="sr-only">{t!("network-by-collection")}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t!("network-collection")}</th>
                            <th scope="col" class="amount">{t!("network-count")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <p>
            <a class="button button-quiet" href=network.export>
                {t!("network-download")}
            </a>
        </p>
    }
}
