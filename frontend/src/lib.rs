//! The browser half: wakes the islands that the server rendered. All components are in `app`.

use wasm_bindgen::prelude::wasm_bindgen;

// Linked for the islands it exports to JavaScript.
use app as _;

/// Called by the page once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
