//! What every Rust file keeps to, whatever it is about, and what the two folders of migrations keep to.

use super::source::SourceFile;

/// Longer files have more than one subject.
const MAX_LINES: usize = 600;

/// Names of files and folders that say nothing of what is in them.
const EMPTY_NAMES: [&str; 7] = [
    "common", "helper", "helpers", "manager", "misc", "util", "utils",
];

/// A rule about a file, with one that breaks it.
pub struct FileRule {
    /// What is shown to whoever breaks it.
    pub sentence: &'static str,
    /// The lines that break it, from 1.
    pub find: fn(&SourceFile) -> Vec<usize>,
    /// A file that breaks it: keeps the rule from going blind.
    pub broken_by: fn() -> SourceFile,
}

/// Every rule.
pub const FILE_RULES: &[FileRule] = &[
    FileRule {
        sentence: "a file begins with `//!` and says what it is for",
        find: |file| {
            let says = file.text.strip_prefix("//!").is_some_and(|rest| {
                rest.lines()
                    .next()
                    .is_some_and(|line| line.trim().len() > 10)
            });
            if says { Vec::new() } else { vec![1] }
        },
        broken_by: || SourceFile::new("app/src/pages/home.rs", "use leptos::prelude::*;"),
    },
    FileRule {
        sentence: "what is committed is finished: no todo!, unimplemented! or dbg!",
        find: |file| lines_with(&file.code, &["todo!", "unimplemented!", "dbg!"]),
        broken_by: || {
            SourceFile::new(
                "server/src/hold/blobs.rs",
                "//! Reading blobs.\nfn f() {\n    todo!()\n}",
            )
        },
    },
    FileRule {
        sentence: "every test runs: no #[ignore]",
        find: |file| lines_with(&file.code, &["#[ignore"]),
        broken_by: || {
            SourceFile::new(
                "server/tests/it/oci/tags.rs",
                "//! Listing tags.\n#[test]\n#[ignore = \"slow\"]\nfn f() {}",
            )
        },
    },
    FileRule {
        sentence: "a file has 600 lines at most; a longer one has more than one subject",
        find: |file| {
            if file.text.lines().count() > MAX_LINES {
                vec![MAX_LINES + 1]
            } else {
                Vec::new()
            }
        },
        broken_by: || {
            let text = format!("//! Digests of content.{}", "\n".repeat(MAX_LINES + 1));
            SourceFile::new("crates/oci/src/digest.rs", &text)
        },
    },
    FileRule {
        sentence: "a module is named by its subject; what has none is not a module yet",
        find: |file| {
            let stem = file.path.trim_end_matches(".rs");
            if stem.split('/').any(|part| EMPTY_NAMES.contains(&part)) {
                vec![1]
            } else {
                Vec::new()
            }
        },
        broken_by: || {
            SourceFile::new(
                "server/src/registry/utils.rs",
                "//! Things of the registry.",
            )
        },
    },
];

impl FileRule {
    /// `file:line` and the rule, for every place that breaks it.
    pub fn violations(&self, file: &SourceFile) -> Vec<String> {
        (self.find)(file)
            .into_iter()
            .map(|line| format!("{}:{line}: {}", file.path, self.sentence))
            .collect()
    }
}

fn lines_with(code: &str, words: &[&str]) -> Vec<usize> {
    code.lines()
        .enumerate()
        .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
        .map(|(index, _)| index + 1)
        .collect()
}

/// Compares the sorted file names of the two folders of migrations.
pub fn migration_violations(sqlite: &[String], postgres: &[String]) -> Vec<String> {
    let mut violations = Vec::new();
    for (folder, names, others) in [("sqlite", sqlite, postgres), ("postgres", postgres, sqlite)] {
        let mut report = |name: &str, sentence: &str| {
            violations.push(format!("migrations/{folder}/{name}:1: {sentence}"));
        };
        let mut last = None;
        for name in names {
            let number = number(name);
            if !others.contains(name) {
                report(
                    name,
                    "every migration is in both folders under the same name",
                );
            }
            if number.is_none() || number == last {
                report(
                    name,
                    "a migration is named 0001_<change>.sql, with a number of its own",
                );
            }
            last = number;
        }
    }
    violations
}

fn number(name: &str) -> Option<&str> {
    let (number, change) = name.strip_suffix(".sql")?.split_once('_')?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !change.is_empty()).then_some(number)
}
