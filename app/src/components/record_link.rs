//! The way to what somebody's repo itself says.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use super::copy_button::CopyButton;
use crate::{routes, t};

/// Shows the address of a record, to copy, with a link to the record as the server `pds` gives it to everybody.
#[component]
pub(crate) fn RecordLink(uri: String, pds: String) -> impl IntoView {
    let link = record_address(&uri, &pds).map(|href| {
        view! { <a class="record-link" href=href rel="nofollow noopener">{t!("record-view")}</a> }
    });
    view! {
        <span class="copyable">
            <code class="record-uri">{uri.clone()}</code>
            <CopyButton text=uri label=t!("copy-record") />
        </span>
        {link}
    }
}

/// Where the server `pds` gives the record `uri`, `at://<did>/<collection>/<key>`.
fn record_address(uri: &str, pds: &str) -> Option<String> {
    let mut parts = uri.strip_prefix("at://")?.splitn(3, '/');
    let (repo, collection, key) = (parts.next()?, parts.next()?, parts.next()?);
    let method = format!(
        "{}/xrpc/com.atproto.repo.getRecord",
        pds.trim_end_matches('/')
    );
    let parameters = [("repo", repo), ("collection", collection), ("rkey", key)];
    Some(routes::with_query(&method, &parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_from_its_server() {
        assert_eq!(
            record_address(
                "at://did:plc:abc/io.atcr.tag/app_v1",
                "https://pds.example/"
            )
            .as_deref(),
            Some(
                "https://pds.example/xrpc/com.atproto.repo.getRecord?repo=did:plc:abc&collection=io.atcr.tag&rkey=app_v1"
            )
        );
        assert_eq!(
            record_address("https://pds.example", "https://pds.example"),
            None
        );
    }
}
