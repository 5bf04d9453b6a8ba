//! Things in OCI form that are not container images: pushed and pulled by skopeo, found through the
//! referrers API by HTTP, as skopeo has no command for that.

use serde_json::json;

use super::layout::Layout;
use super::skopeo::{pull, push};
use super::{Scene, small_image};
use crate::harness::network;

const SBOM: &str = "application/spdx+json";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_artifact_with_a_subject_is_found_through_the_referrers_of_the_image() {
    let scene = tokio::task::spawn_blocking(Scene::new).await.unwrap();
    let layout = small_image(&scene.alice);
    push(&scene.alice, &layout, "v1", &scene.image("subject:v1"));
    let more = json!({ "artifactType": SBOM, "subject": layout.descriptor("v1"), "annotations": { "made.by": "a test" } });
    let config = ("application/vnd.oci.empty.v1+json", b"{}".as_slice());
    layout.add_artifact(
        "sbom",
        config,
        (SBOM, br#"{"spdxVersion":"SPDX-2.3"}"#),
        &more,
    );
    push(&scene.alice, &layout, "sbom", &scene.image("subject:sbom"));

    let name = format!("{}/subject", network().alice.handle);
    let nobody = scene
        .server
        .nobody()
        .signed_in(None, &[&format!("repository:{name}:pull")])
        .await;
    let referrers = format!("/v2/{name}/referrers/{}", layout.digest("v1"));
    let found = nobody.get(&referrers).await.json();
    let expected = json!([{
        "mediaType": layout.descriptor("sbom")["mediaType"],
        "digest": layout.digest("sbom").to_string(),
        "size": layout.descriptor("sbom")["size"],
        "artifactType": SBOM,
        "annotations": { "made.by": "a test" },
    }]);
    assert_eq!(found["manifests"], expected, "{found}");
    let other = nobody
        .get(&format!("{referrers}?artifactType=application/x-other"))
        .await;
    assert_eq!(other.json()["manifests"], json!([]));
    assert_eq!(other.header("oci-filters-applied"), "artifactType");

    let pulled = pull(&scene.somebody, &scene.image("subject:sbom"), "pulled");
    assert_eq!(pulled.digest("pulled"), layout.digest("sbom"));
    scene.end();
}

#[test]
fn a_chart_of_helm_keeps_its_media_types_and_bytes() {
    let scene = Scene::new();
    let layout = Layout::create(scene.alice.path("charts"));
    let config = (
        "application/vnd.cncf.helm.config.v1+json",
        br#"{"name":"harbour","version":"1.2.3"}"#.as_slice(),
    );
    let chart = (
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        b"a chart, packed".as_slice(),
    );
    layout.add_artifact(
        "1.2.3",
        config,
        chart,
        &json!({ "annotations": { "org.opencontainers.image.title": "harbour" } }),
    );
    push(
        &scene.alice,
        &layout,
        "1.2.3",
        &scene.image("charts/harbour:1.2.3"),
    );

    let pulled = pull(
        &scene.somebody,
        &scene.image("charts/harbour:1.2.3"),
        "pulled",
    );
    assert_eq!(pulled.digest("pulled"), layout.digest("1.2.3"));
    assert_eq!(pulled.manifest("pulled")["layers"][0]["mediaType"], chart.0);
    assert_eq!(pulled.verify(), 3);
    scene.end();
}
