//! A body whose bytes are promised before they are stored.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::StreamExt as _;

use super::super::quota::Limit;
use super::super::{Hold, HoldError};
use crate::blob_store::{BodyError, IncomingBytes};

/// What stopped a metered body, told apart from a client that hung up.
#[derive(Clone, Default)]
pub(super) struct Stopped(Arc<Mutex<Option<HoldError>>>);

impl Stopped {
    /// Why the hold took no more.
    pub(super) fn take(&self) -> Option<HoldError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: HoldError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

struct Meter {
    hold: Hold,
    limit: Limit,
    upload: String,
    body: IncomingBytes,
    /// Bytes of the upload that have come.
    come: u64,
    /// Bytes of the upload that are known to be promised.
    promised: u64,
    stopped: Stopped,
}

impl Hold {
    /// The body, for an upload that has `size` bytes of it already; it ends early when there is no more room.
    pub(super) fn metered(
        &self,
        limit: Limit,
        upload: &str,
        size: u64,
        body: IncomingBytes,
    ) -> (IncomingBytes, Stopped) {
        let stopped = Stopped::default();
        let meter = Meter {
            hold: self.clone(),
            limit,
            upload: upload.to_owned(),
            body,
            come: size,
            promised: size,
            stopped: stopped.clone(),
        };
        let metered = futures::stream::unfold(Some(meter), |meter| async {
            let mut meter = meter?;
            match meter.body.next().await? {
                Ok(bytes) => match meter.admit(&bytes).await {
                    Ok(()) => Some((Ok(bytes), Some(meter))),
                    Err(error) => {
                        meter.stopped.set(error);
                        let refused = std::io::Error::other("no room for more");
                        Some((Err(BodyError::new(refused)), None))
                    }
                },
                Err(error) => Some((Err(error), None)),
            }
        });
        (metered.boxed(), stopped)
    }
}

impl Meter {
    async fn admit(&mut self, bytes: &Bytes) -> Result<(), HoldError> {
        self.come += bytes.len() as u64;
        if self.come <= self.promised {
            return Ok(());
        }
        self.promised = self
            .hold
            .reserve_growing(&self.limit, &self.upload, self.come)
            .await?;
        Ok(())
    }
}
