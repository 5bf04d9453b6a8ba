//! The routes of the distribution API, right and wrong.
