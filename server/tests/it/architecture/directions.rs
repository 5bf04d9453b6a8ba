//! Which part may know which other: the rules of ARCHITECTURE.md, as a table.

use super::source::SourceFile;

/// A rule about names, with a file that breaks it.
pub struct DirectionRule {
    /// What is shown to whoever breaks it.
    pub sentence: &'static str,
    /// Files and folders that it holds for.
    pub within: &'static [&'static str],
    /// Those among them that it does not hold for.
    pub except: &'static [&'static str],
    /// Beginnings of paths that may not be named there.
    pub never_names: &'static [&'static str],
    /// Where it is broken, and by what: keeps the rule from going blind.
    pub broken_by: (&'static str, &'static str),
}

const DOMAIN: &[&str] = &[
    "server/src/accounts/",
    "server/src/catalog/",
    "server/src/hold/",
    "server/src/identity/",
    "server/src/registry/",
    "server/src/repositories/",
];

const BELOW_HANDLERS: &[&str] = &[
    "server/src/accounts/",
    "server/src/blob_store/",
    "server/src/catalog/",
    "server/src/clients/",
    "server/src/clock.rs",
    "server/src/db/",
    "server/src/glob.rs",
    "server/src/hold/",
    "server/src/identity/",
    "server/src/keyed_lock.rs",
    "server/src/rate_limit.rs",
    "server/src/registry/",
    "server/src/repositories/",
    "server/src/secrets.rs",
];

/// Every rule.
pub const DIRECTION_RULES: &[DirectionRule] = &[
    DirectionRule {
        sentence: "the domain knows no HTTP server, no pages, no SQL and no S3",
        within: DOMAIN,
        except: &[],
        never_names: &["axum", "leptos", "leptos_axum", "app", "sqlx", "aws_sdk_s3"],
        broken_by: (
            "server/src/registry/push.rs",
            "fn f() -> axum::response::Response {}",
        ),
    },
    DirectionRule {
        sentence: "handlers ask the domain, never the database or a bucket",
        within: &["server/src/handlers/"],
        except: &[],
        never_names: &["sqlx", "aws_sdk_s3", "crate::db"],
        broken_by: (
            "server/src/handlers/oci/blobs.rs",
            "use crate::{clock::Clock, db::Database};",
        ),
    },
    DirectionRule {
        sentence: "every SQL statement is in db/",
        within: &["server/src/"],
        except: &["server/src/db/"],
        never_names: &["sqlx", "crate::db::execute", "crate::db::on_pool"],
        broken_by: (
            "server/src/start.rs",
            "async fn f() { sqlx::query(\"DELETE FROM tags\"); }",
        ),
    },
    DirectionRule {
        sentence: "S3 is behind the blob store",
        within: &["server/src/"],
        except: &["server/src/blob_store/"],
        never_names: &["aws_sdk_s3"],
        broken_by: ("server/src/app_state.rs", "use aws_sdk_s3::Client;"),
    },
    DirectionRule {
        sentence: "only handlers and what assembles the server speak axum",
        within: &["server/src/"],
        except: &[
            "server/src/doctor/listener.rs",
            "server/src/handlers/",
            "server/src/router.rs",
            "server/src/serve.rs",
            "server/src/start.rs",
        ],
        never_names: &["axum"],
        broken_by: ("server/src/jobs/mod.rs", "use axum::Router;"),
    },
    DirectionRule {
        sentence: "only handlers/web knows the pages, and their settings the languages",
        within: &["server/src/"],
        except: &["server/src/config/web.rs", "server/src/handlers/web/"],
        never_names: &[
            "app",
            "leptos",
            "leptos_axum",
            "leptos_meta",
            "leptos_router",
        ],
        broken_by: ("server/src/router.rs", "use app::App;"),
    },
    DirectionRule {
        sentence: "what is called does not know its callers: handlers, jobs and whatever assembles the server",
        within: BELOW_HANDLERS,
        except: &[],
        never_names: &[
            "crate::app_state",
            "crate::cli",
            "crate::commands",
            "crate::config",
            "crate::doctor",
            "crate::handlers",
            "crate::jobs",
            "crate::router",
            "crate::serve",
            "crate::start",
        ],
        broken_by: (
            "server/src/identity/resolve.rs",
            "use super::super::handlers::oci::OciError;",
        ),
    },
    DirectionRule {
        sentence: "a hold knows nothing of registries and accounts",
        within: &["server/src/hold/"],
        except: &[],
        never_names: &["crate::registry", "crate::accounts", "crate::catalog"],
        broken_by: (
            "server/src/hold/uploads/reap.rs",
            "use crate::registry::Registry;",
        ),
    },
    DirectionRule {
        sentence: "the registry meets a hold only through clients::hold",
        within: &["server/src/registry/"],
        except: &[],
        never_names: &["crate::hold", "crate::clients::local_hold"],
        broken_by: (
            "server/src/registry/pull.rs",
            "fn f(hold: &crate::hold::Hold) {}",
        ),
    },
    DirectionRule {
        sentence: "whoever is not a hold's client, handler or job, or command does not reach into it",
        within: &["server/src/"],
        except: &[
            "server/src/app_state.rs",
            "server/src/app_state/",
            "server/src/cli.rs",
            "server/src/clients/hold.rs",
            "server/src/clients/hold_admin/",
            "server/src/clients/holds.rs",
            "server/src/clients/local_hold.rs",
            "server/src/clients/remote_hold/",
            "server/src/commands/",
            "server/src/handlers/",
            "server/src/hold/",
            "server/src/jobs/",
        ],
        never_names: &["crate::hold"],
        broken_by: ("server/src/accounts/mod.rs", "use super::hold::Hold;"),
    },
    DirectionRule {
        sentence: "identity knows nobody's images and sessions",
        within: &["server/src/identity/"],
        except: &[],
        never_names: &[
            "crate::accounts",
            "crate::catalog",
            "crate::hold",
            "crate::registry",
        ],
        broken_by: (
            "server/src/identity/cache.rs",
            "use crate::accounts::PdsSessions;",
        ),
    },
    DirectionRule {
        sentence: "stores and the database know no rules of images, people or holds",
        within: &["server/src/blob_store/", "server/src/db/"],
        except: &[],
        never_names: &[
            "crate::accounts",
            "crate::catalog",
            "crate::hold",
            "crate::registry",
        ],
        broken_by: (
            "server/src/db/catalog.rs",
            "use crate::registry::permissions::PullAccess;",
        ),
    },
    DirectionRule {
        sentence: "the libraries open no file and no connection and know nothing of the server",
        within: &[
            "crates/atproto/src/",
            "crates/lexicon/src/",
            "crates/oci/src/",
        ],
        except: &[],
        never_names: &[
            "axum",
            "reqwest",
            "server",
            "sqlx",
            "std::env",
            "std::fs",
            "std::process",
            "tokio",
        ],
        broken_by: ("crates/oci/src/digest.rs", "use std::{fmt, fs::File};"),
    },
];

impl DirectionRule {
    /// `file:line`, what is named there, and the rule, for every place that breaks it.
    pub fn violations(&self, file: &SourceFile) -> Vec<String> {
        // Tests put up servers and call from above: directions are for what is shipped.
        if !file.is_within(self.within) || file.is_within(self.except) || file.is_test() {
            return Vec::new();
        }
        file.named_paths()
            .into_iter()
            .filter(|named| {
                self.never_names
                    .iter()
                    .any(|name| begins_with(&named.path, name))
            })
            .map(|named| {
                format!(
                    "{}:{} names {}: {}",
                    file.path, named.line, named.path, self.sentence
                )
            })
            .collect()
    }
}

fn begins_with(path: &str, name: &str) -> bool {
    path.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A crate of ours and which others of ours it may depend on.
pub const CRATES: &[(&str, &[&str])] = &[
    ("app", &[]),
    ("bench", &[]),
    ("crates/atproto", &[]),
    ("crates/lexicon", &["atproto"]),
    ("crates/oci", &[]),
    ("credential-helper", &[]),
    ("frontend", &["app"]),
    ("server", &["app", "atproto", "lexicon", "oci"]),
];

/// Reads the `Cargo.toml` of the crate in `folder` and reports every dependency on a crate of ours that is not
/// in `allowed`, tests included.
pub fn dependency_violations(folder: &str, manifest: &str, allowed: &[&str]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut in_dependencies = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        let mut name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            in_dependencies = section.ends_with("dependencies");
            // [dependencies.name]
            let Some((above, below)) = section.rsplit_once('.') else {
                continue;
            };
            if !above.ends_with("dependencies") {
                continue;
            }
            (name, in_dependencies) = (below, false);
        } else if !in_dependencies {
            continue;
        }
        let is_ours = CRATES
            .iter()
            .any(|(folder, _)| folder.rsplit('/').next() == Some(name));
        if (is_ours && !allowed.contains(&name)) || line.contains("path =") {
            violations.push(format!(
                "{folder}/Cargo.toml:{} depends on {name}: {folder} may depend on {allowed:?} of ours, from the workspace",
                index + 1
            ));
        }
    }
    violations
}
