//! Bodies of answers: JSON objects.

use serde::de::DeserializeOwned;

/// Reads a JSON object with the fields of `T`, each at most once. A list, which could stand for them in their order,
/// is none.
pub(super) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(body).ok()
}
