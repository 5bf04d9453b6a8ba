//! Licences and bans of `deny.toml`, checked against every crate that is built or tested. Needs no tool but cargo;
//! `cargo deny check` reads the same file and looks up advisories as well.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use super::source::workspace;

#[derive(Deserialize)]
struct DenyFile {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

impl DenyFile {
    fn load() -> Self {
        toml::from_str(&std::fs::read_to_string(workspace().join("deny.toml")).unwrap()).unwrap()
    }

    fn violations(&self, package: &Package) -> Vec<String> {
        let Package {
            name,
            version,
            license,
        } = package;
        let mut violations = Vec::new();
        if let Some(ban) = self.bans.deny.iter().find(|ban| ban.name == *name) {
            violations.push(format!(
                "Cargo.lock: {name} {version} is banned: {}",
                ban.reason
            ));
        }
        let exceptions = self
            .licenses
            .exceptions
            .iter()
            .filter(|exception| exception.name == *name);
        let allowed: BTreeSet<&str> = exceptions
            .flat_map(|exception| &exception.allow)
            .chain(&self.licenses.allow)
            .map(String::as_str)
            .collect();
        match license {
            Some(license) if is_satisfied(license, &allowed) => {}
            Some(license) => violations.push(format!(
                "Cargo.lock: {name} {version} is under {license}, which deny.toml does not allow"
            )),
            None => violations.push(format!(
                "Cargo.lock: {name} {version} names no licence; deny.toml allows only what is named"
            )),
        }
        violations
    }
}

/// Whether an SPDX expression can be met with these licences. `/` is the old spelling of `OR`.
fn is_satisfied(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (is_met, rest) = any_of(&words, allowed);
    assert!(rest.is_empty(), "not an SPDX expression: {expression}");
    is_met
}

fn any_of<'a, 'b>(words: &'a [&'b str], allowed: &BTreeSet<&str>) -> (bool, &'a [&'b str]) {
    let (mut is_met, mut rest) = all_of(words, allowed);
    while let ["OR", behind @ ..] = rest {
        let (next, behind) = all_of(behind, allowed);
        (is_met, rest) = (is_met || next, behind);
    }
    (is_met, rest)
}

fn all_of<'a, 'b>(words: &'a [&'b str], allowed: &BTreeSet<&str>) -> (bool, &'a [&'b str]) {
    let (mut is_met, mut rest) = one(words, allowed);
    while let ["AND", behind @ ..] = rest {
        let (next, behind) = one(behind, allowed);
        (is_met, rest) = (is_met && next, behind);
    }
    (is_met, rest)
}

fn one<'a, 'b>(words: &'a [&'b str], allowed: &BTreeSet<&str>) -> (bool, &'a [&'b str]) {
    match words {
        ["(", behind @ ..] => match any_of(behind, allowed) {
            (is_met, [")", rest @ ..]) => (is_met, rest),
            _ => (false, &[]),
        },
        [licence, "WITH", exception, rest @ ..] => (
            allowed.contains(format!("{licence} WITH {exception}").as_str()),
            rest,
        ),
        [licence, rest @ ..] => (allowed.contains(licence), rest),
        [] => (false, &[]),
    }
}

#[test]
fn every_dependency_is_allowed_by_deny_toml() {
    let deny = DenyFile::load();
    // Not offline: the browser's crates may not be here yet when the server's tests run.
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(workspace())
        .args(["metadata", "--locked", "--format-version", "1"]);
    for target in &deny.graph.targets {
        cargo.args(["--filter-platform", target]);
    }
    let output = cargo.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo cannot list the crates: {complaint}"
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        metadata.packages.len() > 100,
        "the crates of the server are missing"
    );
    let violations: Vec<String> = metadata
        .packages
        .iter()
        .flat_map(|package| deny.violations(package))
        .collect();
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn a_banned_crate_and_a_foreign_licence_are_found() {
    let package = |name: &str, license: Option<&str>| Package {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        license: license.map(str::to_owned),
    };
    let deny = DenyFile::load();
    for (name, license, violations) in [
        ("serde", Some("MIT OR Apache-2.0"), 0),
        ("openssl", Some("Apache-2.0"), 1),
        ("aws-lc-rs", Some("ISC AND (Apache-2.0 OR ISC)"), 1),
        ("copyleft", Some("GPL-3.0-only"), 1),
        ("secretive", None, 1),
        ("native-tls", Some("LicenseRef-Mine"), 2),
    ] {
        assert_eq!(
            deny.violations(&package(name, license)).len(),
            violations,
            "{name}"
        );
    }
}

#[test]
fn expressions_are_met_as_spdx_says() {
    let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
    let expected = BTreeMap::from([
        ("MIT", true),
        ("MIT/GPL-2.0-only", true),
        ("GPL-2.0-only OR MIT", true),
        ("MIT AND GPL-2.0-only", false),
        ("MIT AND ISC OR GPL-2.0-only", true),
        ("GPL-2.0-only AND (MIT OR ISC)", false),
        ("(MIT OR GPL-2.0-only) AND ISC", true),
        ("Apache-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0 WITH Other-exception OR ISC", true),
    ]);
    for (expression, is_met) in expected {
        assert_eq!(is_satisfied(expression, &allowed), is_met, "{expression}");
    }
}
