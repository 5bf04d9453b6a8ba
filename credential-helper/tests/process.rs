//! The program as docker meets it: a process, text on standard input, JSON or an error on standard output.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_docker-credential-longshore");

/// A person's computer.
struct Computer {
    home: tempfile::TempDir,
}

impl Computer {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env(
                "PATH",
                format!("{}/bin:/usr/bin:/bin", self.home.path().display()),
            )
            .env("HOME", self.home.path());
        command
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        finish(self.command(PROGRAM).args(arguments), input)
    }

    fn store(&self, registry: &str, name: &str, secret: &str) -> Output {
        let entry = json!({ "ServerURL": registry, "Username": name, "Secret": secret });
        self.run(&["store"], &entry.to_string())
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.home.path().join(path)
    }
}

fn finish(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_stranger_is_not_logged_in_and_docker_is_told_so_in_its_own_words() {
    let computer = Computer::new();
    let output = computer.run(&["get"], "registry.example\n");
    assert!(!output.status.success());
    assert_eq!(
        text(&output.stdout),
        "credentials not found in native keychain\n"
    );
    assert_eq!(
        text(&output.stderr),
        "",
        "a pull of a public image is no occasion to complain"
    );
    assert_eq!(answer(&computer.run(&["list"], "")), json!({}));
}

#[test]
fn what_is_stored_is_got_listed_and_erased() {
    let computer = Computer::new();
    let output = computer.store("registry.example", "alice.example", "longshore_1");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("unencrypted"), "{output:?}");
    let expected = json!({
        "ServerURL": "https://registry.example",
        "Username": "alice.example",
        "Secret": "longshore_1",
    });
    assert_eq!(
        answer(&computer.run(&["get"], "https://registry.example\n")),
        expected
    );
    assert_eq!(
        answer(&computer.run(&["list"], "")),
        json!({ "registry.example": "alice.example" })
    );
    for stranger in [
        "registry.example.org",
        "registry.example:5000",
        "my-registry.example",
    ] {
        assert!(
            !computer.run(&["get"], stranger).status.success(),
            "{stranger}"
        );
    }
    assert!(
        computer
            .run(&["erase"], "registry.example")
            .status
            .success()
    );
    assert!(!computer.run(&["get"], "registry.example").status.success());
    assert!(
        computer
            .run(&["erase"], "registry.example")
            .status
            .success(),
        "again is no error"
    );
}

#[test]
#[cfg(unix)]
fn dv_07_the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let computer = Computer::new();
    computer.store("registry.example", "alice.example", "longshore_1");
    let file = computer.path(".config/longshore/credentials.json");
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(file.parent().unwrap()).unwrap().mode() & 0o777,
        0o700
    );
}

#[test]
fn the_account_is_chosen_by_the_image_in_the_caller_s_command() {
    let computer = Computer::new();
    computer.store("registry.example", "alice.example", "longshore_a");
    computer.store("registry.example", "bob.example", "longshore_b");
    let asked_by = |image: &str, account: Option<&str>| {
        // A shell in docker's place: the image is among its arguments.
        let mut command = computer.command("/bin/sh");
        command.args(["-c", "\"$0\" get; exit $?", PROGRAM, "push", image]);
        if let Some(account) = account {
            command.env("LONGSHORE_ACCOUNT", account);
        }
        answer(&finish(&mut command, "registry.example"))["Username"].clone()
    };
    assert_eq!(
        asked_by("registry.example/alice.example/app:v1", None),
        "alice.example"
    );
    assert_eq!(
        asked_by("registry.example/bob.example/app", None),
        "bob.example"
    );
    assert_eq!(
        asked_by("other.example/alice.example/app", None),
        "bob.example",
        "the active one"
    );
    assert_eq!(
        asked_by("registry.example/bob.example/app", Some("alice.example")),
        "alice.example"
    );

    let switched = computer.run(&["switch", "alice.example"], "");
    assert!(switched.status.success(), "{switched:?}");
    assert_eq!(asked_by("x", None), "alice.example");
    let status = text(&computer.run(&["status"], "").stdout);
    assert!(
        status.contains("* alice.example") && status.contains("  bob.example"),
        "{status}"
    );
    let unknown = computer.run(&["switch", "carol.example"], "");
    assert!(!unknown.status.success());
    assert!(
        text(&unknown.stderr).contains("carol.example is not logged in"),
        "{unknown:?}"
    );
}

/// A keychain program like docker's own, which keeps its one entry in a file of its own.
#[cfg(unix)]
fn install_keychain(computer: &Computer, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = computer.path(&format!("bin/docker-credential-{name}"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_token_goes_into_the_keychain_where_there_is_one() {
    let computer = Computer::new();
    let script = "case $1 in store) cat > \"$HOME/kept\";; get) cat \"$HOME/kept\";; erase) rm \"$HOME/kept\";; esac\n";
    install_keychain(&computer, "secretservice", script);
    let with_desktop = |arguments: &[&str], input: &str| {
        let mut command = computer.command(PROGRAM);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
            .args(arguments);
        finish(&mut command, input)
    };
    let entry = json!({ "ServerURL": "registry.example", "Username": "alice.example", "Secret": "longshore_1" });
    let stored = with_desktop(&["store"], &entry.to_string());
    assert!(
        stored.status.success() && stored.stderr.is_empty(),
        "{stored:?}"
    );
    let kept: Value = serde_json::from_slice(&fs::read(computer.path("kept")).unwrap()).unwrap();
    assert_eq!(
        kept["ServerURL"],
        "https://registry.example/longshore/alice.example"
    );
    let file = fs::read_to_string(computer.path(".config/longshore/credentials.json")).unwrap();
    assert!(!file.contains("longshore_1"), "{file}");
    assert_eq!(
        answer(&with_desktop(&["get"], "registry.example"))["Secret"],
        "longshore_1"
    );
    assert!(
        with_desktop(&["erase"], "registry.example")
            .status
            .success()
    );
    assert!(!computer.path("kept").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_keychain_that_fails_is_said_and_the_file_takes_its_place_unless_it_was_asked_for() {
    let computer = Computer::new();
    install_keychain(&computer, "broken", "echo 'no session bus'; exit 1\n");
    let entry =
        json!({ "ServerURL": "registry.example", "Username": "a", "Secret": "longshore_1" });
    let asked_for = |name: &str| {
        let mut command = computer.command(PROGRAM);
        command.env("LONGSHORE_KEYCHAIN", name).arg("store");
        finish(&mut command, &entry.to_string())
    };
    let refused = asked_for("broken");
    assert!(!refused.status.success());
    assert!(
        text(&refused.stderr).contains("docker-credential-broken failed: no session bus"),
        "{refused:?}"
    );
    assert!(!asked_for("missing").status.success());
    let in_file = asked_for("file");
    assert!(
        in_file.status.success() && in_file.stderr.is_empty(),
        "whoever asks for the file knows: {in_file:?}"
    );

    let mut command = computer.command(PROGRAM);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .arg("store");
    let fallen_back = finish(&mut command, &entry.to_string());
    assert!(fallen_back.status.success(), "{fallen_back:?}");
    assert!(
        text(&fallen_back.stderr).contains("unencrypted"),
        "{fallen_back:?}"
    );
}

#[test]
fn docker_is_configured_without_losing_what_it_had() {
    let computer = Computer::new();
    let file = computer.path(".docker/config.json");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(
        &file,
        r#"{"credsStore":"desktop","credHelpers":{"ghcr.io":"gh"}}"#,
    )
    .unwrap();
    let output = computer.run(
        &["configure-docker", "registry.example", "localhost:5000"],
        "",
    );
    assert!(output.status.success(), "{output:?}");
    let configured: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        configured,
        json!({
            "credsStore": "desktop",
            "credHelpers": { "ghcr.io": "gh", "registry.example": "longshore", "localhost:5000": "longshore" },
        })
    );
    fs::write(&file, "{ not JSON").unwrap();
    let output = computer.run(&["configure-docker", "registry.example"], "");
    assert!(!output.status.success());
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "{ not JSON",
        "left alone"
    );
}

#[test]
fn broken_input_is_refused_with_a_reason() {
    let computer = Computer::new();
    for (action, input) in [
        ("get", ""),
        ("get", "user@registry.example"),
        ("store", "not JSON"),
        (
            "store",
            r#"{"ServerURL":"r.example","Username":"","Secret":"x"}"#,
        ),
        ("store", r#"{"ServerURL":"r.example","Username":"a"}"#),
        ("erase", "a b"),
    ] {
        let output = computer.run(&[action], input);
        assert!(!output.status.success(), "{action} {input}");
        assert!(
            output.stdout.len() > 20 && output.stderr.len() > 20,
            "{output:?}"
        );
    }
    let login = computer.run(&["login"], "");
    assert!(
        text(&login.stderr).contains("name the registry"),
        "{login:?}"
    );
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let computer = Computer::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let output = computer.run(&["login", &format!("127.0.0.1:{port}"), "--device"], "");
    assert!(!output.status.success());
    let error = text(&output.stderr);
    assert!(
        error.contains(&format!("127.0.0.1:{port} cannot be reached")),
        "{error}"
    );
}

#[test]
fn completion_manual_page_and_version_are_printed() {
    let computer = Computer::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(&computer.run(&["completion", shell], "").stdout);
        assert!(script.contains("configure-docker"), "{shell}");
    }
    let page = text(&computer.run(&["man"], "").stdout);
    assert!(
        page.contains(".TH docker-credential-longshore 1") && page.contains("LONGSHORE_ACCOUNT"),
        "{page}"
    );
    let version = text(&computer.run(&["version"], "").stdout);
    assert_eq!(
        version,
        concat!(
            "docker-credential-longshore ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )
    );
}

#[test]
#[cfg(unix)]
fn bash_completes_commands_and_their_options() {
    const NAME: &str = "docker-credential-longshore";
    let computer = Computer::new();
    let script = text(&computer.run(&["completion", "bash"], "").stdout);
    let completed = |words: &[&str]| {
        let complete = format!(
            "{script}\nCOMP_WORDS=({NAME} {}) COMP_CWORD={}\n$(complete -p {NAME} | sed 's/.*-F //;s/ .*//') {NAME} {} {}\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words.len(),
            words[words.len() - 1],
            words.get(words.len().wrapping_sub(2)).unwrap_or(&NAME),
        );
        let output = finish(
            computer.command("bash").args(["--norc", "-c", &complete]),
            "",
        );
        assert!(output.status.success(), "{output:?}");
        let words = text(&output.stdout);
        words.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["log"]), ["login", "logout"]);
    assert_eq!(completed(&["conf"]), ["configure-docker"]);
    assert_eq!(
        completed(&["login", "--"]),
        ["--device", "--browser", "--name", "--help"]
    );
}

#[test]
fn nothing_is_written_beside_the_logins() {
    let computer = Computer::new();
    computer.store("registry.example", "alice.example", "longshore_1");
    let list = |folder: &Path| {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(list(computer.home.path()), [".config"]);
    assert_eq!(
        list(&computer.path(".config/longshore")),
        ["credentials.json", "credentials.lock"]
    );
}
