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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn tag_key(repository: &str, tag: &str) -> String {
        tag_record_key(repository, tag)
            .expect("a repository and a tag")
            .to_string()
    }

    #[test]
    fn tags_of_plain_repositories_have_the_networks_own_keys() {
        assert_eq!(tag_key("app", "latest"), "app_latest");
        assert_eq!(tag_key("tools/app", "v1.2_rc"), "tools~app_v1.2_rc");
    }

    #[test]
    fn an_underscore_in_a_repository_does_not_pass_for_the_separator() {
        assert_eq!(tag_key("a_b", "c"), "a:b_c");
        assert_ne!(tag_key("a_b", "c"), tag_key("a", "b_c"));
        let key = tag_record_key("a__b/c_d", "_e_").expect("a key");
        assert_eq!(
            parse_tag_record_key(&key),
            Some(("a__b/c_d".to_owned(), "_e_".to_owned()))
        );
    }

    #[test]
    fn names_with_stand_in_characters_are_refused() {
        for repository in ["", "a~b", "a:b", "A", "a b", ".", "..", "-a", "/a"] {
            assert_eq!(
                tag_record_key(repository, "latest"),
                Err(RecordKeyError::Repository),
                "{repository:?}"
            );
        }
        for tag in ["", ".a", "-a", "a:b", "a/b", "a~b"] {
            assert_eq!(
                tag_record_key("app", tag),
                Err(RecordKeyError::Tag),
                "{tag:?}"
            );
        }
        assert!(tag_record_key(&"a".repeat(256), "latest").is_err());
        assert!(tag_record_key("app", &"a".repeat(129)).is_err());
    }

    #[test]
    fn the_longest_names_still_make_a_key() {
        let repository = "a".repeat(255);
        assert!(tag_record_key(&repository, &"b".repeat(128)).is_ok());
        assert!(manifest_record_key_in_repository(&"0".repeat(128), &repository).is_ok());
    }

    #[test]
    fn manifest_keys_tell_the_digest() {
        let first = manifest_record_key(HEX).expect("a key");
        assert_eq!(first.as_str(), HEX);
        assert_eq!(parse_manifest_record_key(&first), Some(HEX));
        let second = manifest_record_key_in_repository(HEX, "tools/my_app").expect("a key");
        assert_eq!(second.as_str(), format!("{HEX}_tools~my:app"));
        assert_eq!(parse_manifest_record_key(&second), Some(HEX));
        let other: RecordKey = "3jzfcijpj2z2a".parse().expect("a record key");
        assert_eq!(parse_manifest_record_key(&other), None);
    }

    #[test]
    fn digests_are_lower_case_hex_of_a_registered_length() {
        for hex in [
            "",
            "abc",
            &HEX.to_uppercase(),
            &HEX.replace('e', "g"),
            &format!("sha256:{HEX}"),
        ] {
            assert_eq!(manifest_record_key(hex), Err(RecordKeyError::Digest));
        }
        assert!(manifest_record_key(&HEX.repeat(2)).is_ok());
    }

    #[test]
    fn page_keys_are_the_repository_name() {
        let key = |repository| repo_page_record_key(repository).map(String::from);
        assert_eq!(key("my_app"), Ok("my_app".to_owned()));
        assert_eq!(key("tools/app"), Ok("tools~app".to_owned()));
        assert_eq!(key(".."), Err(RecordKeyError::Repository));
    }

    #[test]
    fn stand_ins_are_unlike_every_other_key() {
        let key = tag_record_key("app", "latest").expect("a key");
        let hashed = hashed_record_key(&key);
        assert_eq!(hashed.as_str().len(), 66);
        assert!(hashed.as_str().starts_with("h-"));
        assert_ne!(hashed, hashed_record_key(&hashed));
        assert_eq!(parse_tag_record_key(&hashed), None);
        assert_eq!(parse_manifest_record_key(&hashed), None);
    }

    /// Names dense in the characters that matter.
    const REPOSITORIES: &str = "[a-c][a-c0-9._/-]{0,20}";
    const TAGS: &str = "[A-Ca-c0-9_][A-Ca-c0-9._-]{0,20}";

    proptest! {
        #[test]
        fn tag_keys_read_back(repository in REPOSITORIES, tag in TAGS) {
            let key = tag_record_key(&repository, &tag).expect("a repository and a tag");
            prop_assert!(key.as_str().parse::<RecordKey>().is_ok());
            prop_assert_eq!(parse_tag_record_key(&key), Some((repository, tag)));
        }

        #[test]
        fn tag_keys_are_injective(
            first in ("[ab][ab_/]{0,3}", "[ab_]{1,3}"),
            second in ("[ab][ab_/]{0,3}", "[ab_]{1,3}"),
        ) {
            let same_key = tag_key(&first.0, &first.1) == tag_key(&second.0, &second.1);
            prop_assert_eq!(same_key, first == second);
        }

        #[test]
        fn what_reads_as_a_tag_key_is_written_the_same(text in "[a-c_:~.-]{1,12}") {
            if let Ok(key) = text.parse::<RecordKey>()
                && let Some((repository, tag)) = parse_tag_record_key(&key)
            {
                prop_assert_eq!(tag_record_key(&repository, &tag), Ok(key));
            }
        }
    }
}
