//! `dev.longshore.hold.*`: what holds of ours do beyond the published methods.

pub(super) mod accept_captaincy;
pub(super) mod collect_garbage;
pub(super) mod get_captaincy_offer;
pub(super) mod offer_captaincy;
