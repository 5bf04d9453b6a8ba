//! Requests per second: one request over and over on each of some connections, and how long each one took.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::try_join_all;

use crate::connection::Connection;

/// Requests before the clock starts: caches fill, buffers grow.
const WARM_UP: usize = 20;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub per_second: f64,
    /// The time that half of the requests stayed below, in microseconds.
    pub p50: f64,
    /// The time that 99 of 100 requests stayed below, in microseconds.
    pub p99: f64,
}

/// Repeats `request` on `connections` connections for `duration`. Every answer must be 200.
pub async fn run(
    address: SocketAddr,
    request: &[u8],
    connections: usize,
    duration: Duration,
) -> Result<Load> {
    let is_head = request.starts_with(b"HEAD ");
    let mut ready = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(address).await?;
        for _ in 0..WARM_UP {
            once(&mut connection, request, is_head).await?;
        }
        ready.push(connection);
    }
    let started = Instant::now();
    let repeated = ready
        .into_iter()
        .map(|connection| repeat(connection, request, is_head, started + duration));
    let mut times: Vec<Duration> = try_join_all(repeated).await?.concat();
    let elapsed = started.elapsed();
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few hundred thousand requests"
    )]
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    Ok(Load {
        per_second,
        p50: percentile(50),
        p99: percentile(99),
    })
}

async fn repeat(
    mut connection: Connection,
    request: &[u8],
    is_head: bool,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(1 << 16);
    let mut before = Instant::now();
    while before < until {
        once(&mut connection, request, is_head).await?;
        let after = Instant::now();
        times.push(after - before);
        before = after;
    }
    Ok(times)
}

async fn once(connection: &mut Connection, request: &[u8], is_head: bool) -> Result<()> {
    connection.send(request).await?;
    let (status, _) = connection.skip_answer(is_head).await?;
    ensure!(
        status == 200,
        "{} was answered {status}",
        first_line(request)
    );
    Ok(())
}

fn first_line(request: &[u8]) -> String {
    String::from_utf8_lossy(
        request
            .split(|byte| *byte == b'\r')
            .next()
            .unwrap_or_default(),
    )
    .into_owned()
}
