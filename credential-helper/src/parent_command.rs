//! What the calling program was told to do. Docker asks for the credentials of a registry without saying for which
//! image; its command line does.

/// How far up is looked: docker, and the docker that started a plugin such as buildx.
#[cfg(target_os = "linux")]
const ANCESTORS: usize = 3;

/// The arguments of the programs that called this one, the nearest first. Empty where the system does not tell.
#[cfg(target_os = "linux")]
pub fn arguments() -> Vec<String> {
    let mut arguments = Vec::new();
    let mut process = std::os::unix::process::parent_id();
    for _ in 0..ANCESTORS {
        if process <= 1 {
            break;
        }
        let Ok(command) = std::fs::read(format!("/proc/{process}/cmdline")) else {
            break;
        };
        let parts = command.split(|byte| *byte == 0);
        arguments.extend(parts.map(|part| String::from_utf8_lossy(part).into_owned()));
        let Some(parent) = parent_of(process) else {
            break;
        };
        process = parent;
    }
    arguments
}

/// The fourth field of `/proc/<pid>/stat`; the second, the name, may have blanks and brackets of its own.
#[cfg(target_os = "linux")]
fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// As `ps` tells it, of the caller alone.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn arguments() -> Vec<String> {
    let parent = std::os::unix::process::parent_id().to_string();
    let output = std::process::Command::new("ps")
        .args(["-o", "args=", "-p", &parent])
        .output();
    let Ok(output) = output else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// No way without asking the system in its own language.
#[cfg(not(unix))]
pub fn arguments() -> Vec<String> {
    Vec::new()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_parents_of_this_process_are_found() {
        assert!(!arguments().is_empty());
        assert_eq!(
            parent_of(std::process::id()),
            Some(std::os::unix::process::parent_id())
        );
    }
}
