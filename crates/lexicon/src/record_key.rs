//! Record keys of manifests, tags and repository pages.
//!
//! A record key may hold letters, digits and `. _ : ~ -`. A repository name has `/`, which is not
//! among them, and `_`, which is needed to separate. `~` and `:` occur in neither repository names
//! nor tags, so they stand in:
//!
//! ```text
//! manifest   <hex of the digest>                      the first repository that has it
//!            <hex of the digest>_<repository>         every other repository of the same owner
//! tag        <repository>_<tag>                       repository: `/` as `~`, `_` as `:`
//! page       <repository>                             repository: `/` as `~`
//! any        h-<hex of the SHA-256 of the key>        for a key that a PDS refuses
//! ```
//!
//! A tag of a repository without `_` so gets the very key that other software of the network gives
//! it. Where keys and fields of a record disagree, the fields count: others may write keys that
//! read differently here.

use atproto::syntax::RecordKey;
use sha2::{Digest as _, Sha256};

/// OCI distribution-spec: implementations limit a repository name to 255 characters.
const MAX_REPOSITORY_LENGTH: usize = 255;
/// OCI distribution-spec: a tag has at most 128 characters.
const MAX_TAG_LENGTH: usize = 128;
/// Lengths of SHA-256 and SHA-512 in hex.
const DIGEST_HEX_LENGTHS: [usize; 2] = [64, 128];

/// Why there is no record key for a manifest or a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordKeyError {
    /// Not 64 or 128 digits of lower-case hex.
    #[error("digest is not SHA-256 or SHA-512 in lower-case hex")]
    Digest,
    /// Empty, over 255 bytes, or with a character that no repository name has.
    #[error("not a repository name")]
    Repository,
    /// Empty, over 128 bytes, or with a character that no tag has.
    #[error("not a tag")]
    Tag,
}

/// The key of a manifest record: the hex of the digest, without `sha256:`.
pub fn manifest_record_key(digest_hex: &str) -> Result<RecordKey, RecordKeyError> {
    check_digest_hex(digest_hex)?;
    Ok(record_key(digest_hex))
}

/// The key of a manifest record whose digest another repository of the same owner already uses.
pub fn manifest_record_key_in_repository(
    digest_hex: &str,
    repository: &str,
) -> Result<RecordKey, RecordKeyError> {
    check_digest_hex(digest_hex)?;
    let repository = encode_repository(repository)?;
    Ok(record_key(&format!("{digest_hex}_{repository}")))
}

/// The hex of the digest in the key of a manifest record, with or without a repository behind it;
/// `None` for keys of another form.
pub fn parse_manifest_record_key(key: &RecordKey) -> Option<&str> {
    let key = key.as_str();
    let hex = key.split_once('_').map_or(key, |(hex, _)| hex);
    check_digest_hex(hex).is_ok().then_some(hex)
}

/// The key of a tag record.
pub fn tag_record_key(repository: &str, tag: &str) -> Result<RecordKey, RecordKeyError> {
    let repository = encode_repository(repository)?;
    if !is_tag(tag) {
        return Err(RecordKeyError::Tag);
    }
    Ok(record_key(&format!("{repository}_{tag}")))
}

/// The repository and the tag in the key of a tag record; `None` for keys of another form.
pub fn parse_tag_record_key(key: &RecordKey) -> Option<(String, String)> {
    // The first `_` separates, because the repository has none left.
    let (repository, tag) = key.as_str().split_once('_')?;
    let repository = repository.replace('~', "/").replace(':', "_");
    (is_repository(&repository) && is_tag(tag)).then(|| (repository, tag.to_owned()))
}

/// The key of a repository's page: its name, with `/` as `~`.
pub fn repo_page_record_key(repository: &str) -> Result<RecordKey, RecordKeyError> {
    if !is_repository(repository) {
        return Err(RecordKeyError::Repository);
    }
    Ok(record_key(&repository.replace('/', "~")))
}

/// A stand-in for a key that a PDS refuses, although it is well-formed. It cannot be read back and
/// equals no key that the other functions here make.
pub fn hashed_record_key(key: &RecordKey) -> RecordKey {
    let sha256 = Sha256::digest(key.as_str().as_bytes());
    record_key(&format!("h-{}", hex::encode(sha256)))
}

fn encode_repository(repository: &str) -> Result<String, RecordKeyError> {
    if !is_repository(repository) {
        return Err(RecordKeyError::Repository);
    }
    Ok(repository.replace('/', "~").replace('_', ":"))
}

fn check_digest_hex(hex: &str) -> Result<(), RecordKeyError> {
    let is_digest = DIGEST_HEX_LENGTHS.contains(&hex.len())
        && hex
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_digest.then_some(()).ok_or(RecordKeyError::Digest)
}

/// Whether `name` has the characters and the length of an OCI repository name. Its full grammar is
/// checked where names come in; the characters are what keeps keys reversible.
fn is_repository(name: &str) -> bool {
    let is_permitted = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'.' | b'_' | b'-' | b'/')
    };
    // `..` and `.` are no names, and would be no record keys either.
    (1..=MAX_REPOSITORY_LENGTH).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(is_permitted)
}

/// OCI distribution-spec: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(tag: &str) -> bool {
    (1..=MAX_TAG_LENGTH).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn record_key(text: &str) -> RecordKey {
    text.parse()
        .expect("at most 384 bytes of record key characters, and neither `.` nor `..`")
}
