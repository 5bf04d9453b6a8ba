//! Who did what in a hold, `/hold/<did>/activity`.

use std::sync::Arc;

use leptos::prelude::*;

use super::upkeep::said;
use super::{HoldFrame, PersonLink, for_those, hold_in_address, query};
use crate::api::hold::activity::{
    ActivityQuery, ActivityRow, ActivitySource, Doer, GROUPS, HoldActivity, PERIODS,
};
use crate::api::hold::upkeep::UpkeepPage;
use crate::components::loaded::loaded;
use crate::components::values::When;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn ActivityPage() -> impl IntoView {
    let did = hold_in_address();
    let asked = ActivityQuery {
        person: query("person"),
        action: query("action"),
        days: query("days").parse().unwrap_or_default(),
        after: Some(query("after")).filter(|after| !after.is_empty()),
    };
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn ActivitySource>>();
    source.map(|source| {
        loaded(async move { source.activity(&did, asked).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: UpkeepPage<HoldActivity>) -> impl IntoView {
    let UpkeepPage { head, said: answer } = page;
    let did = head.did.clone();
    view! {
        <HoldFrame head section="activity" title=t!("activity-title")>
            <h1 class="sr-only">{t!("activity-title")}</h1>
            {said(answer, move |activity| view! { <Activity did activity /> })}
        </HoldFrame>
    }
}

fn address(page: &str, query: &ActivityQuery, after: &str) -> String {
    let days = if query.days == 0 {
        String::new()
    } else {
        query.days.to_string()
    };
    routes::with_query(
        page,
        &[
            ("person", &query.person),
            ("action", &query.action),
            ("days", &days),
            ("after", after),
        ],
    )
}

#[component]
fn Activity(did: String, activity: HoldActivity) -> impl IntoView {
    let page = routes::hold_page(&did, "activity");
    let HoldActivity {
        query,
        entries,
        next,
        unknown_person,
    } = activity;
    // Nobody did nothing: there is nothing to take along.
    let take_along = unknown_person
        .is_none()
        .then(|| view! { <TakeAlong page=page.clone() query=query.clone() /> });
    let unknown = unknown_person.map(|reason| {
        view! {
            <p class="problem" role="alert">
                {reason}
            </p>
        }
    });
    let is_filtered = query != ActivityQuery::default();
    let list = if entries.is_empty() {
        view! { <Nothing page=page.clone() is_filtered /> }.into_any()
    } else {
        let rows = entries
            .into_iter()
            .map(|entry| view! { <Entry entry /> })
            .collect_view();
        view! { <ol class="activity">{rows}</ol> }.into_any()
    };
    let first = query.after.is_some().then(|| {
        view! {
            <a class="button button-quiet" href=address(&page, &query, "")>
                {t!("activity-latest")}
            </a>
        }
    });
    let next = next.map(|after| {
        view! {
            <a class="button button-quiet" rel="next" href=address(&page, &query, &after)>
                {t!("activity-older")}
            </a>
        }
    });
    let paging = (first.is_some() || next.is_some()).then(|| {
        view! { <nav class="paging" aria-label=t!("activity-pages")>{first} {next}</nav> }
    });
    view! {
        <Filters page query=query.clone() />
        {unknown}
        <section aria-labelledby="log">
            <h2 id="log">{t!("activity-log")}</h2>
            {list}
            {paging}
            {take_along}
        </section>
    }
}

/// The same entries as files.
#[component]
fn TakeAlong(page: String, query: ActivityQuery) -> impl IntoView {
    let lines = address(&format!("{page}/export.jsonl"), &query, "");
    let table = address(&format!("{page}/export.csv"), &query, "");
    let lines = view! { <a href=lines download>{t!("activity-export-lines")}</a> };
    let table = view! { <a href=table download>{t!("activity-export-table")}</a> };
    view! { <p class="note">{t_view!("activity-export", lines = lines, table = table)}</p> }
}

#[component]
fn Filters(page: String, query: ActivityQuery) -> impl IntoView {
    let groups = GROUPS
        .map(|group| {
            view! {
                <option value=group selected=group == query.action>
                    {group_name(group)}
                </option>
            }
        })
        .collect_view();
    let periods = PERIODS
        .map(|days| {
            let words = t!("activity-filter-days-last", count = days);
            view! { <option value=days.to_string() selected=days == query.days>{words}</option> }
        })
        .collect_view();
    view! {
        <form class="filter-form" method="get" action=page role="search" aria-label=t!("activity-filter")>
            <div class="field">
                <label for="person">{t!("activity-filter-person")}</label>
                <input
                    id="person"
                    name="person"
                    type="search"
                    value=query.person
                    placeholder=t!("activity-filter-person-example")
                    maxlength="300"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <div class="field">
                <label for="action">{t!("activity-filter-action")}</label>
                <select id="action" name="action">
                    <option value="">{t!("activity-filter-action-all")}</option>
                    {groups}
                </select>
            </div>
            <div class="field">
                <label for="days">{t!("activity-filter-days")}</label>
                <select id="days" name="days">
                    <option value="">{t!("activity-filter-days-all")}</option>
                    {periods}
                </select>
            </div>
            <button class="button button-quiet" type="submit">
                {t!("activity-filter-submit")}
            </button>
        </form>
    }
}

fn group_name(group: &str) -> &'static str {
    match group {
        "crew" => t!("activity-group-crew"),
        "captaincy" => t!("activity-group-captaincy"),
        "settings" => t!("activity-group-settings"),
        "garbage" => t!("activity-group-garbage"),
        "quota" => t!("activity-group-quota"),
        "data" => t!("activity-group-data"),
        _ => t!("activity-group-hold"),
    }
}

#[component]
fn Nothing(page: String, is_filtered: bool) -> impl IntoView {
    if is_filtered {
        view! {
            <div class="empty">
                <h3 class="minor">{t!("activity-unmatched")}</h3>
                <p>
                    <a class="button" href=page>
                        {t!("activity-unmatched-all")}
                    </a>
                </p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="empty">
                <h3 class="minor">{t!("activity-none")}</h3>
                <p>{t!("activity-none-what")}</p>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Entry(entry: ActivityRow) -> impl IntoView {
    let who = match entry.who {
        Doer::Person(person) => view! { <PersonLink person /> }.into_any(),
        Doer::Operator => view! { <strong>{t!("activity-operator")}</strong> }.into_any(),
        Doer::Hold => view! { <strong>{t!("activity-hold")}</strong> }.into_any(),
    };
    let times = (entry.times > 1).then(|| {
        view! { <span class="chip">{t!("activity-times", count = entry.times)}</span> }
    });
    let details = (!entry.details.is_empty()).then(|| {
        let details = entry
            .details
            .iter()
            .map(|detail| view! { <li>{text::visible(detail)}</li> })
            .collect_view();
        view! { <ul class="activity-details">{details}</ul> }
    });
    let group = entry
        .action
        .split('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    // Keys of variants have no dots.
    let action = entry.action.replace('.', "-");
    let name = entry.action;
    let sentence = match entry.subject {
        Some(person) => t_view!(
            "activity-entry-whom",
            who = who,
            whom = view! { <PersonLink person /> };
            action = action,
            name = name
        ),
        None => t_view!("activity-entry", who = who; action = action, name = name),
    };
    view! {
        <li class=format!("activity-entry activity-{group}")>
            <p>{sentence} " " {times}</p>
            {details}
            <p class="note"><When moment=entry.at /></p>
        </li>
    }
}
