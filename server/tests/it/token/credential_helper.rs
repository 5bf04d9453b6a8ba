//! `docker-credential-longshore` as a process against a server of ours, and skopeo asking it for credentials.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Value, json};
use server::accounts::device_login::{Decision, UserCode};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::browser::{Browser, unescape};
use crate::harness::{Account, Client, Engine, Image, TestServer, image, network, workspace};

/// The program, built beside these tests.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().unwrap().parent().unwrap();
    let built = std::process::Command::new(env!("CARGO"))
        .args(["build", "--package", "credential-helper", "--target-dir"])
        .arg(profile.parent().unwrap())
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    profile.join("docker-credential-longshore")
});

/// A person's computer, with docker's configuration.
struct Computer {
    home: tempfile::TempDir,
}

impl Computer {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(
            &*PROGRAM,
            home.path().join("bin/docker-credential-longshore"),
        )
        .unwrap();
        Self { home }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn command(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TMPDIR", self.home.path())
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.path("bin").display()),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(&*PROGRAM, arguments).spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .await
            .unwrap();
        child.wait_with_output().await.unwrap()
    }

    /// What docker would be given for a registry.
    async fn get(&self, host: &str) -> Value {
        let output = self.run(&["get"], host).await;
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    async fn skopeo(&self, arguments: &[&str]) -> Output {
        let insecure_policy = self.path("policy.json");
        std::fs::write(
            &insecure_policy,
            r#"{"default":[{"type":"insecureAcceptAnything"}]}"#,
        )
        .unwrap();
        let mut command = self.command("skopeo", &["--policy", insecure_policy.to_str().unwrap()]);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap()
    }

    /// Logs in by loopback redirect, as a browser in which `account` is signed in.
    async fn log_in_by_browser(&self, server: &TestServer, account: &Account) -> Output {
        use std::os::unix::fs::PermissionsExt as _;
        let (browser, opened) = (self.path("bin/browser"), self.path("opened"));
        std::fs::write(
            &browser,
            "#!/bin/sh\necho \"$1\" > \"$HOME/opening\" && mv \"$HOME/opening\" \"$HOME/opened\"\n",
        )
        .unwrap();
        std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut child = self
            .command(&*PROGRAM, &["login", &server.host, "--name", "desk"])
            .env("BROWSER", &browser)
            .spawn()
            .unwrap();
        let page = wait_for_file(&mut child, &opened).await;
        std::fs::remove_file(&opened).unwrap();
        let back = approve(server, account, page.trim()).await;
        // The browser comes back to the program.
        Client::new("", "")
            .get(back.as_str())
            .await
            .expect(StatusCode::OK);
        child.wait_with_output().await.unwrap()
    }
}

/// The content of a file as soon as it is there; fails when the program ends before.
async fn wait_for_file(child: &mut Child, path: &Path) -> String {
    loop {
        if let Ok(text) = std::fs::read_to_string(path) {
            return text;
        }
        assert!(
            child.try_wait().unwrap().is_none(),
            "the program ended without opening a page"
        );
        tokio::task::yield_now().await;
    }
}

/// Opens the page as `account` and chooses Approve. Returns where the browser goes.
async fn approve(server: &TestServer, account: &Account, page: &str) -> String {
    let path = page.strip_prefix(&server.base).unwrap();
    assert!(path.starts_with("/device/authorize?"), "{path}");
    let browser = Browser::of(server, account).await;
    let answer = browser.submit(path, &[("decision", "approve")]).await;
    let html = answer.expect(StatusCode::OK).text();
    let (_, back) = html
        .split_once("content=\"0; url=")
        .expect("the page leads on");
    unescape(back.split_once('"').unwrap().0)
}

/// The image as skopeo's `dir:` transport has it.
fn write_folder(image: &Image, folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    std::fs::write(folder.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    std::fs::write(folder.join("manifest.json"), &image.manifest).unwrap();
    for blob in image.blobs() {
        let digest = oci::Digest::sha256_of(blob).to_string();
        let (_, hex) = digest.split_once(':').unwrap();
        std::fs::write(folder.join(hex), blob).unwrap();
    }
}

#[track_caller]
fn expect_success(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_by_device_code_needs_no_terminal_and_ends_at_the_registry_with_the_logout() {
    let server = TestServer::start(Engine::Sqlite).await;
    let (computer, alice) = (Computer::new(), &network().alice);
    let mut child = computer
        .command(
            &*PROGRAM,
            &["login", &server.host, "--device", "--name", "build 7"],
        )
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let code: UserCode = loop {
        let line = said.next_line().await.unwrap().expect("a code is shown");
        if let Some(code) = line.strip_prefix("and type ") {
            break code.parse().unwrap();
        }
    };
    let viewer = alice.did.parse().unwrap();
    let logins = &server.state.device_logins;
    assert_eq!(
        logins.find(&viewer, &code).await.unwrap().asking.device,
        "build 7"
    );
    logins
        .decide(&viewer, &code, Decision::Approve)
        .await
        .unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(
        expect_success(&output)
            .contains(&format!("Logged in to {} as {}", server.host, alice.handle))
    );

    let credentials = computer.get(&server.host).await;
    assert_eq!(credentials["Username"], alice.handle.as_str());
    let listed = server.state.access_tokens.list(&viewer).await.unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "build 7"));
    let status = expect_success(&computer.run(&["status"], "").await);
    assert!(
        status.contains(&alice.did) && status.contains("days left"),
        "{status}"
    );

    expect_success(&computer.run(&["logout"], "").await);
    assert!(
        server
            .state
            .access_tokens
            .list(&viewer)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(!computer.run(&["get"], &server.host).await.status.success());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn skopeo_pushes_and_pulls_by_the_program_with_two_accounts_on_one_registry() {
    let mut options = crate::harness::Options::new(Engine::Sqlite);
    options.hold_public = false;
    let server = TestServer::start_with(options).await;
    let (computer, alice, bob) = (Computer::new(), &network().alice, &network().bob);
    for account in [alice, bob] {
        let said = expect_success(&computer.log_in_by_browser(&server, account).await);
        assert!(said.contains(&account.handle), "{said}");
    }
    assert_eq!(
        computer.get(&server.host).await["Username"],
        bob.handle.as_str(),
        "the last one"
    );
    expect_success(&computer.run(&["configure-docker"], "").await);

    let image = image(1);
    let name = server.repository();
    write_folder(&image, &computer.path("image"));
    let (source, target) = (
        format!("dir:{}", computer.path("image").display()),
        format!("docker://{}/{name}:v1", server.host),
    );
    let push = [
        "copy",
        "--preserve-digests",
        "--dest-tls-verify=false",
        &source,
        &target,
    ];
    let refused = computer.skopeo(&push).await;
    let reason = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && reason.contains("allow pushes on"),
        "{reason}"
    );

    // Alice has a session to write with from here on.
    server.owner_of(&name).await;
    expect_success(&computer.skopeo(&push).await);
    let pulled = format!("dir:{}", computer.path("pulled").display());
    expect_success(
        &computer
            .skopeo(&["copy", "--src-tls-verify=false", &target, &pulled])
            .await,
    );
    let manifest = std::fs::read(computer.path("pulled/manifest.json")).unwrap();
    assert_eq!(manifest, image.manifest);

    // The hold is closed to bob, and whoever says so is asked as bob.
    let mut as_bob = computer.command("skopeo", &["inspect", "--tls-verify=false", &target]);
    let as_bob = as_bob
        .env("LONGSHORE_ACCOUNT", &bob.handle)
        .output()
        .await
        .unwrap();
    assert!(!as_bob.status.success(), "{as_bob:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn docker_login_with_an_access_token_is_kept_by_the_program() {
    let server = TestServer::start(Engine::Sqlite).await;
    let computer = Computer::new();
    let entry = json!({ "ServerURL": server.host, "Username": network().alice.handle, "Secret": "longshore_x" });
    expect_success(&computer.run(&["store"], &entry.to_string()).await);
    assert_eq!(computer.get(&server.host).await, entry);
    expect_success(&computer.run(&["erase"], &server.host).await);
    server.stop().await;
}
