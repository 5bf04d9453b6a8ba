//! How much a browser has to fetch: the pages, and what they load.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::{REPOSITORIES, fetch};
use crate::report::{Better, Report};
use crate::subjects::{NODE, Subject};

/// Compresses its input as a proxy does on the fly.
const COMPRESS: &str = "const z = require('zlib'); const c = z.constants; \
    process.stdout.write(z.brotliCompressSync(require('fs').readFileSync(0), \
    { params: { [c.BROTLI_PARAM_QUALITY]: 5 } }))";

/// Of pages as they are and as a proxy would compress them, of files as the server sends them.
pub(super) async fn measure(longshore: &Subject, report: &mut Report) -> Result<()> {
    let (repository, _, _) = REPOSITORIES[1];
    let mut home = String::new();
    for (page, path) in [
        ("home", "/".to_owned()),
        ("overview", format!("/r/{repository}")),
        ("tags", format!("/r/{repository}/-/tags")),
        ("search", "/search".to_owned()),
    ] {
        let html = fetch(longshore, &path, "identity").await?;
        let name = format!("size of html, {page} page");
        add(report, longshore, &name, html.len());
        add(
            report,
            longshore,
            &format!("{name}, brotli"),
            compress(&html)?,
        );
        if page == "home" {
            home = String::from_utf8(html)?;
        }
    }
    for kind in ["css", "js", "wasm"] {
        let path = file_of_page(&home, kind)
            .with_context(|| format!("the home page names no {kind}; was the web app built?"))?;
        let plain = fetch(longshore, path, "identity").await?;
        let small = fetch(longshore, path, "br").await?;
        add(report, longshore, &format!("size of {kind}"), plain.len());
        add(
            report,
            longshore,
            &format!("size of {kind}, brotli"),
            small.len(),
        );
    }
    Ok(())
}

/// The path below `/pkg/` that ends like this.
fn file_of_page<'page>(html: &'page str, kind: &str) -> Option<&'page str> {
    let ending = format!(".{kind}");
    html.match_indices("/pkg/").find_map(|(start, _)| {
        let path = html[start..].split(['"', '\'']).next()?;
        path.ends_with(&ending).then_some(path)
    })
}

fn compress(bytes: &[u8]) -> Result<usize> {
    let mut node = Command::new(NODE)
        .args(["-e", COMPRESS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    node.stdin
        .take()
        .context("it was piped")?
        .write_all(bytes)?;
    let output = node.wait_with_output()?;
    ensure!(output.status.success(), "node could not compress");
    Ok(output.stdout.len())
}

#[expect(clippy::cast_precision_loss, reason = "some megabytes at most")]
fn add(report: &mut Report, subject: &Subject, name: &str, bytes: usize) {
    report.add(
        name,
        "kB",
        Better::Lower,
        subject.name,
        bytes as f64 / 1000.0,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_whatever_quotes_stand_around_them() {
        let html = r#"<link href="/pkg/a.1.css"><script>import('/pkg/a.1.js')</script>"#;
        assert_eq!(file_of_page(html, "css"), Some("/pkg/a.1.css"));
        assert_eq!(file_of_page(html, "js"), Some("/pkg/a.1.js"));
        assert_eq!(file_of_page(html, "wasm"), None);
    }
}
