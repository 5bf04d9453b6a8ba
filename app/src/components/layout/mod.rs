//! The frame of every page.

pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod page;
