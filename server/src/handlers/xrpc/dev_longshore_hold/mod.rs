//! `dev.longshore.hold.*`: what holds of ours do beyond the published methods.

pub(super) mod accept_captaincy;
pub(super) mod collect_garbage;
pub(super) mod estimate_removal;
pub(super) mod get_captaincy_offer;
pub(super) mod get_network_status;
pub(super) mod get_usage;
pub(super) mod list_activity;
pub(super) mod list_collections;
pub(super) mod offer_captaincy;
pub(super) mod request_crawl;
pub(super) mod start_collection;
pub(super) mod stop_collection;
