//! TK-03: every operation × every caller × public and private hold, as one table.

use http::{Method, StatusCode};
use oci::{Digest, OperationKind};
use server::registry::registry_token::TokenSubject;

use crate::harness::{Client, Engine, Options, TestServer, blob, image, network};

/// Who asks. The columns of [`TABLE`], in this order.
const CALLERS: [Caller; 8] = [
    Caller::Nobody,
    Caller::Anonymous,
    Caller::Stranger,
    Caller::OwnerMayPull,
    Caller::OwnerMayPush,
    Caller::OwnerMayDelete,
    Caller::Expired,
    Caller::Tampered,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// No token.
    Nobody,
    /// A token for nobody in particular.
    Anonymous,
    /// Somebody with an account, who asked for every right.
    Stranger,
    /// The owner, who asked for `pull`.
    OwnerMayPull,
    /// The owner, who asked for `pull,push`.
    OwnerMayPush,
    /// The owner, who asked for `pull,delete`.
    OwnerMayDelete,
    /// The owner, with a token of yesterday for every right.
    Expired,
    /// The owner, with a token for every right that was changed on the way.
    Tampered,
}

type Row = [u16; CALLERS.len()];

/// Operation, statuses in a public hold, statuses in a private hold.
const TABLE: &[(OperationKind, Row, Row)] = {
    use OperationKind as Kind;
    //                       nobody anon strngr pull push delete expired tampered
    const PUBLIC_READ: Row = [200, 200, 200, 200, 200, 200, 401, 401];
    const PRIVATE_READ: Row = [401, 401, 404, 200, 200, 200, 401, 401];
    const fn write(stranger: u16, done: u16) -> Row {
        [401, 401, stranger, 401, done, 401, 401, 401]
    }
    const fn delete(stranger: u16) -> Row {
        [401, 401, stranger, 401, 401, 202, 401, 401]
    }
    const TOKEN: Row = [401, 200, 200, 200, 200, 200, 401, 401];
    &[
        (Kind::CheckVersion, TOKEN, TOKEN),
        // Answers with what the caller may read, which may be nothing.
        (Kind::ListCatalog, TOKEN, TOKEN),
        (Kind::ReadBlob, PUBLIC_READ, PRIVATE_READ),
        (Kind::StatBlob, PUBLIC_READ, PRIVATE_READ),
        (Kind::ReadManifest, PUBLIC_READ, PRIVATE_READ),
        (Kind::StatManifest, PUBLIC_READ, PRIVATE_READ),
        (Kind::ListTags, PUBLIC_READ, PRIVATE_READ),
        (Kind::ListReferrers, PUBLIC_READ, PRIVATE_READ),
        (Kind::StartUpload, write(403, 202), write(404, 202)),
        (Kind::UploadStatus, write(403, 204), write(404, 204)),
        (Kind::AppendUpload, write(403, 202), write(404, 202)),
        (Kind::CompleteUpload, write(403, 201), write(404, 201)),
        (Kind::CancelUpload, write(403, 204), write(404, 204)),
        (Kind::PutManifest, write(403, 201), write(404, 201)),
        (Kind::DeleteBlob, delete(403), delete(404)),
        (Kind::DeleteManifest, delete(403), delete(404)),
    ]
};

/// A request for an operation, with something there that it can succeed on.
struct Attempt {
    method: Method,
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Attempt {
    fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            content_type: "application/octet-stream",
            body: Vec::new(),
        }
    }

    fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    async fn prepare(kind: OperationKind, name: &str, owner: &Client) -> Self {
        let repository = format!("/v2/{name}");
        match kind {
            OperationKind::CheckVersion => Self::new(Method::GET, "/v2/".to_owned()),
            OperationKind::ListCatalog => Self::new(Method::GET, "/v2/_catalog".to_owned()),
            OperationKind::ListTags => Self::new(Method::GET, format!("{repository}/tags/list")),
            OperationKind::ListReferrers => Self::new(
                Method::GET,
                format!("{repository}/referrers/{}", Digest::sha256_of(b"")),
            ),
            OperationKind::ReadManifest => {
                Self::new(Method::GET, format!("{repository}/manifests/v1"))
            }
            OperationKind::StatManifest => {
                Self::new(Method::HEAD, format!("{repository}/manifests/v1"))
            }
            OperationKind::ReadBlob | OperationKind::StatBlob | OperationKind::DeleteBlob => {
                let digest = owner.push_blob(name, &blob(20)).await;
                let method = match kind {
                    OperationKind::ReadBlob => Method::GET,
                    OperationKind::StatBlob => Method::HEAD,
                    _ => Method::DELETE,
                };
                Self::new(method, format!("{repository}/blobs/{digest}"))
            }
            OperationKind::StartUpload => {
                Self::new(Method::POST, format!("{repository}/blobs/uploads/"))
            }
            OperationKind::UploadStatus => Self::new(Method::GET, start_upload(name, owner).await),
            OperationKind::CancelUpload => {
                Self::new(Method::DELETE, start_upload(name, owner).await)
            }
            OperationKind::AppendUpload => {
                Self::new(Method::PATCH, start_upload(name, owner).await).with_body(blob(20))
            }
            OperationKind::CompleteUpload => {
                let content = blob(20);
                let url = format!(
                    "{}?digest={}",
                    start_upload(name, owner).await,
                    Digest::sha256_of(&content)
                );
                Self::new(Method::PUT, url).with_body(content)
            }
            OperationKind::PutManifest => {
                let image = image(0);
                owner.push_blob(name, &image.config).await;
                let attempt = Self::new(Method::PUT, format!("{repository}/manifests/v2"));
                Self {
                    content_type: image.media_type,
                    ..attempt
                }
                .with_body(image.manifest)
            }
            OperationKind::DeleteManifest => {
                let image = image(0);
                owner.push_blob(name, &image.config).await;
                let digest = image.digest().to_string();
                owner
                    .put_manifest(name, &digest, image.media_type, &image.manifest)
                    .await
                    .expect(StatusCode::CREATED);
                Self::new(Method::DELETE, format!("{repository}/manifests/{digest}"))
            }
        }
    }
}

async fn start_upload(name: &str, owner: &Client) -> String {
    let started = owner
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    started.expect(StatusCode::ACCEPTED).header("location")
}

async fn client(caller: Caller, server: &TestServer, name: &str) -> Client {
    let nobody = server.nobody();
    let (account, actions) = match caller {
        Caller::Nobody => return nobody,
        Caller::Anonymous => (None, "pull,push,delete"),
        Caller::Stranger => (Some(&network().bob), "pull,push,delete"),
        Caller::OwnerMayPull => (Some(&network().alice), "pull"),
        Caller::OwnerMayPush => (Some(&network().alice), "pull,push"),
        Caller::OwnerMayDelete => (Some(&network().alice), "pull,delete"),
        Caller::Expired | Caller::Tampered => (Some(&network().alice), "pull,push,delete"),
    };
    let scopes = [
        format!("repository:{name}:{actions}"),
        "registry:catalog:*".to_owned(),
    ];
    let answer = nobody.ask_token(account, &[&scopes[0], &scopes[1]]).await;
    let token = answer.expect(StatusCode::OK).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    match caller {
        Caller::Expired => nobody.with_token(aged(server, &token)),
        Caller::Tampered => nobody.with_token(tampered(&token)),
        _ => nobody.with_token(token),
    }
}

/// The same token, as it would have been given out a day ago.
fn aged(server: &TestServer, token: &str) -> String {
    let now = server.state.clock.now_millis() / 1000;
    let claims = server.state.tokens.verify(token, now).unwrap();
    let subject = claims.sub.parse().unwrap();
    server.state.tokens.issue(
        TokenSubject {
            did: Some(&subject),
            session: Some(&claims.sid),
            access_token: None,
        },
        claims.access.to_vec(),
        now - 24 * 60 * 60,
    )
}

/// The same token with another claim in it, under the old signature.
fn tampered(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let changed =
        super::tokens::edit_payload(payload, |claims| claims["exp"] = 4_000_000_000_i64.into());
    format!("{header}.{changed}.{signature}")
}

async fn run(hold_public: bool) {
    let mut options = Options::new(Engine::Sqlite);
    options.hold_public = hold_public;
    let server = TestServer::start_with(options).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    owner.push_image(&name, "v1", &image(1)).await;
    let mut clients = Vec::new();
    for caller in CALLERS {
        clients.push((caller, client(caller, &server, &name).await));
    }
    let mut wrong = Vec::new();
    for kind in OperationKind::ALL {
        let (_, public, private) = TABLE
            .iter()
            .find(|(row, ..)| *row == kind)
            .unwrap_or_else(|| panic!("no row for {kind:?}"));
        let row = if hold_public { public } else { private };
        for ((caller, client), expected) in clients.iter().zip(row) {
            let attempt = Attempt::prepare(kind, &name, &owner).await;
            let headers = [("content-type", attempt.content_type)];
            let answer = client
                .send(
                    attempt.method.clone(),
                    &attempt.path,
                    &headers,
                    attempt.body,
                )
                .await;
            if answer.status.as_u16() != *expected {
                wrong.push(format!(
                    "{kind:?} by {caller:?}: {}, not {expected}: {}",
                    answer.status,
                    answer.text()
                ));
            }
            let is_challenged = answer.find_header("www-authenticate").is_some();
            if is_challenged != (answer.status == StatusCode::UNAUTHORIZED) {
                wrong.push(format!(
                    "{kind:?} by {caller:?}: {} with challenge: {is_challenged}",
                    answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_03_every_operation_by_every_caller_in_a_public_hold() {
    run(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_03_every_operation_by_every_caller_in_a_private_hold() {
    run(false).await;
}
