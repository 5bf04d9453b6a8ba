//! What this computer is called, so that people recognise it among their devices.

use std::process::Command;

/// Longer names are cut; the registry takes no more.
const MAX_CHARACTERS: usize = 64;
const UNKNOWN: &str = "a computer without a name";

/// The host name.
pub fn of_this_computer() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| {
            let output = Command::new("hostname").output().ok()?;
            String::from_utf8(output.stdout).ok()
        });
    let name: String = name
        .unwrap_or_default()
        .trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_CHARACTERS)
        .collect();
    if name.is_empty() {
        UNKNOWN.to_owned()
    } else {
        name
    }
}
