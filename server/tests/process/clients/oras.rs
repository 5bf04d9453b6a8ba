//! oras, in its Python edition: artifacts, and one that refers to another.

use std::path::Path;
use std::process::Command;

use super::Scene;
use super::tools::{Machine, program, run};
use crate::harness::{network, workspace};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/process/clients/use_oras.py"
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oras_pushes_an_artifact_and_another_that_refers_to_it() {
    let scene = tokio::task::spawn_blocking(Scene::new).await.unwrap();
    let alice = &network().alice;
    let name = format!("{}/oras", alice.handle);
    let theirs = scene.alice.path("artifacts");
    std::fs::create_dir(&theirs).unwrap();
    std::fs::write(theirs.join("note.txt"), "ahoy").unwrap();
    std::fs::write(theirs.join("signature.txt"), "signed").unwrap();
    let login = [alice.handle.as_str(), &alice.app_password];
    let host = scene.server.host();
    let printed = run(oras(&scene.alice, "push", host, &name, &theirs).args(login));
    let (note, signature) = printed.lines().last().unwrap().split_once(' ').unwrap();

    let scope = format!("repository:{name}:pull");
    let nobody = scene.server.nobody().signed_in(None, &[&scope]).await;
    let found = nobody
        .get(&format!("/v2/{name}/referrers/{note}"))
        .await
        .json();
    assert_eq!(found["manifests"][0]["digest"], signature, "{found}");

    let ours = scene.somebody.path("artifacts");
    std::fs::create_dir(&ours).unwrap();
    run(&mut oras(&scene.somebody, "pull", host, &name, &ours));
    assert_eq!(
        std::fs::read_to_string(ours.join("note.txt")).unwrap(),
        "ahoy"
    );
    assert_eq!(
        std::fs::read_to_string(ours.join("signature.txt")).unwrap(),
        "signed"
    );
    scene.end();
}

fn oras(machine: &Machine, action: &str, host: &str, name: &str, folder: &Path) -> Command {
    let packages = workspace().join(".tools/oras");
    assert!(
        packages.exists(),
        "oras is not installed; run `make setup`, which installs it into .tools"
    );
    let mut command = program("python3");
    command.arg(SCRIPT).args([action, host, name]).arg(folder);
    // Keeps its login in the home folder, and nothing beside its packages.
    command
        .env("HOME", machine.path(""))
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
