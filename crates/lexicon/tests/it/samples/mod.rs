//! Samples with every field filled, so that whatever a schema says of a field is met.

pub mod methods;
pub mod records;
