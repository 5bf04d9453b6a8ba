//! Signing in through the browser. Names that begin with letters and a number are checks of the security checklist.

mod beginnings;
mod bound_tokens;
mod browser;
mod browser_cookie;
mod callbacks;
mod confidential;
mod deploys;
#[expect(
    dead_code,
    reason = "shared with the `process` tests, which use more of it"
)]
pub mod fake_server;
mod fresh;
mod hostile;
mod inactive_accounts;
mod limits;
mod lost_permission;
mod reference;
mod reference_pages;
mod refresh;
pub mod scene;
mod signed_in_scene;

pub use browser::{Browser, Shown};
use reference_pages::{Answer, visit};
use url::Url;

use crate::harness::Account;

/// Signs a browser in at the reference PDS, allowing what `more` asks for.
pub async fn sign_in(browser: &Browser, account: &Account, more: &[(&str, &str)]) {
    let page = browser.begin(&account.handle, more).await;
    let address = visit(&page, account, Answer::Agree).await;
    let back = browser.come_back(&address).await;
    assert_eq!(back.status, 200, "{}", back.problem());
}

/// The account agrees at its reference PDS. Returns the address that the browser is sent to.
pub async fn agree(page: &Url, account: &Account) -> String {
    visit(page, account, Answer::Agree).await
}
