//! buildah: an image built from nothing, pushed, pulled elsewhere and run there.

use super::tools::run;
use super::{BUSYBOX, Scene, busybox};

#[test]
fn buildah_builds_and_pushes_an_image_that_runs_on_another_machine() {
    let scene = Scene::new();
    let image = scene.image("buildah:v1");
    let (alice, somebody) = (&scene.alice, &scene.somebody);
    let (folder, path) = busybox();
    let file = folder.join(path);
    let container = run(&mut alice.buildah(&["from", "scratch"]));
    run(&mut alice.buildah(&["copy", container.trim(), file.to_str().unwrap(), BUSYBOX]));
    run(&mut alice.buildah(&["config", "--cmd", BUSYBOX, container.trim()]));
    run(&mut alice.buildah(&["commit", container.trim(), &image]));
    run(&mut alice.buildah(&["push", "--tls-verify=false", &image]));
    run(&mut alice.buildah(&["rm", container.trim()]));

    let container = run(&mut somebody.buildah(&["from", "--tls-verify=false", &image]));
    let said =
        run(&mut somebody.buildah(&["run", container.trim(), "--", BUSYBOX, "echo", "ahoy"]));
    assert_eq!(said, "ahoy\n");
    run(&mut somebody.buildah(&["rm", container.trim()]));
    scene.end();
}
