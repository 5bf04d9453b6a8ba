//! A captain runs a hold on another server from the pages of this one.

use std::sync::Arc;

use http::StatusCode;
use secrecy::SecretString;

use super::holds::{did, page};
use crate::harness::{Account, Engine, Options, TestServer, network};
use crate::token::browser::Browser;

/// A browser of somebody whose server vouches for them at holds.
pub async fn vouched_for<'a>(server: &'a TestServer, account: &Account) -> Browser<'a> {
    let password: SecretString = account.app_password.clone().into();
    let session = server
        .state
        .sessions
        .sign_in(&account.handle, &password)
        .await
        .unwrap();
    Browser::with_session(server, account, &session.session_id).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captain_runs_a_hold_elsewhere_from_here() {
    let server = TestServer::start(Engine::Apart).await;
    let captain = vouched_for(&server, &network().alice).await;
    look_around(&server, &captain).await;
    add_bob(&server, &captain).await;
    change_settings(&server, &captain).await;
    restrict_bob(&server, &captain).await;
    hand_over_to_bob(&server, &captain).await;
    server.stop().await;
}

async fn look_around(server: &TestServer, captain: &Browser<'_>) {
    let hold = server.hold();
    let own = captain.open("/holds").await.expect(StatusCode::OK).text();
    assert!(
        own.contains(&page(hold.did(), "")) && !own.contains("Runs here"),
        "{own}"
    );
    let first = captain
        .open(&page(hold.did(), ""))
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        first.contains("Answers now") && first.contains("A bucket (S3)"),
        "{first}"
    );
}

async fn add_bob(server: &TestServer, captain: &Browser<'_>) {
    let (hold, bob) = (server.hold(), &network().bob);
    let preview = page(hold.did(), "crew/add?who=bob.test");
    let added = captain
        .submit(
            &preview,
            &[
                ("permission", "blob:write"),
                ("permission", "blob:read"),
                ("tier", "bosun"),
            ],
        )
        .await;
    added.expect(StatusCode::SEE_OTHER);
    let member = hold.find_crew_member(&did(bob)).await.unwrap().unwrap();
    assert_eq!(
        (member.permissions.len(), member.tier.as_deref()),
        (2, Some("bosun"))
    );
    let crew = captain
        .open(&page(hold.did(), "crew"))
        .await
        .expect(StatusCode::OK)
        .text();
    for part in ["2 members", "@bob.test", "0 B of 50 GB"] {
        assert!(crew.contains(part), "{part}: {crew}");
    }
    let quotas = captain
        .open(&page(hold.did(), "quotas"))
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        quotas.contains("New members get this") && quotas.contains("changed there and not here"),
        "{quotas}"
    );
}

async fn change_settings(server: &TestServer, captain: &Browser<'_>) {
    let hold = server.hold();
    let settings = page(hold.did(), "settings");
    let fields = [
        ("public", "true"),
        ("display_name", "Far away"),
        ("description", ""),
        ("region", "moon"),
    ];
    captain
        .submit(&settings, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    assert_eq!(
        hold.load_captain_record().await.unwrap().region.as_deref(),
        Some("moon")
    );
    assert_eq!(
        hold.find_profile()
            .await
            .unwrap()
            .unwrap()
            .display_name
            .as_deref(),
        Some("Far away")
    );
}

async fn restrict_bob(server: &TestServer, captain: &Browser<'_>) {
    let (hold, bob) = (server.hold(), &network().bob);
    let member = page(hold.did(), &format!("crew/{}", bob.did));
    captain
        .submit(&member, &[("permission", "blob:read"), ("role", "reader")])
        .await
        .expect(StatusCode::SEE_OTHER);
    assert_eq!(
        hold.find_crew_member(&did(bob))
            .await
            .unwrap()
            .unwrap()
            .permissions,
        ["blob:read"]
    );
}

async fn hand_over_to_bob(server: &TestServer, captain: &Browser<'_>) {
    let (hold, bob) = (server.hold(), &network().bob);
    let captaincy = page(hold.did(), "captaincy");
    captain
        .submit(
            &captaincy,
            &[("offer", "1"), ("member", &bob.did), ("typed", "bob.test")],
        )
        .await
        .expect(StatusCode::SEE_OTHER);
    let shown = captain.open(&captaincy).await.expect(StatusCode::OK).text();
    assert!(
        shown.contains("Take the offer back") && !shown.contains("HOLD_OWNER"),
        "{shown}"
    );
    let next = vouched_for(server, bob).await;
    next.submit(&captaincy, &[("accept", "1")])
        .await
        .expect(StatusCode::SEE_OTHER);
    assert_eq!(hold.captain().await.unwrap().did, did(bob));
    let removal = page(hold.did(), &format!("crew/{}/remove", network().alice.did));
    next.submit(&removal, &[])
        .await
        .expect(StatusCode::SEE_OTHER);
    assert!(
        hold.find_crew_member(&did(&network().alice))
            .await
            .unwrap()
            .is_none()
    );
    captain
        .open(&page(hold.did(), "crew"))
        .await
        .expect(StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_word_from_their_server_nobody_changes_a_hold_elsewhere() {
    let server = TestServer::start(Engine::Apart).await;
    let (hold, bob) = (server.hold(), &network().bob);
    let captain = Browser::of(&server, &network().alice).await;
    let preview = page(hold.did(), "crew/add?who=bob.test");
    let refused = captain
        .submit(&preview, &[("permission", "blob:read")])
        .await;
    let html = refused.expect(StatusCode::FORBIDDEN).text();
    assert!(
        html.contains("Your server gave no token for this hold"),
        "{html}"
    );
    assert!(hold.find_crew_member(&did(bob)).await.unwrap().is_none());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_hold_does_not_offer_is_said() {
    let fake = ForeignHold::start().await;
    let mut options = Options::new(Engine::Sqlite);
    options.settings = vec![("DEFAULT_HOLD_DID", fake.did.clone())];
    let server = TestServer::start_with(options).await;
    let captain = vouched_for(&server, &network().alice).await;
    let hold = fake.did.parse().unwrap();
    let first = captain
        .open(&page(&hold, ""))
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        first.contains("Answers now") && first.contains("not said"),
        "{first}"
    );
    let crew = captain
        .open(&page(&hold, "crew"))
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(crew.contains("Usage not known at the moment"), "{crew}");
    let quotas = captain
        .open(&page(&hold, "quotas"))
        .await
        .expect(StatusCode::OK)
        .text();
    assert!(
        quotas.contains("does not say which quotas it has"),
        "{quotas}"
    );
    let preview = page(&hold, "crew/add?who=bob.test");
    let refused = captain
        .submit(&preview, &[("permission", "blob:read")])
        .await;
    let html = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).text();
    assert!(
        html.contains("The software of this hold cannot do this from here"),
        "{html}"
    );
    server.stop().await;
    fake.stop();
}

/// A hold of other software: it has alice as captain, gives its records away, and knows no method of ours.
struct ForeignHold {
    did: String,
    serving: tokio::task::JoinHandle<()>,
}

impl ForeignHold {
    async fn start() -> Self {
        use axum::extract::{Query, State};
        use axum::http::StatusCode;
        use axum::routing::get;
        use axum::{Json, Router};
        use serde_json::{Value, json};

        type Parameters = std::collections::HashMap<String, String>;

        async fn record(
            State(did): State<Arc<str>>,
            Query(query): Query<Parameters>,
        ) -> (StatusCode, Json<Value>) {
            if query["collection"] != "io.atcr.hold.captain" {
                return (
                    StatusCode::BAD_REQUEST,
                    Json(json!({ "error": "RecordNotFound" })),
                );
            }
            let captain = json!({
                "$type": "io.atcr.hold.captain", "owner": network().alice.did, "public": true, "allowAllCrew": false,
                "enableBlueskyPosts": false, "deployedAt": "2026-01-01T00:00:00Z", "successor": "",
            });
            (
                StatusCode::OK,
                Json(json!({
                    "uri": format!("at://{did}/io.atcr.hold.captain/self"),
                    "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a", "value": captain,
                })),
            )
        }

        async fn records(State(did): State<Arc<str>>) -> Json<Value> {
            let crew = json!({
                "$type": "io.atcr.hold.crew", "member": network().alice.did, "role": "owner",
                "permissions": ["blob:read", "blob:write", "crew:admin"], "addedAt": "2026-01-01T00:00:00Z",
            });
            Json(json!({ "records": [{
                "uri": format!("at://{did}/io.atcr.hold.crew/3jzfcijpj2z2a"),
                "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a", "value": crew,
            }] }))
        }

        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        let did: Arc<str> = format!("did:web:localhost%3A{port}").into();
        let document = json!({
            "id": &*did,
            "service": [{ "id": "#atcr_hold", "type": "AtcrHoldService", "serviceEndpoint": format!("http://localhost:{port}") }],
        });
        let router = Router::new()
            .route("/.well-known/did.json", get(async move || Json(document)))
            .route("/xrpc/com.atproto.repo.getRecord", get(record))
            .route("/xrpc/com.atproto.repo.listRecords", get(records))
            .with_state(Arc::clone(&did));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            did: did.to_string(),
            serving,
        }
    }

    fn stop(self) {
        self.serving.abort();
    }
}
