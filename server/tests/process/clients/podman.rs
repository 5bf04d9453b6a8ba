//! podman, with the storage driver that needs no rights.

use super::tools::run;
use super::{Scene, small_image};

#[test]
fn podman_pushes_and_pulls_on_another_machine() {
    let scene = Scene::new();
    small_image(&scene.alice);
    let image = scene.image("podman:v1");
    let id = run(&mut scene.alice.podman(&["pull", "--quiet", "oci:small:v1"]));
    run(&mut scene.alice.podman(&["tag", id.trim(), &image]));
    run(&mut scene.alice.podman(&["push", "--tls-verify=false", &image]));

    let pulled =
        run(&mut scene
            .somebody
            .podman(&["pull", "--quiet", "--tls-verify=false", &image]));
    assert_eq!(pulled, id, "an image's id is the digest of its config");
    let command = run(&mut scene.somebody.podman(&[
        "image",
        "inspect",
        "--format",
        "{{.Config.Cmd}}",
        &image,
    ]));
    assert_eq!(command.trim(), "[/bin/busybox]");
    scene.end();
}
