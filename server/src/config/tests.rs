//! The settings as a whole: each kind of mistake, precedence, and the table against its copies.

use std::time::Duration;

use super::*;

const OWNER: (&str, &str) = ("HOLD_OWNER", "alice.example");

fn environment(pairs: &[(&str, &str)]) -> Environment {
    Environment::from_pairs(pairs.iter().copied())
}

fn parse(file: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::parse(Some(("longshore.toml", file)), &environment(pairs), None)
}

/// The only problem, as text.
fn problem(file: &str, pairs: &[(&str, &str)]) -> String {
    let error = parse(file, pairs).expect_err("the settings are refused");
    assert_eq!(error.problems.len(), 1, "{error}");
    error.problems[0].to_string()
}

#[test]
fn an_owner_is_all_that_must_be_set() {
    let config = parse("", &[OWNER]).unwrap();
    assert_eq!(config.http.public_url.as_str(), "http://localhost:5000");
    assert_eq!(config.http.shutdown, Duration::from_secs(30));
    assert_eq!(config.database.display(), "SQLite, ./data/longshore.db");
    assert_eq!(config.registry.max_blob_bytes, 50 << 30);
    let hold = config.hold.unwrap();
    assert_eq!(hold.public, None);
    assert_eq!(hold.did.as_str(), "did:web:localhost%3A5000");
    assert!(
        problem("", &[])
            .starts_with("HOLD_OWNER or hold.owner (not set): is missing; expected a handle")
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "[http]\nlisten = \"127.0.0.1:6000\"\n[registry]\ntoken_lifetime_seconds = 120\n";
    let config = parse(file, &[OWNER, ("LONGSHORE_LISTEN", "127.0.0.1:7000")]).unwrap();
    assert_eq!(config.http.listen.port(), 7000);
    assert_eq!(config.registry.token_lifetime, Duration::from_mins(2));
}

#[test]
fn an_empty_value_counts_as_not_set() {
    let config = parse(
        "[web]\nexample_handle = \"\"\n",
        &[OWNER, ("LONGSHORE_PUBLIC_URL", "")],
    )
    .unwrap();
    assert!(config.web.example_handle.is_none());
    assert_eq!(config.http.public_url.as_str(), "http://localhost:5000");
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let error = parse(
        "[http]\nlisten = \"here\"\nlissten = 1\n",
        &[("HOLD_PUBLIC", "maybe"), ("HOLD_OWNER", "not a handle")],
    )
    .unwrap_err();
    let text = error.to_string();
    assert_eq!(error.problems.len(), 4, "{text}");
    assert!(
        text.contains("http.listen (longshore.toml, line 2): found \"here\"; expected an IP"),
        "{text}"
    );
    assert!(text.contains(
        "http.lissten (longshore.toml, line 3): is not a setting; did you mean `http.listen`?"
    ));
    assert!(
        text.contains("HOLD_PUBLIC (the environment): found \"maybe\"; expected true or false"),
        "{text}"
    );
    assert!(
        text.contains("HOLD_OWNER (the environment): found \"not a handle\""),
        "{text}"
    );
}

#[test]
fn unknown_names_are_refused_with_the_nearest_known_one() {
    let refused = |name: &str| problem("", &[OWNER, (name, "x")]);
    assert_eq!(
        refused("LONGSHORE_LISTN"),
        "LONGSHORE_LISTN (the environment): is not a setting; did you mean LONGSHORE_LISTEN?"
    );
    assert_eq!(
        refused("HOLD_FLAVOUR_OF_THE_MONTH"),
        "HOLD_FLAVOUR_OF_THE_MONTH (the environment): is not a setting"
    );
    assert!(refused("REGISTRY_TAG_FRESH_SECOND").contains("REGISTRY_TAG_FRESH_SECONDS"));
    assert!(
        problem("[hodl]\n", &[OWNER]).contains("hodl (longshore.toml, line 1): is not a setting")
    );
    assert!(
        problem("owner = \"x\"\n", &[OWNER])
            .contains("owner (longshore.toml, line 1): is not a setting")
    );
}

#[test]
fn names_that_belong_to_others_are_left_alone() {
    let others = [
        OWNER,
        ("LONGSHORE_CONFIG", "x.toml"),
        ("LONGSHORE_TEST_POSTGRES", "postgres://localhost"),
        ("LONGSHORE_SERVICE_HOST", "10.0.0.1"),
        ("LONGSHORE_PORT", "tcp://10.0.0.1:5000"),
        ("LONGSHORE_PORT_5000_TCP_ADDR", "10.0.0.1"),
        ("REGISTRY_AUTH", "htpasswd"),
        ("PATH", "/bin"),
    ];
    assert!(parse("", &others).is_ok());
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    assert!(
        problem("[http]\nlisten 5\n", &[OWNER])
            .starts_with("longshore.toml (longshore.toml, line 2): is not TOML")
    );
    assert!(
        problem("[http]\nlisten = 1.5\n", &[OWNER])
            .contains("is a TOML float; expected an IP address")
    );
}

#[test]
fn a_secret_is_never_repeated() {
    for (name, value) in [
        ("DATABASE_URL", "mysql://u:hunter2@db/x"),
        ("METRICS_TOKEN", "hunter2"),
    ] {
        let text = problem("", &[OWNER, (name, value)]);
        assert!(
            text.contains(&format!(
                "{name} (the environment): cannot be used; expected"
            )),
            "{text}"
        );
        assert!(!text.contains("hunter2"));
    }
    let config = parse(
        "",
        &[
            OWNER,
            ("DATABASE_URL", "postgres://u:hunter2@db/x"),
            ("METRICS_TOKEN", "hunter2hunter2hunter2"),
        ],
    );
    assert!(!format!("{:?}", config.unwrap()).contains("hunter2"));
}

#[test]
fn a_registry_without_a_hold_needs_one_elsewhere() {
    let alone = ("LONGSHORE_ROLES", "appview");
    assert!(problem("", &[alone]).starts_with("DEFAULT_HOLD_DID or registry.default_hold_did"));
    let elsewhere = ("DEFAULT_HOLD_DID", "did:web:hold.example.com");
    let config = parse("", &[alone, elsewhere]).unwrap();
    assert!(config.hold.is_none() && config.registry.default_hold.is_some());
}

#[test]
fn a_hold_alone_needs_what_other_holds_need() {
    let config = parse(
        "",
        &[
            ("LONGSHORE_ROLES", "hold"),
            ("HOLD_PUBLIC_URL", "https://hold.example.com"),
            OWNER,
            ("STORAGE_DRIVER", "s3"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
            ("S3_BUCKET", "layers"),
            ("HOLD_PUBLIC", "false"),
            ("HOLD_ALLOW_ALL_CREW", "false"),
            ("HOLD_DATABASE_PATH", "/var/lib/hold/hold.db"),
            ("HOLD_DATABASE_KEY_PATH", "/var/lib/hold/keys"),
        ],
    );
    let config = config.unwrap();
    assert!(!config.server.roles.has_appview());
    assert_eq!(
        config.hold.unwrap().did.as_str(),
        "did:web:hold.example.com"
    );
}

#[test]
fn a_bucket_needs_a_name_and_a_key() {
    let s3 = ("STORAGE_DRIVER", "s3");
    let error = parse("", &[OWNER, s3]).expect_err("nothing is said of the bucket");
    let missing: Vec<_> = error.problems.iter().map(ToString::to_string).collect();
    for name in ["S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        assert!(
            missing.iter().any(|problem| problem.starts_with(name)),
            "{error}"
        );
    }
    let key = [
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
    ];
    let amazon = [OWNER, s3, ("S3_BUCKET", "layers"), key[0], key[1]];
    let config = parse("", &amazon).unwrap();
    assert_eq!(config.blob_store.display(), "bucket layers at Amazon");
    assert!(!format!("{config:?}").contains("hunter2"));
    let elsewhere = [&amazon[..], &[("S3_ENDPOINT", "http://minio:9000")]].concat();
    let BlobStoreConfig::S3(settings) = parse("", &elsewhere).unwrap().blob_store else {
        panic!("it is a bucket");
    };
    assert!(settings.path_style && settings.redirect);
}

#[test]
fn a_hold_says_what_was_said_of_it_and_nothing_else() {
    let said = [
        OWNER,
        ("HOLD_NAME", "Harbour"),
        ("HOLD_ALLOW_ALL_CREW", "true"),
        ("HOLD_DID_METHOD", "plc"),
        (
            "HOLD_RELAYS",
            "https://relay.example, http://localhost:2470/",
        ),
    ];
    let hold = parse("", &said).unwrap().hold.unwrap();
    assert_eq!(hold.name, "Harbour");
    assert_eq!((hold.public, hold.allow_all_crew), (None, Some(true)));
    assert_eq!(hold.did_method, DidMethod::Plc);
    let relays: Vec<_> = hold.relays.iter().map(Origin::as_str).collect();
    assert_eq!(relays, ["https://relay.example", "http://localhost:2470"]);
    for wrong in [
        ("HOLD_RELAYS", "https://relay.example,http://relay.example"),
        ("HOLD_NAME", &"a".repeat(65)),
        ("HOLD_DID_METHOD", "key"),
        ("LONGSHORE_LANGUAGE", "tlh"),
    ] {
        assert!(problem("", &[OWNER, wrong]).contains("expected"));
    }
}

#[test]
fn contradictions_are_refused() {
    let public = ("LONGSHORE_PUBLIC_URL", "https://registry.example.com");
    assert!(
        problem("", &[OWNER, public, ("LONGSHORE_DEVELOPMENT", "true")])
            .contains("contradicts http.public_url")
    );
    let paths = [
        OWNER,
        ("DATABASE_URL", "sqlite:a.db"),
        ("HOLD_DATABASE_PATH", "b.db"),
    ];
    assert!(problem("", &paths).contains("contradicts database.url"));
    let metrics = [
        OWNER,
        ("METRICS_PUBLIC", "true"),
        ("METRICS_TOKEN", "0123456789abcdef"),
    ];
    assert!(problem("", &metrics).contains("contradicts telemetry.metrics_token"));
}

#[test]
fn a_public_url_is_https_unless_it_is_on_loopback() {
    let refused = |url: &str| problem("", &[OWNER, ("LONGSHORE_PUBLIC_URL", url)]);
    assert!(refused("http://registry.example.com").contains("expected an https origin"));
    assert!(refused("https://registry.example.com/registry").contains("without a path"));
    let listen = [OWNER, ("LONGSHORE_LISTEN", "192.0.2.1:5000")];
    assert!(problem("", &listen).contains("does not follow from the listen address"));
}

#[test]
fn plain_http_to_the_plc_directory_needs_development() {
    let plc = ("PLC_DIRECTORY_URL", "http://localhost:2582");
    assert!(problem("", &[OWNER, plc]).contains("PLC_DIRECTORY_URL"));
    assert!(parse("", &[OWNER, plc, ("LONGSHORE_DEVELOPMENT", "true")]).is_ok());
}

#[test]
fn metrics_are_closed_when_the_public_url_is_elsewhere() {
    let public = ("LONGSHORE_PUBLIC_URL", "https://registry.example.com");
    let access = |pairs: &[(&str, &str)]| parse("", pairs).unwrap().telemetry.metrics_access;
    assert!(matches!(access(&[OWNER]), MetricsAccess::Loopback));
    assert!(matches!(access(&[OWNER, public]), MetricsAccess::Nobody));
    assert!(matches!(
        access(&[OWNER, public, ("METRICS_TOKEN", "0123456789abcdef")]),
        MetricsAccess::Token(_)
    ));
}

#[test]
fn the_hold_database_path_of_other_holds_is_understood() {
    let config = parse(
        "",
        &[OWNER, ("HOLD_DATABASE_PATH", "/var/lib/hold/hold.db")],
    )
    .unwrap();
    assert_eq!(config.database.display(), "SQLite, /var/lib/hold/hold.db");
}

#[test]
fn an_appview_needs_no_owner() {
    assert!(
        parse(
            "[server]\nroles = [\"appview\"]\n",
            &[("DEFAULT_HOLD_DID", "did:web:hold.example.com")]
        )
        .unwrap()
        .hold
        .is_none()
    );
}

#[test]
fn every_setting_has_its_place_in_a_section() {
    let mut reader = Reader::new(Given::default(), Vec::new());
    Config::read(&mut reader, None);
    for setting in settings::ALL {
        assert!(
            reader.read.contains(setting.key),
            "no section reads {}",
            setting.key
        );
    }
}

#[test]
fn the_commented_file_means_the_defaults_also_when_uncommented() {
    let commented = commented_file();
    let as_written = parse(&commented, &[OWNER]).unwrap();
    let uncommented: Vec<&str> = commented
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
        })
        .collect();
    let uncommented = uncommented.join("\n");
    assert_eq!(uncommented.matches("\nlisten = ").count(), 1);
    let uncommented = parse(&uncommented, &[OWNER]).unwrap();
    let defaults = parse("", &[OWNER]).unwrap();
    assert_eq!(format!("{as_written:?}"), format!("{defaults:?}"));
    assert_eq!(format!("{uncommented:?}"), format!("{defaults:?}"));
}

#[test]
fn the_commented_file_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("longshore.toml");
    write_commented_file(&path).unwrap();
    assert_eq!(
        write_commented_file(&path).unwrap_err().kind(),
        std::io::ErrorKind::AlreadyExists
    );
}

#[test]
fn the_example_environment_names_every_setting_and_no_other() {
    let example = include_str!("../../../.env.example");
    let named: Vec<&str> = example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name)
        .filter(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .collect();
    let table: Vec<&str> = settings::ALL
        .iter()
        .map(|setting| setting.environment)
        .collect();
    assert_eq!(named, table);
}
