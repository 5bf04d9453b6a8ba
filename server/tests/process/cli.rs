//! The command line as an operator meets it: what is printed, which exit code, what lies on the disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use ::http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::harness::{Installation, network};

/// Wrong usage or settings.
const USAGE: i32 = 2;

#[test]
fn help_lists_the_commands_and_version_says_which_this_is() {
    let installation = Installation::new();
    let help = said(&installation.run(&["--help"]), 0);
    for command in ["serve", "migrate", "config", "hold", "doctor"] {
        assert!(help.contains(command), "{help}");
    }
    assert_eq!(
        said(&installation.run(&["--version"]), 0),
        format!("longshore {}\n", env!("CARGO_PKG_VERSION"))
    );
    let nothing = installation.run(&[]);
    assert_eq!(nothing.status.code(), Some(USAGE));
    assert!(complaint(&nothing).contains("Usage"));
}

#[test]
fn config_init_writes_a_file_that_changes_nothing_and_never_overwrites_one() {
    let installation = Installation::new();
    assert!(said(&installation.run(&["config", "init"]), 0).contains("longshore.toml"));
    let file = installation.parent().join("longshore.toml");
    assert_eq!(mode(&file), 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("# Environment: HOLD_OWNER"));
    assert!(complaint(&installation.run(&["config", "init"])).contains("longshore.toml"));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // It is read from the working directory.
    installation.start().stop().expect_success();
}

#[test]
fn migrate_creates_the_database_and_says_which() {
    let installation = Installation::new();
    let said_first = said(&installation.run(&["migrate"]), 0);
    assert!(said_first.contains("longshore.db"), "{said_first}");
    assert!(installation.data().join("longshore.db").exists());
    assert_eq!(said(&installation.run(&["migrate"]), 0), said_first);
}

#[test]
fn the_first_start_creates_the_folder_and_keys_for_their_owner_and_the_second_keeps_them() {
    let installation = Installation::new();
    installation.start().stop().expect_success();
    assert_eq!(mode(&installation.data()), 0o700);
    let keys = keys(&installation);
    assert_eq!(keys.len(), 3, "registry tokens, sessions and the hold");
    for (path, _) in &keys {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    installation.start().stop().expect_success();
    assert_eq!(self::keys(&installation), keys);
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_cure() {
    let installation = Installation::new();
    installation.start().stop().expect_success();
    let (path, _) = keys(&installation).remove(0);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complaint(&refused).contains(&format!("chmod 600 {}", path.display())),
        "{}",
        complaint(&refused)
    );
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    installation.start().stop().expect_success();
}

#[test]
fn settings_that_are_unknown_or_wrong_are_refused_by_name() {
    let cases = [
        ("LONGSHORE_LISTNE", "127.0.0.1:1", "LONGSHORE_LISTNE"),
        ("HOLD_PUBLIK", "true", "HOLD_PUBLIC"),
        ("LONGSHORE_LISTEN", "everywhere", "LONGSHORE_LISTEN"),
        ("HOLD_OWNER", "not a handle", "HOLD_OWNER"),
        (
            "LONGSHORE_SHUTDOWN_SECONDS",
            "soon",
            "LONGSHORE_SHUTDOWN_SECONDS",
        ),
    ];
    for (name, value, named) in cases {
        let installation = Installation::new().with(name, value);
        for command in ["serve", "migrate", "doctor"] {
            let refused = installation.run(&[command]);
            assert_eq!(
                refused.status.code(),
                Some(USAGE),
                "{name}: {}",
                complaint(&refused)
            );
            assert!(
                complaint(&refused).contains(named),
                "{}",
                complaint(&refused)
            );
        }
        assert!(
            !installation.data().exists(),
            "{name}: nothing is created before the settings are right"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_signal_lets_an_upload_in_progress_finish() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let server = installation.start();
    let name = format!("{}/drained", network().alice.handle);
    let scope = format!("repository:{name}:pull,push");
    let alice = server
        .nobody()
        .signed_in(Some(&network().alice), &[&scope])
        .await;
    let begun = alice
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    let location = begun.expect(StatusCode::ACCEPTED).header("location");

    // The first half is on its way when the server is told to stop; the second comes after.
    let (is_sent, sent) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let halves = futures::stream::unfold(
        (Some(is_sent), Some(may_go_on), 0),
        |(is_sent, may_go_on, half)| async move {
            match (half, is_sent, may_go_on) {
                (0, is_sent, may_go_on) => {
                    Some((Ok::<_, std::io::Error>("first "), (is_sent, may_go_on, 1)))
                }
                (1, Some(is_sent), Some(may_go_on)) => {
                    is_sent.send(()).unwrap();
                    may_go_on.await.unwrap();
                    Some((Ok("second"), (None, None, 2)))
                }
                _ => None,
            }
        },
    );
    let upload = tokio::spawn({
        let alice = alice.clone();
        async move {
            alice
                .send(
                    Method::PATCH,
                    &location,
                    &[],
                    reqwest::Body::wrap_stream(halves),
                )
                .await
        }
    });
    sent.await.unwrap();
    server.ask_to_stop();
    let server = tokio::task::spawn_blocking(move || {
        server.wait_for_log("no longer accepting");
        server
    });
    let server = server.await.unwrap();
    go_on.send(()).unwrap();
    let answer = upload.await.unwrap();
    assert_eq!(answer.expect(StatusCode::ACCEPTED).header("range"), "0-11");
    server.wait().expect_success();
}

#[test]
fn doctor_finds_a_working_server_healthy_before_during_and_after() {
    let installation = Installation::new();
    let before = said(&installation.run(&["doctor"]), 0);
    assert!(before.contains("the first start creates it"), "{before}");
    assert!(!installation.data().exists(), "doctor changes nothing");
    let server = installation.start();
    let during = report(&installation.run(&["doctor", "--json"]), 0);
    assert_eq!(during["ok"], true);
    assert!(
        during.to_string().contains("served by a running Longshore"),
        "{during}"
    );
    server.stop().expect_success();
    assert_eq!(
        report(&installation.run(&["doctor", "--json"]), 0)["ok"],
        true
    );
}

#[test]
fn doctor_says_what_to_do_about_a_key_that_others_can_read() {
    let installation = Installation::new();
    installation.start().stop().expect_success();
    let (path, _) = keys(&installation).remove(0);
    fs::set_permissions(&path, Permissions::from_mode(0o604)).unwrap();
    let check = failure(&installation, "key files");
    assert!(
        check["advice"].as_str().unwrap().starts_with("chmod 600"),
        "{check}"
    );
}

#[test]
fn doctor_says_what_to_do_about_a_data_folder_that_cannot_be_written_to() {
    // Also root cannot write there.
    let installation = Installation::new().with("LONGSHORE_DATA_DIR", "/proc/longshore");
    let check = failure(&installation, "data folder");
    assert!(
        check["advice"]
            .as_str()
            .unwrap()
            .contains("LONGSHORE_DATA_DIR"),
        "{check}"
    );
}

#[test]
fn doctor_says_what_to_do_about_a_database_that_cannot_be_reached() {
    let url = "postgres://longshore:secret@127.0.0.1:1/longshore";
    let installation = Installation::new().with("DATABASE_URL", url);
    let check = failure(&installation, "database");
    assert!(
        check["advice"].as_str().unwrap().contains("DATABASE_URL"),
        "{check}"
    );
    assert!(
        check["seen"].as_str().unwrap().contains("refused"),
        "{check}"
    );
    assert!(!check.to_string().contains("secret"), "{check}");
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complaint(&refused).contains("DATABASE_URL"),
        "{}",
        complaint(&refused)
    );
    assert!(
        complaint(&refused).contains("refused"),
        "{}",
        complaint(&refused)
    );
    assert!(!complaint(&refused).contains("secret"));
}

#[test]
fn doctor_says_what_to_do_when_the_plc_directory_does_not_answer() {
    let installation = Installation::new().with("PLC_DIRECTORY_URL", "http://localhost:1");
    let check = failure(&installation, "PLC directory");
    assert!(check["advice"].as_str().is_some(), "{check}");
}

/// What a command printed that ended with this code.
#[track_caller]
pub fn said(output: &Output, code: i32) -> String {
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{printed}{}",
        complaint(output)
    );
    printed
}

/// What it printed to standard error.
pub fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn report(output: &Output, code: i32) -> Value {
    serde_json::from_str(&said(output, code)).unwrap()
}

/// The one check of `doctor` that fails, which is this one. The table says the same.
#[track_caller]
fn failure(installation: &Installation, name: &str) -> Value {
    let report = report(&installation.run(&["doctor", "--json"]), 1);
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name);
    let check = check.unwrap_or_else(|| panic!("no {name} in {report:#}"));
    assert_eq!(check["outcome"], "failure", "{report:#}");
    let table = said(&installation.run(&["doctor"]), 1);
    assert!(table.contains(check["advice"].as_str().unwrap()), "{table}");
    check.clone()
}

/// Every key file and its bytes, in order.
fn keys(installation: &Installation) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let folder = fs::read_dir(installation.data().join("keys")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
