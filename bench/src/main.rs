//! Measures Longshore against Debian's `docker-registry`, and both against nginx serving the same bytes as
//! files, which is about as fast as reading over HTTP gets on a machine.
//!
//! All three run at once on loopback with their data on the same disk, and take turns: each round does every
//! measurement on each of them, and the table shows medians. Both registries ask for tokens, and all three write
//! a line per request to a file, as they do by default. Longshore makes what it acknowledges durable;
//! docker-registry does not.
//!
//! Then the pages, of repositories with up to ten thousand tags.
//!
//! Then a hold's repo against a repo of the same size in the reference PDS: commits, and reading the whole.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;

mod connection;
mod image;
mod load;
mod measurements;
mod pages;
mod process;
mod push;
mod repo;
mod report;
mod subjects;

use report::Report;
use subjects::Subjects;

/// Measures Longshore against docker-registry, nginx and the reference PDS.
#[derive(Parser)]
struct Arguments {
    /// The binary to measure.
    #[arg(long, default_value = "target/release/longshore")]
    longshore: PathBuf,
    /// How often each measurement is repeated.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// How long each measurement of requests per second takes, in milliseconds.
    #[arg(long, default_value_t = 1500)]
    load_millis: u64,
    /// How many records the repos have, for commits and for reading the whole.
    #[arg(long, default_value_t = 100_000)]
    records: usize,
    /// Measure only what contains this, for work on one part.
    #[arg(long)]
    only: Option<String>,
    /// Where the figures go, beside the table.
    #[arg(long, default_value = "bench/results/latest.json")]
    output: PathBuf,
}

/// One thread, as the load must not take more of the machine than it has to.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // On the disk of the project: /tmp may be memory, and then nothing durable would be measured.
    let parent = arguments
        .output
        .parent()
        .context("--output names a file in a folder")?;
    std::fs::create_dir_all(parent)?;
    let folder = tempfile::Builder::new()
        .prefix("data-")
        .tempdir_in(parent)?;
    let mut subjects = Subjects::start(&arguments.longshore, folder.path()).await?;
    let mut report = Report::default();
    let plan = measurements::Plan {
        load: Duration::from_millis(arguments.load_millis),
        only: arguments.only,
    };
    for round in 0..arguments.rounds {
        eprintln!("round {} of {}", round + 1, arguments.rounds);
        measurements::round(&plan, &mut subjects, round, &mut report).await?;
    }
    pages::measure(&plan, &mut subjects, arguments.rounds, &mut report).await?;
    repo::measure(
        &plan,
        &mut subjects,
        arguments.records,
        arguments.rounds,
        &mut report,
    )
    .await?;
    measurements::processes(subjects, &plan, &mut report).await?;
    print!("{}", report.table());
    report.write_json(&arguments.output)
}
