//! The pages on which a person lets a device log in as them: by the code that it shows, or because a program on this
//! computer sent the browser here. Opening one approves nothing.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::device_approval::{
    AskingDevice, DevicePage as DevicePageData, DeviceSource, DeviceStep,
};
use crate::components::ask_at_server::{Allow, AskAtServer};
use crate::components::facts::{Fact, Facts};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::loaded::from_source;
use crate::{routes, t, t_view};

/// For a code.
#[component]
pub(crate) fn DevicePage() -> impl IntoView {
    view! {
        <Sheet>
            {from_source(|source: Arc<dyn DeviceSource>| async move {
                let page = source.code_page().await;
                view! { <Step page path=routes::DEVICE /> }
            })}
        </Sheet>
    }
}

/// For a program on this computer.
#[component]
pub(crate) fn LoopbackPage() -> impl IntoView {
    view! {
        <Sheet>
            {from_source(|source: Arc<dyn DeviceSource>| async move {
                let page = source.loopback_page().await;
                view! { <Step page path=routes::DEVICE_AUTHORIZE /> }
            })}
        </Sheet>
    }
}

#[component]
fn Sheet(children: Children) -> impl IntoView {
    view! {
        <Page title=t!("device-title") description=t!("device-about")>
            <section class="sheet">
                <h1>{t!("device-title")}</h1>
                {children()}
            </section>
        </Page>
    }
}

#[component]
fn Step(page: DevicePageData, path: &'static str) -> impl IntoView {
    let ask_to_push = (!page.may_push && !matches!(page.step, DeviceStep::Denied))
        .then(|| view! { <AskAtServer allow=Allow::Push return_to=page.address.clone() /> });
    match page.step {
        DeviceStep::TypeCode => view! { <TypeCode problem=None /> }.into_any(),
        DeviceStep::WrongCode { problem } => {
            view! { <TypeCode problem=Some(problem) /> }.into_any()
        }
        DeviceStep::BadRequest { problem } => view! {
            <p class="problem" role="alert">
                {problem}
            </p>
            <p>
                {t_view!(
                    "device-bad-request",
                    command = view! { <code>"docker-credential-longshore login"</code> }
                )}
            </p>
        }
        .into_any(),
        DeviceStep::Decide {
            asking,
            user_code,
            fields,
        } => view! {
            <Decide asking user_code fields account=page.account path />
            {ask_to_push}
        }
        .into_any(),
        DeviceStep::Approved => view! {
            <p class="done" role="status">
                {t!("device-approved")}
            </p>
            {ask_to_push}
            <p class="note">
                {t_view!(
                    "device-listed",
                    link = view! { <a href=routes::SETTINGS_TOKENS>{t!("device-listed-link")}</a> }
                )}
            </p>
        }
        .into_any(),
        DeviceStep::Denied => view! {
            <p class="done" role="status">
                {t!("device-denied")}
            </p>
        }
        .into_any(),
    }
}

#[component]
fn TypeCode(problem: Option<String>) -> impl IntoView {
    let is_wrong = problem.is_some();
    let problem = problem.map(|problem| {
        view! {
            <p class="problem" id="code-problem" role="alert">
                {problem}
            </p>
        }
    });
    view! {
        {problem}
        <form class="stack" method="get" action=routes::DEVICE>
            <label for="user-code">{t!("device-code")}</label>
            <input
                id="user-code"
                class="code-input"
                name="user_code"
                type="text"
                placeholder="BCDF-GHJK"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="20"
                required
                aria-describedby=is_wrong.then_some("code-problem")
            />
            <p>
                <button class="button" type="submit">
                    {t!("device-continue")}
                </button>
            </p>
        </form>
    }
}

/// What asks, and the choice. Deny comes first.
#[component]
fn Decide(
    asking: AskingDevice,
    user_code: Option<String>,
    fields: Vec<(String, String)>,
    account: String,
    path: &'static str,
) -> impl IntoView {
    let compare = user_code.map(|code| {
        view! {
            <p>{t!("device-compare")}</p>
            <p class="code-shown">
                <code>{code}</code>
            </p>
        }
    });
    let fields = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <p class="lead">{t_view!("device-asks", account = view! { <strong>{account}</strong> })}</p>
        <Facts>
            <Fact name=t!("device-program")>{asking.client}</Fact>
            <Fact name=t!("device-on")>{asking.device}</Fact>
            <Fact name=t!("device-asked")>{asking.asked}</Fact>
        </Facts>
        <p class="note">{t!("device-names")}</p>
        {compare}
        <p>
            <strong>{t!("device-warning")}</strong>
            " " {t!("device-warning-nobody")}
        </p>
        <form class="decision" method="post" action=path>
            <FormToken />
            {fields}
            <button class="button button-danger" type="submit" name="decision" value="deny">
                {t!("device-deny")}
            </button>
            <button class="button" type="submit" name="decision" value="approve">
                {t!("device-approve")}
            </button>
        </form>
    }
}
