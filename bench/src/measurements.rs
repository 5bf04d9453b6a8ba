//! What is measured, in the order in which a round does it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::connection::Connection;
use crate::image::{self, Blob, LAYER_BYTES, MANIFEST_TYPE, SMALL_BYTES};
use crate::load;
use crate::process::flush_disk;
use crate::push::{self, Manner};
use crate::report::{Better, Report};
use crate::subjects::{Subject, Subjects};

/// How many small blobs are pushed at a time.
const SMALL_BLOBS: usize = 200;
/// How many connections docker pushes with.
const DOCKER_CONNECTIONS: usize = 5;
/// How often the layer is downloaded for one figure.
const DOWNLOADS: u32 = 5;
/// How often the servers are started for the start time.
const STARTS: usize = 5;
/// How long a server that was just started is left alone before its memory counts as idle.
const IDLE: Duration = Duration::from_secs(1);

const TAG: &str = "latest";

/// What a run does.
pub struct Plan {
    /// How long each measurement of requests per second takes.
    pub load: Duration,
    /// Only measurements whose name contains this.
    pub only: Option<String>,
}

impl Plan {
    /// Whether a measurement of this name is wanted.
    pub fn includes(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    }
}

/// Every measurement once, on every server. Which one comes first changes from round to round.
pub async fn round(
    plan: &Plan,
    subjects: &mut Subjects,
    round: u32,
    report: &mut Report,
) -> Result<()> {
    subjects.sign_in().await?;
    uploads(plan, subjects, round, report).await?;
    downloads(plan, subjects, round, report).await?;
    small_blobs(plan, subjects, round, report).await?;
    reads(plan, subjects, round, report).await
}

async fn uploads(plan: &Plan, subjects: &Subjects, round: u32, report: &mut Report) -> Result<()> {
    for (index, manner, name) in [
        (0, Manner::Monolithic, "PUT 100 MiB, monolithic"),
        (1, Manner::Streamed, "PUT 100 MiB, streamed"),
        (2, Manner::Chunked, "PUT 100 MiB, in 10 chunks"),
    ] {
        if !plan.includes(name) {
            continue;
        }
        let layer = Blob::random(LAYER_BYTES, u64::from(round) * 10 + index);
        for subject in in_turn(subjects.registries(), round) {
            let mut connection = Connection::open(subject.address).await?;
            flush_disk().await?;
            let started = Instant::now();
            push::blob(&mut connection, subject, &layer, manner).await?;
            report.add(
                name,
                "MiB/s",
                Better::Higher,
                subject.name,
                mib_per_second(1, started.elapsed()),
            );
        }
    }
    Ok(())
}

async fn downloads(
    plan: &Plan,
    subjects: &Subjects,
    round: u32,
    report: &mut Report,
) -> Result<()> {
    let name = "GET 100 MiB";
    if !plan.includes(name) {
        return Ok(());
    }
    let layer = Blob::random(LAYER_BYTES, 1000);
    if round == 0 {
        for subject in subjects.registries() {
            let mut connection = Connection::open(subject.address).await?;
            push::blob(&mut connection, subject, &layer, Manner::Monolithic).await?;
        }
        subjects.nginx.place_blob(&layer)?;
    }
    flush_disk().await?;
    let path = format!(
        "/v2/{}/blobs/{}",
        subjects.longshore.subject.repository, layer.digest
    );
    for subject in in_turn(subjects.all(), round) {
        let request = subject.head("GET", &path, "");
        let mut connection = Connection::open(subject.address).await?;
        connection.send(&request).await?;
        let answer = connection.read_answer().await?;
        ensure!(
            Blob::of(answer.body).digest == layer.digest,
            "{:?} served something else",
            subject.name
        );
        let started = Instant::now();
        for _ in 0..DOWNLOADS {
            connection.send(&request).await?;
            ensure!(
                connection.skip_answer(false).await? == (200, LAYER_BYTES),
                "the layer is not whole"
            );
        }
        report.add(
            name,
            "MiB/s",
            Better::Higher,
            subject.name,
            mib_per_second(DOWNLOADS, started.elapsed()),
        );
    }
    Ok(())
}

async fn small_blobs(
    plan: &Plan,
    subjects: &Subjects,
    round: u32,
    report: &mut Report,
) -> Result<()> {
    for (name, connections) in [
        ("push 200 small blobs, 1 connection", 1),
        ("push 200 small blobs, 5 connections", DOCKER_CONNECTIONS),
    ] {
        if !plan.includes(name) {
            continue;
        }
        let seed = 1_000_000 * (u64::from(round) * 10 + connections as u64 + 1);
        let blobs: Vec<Blob> = (0..SMALL_BLOBS as u64)
            .map(|n| Blob::random(SMALL_BYTES, seed + n))
            .collect();
        let groups: Vec<&[Blob]> = blobs.chunks(SMALL_BLOBS.div_ceil(connections)).collect();
        for subject in in_turn(subjects.registries(), round) {
            flush_disk().await?;
            let started = Instant::now();
            push::blobs(subject, &groups).await?;
            let seconds = started.elapsed().as_secs_f64();
            report.add(
                name,
                "blobs/s",
                Better::Higher,
                subject.name,
                f64::from(200_u16) / seconds,
            );
        }
    }
    Ok(())
}

async fn reads(plan: &Plan, subjects: &Subjects, round: u32, report: &mut Report) -> Result<()> {
    let config = Blob::random(SMALL_BYTES, 1);
    let layers: Vec<Blob> = (2..7).map(|seed| Blob::random(SMALL_BYTES, seed)).collect();
    let manifest = image::manifest(&config, &layers);
    if round == 0 {
        for subject in subjects.registries() {
            push::blobs(subject, &[&layers, std::slice::from_ref(&config)]).await?;
            let mut connection = Connection::open(subject.address).await?;
            push::manifest(&mut connection, subject, TAG, &manifest).await?;
        }
        subjects.nginx.place_blob(&config)?;
        subjects.nginx.place_manifest(TAG, &manifest)?;
    }
    let accept = format!("accept: {MANIFEST_TYPE}\r\n");
    let cases = [
        ("manifest GET by tag", "GET", format!("manifests/{TAG}")),
        (
            "manifest GET by digest",
            "GET",
            format!("manifests/{}", manifest.digest),
        ),
        ("blob HEAD", "HEAD", format!("blobs/{}", config.digest)),
        ("blob GET 4 KiB", "GET", format!("blobs/{}", config.digest)),
    ];
    for (case, method, path) in cases {
        for connections in [1, 16] {
            let name = format!("{case}, {connections} conn");
            if !plan.includes(&name) {
                continue;
            }
            for subject in in_turn(subjects.all(), round) {
                let request = subject.head(
                    method,
                    &format!("/v2/{}/{path}", subject.repository),
                    &accept,
                );
                let load = load::run(subject.address, &request, connections, plan.load).await?;
                report.add(
                    &name,
                    "req/s",
                    Better::Higher,
                    subject.name,
                    load.per_second,
                );
                report.add(
                    &format!("{name}, p50"),
                    "µs",
                    Better::Lower,
                    subject.name,
                    load.p50,
                );
                report.add(
                    &format!("{name}, p99"),
                    "µs",
                    Better::Lower,
                    subject.name,
                    load.p99,
                );
            }
        }
    }
    Ok(())
}

/// Memory and start time, at the end: the peak is that of all rounds.
pub async fn processes(subjects: Subjects, plan: &Plan, report: &mut Report) -> Result<()> {
    if !plan.includes("memory") && !plan.includes("start time") {
        return Ok(());
    }
    for subject in subjects.registries() {
        let (_, peak) = subject.process.memory()?;
        report.add("peak memory", "MiB", Better::Lower, subject.name, peak);
    }
    let Subjects {
        mut longshore,
        mut distribution,
        ..
    } = subjects;
    for _ in 0..STARTS {
        let time;
        (longshore, time) = longshore.restart().await?;
        report.add(
            "start time",
            "ms",
            Better::Lower,
            longshore.subject.name,
            millis(time),
        );
        let time;
        (distribution, time) = distribution.restart().await?;
        report.add(
            "start time",
            "ms",
            Better::Lower,
            distribution.subject.name,
            millis(time),
        );
    }
    tokio::time::sleep(IDLE).await;
    for subject in [&longshore.subject, &distribution.subject] {
        let (now, _) = subject.process.memory()?;
        report.add("idle memory", "MiB", Better::Lower, subject.name, now);
    }
    Ok(())
}

fn in_turn<const N: usize>(mut subjects: [&Subject; N], round: u32) -> [&Subject; N] {
    subjects.rotate_left(round as usize % N);
    subjects
}

fn mib_per_second(layers: u32, elapsed: Duration) -> f64 {
    f64::from(layers) * 100.0 / elapsed.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
