//! Two registries over one PostgreSQL database, one of which is killed in the middle of refreshes: at every step of
//! one, and of many at once.

#[expect(dead_code, reason = "shared with the `it` tests, which use more of it")]
#[path = "../it/oauth/browser.rs"]
mod browser;
#[expect(dead_code, reason = "shared with the `it` tests, which use more of it")]
#[path = "../it/oauth/fake_server.rs"]
mod fake_server;
#[path = "../it/harness/soak.rs"]
mod soak;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ::http::{Method, StatusCode};
use server::accounts::oauth::Permission;
use server::clock::Clock;

use crate::harness::{Installation, new_postgresql_database};
use browser::{Browser, form};
use fake_server::{FakeAccount, FakeServer, Stop};

/// Sessions at each step of a refresh when the process dies.
const AT_EACH_STEP: usize = 9;
/// How long what a request waits for may take: a claim of a process that is gone stands for half a minute.
const PATIENCE: Duration = Duration::from_mins(2);

/// Somebody who is signed in, at one of the servers of the network.
struct Person {
    account: FakeAccount,
    browser: Browser,
    form_token: String,
    stops_at: Step,
}

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It has the right to refresh, and has sent nothing.
    BeforeSending,
    /// The server has the request, and has done nothing.
    Sent,
    /// The server has done it, and its answer is on the way.
    Answered,
    /// The new tokens are stored, and are used for the first time.
    Stored,
}

/// Registries that may die, and a network that stops them where a test wants.
struct Scene {
    /// Hosts everybody, and is the directory and the resolver of the others.
    fake: FakeServer,
    /// Hosts those whose server cannot be described when the process dies.
    silent: FakeServer,
    doomed: Installation,
    survivor: Installation,
}

impl Scene {
    async fn new() -> Self {
        let fake = FakeServer::start(&Clock::System).await;
        let silent = FakeServer::start(&Clock::System).await;
        let database = new_postgresql_database().await;
        let (doomed, survivor) =
            tokio::task::spawn_blocking(|| (Installation::new(), Installation::new()))
                .await
                .unwrap();
        let (data, base) = (survivor.data().display().to_string(), survivor.base());
        let share = |installation: Installation| {
            installation
                .with("LONGSHORE_ROLES", "appview")
                .with("DEFAULT_HOLD_DID", "did:web:hold.example.com")
                .with("DATABASE_URL", database.clone())
                .with("LONGSHORE_DATA_DIR", data.clone())
                .with("LONGSHORE_PUBLIC_URL", base.clone())
                .with("PLC_DIRECTORY_URL", fake.origin.clone())
                .with("HANDLE_RESOLVER_URL", fake.origin.clone())
                .without("HOLD_OWNER")
                .without("HOLD_PUBLIC")
        };
        for server in [&fake, &silent] {
            let scope = format!("atproto {}", Permission::Settings.scopes());
            server.set_token_field("scope", scope.into());
        }
        Self {
            doomed: share(doomed),
            survivor: share(survivor),
            fake,
            silent,
        }
    }

    /// Signs somebody in who will be at this step.
    async fn sign_in(&self, stops_at: Step) -> Person {
        let host = match stops_at {
            Step::BeforeSending => &self.silent,
            Step::Sent | Step::Answered | Step::Stored => &self.fake,
        };
        let account = self.fake.new_account();
        host.host(&account);
        let pds_of = &self.fake.lies.pds_of;
        pds_of
            .lock()
            .unwrap()
            .insert(account.did.clone(), host.origin.clone());
        let browser = Browser::at(&self.survivor.base());
        let page = browser
            .begin(&account.handle, &[("allow", "settings")])
            .await;
        let back = browser.come_back(&host.agree(&page, &account.did)).await;
        assert_eq!(back.status, StatusCode::OK, "{}", back.problem());
        Person {
            form_token: browser.get("/settings/sessions").await.form_token(),
            account,
            browser,
            stops_at,
        }
    }

    /// Everybody's token has come to its end, and the refresh of each is stopped at its step.
    fn stop_at_steps(&self, people: &[Person]) {
        let mut stops = self.fake.lies.stops.lock().unwrap();
        for person in people {
            let did = &person.account.did;
            self.fake.expire(did);
            self.silent.expire(did);
            let stop = match person.stops_at {
                Step::BeforeSending => continue,
                Step::Sent => Stop::BeforeRefresh,
                Step::Answered => Stop::AfterRefresh,
                Step::Stored => Stop::AtFirstUse,
            };
            stops.insert(did.clone(), stop);
        }
    }

    /// What both servers have seen until now.
    fn count(&self) -> Counted {
        let [fake, silent] = [&self.fake.lies, &self.silent.lies].map(|lies| Counted {
            refreshes: lies.refreshes.load(Ordering::SeqCst),
            replays: lies.replays.load(Ordering::SeqCst),
        });
        Counted {
            refreshes: fake.refreshes + silent.refreshes,
            replays: fake.replays + silent.replays,
        }
    }
}

/// Refreshes that were carried out, and refresh tokens that came a second time.
struct Counted {
    refreshes: usize,
    replays: usize,
}

impl Person {
    /// Writes into the person's repo by way of one of the registries. What became of it, as the page has it.
    async fn save_settings(&self, at: &Installation) -> Result<String, reqwest::Error> {
        let fields = form(&[("form_token", &self.form_token), ("default_hold", "")]);
        let cookies: Vec<String> = self
            .browser
            .cookies()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = crate::harness::http()
            .request(Method::POST, format!("{}/settings", at.base()))
            .timeout(PATIENCE)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookies.join("; "))
            .body(fields)
            .send()
            .await?;
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        Ok(location.trim_start_matches("/settings?outcome=").to_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_a_kill_at_any_step_of_a_refresh_signs_nobody_out() {
    let scene = Scene::new().await;
    let survivor = scene.survivor.start();
    let kills = soak::rounds(1, 20);
    let started = Instant::now();
    for _ in 0..kills {
        kill_once(&scene).await;
    }
    let rounds = kills * 4 * AT_EACH_STEP as u64;
    println!(
        "{rounds} refreshes cut by {kills} kills in {:.0} s, nobody signed out",
        started.elapsed().as_secs_f32()
    );
    let ended = tokio::task::block_in_place(|| survivor.stop());
    ended.expect_success();
}

async fn kill_once(scene: &Scene) {
    let mut people = Vec::new();
    for step in [
        Step::BeforeSending,
        Step::Sent,
        Step::Answered,
        Step::Stored,
    ] {
        for _ in 0..AT_EACH_STEP {
            people.push(scene.sign_in(step).await);
        }
    }
    let before = scene.count();
    kill_in_the_middle(scene, &people).await;
    expect_everybody_goes_on(scene, &people).await;
    let after = scene.count();
    assert_eq!(
        after.refreshes - before.refreshes,
        people.len(),
        "one refresh each"
    );
    assert_eq!(
        after.replays - before.replays,
        AT_EACH_STEP,
        "of those whose answer was lost"
    );
    for server in [&scene.fake, &scene.silent] {
        server.forget_seen();
    }
}

/// Everybody writes by way of the doomed registry, which dies when each of their refreshes is at its step.
async fn kill_in_the_middle(scene: &Scene, people: &[Person]) {
    // It has no description of a server in memory, so it asks for one first.
    let doomed = scene.doomed.start();
    scene.stop_at_steps(people);
    let described = "/.well-known/oauth-authorization-server";
    let asked = scene.silent.seen(described).len();
    let silent = &scene.silent.lies;
    silent.descriptions_hang.store(true, Ordering::SeqCst);
    let cut_off = futures::future::join_all(
        people
            .iter()
            .map(|person| person.save_settings(&scene.doomed)),
    );
    let kill_when_all_have_stopped = async {
        let stopped = || scene.fake.lies.stopped.lock().unwrap().len();
        scene.fake.until(|| stopped() == 3 * AT_EACH_STEP).await;
        let asks = || scene.silent.seen(described).len() > asked;
        scene.silent.until(asks).await;
        tokio::task::block_in_place(|| doomed.kill());
    };
    let kill = tokio::time::timeout(PATIENCE, kill_when_all_have_stopped);
    let (outcomes, killed) = tokio::join!(cut_off, kill);
    killed.expect("every refresh comes to its step");
    assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
    silent.descriptions_hang.store(false, Ordering::SeqCst);
    scene.fake.lies.stops.lock().unwrap().clear();
    scene.fake.lies.stopped.lock().unwrap().clear();
}

/// Everybody writes by way of the other registry.
async fn expect_everybody_goes_on(scene: &Scene, people: &[Person]) {
    let outcomes = futures::future::join_all(
        people
            .iter()
            .map(|person| person.save_settings(&scene.survivor)),
    )
    .await;
    for (person, outcome) in people.iter().zip(outcomes) {
        // Tokens that nobody ever got cannot be had again: the person allows it once more.
        let expected = if person.stops_at == Step::Answered {
            "not-allowed"
        } else {
            "saved"
        };
        assert_eq!(outcome.unwrap(), expected, "{:?}", person.stops_at);
        let page = person.browser.get("/settings/sessions").await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{:?} was signed out",
            person.stops_at
        );
    }
}
