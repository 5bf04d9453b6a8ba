//! The network's directory against fake DNS, PLC and hosts.

use axum::Router;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;

use super::*;
use crate::clients::fake_dns::{FakeZone, start_fake_dns};
use crate::clients::outbound::OutboundPolicy;

const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const BOB: &str = "did:plc:44ybard66vv44zksje25o7dz";

/// A server that answers by path.
async fn serve(answer: impl Fn(String) -> (u16, String) + Clone + Send + Sync + 'static) -> Url {
    let app = Router::new().fallback(move |uri: Uri| {
        let (status, body) = answer(uri.to_string());
        async move { (StatusCode::from_u16(status).unwrap(), body) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://localhost:{port}/").parse().unwrap()
}

async fn directory(plc: Url, resolvers: Vec<Url>, zones: &[(&str, FakeZone)]) -> NetworkDirectory {
    let name_server = Some(start_fake_dns(zones).await);
    let policy = OutboundPolicy {
        allow_loopback_http: true,
        name_server,
        ..OutboundPolicy::default()
    };
    let setup = NetworkDirectorySetup {
        plc_url: plc,
        handle_resolver_urls: resolvers,
        name_server,
    };
    NetworkDirectory::new(OutboundClient::new(&policy).unwrap(), &setup).unwrap()
}

fn nowhere() -> Url {
    "http://localhost:1/".parse().unwrap()
}

async fn fetch(status: u16, body: String) -> Result<Option<DidDocument>, IdentityError> {
    let plc = serve(move |path| {
        assert_eq!(path, format!("/{ALICE}"));
        (status, body.clone())
    })
    .await;
    directory(plc, Vec::new(), &[])
        .await
        .fetch_document(&ALICE.parse().unwrap())
        .await
}

#[tokio::test]
async fn documents_come_from_the_plc_directory() {
    let document = fetch(200, format!(r#"{{"id":"{ALICE}"}}"#))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(document.did().as_str(), ALICE);
    for gone in [404, 410] {
        assert_eq!(fetch(gone, String::new()).await, Ok(None));
    }
    for failing in [429, 500, 503] {
        let answer = fetch(failing, String::new()).await;
        assert!(
            matches!(answer, Err(IdentityError::Unreachable { .. })),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn id_03_fe_05_documents_that_are_wrong_or_huge_are_refused() {
    let huge = format!(r#"{{"id":"{ALICE}","x":"{}"}}"#, "x".repeat(600 * 1024));
    for body in [
        format!(r#"{{"id":"{BOB}"}}"#),
        "{}".to_owned(),
        "nonsense".to_owned(),
        huge,
    ] {
        let answer = fetch(200, body).await;
        assert!(
            matches!(answer, Err(IdentityError::DocumentInvalid { .. })),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn id_01_did_web_documents_come_from_their_host() {
    let host = serve(|path| {
        assert_eq!(path, "/.well-known/did.json");
        (200, r#"{"id":"did:web:another.example.org"}"#.to_owned())
    })
    .await;
    let directory = directory(nowhere(), Vec::new(), &[]).await;
    let did: Did = format!("did:web:localhost%3A{}", host.port().unwrap())
        .parse()
        .unwrap();
    let answer = directory.fetch_document(&did).await;
    assert!(
        matches!(answer, Err(IdentityError::DocumentInvalid { .. })),
        "{answer:?}"
    );
    for did in [
        "did:web:a.com:b",
        "did:web:a.com%3A8080",
        "did:web:x.internal",
        "did:key:zQ3sh",
    ] {
        let answer = directory.fetch_document(&did.parse().unwrap()).await;
        assert!(
            matches!(answer, Err(IdentityError::NotAllowed { .. })),
            "{did}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn id_08_id_09_txt_records_decide_where_there_are_any() {
    let alice = format!("did={ALICE}");
    let bob = format!("did={BOB}");
    let broken = FakeZone {
        broken: true,
        ..FakeZone::default()
    };
    let zones = [
        (
            "_atproto.alice.example.org",
            FakeZone::texts(&["v=spf1 -all", &alice, &alice]),
        ),
        ("_atproto.two.example.org", FakeZone::texts(&[&alice, &bob])),
        (
            "_atproto.unusable.example.org",
            FakeZone::texts(&["did=alice"]),
        ),
        ("_atproto.broken.example.org", broken),
    ];
    let directory = directory(nowhere(), Vec::new(), &zones).await;
    let resolve = async |handle: &str| directory.resolve_handle(&handle.parse().unwrap()).await;
    assert_eq!(
        resolve("alice.example.org").await,
        Ok(Some(ALICE.parse().unwrap()))
    );
    assert!(matches!(
        resolve("two.example.org").await,
        Err(IdentityError::HandleAmbiguous { .. })
    ));
    assert_eq!(resolve("unusable.example.org").await, Ok(None));
    assert!(matches!(
        resolve("broken.example.org").await,
        Err(IdentityError::Unreachable { .. })
    ));
    // Without TXT and without a host there is nothing left to ask.
    assert_eq!(resolve("nobody.example.org").await, Ok(None));
}

#[tokio::test]
async fn fe_02_a_handle_on_a_private_address_is_not_asked() {
    let zones = [("inside.example.org", FakeZone::addresses(&["10.0.0.1"]))];
    let directory = directory(nowhere(), Vec::new(), &zones).await;
    let answer = directory
        .resolve_handle(&"inside.example.org".parse().unwrap())
        .await;
    assert_eq!(answer, Ok(None));
}

#[tokio::test]
async fn resolvers_of_a_development_network_are_asked_first() {
    let knows_nobody = serve(|_| (400, r#"{"error":"HandleNotFound"}"#.to_owned())).await;
    let knows_alice = serve(|path| match path.as_str() {
        "/xrpc/com.atproto.identity.resolveHandle?handle=alice.test" => {
            (200, format!(r#"{{"did":"{ALICE}"}}"#))
        }
        _ => (400, String::new()),
    })
    .await;
    let bob = format!("did={BOB}");
    let zones = [("_atproto.bob.example.org", FakeZone::texts(&[&bob]))];
    let directory = directory(nowhere(), vec![knows_nobody, knows_alice], &zones).await;
    let resolve = async |handle: &str| directory.resolve_handle(&handle.parse().unwrap()).await;
    assert_eq!(
        resolve("alice.test").await,
        Ok(Some(ALICE.parse().unwrap()))
    );
    assert_eq!(resolve("nobody.test").await, Ok(None));
    assert_eq!(
        resolve("bob.example.org").await,
        Ok(Some(BOB.parse().unwrap()))
    );
}
