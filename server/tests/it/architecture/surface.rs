//! What the web app is not made of, because the checks that it would need are not there: whoever adds it adds those.

use super::expect_none;
use super::source::{SourceFile, rust_files, workspace};

/// Lines of shipped code with one of these words.
fn lines_with(words: &[&str], is_looked_at: impl Fn(&SourceFile) -> bool) -> Vec<String> {
    rust_files()
        .iter()
        .filter(|file| !file.is_test() && is_looked_at(file))
        .flat_map(|file| {
            file.code
                .lines()
                .enumerate()
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(at, line)| format!("{}:{} {}", file.path, at + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// They take forms from any site, and their errors go to the browser as they are (WB-06, WB-07, WB-08).
#[test]
fn wb_06_to_wb_08_there_are_no_server_functions() {
    let words = [
        "#[server",
        "ServerFnError",
        "handle_server_fns",
        "ServerAction",
    ];
    expect_none(&lines_with(&words, |_| true));
}

/// Whoever connects without asking for a page first is not known by their cookie: the one socket is the hold's firehose,
/// which is for everybody and where nothing knows cookies. Progress is asked for with ordinary requests.
#[test]
fn wb_18_no_socket_or_stream_of_events_is_for_somebody() {
    let words = ["WebSocket", "EventSource", "Sse", "text/event-stream"];
    let firehose = "server/src/handlers/xrpc/com_atproto/sync/subscribe_repos.rs";
    expect_none(&lines_with(&words, |file| file.path != firehose));
    let source = std::fs::read_to_string(workspace().join(firehose)).unwrap();
    for word in ["cookie", "COOKIE", "SignedIn", "browser_session"] {
        assert!(!source.contains(word), "the firehose knows {word}");
    }
}

/// What people type is never a pattern that is tried out with going back.
#[test]
fn wb_19_there_are_no_regular_expressions() {
    let manifest = std::fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    assert!(
        !manifest.contains("regex"),
        "a crate for regular expressions"
    );
    expect_none(&lines_with(&["Regex", "regex::"], |_| true));
}
