//! Pictures that other sites show when somebody links to a page here (Open Graph).
//!
//! A picture depends on nothing but what it shows, so it is drawn once and kept while there is room. Drawing takes
//! some ten milliseconds of one core, and few are drawn at a time.

mod canvas;
mod card;
mod letters;
mod outline;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;

pub use card::RepositoryCard;

/// Memory for drawn pictures, in bytes.
const ROOM: u64 = 16 * 1024 * 1024;
/// Pictures that are drawn at the same time.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no picture.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PictureError {
    /// Too many others wait.
    #[error("too many pictures are being drawn")]
    Busy,
    /// The drawing failed, which is a bug.
    #[error("the picture could not be drawn: {reason}")]
    Failed {
        /// What was wrong.
        reason: String,
    },
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// This site.
    Site,
    /// A repository.
    Repository(RepositoryCard),
}

impl Subject {
    /// What a picture of this is known by: another number when it shows something else.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        // Pictures of another release may look otherwise.
        env!("CARGO_PKG_VERSION").hash(&mut hasher);
        self.hash(&mut hasher);
        hasher.finish()
    }

    fn draw(&self) -> Result<Vec<u8>, PictureError> {
        match self {
            Self::Site => card::site(),
            Self::Repository(card) => card.draw(),
        }
    }
}

/// Draws pictures and keeps them. Cheap to clone.
#[derive(Clone)]
pub struct Pictures {
    drawn: Cache<Subject, Bytes>,
    turns: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        let weight = |_: &Subject, png: &Bytes| u32::try_from(png.len()).unwrap_or(u32::MAX);
        Self {
            drawn: Cache::builder().weigher(weight).max_capacity(ROOM).build(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Pictures {
    /// The picture as PNG, 1200 by 630 pixels.
    pub async fn png(&self, subject: Subject) -> Result<Bytes, PictureError> {
        let (turns, shown) = (self.turns.clone(), subject.clone());
        let draw = async move {
            let turn = tokio::time::timeout(PATIENCE, turns.acquire_owned());
            let Ok(Ok(turn)) = turn.await else {
                return Err(PictureError::Busy);
            };
            let drawing = tokio::task::spawn_blocking(move || {
                let png = shown.draw();
                drop(turn);
                png
            });
            let failed = |error: tokio::task::JoinError| PictureError::Failed {
                reason: error.to_string(),
            };
            drawing.await.map_err(failed)?.map(Bytes::from)
        };
        let png = self.drawn.try_get_with(subject, draw).await;
        png.map_err(|error: Arc<PictureError>| (*error).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(path: &str, description: &str) -> Subject {
        Subject::Repository(RepositoryCard {
            owner: "alice.test".to_owned(),
            path: path.to_owned(),
            description: description.to_owned(),
            platforms: [
                "linux/amd64",
                "linux/arm64",
                "linux/arm/v7",
                "linux/s390x",
                "linux/386",
            ]
            .map(str::to_owned)
            .to_vec(),
            facts: vec!["24.1 MB".to_owned(), "Pushed 21 Nov 2026".to_owned()],
            flag: ("paint-sea", "paint-brass", "M9 0h6v9h9v6h-9v9H9v-9H0V9h9z"),
        })
    }

    #[tokio::test]
    async fn any_words_make_a_picture_of_the_right_size() {
        let pictures = Pictures::default();
        let hostile = "<script>\u{202e}\u{0}🦀𝕏 漢字 עברית ".repeat(200);
        for subject in [
            Subject::Site,
            card("app", ""),
            card(
                "tools/web-server",
                "Serves the pages of the harbour office.",
            ),
            card(&"very-long-name/".repeat(17), &"word ".repeat(2000)),
            card(&hostile, &hostile),
        ] {
            let png = pictures.png(subject.clone()).await.unwrap();
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            assert_eq!(
                (&png[16..20], &png[20..24]),
                (&1200_u32.to_be_bytes()[..], &630_u32.to_be_bytes()[..])
            );
            assert!(png.len() < 200_000, "{}", png.len());
        }
    }

    #[tokio::test]
    async fn what_a_picture_shows_is_what_it_is_known_by() {
        let (one, other) = (card("app", "One."), card("app", "Another."));
        assert_eq!(one.fingerprint(), card("app", "One.").fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
        let pictures = Pictures::default();
        let drawn = pictures.png(one).await.unwrap();
        assert_ne!(drawn, pictures.png(other).await.unwrap());
    }
}
