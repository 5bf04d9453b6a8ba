//! Paths: percent-decoding that cannot change where one segment ends and the next begins.

use super::RouteError;

/// Splits a path as sent into decoded segments: `/v2/a/b` is `v2`, `a`, `b`.
///
/// Whatever might mean another path to a proxy, a file system or a database is refused before any
/// route is looked at: an encoded slash, a backslash, control characters, `.` and `..`, and bytes
/// that are not UTF-8.
pub(super) fn decode_segments(path: &str) -> Result<Vec<String>, RouteError> {
    let path = path.strip_prefix('/').ok_or(RouteError::NotFound)?;
    path.split('/').map(decode_segment).collect()
}

fn decode_segment(segment: &str) -> Result<String, RouteError> {
    let decoded = percent_decode(segment).ok_or(RouteError::NameInvalid)?;
    let is_dots = matches!(decoded.as_str(), "." | "..");
    if is_dots
        || decoded
            .contains(|character: char| matches!(character, '/' | '\\') || character.is_control())
    {
        return Err(RouteError::NameInvalid);
    }
    Ok(decoded)
}

/// Decodes once. `None` where a `%` is not followed by two hexadecimal digits, or the bytes are not
/// UTF-8.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_digit(bytes.next()?)? * 16 + hex_digit(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
