//! Clients that people use, unchanged, against the binary. A second machine, with storage and logins of
//! its own, plays somebody else.

mod artifacts;
mod buildah;
mod layout;
mod oras;
mod podman;
mod skopeo;
mod tools;

use std::path::Path;

use crate::harness::{Installation, ServerProcess, network};
use layout::Layout;
use tools::Machine;

/// A program that needs nothing else, to make images of.
const BUSYBOX: &str = "/bin/busybox";

/// A server, alice's machine where she is logged in, and somebody else's.
struct Scene {
    server: ServerProcess,
    alice: Machine,
    somebody: Machine,
    _installation: Installation,
}

impl Scene {
    fn new() -> Self {
        let installation = Installation::new();
        let server = installation.start();
        let scene = Self {
            server,
            alice: Machine::new(),
            somebody: Machine::new(),
            _installation: installation,
        };
        scene.alice.log_in(scene.server.host(), &network().alice);
        scene
    }

    /// The name of an image of alice's, as people type it.
    fn image(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.server.host(), network().alice.handle)
    }

    /// Ends the server, which must not have met any error.
    fn end(self) {
        self.server.stop().expect_success();
    }
}

/// The busybox of this machine, as a layer: the folder and what is taken from it.
fn busybox() -> (&'static Path, &'static str) {
    assert!(
        Path::new(BUSYBOX).exists(),
        "busybox is not installed; run `make setup`, which installs it (Debian package busybox-static)"
    );
    (Path::new("/"), BUSYBOX.trim_start_matches('/'))
}

/// A layout with a small image of busybox, tagged `v1`.
fn small_image(machine: &Machine) -> Layout {
    let layout = Layout::create(machine.path("small"));
    layout.build("v1", "amd64", &[busybox()]);
    layout
}
