//! Programs of other people, each machine with its own logins and its own storage.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::Account;

/// Signatures of images are not looked at.
const ACCEPT_ANYTHING: &str = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;

/// A program, to be run once. Fails with what to do when it is not installed.
pub fn program(name: &str) -> Command {
    let installed = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        installed.is_ok(),
        "{name} is not installed; run `make setup`, which installs it (Debian package {name})"
    );
    Command::new(name)
}

/// Runs a program to its end and gives what it printed.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{errors}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program that must fail, and gives what it says about it.
#[track_caller]
pub fn run_to_failure(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success(), "{command:?} was to fail");
    String::from_utf8(output.stderr).unwrap()
}

/// Somebody's computer: what is logged in or stored on one is not on another.
pub struct Machine {
    home: tempfile::TempDir,
}

impl Machine {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in [".config/containers", "run", "tmp"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        std::fs::write(
            home.path().join(".config/containers/policy.json"),
            ACCEPT_ANYTHING,
        )
        .unwrap();
        // What podman takes for a runtime folder: without one for its owner alone it makes itself another.
        std::fs::set_permissions(home.path().join("run"), Permissions::from_mode(0o700)).unwrap();
        // buildah insists that the file exists where nobody is logged in.
        std::fs::write(home.path().join("auth.json"), "{}").unwrap();
        Self { home }
    }

    /// A file or folder of this machine.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn skopeo(&self, arguments: &[&str]) -> Command {
        self.program("skopeo", &[], arguments)
    }

    pub fn podman(&self, arguments: &[&str]) -> Command {
        let (root, runroot) = (self.path("storage"), self.path("run/storage"));
        let [root, runroot] = [&root, &runroot].map(|path| path.to_str().unwrap());
        let global = [
            "--root",
            root,
            "--runroot",
            runroot,
            "--storage-driver",
            "vfs",
            "--cgroup-manager",
            "cgroupfs",
            "--events-backend",
            "none",
        ];
        self.program("podman", &global, arguments)
    }

    pub fn buildah(&self, arguments: &[&str]) -> Command {
        let (root, runroot) = (self.path("storage"), self.path("run/storage"));
        let [root, runroot] = [&root, &runroot].map(|path| path.to_str().unwrap());
        self.program(
            "buildah",
            &[
                "--root",
                root,
                "--runroot",
                runroot,
                "--storage-driver",
                "vfs",
            ],
            arguments,
        )
    }

    /// Logs in with an app password, by any of the three clients: they share their logins.
    pub fn log_in(&self, host: &str, account: &Account) {
        run(&mut self.log_in_command(host, &account.handle, &account.app_password));
    }

    pub fn log_in_command(&self, host: &str, user: &str, password: &str) -> Command {
        self.skopeo(&[
            "login",
            "--tls-verify=false",
            "--username",
            user,
            "--password",
            password,
            host,
        ])
    }

    fn program(&self, name: &str, global: &[&str], arguments: &[&str]) -> Command {
        let mut command = program(name);
        command
            .args(global)
            .args(arguments)
            .current_dir(self.home.path());
        command.env("HOME", self.home.path());
        command.env("XDG_RUNTIME_DIR", self.path("run"));
        command.env("TMPDIR", self.path("tmp"));
        command.env("REGISTRY_AUTH_FILE", self.path("auth.json"));
        // Needs neither a container runtime nor a namespace.
        command.env("BUILDAH_ISOLATION", "chroot");
        for name in [
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "CONTAINERS_CONF",
            "http_proxy",
            "HTTP_PROXY",
        ] {
            command.env_remove(name);
        }
        command
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Where it is not root's, podman keeps a process that holds its namespace.
        if self.path("run/libpod").exists() {
            let _ = self.podman(&["system", "migrate"]).status();
        }
        // Folders of an image may be read-only, and then only root could remove what is in them.
        let _ = Command::new("chmod")
            .args(["-R", "u+rwX"])
            .arg(self.home.path())
            .status();
    }
}

/// `oci:<folder>:<tag>`, as these clients name an image in an OCI layout.
pub fn in_layout(folder: &Path, tag: &str) -> String {
    format!("oci:{}:{tag}", folder.display())
}
