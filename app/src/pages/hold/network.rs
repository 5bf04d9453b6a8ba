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
use crate::{routes, text};

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
        <HoldFrame head section="network" title="Network">
            <h1 class="sr-only">"Network"</h1>
            {said(answer, move |network| view! { <Network did network /> })}
        </HoldFrame>
    }
}

#[component]
fn Network(did: String, network: HoldNetwork) -> impl IntoView {
    let document = network.did_document.clone();
    view! {
        <ul class="figures">
            <li class="figure">
                <p class="figure-value">{text::grouped(network.subscribers)}</p>
                <p class="figure-words">
                    {if network.subscribers == 1 { "program follows" } else { "programs follow" }} " the firehose now"
                </p>
            </li>
            <li class="figure">
                <p class="figure-value">{text::grouped(network.last_event.unsigned_abs())}</p>
                <p class="figure-words">
                    "is the number of the last event"
                    {network.last_event_at.clone().map(|at| view! { ", " <When moment=at /> })}
                </p>
            </li>
            <li class="figure">
                <p class="figure-value">
                    {text::grouped(network.records.iter().map(|(_, count)| count).sum())}
                </p>
                <p class="figure-words">
                    "records in " {text::counted(network.blocks, "block", "blocks")} ", "
                    {text::bytes(network.block_bytes)}
                </p>
            </li>
        </ul>
        <section aria-labelledby="relays">
            <h2 id="relays">"Relays"</h2>
            <Relays did relays=network.relays.clone() />
        </section>
        <section aria-labelledby="repo">
            <h2 id="repo">"Repo"</h2>
            <p>
                "Everything this hold says of itself, its crew and its layers is a record in its own repo, signed by its key. Anybody can read it and check it."
            </p>
            <Repo network=network />
        </section>
        <section aria-labelledby="document">
            <h2 id="document">"DID document"</h2>
            <Listing label="DID document" text=document />
        </section>
    }
}

#[component]
fn Relays(did: String, relays: Vec<RelayView>) -> impl IntoView {
    if relays.is_empty() {
        return view! {
            <div class="empty">
                <h3 class="minor">"No relay is named"</h3>
                <p>
                    "Relays carry the records of many repos to whoever follows the network. Whoever runs this hold names them with "
                    <code>"HOLD_RELAYS"</code> "; without one, this hold is found by those who know its address."
                </p>
            </div>
        }
        .into_any();
    }
    let rows = relays
        .into_iter()
        .map(|relay| {
            let (class, word) = match relay.status.as_deref() {
                Some("active") => ("chip chip-signed", "Follows".to_owned()),
                Some(status) => ("chip chip-high", text::visible(status)),
                None => ("chip", "Does not say".to_owned()),
            };
            let seq = relay
                .seq
                .map(|seq| format!("It has the events up to {seq}."));
            let problem = relay
                .problem
                .map(|problem| format!("Its answer: {problem}."));
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
                "Ask them to follow this hold"
            </button>
        </form>
        <p class="note">"The hold asks at each start. Asking again does no harm, and helps when a relay lost track."</p>
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
    let kept = network.oldest_event.map_or_else(
        || "none".to_owned(),
        |oldest| format!("{oldest} to {}", network.last_event),
    );
    view! {
        <div class="two-tables">
            <Facts>
                <Fact name="Address">
                    <a href=network.public_url.clone()>{network.public_url.clone()}</a>
                </Fact>
                <Fact name="Handle">{network.handle}</Fact>
                <Fact name="Revision"><code>{network.rev}</code></Fact>
                <Fact name="Commit">
                    <span class="copyable">
                        <code class="digest">{network.commit.clone()}</code>
                        <CopyButton text=network.commit label="Copy the CID of the commit".to_owned() />
                    </span>
                </Fact>
                <Fact name="Events kept">{kept}</Fact>
                <Fact name="Firehose"><code class="digest">{network.firehose}</code></Fact>
            </Facts>
            <div class="table-frame">
                <table class="numbers">
                    <caption class="sr-only">"Records by collection"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Collection"</th>
                            <th scope="col" class="amount">"Records"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <p>
            <a class="button button-quiet" href=network.export>
                "Download the repo (CAR)"
            </a>
        </p>
    }
}
