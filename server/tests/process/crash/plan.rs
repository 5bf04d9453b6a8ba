//! What is pushed in a round and when the server is killed, from a seed.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;

use super::ledger::Content;
use super::wire::{Stopped, Wire};

/// How a blob is sent.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// One POST with everything.
    Whole,
    /// POST, so many times PATCH, PUT with the rest.
    Chunks(usize),
}

/// One image to push.
#[derive(Debug, Clone)]
pub struct Plan {
    blobs: Vec<(Content, Way)>,
    tag: String,
}

impl Plan {
    pub fn new(random: &mut StdRng, round: u64) -> Self {
        let count = random.random_range(2..=5);
        let blobs = (0..count)
            .map(|_| {
                // Empty ones, small ones, and ones that take the disk a while.
                let length = match random.random_range(0..10) {
                    0 => 0,
                    1..=4 => random.random_range(1..=4096),
                    _ => random.random_range(4097..=2_000_000),
                };
                let way = match random.random_range(0..3) {
                    0 => Way::Whole,
                    _ => Way::Chunks(random.random_range(0..=4)),
                };
                (
                    Content {
                        seed: random.random(),
                        length,
                    },
                    way,
                )
            })
            .collect();
        // Tags that move and tags that come new.
        let tag = match random.random_range(0..4) {
            0 => format!("round-{round}"),
            number => format!("moving-{number}"),
        };
        Self { blobs, tag }
    }

    /// How many answers of 201 and 202 the whole push brings.
    fn steps(&self) -> u64 {
        let of_blob = |(content, way): &(Content, Way)| match *way {
            Way::Whole => 1,
            Way::Chunks(count) if content.length > count => 2 + count as u64,
            Way::Chunks(_) => 2,
        };
        self.blobs.iter().map(of_blob).sum::<u64>() + 1
    }

    /// Pushes the blobs side by side, as clients do, and then the manifest.
    pub async fn push(&self, wire: &Wire) -> Result<(), Stopped> {
        let blobs = self.blobs.iter().map(|(content, way)| async move {
            let digest = match way {
                Way::Whole => wire.push_whole(*content).await,
                Way::Chunks(count) => wire.push_in_chunks(*content, *count).await,
            }?;
            Ok((digest, content.length))
        });
        let blobs = futures::future::try_join_all(blobs).await?;
        wire.push_manifest(&self.tag, &blobs).await.map(drop)
    }
}

/// When the server is killed.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// Once so many answers of 201 and 202 have come in this round, whatever it is doing then.
    AfterSteps(u64),
    /// After a time, in the middle of anything.
    After(Duration),
}

impl Moment {
    /// Some moment of this push, which is expected to take about `usual`.
    pub fn new(random: &mut StdRng, plan: &Plan, usual: Duration) -> Self {
        if random.random() {
            Self::AfterSteps(random.random_range(0..plan.steps()))
        } else {
            Self::After(usual.mul_f64(random.random_range(0.0..1.0)))
        }
    }

    /// Waits for it. Steps are counted from `start` on.
    pub async fn reached(self, wire: &Wire, start: u64) {
        match self {
            Self::AfterSteps(steps) => {
                let mut counter = wire.steps.subscribe();
                counter
                    .wait_for(|count| *count >= start + steps)
                    .await
                    .expect("the wire keeps the sender");
            }
            Self::After(time) => tokio::time::sleep(time).await,
        }
    }
}
