//! The browser on this computer, if there is one and somebody sits before it.

use std::process::{Command, Stdio};

use crate::environment::Environment;

/// Whether opening a page here will show it to the person who asks.
pub fn is_at_hand(environment: &Environment) -> bool {
    if environment.browser.is_some() {
        return true;
    }
    let has_screen = cfg!(any(target_os = "macos", windows)) || environment.has_display;
    has_screen && !environment.is_remote
}

/// Opens a page. `false` when no program could be started for it; what becomes of the page is not known.
pub fn open(environment: &Environment, url: &str) -> bool {
    let mut command = match &environment.browser {
        Some(browser) => Command::new(browser),
        None if cfg!(target_os = "macos") => Command::new("open"),
        None if cfg!(windows) => {
            let mut command = Command::new("rundll32");
            command.arg("url.dll,FileProtocolHandler");
            command
        }
        None => Command::new("xdg-open"),
    };
    // What a browser says is not for this terminal.
    command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn somebody_at_another_computer_gets_a_code_instead_of_a_page() {
        let at_desk = Environment {
            has_display: true,
            ..Environment::default()
        };
        let by_ssh = Environment {
            is_remote: true,
            ..at_desk.clone()
        };
        assert!(is_at_hand(&at_desk));
        assert!(!is_at_hand(&by_ssh));
        assert!(!is_at_hand(&Environment::default()));
    }
}
