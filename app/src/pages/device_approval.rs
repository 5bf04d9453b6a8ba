//! The pages on which a person lets a device log in as them: by the code that it shows, or because a program on this
//! computer sent the browser here. Opening one approves nothing.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::device_approval::{
    AskingDevice, DevicePage as DevicePageData, DeviceSource, DeviceStep,
};
use crate::components::ask_to_push::AskToPush;
use crate::components::facts::{Fact, Facts};
use crate::components::form_token::FormToken;
use crate::components::layout::page::Page;
use crate::components::loaded::from_source;
use crate::routes;

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
        <Page title="Log in a device" description="Let docker on one of your computers act as you.">
            <section class="sheet">
                <h1>"Log in a device"</h1>
                {children()}
            </section>
        </Page>
    }
}

#[component]
fn Step(page: DevicePageData, path: &'static str) -> impl IntoView {
    let ask_to_push = (!page.may_push && !matches!(page.step, DeviceStep::Denied))
        .then(|| view! { <AskToPush return_to=page.address.clone() /> });
    match page.step {
        DeviceStep::TypeCode => view! { <TypeCode problem=None /> }.into_any(),
        DeviceStep::WrongCode { problem } => {
            view! { <TypeCode problem=Some(problem) /> }.into_any()
        }
        DeviceStep::BadRequest { problem } => view! {
            <p class="problem" role="alert">
                {problem}
            </p>
            <p>"Nothing was approved. Run " <code>"docker-credential-longshore login"</code> " again."</p>
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
                "Approved. The device is logged in in a moment; you may close this page."
            </p>
            {ask_to_push}
            <p class="note">
                "It is listed under " <a href=routes::SETTINGS_TOKENS>"your tokens"</a> ", where you can end it."
            </p>
        }
        .into_any(),
        DeviceStep::Denied => view! {
            <p class="done" role="status">
                "Denied. The device is not logged in."
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
            <label for="user-code">"The code that your terminal shows"</label>
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
                    "Continue"
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
            <p>"Your terminal must show exactly this code:"</p>
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
        <p class="lead">"A program asks to push and pull images as " <strong>{account}</strong> "."</p>
        <Facts>
            <Fact name="Program">{asking.client}</Fact>
            <Fact name="On">{asking.device}</Fact>
            <Fact name="Asked">{asking.asked}</Fact>
        </Facts>
        <p class="note">"Names are as the program gave them; anybody can claim them."</p>
        {compare}
        <p>
            <strong>"If you did not just run this command yourself, choose Deny."</strong>
            " Nobody from this registry ever asks you to approve a login for them."
        </p>
        <form class="decision" method="post" action=path>
            <FormToken />
            {fields}
            <button class="button button-danger" type="submit" name="decision" value="deny">
                "Deny"
            </button>
            <button class="button" type="submit" name="decision" value="approve">
                "Approve"
            </button>
        </form>
    }
}
