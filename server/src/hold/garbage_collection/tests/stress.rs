//! One collection after another under twenty pushers: what somebody needs is never missing, and what is freed in the
//! end is what a dry run said.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::join_all;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::super::super::Tier;
use super::super::super::testing::*;
use super::super::super::{CrewChange, Tiers};
use super::*;
use crate::blob_store::s3_testing::{S3Server, settings_for};
use crate::blob_store::{BlobStore, FilesystemBlobStore, S3BlobStore};
use crate::db::testing::TestDatabase;
use pace::Pace;
use pusher::{Pusher, Seen};

mod pace;
mod pusher;

/// How long the pushers push, in seconds: in a usual run and in a long one.
const SECONDS: (u64, u64) = (2, 600);
const PUSHERS: u64 = 20;
/// Nothing is proved before some were removed, however slow the machine is.
const REMOVED_AT_LEAST: u64 = 20;
/// Blobs that everybody's images are made of. Most are in no image at any time.
const BLOBS: usize = 240;
/// On a clock that goes on only as fast as pushes end.
const GRACE: TimeDelta = TimeDelta::seconds(2);
/// By then, nothing is promised to anybody any more.
const LONG_AFTER: TimeDelta = TimeDelta::hours(2);
const MEMBER: &str = "did:plc:anne";

/// A hold, and what everybody does with it.
struct Scene {
    hold: Hold,
    store: Arc<dyn BlobStore>,
    pace: Pace,
    blobs: Vec<Vec<u8>>,
    is_over: AtomicBool,
}

impl Scene {
    async fn new(folder: &HoldFolder, test: &TestDatabase, store: Arc<dyn BlobStore>) -> Arc<Self> {
        let hold = folder
            .start_over(&test.database, store.clone(), |start| {
                let tier = Tier {
                    name: "plenty".to_owned(),
                    bytes: 1 << 40,
                };
                start.settings.tiers = Tiers::new(vec![tier], None);
            })
            .await;
        hold.set_crew_member(&did(CAPTAIN), &did(MEMBER), CrewChange::default())
            .await
            .unwrap();
        Arc::new(Self {
            hold,
            store,
            // Whoever found a blob may name it as long as they take less than the grace.
            pace: Pace::new(folder.clock.clone(), GRACE - TimeDelta::milliseconds(1)),
            blobs: (0..BLOBS).map(content).collect(),
            is_over: AtomicBool::new(false),
        })
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Collects again and again beside those who push, the clock going on in between, until it is over.
    async fn collect_until_over(&self, pushers: &[JoinHandle<Pusher>]) -> (u64, GarbageReport) {
        let mut all = GarbageReport::default();
        let mut collections = 0;
        let until = Instant::now() + Duration::from_secs(rounds(SECONDS.0, SECONDS.1));
        while Instant::now() < until || all.removed.blobs < REMOVED_AT_LEAST {
            let report = self.hold.collect_garbage(GRACE, Collection::Free).await;
            let report = report.unwrap();
            all.quarantined.blobs += report.quarantined.blobs;
            all.removed.blobs += report.removed.blobs;
            all.removed.bytes += report.removed.bytes;
            collections += 1;
            // Every second at least, whether or not time may go on.
            let _ = timeout(Duration::from_secs(1), self.pace.go_on()).await;
            if pushers.iter().any(JoinHandle::is_finished) {
                // One of them found something missing, and says what.
                break;
            }
        }
        self.is_over.store(true, Ordering::Relaxed);
        self.pace.go_on().await;
        (collections, all)
    }

    /// Blobs whose bytes the store has, whatever the database says.
    async fn stored(&self) -> BTreeSet<usize> {
        let looks = self
            .blobs
            .iter()
            .enumerate()
            .map(|(number, content)| async move {
                let (digest, size) = (Digest::sha256_of(content), content.len() as u64);
                let found = self.store.read(&digest, size, None).await.unwrap();
                found.map(|_| number)
            });
        let looks = futures::stream::iter(looks).buffer_unordered(8);
        looks.filter_map(async |found| found).collect().await
    }

    fn amount(&self, blobs: &BTreeSet<usize>) -> Amount {
        Amount {
            blobs: blobs.len() as u64,
            bytes: blobs
                .iter()
                .map(|blob| self.blobs[*blob].len() as u64)
                .sum(),
        }
    }

    /// With nobody beside it, a collection does what the dry run before it said, to what is `stored`.
    async fn collect_as_predicted(&self, stored: &mut BTreeSet<usize>) -> GarbageReport {
        let predicted = self.hold.collect_garbage(GRACE, Collection::DryRun).await;
        let predicted = predicted.unwrap();
        let done = self.hold.collect_garbage(GRACE, Collection::Free).await;
        let done = done.unwrap();
        assert_eq!(predicted, done);
        let after = self.stored().await;
        assert_eq!(self.amount(&(&*stored - &after)), predicted.removed);
        *stored = after;
        done
    }
}

/// Of 1 byte to 20 kB.
fn content(number: usize) -> Vec<u8> {
    let seed = Digest::sha256_of(format!("blob {number}").as_bytes());
    let size = 1 + number * 7919 % 20_000;
    seed.hex()
        .bytes()
        .cycle()
        .take(size)
        .chain(number.to_be_bytes())
        .collect()
}

async fn nothing_needed_is_ever_missing(
    test: TestDatabase,
    store: Arc<dyn BlobStore>,
    folder: HoldFolder,
) {
    let scene = Scene::new(&folder, &test, store).await;
    let pushers: Vec<_> = (0..PUSHERS)
        .map(|number| tokio::spawn(Pusher::new(number).push_until_over(scene.clone())))
        .collect();
    let (collections, freed) = scene.collect_until_over(&pushers).await;
    let pushers: Vec<Pusher> = join_all(pushers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let seen: Seen = pushers.iter().map(|pusher| pusher.seen).sum();
    eprintln!(
        "{collections} collections, {:?} removed, {seen:?}",
        freed.removed
    );
    assert!(
        freed.removed.blobs > 0 && seen.found > 0,
        "{freed:?} {seen:?}"
    );

    let needed: BTreeSet<usize> = pushers.iter().flat_map(Pusher::needs).collect();
    let mut stored = scene.stored().await;
    let garbage = &stored - &needed;
    assert_eq!(
        stored.len(),
        needed.len() + garbage.len(),
        "all that is needed is there"
    );
    scene.pace.advance(LONG_AFTER);
    let first = scene.collect_as_predicted(&mut stored).await;
    scene.pace.advance(LONG_AFTER);
    let second = scene.collect_as_predicted(&mut stored).await;
    assert_eq!(second.removed, first.quarantined);
    assert_eq!(
        first.removed.blobs + second.removed.blobs,
        scene.amount(&garbage).blobs
    );
    assert_eq!((second.kept, &stored), (scene.amount(&needed), &needed));
    for pusher in &pushers {
        pusher.check_all(&scene).await;
    }
    drop(scene);
    test.finish().await;
}

async fn with_files(test: TestDatabase) {
    let folder = HoldFolder::new();
    let store = FilesystemBlobStore::open(folder.folder.path())
        .await
        .unwrap();
    nothing_needed_is_ever_missing(test, Arc::new(store), folder).await;
}

async fn with_s3(test: TestDatabase) {
    let server = S3Server::start().await;
    server.create_bucket("blobs");
    let mut settings = settings_for(&server.endpoint(), "blobs");
    settings.redirect = false;
    let store = S3BlobStore::open(settings, 1 << 30).await.unwrap();
    nothing_needed_is_ever_missing(test, Arc::new(store), HoldFolder::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_needed_is_ever_missing_from_files_with_sqlite() {
    with_files(TestDatabase::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_needed_is_ever_missing_from_files_with_postgresql() {
    if let Some(test) = TestDatabase::on_postgresql().await {
        with_files(test).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_needed_is_ever_missing_from_s3_with_sqlite() {
    with_s3(TestDatabase::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_needed_is_ever_missing_from_s3_with_postgresql() {
    if let Some(test) = TestDatabase::on_postgresql().await {
        with_s3(test).await;
    }
}
