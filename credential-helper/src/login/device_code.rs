//! A code to type into a browser on any computer. RFC 8628

use std::time::{Duration, Instant};

use crate::error::HelperError;
use crate::registry_client::{Approved, DeviceAuthorization, Progress, RegistryClient};

/// RFC 8628, section 3.5: where the registry does not say, and what is added when it says to slow down.
const STEP: Duration = Duration::from_secs(5);
/// However the registry answers, it is asked no more often and no less.
const INTERVALS: std::ops::RangeInclusive<u64> = 1..=60;
/// However long the code lives, nobody waits longer.
const LONGEST: u64 = 60 * 60;

/// Shows a code, and waits until somebody has approved it. Asks nothing on the terminal.
pub fn log_in(client: &RegistryClient<'_>, device: &str) -> Result<Approved, HelperError> {
    let authorization = client.authorize_device(device)?;
    eprintln!("{}", instructions(&authorization));
    let begun = Instant::now();
    let lifetime = Duration::from_secs(authorization.expires_in.min(LONGEST));
    let mut interval = authorization.interval.map_or(STEP, |seconds| {
        Duration::from_secs(seconds.clamp(*INTERVALS.start(), *INTERVALS.end()))
    });
    while begun.elapsed() < lifetime {
        std::thread::sleep(interval);
        match client.poll(&authorization.device_code) {
            Ok(Progress::Approved(approved)) => return Ok(approved),
            Ok(Progress::Pending) => {}
            // A moment without network ends no login either; RFC 8628, section 3.5: back off.
            Ok(Progress::SlowDown) | Err(HelperError::Unreachable { .. }) => interval += STEP,
            Err(error) => return Err(error),
        }
    }
    Err(HelperError::TimedOut)
}

fn instructions(authorization: &DeviceAuthorization) -> String {
    let minutes = authorization.expires_in.div_ceil(60);
    let link = authorization
        .verification_uri_complete
        .as_ref()
        .map(|link| format!("\nor open  {link}  and compare the code."))
        .unwrap_or_default();
    // Written by the registry, which somebody may have been talked into.
    format!(
        "Open     {}\nand type {}{link}\nWaiting for you to approve it there, for {minutes} minutes …",
        authorization.verification_uri, authorization.user_code
    )
    .chars()
    .filter(|character| !character.is_control() || *character == '\n')
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_have_the_code_and_nothing_that_moves_the_cursor() {
        let text = instructions(&DeviceAuthorization {
            device_code: "canary".to_owned(),
            user_code: "BCDF-GHJK\u{1b}[2J".to_owned(),
            verification_uri: "https://registry.example/device".to_owned(),
            verification_uri_complete: None,
            expires_in: 600,
            interval: None,
        });
        assert!(
            text.contains("BCDF-GHJK[2J") && text.contains("10 minutes"),
            "{text}"
        );
        assert!(!text.contains("canary"));
    }
}
