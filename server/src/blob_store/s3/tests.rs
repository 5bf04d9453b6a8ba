//! Blobs in a bucket of a server in this process.

use std::path::PathBuf;

use futures::{StreamExt as _, TryStreamExt as _};

use super::testing::{S3Server, bucket_elsewhere, settings_for};
use super::*;
use crate::blob_store::check_contract;

const MIB: usize = 1 << 20;
const MAX_BLOB_BYTES: u64 = 10 << 30;
const MORE: Continuation = Continuation::MoreToCome;

/// A server with one empty bucket.
struct Harbour {
    /// Where its objects lie.
    bucket: PathBuf,
    settings: S3Settings,
    _server: S3Server,
}

impl Harbour {
    async fn start() -> Self {
        let server = S3Server::start().await;
        Self {
            bucket: server.create_bucket("blobs"),
            settings: settings_for(&server.endpoint(), "blobs"),
            _server: server,
        }
    }

    /// A store as another process would open it, with the smallest parts that S3 takes.
    async fn store(&self) -> S3BlobStore {
        let mut store = S3BlobStore::open(self.settings.clone(), MAX_BLOB_BYTES)
            .await
            .unwrap();
        store.part_bytes = 5 << 20;
        store
    }

    /// The objects in the bucket, without what the server keeps beside them.
    fn objects(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.bucket.clone()];
        let mut objects = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    objects.push(path.strip_prefix(&self.bucket).unwrap().to_owned());
                }
            }
        }
        objects.sort();
        objects
    }

    fn count_below(&self, prefix: &str) -> usize {
        let objects = self.objects();
        objects
            .iter()
            .filter(|path| path.starts_with(prefix))
            .count()
    }
}

fn content_of(size: usize) -> Vec<u8> {
    let words = (0..size.div_ceil(4)).flat_map(|index| {
        let word = u32::try_from(index).unwrap().wrapping_mul(2_654_435_761);
        word.to_le_bytes()
    });
    words.take(size).collect()
}

fn body(content: &[u8]) -> IncomingBytes {
    let pieces: Vec<_> = content
        .chunks(300_000)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    futures::stream::iter(pieces).boxed()
}

async fn append(store: &S3BlobStore, before: &Appended, content: &[u8]) -> Appended {
    let hash = before.hash.clone();
    store
        .append(
            &before.staging,
            before.size,
            u64::MAX,
            hash,
            body(content),
            MORE,
        )
        .await
        .unwrap()
}

async fn start(store: &S3BlobStore, name: &str) -> Appended {
    Appended {
        staging: store.create_staging(name).await.unwrap(),
        size: 0,
        hash: UploadHash::new(DigestAlgorithm::Sha256),
        interrupted: None,
    }
}

async fn read(store: &S3BlobStore, digest: &Digest, size: usize) -> Vec<u8> {
    let chunks = store.read(digest, size as u64, None).await.unwrap();
    let chunks: Vec<Bytes> = chunks.expect("it is there").try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn keeps_the_contract() {
    let harbour = Harbour::start().await;
    check_contract(&harbour.store().await).await;
}

#[tokio::test]
async fn keeps_the_contract_in_a_bucket_of_ceph() {
    let Some(settings) = bucket_elsewhere().await else {
        return;
    };
    let store = S3BlobStore::open(settings, MAX_BLOB_BYTES).await.unwrap();
    check_contract(&store).await;
}

#[tokio::test]
async fn a_blob_in_parts_lies_in_a_bucket_of_ceph() {
    let Some(settings) = bucket_elsewhere().await else {
        return;
    };
    let store = S3BlobStore::open(settings, MAX_BLOB_BYTES).await.unwrap();
    let content = content_of(19 * MIB + 3);
    let digest = Digest::sha256_of(&content);
    let first = append(&store, &start(&store, "ceph").await, &content[..9 * MIB]).await;
    append(&store, &first, b"a body whose answer was lost").await;
    let whole = append(&store, &first, &content[9 * MIB..]).await;
    assert_eq!(whole.hash.digest(), digest);
    store
        .promote(&whole.staging, whole.size, &digest)
        .await
        .unwrap();
    assert!(read(&store, &digest, content.len()).await == content);
    let url = store
        .presign(&digest, whole.size, Duration::from_mins(5))
        .await;
    let url = url.unwrap().expect("a URL");
    let answer = testing_client().get(url.clone()).send().await.unwrap();
    assert!(answer.bytes().await.unwrap() == content);
    let tampered = url
        .as_str()
        .replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    assert_eq!(
        testing_client()
            .get(tampered)
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    store.remove(&digest).await.unwrap();
    assert!(
        store
            .read(&digest, whole.size, None)
            .await
            .unwrap()
            .is_none()
    );
    let abandoned = append(&store, &start(&store, "abandoned").await, &content).await;
    assert_eq!(
        store
            .sweep_staging(Duration::ZERO, &HashSet::new())
            .await
            .unwrap(),
        1
    );
    let gone = store
        .promote(&abandoned.staging, abandoned.size, &digest)
        .await;
    assert!(
        matches!(gone, Err(BlobStoreError::StagingUnknown { .. })),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_blob_in_parts_goes_from_process_to_process() {
    let harbour = Harbour::start().await;
    let content = content_of(23 * MIB + 7);
    let mut upload = start(&harbour.store().await, "travels").await;
    for cut in [0..12 * MIB, 12 * MIB..13 * MIB, 13 * MIB..23 * MIB + 7] {
        let store = harbour.store().await;
        // What a process knows that never saw the bytes before.
        upload.hash = store
            .hash_staging(&upload.staging, upload.size, DigestAlgorithm::Sha256)
            .await
            .unwrap();
        upload = append(&store, &upload, &content[cut]).await;
    }
    let digest = Digest::sha256_of(&content);
    assert_eq!(upload.hash.digest(), digest);
    let store = harbour.store().await;
    store
        .promote(&upload.staging, upload.size, &digest)
        .await
        .unwrap();
    assert_eq!(harbour.objects().len(), 2, "{:?}", harbour.objects());
    assert!(read(&harbour.store().await, &digest, content.len()).await == content);
    let range = store
        .read(&digest, upload.size, Some(6_000_000..=6_000_009))
        .await;
    let part: Vec<Bytes> = range.unwrap().unwrap().try_collect().await.unwrap();
    assert_eq!(part.concat(), content[6_000_000..6_000_010]);
    assert_eq!(store.stat(&digest).await.unwrap(), Some(upload.size));
    store.remove(&digest).await.unwrap();
    assert_eq!(harbour.objects(), Vec::<PathBuf>::new());
    assert!(
        harbour
            .store()
            .await
            .read(&digest, upload.size, None)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_last_body_may_be_sent_again() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(17 * MIB);
    let first = append(&store, &start(&store, "again").await, &content[..6 * MIB]).await;
    let lost = b"a body whose answer was lost, and that was another";
    let second = append(&store, &first, lost).await;
    let digest = Digest::sha256_of(&content);
    let mut whole = start(&store, "unused").await;
    // By the state after it, and by the one before, which is what another process has.
    for staging in [&second.staging, &first.staging] {
        let hash = store
            .hash_staging(staging, first.size, DigestAlgorithm::Sha256)
            .await
            .unwrap();
        let rest = body(&content[6 * MIB..]);
        let again = store
            .append(staging, first.size, u64::MAX, hash, rest, MORE)
            .await
            .unwrap();
        assert_eq!(again.hash.digest(), digest);
        whole = again;
    }
    store
        .promote(&whole.staging, whole.size, &digest)
        .await
        .unwrap();
    assert!(read(&store, &digest, content.len()).await == content);
}

#[tokio::test]
async fn a_digest_by_another_algorithm_is_computed_from_the_parts() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(11 * MIB);
    let upload = append(&store, &start(&store, "sha512").await, &content).await;
    let hash = store
        .hash_staging(&upload.staging, upload.size, DigestAlgorithm::Sha512)
        .await
        .unwrap();
    let digest = Digest::of(DigestAlgorithm::Sha512, &content);
    assert_eq!(hash.digest(), digest);
    store
        .promote(&upload.staging, upload.size, &digest)
        .await
        .unwrap();
    assert!(read(&store, &digest, content.len()).await == content);
    assert_eq!(harbour.count_below("staging"), 0);
}

#[tokio::test]
async fn a_second_copy_is_not_kept() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(11 * MIB);
    let digest = Digest::sha256_of(&content);
    for name in ["one", "two"] {
        let upload = append(&store, &start(&store, name).await, &content).await;
        store
            .promote(&upload.staging, upload.size, &digest)
            .await
            .unwrap();
    }
    assert_eq!(harbour.count_below("objects"), 1);
    assert_eq!(harbour.count_below("staging"), 0);
}

#[tokio::test]
async fn discarding_never_takes_a_blob_along() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(11 * MIB);
    let digest = Digest::sha256_of(&content);
    let upload = append(&store, &start(&store, "promoted").await, &content).await;
    store
        .promote(&upload.staging, upload.size, &digest)
        .await
        .unwrap();
    // What a process does that finds the row of an upload whose end was not written down.
    store.discard_staging(&upload.staging).await.unwrap();
    assert!(read(&store, &digest, content.len()).await == content);
    // And one that finds what another left behind between link and end.
    let staged = Staged::parse(&upload.staging).unwrap();
    let opened = staged.upload.unwrap();
    store
        .put_marker("promoted", &opened, Some(&digest))
        .await
        .unwrap();
    store
        .sweep_staging(Duration::ZERO, &HashSet::new())
        .await
        .unwrap();
    assert!(read(&harbour.store().await, &digest, content.len()).await == content);
    assert_eq!(harbour.count_below("staging"), 0);
}

#[tokio::test]
async fn sweeping_frees_the_parts_of_an_upload() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(11 * MIB);
    let upload = append(&store, &start(&store, "left").await, &content).await;
    let claimed = HashSet::from([upload.staging.clone()]);
    assert_eq!(
        store.sweep_staging(Duration::ZERO, &claimed).await.unwrap(),
        0
    );
    assert_eq!(
        store
            .sweep_staging(Duration::ZERO, &HashSet::new())
            .await
            .unwrap(),
        1
    );
    assert_eq!(harbour.objects(), Vec::<PathBuf>::new());
    let digest = Digest::sha256_of(&content);
    let lost = store.promote(&upload.staging, upload.size, &digest).await;
    assert!(
        matches!(lost, Err(BlobStoreError::StagingUnknown { .. })),
        "{lost:?}"
    );
}

#[tokio::test]
async fn a_blob_that_was_changed_from_outside_never_ends_cleanly() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    let content = content_of(6 * MIB);
    let digest = Digest::sha256_of(&content);
    let upload = append(&store, &start(&store, "changed").await, &content).await;
    store
        .promote(&upload.staging, upload.size, &digest)
        .await
        .unwrap();
    let object = harbour
        .objects()
        .into_iter()
        .find(|path| path.starts_with("objects"));
    let path = harbour.bucket.join(object.unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[3 * MIB] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let chunks = store
        .read(&digest, upload.size, None)
        .await
        .unwrap()
        .unwrap();
    let received: Result<Vec<Bytes>, _> = chunks.try_collect().await;
    assert!(matches!(received, Err(BlobStoreError::Damaged { .. })));
    std::fs::write(&path, &bytes[1..]).unwrap();
    let shorter = store.read(&digest, upload.size, None).await;
    assert!(matches!(shorter, Err(BlobStoreError::Damaged { .. })));
}

#[tokio::test]
async fn a_presigned_url_gives_the_blob_to_anybody_for_a_while() {
    let harbour = Harbour::start().await;
    let store = harbour.store().await;
    for content in [b"small".to_vec(), content_of(11 * MIB)] {
        let digest = Digest::sha256_of(&content);
        let upload = append(&store, &start(&store, digest.hex()).await, &content).await;
        store
            .promote(&upload.staging, upload.size, &digest)
            .await
            .unwrap();
        let url = store
            .presign(&digest, upload.size, Duration::from_mins(5))
            .await
            .unwrap()
            .expect("a URL");
        let client = testing_client();
        let answer = client.get(url.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.unwrap() == content);
        let tampered = url
            .as_str()
            .replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
        assert_eq!(client.get(tampered).send().await.unwrap().status(), 403);
        let range = client
            .get(url)
            .header("range", "bytes=1-3")
            .send()
            .await
            .unwrap();
        assert_eq!(range.bytes().await.unwrap(), content[1..4]);
    }
    let absent = Digest::sha256_of(b"absent");
    assert_eq!(
        store
            .presign(&absent, 6, Duration::from_mins(5))
            .await
            .unwrap(),
        None
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client of the bucket, as docker is one"
)]
fn testing_client() -> reqwest::Client {
    // Another test may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().unwrap()
}

#[tokio::test]
async fn a_bucket_that_is_not_there_and_a_wrong_key_are_told_at_the_start() {
    let harbour = Harbour::start().await;
    let absent = S3Settings {
        bucket: "absent".to_owned(),
        ..harbour.settings.clone()
    };
    let wrong = S3Settings {
        secret_access_key: "wrong".to_owned().into(),
        ..harbour.settings.clone()
    };
    let nowhere = settings_for("http://127.0.0.1:1", "blobs");
    for settings in [absent, wrong, nowhere] {
        assert!(S3BlobStore::open(settings, MAX_BLOB_BYTES).await.is_err());
    }
}

/// Answers every request well, whoever asks.
async fn start_careless_server() -> std::net::SocketAddr {
    use axum::routing::any;
    let content = Arc::new(Mutex::new(Bytes::new()));
    let handler = any(move |method: http::Method, body: Bytes| {
        let content = content.clone();
        async move {
            let mut content = content.lock().unwrap();
            if method == http::Method::PUT {
                *content = body;
                return Bytes::new();
            }
            content.clone()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().fallback_service(handler);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn a_server_that_takes_a_wrong_signature_is_refused() {
    let address = start_careless_server().await;
    let settings = settings_for(&format!("http://{address}"), "blobs");
    let Err(refused) = S3BlobStore::open(settings, MAX_BLOB_BYTES).await else {
        panic!("it was trusted");
    };
    let BlobStoreError::Failed { source, .. } = refused else {
        panic!("{refused:?}");
    };
    assert!(source.to_string().contains("wrong signature"), "{source}");
}
