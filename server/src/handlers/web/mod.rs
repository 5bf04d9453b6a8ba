//! The web app: renders the pages of [`app`] and implements the traits of `app::api`, one module
//! here per module there.

mod feeds;
mod home;
mod json;
mod markdown;
mod person;
mod repository;
mod search;
mod sources;
mod validators;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::home::ShownHold;
use app::api::home::HomePageSource;
use app::{App, shell};
use axum::extract::Request;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use axum::{Router, middleware};
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use url::Url;

use self::home::ConfiguredHomePage;
use self::sources::{CatalogPages, RegistryAddress};
use crate::catalog::{Catalog, Reader};
use crate::handlers::assets::Assets;

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
    /// The folder with the built files (`web.site_root`).
    pub site_root: PathBuf,
}

/// Pages, their files, and the 404 page as fallback for everything else.
pub fn routes(settings: &WebSettings, catalog: &Catalog) -> Router {
    let catalog_pages = CatalogPages {
        catalog: catalog.clone(),
        reader: Reader::default(),
        registry: Arc::new(RegistryAddress {
            host: settings.registry_host.clone(),
            public_url: settings
                .public_url
                .as_str()
                .trim_end_matches('/')
                .to_owned(),
            plain_http: settings.public_url.scheme() == "http",
        }),
    };
    let for_programs = Router::new()
        .merge(json::routes(catalog_pages.clone()))
        .merge(feeds::routes(catalog_pages.clone()));
    router_with(settings, move || {
        let pages = match use_context::<Parts>() {
            Some(parts) => catalog_pages.for_request(&parts.extensions),
            None => catalog_pages.clone(),
        };
        pages.provide();
    })
    .merge(for_programs)
    .layer(middleware::from_fn(validators::add_etag))
}

/// The pages, with what `provide_more` lets the components of each request find.
fn router_with(
    settings: &WebSettings,
    provide_more: impl Fn() + Clone + Send + Sync + 'static,
) -> Router {
    let assets = Arc::new(load_assets(settings));
    let options = leptos_options(settings, &assets);
    let home_page: Arc<dyn HomePageSource> = Arc::new(ConfiguredHomePage::new(settings));
    let provide_sources = move || {
        provide_context(home_page.clone());
        provide_more();
    };
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let not_found = render_app_async_with_context(provide_sources.clone(), document.clone());
    let fallback = move |request: Request| asset_or_page(assets, request, not_found);
    Router::new()
        .leptos_routes_with_context(
            &options,
            generate_route_list(App),
            provide_sources,
            document,
        )
        .fallback(fallback)
        .with_state(options)
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
            site_root: PathBuf::from("no such folder"),
        }
    }

    async fn get(path: &str) -> (StatusCode, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router_with(&settings(), || {})
            .oneshot(request)
            .await
            .unwrap();
        let status = response.status();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].clone();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (status, policy.to_str().unwrap().to_owned(), body)
    }

    #[tokio::test]
    async fn the_home_page_has_the_commands_of_this_server() {
        let (status, _, body) = get("/").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("docker push localhost:5000/alice.test/hello:latest"));
    }

    #[tokio::test]
    async fn every_script_carries_the_nonce_of_its_answer() {
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
