//! Requests from a seed: honest ones first, then bent in one or more ways.

use std::fmt;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use super::framing::Message;
use crate::harness::{Image, TestServer};

/// Bytes to send, as they are.
pub struct RawRequest {
    pub bytes: Vec<u8>,
    /// The client closes its side after sending, before there is an answer.
    pub closes_early: bool,
}

impl fmt::Display for RawRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(2000)];
        write!(
            formatter,
            "{} (of {} bytes)",
            shown.escape_ascii(),
            self.bytes.len()
        )
    }
}

const METHODS: &[&str] = &[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PRI",
    "get",
    "G\u{c4}T",
    "",
    "A B",
    "M-SEARCH",
    "GETGETGETGETGETGETGETGETGETGETGETGETGETGET",
];

/// Parts that paths are bent with. None is a name that would be looked up in the world's DNS.
const SPLINTERS: &[&str] = &[
    "%00",
    "%",
    "%2",
    "%zz",
    "%2f",
    "%2F..%2F",
    "..",
    ".",
    "//",
    "/",
    "\\",
    "%5c",
    "%c0%af",
    "%ff%fe",
    "%e2%80%ae",
    "\u{0}",
    " ",
    "\t",
    "\u{e4}",
    "\u{1f6a2}",
    "#",
    "?",
    "&",
    ";",
    "%0d%0aset-cookie:x=y",
    "\r\nx: y",
    "{{7*7}}",
    "${jndi}",
    "'--",
    "<script>",
    "_catalog",
    "blobs",
    "uploads",
    "manifests",
    "tags",
    "referrers",
    "list",
    "v2",
    "sha256:",
    "sha512:00",
    "sha999:abc",
    "SHA256:AB",
    "%73ha256",
    "-",
    "__",
    "A",
    "0",
    "-1",
    "9223372036854775808",
];

const HEADERS: &[&str] = &[
    "content-range: 0-0",
    "content-range: bytes 0-10/*",
    "content-range: 5-1",
    "content-range: -",
    "content-range: 18446744073709551615-18446744073709551615",
    "range: bytes=0-0",
    "range: bytes=-",
    "range: bytes=9-1",
    "range: bytes=0-1,3-4,5-6",
    "range: bytes=18446744073709551615-",
    "range: lines=1-2",
    "if-range: \"x\"",
    "if-none-match: *",
    "if-none-match: \"sha256:0\", W/\"x\"",
    "accept: */*",
    "accept: application/vnd.oci.image.manifest.v1+json;q=x",
    "accept-encoding: gzip;q=nan",
    "content-type: application/vnd.oci.image.index.v1+json",
    "content-type: application/vnd.oci.image.manifest.v1+json",
    "content-type: text/html",
    "content-type: \u{e4}",
    "content-encoding: gzip",
    "expect: 100-continue",
    "expect: 200-ok",
    "upgrade: h2c",
    "connection: upgrade, http2-settings",
    "upgrade: websocket",
    "transfer-encoding: gzip",
    "x-forwarded-host: evil.example",
    "x-request-id: <script>",
    "cookie: a=b; a=b; \u{1}",
    "host: other",
    "x-http-method-override: DELETE",
    "authorization: Basic !!!",
    "authorization: Bearer",
    "authorization: Bearer \u{e4}",
    "authorization: Basic YTpi",
    " folded: value",
    "no-colon",
    ": no-name",
    "a b: c",
    "x: \u{0}",
    "oci-subject: sha256:1",
    "origin: null",
    "docker-content-digest: sha256:1",
];

/// Makes requests about one repository with something in it.
pub struct Generator {
    host: String,
    paths: Vec<String>,
    bodies: Vec<Vec<u8>>,
    token: String,
}

impl Generator {
    pub fn new(server: &TestServer, name: &str, image: &Image, token: &str, upload: &str) -> Self {
        let digest = image.digest().to_string();
        let mut generator = Self::from_parts(&server.host, name, &digest, token, upload);
        let layer = oci::Digest::sha256_of(&image.layers[0]);
        generator.paths.push(format!("/v2/{name}/blobs/{layer}"));
        generator.paths.push(format!("{upload}?digest={layer}"));
        generator
            .paths
            .push(format!("/v2/{name}/blobs/uploads/?mount={layer}"));
        generator.bodies.push(image.manifest.clone());
        generator.bodies.push(image.layers[0].clone());
        generator
    }

    pub fn from_parts(host: &str, name: &str, digest: &str, token: &str, upload: &str) -> Self {
        let paths = vec![
            "/v2/".to_owned(),
            "/v2".to_owned(),
            "/v2/_catalog?n=5&last=x".to_owned(),
            format!("/v2/{name}/tags/list?n=3&last=v0"),
            format!("/v2/{name}/manifests/v1"),
            format!("/v2/{name}/manifests/{digest}?tag=v2&tag=v3"),
            format!("/v2/{name}/referrers/{digest}?artifactType=a/b"),
            format!("/v2/{name}/blobs/uploads/"),
            format!("/v2/{name}/blobs/uploads/?mount={digest}&from={name}"),
            format!("/v2/{name}/blobs/uploads/?digest={digest}"),
            upload.to_owned(),
            "/v2/did-plc-aaaaaaaaaaaaaaaaaaaaaaaa/x/manifests/v1".to_owned(),
            "/v2/nobody-here.test/x/tags/list".to_owned(),
            format!("/auth/token?service={host}&scope=repository:{name}:pull,push"),
            "/auth/token".to_owned(),
            "/health".to_owned(),
            "/ready".to_owned(),
            "/metrics".to_owned(),
            "/".to_owned(),
        ];
        let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        let bodies = [
            "",
            "{}",
            "null",
            "{",
            r#"{"schemaVersion":2}"#,
            r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
            r#"{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"sha256:0","size":-1},"layers":[]}"#,
            "grant_type=password&username=captain.test&password=abcd-efgh-ijkl-mnoq",
            "grant_type=password&username=%00&password=%ff",
            "grant_type=&&&===%%%",
            "\u{0}\u{1}\u{2}",
            &nested,
        ];
        let bodies = bodies.iter().map(|body| body.as_bytes().to_vec()).collect();
        Self {
            host: host.to_owned(),
            paths,
            bodies,
            token: token.to_owned(),
        }
    }

    pub fn request(&self, random: &mut StdRng) -> RawRequest {
        let mut target = self.paths.choose(random).expect("not empty").clone();
        let method = match random.random_range(0..10) {
            0 => METHODS.choose(random),
            1..4 => METHODS[..6].choose(random),
            _ => methods_of(&target).choose(random),
        };
        let method = method.expect("not empty");
        for _ in 0..random.random_range(0..6_usize).saturating_sub(3) {
            bend(&mut target, random);
        }
        let mut headers = vec!["connection: close".to_owned()];
        if random.random_bool(0.95) {
            headers.push(format!("host: {}", self.host));
        }
        if random.random_bool(0.7) {
            headers.push(format!("authorization: Bearer {}", self.token));
        }
        for _ in 0..random.random_range(0..5_usize).saturating_sub(2) {
            let header = (*HEADERS.choose(random).expect("not empty")).to_owned();
            let twice = random.random_bool(0.2).then(|| header.clone());
            headers.extend(twice.into_iter().chain([header]));
        }
        let body = self.bodies.choose(random).expect("not empty").clone();
        let mut message = Message::new(method, &target, headers, body);
        message.bend(random);
        message.into_request(random)
    }
}

/// Methods that a path has, without those after which there would be nothing left to ask for.
fn methods_of(path: &str) -> &'static [&'static str] {
    match path.rsplit_once("/blobs/uploads/") {
        Some((_, "")) => &["POST"],
        Some((_, query)) if query.starts_with('?') => &["POST"],
        Some(_) => &["GET", "PATCH", "PUT"],
        None if path.contains("/manifests/") => &["GET", "HEAD", "PUT"],
        None if path == "/auth/token" => &["POST"],
        None => &["GET", "HEAD"],
    }
}

/// Bends a path or query behind its owner, whose name must stay one of the test network.
fn bend(target: &mut String, random: &mut StdRng) {
    let start = target
        .find(".test/")
        .map_or(1, |at| at + ".test/".len())
        .min(target.len());
    let places: Vec<usize> = (start..=target.len())
        .filter(|at| target.is_char_boundary(*at))
        .collect();
    let at = *places.choose(random).expect("the end is a place");
    match random.random_range(0..6) {
        0..3 => target.insert_str(at, SPLINTERS.choose(random).expect("not empty")),
        3 => target.truncate(at),
        4 => target.push_str(&"x".repeat(random.random_range(1..9000))),
        _ => {
            let double = target[at..].to_owned();
            target.push_str(&double);
        }
    }
}
