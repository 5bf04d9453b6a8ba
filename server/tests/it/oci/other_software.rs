//! Records that others write straight into a PDS: taken up when somebody asks for what they name.

use http::StatusCode;
use oci::Digest;
use serde_json::{Value, json};

use super::{described, digest_of, pushed_artifact, pushed_parts, put_json};
use crate::harness::{Account, Engine, Options, TestServer, image, network};

/// A writer that is not this registry.
struct Writer {
    account: Account,
    token: String,
}

impl Writer {
    async fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            token: network().pds_token(account).await,
        }
    }

    async fn call(&self, method: &str, input: Value) -> Value {
        network()
            .xrpc(
                &self.account.pds,
                &format!("com.atproto.repo.{method}"),
                Some(&self.token),
                &input,
            )
            .await
    }

    async fn put(&self, collection: &str, rkey: &str, record: Value) {
        let input = json!({ "repo": self.account.did, "collection": collection, "rkey": rkey, "record": record });
        self.call("putRecord", input).await;
    }

    async fn delete(&self, collection: &str, rkey: &str) {
        self.call(
            "deleteRecord",
            json!({ "repo": self.account.did, "collection": collection, "rkey": rkey }),
        )
        .await;
    }

    async fn point_tag(&self, path: &str, tag: &str, digest: &Digest) {
        let record = json!({
            "$type": "io.atcr.tag", "repository": path, "tag": tag, "manifestDigest": digest.to_string(),
            "createdAt": "2026-01-01T00:00:00Z",
        });
        self.put("io.atcr.tag", &format!("{path}_{tag}"), record)
            .await;
    }
}

fn path_of(name: &str) -> &str {
    name.split_once('/').unwrap().1
}

/// A server that asks the PDS about a tag every time.
async fn server_without_memory(engine: Engine) -> TestServer {
    let mut options = Options::new(engine);
    options.settings = vec![("REGISTRY_TAG_FRESH_SECONDS", "0".to_owned())];
    options.clock =
        server::clock::Clock::fixed(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
    TestServer::start_with(options).await
}

/// Runs a test on both databases, against a server that remembers no tag for long.
macro_rules! without_memory {
    ($(async fn $name:ident($server:ident) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    let server = server_without_memory(Engine::Sqlite).await;
                    run(&server).await;
                    server.stop().await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgresql() {
                    let server = server_without_memory(Engine::Postgresql).await;
                    run(&server).await;
                    server.stop().await;
                }

                async fn run($server: &TestServer) $body
            }
        )*
    };
}

/// Time passes. Tokens age with it, so clients log in again.
fn pass(server: &TestServer, seconds: i64) {
    server
        .options()
        .clock
        .advance(chrono::TimeDelta::seconds(seconds));
}

without_memory! {
    async fn what_was_pushed_elsewhere_is_pulled_here(server) {
        // Another registry: a first server pushes, a second one has never seen it.
        let name = server.repository();
        let image = image(1);
        server.owner_of(&name).await.push_image(&name, "v1", &image).await;
        let stranger = server_without_memory(Engine::Sqlite).await;
        let nobody = stranger.nobody();
        for reference in ["v1", &image.digest().to_string()] {
            let path = format!("/v2/{name}/manifests/{reference}");
            let got = nobody.get(&path).await;
            assert_eq!(got.expect(StatusCode::OK).body, image.manifest);
            assert_eq!(got.header("content-type"), image.media_type);
            assert_eq!(got.header("docker-content-digest"), image.digest().to_string());
        }
        assert_eq!(nobody.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["v1"]));
        // Its blobs lie in a hold elsewhere, from which they come.
        let layer = Digest::sha256_of(&image.layers[0]);
        let blob = nobody.get(&format!("/v2/{name}/blobs/{layer}")).await;
        assert_eq!(blob.expect(StatusCode::OK).body, image.layers[0]);
        stranger.stop().await;
    }

    async fn a_tag_moved_or_deleted_in_the_pds_is_seen(server) {
        let name = server.repository();
        let (old, new) = (image(0), image(0));
        let owner = server.owner_of(&name).await;
        owner.push_image(&name, "old", &old).await;
        owner.push_image(&name, "new", &new).await;
        owner.push_image(&name, "latest", &old).await;
        let nobody = server.nobody();
        let latest = format!("/v2/{name}/manifests/latest");
        assert_eq!(nobody.get(&latest).await.body, old.manifest);

        let writer = Writer::new(&network().alice).await;
        writer.point_tag(path_of(&name), "latest", &new.digest()).await;
        pass(server, 1);
        assert_eq!(nobody.get(&latest).await.expect(StatusCode::OK).body, new.manifest);
        assert_eq!(nobody.head(&latest).await.header("docker-content-digest"), new.digest().to_string());

        writer.delete("io.atcr.tag", &format!("{}_latest", path_of(&name))).await;
        pass(server, 1);
        nobody.get(&latest).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        assert_eq!(nobody.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["new", "old"]));
    }

    async fn the_list_of_tags_follows_the_pds_after_a_minute(server) {
        let name = server.repository();
        let image = image(0);
        server.owner_of(&name).await.push_image(&name, "b", &image).await;
        let nobody = server.nobody();
        let list = format!("/v2/{name}/tags/list");
        assert_eq!(nobody.get(&list).await.json()["tags"], json!(["b"]));
        let writer = Writer::new(&network().alice).await;
        for tag in ["a", "c"] {
            writer.point_tag(path_of(&name), tag, &image.digest()).await;
        }
        writer.delete("io.atcr.tag", &format!("{}_b", path_of(&name))).await;
        pass(server, 61);
        assert_eq!(nobody.get(&list).await.json()["tags"], json!(["a", "c"]));
        // What is pushed here is listed at once.
        server.owner_of(&name).await.push_image(&name, "d", &image).await;
        assert_eq!(nobody.get(&list).await.json()["tags"], json!(["a", "c", "d"]));
    }

    async fn a_tag_record_under_a_key_of_its_own_is_found_moved_and_deleted(server) {
        let name = server.repository();
        let (old, new) = (image(0), image(0));
        server.owner_of(&name).await.push_image(&name, "v1", &old).await;
        let writer = Writer::new(&network().alice).await;
        let record = json!({
            "$type": "io.atcr.tag", "repository": path_of(&name), "tag": "odd", "manifestDigest": old.digest().to_string(),
            "updatedAt": "2026-01-01T00:00:00Z",
        });
        let key = format!("odd-{}", old.digest().hex());
        writer.put("io.atcr.tag", &key, record).await;
        pass(server, 61);
        let nobody = server.nobody();
        assert_eq!(nobody.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["odd", "v1"]));
        let path = format!("/v2/{name}/manifests/odd");
        assert_eq!(nobody.get(&path).await.expect(StatusCode::OK).body, old.manifest);
        let owner = server.owner_of(&name).await;
        owner.push_image(&name, "odd", &new).await;
        let moved = network().record(&network().alice, "io.atcr.tag", &key).await.unwrap();
        assert_eq!(moved["manifestDigest"], new.digest().to_string());
        owner.delete(&path).await.expect(StatusCode::ACCEPTED);
        assert!(network().record(&network().alice, "io.atcr.tag", &key).await.is_none());
        nobody.get(&path).await.expect(StatusCode::NOT_FOUND);
    }

    async fn a_referrer_pushed_elsewhere_is_listed_and_one_deleted_there_is_not(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let signature = pushed_artifact(&owner, &name, "application/vnd.example", &described(&image)).await;
        let stranger = server_without_memory(Engine::Sqlite).await;
        let path = format!("/v2/{name}/referrers/{}", digest_of(&image));
        let list = stranger.nobody().get(&path).await.json();
        assert_eq!(list["manifests"][0]["digest"], digest_of(&signature).to_string());
        assert_eq!(list["manifests"][0]["artifactType"], "application/vnd.example");

        let writer = Writer::new(&network().alice).await;
        writer.delete("io.atcr.manifest", digest_of(&signature).hex()).await;
        pass(&stranger, 61);
        assert_eq!(stranger.nobody().get(&path).await.json()["manifests"], json!([]));
        stranger.stop().await;
    }

    async fn records_that_make_no_sense_harm_nobody(server) {
        let account = network().new_account().await;
        let writer = Writer::new(&account).await;
        let name = format!("{}/app", account.handle);
        let digest = Digest::sha256_of(account.did.as_bytes());
        // A manifest record whose bytes are another document's, and one that is no manifest at all.
        let other_bytes = writer.call("uploadBlob", json!({ "not": "the manifest" })).await["blob"].clone();
        let good_subject = Digest::sha256_of(b"subject");
        let manifest = json!({
            "$type": "io.atcr.manifest", "repository": "app", "digest": digest.to_string(),
            "mediaType": oci::media_types::OCI_IMAGE_MANIFEST, "schemaVersion": 2,
            "createdAt": "2026-01-01T00:00:00Z", "holdDid": "did:web:nowhere.example",
            "manifestBlob": other_bytes,
            "subject": { "mediaType": oci::media_types::OCI_IMAGE_MANIFEST, "digest": good_subject.to_string(), "size": 7 },
        });
        writer.put("io.atcr.manifest", digest.hex(), manifest).await;
        writer.put("io.atcr.manifest", "nonsense", json!({ "$type": "io.atcr.manifest", "repository": 7 })).await;
        writer.point_tag("app", "v1", &digest).await;
        for (key, record) in [
            ("app_v2", json!({ "$type": "io.atcr.tag", "repository": "app", "tag": "v2", "manifestDigest": "sha256:nothing" })),
            ("app_v3", json!({ "$type": "io.atcr.tag", "repository": "other", "tag": "v3", "manifestDigest": digest.to_string() })),
            ("app_v4", json!({ "$type": "io.atcr.tag", "tag": ["v4"] })),
            ("app_v5", json!({ "$type": "io.atcr.tag", "repository": "../x", "tag": "v 5", "manifestDigest": digest.to_string() })),
        ] {
            writer.put("io.atcr.tag", key, record).await;
        }
        let nobody = server.nobody();
        for reference in ["v1", "v2", "v3", "v4", &digest.to_string()] {
            nobody.get(&format!("/v2/{name}/manifests/{reference}")).await.expect_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN");
        }
        assert_eq!(nobody.get(&format!("/v2/{name}/tags/list")).await.json()["tags"], json!(["v1"]));
        let referrers = nobody.get(&format!("/v2/{name}/referrers/{good_subject}")).await;
        assert_eq!(referrers.expect(StatusCode::OK).json()["manifests"], json!([]));
        assert!(referrers.find_header("warning").is_none(), "one bad record is no reason to distrust the list");
    }
}
