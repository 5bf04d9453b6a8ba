//! Quotas: nobody gets more than their tier, whatever they announce and however they push.

use futures::future::join_all;
use http::StatusCode;
use oci::Digest;
use serde_json::{Value, json};

use super::people::Person;
use super::uploads::{add_member, initiate, start_hold, upload};
use super::{procedure, query};
use crate::harness::{Answer, TestServer, blob};
use crate::on_both_engines;

const TIERS: &str = "small=100KB,large=1MB";
const KB: usize = 1000;

async fn quota(server: &TestServer, person: &Person) -> Value {
    let wanted = format!("userDid={}", person.did.as_str().replace('%', "%25"));
    query(server, None, "io.atcr.hold.getQuota", &wanted)
        .await
        .json()
}

async fn notify(
    server: &TestServer,
    person: &Person,
    manifest: &[u8],
    layers: &[&[u8]],
    operation: &str,
) -> Answer {
    let layers: Vec<Value> = layers
        .iter()
        .map(|layer| {
            json!({
                "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                "digest": Digest::sha256_of(layer).to_string(),
                "size": 1,
            })
        })
        .collect();
    let input = json!({
        "repository": "app",
        "userDid": person.did,
        "manifestDigest": Digest::sha256_of(manifest).to_string(),
        "manifest": { "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": layers },
        "operation": operation,
    });
    procedure(server, Some(person), "io.atcr.hold.notifyManifest", &input).await
}

fn assert_exceeded(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    assert_eq!(answer.json()["error"], "QuotaExceeded", "{}", answer.text());
    let message = answer.json()["message"].to_string();
    assert!(message.contains("of 100 kB (tier small)"), "{message}");
}

on_both_engines! {
    async fn what_cannot_fit_is_refused_before_and_while_it_comes_and_leaves_nothing(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, TIERS).await;
        add_member(&server, &captain, &member).await;
        assert_exceeded(&initiate(&server, &member, Some(100_001)).await);
        assert_exceeded(&upload(&server, &member, &blob(100_001)).await);
        assert_eq!(server.count_staged(), 0);
        upload(&server, &member, &blob(100_000)).await.expect(StatusCode::OK);
        // The blob has no record yet, and its bytes are promised to it all the same.
        assert_exceeded(&upload(&server, &member, &blob(100)).await);
        // The captain has no limit.
        upload(&server, &captain, &blob(300_000)).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn usage_is_what_the_layer_records_say_and_deleting_frees_it_at_once(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, TIERS).await;
        add_member(&server, &captain, &member).await;
        let (shared, other) = (blob(40 * KB), blob(30 * KB));
        for layer in [&shared, &other] {
            upload(&server, &member, layer).await.expect(StatusCode::OK);
        }
        let answer = notify(&server, &member, b"one", &[&shared, &other], "push").await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.json()["layersCreated"], 2);
        notify(&server, &member, b"two", &[&shared], "push").await.expect(StatusCode::OK);
        let said = quota(&server, &member).await;
        assert_eq!((&said["totalSize"], &said["uniqueBlobs"]), (&json!(70 * KB), &json!(2)));
        assert_eq!((&said["limit"], &said["tier"]), (&json!(100 * KB), &json!("small")));

        let hold = server.hold().did().as_str().replace('%', "%25");
        let records = query(&server, None, "com.atproto.repo.listRecords", &format!("repo={hold}&collection=io.atcr.hold.layer&limit=100")).await.json();
        assert_eq!(records["records"].as_array().unwrap().len(), 3, "one per manifest and blob");
        assert_eq!(quota(&server, &captain).await.get("limit"), None);

        assert_exceeded(&upload(&server, &member, &blob(31 * KB)).await);
        notify(&server, &member, b"one", &[], "delete").await.expect(StatusCode::OK);
        assert_eq!(quota(&server, &member).await["totalSize"], 40 * KB);
        upload(&server, &member, &blob(31 * KB)).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn pushes_at_once_never_get_more_than_there_is(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, TIERS).await;
        add_member(&server, &captain, &member).await;
        let layers: Vec<Vec<u8>> = (0..12).map(|_| blob(20 * KB)).collect();
        let answers = join_all(layers.iter().map(|layer| upload(&server, &member, layer))).await;
        let stored: Vec<&[u8]> = layers
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.status == StatusCode::OK)
            .map(|(layer, _)| layer.as_slice())
            .collect();
        assert!((1..=5).contains(&stored.len()), "{} fit", stored.len());
        for refused in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
            assert_exceeded(refused);
        }
        let notices = stored.iter().map(|layer| {
            let server = &server;
            let member = &member;
            async move { notify(server, member, layer, &[layer], "push").await }
        });
        for answer in join_all(notices).await {
            answer.expect(StatusCode::OK);
        }
        assert_eq!(quota(&server, &member).await["totalSize"], stored.len() * 20 * KB);
        assert_eq!(server.count_staged(), 0);
        server.stop().await;
    }

    async fn people_take_along_and_remove_what_is_theirs_and_nothing_else(engine) {
        let (captain, member) = (Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, TIERS).await;
        add_member(&server, &captain, &member).await;
        for person in [&captain, &member] {
            let layer = blob(10 * KB);
            upload(&server, person, &layer).await.expect(StatusCode::OK);
            notify(&server, person, &layer, &[&layer], "push").await.expect(StatusCode::OK);
        }
        let export = query(&server, Some(&member), "io.atcr.hold.exportUserData", "").await;
        export.expect(StatusCode::OK);
        let data = export.json();
        assert_eq!(data["userDid"], member.did.as_str());
        assert_eq!(data["holdDid"], server.hold().did().as_str());
        assert_eq!(data["isCaptain"], false);
        assert_eq!(data["layerRecords"].as_array().unwrap().len(), 1);
        assert_eq!(data["layerRecords"][0]["size"], 10 * KB);
        assert_eq!(data["statsRecords"][0]["pushCount"], 1);
        assert_eq!(data["crewRecord"]["role"], "member");
        assert!(!export.text().contains(captain.did.as_str()));

        let deleted = procedure(&server, Some(&member), "io.atcr.hold.deleteUserData", &json!({})).await;
        assert_eq!(
            deleted.json(),
            json!({ "crew_deleted": true, "layers_deleted": 1, "stats_deleted": 1, "posts_deleted": 0 })
        );
        assert_eq!(quota(&server, &member).await["totalSize"], 0);
        assert_eq!(quota(&server, &captain).await["totalSize"], 10 * KB);
        let left = query(&server, Some(&member), "io.atcr.hold.exportUserData", "").await.json();
        assert_eq!(left["layerRecords"], json!([]));
        assert_eq!(left.get("crewRecord"), None);
        let refused = procedure(&server, Some(&member), "io.atcr.hold.initiateUpload", &json!({ "digest": "uploads/temp-1" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        server.stop().await;
    }
}
