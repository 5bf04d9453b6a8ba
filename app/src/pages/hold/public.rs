//! What everybody sees of a hold, `/hold/<did>`.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, PersonLink, hold_in_address};
use crate::api::hold::HoldViewer;
use crate::api::hold::public::{HoldSource, PublicHold};
use crate::components::ask_for_holds::AskForHolds;
use crate::components::copy_button::CopyButton;
use crate::components::facts::{Fact, Facts};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::components::values::When;
use crate::{routes, text};

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
                <aside class="page-aside" aria-label="Identity">
                    <Identity hold />
                </aside>
            </div>
        </HoldFrame>
    }
}

#[component]
fn Chips(hold: PublicHold) -> impl IntoView {
    let answers = if hold.answers {
        view! { <li class="chip chip-signed">"Answers now"</li> }.into_any()
    } else {
        view! { <li class="chip chip-full">"Does not answer"</li> }.into_any()
    };
    let here = hold
        .head
        .is_here
        .then(|| view! { <li class="chip">"Runs in this server"</li> });
    let public = if hold.public { "Public" } else { "Crew only" };
    let open = if hold.open_registration {
        "Open registration"
    } else {
        "By invitation"
    };
    view! {
        <ul class="chips" aria-label="In short">
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
                <p>"The captaincy of this hold is offered to you."</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "captaincy")>
                        "Look at the offer"
                    </a>
                </p>
            </div>
        }
    });
    let usage = hold.own_usage.clone().map(|usage| {
        view! {
            <section aria-labelledby="own-usage">
                <h2 id="own-usage">"Your space here"</h2>
                <UsageBar usage=usage.clone() />
                <ul class="chips">
                    <PressureChip usage=usage.clone() />
                    {usage.tier.map(|tier| view! { <li class="chip">"Tier " {tier}</li> })}
                </ul>
            </section>
        }
    });
    let join = match hold.head.viewer {
        HoldViewer::Nobody if hold.open_registration => Some(
            view! {
                <p class="notice">
                    <span>
                        <a href=routes::with_query(routes::SIGN_IN, &[("return_to", &routes::hold(&hold.did))])>
                            "Sign in"
                        </a> " to join the crew. Everybody with an account may."
                    </span>
                </p>
            }
            .into_any(),
        ),
        HoldViewer::Stranger if hold.open_registration => {
            Some(view! { <Join hold=hold.clone() /> }.into_any())
        }
        HoldViewer::Stranger => Some(
            view! {
                <p class="notice">
                    <span>
                        "To push to this hold, be in its crew. Ask the captain, "
                        <PersonLink person=hold.captain.clone() /> ", for an invite."
                    </span>
                </p>
            }
            .into_any(),
        ),
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
        return view! { <AskForHolds return_to=address /> }.into_any();
    }
    view! {
        <section class="notice" aria-labelledby="join">
            <h2 id="join" class="minor">"Join the crew"</h2>
            <p>
                "Everybody with an account may. You can push to this hold then, within the quota of its members. Its captain sees who you are and how much you store."
            </p>
            <form method="post" action=address>
                <FormToken />
                <button class="button" type="submit" name="join" value="1">
                    "Join"
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
        None => view! { <span class="unknown">"not said"</span> }.into_any(),
    };
    let storage = hold.storage.map(|kind| match kind.as_str() {
        "folder" => "A folder on a disk".to_owned(),
        "bucket" => "A bucket (S3)".to_owned(),
        other => text::visible(other),
    });
    let crew = match hold.crew_size {
        Some(count) => text::counted(count as u64, "member", "members"),
        None => "not known at the moment".to_owned(),
    };
    let reading = if hold.public {
        "Everybody, without an account"
    } else {
        "The crew"
    };
    let joining = if hold.open_registration {
        "Everybody with an account"
    } else {
        "Those whom the captain or an administrator adds"
    };
    let tiers = (!hold.tiers.is_empty()).then(|| {
        let tiers = hold
            .tiers
            .iter()
            .map(|tier| {
                let default = tier.is_default.then_some(" (new members)");
                view! { <li>{tier.name.clone()} ", " {text::bytes(tier.bytes)} {default}</li> }
            })
            .collect_view();
        view! {
            <Fact name="Quotas">
                <ul>{tiers}</ul>
            </Fact>
        }
    });
    view! {
        <section aria-labelledby="about">
            <h2 id="about">"About this hold"</h2>
            <Facts>
                <Fact name="Captain">
                    <PersonLink person=hold.captain />
                </Fact>
                <Fact name="Reading">{reading}</Fact>
                <Fact name="Joining">{joining}</Fact>
                <Fact name="Crew">{crew}</Fact>
                {tiers}
                <Fact name="Region">{or_unsaid(hold.region)}</Fact>
                <Fact name="Provider">{or_unsaid(hold.provider)}</Fact>
                <Fact name="Kept in">{or_unsaid(storage)}</Fact>
                <Fact name="Software">{or_unsaid(hold.version.map(|version| format!("version {version}")))}</Fact>
                <Fact name="Since">
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
            <h2>"Identity"</h2>
            <Copyable label="DID" text=hold.did.clone() />
            <Copyable label="Endpoint" text=hold.endpoint />
            <Copyable label="Captain record" text=record />
        </section>
        <section>
            <h2>"For programs"</h2>
            <p>
                <a href=routes::json(&routes::hold(&hold.did)) rel="external">
                    "This page as JSON"
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
                <CopyButton text label=format!("Copy: {label}") />
            </div>
        </div>
    }
}
