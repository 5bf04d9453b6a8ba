//! `longshore hold gc`.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

use super::{HoldCommandError, Quarters};
use crate::app_state::gc_grace;
use crate::cli::GcOptions;
use crate::data_folder::{DataFolderError, FolderLock};
use crate::hold::{
    Amount, Collection, CollectionAnswer, CollectionOutcome, GarbageReport, human_bytes,
};
use crate::start;

/// How long a server may take to see a request, which it looks for each second.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often its answer is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn run(
    quarters: &Quarters<'_>,
    options: &GcOptions,
) -> Result<String, HoldCommandError> {
    let grace = match options.grace_minutes {
        Some(minutes) => TimeDelta::minutes(minutes.into()),
        None => gc_grace(quarters.hold_config),
    };
    let (report, collection) = if options.dry_run {
        let collection = Collection::DryRun;
        let told = quarters.hold.collect_garbage(grace, collection).await?;
        (told, collection)
    } else {
        (collect(quarters, grace).await?, Collection::Free)
    };
    if options.json {
        let answer = CollectionAnswer::new(report, collection, grace);
        let json = serde_json::to_string_pretty(&answer).expect("numbers and texts become JSON");
        return Ok(json + "\n");
    }
    Ok(describe(&report, options.dry_run, grace))
}

/// Collects here, or has the server do it that alone may.
async fn collect(
    quarters: &Quarters<'_>,
    grace: TimeDelta,
) -> Result<GarbageReport, HoldCommandError> {
    let hold = &quarters.hold;
    if hold.is_shared() {
        return Ok(hold.collect_garbage(grace, Collection::Free).await?);
    }
    if let Some(_alone) = lock_without_server(quarters)? {
        return Ok(hold.collect_garbage(grace, Collection::Free).await?);
    }
    let id = hold.request_collection(grace).await?;
    let asked = Instant::now();
    loop {
        let outcome = hold.find_collection_outcome(&id).await?;
        match outcome {
            CollectionOutcome::Done(report) => return Ok(*report),
            CollectionOutcome::Failed(reason) => return Err(HoldCommandError::Collection(reason)),
            CollectionOutcome::Waiting | CollectionOutcome::Taken => {}
        }
        if let Some(_alone) = lock_without_server(quarters)? {
            // It stopped meanwhile. What it did not come to is done here.
            hold.withdraw_collection_request(&id).await?;
            return Ok(hold.collect_garbage(grace, Collection::Free).await?);
        }
        if outcome == CollectionOutcome::Waiting
            && asked.elapsed() > PATIENCE
            && hold.withdraw_collection_request(&id).await?
        {
            return Err(HoldCommandError::NoAnswer);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The folders of the server, where none works on them.
fn lock_without_server(
    quarters: &Quarters<'_>,
) -> Result<Option<Vec<FolderLock>>, HoldCommandError> {
    match start::lock_folders(quarters.config) {
        Ok(locks) => Ok(Some(locks)),
        Err(DataFolderError::InUse { .. }) => Ok(None),
        Err(error) => Err(HoldCommandError::DataFolder(error)),
    }
}

/// A table of amounts, the columns behind tabs.
fn describe(report: &GarbageReport, is_dry_run: bool, grace: TimeDelta) -> String {
    let (freed, quarantined) = if is_dry_run {
        ("Would free", "would go into quarantine")
    } else {
        ("Freed", "went into quarantine")
    };
    let minutes = grace.num_minutes();
    let mut text = format!("{freed} {}.\n", human_bytes(report.freed_bytes()));
    let kept_for = &report.kept_for;
    for (amount, what) in [
        (report.removed, "out of quarantine"),
        (report.record_blobs, "uploaded for records and not used"),
        (
            report.orphans,
            "in the store and unknown to the hold, left by a crash",
        ),
    ] {
        line(&mut text, "freed", amount, what);
    }
    let free_later = format!("{quarantined}; a collection {minutes} minutes later frees them");
    line(&mut text, "later", report.quarantined, &free_later);
    for (amount, what) in [
        (kept_for.layer_records, "layer records name them"),
        (
            kept_for.promises,
            "promised to somebody whose manifest is still to come",
        ),
        (
            kept_for.grace,
            &*format!("stored, found or no longer used within {minutes} minutes"),
        ),
        (
            report.in_quarantine.without(report.quarantined),
            "in quarantine for less than that",
        ),
        (
            report.kept_orphans,
            "in the store and unknown to the hold, but too many: is this the database of this store?",
        ),
    ] {
        line(&mut text, "kept", amount, what);
    }
    text
}

fn line(text: &mut String, fate: &str, amount: Amount, what: &str) {
    if amount.blobs > 0 {
        let bytes = human_bytes(amount.bytes);
        writeln!(text, "{fate}\t{}\t{bytes}\t{what}", amount.blobs).expect("a text takes text");
    }
}
