//! The long tests, which `make soak` asks for.

/// How often to do something: `usual`, or `long` where the long tests are asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
pub fn rounds(usual: u64, long: u64) -> u64 {
    let is_soak = std::env::var("LONGSHORE_SOAK").is_ok_and(|value| value == "1");
    if is_soak { long } else { usual }
}
