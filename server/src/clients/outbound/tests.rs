//! The outbound client against hostile servers.
