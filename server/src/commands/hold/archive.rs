//! `longshore hold export` and `import`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{HoldCommandError, Quarters, open_blobs};
use crate::app_state::{hold_settings, identity_source};
use crate::clock::Clock;
use crate::config::{Config, HoldConfig};
use crate::hold::{Archived, ArchivedKeys, CopyProgress, Imported, human_bytes, import_hold};
use crate::start;

/// How often the terminal hears of the progress.
const TELL_EVERY: Duration = Duration::from_secs(2);

pub(super) async fn export(
    quarters: &Quarters<'_>,
    folder: &Path,
    with_key: bool,
) -> Result<String, HoldCommandError> {
    let keys = with_key.then(|| ArchivedKeys {
        signing_key: quarters.hold_config.signing_key_path.clone(),
        rotation_key: quarters.hold_config.rotation_key_path.clone(),
    });
    let teller = Teller::new();
    let hold = &quarters.hold;
    let archived = hold
        .export(folder, keys.as_ref(), &|far| teller.tell(far))
        .await?;
    let keys = if with_key {
        "Its keys are in `keys`: whoever has them is the hold. Delete them there after the import.\n"
    } else {
        "Its keys are not in there: take the signing key along yourself, and the rotation key of a did:plc.\n"
    };
    Ok(format!("{}{keys}", describe("Exported", &archived)))
}

/// No hold is there to be opened; and no server may run, which would make one.
pub(super) async fn import(
    config: &Config,
    hold_config: &HoldConfig,
    folder: &Path,
) -> Result<String, HoldCommandError> {
    let _alone = start::lock_folders(config).map_err(HoldCommandError::DataFolder)?;
    let database = start::open_database(config).await?;
    let blobs = open_blobs(config).await?;
    let teller = Teller::new();
    let imported = import_hold(
        hold_settings(config, hold_config),
        &identity_source(hold_config),
        &database,
        blobs,
        Clock::System,
        folder,
        &|far| teller.tell(far),
    )
    .await;
    database.close().await;
    Ok(match imported? {
        Imported::Now(archived) => {
            let last = "It is there with the next `longshore serve`. Do not run the old one again: two servers of one hold contradict each other.\n";
            let said = describe("Imported", &archived);
            format!(
                "{said}{}{last}",
                missing_rotation_key(hold_config, &archived)
            )
        }
        Imported::Before => "This hold was imported before.\n".to_owned(),
    })
}

/// What a did:plc lacks that is at another address now.
fn missing_rotation_key(config: &HoldConfig, archived: &Archived) -> String {
    let path = &config.rotation_key_path;
    if path.exists() || !archived.did.as_str().starts_with("did:plc:") {
        return String::new();
    }
    format!(
        "Copy its rotation key to {} before that, or the directory does not hear of a new address.\n",
        path.display()
    )
}

fn describe(verb: &str, archived: &Archived) -> String {
    let blobs = &archived.blobs;
    let missing = match archived.missing_layers {
        0 => String::new(),
        missing => format!(
            "{missing} blobs that layer records name are not there, and were not before the export.\n"
        ),
    };
    format!(
        "{verb} {} at {}: {} blobs, {}, of which {} were there already.\n{missing}",
        archived.did,
        archived.rev,
        blobs.blobs,
        human_bytes(blobs.bytes),
        blobs.skipped_blobs,
    )
}

/// Tells on standard error how far it is, now and then and at the end.
struct Teller {
    last: Mutex<Instant>,
}

impl Teller {
    fn new() -> Self {
        Self {
            last: Mutex::new(Instant::now()),
        }
    }

    fn tell(&self, far: CopyProgress) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() < TELL_EVERY && far.done_blobs < far.blobs {
            return;
        }
        *last = Instant::now();
        eprintln!(
            "{} of {} blobs, {} of {}",
            far.done_blobs,
            far.blobs,
            human_bytes(far.done_bytes),
            human_bytes(far.bytes)
        );
    }
}
