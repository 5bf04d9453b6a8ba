//! Compression of what everybody may see (RFC 9110, section 8.4.1.3).
//!
//! What somebody gets who is signed in is never compressed: it carries what their forms need beside words of strangers,
//! and the length of both together would tell one to whoever chooses the other (BREACH).

use async_compression::Level;
use async_compression::tokio::bufread::GzipEncoder;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use tokio::io::AsyncReadExt as _;

/// Smaller answers fit into a packet or two as they are; larger ones would take a thread for too long.
const WORTH_IT: std::ops::RangeInclusive<usize> = 1024..=2 * 1024 * 1024;

/// The body in gzip, if whoever asks takes that and it is worth it.
pub(super) async fn compressed(asked: &HeaderMap, body: &Bytes) -> Option<Bytes> {
    if !WORTH_IT.contains(&body.len()) || !takes_gzip(asked) {
        return None;
    }
    let mut smaller = Vec::with_capacity(body.len() / 4);
    let mut encoder = GzipEncoder::with_quality(body.as_ref(), Level::Fastest);
    encoder.read_to_end(&mut smaller).await.ok()?;
    Some(smaller.into())
}

/// Whether `Accept-Encoding` names gzip, and not with the weight 0.
fn takes_gzip(asked: &HeaderMap) -> bool {
    asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case("gzip") && weight.parse().is_ok_and(|q: f32| q > 0.0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_asks_for_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                value.parse().unwrap(),
            )]))
        };
        for value in ["gzip", "br, GZIP;q=0.5", "gzip, deflate, br, zstd"] {
            assert!(takes(value), "{value}");
        }
        for value in [
            "",
            "br",
            "gzip;q=0",
            "gzip; q=0.0",
            "x-gzip-like",
            "gzip;q=a",
        ] {
            assert!(!takes(value), "{value}");
        }
    }
}
