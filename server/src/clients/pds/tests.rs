//! The PDS client against servers that answer anything.

use atproto::data::Cid;
use axum::Router;
use axum::http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::clients::outbound::OutboundPolicy;
use crate::clock::Clock;

const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

fn client() -> PdsClient {
    let policy = OutboundPolicy {
        allow_loopback_http: true,
        ..OutboundPolicy::default()
    };
    PdsClient::new(OutboundClient::new(&policy).unwrap(), Clock::System)
}

/// A server that answers every request alike.
async fn answering(status: u16, body: impl Into<Vec<u8>>) -> Url {
    let (status, body) = (StatusCode::from_u16(status).unwrap(), body.into());
    let app = Router::new().fallback(move || async move { (status, body) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn get_record(status: u16, body: &str) -> Result<Option<Record>, PdsError> {
    let pds = answering(status, body).await;
    let collection = "io.atcr.tag".parse().unwrap();
    client()
        .get_record(
            &pds,
            &DID.parse().unwrap(),
            &collection,
            &"a".parse().unwrap(),
        )
        .await
}

#[tokio::test]
async fn absent_records_are_none_and_broken_answers_are_errors() {
    for absent in [
        r#"{"error":"RecordNotFound","message":"x"}"#,
        r#"{"error":"InvalidRequest","message":"Could not locate record: at://x"}"#,
    ] {
        assert!(
            matches!(get_record(400, absent).await, Ok(None)),
            "{absent}"
        );
    }
    for nonsense in [
        "",
        "<html>",
        "[]",
        r#"{"uri":"x"}"#,
        r#"{"uri":"at://a.b/c.d.e/f","cid":"x","value":1}"#,
    ] {
        assert!(
            matches!(
                get_record(200, nonsense).await,
                Err(PdsError::InvalidAnswer)
            ),
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn refusals_become_domain_words() {
    type Expected = fn(&PdsError) -> bool;
    let cases: [(u16, &str, Expected); 10] = [
        (400, "ExpiredToken", |it| {
            matches!(it, PdsError::ExpiredToken)
        }),
        (401, "AuthenticationRequired", |it| {
            matches!(it, PdsError::NotAuthorized)
        }),
        (401, "AuthFactorTokenRequired", |it| {
            matches!(it, PdsError::SecondFactorRequired)
        }),
        (401, "AccountTakedown", |it| {
            matches!(it, PdsError::AccountInactive)
        }),
        (400, "RepoDeactivated", |it| {
            matches!(it, PdsError::AccountInactive)
        }),
        (400, "InvalidSwap", |it| matches!(it, PdsError::InvalidSwap)),
        (413, "PayloadTooLarge", |it| {
            matches!(it, PdsError::TooLarge)
        }),
        (429, "RateLimitExceeded", |it| {
            matches!(it, PdsError::RateLimited { .. })
        }),
        (502, "UpstreamFailure", |it| {
            matches!(it, PdsError::Failing { status: 502 })
        }),
        (
            400,
            "Other",
            |it| matches!(it, PdsError::Refused { error } if error == "Other"),
        ),
    ];
    for (status, name, expected) in cases {
        let body = json!({ "error": name, "message": "internal banner" }).to_string();
        let error = get_record(status, &body).await.unwrap_err();
        assert!(expected(&error), "{name}: {error:?}");
        assert!(
            !format!("{error} {error:?}").contains("banner"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_pds_that_is_down_is_unreachable_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pds = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(listener);
    let answer = client()
        .create_session(&pds, &DID.parse().unwrap(), &"x".into(), 0)
        .await;
    assert!(
        matches!(answer, Err(PdsError::Unreachable(_))),
        "{answer:?}"
    );
}

#[tokio::test]
async fn blobs_are_checked_against_their_cid() {
    let pds = answering(200, "right").await;
    let did = DID.parse().unwrap();
    let right = client()
        .get_blob(&pds, &did, &Cid::raw_sha256(b"right"), 5)
        .await;
    assert_eq!(right.unwrap().unwrap(), "right");
    let wrong = client()
        .get_blob(&pds, &did, &Cid::raw_sha256(b"wrong"), 5)
        .await;
    assert!(matches!(wrong, Err(PdsError::InvalidAnswer)), "{wrong:?}");
    let long = client()
        .get_blob(&pds, &did, &Cid::raw_sha256(b"right"), 4)
        .await;
    assert!(matches!(long, Err(PdsError::InvalidAnswer)), "{long:?}");
    let absent = answering(
        400,
        r#"{"error":"InvalidRequest","message":"Blob not found"}"#,
    )
    .await;
    let absent = client()
        .get_blob(&absent, &did, &Cid::raw_sha256(b"right"), 5)
        .await;
    assert!(matches!(absent, Ok(None)), "{absent:?}");
}

#[tokio::test]
async fn an_uploaded_blob_must_be_the_one_that_was_sent() {
    let blob = |bytes: &[u8]| {
        let cid = Cid::raw_sha256(bytes);
        json!({ "blob": { "$type": "blob", "ref": { "$link": cid }, "mimeType": "a/b", "size": 4 } })
    };
    for (stored, accepted) in [(b"sent", true), (b"lost", false)] {
        let pds = answering(200, blob(stored).to_string()).await;
        let access = RepoAccess {
            pds,
            did: DID.parse().unwrap(),
            credential: PdsCredential::Bearer("t".into()),
        };
        let answer = client().upload_blob(&access, "a/b", "sent".into()).await;
        assert_eq!(answer.is_ok(), accepted, "{answer:?}");
    }
}
