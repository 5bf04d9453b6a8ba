//! The pages, as a browser gets them: how large they and their files are, how long the first byte and the whole page
//! take, for repositories with few and with many tags. Beside them the tag list of both registries.
//!
//! Nobody is signed in, nothing is kept by the browser, and one connection asks at a time, so a figure is the time
//! that the server takes and nothing else.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::connection::Connection;
use crate::measurements::Plan;
use crate::report::{Better, Report};
use crate::subjects::{Name, Subject, Subjects};

mod seed;
mod sizes;

/// Requests for one figure.
const REQUESTS: usize = 200;
/// Requests before the clock starts.
const WARM_UP: usize = 20;
/// A listing of somebody's records counts as fresh for a minute.
const LISTING_AGES: Duration = Duration::from_secs(61);

/// A repository of so many tags, and how the report names it.
const REPOSITORIES: [(&str, usize, &str); 3] = [
    ("alice.test/tags-1", 1, "1 tag"),
    ("alice.test/tags-1000", 1000, "1,000 tags"),
    ("alice.test/tags-10000", 10_000, "10,000 tags"),
];

/// Makes the repositories, then measures in `rounds`.
pub async fn measure(
    plan: &Plan,
    subjects: &mut Subjects,
    rounds: u32,
    report: &mut Report,
) -> Result<()> {
    if !plan.includes("pages") {
        return Ok(());
    }
    seed::repositories(subjects).await?;
    report.set_goal("overview page, 1,000 tags, p50", 20.0);
    report.set_goal("tags page, 1,000 tags, p50", 20.0);
    report.set_goal("tags page, 10,000 tags, p99", 300.0);
    report.set_goal("tags page, 10,000 tags, list a minute old", 300.0);
    report.set_goal("size of wasm, brotli", 150.0 * 1.024);
    sizes::measure(&subjects.longshore.subject, report).await?;
    for _ in 0..rounds {
        pages(&subjects.longshore.subject, report).await?;
    }
    for (repository, _, count) in REPOSITORIES {
        subjects.enter(repository).await?;
        for subject in subjects.registries() {
            tag_list(subject, &format!("GET tags/list, {count}"), report).await?;
        }
    }
    after_a_minute(&subjects.longshore.subject, report).await
}

/// Every page, often.
async fn pages(longshore: &Subject, report: &mut Report) -> Result<()> {
    for (repository, _, count) in REPOSITORIES {
        for (page, path) in [
            ("overview page", format!("/r/{repository}")),
            ("tags page", format!("/r/{repository}/-/tags")),
        ] {
            let times = ask_often(longshore, &get(longshore, &path)).await?;
            times.report(&format!("{page}, {count}"), Name::Longshore, report);
        }
    }
    let times = ask_often(longshore, &get(longshore, "/search?q=tags")).await?;
    times.report("search page", Name::Longshore, report);
    Ok(())
}

/// The whole list of tags by the OCI API.
async fn tag_list(subject: &Subject, name: &str, report: &mut Report) -> Result<()> {
    let path = format!("/v2/{}/tags/list", subject.repository);
    let times = ask_often(subject, &subject.head("GET", &path, "")).await?;
    add(
        report,
        &format!("{name}, p50"),
        subject.name,
        times.whole(50),
    );
    add(
        report,
        &format!("{name}, p99"),
        subject.name,
        times.whole(99),
    );
    Ok(())
}

/// The page of many tags when the list of its owner's records is too old, and is asked for again.
async fn after_a_minute(longshore: &Subject, report: &mut Report) -> Result<()> {
    eprintln!("waiting until the list of tags is a minute old");
    tokio::time::sleep(LISTING_AGES).await;
    let (repository, _, count) = REPOSITORIES[2];
    let request = get(longshore, &format!("/r/{repository}/-/tags"));
    let mut connection = Connection::open(longshore.address).await?;
    let timing = connection.time(&request).await?;
    ensure!(timing.status == 200, "answered {}", timing.status);
    let name = format!("tags page, {count}, list a minute old");
    add(report, &name, longshore.name, millis(timing.whole));
    Ok(())
}

/// How long the answers to one request took, sorted.
struct Times {
    first_byte: Vec<Duration>,
    whole: Vec<Duration>,
}

impl Times {
    fn whole(&self, percent: usize) -> f64 {
        percentile(&self.whole, percent)
    }

    fn report(&self, page: &str, subject: Name, report: &mut Report) {
        let first_byte = percentile(&self.first_byte, 50);
        add(
            report,
            &format!("{page}, first byte p50"),
            subject,
            first_byte,
        );
        add(report, &format!("{page}, p50"), subject, self.whole(50));
        add(report, &format!("{page}, p99"), subject, self.whole(99));
    }
}

async fn ask_often(subject: &Subject, request: &[u8]) -> Result<Times> {
    let mut connection = Connection::open(subject.address).await?;
    let mut timings = Vec::with_capacity(REQUESTS);
    for number in 0..WARM_UP + REQUESTS {
        let timing = connection.time(request).await?;
        ensure!(
            timing.status == 200,
            "{} was answered {}",
            String::from_utf8_lossy(request)
                .lines()
                .next()
                .unwrap_or_default(),
            timing.status
        );
        if number >= WARM_UP {
            timings.push(timing);
        }
    }
    let sorted = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times
    };
    Ok(Times {
        first_byte: sorted(timings.iter().map(|timing| timing.first_byte).collect()),
        whole: sorted(timings.iter().map(|timing| timing.whole).collect()),
    })
}

/// A request for a page, by the name that the server has for browsers.
fn get(subject: &Subject, path: &str) -> Vec<u8> {
    get_encoded(subject, path, "identity")
}

fn get_encoded(subject: &Subject, path: &str, encoding: &str) -> Vec<u8> {
    let port = subject.address.port();
    format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\naccept-encoding: {encoding}\r\n\r\n")
        .into_bytes()
}

/// The body of a page or file, which must be there.
async fn fetch(subject: &Subject, path: &str, encoding: &str) -> Result<Vec<u8>> {
    let mut connection = Connection::open(subject.address).await?;
    connection
        .send(&get_encoded(subject, path, encoding))
        .await?;
    let answer = connection.read_answer().await?;
    ensure!(
        answer.status == 200,
        "{path} was answered {}",
        answer.status
    );
    Ok(answer.body)
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    millis(sorted[(sorted.len() - 1) * percent / 100])
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn add(report: &mut Report, name: &str, subject: Name, millis: f64) {
    report.add(name, "ms", Better::Lower, subject, millis);
}
