//! Many pushes at once where a quota ends: everybody gets an answer, nobody gets a byte more, and whoever was
//! refused leaves none.

use futures::future::join_all;
use http::{Method, StatusCode};
use oci::Digest;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::people::Person;
use super::query;
use super::uploads::{add_member, initiate, start_hold};
use crate::harness::{Answer, Client, TestServer, blob, rounds};
use crate::on_both_engines;

/// Pushes in a usual run, and in a long one.
const PUSHES: (u64, u64) = (200, 10_000);
/// Requests in flight. All pushes are in progress at once, whatever they wait for.
const CONNECTIONS: usize = 64;
/// What the tier of everybody here has, in bytes for each push: half of what they push.
const LIMIT_PER_PUSH: usize = 251;

struct Crowd<'a> {
    server: &'a TestServer,
    client: Client,
    connections: Semaphore,
}

/// One of many pushes of one person: a blob in one part, and a manifest that names it.
struct Push<'a> {
    person: &'a Person,
    number: usize,
    content: &'a [u8],
}

impl Push<'_> {
    /// Half of the pushes say how large they will be.
    fn announces(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    fn digest(&self) -> String {
        Digest::sha256_of(self.content).to_string()
    }
}

impl Crowd<'_> {
    async fn send(&self, method: Method, url: &str, token: Option<&str>, body: Vec<u8>) -> Answer {
        let token = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.as_deref().map(|token| ("authorization", token)));
        self.client.send(method, url, &headers, body).await
    }

    async fn call(&self, person: &Person, method: &str, input: &Value) -> Answer {
        // Tokens do not live long, so one is made when its turn has come.
        let _turn = self.connections.acquire().await.unwrap();
        let token = person.token(self.server, method);
        let (url, body) = (format!("/xrpc/{method}"), input.to_string().into_bytes());
        self.send(Method::POST, &url, Some(&token), body).await
    }

    /// Whether there was room. Any answer but yes and `QuotaExceeded` fails the test.
    fn has_room(answer: &Answer) -> bool {
        if answer.status == StatusCode::FORBIDDEN {
            assert_eq!(answer.json()["error"], "QuotaExceeded", "{}", answer.text());
            return false;
        }
        answer.expect(StatusCode::OK);
        true
    }

    /// Pushes; `false` when it was refused.
    async fn push(&self, push: &Push<'_>) -> bool {
        let person = push.person;
        let mut input = json!({ "digest": "uploads/temp-1" });
        if push.announces() {
            input["size"] = push.content.len().into();
        }
        let started = self
            .call(person, "io.atcr.hold.initiateUpload", &input)
            .await;
        if !Self::has_room(&started) {
            return false;
        }
        let id = started.json()["uploadId"].clone();
        let input = json!({ "uploadId": id, "partNumber": 1 });
        let named = self
            .call(person, "io.atcr.hold.getPartUploadUrl", &input)
            .await;
        named.expect(StatusCode::OK);
        let turn = self.connections.acquire().await.unwrap();
        let url = named.json()["url"].as_str().unwrap().to_owned();
        let part = self
            .send(Method::PUT, &url, None, push.content.to_vec())
            .await;
        drop(turn);
        let has_room = Self::has_room(&part);
        assert!(has_room || !push.announces(), "what was promised is there");
        if !has_room {
            return false;
        }
        let parts = json!([{ "partNumber": 1, "etag": part.header("etag") }]);
        let input = json!({ "uploadId": id, "digest": push.digest(), "parts": parts });
        let completed = self
            .call(person, "io.atcr.hold.completeUpload", &input)
            .await;
        completed.expect(StatusCode::OK);
        self.notify(push).await.expect(StatusCode::OK);
        true
    }

    async fn notify(&self, push: &Push<'_>) -> Answer {
        let manifest = format!("manifest {}", push.number);
        let input = json!({
            "repository": "app",
            "userDid": push.person.did,
            "manifestDigest": Digest::sha256_of(manifest.as_bytes()).to_string(),
            "manifest": {
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "layers": [{
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": push.digest(),
                    "size": push.content.len(),
                }],
            },
            "operation": "push",
        });
        self.call(push.person, "io.atcr.hold.notifyManifest", &input)
            .await
    }

    async fn used(&self, person: &Person) -> usize {
        let wanted = format!("userDid={}", person.did.as_str().replace('%', "%25"));
        let answer = query(self.server, None, "io.atcr.hold.getQuota", &wanted).await;
        usize::try_from(answer.json()["totalSize"].as_u64().unwrap()).unwrap()
    }
}

on_both_engines! {
    async fn pushes_at_once_take_what_there_is_to_the_byte_and_no_more(engine) {
        let pushes = usize::try_from(rounds(PUSHES.0, PUSHES.1)).unwrap();
        let of_each = pushes / 2;
        let limit = LIMIT_PER_PUSH * of_each;
        let (captain, one, other) = (Person::new().await, Person::new().await, Person::new().await);
        let server = start_hold(engine, &captain, &format!("only={limit}B")).await;
        for member in [&one, &other] {
            add_member(&server, &captain, member).await;
        }
        // Both push the same blobs, of 1 to 1000 bytes.
        let contents: Vec<Vec<u8>> = (0..of_each).map(|number| blob(number * 7919 % 1000 + 1)).collect();
        let crowd = Crowd {
            client: server.nobody(),
            server: &server,
            connections: Semaphore::new(CONNECTIONS),
        };
        let pushes: Vec<Push> = [&one, &other]
            .into_iter()
            .flat_map(|person| {
                let pushes = contents.iter().enumerate();
                pushes.map(move |(number, content)| Push { person, number, content })
            })
            .collect();
        let accepted = join_all(pushes.iter().map(|push| crowd.push(push))).await;

        let mut kept = std::collections::BTreeSet::new();
        for person in [&one, &other] {
            let of_person = pushes.iter().zip(&accepted).filter(|(push, _)| push.person.did == person.did);
            let (stored, refused): (Vec<_>, Vec<_>) = of_person.partition(|(_, accepted)| **accepted);
            let used = crowd.used(person).await;
            assert_eq!(used, stored.iter().map(|(push, _)| push.content.len()).sum::<usize>());
            assert!(used <= limit, "{} bytes too much", used - limit);
            let smallest = refused.iter().map(|(push, _)| push.content.len()).min().unwrap();
            assert!(limit - used < smallest, "{} bytes were left for {smallest}", limit - used);
            eprintln!(
                "{engine:?}: {} pushes, {} accepted, {} refused, {used} of {limit} bytes used",
                of_each, stored.len(), refused.len(),
            );
            kept.extend(stored.iter().map(|(push, _)| push.content));
            // Nothing stays promised to whoever was refused.
            let left = u64::try_from(limit - used).unwrap();
            assert!(!Crowd::has_room(&initiate(&server, person, Some(left + 1)).await));
            assert!(Crowd::has_room(&initiate(&server, person, Some(left)).await));
        }
        // Second copies are removed behind the answer.
        while server.count_staged() > 0 {
            tokio::task::yield_now().await;
        }
        let bytes = kept.iter().map(|content| content.len() as u64).sum();
        assert_eq!(server.stored("blobs"), (kept.len(), bytes));
        server.stop().await;
    }
}
