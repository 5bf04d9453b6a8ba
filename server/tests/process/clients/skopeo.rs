//! skopeo, which copies images of every form between folders and registries.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::layout::Layout;
use super::tools::{Machine, in_layout, run, run_to_failure};
use super::{Scene, busybox, small_image};
use crate::harness::network;

/// Parts of the system that this runs on, each well over 100 MB where this can be compiled.
const LARGE_PARTS: [&str; 3] = ["usr/lib/x86_64-linux-gnu", "usr/share", "usr/bin"];
const LARGE_LAYER_BYTES: u64 = 100_000_000;

#[test]
fn skopeo_logs_in_and_pushes_and_somebody_without_a_login_pulls() {
    let scene = Scene::new();
    let layout = small_image(&scene.alice);
    push(&scene.alice, &layout, "v1", &scene.image("busybox:v1"));
    let pulled = pull(&scene.somebody, &scene.image("busybox:v1"), "pulled");
    assert_eq!(pulled.digest("pulled"), layout.digest("v1"));
    assert_eq!(pulled.verify(), 3);

    let by_digest = scene.image(&format!("busybox@{}", layout.digest("v1")));
    assert_eq!(
        pull(&scene.somebody, &by_digest, "again").digest("again"),
        layout.digest("v1")
    );
    let tags = scene
        .somebody
        .skopeo(&[
            "list-tags",
            "--tls-verify=false",
            &docker(&scene.image("busybox")),
        ])
        .output();
    assert!(
        String::from_utf8(tags.unwrap().stdout)
            .unwrap()
            .contains("\"v1\"")
    );
    scene.end();
}

#[test]
fn skopeo_is_told_that_a_password_is_wrong_and_that_a_stranger_may_not_push() {
    let scene = Scene::new();
    let wrong = run_to_failure(&mut scene.somebody.log_in_command(
        scene.server.host(),
        "alice.test",
        "wrong",
    ));
    assert!(wrong.contains("invalid username/password"), "{wrong}");
    let layout = small_image(&scene.somebody);
    let (source, target) = (
        in_layout(&layout.folder, "v1"),
        docker(&scene.image("theirs:v1")),
    );
    let copy = ["copy", "--dest-tls-verify=false", &source, &target];
    let without_login = run_to_failure(&mut scene.somebody.skopeo(&copy));
    assert!(
        without_login.contains("unauthorized") || without_login.contains("denied"),
        "{without_login}"
    );
    scene.somebody.log_in(scene.server.host(), &network().bob);
    let as_bob = run_to_failure(&mut scene.somebody.skopeo(&copy));
    assert!(as_bob.contains("denied"), "{as_bob}");
    scene.end();
}

#[test]
fn skopeo_sends_no_layer_that_is_there_and_mounts_it_elsewhere() {
    let scene = Scene::new();
    let layout = small_image(&scene.alice);
    let first = push(&scene.alice, &layout, "v1", &scene.image("first:v1"));
    let before = uploads(&scene);
    let again = push(&scene.alice, &layout, "v1", &scene.image("first:v2"));
    let mounted = push(&scene.alice, &layout, "v1", &scene.image("second:v1"));
    println!(
        "busybox: pushed in {first:.2} s, again in {again:.2} s, into another repository in {mounted:.2} s"
    );
    // It mounts layers only: the config goes again to the second repository.
    assert_eq!(uploads(&scene), before + 1, "layers were sent again");
    let pulled = pull(&scene.somebody, &scene.image("second:v1"), "pulled");
    assert_eq!(pulled.digest("pulled"), layout.digest("v1"));
    scene.end();
}

#[test]
fn skopeo_pushes_and_pulls_a_debian_system_in_layers_of_more_than_100_mb() {
    let scene = Scene::new();
    let layout = large_image();
    let sizes = layout.layer_sizes("v1");
    let large = sizes
        .iter()
        .filter(|size| **size >= LARGE_LAYER_BYTES)
        .count();
    assert!(large >= 3, "{sizes:?}: not three layers of 100 MB");

    let pushed = push(&scene.alice, &layout, "v1", &scene.image("debian:v1"));
    let before = uploads(&scene);
    let again = push(&scene.alice, &layout, "v1", &scene.image("debian:v1"));
    assert_eq!(uploads(&scene), before, "the second push sent bytes again");
    let started = Instant::now();
    let pulled = pull(&scene.somebody, &scene.image("debian:v1"), "pulled");
    let pulled_in = started.elapsed().as_secs_f32();
    println!(
        "debian, layers of {sizes:?} bytes: pushed in {pushed:.1} s, again in {again:.2} s, pulled in {pulled_in:.1} s"
    );
    assert_eq!(pulled.digest("pulled"), layout.digest("v1"));
    assert_eq!(pulled.verify(), sizes.len() + 2);
    scene.end();
}

#[test]
fn skopeo_pushes_an_index_and_each_platform_pulls_its_own_image() {
    let scene = Scene::new();
    let architectures = ["amd64", "arm64", "riscv64"];
    let layout = Layout::create(scene.alice.path("multi"));
    for architecture in architectures {
        // Each image differs, as programs of different machines do.
        std::fs::write(scene.alice.path(architecture), architecture).unwrap();
        layout.build(
            architecture,
            architecture,
            &[busybox(), (&scene.alice.path(""), architecture)],
        );
    }
    layout.add_index("all", &architectures);
    let image = scene.image("multi:v1");
    let source = in_layout(&layout.folder, "all");
    run(&mut scene.alice.skopeo(&[
        "copy",
        "--all",
        "--dest-tls-verify=false",
        &source,
        &docker(&image),
    ]));

    let target = in_layout(&scene.somebody.path("whole"), "all");
    run(&mut scene.somebody.skopeo(&[
        "copy",
        "--all",
        "--src-tls-verify=false",
        &docker(&image),
        &target,
    ]));
    let whole = Layout {
        folder: scene.somebody.path("whole"),
    };
    assert_eq!(whole.digest("all"), layout.digest("all"));
    assert_eq!(
        whole.verify(),
        1 + 3 * 3 + 1,
        "an index, manifests, configs, their own layers and a common one"
    );

    for architecture in architectures {
        let target = in_layout(&scene.somebody.path(architecture), "v1");
        let arguments = [
            "--override-arch",
            architecture,
            "copy",
            "--src-tls-verify=false",
            &docker(&image),
            &target,
        ];
        run(&mut scene.somebody.skopeo(&arguments));
        let pulled = Layout {
            folder: scene.somebody.path(architecture),
        };
        assert_eq!(pulled.digest("v1"), layout.digest(architecture));
    }
    scene.end();
}

/// Copies a tag of a layout to the server; how many seconds it took.
pub fn push(machine: &Machine, layout: &Layout, tag: &str, image: &str) -> f32 {
    let started = Instant::now();
    let source = in_layout(&layout.folder, tag);
    run(&mut machine.skopeo(&["copy", "--dest-tls-verify=false", &source, &docker(image)]));
    started.elapsed().as_secs_f32()
}

/// Copies an image into a layout of its own, where its tag is the folder's name.
pub fn pull(machine: &Machine, image: &str, folder: &str) -> Layout {
    let path = machine.path(folder);
    let target = in_layout(&path, folder);
    run(&mut machine.skopeo(&["copy", "--src-tls-verify=false", &docker(image), &target]));
    Layout { folder: path }
}

fn docker(image: &str) -> String {
    format!("docker://{image}")
}

/// How often bytes of a blob were sent, by the server's log.
fn uploads(scene: &Scene) -> usize {
    scene
        .server
        .log()
        .matches(r#""http.method":"PATCH""#)
        .count()
}

/// The image of a whole system, built once and kept in the target folder.
fn large_image() -> Layout {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("large-image");
    if !folder.exists() {
        let unfinished = folder.with_extension("unfinished");
        // A run that was stopped in the middle may have left one.
        let _ = std::fs::remove_dir_all(&unfinished);
        let layout = Layout::create(unfinished.clone());
        let layers = LARGE_PARTS.map(|part| (Path::new("/"), part));
        layout.build("v1", "amd64", &layers);
        std::fs::rename(&unfinished, &folder).unwrap();
    }
    Layout { folder }
}
