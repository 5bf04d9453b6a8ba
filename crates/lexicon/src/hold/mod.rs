//! `io.atcr.hold.*`: the records in a hold's own repository.

mod captain;
mod crew;
mod layer;
mod stats;

pub use captain::HoldCaptain;
pub use crew::HoldCrew;
pub use layer::HoldLayer;
pub use stats::HoldStats;
