//! Who may do what in a hold. The only place that decides.
//!
//! | | the captain | anybody else |
//! |---|---|---|
//! | read | yes | when the hold is public |
//! | write | yes | no |

use atproto::syntax::Did;

use super::{Hold, HoldError, HoldSettings};

/// Proof that somebody may write to the hold, for functions that store bytes.
#[derive(Debug)]
pub(super) struct MayWrite(());

/// What somebody is to a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Captain,
    Stranger,
}

impl Hold {
    /// Whether `reader` (`None`: nobody in particular) may read blobs. Answers from live data.
    pub async fn may_read(&self, reader: Option<&Did>) -> Result<bool, HoldError> {
        let standing = match reader {
            Some(reader) => self.standing(reader).await?,
            None => Standing::Stranger,
        };
        Ok(may_read(&self.inner.settings, standing))
    }

    /// Whether `writer` may store blobs. [`HoldError::Denied`] says why not.
    pub async fn check_write(&self, writer: &Did) -> Result<(), HoldError> {
        self.permit_write(writer).await.map(drop)
    }

    /// As [`Hold::check_write`], with the proof.
    pub(super) async fn permit_write(&self, writer: &Did) -> Result<MayWrite, HoldError> {
        let standing = self.standing(writer).await?;
        permit_write(&self.inner.settings, standing)
    }

    #[expect(
        clippy::unused_async,
        reason = "what somebody is to a hold is looked up, not known"
    )]
    async fn standing(&self, person: &Did) -> Result<Standing, HoldError> {
        Ok(if person == self.captain() {
            Standing::Captain
        } else {
            Standing::Stranger
        })
    }
}

fn may_read(settings: &HoldSettings, standing: Standing) -> bool {
    match standing {
        Standing::Captain => true,
        Standing::Stranger => settings.public,
    }
}

fn permit_write(settings: &HoldSettings, standing: Standing) -> Result<MayWrite, HoldError> {
    match standing {
        Standing::Captain => Ok(MayWrite(())),
        Standing::Stranger => Err(HoldError::Denied {
            reason: format!(
                "you may not store blobs in the hold {}: ask its captain ({}) to make you a crew member",
                settings.did, settings.captain
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(public: bool) -> HoldSettings {
        HoldSettings {
            did: "did:web:hold.example".parse().unwrap(),
            captain: "did:plc:captain".parse().unwrap(),
            public,
            max_blob_bytes: 1,
        }
    }

    #[test]
    fn everybody_reads_a_public_hold_and_only_the_captain_a_private_one() {
        for (public, standing, expected) in [
            (true, Standing::Captain, true),
            (true, Standing::Stranger, true),
            (false, Standing::Captain, true),
            (false, Standing::Stranger, false),
        ] {
            assert_eq!(
                may_read(&settings(public), standing),
                expected,
                "{public} {standing:?}"
            );
        }
    }

    #[test]
    fn only_the_captain_writes_and_others_learn_whom_to_ask() {
        assert!(permit_write(&settings(true), Standing::Captain).is_ok());
        let refused = permit_write(&settings(true), Standing::Stranger).unwrap_err();
        let HoldError::Denied { reason } = refused else {
            panic!("{refused:?}")
        };
        assert!(reason.contains("captain (did:plc:captain)"), "{reason}");
    }
}
