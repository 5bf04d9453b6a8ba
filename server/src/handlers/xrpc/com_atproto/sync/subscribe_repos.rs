//! `com.atproto.sync.subscribeRepos`: the firehose. atproto.com/specs/event-stream
//!
//! Events are read from the database at the pace of each client, a page at a time, so a slow one costs no memory;
//! one that does not take what it is sent for [`PATIENCE`] is dropped.

use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::{FirehoseError, Subscription};
use atproto::firehose::{Frame, StreamError};

/// How long a client may take to take one event.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a silent connection is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Pings that a client may leave unanswered.
const MAX_UNANSWERED: u8 = 3;
/// How long a client may take to hear why it has to go.
const FAREWELL: Duration = Duration::from_secs(5);
/// RFC 6455, section 7.4.1: the connection breaks a rule.
const POLICY: u16 = 1008;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let cursor: Option<i64> = call.optional("cursor")?;
    let upgrade = WebSocketUpgrade::from_request_parts(call.parts_mut(), &())
        .await
        .map_err(|_| XrpcError::invalid("this method is called by a WebSocket"))?;
    let slot = call
        .state()
        .subscribers
        .clone()
        .try_acquire_owned()
        .map_err(|_| {
            XrpcError::new(
                http::StatusCode::SERVICE_UNAVAILABLE,
                "TooManySubscribers",
                "too many clients follow this hold; try again later",
            )
        })?;
    let subscription = match call.hold().repo().subscribe(cursor).await {
        Err(FirehoseError::Repo(error)) => return Err(error.into()),
        other => other,
    };
    Ok(upgrade.on_upgrade(move |socket| serve(socket, subscription, slot)))
}

async fn serve(
    mut socket: WebSocket,
    subscription: Result<Subscription, FirehoseError>,
    _slot: OwnedSemaphorePermit,
) {
    let ended = match subscription {
        Ok(events) => follow(&mut socket, events).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => {}
        Err(error @ FirehoseError::FutureCursor { .. }) => {
            refuse(&mut socket, StreamError::FUTURE_CURSOR, &error).await;
        }
        Err(error @ FirehoseError::ConsumerTooSlow) => {
            refuse(&mut socket, StreamError::CONSUMER_TOO_SLOW, &error).await;
        }
        Err(FirehoseError::Repo(error)) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "events cannot be read"
            );
        }
    }
}

/// Sends events until the client goes.
async fn follow(socket: &mut WebSocket, mut events: Subscription) -> Result<(), FirehoseError> {
    let mut ping = tokio::time::interval(PING_EVERY);
    ping.tick().await;
    let mut unanswered = 0_u8;
    loop {
        tokio::select! {
            page = events.next_page() => {
                for frame in page? {
                    if !send(socket, Message::Binary(frame)).await? {
                        return Ok(());
                    }
                }
            }
            received = socket.recv() => match received {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                // A client has nothing to say here; whatever it says, it is there.
                Some(Ok(_)) => unanswered = 0,
            },
            _ = ping.tick() => {
                if unanswered >= MAX_UNANSWERED || !send(socket, Message::Ping(Bytes::new())).await? {
                    return Ok(());
                }
                unanswered += 1;
            }
        }
    }
}

/// `false` when the client is gone.
async fn send(socket: &mut WebSocket, message: Message) -> Result<bool, FirehoseError> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(true),
        Ok(Err(_)) => Ok(false),
        Err(_) => Err(FirehoseError::ConsumerTooSlow),
    }
}

/// The last thing a client is told; whether it listens is its own affair.
async fn refuse(socket: &mut WebSocket, name: &str, error: &FirehoseError) {
    let frame = Frame::Error(StreamError {
        error: name.to_owned(),
        message: Some(error.to_string()),
    });
    let close = Message::Close(Some(CloseFrame {
        code: POLICY,
        reason: name.to_owned().into(),
    }));
    let farewell = async {
        let told = socket.send(Message::Binary(frame.encode().into())).await;
        if told.is_ok() {
            let _ = socket.send(close).await;
        }
    };
    let _ = timeout(FAREWELL, farewell).await;
}
