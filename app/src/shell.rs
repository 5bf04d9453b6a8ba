//! The HTML document around every page, and the router.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{ParamSegment, SsrMode, StaticSegment, WildcardSegment};

use crate::components::keyboard::Keyboard;
use crate::components::layout::{footer::Footer, header::Header};
use crate::components::shortcuts::ShortcutsDialog;
use crate::pages::{
    about::AboutPage,
    device_approval::{DevicePage, LoopbackPage},
    hold::{
        activity::ActivityPage,
        captaincy::CaptaincyPage,
        crew::CrewPage,
        crew_add::CrewAddPage,
        crew_member::{CrewMemberPage, CrewRemovePage},
        join::JoinPage,
        list::HoldListPage,
        network::NetworkPage,
        public::HoldPage,
        quotas::QuotasPage,
        set_up::{CheckPage, SetUpPage},
        settings::HoldSettingsPage,
        space::SpacePage,
        usage::UsagePage,
    },
    home::HomePage,
    install::InstallPage,
    not_found::NotFoundPage,
    person::PersonPage,
    privacy::PrivacyPage,
    repository::RepositoryPages,
    search::SearchPage,
    settings::{
        data::DataPage, profile::ProfilePage, quota::QuotaPage, sessions::SessionsPage,
        tokens::TokensPage,
    },
    sign_in::SignInPage,
    status::StatusPage,
    terms::TermsPage,
};
use crate::{page_headers, text};

/// Applies the remembered theme before the first paint, so that the page never flashes in the
/// other one. [`crate::components::theme_switch`] writes what this reads.
const APPLY_THEME: &str = include_str!("apply_theme.js");

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <script nonce=use_nonce()>{APPLY_THEME}</script>
                <HashedStylesheet options=options.clone() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/site.webmanifest" />
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Header, page and footer. Every page is rendered whole before it is sent, because the parts that
/// would be streamed later need JavaScript to reach their place.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    page_headers::set();
    view! {
        <Title formatter=|title: String| {
            // It is written into the document as it is, and some titles have words of strangers.
            let title = text::escaped(&title);
            if title.is_empty() { "Longshore".to_owned() } else { format!("{title} · Longshore") }
        } />
        <Router>
            <a class="skip-link" href="#main">
                "Skip to content"
            </a>
            <Header />
            <Routes fallback=|| view! { <NotFoundPage /> }>
                // The paths of `routes`.
                <Route path=StaticSegment("") view=HomePage ssr=SsrMode::Async />
                <Route path=StaticSegment("search") view=SearchPage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("u"), ParamSegment("name"))
                    view=PersonPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("r"), WildcardSegment("rest"))
                    view=RepositoryPages
                    ssr=SsrMode::Async
                />
                <Route path=StaticSegment("holds") view=HoldListPage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"))
                    view=HoldPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("crew"))
                    view=CrewPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(
                        StaticSegment("hold"),
                        ParamSegment("did"),
                        StaticSegment("crew"),
                        StaticSegment("add"),
                    )
                    view=CrewAddPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(
                        StaticSegment("hold"),
                        ParamSegment("did"),
                        StaticSegment("crew"),
                        ParamSegment("member"),
                    )
                    view=CrewMemberPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(
                        StaticSegment("hold"),
                        ParamSegment("did"),
                        StaticSegment("crew"),
                        ParamSegment("member"),
                        StaticSegment("remove"),
                    )
                    view=CrewRemovePage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("quotas"))
                    view=QuotasPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("settings"))
                    view=HoldSettingsPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("captaincy"))
                    view=CaptaincyPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("join"))
                    view=JoinPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("usage"))
                    view=UsagePage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("space"))
                    view=SpacePage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("network"))
                    view=NetworkPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("hold"), ParamSegment("did"), StaticSegment("activity"))
                    view=ActivityPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("holds"), StaticSegment("set-up"))
                    view=SetUpPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(
                        StaticSegment("holds"),
                        StaticSegment("set-up"),
                        StaticSegment("check"),
                    )
                    view=CheckPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("settings"), StaticSegment("quota"))
                    view=QuotaPage
                    ssr=SsrMode::Async
                />
                <Route path=StaticSegment("sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=StaticSegment("settings") view=ProfilePage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("settings"), StaticSegment("sessions"))
                    view=SessionsPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("settings"), StaticSegment("tokens"))
                    view=TokensPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=(StaticSegment("settings"), StaticSegment("data"))
                    view=DataPage
                    ssr=SsrMode::Async
                />
                <Route path=StaticSegment("about") view=AboutPage ssr=SsrMode::Async />
                <Route path=StaticSegment("privacy") view=PrivacyPage ssr=SsrMode::Async />
                <Route path=StaticSegment("terms") view=TermsPage ssr=SsrMode::Async />
                <Route path=StaticSegment("status") view=StatusPage ssr=SsrMode::Async />
                <Route path=StaticSegment("install") view=InstallPage ssr=SsrMode::Async />
                <Route path=StaticSegment("device") view=DevicePage ssr=SsrMode::Async />
                <Route
                    path=(StaticSegment("device"), StaticSegment("authorize"))
                    view=LoopbackPage
                    ssr=SsrMode::Async
                />
            </Routes>
            <Footer />
            <ShortcutsDialog />
            <Keyboard />
        </Router>
    }
}
