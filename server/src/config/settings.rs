//! The table of settings: every name, default and description, once.
//!
//! The sections read by these entries, unknown names are refused by this table, and the commented file of
//! `longshore config init` and the list of `longshore config list` are printed from it. A test compares it
//! with `.env.example`.

/// One setting, under both its names.
#[derive(Debug)]
pub struct Setting {
    /// Name in the TOML file, `section.key`.
    pub key: &'static str,
    /// Name in the environment, which wins over the file.
    pub environment: &'static str,
    /// The value that applies when it is not set.
    pub default: DefaultValue,
    /// Completes "expected …" in an error.
    pub expects: &'static str,
    /// Whether the value may never be shown.
    pub secret: bool,
    /// What it does, in a sentence or two.
    pub description: &'static str,
}

/// What applies when a setting is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// A value, parsed like any other.
    Value(&'static str),
    /// Follows from other settings, as described.
    Derived(&'static str),
    /// Nothing: the feature is off.
    Unset,
}

impl Setting {
    /// The part of the key before the dot.
    pub fn section(&self) -> &'static str {
        self.key
            .split_once('.')
            .map_or(self.key, |(section, _)| section)
    }

    /// The part of the key after the dot.
    pub fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }
}

macro_rules! settings {
    ($($constant:ident = $key:literal, $environment:literal, $default:expr, $expects:literal, $secret:literal,
       $description:literal;)*) => {
        $(
            #[doc = $description]
            pub const $constant: Setting = Setting {
                key: $key,
                environment: $environment,
                default: $default,
                expects: $expects,
                secret: $secret,
                description: $description,
            };
        )*

        /// Every setting, section by section.
        pub const ALL: &[Setting] = &[$($constant),*];
    };
}

use DefaultValue::{Derived, Unset, Value};

settings! {
    ROLES = "server.roles", "LONGSHORE_ROLES", Value("appview,hold"),
        "appview, hold, or both separated by a comma", false,
        "What this process is: the registry with its web app (appview), a storage service (hold), or both.";
    DATA_DIR = "server.data_dir", "LONGSHORE_DATA_DIR", Value("./data"),
        "a path", false,
        "Folder for everything that is kept and has no other place. Created at the first start, readable by its owner only.";
    DEVELOPMENT = "server.development", "LONGSHORE_DEVELOPMENT", Value("false"),
        "true or false", false,
        "Allows http and loopback addresses for PDSes, the PLC directory and did:web, for a network on one machine. Refused unless the public URL is on loopback.";
    LISTEN = "http.listen", "LONGSHORE_LISTEN", Value("127.0.0.1:5000"),
        "an IP address and a port, such as 127.0.0.1:5000 or [::]:5000", false,
        "Address and port to listen on.";
    PUBLIC_URL = "http.public_url", "LONGSHORE_PUBLIC_URL", Derived("http://localhost:<port of http.listen>"),
        "an https origin without a path, such as https://registry.example.com (http only for localhost)", false,
        "The origin under which people and clients reach the registry. Links, tokens and `docker login` name it, so it must be what they type.";
    SHUTDOWN_SECONDS = "http.shutdown_seconds", "LONGSHORE_SHUTDOWN_SECONDS", Value("30"),
        "a whole number from 0 to 3600", false,
        "How long requests in progress may take to finish after a stop signal, in seconds.";
    TRUSTED_PROXIES = "http.trusted_proxies", "LONGSHORE_TRUSTED_PROXIES", Value("127.0.0.0/8,::1"),
        "addresses or ranges separated by commas, such as 10.0.0.0/8,192.0.2.7", false,
        "Reverse proxies that are believed when they say in X-Forwarded-For for whom they ask. Limits are by client address; behind a proxy that is not named here, everybody shares one.";
    DATABASE_URL = "database.url", "DATABASE_URL", Derived("sqlite:<server.data_dir>/longshore.db"),
        "sqlite:<path> or postgres://user:password@host/database", true,
        "Where the data is kept: one SQLite file, or a PostgreSQL database. Several replicas need PostgreSQL, and S3 for the blobs.";
    STORAGE_DRIVER = "blob_store.driver", "STORAGE_DRIVER", Value("filesystem"),
        "filesystem or s3", false,
        "Where blobs lie: in a folder, or in a bucket of an S3-compatible service.";
    STORAGE_ROOT_DIR = "blob_store.root_dir", "STORAGE_ROOT_DIR", Derived("<server.data_dir>/blobs"),
        "a path", false,
        "Folder for blobs, with the driver `filesystem`.";
    S3_BUCKET = "blob_store.s3_bucket", "S3_BUCKET", Unset,
        "the name of a bucket that is there", false,
        "Bucket for blobs, with the driver `s3`. Longshore expects it for itself alone.";
    S3_ENDPOINT = "blob_store.s3_endpoint", "S3_ENDPOINT", Derived("Amazon's of the region"),
        "an http or https origin, such as https://s3.example.com", false,
        "The S3-compatible service. Clients that pull are sent there, so it must be reachable for them, unless `blob_store.s3_redirect` is off.";
    S3_PATH_STYLE = "blob_store.s3_path_style", "S3_PATH_STYLE", Derived("true when blob_store.s3_endpoint is set"),
        "true or false", false,
        "Whether the bucket's name stands in the path of a URL instead of its host.";
    S3_REDIRECT = "blob_store.s3_redirect", "S3_REDIRECT", Value("true"),
        "true or false", false,
        "Whether clients fetch blobs from the bucket itself, by URLs that are good for five minutes. Otherwise the server passes the bytes on.";
    AWS_REGION = "blob_store.s3_region", "AWS_REGION", Value("us-east-1"),
        "the name of a region", false,
        "The region of the bucket. Services with one region mostly do not look at it.";
    AWS_ACCESS_KEY_ID = "blob_store.s3_access_key_id", "AWS_ACCESS_KEY_ID", Unset,
        "an access key", false,
        "Who asks the S3-compatible service. May read, write, list and delete in the bucket, and nothing more.";
    AWS_SECRET_ACCESS_KEY = "blob_store.s3_secret_access_key", "AWS_SECRET_ACCESS_KEY", Unset,
        "the secret of the access key", true,
        "With what requests to the S3-compatible service are signed.";
    HOLD_OWNER = "hold.owner", "HOLD_OWNER", Unset,
        "a handle such as alice.example, or a DID such as did:plc:… or did:web:…", false,
        "The captain of this server's hold, at its first start. Needed by the role `hold`. Later, the captain hands the hold over; another value here is refused.";
    HOLD_NAME = "hold.name", "HOLD_NAME", Derived("the host of hold.public_url"),
        "a name of at most 64 characters", false,
        "What the hold is called in its profile, at its first start.";
    HOLD_PUBLIC = "hold.public", "HOLD_PUBLIC", Derived("the captain record; false in a new hold"),
        "true or false", false,
        "Whether everybody may pull what lies in the hold, without signing in. When it is set, the captain record is changed to it at each start.";
    HOLD_PUBLIC_URL = "hold.public_url", "HOLD_PUBLIC_URL", Derived("http.public_url"),
        "an https origin without a path or port, such as https://hold.example.com (http and a port only for localhost)", false,
        "The origin of the hold; its DID is the did:web of it, unless it is a did:plc. A domain of its own, apart from the web app, is safer in production.";
    HOLD_ALLOW_ALL_CREW = "hold.allow_all_crew", "HOLD_ALLOW_ALL_CREW", Derived("the captain record; false in a new hold"),
        "true or false", false,
        "Whether anybody who signs in may join the crew, and so store in the hold. When it is set, the captain record is changed to it at each start.";
    HOLD_BLUESKY_POSTS = "hold.bluesky_posts", "HOLD_BLUESKY_POSTS", Derived("the captain record; false in a new hold"),
        "true or false", false,
        "Whether the hold announces tagged pushes by posts of its own, which everybody can read. When it is set, the captain record is changed to it at each start.";
    HOLD_DID_METHOD = "hold.did_method", "HOLD_DID_METHOD", Value("web"),
        "web or plc", false,
        "What kind of DID the hold gets at its first start: web, which is its domain for good, or plc, from the PLC directory, which can move to another domain. A hold keeps the DID it has.";
    HOLD_QUOTA_TIERS = "hold.quota_tiers", "HOLD_QUOTA_TIERS", Value("deckhand=5GB,bosun=50GB,quartermaster=100GB"),
        "names with sizes, from the least to the most, such as deckhand=5GB,bosun=50GB; or none", false,
        "What members of the crew may store, by the tier in their record. The captain has no limit, and with `none` nobody has.";
    HOLD_DEFAULT_TIER = "hold.default_tier", "HOLD_DEFAULT_TIER", Derived("the first of hold.quota_tiers"),
        "one of the names in hold.quota_tiers", false,
        "The tier of members whose record names none.";
    HOLD_GC_INTERVAL_HOURS = "hold.gc_interval_hours", "HOLD_GC_INTERVAL_HOURS", Value("24"),
        "a whole number from 0 to 8760; 0 never collects", false,
        "How often the hold frees the blobs that nothing uses any more, in hours.";
    HOLD_GC_GRACE_MINUTES = "hold.gc_grace_minutes", "HOLD_GC_GRACE_MINUTES", Value("60"),
        "a whole number from 60 to 525600 (from 0 only with server.development)", false,
        "How long a blob that nothing uses is kept after somebody last stored or used it, and again in quarantine, in minutes.";
    HOLD_TRUSTED_APPVIEWS = "hold.trusted_appviews", "HOLD_TRUSTED_APPVIEWS", Unset,
        "DIDs separated by commas", false,
        "Registries that may set the tier of crew members (io.atcr.hold.updateCrewTier).";
    HOLD_DATABASE_PATH = "hold.database_path", "HOLD_DATABASE_PATH", Unset,
        "a path, and database.url left out", false,
        "Another spelling of `database.url = sqlite:<path>`, for people who bring the settings of another hold. The file must be Longshore's own.";
    HOLD_DATABASE_KEY_PATH = "hold.database_key_path", "HOLD_DATABASE_KEY_PATH", Derived("<server.data_dir>/keys/hold-signing.key"),
        "a path", false,
        "File of the key that signs the hold's records, or a folder, in which it is `signing.key`. Created when missing; the same on every replica. Whoever has it can speak for the hold: back it up, and keep it secret.";
    HOLD_ROTATION_KEY_PATH = "hold.rotation_key_path", "HOLD_ROTATION_KEY_PATH", Derived("<server.data_dir>/keys/hold-rotation.key"),
        "a path", false,
        "File of the key that changes the hold's did:plc. Created when missing, for the method plc. Without it the hold cannot move.";
    HOLD_EVENT_RETENTION_HOURS = "hold.event_retention_hours", "HOLD_EVENT_RETENTION_HOURS", Value("72"),
        "a whole number from 1 to 8760", false,
        "How long the events of the hold's firehose are kept for those who come back with a cursor, in hours.";
    HOLD_RELAYS = "hold.relays", "HOLD_RELAYS", Unset,
        "https origins separated by commas, such as https://relay.example.com (http only for localhost)", false,
        "Relays that are asked at each start to follow the hold, so that the network hears of its records.";
    PLC_DIRECTORY_URL = "identity.plc_directory_url", "PLC_DIRECTORY_URL", Value("https://plc.directory"),
        "an https origin without a path (http only with server.development)", false,
        "The directory that did:plc identities are looked up in.";
    HANDLE_RESOLVER_URL = "identity.handle_resolver_url", "HANDLE_RESOLVER_URL", Unset,
        "an origin without a path, and server.development = true", false,
        "A service that resolves handles (com.atproto.identity.resolveHandle), for the `.test` handles of a development network. Needs server.development.";
    DNS_SERVER = "identity.dns_server", "DNS_SERVER", Unset,
        "an IP address and a port, such as 9.9.9.9:53", false,
        "DNS server for handles, instead of the system's.";
    EXTRA_CA_FILE = "identity.extra_ca_file", "LONGSHORE_EXTRA_CA_FILE", Unset,
        "a PEM file that can be read", false,
        "Certificate authorities to trust for outgoing connections, beside the public ones.";
    DEFAULT_HOLD_DID = "registry.default_hold_did", "DEFAULT_HOLD_DID", Derived("the hold of this process"),
        "a DID such as did:web:hold.example.com", false,
        "The hold that pushes go to whose owner chose none in their profile. Needed by a registry without a hold of its own.";
    TOKEN_LIFETIME_SECONDS = "registry.token_lifetime_seconds", "REGISTRY_TOKEN_LIFETIME_SECONDS", Value("300"),
        "a whole number from 60 to 3600", false,
        "How long a registry token given to a client is good for, in seconds.";
    TOKEN_KEY_PATH = "registry.token_key_path", "REGISTRY_TOKEN_KEY_PATH", Derived("<server.data_dir>/keys/registry-token.key"),
        "a path", false,
        "File of the key that signs registry tokens. Created when missing; the same on every replica.";
    SESSION_KEY_PATH = "registry.session_key_path", "SESSION_KEY_PATH", Derived("<server.data_dir>/keys/sessions.key"),
        "a path", false,
        "File of the key that encrypts PDS sessions in the database. Created when missing; the same on every replica.";
    SESSION_IDLE_HOURS = "registry.session_idle_hours", "REGISTRY_SESSION_IDLE_HOURS", Value("12"),
        "a whole number from 1 to 720", false,
        "How long a PDS session opened by `docker login` is kept without being used, in hours.";
    ALLOW_ACCOUNT_PASSWORDS = "registry.allow_account_passwords", "REGISTRY_ALLOW_ACCOUNT_PASSWORDS", Value("false"),
        "true or false", false,
        "Accepts any password at `docker login`, where otherwise only app passwords are. Leave it off: an account password opens everything its owner has.";
    TAG_FRESH_SECONDS = "registry.tag_fresh_seconds", "REGISTRY_TAG_FRESH_SECONDS", Value("10"),
        "a whole number from 0 to 3600", false,
        "How long a tag that was read from its owner's PDS is answered without asking again, in seconds.";
    MAX_BLOB_BYTES = "registry.max_blob_bytes", "REGISTRY_MAX_BLOB_BYTES", Value("50GiB"),
        "a size such as 500MB or 50GiB, from 1MiB to 1PiB", false,
        "The largest blob that is accepted.";
    UPLOAD_EXPIRY_HOURS = "registry.upload_expiry_hours", "REGISTRY_UPLOAD_EXPIRY_HOURS", Value("24"),
        "a whole number from 1 to 720", false,
        "How long an unfinished upload can be continued after its last byte, in hours.";
    OAUTH_CLIENT_NAME = "oauth.client_name", "OAUTH_CLIENT_NAME", Value("Longshore"),
        "a name of at most 64 characters", false,
        "What this registry calls itself where people sign in at their own server.";
    OAUTH_CLIENT_KEYS_PATH = "oauth.client_keys_path", "OAUTH_CLIENT_KEYS_PATH", Derived("<server.data_dir>/keys/oauth-client-keys.json"),
        "a path", false,
        "File of the keys with which this registry shows other servers who it is. Created when missing; the same on every replica. `longshore oauth rotate-key` changes it.";
    LIMIT_SIGN_INS = "limits.sign_ins", "LONGSHORE_LIMIT_SIGN_INS", Value("30"),
        "a whole number from 0 to 1000000; 0 does not limit", false,
        "How many sign-ins may begin from one client address in ten minutes.";
    LIMIT_SIGN_INS_PER_HOST = "limits.sign_ins_per_host", "LONGSHORE_LIMIT_SIGN_INS_PER_HOST", Value("600"),
        "a whole number from 0 to 1000000; 0 does not limit", false,
        "How many sign-ins may begin at one other host in ten minutes, whoever asks for them.";
    LIMIT_DEVICE_LOGINS = "limits.device_logins", "LONGSHORE_LIMIT_DEVICE_LOGINS", Value("30"),
        "a whole number from 0 to 1000000; 0 does not limit", false,
        "How many logins of devices may begin from one client address in ten minutes, and how many codes may be typed.";
    LIMIT_WRONG_LOGINS = "limits.wrong_logins", "LONGSHORE_LIMIT_WRONG_LOGINS", Value("20"),
        "a whole number from 0 to 1000000; 0 does not limit", false,
        "How many wrong passwords or tokens may come with one name from one client address in ten minutes, and five times as many with any name. It never locks an account.";
    EXAMPLE_HANDLE = "web.example_handle", "WEB_EXAMPLE_HANDLE", Unset,
        "a handle such as alice.example", false,
        "The handle that the commands on the home page are written for.";
    SIGN_UP_URL = "web.sign_up_url", "WEB_SIGN_UP_URL", Value("https://bsky.app"),
        "an http or https address", false,
        "Where people without an account are sent to make one.";
    OPERATOR_CONTACT = "web.operator_contact", "WEB_OPERATOR_CONTACT", Unset,
        "a mail address, or an https address", false,
        "How people reach whoever runs this server. It is shown on the pages about privacy and terms.";
    LANGUAGE = "web.language", "LONGSHORE_LANGUAGE", Value("en"),
        "en, or en-XA for English with accents", false,
        "The language of the pages. What a translation lacks is said in English; en-XA shows whoever translates what can be translated, and whether longer words fit.";
    SITE_ROOT = "web.site_root", "LONGSHORE_SITE_ROOT", Derived("the folder `site` beside the binary, else target/site"),
        "a path", false,
        "Folder with the web app's scripts, styles and images.";
    LOG = "telemetry.log", "LONGSHORE_LOG", Value("info"),
        "levels such as info or warn,server=debug", false,
        "What is logged: error, warn, info, debug or trace, for everything or by module.";
    LOG_FORMAT = "telemetry.log_format", "LONGSHORE_LOG_FORMAT", Value("text"),
        "text or json", false,
        "How log lines are written.";
    METRICS_PUBLIC = "telemetry.metrics_public", "METRICS_PUBLIC", Value("false"),
        "true or false, and false when telemetry.metrics_token is set", false,
        "Answers /metrics to everybody. Otherwise it answers to the token, or, where there is none and the public URL is on loopback, to this machine.";
    METRICS_TOKEN = "telemetry.metrics_token", "METRICS_TOKEN", Unset,
        "at least 16 printable characters without spaces", true,
        "Answers /metrics to requests with `Authorization: Bearer <this>`.";
}
