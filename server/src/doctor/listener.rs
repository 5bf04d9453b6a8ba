//! The address to listen on: free, or ours already.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Check;

const NAME: &str = "listen address";
const TIMEOUT: Duration = Duration::from_secs(5);

/// What is at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listening {
    /// Nobody listens there.
    Free,
    /// A Longshore answers.
    Ours,
    /// Somebody else does, or it cannot be had.
    Unusable,
}

pub(super) async fn check(listen: SocketAddr) -> (Listening, Check) {
    let Err(error) = TcpListener::bind(listen).await else {
        return (
            Listening::Free,
            Check::ok(NAME, format!("{listen} is free")),
        );
    };
    if error.kind() == io::ErrorKind::AddrInUse {
        let answered = tokio::time::timeout(TIMEOUT, is_healthy(reachable(listen))).await;
        if matches!(answered, Ok(Ok(true))) {
            return (
                Listening::Ours,
                Check::ok(NAME, format!("{listen} is served by a running Longshore")),
            );
        }
    }
    let check = Check::failure(
        NAME,
        format!("{listen}: {error}"),
        "stop the program that uses it, or set LONGSHORE_LISTEN to another address and port",
    );
    (Listening::Unusable, check)
}

/// Where to connect for an address that stands for all of the machine's.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Whether `/health` answers as ours does. By hand, as the outbound client rightly refuses such addresses.
async fn is_healthy(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(b"\r\n\r\nok\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[tokio::test]
    async fn a_running_server_is_recognised_and_a_stranger_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().route(
            "/health",
            axum::routing::get(crate::handlers::health::health),
        );
        let server = tokio::spawn(crate::serve::serve(
            router,
            listener,
            std::future::pending(),
            Duration::ZERO,
        ));
        assert_eq!(check(address).await.0, Listening::Ours);
        server.abort();

        let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = stranger.local_addr().unwrap();
        let answer = tokio::spawn(async move {
            let (mut stream, _) = stranger.accept().await.unwrap();
            stream.write_all(b"SSH-2.0-x\r\n").await.unwrap();
            stranger
        });
        let (listening, check) = check(address).await;
        assert_eq!(
            (listening, check.outcome),
            (Listening::Unusable, Outcome::Failure)
        );
        answer.await.unwrap();
    }
}
