//! `io.atcr.repo.*`: what an owner says about a repository.

mod page;

pub use page::RepoPage;
