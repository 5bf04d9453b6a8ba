//! One file per page. Pages are rendered by the server only; what comes alive in the browser is an
//! island in [`components`](crate::components).

pub(crate) mod about;
pub(crate) mod device_approval;
pub(crate) mod error;
pub(crate) mod hold;
pub(crate) mod home;
pub(crate) mod install;
pub(crate) mod not_found;
pub(crate) mod person;
pub(crate) mod privacy;
pub(crate) mod repository;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod terms;
