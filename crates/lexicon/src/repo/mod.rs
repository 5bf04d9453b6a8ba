//! `io.atcr.repo.*`: what an owner says about a repository.

mod page;
mod settings;

pub use page::RepoPage;
pub use settings::{RepositorySettings, Retention, RetentionRule};
