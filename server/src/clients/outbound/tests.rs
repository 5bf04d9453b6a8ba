//! The outbound client against hostile servers and hostile spellings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::clients::fake_dns::{FakeZone, start_fake_dns};

/// More time than anything needs that is answered at all, also on a machine that is busy with other tests.
const PATIENT: FetchLimits = FetchLimits {
    first_byte: Duration::from_secs(20),
    total: Duration::from_secs(30),
    max_bytes: 1000,
    ports: Ports::Service,
};

/// For those who are waited for in vain.
const QUICK: FetchLimits = FetchLimits {
    first_byte: Duration::from_millis(300),
    total: Duration::from_millis(600),
    ..PATIENT
};

/// A server that answers every request with the same bytes.
struct Hostile {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Hostile {
    /// Sends `head` once and then `again` for ever, if there is any.
    async fn start(head: &'static [u8], again: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    let mut sent = stream.write_all(head).await;
                    while sent.is_ok() && !again.is_empty() {
                        sent = stream.write_all(again).await;
                    }
                    // Keeps the connection open until the client is gone.
                    let _ = stream.read(&mut request).await;
                });
            }
        });
        Self {
            address,
            connections,
        }
    }

    fn url(&self) -> Url {
        format!("http://{}/", self.address).parse().unwrap()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn development() -> OutboundClient {
    OutboundClient::new(&OutboundPolicy {
        allow_loopback_http: true,
        ..OutboundPolicy::default()
    })
    .unwrap()
}

async fn fetch(server: &Hostile) -> Result<Bytes, OutboundError> {
    development().get_bytes(server.url(), &PATIENT).await
}

async fn fetch_quickly(server: &Hostile) -> Result<Bytes, OutboundError> {
    development().get_bytes(server.url(), &QUICK).await
}

#[tokio::test]
async fn fe_05_a_server_that_never_answers_is_given_up() {
    let server = Hostile::start(b"", b"").await;
    assert!(matches!(
        fetch_quickly(&server).await,
        Err(OutboundError::Timeout)
    ));
}

#[tokio::test]
async fn fe_05_a_body_that_never_ends_in_time_is_given_up() {
    let server = Hostile::start(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc", b"").await;
    assert!(matches!(
        fetch_quickly(&server).await,
        Err(OutboundError::Timeout)
    ));
}

#[tokio::test]
async fn fe_05_answers_are_cut_off_at_the_limit() {
    let announced = Hostile::start(b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n", b"").await;
    assert!(matches!(
        fetch(&announced).await,
        Err(OutboundError::TooLarge { limit: 1000 })
    ));
    let endless = Hostile::start(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"5\r\nabcde\r\n",
    )
    .await;
    assert!(matches!(
        fetch(&endless).await,
        Err(OutboundError::TooLarge { limit: 1000 })
    ));
    let endless_head = Hostile::start(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n").await;
    assert!(matches!(
        fetch(&endless_head).await,
        Err(OutboundError::Connect(_))
    ));
}

#[tokio::test]
async fn fe_05_compressed_answers_are_not_unpacked() {
    let server = Hostile::start(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x8b\x08",
        b"",
    )
    .await;
    assert!(matches!(
        fetch(&server).await,
        Err(OutboundError::InvalidBody)
    ));
}

#[tokio::test]
async fn fe_05_nonsense_is_an_error() {
    let server = Hostile::start(b"SSH-2.0-OpenSSH_9.2\r\n", b"").await;
    assert!(matches!(
        fetch(&server).await,
        Err(OutboundError::Connect(_))
    ));
}

#[tokio::test]
async fn fe_04_redirects_are_not_followed() {
    let server = Hostile::start(
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
        b"",
    )
    .await;
    assert!(matches!(
        fetch(&server).await,
        Err(OutboundError::Status { status: 302, .. })
    ));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn fe_07_remote_text_stays_out_of_errors() {
    let server = Hostile::start(
        b"HTTP/1.1 400 Bad\r\nconnection: close\r\n\r\n{\"error\":\"InvalidSwap\",\"message\":\"banner\"}",
        b"",
    )
    .await;
    // The fake keeps the connection open, so the error body is read until it is dropped.
    let error = development()
        .get_bytes(
            server.url(),
            &FetchLimits {
                total: Duration::from_secs(2),
                ..QUICK
            },
        )
        .await;
    let printed = format!("{error:?}");
    assert!(!printed.contains("banner"), "{printed}");

    let body = br#"{"error":"<script>","message":"banner"}"#;
    let error = refusal_of(500, &HeaderMap::new(), body);
    assert!(!format!("{error} {error:?}").contains("script"));
    assert!(!format!("{error} {error:?}").contains("banner"));
    let OutboundError::Status {
        message: Some(message),
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert!(message.starts_with("ban"));
}

#[tokio::test]
async fn fe_02_one_bad_address_condemns_the_name() {
    let server = Hostile::start(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", b"").await;
    let zones = [
        ("inside.example.com", FakeZone::addresses(&["127.0.0.1"])),
        (
            "mixed.example.com",
            FakeZone::addresses(&["8.8.8.8", "127.0.0.1"]),
        ),
        ("six.example.com", FakeZone::addresses(&["8.8.8.8", "::1"])),
        (
            "metadata.example.com",
            FakeZone::addresses(&["169.254.169.254"]),
        ),
        (
            "mapped.example.com",
            FakeZone::addresses(&["::ffff:127.0.0.1"]),
        ),
    ];
    let name_server = Some(start_fake_dns(&zones).await);
    let policy = OutboundPolicy {
        name_server,
        ..OutboundPolicy::default()
    };
    let client = OutboundClient::new(&policy).unwrap();
    for (name, _) in &zones {
        let url = format!("https://{name}:{}/", server.address.port())
            .parse()
            .unwrap();
        let answer = client.get_bytes(url, &FetchLimits::PDS_CALL).await;
        assert!(
            matches!(
                answer,
                Err(OutboundError::Refused {
                    reason: Refusal::Address(_)
                })
            ),
            "{name}: {answer:?}"
        );
    }
    let url = "https://absent.example.com/".parse().unwrap();
    let answer = client.get_bytes(url, &FetchLimits::PDS_CALL).await;
    assert!(
        matches!(answer, Err(OutboundError::NoSuchHost)),
        "{answer:?}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn fe_02_names_are_checked_in_development_too() {
    let zones = [("inside.test", FakeZone::addresses(&["10.0.0.1"]))];
    let name_server = Some(start_fake_dns(&zones).await);
    let policy = OutboundPolicy {
        name_server,
        allow_loopback_http: true,
        ..OutboundPolicy::default()
    };
    let client = OutboundClient::new(&policy).unwrap();
    let url = "https://inside.test/".parse().unwrap();
    let answer = client.get_bytes(url, &FetchLimits::DID_DOCUMENT).await;
    assert!(
        matches!(answer, Err(OutboundError::Refused { .. })),
        "{answer:?}"
    );
}

/// Spellings of one octet.
fn octets(value: u32) -> Vec<String> {
    vec![
        format!("{value}"),
        format!("0{value:o}"),
        format!("000{value:o}"),
        format!("0x{value:x}"),
        format!("0X{value:02X}"),
        format!("0x000{value:x}"),
    ]
}

/// Many ways to write hosts that lead to this machine.
fn loopback_spellings() -> Vec<String> {
    let mut hosts = Vec::new();
    for first in octets(127) {
        for last in octets(1) {
            for middle in octets(0) {
                hosts.push(format!("{first}.{middle}.{middle}.{last}"));
            }
            hosts.push(format!("{first}.0.{last}"));
            hosts.push(format!("{first}.{last}"));
        }
    }
    for whole in [
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7F000001",
        "0",
        "0x0",
        "00",
    ] {
        hosts.push(whole.to_owned());
    }
    for six in [
        "::1",
        "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "0:0:0:0:0:ffff:127.0.0.1",
        "::127.0.0.1",
        "::7f00:1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::5efe:7f00:1",
        "2606::5efe:7f00:1",
        "::",
        "fe80::1%25lo",
    ] {
        hosts.push(format!("[{six}]"));
    }
    let hosts_as_text = [
        "127.0.0.1.",
        "127.0.0.1..",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127．0．0．1",
        "%31%32%37.0.0.1",
        "127%2E0%2E0%2E1",
        "127.0.0.1%00.example.com",
        "127.0.0.1%2f.example.com",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "local%68ost",
        "lo\u{ad}calhost",
        "example.com@127.0.0.1",
        "example.com:443@127.0.0.1",
        "a.example.com\\@127.0.0.1",
        "\t127.0.0.1",
        "127.0.0.1#.example.com",
        "127.0.0.1?.example.com",
        "127.0.0.1/.example.com",
        "127.0.0.1\\.example.com",
    ];
    hosts.extend(hosts_as_text.map(str::to_owned));
    hosts
}

#[tokio::test]
async fn fe_03_no_spelling_of_this_machine_gets_a_connection() {
    let server = Hostile::start(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", b"").await;
    let client = OutboundClient::new(&OutboundPolicy::default()).unwrap();
    let port = server.address.port();
    let hosts = loopback_spellings();
    assert!(hosts.len() >= 300, "{}", hosts.len());
    for host in hosts {
        for text in [
            format!("https://{host}:{port}/"),
            format!("http://{host}:{port}/"),
        ] {
            let Ok(url) = text.parse::<Url>() else {
                continue;
            };
            // A few spellings put the host into another part of the URL, where it does no harm.
            if url
                .host_str()
                .is_some_and(|host| host == "example.com" || host == "a.example.com")
            {
                continue;
            }
            let answer = client.get_bytes(url, &FetchLimits::PDS_CALL).await;
            assert!(
                matches!(answer, Err(OutboundError::Refused { .. })),
                "{text}: {answer:?}"
            );
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn requests_carry_what_was_asked_for_and_nothing_else() {
    let app = axum::Router::new().fallback(|request: axum::extract::Request| async move {
        let names: Vec<String> = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        format!("{} {}", request.method(), names.join(" "))
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let policy = OutboundPolicy {
        allow_loopback_http: true,
        user_agent: "Longshore/1 (+https://registry.example.com)".to_owned(),
        ..OutboundPolicy::default()
    };
    let client = OutboundClient::new(&policy).unwrap();
    let echo = client.get_text(url.clone(), &PATIENT).await.unwrap();
    assert!(
        echo.contains("user-agent=\"Longshore/1 (+https://registry.example.com)\""),
        "{echo}"
    );
    for absent in ["accept-encoding", "cookie", "referer", "authorization"] {
        assert!(!echo.contains(absent), "{echo}");
    }
    let request = OutboundRequest::post(url)
        .bearer(&"secret".into())
        .bytes("text/plain", "x".into());
    let echo = client.send(request, &PATIENT).await.unwrap();
    let echo = String::from_utf8_lossy(&echo).into_owned();
    assert!(
        echo.starts_with("POST") && echo.contains("authorization=\"Bearer secret\""),
        "{echo}"
    );
}

#[test]
fn extra_certificates_must_be_certificates() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let policy = OutboundPolicy {
            extra_root_ca: Some(pem.to_owned()),
            ..OutboundPolicy::default()
        };
        let outcome = OutboundClient::new(&policy);
        assert!(
            matches!(outcome, Err(OutboundSetupError::Certificates)),
            "{pem}"
        );
    }
}

#[test]
fn bf_15_when_to_come_back_is_read_from_either_header() {
    let wait = |headers: &[(&'static str, &str)]| {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        match refusal_of(429, &headers, b"{}") {
            OutboundError::Status { retry_after, .. } => retry_after.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    let date = ("date", "Sat, 21 Nov 2026 12:00:00 GMT");
    assert_eq!(wait(&[("retry-after", "7")]), Some(7));
    assert_eq!(wait(&[("retry-after", "99999999")]), Some(3600));
    // The moment in unix seconds, by the server's own clock, or how long it still takes.
    assert_eq!(wait(&[date, ("ratelimit-reset", "1795262490")]), Some(90));
    assert_eq!(wait(&[date, ("ratelimit-reset", "1795262000")]), Some(0));
    assert_eq!(wait(&[date, ("ratelimit-reset", "45")]), Some(45));
    assert_eq!(
        wait(&[date, ("retry-after", "7"), ("ratelimit-reset", "45")]),
        Some(7)
    );
    assert_eq!(
        wait(&[("ratelimit-reset", "45")]),
        None,
        "no clock to compare with"
    );
    for nonsense in ["", "-1", "soon", "1e9"] {
        assert_eq!(
            wait(&[date, ("ratelimit-reset", nonsense)]),
            None,
            "{nonsense}"
        );
    }
}
