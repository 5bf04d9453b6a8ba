//! The HTML document around every page, and the router.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

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
use crate::{locale, page_headers, t, text};

/// Applies the remembered theme before the first paint, so that the page never flashes in the
/// other one. [`crate::components::theme_switch`] writes what this reads.
const APPLY_THEME: &str = include_str!("apply_theme.js");

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang=locale::language()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <script nonce=use_nonce()>{APPLY_THEME}</script>
                <HashedStylesheet options=options.clone() />
                // The colours of `--ground` in the style sheet.
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f6f5" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0a161d" />
                <link rel="icon" href="/favicon.ico" sizes="48x48" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" sizes="any" />
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
            if title.is_empty() { t!("site-name").to_owned() } else { t!("layout-title", page = title) }
        } />
        <Router>
            <a class="skip-link" href="#main">
                {t!("layout-skip")}
            </a>
            <Header />
            <Routes fallback=|| view! { <NotFoundPage /> }>
                // The paths of `routes`.
                <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async />
                <Route path=path!("/u/:name") view=PersonPage ssr=SsrMode::Async />
                <Route path=path!("/r/*rest") view=RepositoryPages ssr=SsrMode::Async />
                <Route path=path!("/holds") view=HoldListPage ssr=SsrMode::Async />
                <Route path=path!("/holds/set-up") view=SetUpPage ssr=SsrMode::Async />
                <Route path=path!("/holds/set-up/check") view=CheckPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did") view=HoldPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/crew") view=CrewPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/crew/add") view=CrewAddPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/crew/:member") view=CrewMemberPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/crew/:member/remove") view=CrewRemovePage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/quotas") view=QuotasPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/settings") view=HoldSettingsPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/captaincy") view=CaptaincyPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/join") view=JoinPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/usage") view=UsagePage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/space") view=SpacePage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/network") view=NetworkPage ssr=SsrMode::Async />
                <Route path=path!("/hold/:did/activity") view=ActivityPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/settings") view=ProfilePage ssr=SsrMode::Async />
                <Route path=path!("/settings/sessions") view=SessionsPage ssr=SsrMode::Async />
                <Route path=path!("/settings/tokens") view=TokensPage ssr=SsrMode::Async />
                <Route path=path!("/settings/quota") view=QuotaPage ssr=SsrMode::Async />
                <Route path=path!("/settings/data") view=DataPage ssr=SsrMode::Async />
                <Route path=path!("/device") view=DevicePage ssr=SsrMode::Async />
                <Route path=path!("/device/authorize") view=LoopbackPage ssr=SsrMode::Async />
                <Route path=path!("/about") view=AboutPage ssr=SsrMode::Async />
                <Route path=path!("/privacy") view=PrivacyPage ssr=SsrMode::Async />
                <Route path=path!("/terms") view=TermsPage ssr=SsrMode::Async />
                <Route path=path!("/status") view=StatusPage ssr=SsrMode::Async />
                <Route path=path!("/install") view=InstallPage ssr=SsrMode::Async />
            </Routes>
            <Footer />
            <ShortcutsDialog />
            <Keyboard />
        </Router>
    }
}
