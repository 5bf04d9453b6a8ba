//! A hold with a did:plc, at the reference directory.

use serde_json::Value;

use crate::harness::{Engine, Options, TestServer, http, network};
use crate::on_both_engines;

async fn get(url: String) -> Value {
    let answer = http().get(&url).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.json().await.unwrap()
}

/// The directory's document, which is compared with what the hold says of itself.
async fn document(server: &TestServer) -> Value {
    let directory = get(format!("{}/{}", network().plc, server.hold().did())).await;
    let own = get(format!("{}/.well-known/did.json", server.base)).await;
    for field in ["id", "alsoKnownAs"] {
        assert_eq!(directory[field], own[field], "{directory} {own}");
    }
    let key = "/verificationMethod/0/publicKeyMultibase";
    assert_eq!(
        directory.pointer(key),
        own.pointer(key),
        "{directory} {own}"
    );
    for service in own["service"].as_array().unwrap() {
        let listed = directory["service"].as_array().unwrap();
        assert!(listed.contains(service), "{directory}");
    }
    directory
}

fn options(engine: Engine) -> Options {
    let mut options = Options::new(engine);
    options.settings.push(("HOLD_DID_METHOD", "plc".to_owned()));
    options
}

async fn operations(server: &TestServer) -> usize {
    let log = get(format!("{}/{}/log", network().plc, server.hold().did())).await;
    log.as_array().unwrap().len()
}

on_both_engines! {
    async fn a_hold_with_a_did_plc_keeps_it_when_it_moves(engine) {
        let server = TestServer::start_with(options(engine)).await;
        let did = server.hold().did().clone();
        assert!(did.as_str().starts_with("did:plc:"), "{did}");
        document(&server).await;
        let seq = server.hold().repo().last_seq().await.unwrap();

        let server = server.restart().await;
        assert_eq!(server.hold().did(), &did);
        assert_eq!(operations(&server).await, 1);
        assert_eq!(server.hold().repo().last_seq().await.unwrap(), seq);

        let before = server.base.clone();
        let server = Box::pin(server.restart_elsewhere()).await;
        assert_eq!(server.hold().did(), &did);
        assert_ne!(server.base, before);
        assert!(document(&server).await.to_string().contains(&server.base));
        assert_eq!(operations(&server).await, 2);
        assert_eq!(server.hold().repo().last_seq().await.unwrap(), seq + 1);
        server.stop().await;
    }

    async fn a_new_signing_key_is_published_and_signs_the_repo(engine) {
        let server = TestServer::start_with(options(engine)).await;
        let before = document(&server).await;
        std::fs::remove_file(server.folder.join("keys/hold-signing.key")).unwrap();
        let server = server.restart().await;
        assert_ne!(document(&server).await["verificationMethod"], before["verificationMethod"]);
        assert!(!server.hold().repo().sign_again().await.unwrap());
        server.stop().await;
    }

    async fn a_directory_that_is_down_stops_no_hold_that_has_its_did(engine) {
        let server = TestServer::start_with(options(engine)).await;
        let did = server.hold().did().clone();
        let settings = vec![
            ("PLC_DIRECTORY_URL", "http://127.0.0.1:1".to_owned()),
            // A hold keeps its kind of DID, whatever a new one would get.
            ("HOLD_DID_METHOD", "web".to_owned()),
        ];
        let server = Box::pin(server.restart_with(settings)).await;
        assert_eq!(server.hold().did(), &did);
        server.stop().await;
    }
}
