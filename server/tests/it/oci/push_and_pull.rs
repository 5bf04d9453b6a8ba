//! The way of an image: into the owner's PDS and the hold, and back out to anybody.

use http::StatusCode;

use crate::harness::{image, network};
use crate::on_every_topology;

on_every_topology! {
    async fn a_pushed_image_is_pulled_by_somebody_without_a_login_and_lies_in_the_owner_s_pds(server) {
        let name = server.repository();
        let alice = &network().alice;
        let image = image(2);
        server.owner_of(&name).await.push_image(&name, "v1", &image).await;

        let anybody = server.nobody().signed_in(None, &[&format!("repository:{name}:pull")]).await;
        let manifest = anybody.get(&format!("/v2/{name}/manifests/v1")).await;
        manifest.expect(StatusCode::OK);
        assert_eq!(manifest.body, image.manifest);
        assert_eq!(manifest.header("content-type"), image.media_type);
        for content in image.blobs() {
            let digest = oci::Digest::sha256_of(content);
            let blob = anybody.get(&format!("/v2/{name}/blobs/{digest}")).await;
            blob.expect(StatusCode::OK);
            assert_eq!(blob.body, content);
        }

        let record = network().record(alice, "io.atcr.manifest", image.digest().hex()).await.unwrap();
        assert_eq!(record["digest"], image.digest().to_string());
        let cid = record["manifestBlob"]["ref"]["$link"].as_str().unwrap();
        let bytes = network().record_blob(alice, cid).await;
        assert_eq!(oci::Digest::sha256_of(&bytes), image.digest());
        let path = name.split_once('/').unwrap().1;
        let tag = network().record(alice, "io.atcr.tag", &format!("{path}_v1")).await.unwrap();
        assert_eq!(tag["manifestDigest"], image.digest().to_string());
    }
}
