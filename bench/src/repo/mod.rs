//! The hold's repo beside a repo of the reference PDS: as many records of the same kind, the same posts created one
//! by one, and the whole read as a CAR. Both commit to SQLite on the same disk; Longshore syncs each commit, the PDS
//! leaves that to the system.
//!
//! The hold asks for a service token with each call, which the PDS signs before the clock starts.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::measurements::Plan;
use crate::process::flush_disk;
use crate::report::{Better, Report};
use crate::subjects::{Name, Subjects};
use side::Side;

mod hold;
mod pds;
mod side;
mod xrpc;

pub use pds::Pds;

/// Posts created for one figure.
const POSTS: usize = 300;

/// Fills both repos, then measures in `rounds`.
pub async fn measure(
    plan: &Plan,
    subjects: &mut Subjects,
    records: usize,
    rounds: u32,
    report: &mut Report,
) -> Result<()> {
    if !plan.includes("repo of") {
        return Ok(());
    }
    subjects.sign_in().await?;
    let hold = hold::Hold::new(&subjects.longshore).await?;
    let pds = Pds::new(&subjects.longshore.network.bob).await?;
    let mut sides = [Side::Hold(hold), Side::Pds(pds)];
    for side in &sides {
        eprintln!("{records} records for {:?}", side.name());
        flush_disk().await?;
        let spent = side.fill(records).await?;
        let name = "repo of layers, 200 records in a commit";
        add(report, name, "records/s", side, per_second(records, spent));
    }
    for round in 0..rounds {
        for side in &sides {
            for connections in [1, 8] {
                let requests = side.create_posts(POSTS).await?;
                flush_disk().await?;
                let started = Instant::now();
                xrpc::send_all(side.address(), &requests, connections).await?;
                let name = format!("repo of {records} records, createRecord, {connections} conn");
                let figure = per_second(POSTS, started.elapsed());
                add(report, &name, "commits/s", side, figure);
            }
            let started = Instant::now();
            let bytes = xrpc::download(side.address(), &side.get_repo()).await?;
            ensure!(bytes > records * 100, "the repo is not whole");
            let name = format!("repo of {records} records, getRepo");
            let figure = per_second(bytes, started.elapsed()) / 1e6;
            add(report, &name, "MB/s", side, figure);
        }
        // Whoever comes first has the cold caches.
        sides.rotate_left(round as usize % 2 + 1);
    }
    Ok(())
}

fn add(report: &mut Report, name: &str, unit: &'static str, side: &Side, figure: f64) {
    report.add(name, unit, Better::Higher, side.name(), figure);
}

#[expect(clippy::cast_precision_loss, reason = "some thousand million at most")]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
