//! What pages are built of. Islands are the components that also run in the browser.

pub(crate) mod copy_button;
pub(crate) mod icon;
pub(crate) mod theme_switch;

#[cfg(feature = "ssr")]
pub(crate) mod ask_to_manage;
#[cfg(feature = "ssr")]
pub(crate) mod ask_to_push;
#[cfg(feature = "ssr")]
pub(crate) mod confirm_first;
#[cfg(feature = "ssr")]
pub(crate) mod facts;
#[cfg(feature = "ssr")]
pub(crate) mod form_token;
#[cfg(feature = "ssr")]
pub(crate) mod harbour;
#[cfg(feature = "ssr")]
pub(crate) mod layout;
#[cfg(feature = "ssr")]
pub(crate) mod listing;
#[cfg(feature = "ssr")]
pub(crate) mod loaded;
#[cfg(feature = "ssr")]
pub(crate) mod pull_command;
#[cfg(feature = "ssr")]
pub(crate) mod pull_panel;
#[cfg(feature = "ssr")]
pub(crate) mod record_link;
#[cfg(feature = "ssr")]
pub(crate) mod repository_header;
#[cfg(feature = "ssr")]
pub(crate) mod signal_flag;
#[cfg(feature = "ssr")]
pub(crate) mod values;
