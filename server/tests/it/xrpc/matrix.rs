//! Who may call what: every method, every kind of caller, every kind of hold, against one table.

use atproto::syntax::Did;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::handlers::xrpc::{Access, METHODS, MethodEntry, Verb};
use server::hold::CrewChange;

use super::people::Person;
use super::send;
use crate::harness::{Answer, Engine, Options, TestServer, blob};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Nobody,
    Stranger,
    Reader,
    Writer,
    Administrator,
    Captain,
    /// A member with every permission, whose account is deactivated.
    Deactivated,
    /// An `AppView` that the operator named.
    AppView,
}

const ROLES: [Role; 8] = [
    Role::Nobody,
    Role::Stranger,
    Role::Reader,
    Role::Writer,
    Role::Administrator,
    Role::Captain,
    Role::Deactivated,
    Role::AppView,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Public,
    Private,
    /// Not public, and everybody may join.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Whatever the answer is, it is not about who asks.
    Let,
    /// 401
    SignIn,
    /// 403
    Refused,
}

/// The table.
#[expect(clippy::match_same_arms, reason = "a row for each kind of access")]
fn expected(entry: &MethodEntry, role: Role, state: State) -> Outcome {
    use Outcome::{Let, Refused, SignIn};
    use Role::{Administrator, AppView, Captain, Deactivated, Nobody, Reader, Stranger, Writer};
    match (entry.access, role) {
        (Access::Anyone, _) => Let,
        (Access::Reader, _) if state == State::Public => Let,
        (_, Nobody) => SignIn,
        // Reading and leaving need no active account.
        (Access::Reader, Reader | Captain | Deactivated) => Let,
        (Access::Reader, _) => Refused,
        (Access::Person, Deactivated) => match entry.nsid {
            "io.atcr.hold.exportUserData" | "io.atcr.hold.deleteUserData" => Let,
            _ => Refused,
        },
        (Access::Person, Stranger | AppView)
            if entry.nsid == "io.atcr.hold.requestCrew" && state != State::Open =>
        {
            Refused
        }
        (Access::Person, _) => Let,
        (Access::TrustedAppView, AppView) => Let,
        (_, Deactivated) | (Access::TrustedAppView, _) => Refused,
        // Somebody else's upload does not exist for them.
        (Access::Uploader, _) => Let,
        (Access::Writer, Writer | Captain) => Let,
        (Access::Writer, _) => Refused,
        (Access::Administrator, Administrator | Captain) => Let,
        (Access::Administrator, _) => Refused,
        (Access::Captain, Captain) => Let,
        (Access::Captain, _) => Refused,
    }
}

struct World {
    server: TestServer,
    people: Vec<(Role, Person)>,
    blob: oci::Digest,
}

impl World {
    async fn new(state: State) -> Self {
        let mut people = Vec::new();
        for role in ROLES.into_iter().skip(1) {
            people.push((role, Person::new().await));
        }
        let did = |wanted: Role| {
            let (_, person) = people.iter().find(|(role, _)| *role == wanted).unwrap();
            person.did.to_string()
        };
        let mut options = Options::new(Engine::Sqlite);
        options.settings = vec![
            ("HOLD_OWNER", did(Role::Captain)),
            ("HOLD_TRUSTED_APPVIEWS", did(Role::AppView)),
            ("HOLD_PUBLIC", (state == State::Public).to_string()),
            ("HOLD_ALLOW_ALL_CREW", (state == State::Open).to_string()),
        ];
        let server = TestServer::start_with(options).await;
        let world = Self {
            blob: store(&server, &did(Role::Captain).parse().unwrap()).await,
            server,
            people,
        };
        world.person(Role::Deactivated).unwrap().deactivate();
        world
    }

    fn person(&self, wanted: Role) -> Option<&Person> {
        self.people
            .iter()
            .find_map(|(role, person)| (*role == wanted).then_some(person))
    }

    /// Everybody is what they are called: calls change that.
    async fn muster(&self) {
        let hold = self.server.hold();
        let captain = &self.person(Role::Captain).unwrap().did;
        for (role, words) in [
            (Role::Reader, &["blob:read"][..]),
            (Role::Writer, &["blob:write"]),
            (Role::Administrator, &["crew:admin"]),
            (
                Role::Deactivated,
                &["blob:read", "blob:write", "crew:admin"],
            ),
        ] {
            let member = &self.person(role).unwrap().did;
            let change = CrewChange {
                permissions: Some(words.iter().map(ToString::to_string).collect()),
                ..CrewChange::default()
            };
            hold.set_crew_member(captain, member, change).await.unwrap();
        }
        for role in [Role::Stranger, Role::AppView] {
            let member = &self.person(role).unwrap().did;
            if hold.find_crew_member(member).await.unwrap().is_some() {
                hold.remove_crew_member(captain, member).await.unwrap();
            }
        }
    }

    async fn call(&self, entry: &MethodEntry, role: Role) -> Answer {
        let person = self.person(role);
        let verb = match entry.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
        };
        let (query, input) = self.request(entry.nsid, role).await;
        send(
            &self.server,
            person,
            verb,
            entry.nsid,
            &query,
            input.to_string(),
        )
        .await
    }

    /// A call that makes sense, so that only who asks can be wrong with it.
    async fn request(&self, method: &str, role: Role) -> (String, Value) {
        let hold = self.server.hold().did();
        let member = Person::new().await.did;
        let caller = self.person(role).map_or(&member, |person| &person.did);
        let crew = json!({
            "$type": "io.atcr.hold.crew",
            "member": member,
            "role": "member",
            "permissions": ["blob:read"],
            "addedAt": "2026-01-01T00:00:00Z",
        });
        let record_key = server::hold::crew_key(&member);
        let input = match method {
            "com.atproto.repo.createRecord" | "com.atproto.repo.putRecord" => json!({
                "repo": hold, "collection": "io.atcr.hold.crew", "rkey": record_key, "record": crew,
            }),
            "com.atproto.repo.deleteRecord" => json!({
                "repo": hold, "collection": "io.atcr.hold.crew", "rkey": record_key,
            }),
            "dev.longshore.hold.collectGarbage" => json!({ "dryRun": true }),
            "dev.longshore.hold.stopCollection" => json!({ "id": "unknown" }),
            "dev.longshore.hold.offerCaptaincy" => {
                json!({ "member": self.person(Role::Reader).unwrap().did })
            }
            "io.atcr.hold.initiateUpload" => json!({ "digest": self.blob.to_string() }),
            "io.atcr.hold.getPartUploadUrl" => json!({ "uploadId": "unknown", "partNumber": 1 }),
            "io.atcr.hold.completeUpload" => {
                json!({ "uploadId": "unknown", "digest": self.blob.to_string(), "parts": [] })
            }
            "io.atcr.hold.abortUpload" => json!({ "uploadId": "unknown" }),
            "io.atcr.hold.notifyManifest" => json!({
                "repository": "app",
                "userDid": caller,
                "manifestDigest": self.blob.to_string(),
                "manifest": { "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [] },
            }),
            "io.atcr.hold.updateCrewTier" => json!({
                "userDid": self.person(Role::Writer).unwrap().did, "tierRank": 1,
            }),
            _ => json!({}),
        };
        let query = match method {
            "com.atproto.sync.getBlob" => format!("did={member}&cid={}", self.blob),
            "dev.longshore.hold.estimateRemoval" => {
                format!("owner={caller}&repository=app&manifest={}", self.blob)
            }
            "io.atcr.hold.uploadPart" => "uploadId=unknown&partNumber=1".to_owned(),
            _ => format!("did={hold}&repo={hold}"),
        };
        (query.replace("%3A", "%253A"), input)
    }
}

/// A blob in the hold.
async fn store(server: &TestServer, captain: &Did) -> oci::Digest {
    let content = blob(100);
    let digest = oci::Digest::sha256_of(&content);
    let hold = server.hold();
    let upload = hold.start_upload_in_parts(captain, None).await.unwrap();
    let body = Box::pin(futures::stream::iter([Ok(content.into())]));
    let part = hold.put_part(captain, &upload.id, 1, body).await.unwrap();
    hold.complete_upload_in_parts(captain, &upload.id, &digest, &[(1, part.etag)])
        .await
        .unwrap();
    digest
}

async fn check(state: State) {
    let world = World::new(state).await;
    let mut wrong = Vec::new();
    for entry in METHODS {
        for role in ROLES {
            world.muster().await;
            let answer = world.call(entry, role).await;
            let outcome = match answer.status {
                StatusCode::UNAUTHORIZED => Outcome::SignIn,
                StatusCode::FORBIDDEN => Outcome::Refused,
                _ => Outcome::Let,
            };
            let expected = expected(entry, role, state);
            if outcome != expected || answer.status.is_server_error() {
                wrong.push(format!(
                    "{} by {role:?}: {} instead of {expected:?}: {}",
                    entry.nsid,
                    answer.status,
                    answer.text().chars().take(200).collect::<String>()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{state:?}:\n{}", wrong.join("\n"));
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_do_in_a_public_hold_what_the_table_says() {
    check(State::Public).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_do_in_a_private_hold_what_the_table_says() {
    check(State::Private).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_do_in_a_hold_with_open_registration_what_the_table_says() {
    check(State::Open).await;
}
