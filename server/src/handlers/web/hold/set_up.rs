//! The guide with which somebody sets a hold up, and whether one came up.

use std::fmt::Write as _;

use app::api::hold::set_up::{CheckPage, SetUpFiles, SetUpForm, SetUpPage, SetUpSource, WayToRun};
use app::t;
use atproto::syntax::AtIdentifier;
use axum::http::request::Parts;
use url::{Url, form_urlencoded};

use super::{HoldPages, read_did, set_up_check};
use crate::clients::hold_check::check_hold;

/// The guide, as one request sees it.
pub(super) struct Guide {
    pages: HoldPages,
    fields: Vec<(String, String)>,
}

impl Guide {
    pub(super) fn new(pages: &HoldPages, parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let fields = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .collect();
        Self {
            pages: pages.clone(),
            fields,
        }
    }

    fn text(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// What was typed, or what is usual.
    fn form(&self) -> SetUpForm {
        let is_empty = self.fields.is_empty();
        let own = self
            .pages
            .viewer
            .as_ref()
            .map(|viewer| viewer.did.to_string());
        let owner = self.text("owner");
        SetUpForm {
            url: self.text("url"),
            owner: if owner.is_empty() {
                own.unwrap_or_default()
            } else {
                owner
            },
            storage: match self.text("storage").as_str() {
                "s3" => "s3".to_owned(),
                _ => "filesystem".to_owned(),
            },
            bucket: self.text("bucket"),
            endpoint: self.text("endpoint"),
            region: self.text("region"),
            public: is_empty || !self.text("public").is_empty(),
            allow_all_crew: !self.text("allow_all_crew").is_empty(),
        }
    }
}

#[async_trait::async_trait]
impl SetUpSource for Guide {
    async fn set_up(&self) -> SetUpPage {
        let form = self.form();
        if self.text("url").is_empty() {
            return SetUpPage {
                form,
                problem: None,
                made: None,
            };
        }
        match read(&form) {
            Ok(wanted) => SetUpPage {
                made: Some(files(&form, &wanted)),
                problem: None,
                form,
            },
            Err(problem) => SetUpPage {
                form,
                problem: Some(problem),
                made: None,
            },
        }
    }

    async fn check(&self, hold: &str) -> CheckPage {
        let typed: String = hold.trim().chars().take(300).collect();
        if typed.is_empty() {
            return CheckPage::default();
        }
        // A DID as browsers spell it.
        let typed = read_did(&typed).map_or(typed, |did| did.to_string());
        let found = check_hold(&self.pages.state.holds, &typed).await;
        CheckPage {
            typed,
            problem: None,
            steps: set_up_check::steps(&found),
            did: found.did.map(|did| did.to_string()),
        }
    }
}

/// What a form means.
#[derive(Debug)]
struct Wanted {
    url: Url,
    owner: AtIdentifier,
}

/// Reads a form. Everything goes into a file of lines and into commands, so nothing is taken that could be more.
fn read(form: &SetUpForm) -> Result<Wanted, &'static str> {
    let spelled = if form.url.contains("://") {
        form.url.clone()
    } else {
        format!("https://{}", form.url)
    };
    let url = Url::parse(&spelled)
        .ok()
        .filter(|url| url.has_host() && url.path() == "/" && url.query().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .ok_or_else(|| t!("set-up-url-wrong"))?;
    if url.scheme() != "https" {
        return Err(t!("set-up-url-insecure"));
    }
    let owner = form
        .owner
        .trim_start_matches('@')
        .to_lowercase()
        .parse()
        .map_err(|_| t!("set-up-owner-wrong"))?;
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    if form.storage == "s3" {
        if form.bucket.is_empty() || !is_plain(&form.bucket) {
            return Err(t!("set-up-bucket-wrong"));
        }
        if !is_plain(&form.region) {
            return Err(t!("set-up-region-wrong"));
        }
        let is_endpoint = form.endpoint.is_empty()
            || Url::parse(&form.endpoint)
                .is_ok_and(|url| url.has_host() && is_line(&form.endpoint));
        if !is_endpoint {
            return Err(t!("set-up-endpoint-wrong"));
        }
    }
    Ok(Wanted { url, owner })
}

fn is_line(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['\'', '"', '`', '$', '\\', '#'])
}

fn files(form: &SetUpForm, wanted: &Wanted) -> SetUpFiles {
    let origin = wanted.url.as_str().trim_end_matches('/');
    SetUpFiles {
        environment: environment(form, wanted, origin),
        ways: ways(),
        check: format!("curl -fsS {origin}/xrpc/_health"),
    }
}

fn environment(form: &SetUpForm, wanted: &Wanted, origin: &str) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        writeln!(text, "{name}={value}").expect("a text takes text");
    };
    line("LONGSHORE_ROLES", "hold");
    line("LONGSHORE_DATA_DIR", "/var/lib/longshore");
    line("HOLD_PUBLIC_URL", origin);
    line("LONGSHORE_PUBLIC_URL", origin);
    line("HOLD_OWNER", &wanted.owner.to_string());
    line("HOLD_PUBLIC", &form.public.to_string());
    line("HOLD_ALLOW_ALL_CREW", &form.allow_all_crew.to_string());
    line("STORAGE_DRIVER", &form.storage);
    if form.storage == "s3" {
        line("S3_BUCKET", &form.bucket);
        if !form.endpoint.is_empty() {
            line("S3_ENDPOINT", &form.endpoint);
        }
        let region = if form.region.is_empty() {
            "us-east-1"
        } else {
            &form.region
        };
        line("AWS_REGION", region);
        line("AWS_ACCESS_KEY_ID", "");
        line("AWS_SECRET_ACCESS_KEY", "");
    } else {
        line("STORAGE_ROOT_DIR", "/var/lib/longshore/blobs");
    }
    text
}

fn ways() -> Vec<WayToRun> {
    let run = |program: &str| {
        format!(
            "{program} run --detach --name longshore-hold --restart unless-stopped \\\n  --env-file hold.env --env LONGSHORE_LISTEN=0.0.0.0:5000 \\\n  --publish 127.0.0.1:5000:5000 \\\n  --volume longshore-hold:/var/lib/longshore \\\n  --volume \"$PWD/longshore:/usr/local/bin/longshore:ro\" \\\n  docker.io/library/debian:stable-slim longshore serve\n"
        )
    };
    vec![
        WayToRun {
            name: t!("set-up-way-program"),
            note: t!("set-up-way-program-means"),
            text: "sudo install -d -o \"$USER\" -m 700 /var/lib/longshore\nset -a; . ./hold.env; set +a\n./longshore serve\n".to_owned(),
        },
        WayToRun {
            name: "systemd",
            note: t!("set-up-way-systemd-means"),
            text: "[Unit]\nDescription=Longshore hold\nAfter=network-online.target\nWants=network-online.target\n\n[Service]\nEnvironmentFile=/etc/longshore/hold.env\nExecStart=/usr/local/bin/longshore serve\nDynamicUser=yes\nStateDirectory=longshore\nRestart=on-failure\nProtectSystem=strict\nProtectHome=yes\nNoNewPrivileges=yes\n\n[Install]\nWantedBy=multi-user.target\n".to_owned(),
        },
        WayToRun {
            name: "docker",
            note: t!("set-up-way-docker-means"),
            text: run("docker"),
        },
        WayToRun {
            name: "podman",
            note: t!("set-up-way-podman-means"),
            text: run("podman"),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SetUpForm {
        SetUpForm {
            url: "hold.example.com".to_owned(),
            owner: "@alice.example.com".to_owned(),
            storage: "filesystem".to_owned(),
            bucket: String::new(),
            endpoint: String::new(),
            region: String::new(),
            public: true,
            allow_all_crew: false,
        }
    }

    #[test]
    fn the_environment_is_the_one_that_was_asked_for() {
        let form = form();
        let files = files(&form, &read(&form).unwrap());
        for line in [
            "LONGSHORE_ROLES=hold\n",
            "HOLD_PUBLIC_URL=https://hold.example.com\n",
            "HOLD_OWNER=alice.example.com\n",
            "HOLD_PUBLIC=true\n",
            "STORAGE_ROOT_DIR=/var/lib/longshore/blobs\n",
        ] {
            assert!(files.environment.contains(line), "{line}");
        }
        assert!(!files.environment.contains("S3_BUCKET"));
        let bucket = SetUpForm {
            storage: "s3".to_owned(),
            bucket: "images".to_owned(),
            endpoint: "https://s3.example.com".to_owned(),
            ..form
        };
        let environment = super::files(&bucket, &read(&bucket).unwrap()).environment;
        assert!(environment.contains(
            "S3_BUCKET=images\nS3_ENDPOINT=https://s3.example.com\nAWS_REGION=us-east-1\n"
        ));
    }

    #[test]
    fn nothing_that_was_typed_becomes_a_line_or_a_command_of_its_own() {
        for (url, owner, bucket) in [
            ("https://a.example\nHOLD_OWNER=x", "alice.example.com", "b"),
            ("https://a.example/$(id)", "alice.example.com", "b"),
            ("http://a.example", "alice.example.com", "b"),
            ("https://u:p@a.example", "alice.example.com", "b"),
            ("https://a.example", "alice\nX=1", "b"),
            ("https://a.example", "alice.example.com", "b\nX=1"),
            ("https://a.example", "alice.example.com", "$(id)"),
        ] {
            let form = SetUpForm {
                url: url.to_owned(),
                owner: owner.to_owned(),
                bucket: bucket.to_owned(),
                storage: "s3".to_owned(),
                ..form()
            };
            if let Ok(wanted) = read(&form) {
                let made = files(&form, &wanted).environment;
                assert!(
                    made.lines()
                        .all(|line| !line.contains("$(") && !line.starts_with("X=")),
                    "{made}"
                );
                assert_eq!(made.matches("HOLD_OWNER=").count(), 1, "{made}");
            }
        }
    }
}
