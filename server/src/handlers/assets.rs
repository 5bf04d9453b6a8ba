//! The files of the web app: style sheet, WebAssembly, icons.
//!
//! They are few and small, so they are read once at start and answered from memory: no path of a
//! request ever reaches the file system, and a folder that is replaced under a running server does
//! not break its pages. Next to `file` may lie `file.br` and `file.gz`, made by the build.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Files with a hash in their name never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Icons and the like keep their names, so they are asked for again after a day.
const ONE_DAY: &str = "public, max-age=86400";

/// The file in which the build lists the hashes of the others, as `css: <hash>` lines.
const HASH_FILE: &str = "hash.txt";

/// All files below the site folder, by the path under which they are asked for.
#[derive(Debug, Default)]
pub struct Assets {
    files: HashMap<String, Asset>,
    hash_file: Option<PathBuf>,
}

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    cache_control: &'static str,
    /// Weak, because all encodings share it.
    etag: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Assets {
    /// Reads the site folder. Files of a type that the web app does not have are left out.
    ///
    /// `program_dir` is the folder of the running program, where `cargo leptos` puts the list of
    /// hashes when it has not been moved into the site folder.
    pub fn load(site_root: &Path, program_dir: Option<&Path>) -> io::Result<Self> {
        let mut paths = Vec::new();
        collect_files(site_root, &mut paths)?;
        let hash_file = find_hash_file(site_root, program_dir, &paths);
        let hashes = hash_file.as_deref().map(read_hashes).unwrap_or_default();
        let mut files = HashMap::new();
        for path in &paths {
            let Some(content_type) = content_type(path) else {
                continue;
            };
            let relative = path.strip_prefix(site_root).expect("listed below the root");
            let Some(relative) = relative.to_str().filter(|name| *name != HASH_FILE) else {
                continue;
            };
            let is_immutable = hashes.iter().any(|(_, hash)| relative.contains(hash));
            let asset = Asset::load(path, content_type, is_immutable)?;
            files.insert(format!("/{relative}"), asset);
        }
        Ok(Self { files, hash_file })
    }

    /// The list of hashes that belongs to these files, if their names carry any.
    pub fn hash_file(&self) -> Option<&Path> {
        self.hash_file.as_deref()
    }

    /// The answer to a `GET` or `HEAD` of `path`, or `None` when there is no such file.
    pub fn answer(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        self.files.get(path).map(|asset| asset.answer(request))
    }
}

impl Asset {
    fn load(path: &Path, content_type: &'static str, is_immutable: bool) -> io::Result<Self> {
        let plain = Bytes::from(fs::read(path)?);
        let etag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&plain))[..32]);
        Ok(Self {
            content_type,
            cache_control: if is_immutable { IMMUTABLE } else { ONE_DAY },
            etag: HeaderValue::from_str(&etag).expect("hex is a legal header value"),
            plain,
            brotli: read_if_present(path, "br")?,
            gzip: read_if_present(path, "gz")?,
        })
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let caching = [
            (header::ETAG, self.etag.clone()),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static(self.cache_control),
            ),
            (
                header::VARY,
                HeaderValue::from_static(header::ACCEPT_ENCODING.as_str()),
            ),
        ];
        if is_known(request, &self.etag) {
            return (StatusCode::NOT_MODIFIED, caching).into_response();
        }
        let (encoding, body) = self.best_encoding(request);
        let content_type = [(header::CONTENT_TYPE, self.content_type)];
        let mut response = (caching, content_type, Body::from(body)).into_response();
        if let Some(encoding) = encoding {
            let value = HeaderValue::from_static(encoding);
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, value);
        }
        response
    }

    fn best_encoding(&self, request: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let candidates = [("br", &self.brotli), ("gzip", &self.gzip)];
        for (name, body) in candidates {
            if let Some(body) = body
                && accepts(request, name)
            {
                return (Some(name), body.clone());
            }
        }
        (None, self.plain.clone())
    }
}

/// RFC 9110 section 13.1.2, with weak comparison.
fn is_known(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = opaque(etag.to_str().expect("made of ASCII"));
    list_items(request, &header::IF_NONE_MATCH).any(|tag| tag == "*" || opaque(tag) == own)
}

/// Whether `Accept-Encoding` names `encoding` and does not refuse it with a weight of zero.
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    list_items(request, &header::ACCEPT_ENCODING).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn list_items<'a>(
    headers: &'a HeaderMap,
    name: &'a header::HeaderName,
) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn content_type(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn read_if_present(path: &Path, suffix: &str) -> io::Result<Option<Bytes>> {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    match fs::read(name) {
        Ok(bytes) => Ok(Some(Bytes::from(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The list of hashes whose files are all there: one that another build left behind does not count,
/// or the pages would ask for files that do not exist.
fn find_hash_file(
    site_root: &Path,
    program_dir: Option<&Path>,
    paths: &[PathBuf],
) -> Option<PathBuf> {
    let names: HashSet<&str> = paths
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    let matches = |file: &PathBuf| {
        let hashes = read_hashes(file);
        let is_there = |(kind, hash): &(String, String)| {
            let ending = format!(".{hash}.{kind}");
            names.iter().any(|name| name.ends_with(&ending))
        };
        !hashes.is_empty() && hashes.iter().all(is_there)
    };
    [Some(site_root), program_dir]
        .into_iter()
        .flatten()
        .map(|folder| folder.join(HASH_FILE))
        .find(matches)
}

/// Kind of file (`css`, `js`, `wasm`) and hash; empty when the file is not there.
fn read_hashes(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(kind, hash)| (kind.trim().to_owned(), hash.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn built_site() -> tempfile::TempDir {
        site(&[
            ("hash.txt", "css: aBc_1\n"),
            ("pkg/longshore.aBc_1.css", "plain"),
            ("pkg/longshore.aBc_1.css.br", "brotli"),
            ("pkg/longshore.aBc_1.css.gz", "gzip"),
            ("pkg/longshore.d.ts", "types"),
            ("favicon.svg", "<svg/>"),
        ])
    }

    fn request(headers: &[(header::HeaderName, &str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    async fn body(response: Response) -> Bytes {
        to_bytes(response.into_body(), 100).await.unwrap()
    }

    const STYLE: &str = "/pkg/longshore.aBc_1.css";

    #[tokio::test]
    async fn the_best_encoding_that_the_client_takes_is_sent() {
        let folder = built_site();
        let assets = Assets::load(folder.path(), None).unwrap();
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", "brotli"),
            ("gzip;q=0.8, br;q=0", "gzip"),
            ("identity", "plain"),
        ] {
            let headers = request(&[(header::ACCEPT_ENCODING, accepted)]);
            let response = assets.answer(STYLE, &headers).unwrap();
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(body(response).await, expected, "{accepted}");
        }
    }

    #[tokio::test]
    async fn a_known_etag_is_answered_without_a_body() {
        let folder = built_site();
        let assets = Assets::load(folder.path(), None).unwrap();
        let first = assets.answer(STYLE, &HeaderMap::new()).unwrap();
        let etag = first.headers()[header::ETAG].to_str().unwrap();
        let list = format!("\"other\", {etag}");
        let second = assets
            .answer(STYLE, &request(&[(header::IF_NONE_MATCH, &list)]))
            .unwrap();
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(second.headers()[header::CACHE_CONTROL], IMMUTABLE);
        assert!(body(second).await.is_empty());
    }

    #[test]
    fn only_hashed_names_are_immutable() {
        let folder = built_site();
        let assets = Assets::load(folder.path(), None).unwrap();
        let icon = assets.answer("/favicon.svg", &HeaderMap::new()).unwrap();
        assert_eq!(icon.headers()[header::CACHE_CONTROL], ONE_DAY);
        assert_eq!(icon.headers()[header::CONTENT_TYPE], "image/svg+xml");
    }

    #[tokio::test]
    async fn the_icons_are_there_in_the_sizes_that_the_manifest_names() {
        let assets = Assets::load(Path::new("../public"), None).unwrap();
        let get = |path: &str| {
            assets
                .answer(path, &HeaderMap::new())
                .expect("there is such a file")
        };
        let manifest = get("/site.webmanifest");
        assert_eq!(
            manifest.headers()[header::CONTENT_TYPE],
            "application/manifest+json"
        );
        assert_eq!(manifest.headers()[header::CACHE_CONTROL], ONE_DAY);
        let manifest = to_bytes(manifest.into_body(), 10_000).await.unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let icons = manifest["icons"].as_array().unwrap();
        let of_manifest = icons.iter().map(|icon| {
            let word = |name: &str| icon[name].as_str().unwrap();
            (word("src"), word("type"), word("sizes"))
        });
        let of_pages = [
            ("/favicon.ico", "image/x-icon", "any"),
            ("/apple-touch-icon.png", "image/png", "180x180"),
        ];
        for (path, content_type, sizes) in of_manifest.chain(of_pages) {
            let icon = get(path);
            assert_eq!(icon.headers()[header::CONTENT_TYPE], content_type, "{path}");
            assert_eq!(icon.headers()[header::CACHE_CONTROL], ONE_DAY, "{path}");
            let icon = to_bytes(icon.into_body(), 100_000).await.unwrap();
            if content_type == "image/png" {
                // Width and height stand in the first chunk of a PNG.
                let side = |at: usize| u32::from_be_bytes(icon[at..at + 4].try_into().unwrap());
                assert_eq!(format!("{}x{}", side(16), side(20)), sizes, "{path}");
            }
        }
    }

    #[test]
    fn files_that_are_not_of_the_web_app_are_not_served() {
        let folder = built_site();
        let assets = Assets::load(folder.path(), None).unwrap();
        for path in ["/hash.txt", "/pkg/longshore.d.ts", "/../favicon.svg", "/"] {
            assert!(assets.answer(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }

    #[test]
    fn the_hash_list_of_another_build_is_not_used() {
        let folder = site(&[("hash.txt", "css: gone\n"), ("pkg/longshore.here.css", "")]);
        let program = site(&[("hash.txt", "css: here\n")]);
        let assets = Assets::load(folder.path(), Some(program.path())).unwrap();
        assert_eq!(
            assets.hash_file(),
            Some(program.path().join("hash.txt").as_path())
        );
    }
}
