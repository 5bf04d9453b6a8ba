//! How often a repository is pulled, as the hold's own records say.

use http::{Method, StatusCode};

use super::{described, digest_of, index_of, pushed_artifact, pushed_parts, put_json};
use crate::harness::TestServer;
use crate::on_every_topology;

/// The pulls of the only repository that the hold knows.
async fn counted_pulls(server: &TestServer) -> u64 {
    server.state.registry.deliver_pull_counts().await;
    server.hold().record_pulls().await.unwrap();
    let hold = server.hold().did().as_str().replace('%', "%25");
    let records = server.hold_server().nobody();
    let path = format!(
        "/xrpc/com.atproto.repo.listRecords?repo={hold}&collection=io.atcr.hold.stats&limit=2"
    );
    let records = records.get(&path).await.json()["records"].clone();
    assert_eq!(records.as_array().unwrap().len(), 1);
    records[0]["value"]["pullCount"].as_u64().unwrap()
}

on_every_topology! {
    async fn each_image_that_is_sent_counts_as_one_pull(server) {
        let name = server.repository();
        let owner = server.owner_of(&name).await;
        let image = pushed_parts(&owner, &name).await;
        put_json(&owner, &name, "v1", &image).await.expect(StatusCode::CREATED);
        let index = index_of(&[described(&image)]);
        put_json(&owner, &name, "all", &index).await.expect(StatusCode::CREATED);
        let signature = pushed_artifact(&owner, &name, "application/vnd.example.signature", &described(&image)).await;
        let image = digest_of(&image);
        let path = |reference: &str| format!("/v2/{name}/manifests/{reference}");
        assert_eq!(counted_pulls(server).await, 0);

        // Asking whether it changed is no pull.
        owner.head(&path("v1")).await.expect(StatusCode::OK);
        let known = [("if-none-match", format!("\"{image}\""))];
        let known = known.each_ref().map(|(name, value)| (*name, value.as_str()));
        owner.send(Method::GET, &path("v1"), &known, "").await.expect(StatusCode::NOT_MODIFIED);
        owner.get(&path("none")).await.expect(StatusCode::NOT_FOUND);
        // Nor is what leads to an image, or speaks about one.
        owner.get(&path("all")).await.expect(StatusCode::OK);
        owner.get(&path(&digest_of(&signature).to_string())).await.expect(StatusCode::OK);
        assert_eq!(counted_pulls(server).await, 0);

        owner.get(&path("v1")).await.expect(StatusCode::OK);
        owner.get(&path(&image.to_string())).await.expect(StatusCode::OK);
        assert_eq!(counted_pulls(server).await, 2);
        owner.get(&path("v1")).await.expect(StatusCode::OK);
        assert_eq!(counted_pulls(server).await, 3);
    }
}
