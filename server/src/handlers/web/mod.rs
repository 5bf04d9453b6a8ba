//! The web app: renders the pages of [`app`] and implements the traits of `app::api`, one module
//! here per module there.

mod about;
mod avatars;
mod compression;
mod device_approval;
mod errors;
mod feeds;
mod hold;
mod home;
mod json;
mod markdown;
mod onward;
mod page_sources;
mod person;
mod pictures;
mod render;
mod repository;
mod search;
mod settings;
mod sign_in;
mod sources;
mod validators;
mod viewer;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::about::{Keeping, StatusParts};
pub use self::errors::{ErrorPages, show_errors};
pub use self::hold::{HoldState, PublicFacts};
pub use self::home::ShownHold;
pub use self::onward::{Onward, lead_on};
pub use self::settings::SettingsState;
pub use app::locale::speak;
use app::{App, shell, t};
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use url::Url;

use self::page_sources::PageSources;
use self::render::RenderPage;
use crate::catalog::Catalog;
use crate::handlers::assets::Assets;
use crate::handlers::middleware::browser_session::{SignInNeeded, Viewer};
use crate::handlers::middleware::cookies::Cookies;
use crate::handlers::oauth::{FailedSignIn, SignInPage};
use crate::rate_limit::{TooOften, Wait};
use crate::repositories::Repositories;

/// Name of the built files; the same as `output-name` in the workspace's `Cargo.toml`.
const OUTPUT_NAME: &str = "longshore";

/// What the pages need to know of this server.
#[derive(Clone)]
pub struct WebSettings {
    /// Where browsers find this server.
    pub public_url: Url,
    /// Host and port as image names carry them.
    pub registry_host: String,
    /// A handle to fill into the commands of the home page (`web.example_handle`).
    pub example_handle: Option<String>,
    /// The hold that takes what is pushed here.
    pub hold: Option<ShownHold>,
    /// Where people without an account can make one (`web.sign_up_url`).
    pub sign_up_url: Url,
    /// The folder with the built files (`web.site_root`).
    pub site_root: PathBuf,
    /// What it keeps and for how long.
    pub keeping: Keeping,
}

/// What the pages are made of.
#[derive(Clone)]
pub struct WebParts {
    /// What is fixed.
    pub settings: WebSettings,
    /// What is there to see of images; without it, pages about them are not there.
    pub catalog: Option<Catalog>,
    /// What the status page looks at.
    pub status: Option<StatusParts>,
    /// What owners do with images; as `catalog`.
    pub repositories: Option<Repositories>,
    /// What runs holds; without it, their pages are not there.
    pub holds: Option<HoldState>,
    /// What only somebody who is signed in sees.
    pub account: SettingsState,
    /// Reads cookies.
    pub cookies: Cookies,
}

/// What the web app answers, and how others show its pages.
pub struct WebRoutes {
    /// Pages, their files, the forms that they send, and the 404 page as fallback for everything else.
    pub pages: Router,
    /// Renders the sign-in page for those whose sign-in failed.
    pub sign_in_page: SignInPage,
    /// Renders what went wrong elsewhere.
    pub error_pages: ErrorPages,
}

/// The web app.
pub fn routes(parts: WebParts) -> WebRoutes {
    let assets = Arc::new(load_assets(&parts.settings));
    let options = leptos_options(&parts.settings, &assets);
    let sources = PageSources::new(&parts);
    let for_programs = sources.for_programs();
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let provide_sources = {
        let sources = sources.clone();
        move || sources.provide()
    };
    let page = render_app_async_with_context(provide_sources.clone(), document.clone());
    let render = RenderPage::new(page.clone());
    let sign_in_page: SignInPage = {
        let page = page.clone();
        Arc::new(move |failure| Box::pin(show_failed_sign_in(page.clone(), failure)))
    };
    let fallback = move |request: Request| asset_or_page(assets, request, page);
    let pages = Router::new()
        .leptos_routes_with_context(
            &options,
            generate_route_list(App),
            provide_sources,
            document,
        )
        .fallback(fallback)
        .with_state(options)
        .layer(middleware::from_fn(only_for_their_owner))
        .merge(for_programs)
        .layer(middleware::from_fn(validators::add_etag))
        .merge(sources.forms(&render))
        .layer(middleware::from_fn_with_state(
            parts.account.limits,
            device_approval::limit_codes,
        ));
    WebRoutes {
        pages,
        sign_in_page,
        error_pages: ErrorPages::new(render),
    }
}

/// The texts of errors begin in lower case and end without a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

/// When to come back, as a sentence.
fn try_again(too_often: TooOften) -> String {
    match too_often.wait() {
        Wait::Seconds(seconds) => t!("again-seconds", count = seconds),
        Wait::Minutes(minutes) => t!("again-minutes", count = minutes),
    }
}

/// Some pages are for somebody who is signed in ([`app::routes::is_private`]).
async fn only_for_their_owner(request: Request, next: Next) -> Response {
    let is_private = app::routes::is_private(request.uri().path());
    let is_signed_in = request
        .extensions()
        .get::<Viewer>()
        .is_some_and(|viewer| viewer.0.is_some());
    if is_private && !is_signed_in {
        return SignInNeeded::new(request.method(), request.uri(), request.headers())
            .into_response();
    }
    next.run(request).await
}

/// The sign-in page again, with what went wrong, as the answer to whatever the browser asked for.
async fn show_failed_sign_in<Page, Answer>(page: Page, failure: FailedSignIn) -> Response
where
    Page: FnOnce(Request) -> Answer,
    Answer: Future<Output = Response>,
{
    let mut request = Request::new(axum::body::Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static(app::routes::SIGN_IN);
    request.headers_mut().clone_from(&failure.headers);
    let status = failure.status;
    request.extensions_mut().insert(failure.viewer.clone());
    request.extensions_mut().insert(failure);
    let mut response = page(request).await;
    *response.status_mut() = status;
    response
}

/// A file where one has this path, else whatever `page` renders.
async fn asset_or_page<Page, Answer>(assets: Arc<Assets>, request: Request, page: Page) -> Response
where
    Page: FnOnce(Request) -> Answer,
    Answer: Future<Output = Response>,
{
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(response) = assets.answer(request.uri().path(), request.headers())
    {
        return response;
    }
    page(request).await
}

/// The registry serves images without its pages' files, so their absence is no reason not to start.
fn load_assets(settings: &WebSettings) -> Assets {
    Assets::load(&settings.site_root, program_dir().as_deref()).unwrap_or_else(|error| {
        tracing::warn!(
            site_root = %settings.site_root.display(),
            error = &error as &dyn std::error::Error,
            "the web app is not built, so its pages have no style; build it with `cargo leptos build`"
        );
        Assets::default()
    })
}

fn leptos_options(settings: &WebSettings, assets: &Assets) -> LeptosOptions {
    let site_root = settings.site_root.to_string_lossy().into_owned();
    let options = LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root(site_root);
    match assets.hash_file() {
        // An absolute path wins over the program's folder, to which Leptos joins it.
        Some(file) => {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            let file = file.to_string_lossy().into();
            options.hash_files(true).hash_file(file).build()
        }
        None => options.hash_files(false).build(),
    }
}

fn program_dir() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::http::{StatusCode, header};
    use tower::ServiceExt;

    use super::*;

    fn settings() -> WebSettings {
        WebSettings {
            public_url: "http://localhost:5000".parse().unwrap(),
            registry_host: "localhost:5000".to_owned(),
            example_handle: Some("alice.test".to_owned()),
            hold: None,
            sign_up_url: "https://pds.example.com".parse().unwrap(),
            site_root: PathBuf::from("no such folder"),
            keeping: Keeping {
                operator_contact: None,
                database: "SQLite",
                blob_store: None,
                password_session: Duration::from_hours(12),
                upload: Duration::from_hours(24),
                grace: None,
                events: None,
            },
        }
    }

    async fn get(path: &str) -> (StatusCode, String, String) {
        let (_folder, account) = SettingsState::for_tests().await;
        let WebRoutes { pages: router, .. } = routes(WebParts {
            settings: settings(),
            catalog: None,
            status: None,
            repositories: None,
            holds: None,
            account,
            cookies: Cookies::new(false),
        });
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let header = |name| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let policy = header(header::CONTENT_SECURITY_POLICY)
            .or_else(|| header(header::LOCATION))
            .unwrap();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (status, policy, body)
    }

    #[tokio::test]
    async fn settings_lead_somebody_who_is_not_signed_in_to_the_sign_in_page_and_back() {
        let (status, location, body) = get("/settings/sessions").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(location, "/sign-in?return_to=%2Fsettings%2Fsessions");
        assert_eq!(body, "");
        let (status, _, body) = get(&location).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            body.contains("name=\"return_to\" value=\"/settings/sessions\""),
            "{body}"
        );
        let (_, _, body) = get("/sign-in?return_to=//evil.example").await;
        assert!(body.contains("name=\"return_to\" value=\"/\""), "oa_39");
    }

    #[tokio::test]
    async fn bf_12_paths_that_look_like_files_are_no_pages_of_somebody() {
        let (status, _, _) = get("/settings-x.css").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _, _) = get("/settings/x.css").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn the_home_page_has_the_commands_of_this_server() {
        let (status, _, body) = get("/").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("docker push localhost:5000/alice.test/hello:latest"));
    }

    #[tokio::test]
    async fn wb_02_every_script_carries_the_nonce_of_its_answer() {
        let (_, policy, body) = get("/").await;
        let (_, rest) = policy.split_once("'nonce-").unwrap();
        let (nonce, _) = rest.split_once('\'').unwrap();
        let scripts = body.matches("<script").count();
        assert!(scripts > 0);
        assert_eq!(body.matches(&format!("nonce=\"{nonce}\"")).count(), scripts);
        let (_, other_policy, _) = get("/").await;
        assert_ne!(policy, other_policy);
    }

    #[tokio::test]
    async fn an_unknown_path_is_a_page_with_status_404() {
        let (status, _, body) = get("/no/such/page").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("Nothing is moored here"));
    }
}
