//! What everybody sees of a hold, `/hold/<did>`.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, hold_in_address};
use crate::api::hold::HoldViewer;
use crate::api::hold::public::{HoldSource, PublicHold};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::copy_button::CopyButton;
use crate::components::facts::{Fact, Facts};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::components::values::When;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn HoldPage() -> impl IntoView {
    let did = hold_in_address();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn HoldSource>>();
    source.map(|source| loaded(async move { source.hold(&did).await }, draw))
}

fn draw(hold: PublicHold) -> impl IntoView {
    let address = routes::hold(&hold.did);
    let description = hold
        .description
        .as_deref()
        .map(|text| view! { <p class="lead">{text::visible(text)}</p> });
    view! {
        <HoldFrame head=hold.head.clone() section="" title="" json=routes::json(&address)>
            <Chips hold=hold.clone() />
            <div class="page-body with-aside hold-columns">
                <div class="page-main">
                    {description}
                    <Aboard hold=hold.clone() />
                    <About hold=hold.clone() />
                </div>
                <aside class="page-aside" aria-label=t!("hold-identity")>
                    <Identity hold />
                </aside>
            </div>
        </HoldFrame>
    }
}

#[component]
fn Chips(hold: PublicHold) -> impl IntoView {
    let answers = if hold.answers {
        view! { <li class="chip chip-signed">{t!("hold-answers")}</li> }.into_any()
    } else {
        view! { <li class="chip chip-full">{t!("hold-is-silent")}</li> }.into_any()
    };
    let here = hold
        .head
        .is_here
        .then(|| view! { <li class="chip">{t!("hold-runs-here")}</li> });
    let public = if hold.public {
        t!("hold-public")
    } else {
        t!("hold-crew-only")
    };
    let open = if hold.open_registration {
        t!("hold-open")
    } else {
        t!("hold-by-invitation")
    };
    view! {
        <ul class="chips" aria-label=t!("hold-in-short")>
            {answers}
            {here}
            <li class="chip">{public}</li>
            <li class="chip">{open}</li>
        </ul>
    }
}

/// What whoever looks is to the hold, and the way in.
#[component]
fn Aboard(hold: PublicHold) -> impl IntoView {
    let did = hold.did.clone();
    let offer = hold.is_offered.then(|| {
        view! {
            <div class="notice" role="status">
                <p>{t!("hold-offered")}</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "captaincy")>
                        {t!("hold-offered-look")}
                    </a>
                </p>
            </div>
        }
    });
    let usage = hold.own_usage.clone().map(|usage| {
        view! {
            <section aria-labelledby="own-usage">
                <h2 id="own-usage">{t!("hold-own-usage")}</h2>
                <UsageBar usage=usage.clone() />
                <ul class="chips">
                    <PressureChip usage=usage.clone() />
                    {usage.tier.map(|tier| view! { <li class="chip">{t!("hold-own-tier", name = tier)}</li> })}
                </ul>
            </section>
        }
    });
    let join = match hold.head.viewer {
        HoldViewer::Nobody if hold.open_registration => {
            let sign_in =
                routes::with_query(routes::SIGN_IN, &[("return_to", &routes::hold(&hold.did))]);
            let link = view! { <a href=sign_in>{t!("hold-sign-in-link")}</a> };
            Some(
                view! {
                    <p class="notice">
                        <span>{t_view!("hold-sign-in", link = link)}</span>
                    </p>
                }
                .into_any(),
            )
        }
        HoldViewer::Stranger if hold.open_registration => {
            Some(view! { <Join hold=hold.clone() /> }.into_any())
        }
        HoldViewer::Stranger => {
            let captain = view! { <PersonLink person=hold.captain.clone() /> };
            Some(
                view! {
                    <p class="notice">
                        <span>{t_view!("hold-ask-captain", captain = captain)}</span>
                    </p>
                }
                .into_any(),
            )
        }
        _ => None,
    };
    view! {
        {offer}
        {usage}
        {join}
    }
}

#[component]
fn Join(hold: PublicHold) -> impl IntoView {
    let address = routes::hold(&hold.did);
    if hold.join_needs_permission {
        return view! { <AskAtServer allow=Allow::Holds return_to=address /> }.into_any();
    }
    view! {
        <section class="notice" aria-labelledby="join">
            <h2 id="join" class="minor">{t!("hold-join-title")}</h2>
            <p>{t!("hold-join-means")}</p>
            <form method="post" action=address>
                <FormToken />
                <button class="button" type="submit" name="join" value="1">
                    {t!("hold-join")}
                </button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn About(hold: PublicHold) -> impl IntoView {
    let or_unsaid = |text: Option<String>| match text {
        Some(text) => text::visible(&text).into_any(),
        None => view! { <span class="unknown">{t!("hold-unsaid")}</span> }.into_any(),
    };
    let storage = hold.storage.map(|kind| match kind.as_str() {
        "folder" => t!("hold-storage-folder").to_owned(),
        "bucket" => t!("hold-storage-bucket").to_owned(),
        other => text::visible(other),
    });
    let crew = match hold.crew_size {
        Some(count) => t!("count-members", count = count),
        None => t!("hold-crew-unknown").to_owned(),
    };
    let reading = if hold.public {
        t!("hold-reading-everybody")
    } else {
        t!("hold-reading-crew")
    };
    let joining = if hold.open_registration {
        t!("hold-joining-everybody")
    } else {
        t!("hold-joining-added")
    };
    let tiers = (!hold.tiers.is_empty()).then(|| {
        let tiers = hold
            .tiers
            .iter()
            .map(|tier| {
                let name = tier.name.clone();
                let size = text::bytes(tier.bytes);
                let words = if tier.is_default {
                    t!("hold-tier-default", name = name, size = size)
                } else {
                    t!("hold-tier", name = name, size = size)
                };
                view! { <li>{words}</li> }
            })
            .collect_view();
        view! {
            <Fact name=t!("hold-tiers")>
                <ul>{tiers}</ul>
            </Fact>
        }
    });
    let version = hold
        .version
        .map(|version| t!("hold-version", version = version));
    view! {
        <section aria-labelledby="about">
            <h2 id="about">{t!("hold-about")}</h2>
            <Facts>
                <Fact name=t!("hold-captain")>
                    <PersonLink person=hold.captain />
                </Fact>
                <Fact name=t!("hold-reading")>{reading}</Fact>
                <Fact name=t!("hold-joining")>{joining}</Fact>
                <Fact name=t!("hold-crew")>{crew}</Fact>
                {tiers}
                <Fact name=t!("hold-region")>{or_unsaid(hold.region)}</Fact>
                <Fact name=t!("hold-provider")>{or_unsaid(hold.provider)}</Fact>
                <Fact name=t!("hold-storage")>{or_unsaid(storage)}</Fact>
                <Fact name=t!("hold-software")>{or_unsaid(version)}</Fact>
                <Fact name=t!("hold-since")>
                    <When moment=hold.since />
                </Fact>
            </Facts>
        </section>
    }
}

#[component]
fn Identity(hold: PublicHold) -> impl IntoView {
    let record = format!("at://{}/io.atcr.hold.captain/self", hold.did);
    view! {
        <section>
            <h2>{t!("hold-identity")}</h2>
            <Copyable label=t!("hold-did") text=hold.did.clone() />
            <Copyable label=t!("hold-endpoint") text=hold.endpoint />
            <Copyable label=t!("hold-captain-record") text=record />
        </section>
        <section>
            <h2>{t!("hold-for-programs")}</h2>
            <p>
                <a href=routes::json(&routes::hold(&hold.did)) rel="external">
                    {t!("hold-json")}
                </a>
            </p>
        </section>
    }
}

#[component]
fn Copyable(label: &'static str, text: String) -> impl IntoView {
    view! {
        <div>
            <p class="note">{label}</p>
            <div class="copyable">
                <code class="record-uri">{text.clone()}</code>
                <CopyButton text label=t!("copy-text", what = label) />
            </div>
        </div>
    }
}
