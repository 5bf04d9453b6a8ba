//! The documents keep up with the code: what they link to and name is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::source::{list_files, relative, workspace};

/// Of tests and of systemd.
const NOT_SETTINGS: [&str; 5] = [
    "AF_INET",
    "AF_INET6",
    "AF_UNIX",
    "LONGSHORE_REQUIRE_POSTGRES",
    "LONGSHORE_TEST_POSTGRES",
];

/// Folders that paths in documents begin with.
const FOLDERS: [&str; 13] = [
    ".ci",
    "app",
    "bench",
    "crates",
    "credential-helper",
    "docs",
    "end2end",
    "frontend",
    "lexicons",
    "migrations",
    "public",
    "server",
    "style",
];

/// `file:line` of every link, path and setting in a document that there is not.
fn violations(document: &Path, text: &str) -> Vec<String> {
    let known = server::config::list();
    let settings: BTreeSet<&str> = known
        .split(|character: char| !is_setting_character(character))
        .collect();
    let folder = document.parent().unwrap();
    let mut violations = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut report = |what: &str, sentence: &str| {
            let at = relative(document);
            violations.push(format!("{at}:{}: {what} {sentence}", index + 1));
        };
        for link in between(line, "](", ")") {
            let target = link.split('#').next().unwrap_or_default();
            let is_here = !target.is_empty() && !target.contains(':');
            if is_here && !folder.join(target).exists() {
                report(link, "is linked and not there");
            }
        }
        for code in between(line, "`", "`") {
            if is_path(code) && !candidates(code).iter().any(|path| path.exists()) {
                report(code, "is named and not there");
            }
        }
        for word in line.split(|character: char| !is_setting_character(character)) {
            let is_setting = word.trim_matches('_').contains('_')
                && word.starts_with(|first: char| first.is_ascii_uppercase());
            if is_setting && !settings.contains(word) && !NOT_SETTINGS.contains(&word) {
                report(word, "is named and no setting");
            }
        }
    }
    violations
}

fn is_setting_character(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
}

/// A path of ours and not a pattern or a command.
fn is_path(code: &str) -> bool {
    let is_plain = code
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "/._-".contains(character));
    let first = code.split_once('/').map_or("", |(first, _)| first);
    is_plain
        && !first.is_empty()
        && (FOLDERS.contains(&first) || workspace().join("server/src").join(first).is_dir())
}

/// Documents shorten paths of the server.
fn candidates(code: &str) -> [PathBuf; 2] {
    [
        workspace().join(code),
        workspace().join("server/src").join(code),
    ]
}

fn between<'a>(line: &'a str, open: &'a str, close: &'a str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((_, behind)) = rest.split_once(open) {
        let Some((inside, behind)) = behind.split_once(close) else {
            break;
        };
        found.push(inside);
        rest = behind;
    }
    found
}

#[test]
fn documents_name_what_is_there() {
    let mut files = Vec::new();
    list_files(&workspace(), &mut files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    assert!(files.contains(&workspace().join("README.md")));
    let violations: Vec<String> = files
        .iter()
        .flat_map(|path| violations(path, &std::fs::read_to_string(path).unwrap()))
        .collect();
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn a_dead_link_path_and_setting_are_found() {
    let document = workspace().join("docs/operating.md");
    let text = "[here](../README.md), [there](gone.md), `server/src/router.rs`, `registry/push.rs`,\n\
                `server/src/gone.rs`, `registry/gone.rs`, `server/src/config/<section>.rs`, HOLD_OWNER, HOLD_OWNERS.";
    let found = violations(&document, text);
    assert_eq!(
        found,
        [
            "docs/operating.md:1: gone.md is linked and not there",
            "docs/operating.md:2: server/src/gone.rs is named and not there",
            "docs/operating.md:2: registry/gone.rs is named and not there",
            "docs/operating.md:2: HOLD_OWNERS is named and no setting",
        ]
    );
}
