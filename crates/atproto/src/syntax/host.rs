//! Host names as handles and `did:web` identifiers use them.

/// Top-level domains that never lead to an account.
///
/// atproto.com/specs/handle, "Additional Non-Syntax Restrictions"; `test` is listed apart because
/// development networks may use it.
const FORBIDDEN_TOP_LEVEL_DOMAINS: [&str; 8] = [
    "alt",
    "arpa",
    "example",
    "internal",
    "invalid",
    "local",
    "localhost",
    "onion",
];

/// The longest host name in bytes, without a trailing dot.
pub(super) const MAX_HOST_LENGTH: usize = 253;

/// Whether `host` has at least two labels, each of 1 to 63 letters, digits and inner hyphens, the
/// last of which starts with a letter (so that no IP address passes).
pub(super) fn is_domain_name(host: &str) -> bool {
    let Some((_, top_level)) = host.rsplit_once('.') else {
        return false;
    };
    host.len() <= MAX_HOST_LENGTH
        && host.split('.').all(is_label)
        && top_level.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// One label of a host name.
pub(super) fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether the top-level domain of a lower-case `host` may lead to an account.
pub(super) fn has_permitted_top_level_domain(host: &str, allow_test: bool) -> bool {
    let top_level = host.rsplit('.').next().unwrap_or(host);
    if top_level == "test" {
        return allow_test;
    }
    !FORBIDDEN_TOP_LEVEL_DOMAINS.contains(&top_level)
}
