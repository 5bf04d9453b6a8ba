//! Signing in: one field, and the way to the person's own server.

use leptos::prelude::*;

use crate::api::sign_in::SignInPage as SignInPageData;
use crate::components::layout::page::Page;
use crate::{routes, t, t_view};

/// The form. It works the same without JavaScript: what it sends leads on to the person's own server.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let page = use_context::<SignInPageData>().unwrap_or_default();
    let is_wrong = page.problem.is_some();
    let problem = page.problem.clone().map(|problem| {
        view! {
            <p class="problem" id="sign-in-problem" role="alert">
                {problem}
            </p>
        }
    });
    let fresh = page.fresh.then(|| {
        view! {
            <input type="hidden" name="fresh" value="1" />
            <p class="note">{t!("sign-in-fresh")}</p>
        }
    });
    let remembered = (!page.remembered.is_empty()).then(|| {
        view! { <Remembered names=page.remembered.clone() return_to=page.return_to.clone() fresh=page.fresh /> }
    });
    let sign_up = view! {
        <a href=page.sign_up_url rel="noreferrer">
            {t!("sign-in-sign-up-link")}
        </a>
    };
    view! {
        <Page title=t!("sign-in-title") description=t!("sign-in-about")>
            <section class="sheet">
                <h1>{t!("sign-in-title")}</h1>
                {problem}
                <form class="stack" method="post" action=routes::SIGN_IN>
                    <input type="hidden" name="return_to" value=page.return_to.clone() />
                    {fresh}
                    <label for="identifier">{t!("sign-in-handle")}</label>
                    <input
                        id="identifier"
                        name="identifier"
                        type="text"
                        value=page.identifier
                        placeholder="alice.example.com"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="2048"
                        required
                        aria-describedby=if is_wrong { "sign-in-problem sign-in-help" } else { "sign-in-help" }
                        aria-invalid=is_wrong.then_some("true")
                    />
                    <p class="note" id="sign-in-help">
                        {t!("sign-in-handle-help")}
                    </p>
                    <button class="button" type="submit">
                        {t!("sign-in-continue")}
                    </button>
                </form>
                {remembered}
                <p class="note">{t_view!("sign-in-sign-up", link = sign_up)}</p>
            </section>
        </Page>
    }
}

/// The accounts of this device, one press each.
#[component]
fn Remembered(names: Vec<String>, return_to: String, fresh: bool) -> impl IntoView {
    let accounts = names
        .into_iter()
        .map(|name| {
            view! {
                <li>
                    <form method="post" action=routes::SIGN_IN>
                        <input type="hidden" name="return_to" value=return_to.clone() />
                        {fresh.then(|| view! { <input type="hidden" name="fresh" value="1" /> })}
                        <button class="choice" type="submit" name="identifier" value=name.clone()>
                            {name.clone()}
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <h2 class="minor">{t!("sign-in-remembered")}</h2>
        <ul class="remembered">{accounts}</ul>
        <form method="post" action=routes::FORGET_ACCOUNTS>
            <button class="link-button" type="submit">
                {t!("sign-in-forget")}
            </button>
        </form>
    }
}
