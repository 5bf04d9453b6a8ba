//! The crew and the captaincy, by the methods that people's software calls.

use http::StatusCode;
use serde_json::{Value, json};

use super::people::Person;
use super::{procedure, query};
use crate::harness::{Answer, Engine, Options, TestServer};
use crate::on_both_engines;

const CREW: &str = "io.atcr.hold.crew";

async fn start(engine: Engine, captain: &Person, open: bool) -> TestServer {
    let mut options = Options::new(engine);
    options.settings = vec![
        ("HOLD_OWNER", captain.did.to_string()),
        ("HOLD_PUBLIC", "false".to_owned()),
        ("HOLD_ALLOW_ALL_CREW", open.to_string()),
    ];
    TestServer::start_with(options).await
}

fn crew_record(member: &Person, permissions: &[&str]) -> Value {
    json!({
        "$type": CREW,
        "member": member.did,
        "role": "member",
        "permissions": permissions,
        "addedAt": "2026-01-01T00:00:00Z",
    })
}

async fn put_crew(
    server: &TestServer,
    by: &Person,
    member: &Person,
    permissions: &[&str],
) -> Answer {
    let input = json!({
        "repo": server.hold().did(),
        "collection": CREW,
        "rkey": server::hold::crew_key(&member.did),
        "record": crew_record(member, permissions),
    });
    procedure(server, Some(by), "com.atproto.repo.putRecord", &input).await
}

async fn delete_crew(server: &TestServer, by: &Person, member: &Person) -> Answer {
    let input = json!({
        "repo": server.hold().did(),
        "collection": CREW,
        "rkey": server::hold::crew_key(&member.did),
    });
    procedure(server, Some(by), "com.atproto.repo.deleteRecord", &input).await
}

async fn may_start_upload(server: &TestServer, person: &Person) -> bool {
    let input = json!({ "digest": "uploads/temp-1" });
    let answer = procedure(server, Some(person), "io.atcr.hold.initiateUpload", &input).await;
    answer.status == StatusCode::OK
}

on_both_engines! {
    async fn a_member_may_write_from_the_commit_that_says_so_to_the_one_that_ends_it(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start(engine, &captain, false).await;
        assert!(!may_start_upload(&server, &member).await);
        put_crew(&server, &captain, &member, &["blob:write"]).await.expect(StatusCode::OK);
        assert!(may_start_upload(&server, &member).await);
        put_crew(&server, &captain, &member, &["blob:read"]).await.expect(StatusCode::OK);
        assert!(!may_start_upload(&server, &member).await);
        put_crew(&server, &captain, &member, &["blob:write"]).await.expect(StatusCode::OK);
        delete_crew(&server, &captain, &member).await.expect(StatusCode::OK);
        assert!(!may_start_upload(&server, &member).await);
        server.stop().await;
    }

    async fn administrators_neither_make_administrators_nor_touch_the_captain(engine) {
        let (captain, admin, other) = (Person::new().await, Person::new().await, Person::new().await);
        let server = start(engine, &captain, false).await;
        put_crew(&server, &captain, &admin, &["crew:admin"]).await.expect(StatusCode::OK);
        put_crew(&server, &admin, &other, &["blob:read"]).await.expect(StatusCode::OK);
        for refused in [
            put_crew(&server, &admin, &other, &["crew:admin"]).await,
            put_crew(&server, &admin, &admin, &["crew:admin", "blob:write"]).await,
            put_crew(&server, &admin, &captain, &["blob:read"]).await,
            delete_crew(&server, &admin, &captain).await,
            delete_crew(&server, &admin, &admin).await,
            delete_crew(&server, &captain, &captain).await,
        ] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        }
        let captain_record = json!({
            "repo": server.hold().did(),
            "collection": "io.atcr.hold.captain",
            "rkey": "self",
            "record": {
                "$type": "io.atcr.hold.captain",
                "owner": admin.did,
                "public": true,
                "allowAllCrew": true,
                "enableBlueskyPosts": false,
                "deployedAt": "2026-01-01T00:00:00Z",
            },
        });
        for person in [&admin, &captain] {
            let refused = procedure(&server, Some(person), "com.atproto.repo.putRecord", &captain_record).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        }
        delete_crew(&server, &admin, &other).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn a_record_that_breaks_its_lexicon_is_refused(engine) {
        let captain = Person::new().await;
        let server = start(engine, &captain, false).await;
        let hold = server.hold().did();
        for (collection, record, error) in [
            (CREW, json!({ "$type": CREW, "member": "nobody" }), "InvalidRequest"),
            ("io.atcr.hold.layer", json!({ "$type": "io.atcr.hold.layer" }), "Forbidden"),
            ("com.example.thing", json!({ "$type": "com.example.thing" }), "InvalidRequest"),
            ("app.bsky.actor.profile", json!({ "$type": "app.bsky.feed.post", "text": "x" }), "InvalidRecord"),
            ("app.bsky.actor.profile", json!({ "$type": "app.bsky.actor.profile", "displayName": 1.5 }), "InvalidRequest"),
            ("app.bsky.actor.profile", json!({
                "$type": "app.bsky.actor.profile",
                "avatar": {
                    "$type": "blob",
                    "ref": { "$link": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" },
                    "mimeType": "image/png",
                    "size": 3,
                },
            }), "BlobNotFound"),
        ] {
            let input = json!({ "repo": hold, "collection": collection, "rkey": "self", "record": record });
            let answer = procedure(&server, Some(&captain), "com.atproto.repo.putRecord", &input).await;
            assert!(answer.status.is_client_error(), "{collection}: {}", answer.text());
            assert_eq!(answer.json()["error"], error, "{collection}: {}", answer.text());
        }
        server.stop().await;
    }

    async fn everybody_may_join_where_registration_is_open_but_not_as_an_administrator(engine) {
        let (captain, person) = (Person::new().await, Person::new().await);
        let server = start(engine, &captain, true).await;
        let wish = json!({ "permissions": ["blob:write", "crew:admin"] });
        let answer = procedure(&server, Some(&person), "io.atcr.hold.requestCrew", &wish).await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.json()["status"], "created");
        let member = server.hold().find_crew_member(&person.did).await.unwrap().unwrap();
        assert_eq!(member.permissions, ["blob:write"]);
        let again = procedure(&server, Some(&person), "io.atcr.hold.requestCrew", &wish).await;
        assert_eq!(again.json()["status"], "already_member");
        assert!(may_start_upload(&server, &person).await);
        server.stop().await;
    }

    async fn the_captaincy_changes_hands_when_it_is_offered_and_accepted(engine) {
        let (captain, heir) = (Person::new().await, Person::new().await);
        let server = start(engine, &captain, false).await;
        let offer = json!({ "member": heir.did });
        let nobody = procedure(&server, Some(&captain), "dev.longshore.hold.offerCaptaincy", &offer).await;
        assert!(nobody.status.is_client_error(), "only crew can be made captain");
        put_crew(&server, &captain, &heir, &["blob:read"]).await.expect(StatusCode::OK);
        let early = procedure(&server, Some(&heir), "dev.longshore.hold.acceptCaptaincy", &json!({})).await;
        assert!(early.status.is_client_error(), "{}", early.text());
        procedure(&server, Some(&captain), "dev.longshore.hold.offerCaptaincy", &offer).await.expect(StatusCode::OK);
        procedure(&server, Some(&heir), "dev.longshore.hold.acceptCaptaincy", &json!({})).await.expect(StatusCode::OK);
        assert_eq!(server.hold().captain().await.unwrap().did, heir.did);
        let hold = server.hold().did().as_str().replace('%', "%25");
        let record = query(&server, None, "com.atproto.repo.getRecord", &format!("repo={hold}&collection=io.atcr.hold.captain&rkey=self")).await;
        assert_eq!(record.json()["value"]["owner"], heir.did.as_str());
        let former = server.hold().find_crew_member(&captain.did).await.unwrap().unwrap();
        assert!(former.permissions.contains(&"crew:admin".to_owned()));
        let again = procedure(&server, Some(&heir), "dev.longshore.hold.acceptCaptaincy", &json!({})).await;
        assert!(again.status.is_client_error(), "an offer is accepted once");
        server.stop().await;
    }

    async fn the_avatar_is_seen_only_when_the_profile_refers_to_it(engine) {
        let captain = Person::new().await;
        let server = start(engine, &captain, false).await;
        let hold = server.hold().did().clone();
        let token = captain.token(&server, "com.atproto.repo.uploadBlob");
        let picture = crate::harness::blob(500);
        let uploaded = server
            .nobody()
            .with_token(token)
            .send(http::Method::POST, "/xrpc/com.atproto.repo.uploadBlob", &[("content-type", "image/png")], picture.clone())
            .await;
        uploaded.expect(StatusCode::OK);
        let blob = uploaded.json()["blob"].clone();
        let cid = blob["ref"]["$link"].as_str().unwrap().to_owned();
        let spelled = hold.as_str().replace('%', "%25");
        let wanted = format!("did={spelled}&cid={cid}");
        let hidden = query(&server, None, "com.atproto.sync.getBlob", &wanted).await;
        assert_eq!(hidden.json()["error"], "BlobNotFound");
        let profile = json!({
            "repo": hold, "collection": "app.bsky.actor.profile", "rkey": "self",
            "record": { "$type": "app.bsky.actor.profile", "displayName": "Harbour", "avatar": blob },
        });
        procedure(&server, Some(&captain), "com.atproto.repo.putRecord", &profile).await.expect(StatusCode::OK);
        let shown = query(&server, None, "com.atproto.sync.getBlob", &wanted).await;
        shown.expect(StatusCode::OK);
        assert_eq!(shown.body, picture);
        assert_eq!(shown.header("content-type"), "image/png");
        assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
        let listed = query(&server, None, "com.atproto.sync.listBlobs", &format!("did={spelled}")).await;
        assert_eq!(listed.json()["cids"], json!([cid]));
        let seen = query(&server, None, "app.bsky.actor.getProfile", &format!("actor={spelled}")).await;
        assert_eq!(seen.json()["displayName"], "Harbour");
        assert!(seen.json()["avatar"].as_str().unwrap().contains(&cid));
        server.stop().await;
    }
}
