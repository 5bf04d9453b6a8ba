//! The shape of the code base, checked: directions, files, migrations, licences and documents. ARCHITECTURE.md
//! says why; a failure names the file, the line and the rule.

mod directions;
mod documents;
mod files;
mod licences;
mod source;
mod surface;
mod words;

use directions::{CRATES, DIRECTION_RULES, dependency_violations};
use files::{FILE_RULES, migration_violations};
use source::{SOURCE_FOLDERS, SourceFile, list_files, rust_files, workspace};

#[track_caller]
fn expect_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn modules_know_only_what_they_may() {
    let files = rust_files();
    assert!(files.iter().any(|file| file.path == "server/src/router.rs"));
    let violations: Vec<String> = files
        .iter()
        .flat_map(|file| {
            DIRECTION_RULES
                .iter()
                .flat_map(|rule| rule.violations(file))
        })
        .collect();
    expect_none(&violations);
}

#[test]
fn every_direction_rule_notices_when_it_is_broken() {
    for rule in DIRECTION_RULES {
        let (path, text) = rule.broken_by;
        let broken = SourceFile::new(path, text);
        let violations = rule.violations(&broken);
        assert_eq!(violations.len(), 1, "{}: {violations:?}", rule.sentence);
        assert!(
            violations[0].starts_with(&format!("{path}:1 ")),
            "{violations:?}"
        );
        for except in rule.except {
            let path = if except.ends_with('/') {
                &format!("{except}x.rs")
            } else {
                *except
            };
            assert_eq!(
                rule.violations(&SourceFile::new(path, text)),
                [""; 0],
                "{path}"
            );
        }
    }
}

#[test]
fn crates_depend_on_each_other_in_one_direction() {
    let mut manifests = Vec::new();
    for folder in SOURCE_FOLDERS {
        list_files(&workspace().join(folder), &mut manifests);
    }
    manifests.retain(|path| path.ends_with("Cargo.toml"));
    assert_eq!(
        manifests.len(),
        CRATES.len(),
        "a crate is missing in CRATES: {manifests:?}"
    );
    let violations: Vec<String> = CRATES
        .iter()
        .flat_map(|(folder, allowed)| {
            let manifest = workspace().join(folder).join("Cargo.toml");
            dependency_violations(folder, &std::fs::read_to_string(manifest).unwrap(), allowed)
        })
        .collect();
    expect_none(&violations);
}

#[test]
fn a_dependency_in_the_wrong_direction_is_noticed() {
    for manifest in [
        "[dependencies]\nserver.workspace = true",
        "[dev-dependencies]\nserver = { workspace = true }",
        "[dependencies]\n[dependencies.server]\nworkspace = true",
        "[target.'cfg(unix)'.dependencies]\nx = { path = \"../server\", package = \"server\" }",
    ] {
        let violations = dependency_violations("app", manifest, &[]);
        assert_eq!(violations.len(), 1, "{manifest}: {violations:?}");
        assert!(
            violations[0].starts_with("app/Cargo.toml:2 "),
            "{violations:?}"
        );
    }
    let allowed = "[package]\nname = \"server\"\n[dependencies]\napp.workspace = true\nserde.workspace = true";
    assert_eq!(dependency_violations("server", allowed, &["app"]), [""; 0]);
}

#[test]
fn every_file_keeps_to_the_rules_of_files() {
    let violations: Vec<String> = rust_files()
        .iter()
        .flat_map(|file| FILE_RULES.iter().flat_map(|rule| rule.violations(file)))
        .collect();
    expect_none(&violations);
}

#[test]
fn every_rule_of_files_notices_when_it_is_broken() {
    for rule in FILE_RULES {
        let broken = (rule.broken_by)();
        assert_eq!(rule.violations(&broken).len(), 1, "{}", rule.sentence);
    }
    let fine = SourceFile::new(
        "server/src/hold/blobs.rs",
        "//! Reading blobs.\n// todo!() in a comment\nconst A: &str = \"dbg!(x) #[ignore]\";",
    );
    for rule in FILE_RULES {
        assert_eq!(rule.violations(&fine), [""; 0]);
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| {
        let mut files = Vec::new();
        list_files(&workspace().join("migrations").join(folder), &mut files);
        let mut names: Vec<String> = files
            .iter()
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty());
    expect_none(&migration_violations(&sqlite, &postgres));
}

#[test]
fn a_migration_for_one_database_alone_is_noticed() {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let initial = names(&["0001_initial.sql"]);
    assert_eq!(migration_violations(&initial, &initial), [""; 0]);
    for (broken, violations) in [
        (&["0001_initial.sql", "0002_crew.sql"][..], 1),
        (&[][..], 1),
        (&["0001_initial.sql", "0001_other.sql"][..], 2),
        (&["0001_initial.sql", "notes.txt"][..], 2),
    ] {
        let found = migration_violations(&names(broken), &initial);
        assert_eq!(found.len(), violations, "{found:?}");
    }
}
