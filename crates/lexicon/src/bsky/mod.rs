//! `app.bsky.*`: the records by which a hold shows itself to people in other apps.

mod post;
mod profile;

pub use post::FeedPost;
pub use profile::ActorProfile;
