//! The headers that only the rendering of a page can know: `Content-Security-Policy`, with the nonce
//! of this one answer, and that the answer may not be kept and reused.

use http::{HeaderValue, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// Sets the headers on the answer that is being rendered.
///
/// Scripts run only with the nonce of this answer; inline styles never apply. `wasm-unsafe-eval`
/// allows compiling WebAssembly and nothing else.
pub(crate) fn set() {
    let (Some(nonce), Some(response)) =
        (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
    else {
        // Only while the list of routes is made, when nothing is answered.
        return;
    };
    let policy = format!(
        "default-src 'none'; \
         script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("a nonce is base64");
    response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    let fresh = HeaderValue::from_static("private, no-cache");
    response.insert_header(header::CACHE_CONTROL, fresh);
}
