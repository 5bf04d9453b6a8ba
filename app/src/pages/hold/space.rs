//! Freeing the space of a hold, `/hold/<did>/space`.

use std::sync::Arc;

use leptos::prelude::*;

use super::upkeep::said;
use super::{HoldFrame, for_those, hold_in_address, query};
use crate::api::hold::space::{
    CollectionPlan, CollectionView, HoldSpace, PlannedBlob, Reason, SpaceSource,
};
use crate::api::hold::upkeep::UpkeepPage;
use crate::components::form_token::FormToken;
use crate::components::live_progress::LiveProgress;
use crate::components::loaded::loaded;
use crate::components::values::{ShortDigest, Size, When};
use crate::{routes, t, t_view};

/// The page.
#[component]
pub(crate) fn SpacePage() -> impl IntoView {
    let did = hold_in_address();
    let before = Some(query("after")).filter(|after| !after.is_empty());
    let plan = !query("plan").is_empty();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn SpaceSource>>();
    source.map(|source| {
        loaded(
            async move { source.space(&did, before, plan).await },
            |page| for_those(page, draw),
        )
    })
}

fn draw(page: UpkeepPage<HoldSpace>) -> impl IntoView {
    let UpkeepPage { head, said: answer } = page;
    let did = head.did.clone();
    view! {
        <HoldFrame head section="space" title=t!("space-title")>
            <h1 class="sr-only">{t!("space-title")}</h1>
            {said(answer, move |space| view! { <Space did space /> })}
        </HoldFrame>
    }
}

#[component]
fn Space(did: String, space: HoldSpace) -> impl IntoView {
    let address = routes::hold_page(&did, "space");
    let is_idle = space.running.is_none();
    let now = match space.running {
        Some(run) => view! { <Running address=address.clone() run /> }.into_any(),
        None => view! { <Idle address=address.clone() has_plan=space.plan.is_some() /> }.into_any(),
    };
    let plan = space
        .plan
        .map(|plan| view! { <Plan address=address.clone() plan is_idle /> });
    view! {
        <section aria-labelledby="collection">
            <h2 id="collection">{t!("space-collection")}</h2>
            <p>{t!("space-how")}</p>
            {now}
        </section>
        {plan}
        <section aria-labelledby="history">
            <h2 id="history">{t!("space-earlier")}</h2>
            <History address history=space.history next=space.next />
        </section>
    }
}

#[component]
fn Idle(address: String, has_plan: bool) -> impl IntoView {
    let look = (!has_plan).then(|| {
        let look = routes::with_query(&address, &[("plan", "1")]);
        view! {
            <a class="button" href=format!("{look}#plan")>
                {t!("space-look")}
            </a>
        }
    });
    view! {
        <div class="actions">
            {look} <form method="post" action=address>
                <FormToken />
                <button class="button button-quiet" type="submit" name="action" value="start">
                    {t!("space-start")}
                </button>
            </form>
        </div>
    }
}

/// The collection that is under way.
#[component]
fn Running(address: String, run: CollectionView) -> impl IntoView {
    let is_stopping = run.state == "stopping";
    let stop = (!is_stopping).then(|| {
        view! {
            <form method="post" action=address.clone()>
                <FormToken />
                <input type="hidden" name="id" value=run.id.clone() />
                <button class="button button-danger" type="submit" name="action" value="stop">
                    {t!("space-stop")}
                </button>
            </form>
        }
    });
    let words = run.words();
    view! {
        <div class="running">
            <p class="running-title">
                <span class="pulse" aria-hidden="true"></span>
                {if is_stopping { t!("space-stopping") } else { t!("space-collecting") }}
                " "
                <span class="note">
                    {t_view!("space-started-by", who = run.by, when = view! { <When moment=run.started /> })}
                </span>
            </p>
            <LiveProgress address=format!("{address}/progress") words />
            <div class="actions">
                {stop} <a class="button button-quiet" href=address>
                    {t!("space-look-again")}
                </a>
            </div>
            <p class="note">{t!("space-stop-means")}</p>
        </div>
    }
}

#[component]
fn Plan(address: String, plan: CollectionPlan, is_idle: bool) -> impl IntoView {
    let nothing = plan.goes.is_empty();
    let statement = if nothing {
        t!("space-plan-nothing").into_any()
    } else {
        let frees = view! { <strong><Size bytes=plan.freed /></strong> };
        let later = (plan.later > 0).then(|| {
            let bytes = view! { <strong><Size bytes=plan.later /></strong> };
            view! { " " {t_view!("space-plan-later", bytes = bytes, grace = plan.grace.clone())} }
        });
        view! { {t_view!("space-plan-frees", freed = frees)} {later} }.into_any()
    };
    let run = (is_idle && !nothing).then(|| {
        view! {
            <form method="post" action=address>
                <FormToken />
                <button class="button" type="submit" name="action" value="start">
                    {t!("space-plan-start")}
                </button>
            </form>
        }
    });
    let items =
        (!plan.items.is_empty()).then(|| view! { <Items items=plan.items more=plan.more /> });
    view! {
        <section id="plan" aria-labelledby="plan-title">
            <h2 id="plan-title">{t!("space-plan")}</h2>
            <div class="statement" role="status">
                <p class="statement-main">{statement}</p>
                <p class="note">{t!("space-plan-dry", grace = plan.grace)}</p>
                {run}
            </div>
            <div class="two-tables">
                <Reasons label=t!("space-goes") reasons=plan.goes empty=t!("space-goes-none") />
                <Reasons label=t!("space-stays") reasons=plan.stays empty=t!("space-stays-none") />
            </div>
            {items}
        </section>
    }
}

#[component]
fn Reasons(label: &'static str, reasons: Vec<Reason>, empty: &'static str) -> impl IntoView {
    if reasons.is_empty() {
        return view! {
            <div>
                <h3 class="minor">{label}</h3>
                <p class="note">{empty}</p>
            </div>
        }
        .into_any();
    }
    let rows = reasons
        .into_iter()
        .map(|reason| {
            view! {
                <tr>
                    <th scope="row">{reason.why}</th>
                    <td class="amount">{t!("count-blobs", count = reason.blobs)}</td>
                    <td class="amount"><Size bytes=reason.bytes /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-frame">
            <h3 class="minor">{label}</h3>
            <table class="numbers">
                <caption class="sr-only">{label}</caption>
                <thead class="sr-only">
                    <tr>
                        <th scope="col">{t!("space-why")}</th>
                        <th scope="col">{t!("space-blobs")}</th>
                        <th scope="col">{t!("space-bytes")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Items(items: Vec<PlannedBlob>, more: u64) -> impl IntoView {
    let count = items.len() as u64 + more;
    let more = (more > 0).then(|| view! { <p class="note">{t!("space-more", count = more)}</p> });
    let rows = items
        .into_iter()
        .map(|item| {
            view! {
                <tr>
                    <th scope="row"><ShortDigest digest=item.digest /></th>
                    <td>{item.fate}</td>
                    <td class="amount"><Size bytes=item.bytes /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="more-rows">
            <summary>{t!("space-items", count = count)}</summary>
            <div class="table-frame">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{t!("space-item")}</th>
                            <th scope="col">{t!("space-fate")}</th>
                            <th scope="col" class="amount">{t!("space-size")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </details>
    }
}

#[component]
fn History(address: String, history: Vec<CollectionView>, next: Option<String>) -> impl IntoView {
    if history.is_empty() {
        return view! {
            <p class="note">{t!("space-earlier-none")}</p>
        }
        .into_any();
    }
    let rows = history
        .into_iter()
        .map(|run| {
            let state = match run.state {
                "done" => t!("space-done"),
                "stopped" => t!("space-stopped"),
                "failed" => t!("space-failed"),
                _ => t!("space-interrupted"),
            };
            let remark = run
                .remark
                .map(|remark| view! { <span class="note">" " {remark}</span> });
            view! {
                <tr>
                    <th scope="row"><When moment=run.started /></th>
                    <td>{state} {remark}</td>
                    <td class="wide-only">{run.by}</td>
                    <td class="amount"><Size bytes=run.freed /></td>
                    <td class="amount wide-only"><Size bytes=run.quarantined /></td>
                    <td class="amount wide-only">{run.took}</td>
                </tr>
            }
        })
        .collect_view();
    let next = next.map(|after| {
        let href = routes::with_query(&address, &[("after", after.as_str())]);
        view! {
            <nav class="paging" aria-label=t!("space-earlier")>
                <a class="button button-quiet" rel="next" href=href>
                    {t!("space-older")}
                </a>
            </nav>
        }
    });
    view! {
        <div class="table-frame">
            <table class="numbers">
                <caption class="sr-only">{t!("space-earlier")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("space-when")}</th>
                        <th scope="col">{t!("space-ended")}</th>
                        <th scope="col" class="wide-only">{t!("space-by")}</th>
                        <th scope="col" class="amount">{t!("space-freed")}</th>
                        <th scope="col" class="amount wide-only">{t!("space-quarantined")}</th>
                        <th scope="col" class="amount wide-only">{t!("space-took")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {next}
    }
    .into_any()
}
