//! The listener: accepts connections, speaks HTTP/1.1 and stops in good order.
//!
//! Knows nothing of routes. TLS is the reverse proxy's business.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

/// A client that has not sent its whole head by then is cut off, so that slow senders cannot pile up.
///
/// hyper counts the idle time before the head too, so this is also how long a kept-alive connection stays
/// open. It is longer than the 60 seconds for which reverse proxies keep theirs: if we closed first, a
/// request could meet a closing connection and fail.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(75);

/// The longest request head, in bytes. A registry token and a long name fit several times over.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long to wait before accepting again when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every request was answered.
    Completely,
    /// Time was up; this many connections were cut off.
    CutOff(usize),
}

/// Serves `router` until `shutdown` resolves, then stops accepting, lets requests in progress finish for at
/// most `drain`, and closes what is left. Every request carries its peer as `ConnectInfo<SocketAddr>`.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    drain: Duration,
) -> Drained {
    let connections = TaskTracker::new();
    let stop = Stop {
        gently: CancellationToken::new(),
        now: CancellationToken::new(),
    };
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(serve_connection(router.clone(), stream, peer, stop.clone()));
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    tracing::info!(
        connections = connections.len(),
        "stopping: no longer accepting connections"
    );
    stop.gently.cancel();
    connections.close();
    if tokio::time::timeout(drain, connections.wait())
        .await
        .is_ok()
    {
        return Drained::Completely;
    }
    let left = connections.len();
    tracing::warn!(
        connections = left,
        "stopping: time is up, closing connections"
    );
    stop.now.cancel();
    connections.wait().await;
    Drained::CutOff(left)
}

/// How connections are told to end.
#[derive(Debug, Clone)]
struct Stop {
    /// After the request in progress.
    gently: CancellationToken,
    /// At once.
    now: CancellationToken,
}

async fn serve_connection(router: Router, stream: TcpStream, peer: SocketAddr, stop: Stop) {
    // Without it, small answers wait for the peer's delayed acknowledgement: 40 ms each.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let service =
        hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let mut router = router.clone();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            async move {
                // An axum router is always ready.
                let response: Result<_, Infallible> = router.call(request).await;
                response
            }
        });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .max_header_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        biased;
        result = connection.as_mut() => result,
        () = stop.gently.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                biased;
                result = connection.as_mut() => result,
                () = stop.now.cancelled() => return,
            }
        }
    };
    if let Err(error) = result {
        // A client that went away is everyday life.
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// Errors of one connection are skipped; being out of descriptors is waited out instead of spinning.
async fn pause_after(error: &io::Error) {
    let of_one_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if !of_one_connection {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// Signals that ask the process to stop: SIGINT and SIGTERM.
#[derive(Debug)]
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Starts to listen for them. From here on they no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Resolves at the first signal. A second one ends the process at once: whatever was acknowledged is
    /// durable, so nothing is lost but answers under way.
    pub async fn first(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            tracing::warn!("stopping at once: second signal");
            std::process::exit(1);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{Notify, oneshot};

    use super::*;
    use std::sync::Arc;

    /// A server whose `/slow` says when it has begun and answers when told to.
    struct Server {
        address: SocketAddr,
        begun: Arc<Notify>,
        finish: Arc<Notify>,
        stop: oneshot::Sender<()>,
        task: tokio::task::JoinHandle<Drained>,
    }

    async fn start(drain: Duration) -> Server {
        let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (begun, finish) = (begun.clone(), finish.clone());
            move || async move {
                begun.notify_one();
                finish.notified().await;
                "done"
            }
        };
        let peer =
            |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let router = Router::new()
            .route("/slow", get(slow))
            .route("/peer", get(peer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let task = tokio::spawn(serve(router, listener, shutdown, drain));
        Server {
            address,
            begun,
            finish,
            stop,
            task,
        }
    }

    async fn send(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn read(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_request_knows_its_peer() {
        let server = start(Duration::from_secs(5)).await;
        assert!(
            read(send(server.address, "/peer").await)
                .await
                .ends_with("127.0.0.1")
        );
    }

    #[tokio::test]
    async fn a_request_in_progress_is_answered_after_the_stop_signal() {
        let server = start(Duration::from_secs(30)).await;
        let stream = send(server.address, "/slow").await;
        server.begun.notified().await;
        server.stop.send(()).unwrap();
        server.finish.notify_one();
        assert!(read(stream).await.ends_with("done"));
        assert_eq!(server.task.await.unwrap(), Drained::Completely);
        assert!(TcpStream::connect(server.address).await.is_err());
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_cut_off() {
        let server = start(Duration::ZERO).await;
        let stream = send(server.address, "/slow").await;
        server.begun.notified().await;
        server.stop.send(()).unwrap();
        assert_eq!(server.task.await.unwrap(), Drained::CutOff(1));
        assert_eq!(read(stream).await, "");
    }
}
