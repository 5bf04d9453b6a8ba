//! `kill -9` in the middle of pushes, round after round over one data folder.
//!
//! `LONGSHORE_CRASH_ROUNDS` (default 20) says how many rounds, `LONGSHORE_CRASH_SEED` which ones.

mod check;
mod ledger;
mod plan;
mod wire;

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::harness::{Installation, ServerProcess, network};
use check::{Figures, Known, SeenFiles};
use plan::{Moment, Plan};
use wire::Wire;

const DEFAULT_ROUNDS: u64 = 20;
const DEFAULT_SEED: u64 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_kill_at_any_moment_of_a_push() {
    let (rounds, seed) = (
        setting("LONGSHORE_CRASH_ROUNDS", DEFAULT_ROUNDS),
        setting("LONGSHORE_CRASH_SEED", DEFAULT_SEED),
    );
    println!("{rounds} rounds with LONGSHORE_CRASH_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    // Longer than any run: one login lasts through every restart.
    let installation = installation.with("REGISTRY_TOKEN_LIFETIME_SECONDS", "3600");
    let mut server = installation.start();
    let wire = sign_in(&server).await;
    // The first push opens connections and the session at the PDS, the second shows how long one takes.
    timed_push(&Plan::new(&mut random, 0), &wire).await;
    let mut usual = timed_push(&Plan::new(&mut random, 0), &wire).await;

    let (mut figures, mut files) = (Figures::default(), SeenFiles::default());
    let started = Instant::now();
    for round in 0..rounds {
        let before = Known::of(&wire);
        let plan = Plan::new(&mut random, round);
        let moment = Moment::new(&mut random, &plan, usual);
        if cut(server, &wire, &plan, moment).await {
            figures.killed_in_a_push += 1;
        }
        files.check(&installation.data());
        server = installation.start();
        wire.check_after_crash(&mut random, &before).await;
        wire.resume_uploads(&mut random, &mut figures).await;
        usual = (usual + timed_push(&plan, &wire).await) / 2;
    }
    let took = started.elapsed();
    let (blobs, manifests, tags) = wire.check_everything().await;
    figures.staged_files = std::fs::read_dir(installation.data().join("blobs/staging"))
        .unwrap()
        .count();
    println!(
        "{rounds} rounds in {:.1} s (usual push {} ms); checked {blobs} blobs, {manifests} manifests, {tags} tags; {figures:?}",
        took.as_secs_f32(),
        usual.as_millis(),
    );
    server.stop().expect_success();
}

/// Pushes and kills the server at that moment. Whether the push was not over yet.
async fn cut(server: ServerProcess, wire: &Wire, plan: &Plan, moment: Moment) -> bool {
    let start = *wire.steps.borrow();
    let mut push = tokio::spawn({
        let (plan, wire) = (plan.clone(), wire.clone());
        async move { plan.push(&wire).await }
    });
    // A push may have fewer steps than the moment asks for; then the server is killed right after it.
    let finished = tokio::select! {
        () = moment.reached(wire, start) => None,
        finished = &mut push => Some(finished),
    };
    tokio::task::block_in_place(|| server.kill()).expect_no_errors();
    let outcome = match finished {
        Some(outcome) => outcome,
        None => push.await,
    };
    outcome.unwrap().is_err()
}

async fn sign_in(server: &ServerProcess) -> Wire {
    let alice = &network().alice;
    let name = format!("{}/crash", alice.handle);
    let scope = format!("repository:{name}:pull,push");
    let answer = server
        .nobody()
        .ask_token(Some(alice), &[&scope])
        .await
        .json();
    Wire::new(
        &format!("http://{}", server.host()),
        &name,
        answer["token"].as_str().unwrap(),
    )
}

/// A push that nobody interrupts, which must work. How long it takes.
async fn timed_push(plan: &Plan, wire: &Wire) -> Duration {
    let started = Instant::now();
    plan.push(wire).await.expect("the server is up");
    started.elapsed()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| {
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number"))
    })
}
