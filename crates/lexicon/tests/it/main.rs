//! Keeps the schemas in `lexicons/`, the validator and the types of this crate together.

mod folder;
mod interop;
mod methods;
mod mutations;
mod params;
mod records;
mod samples;
mod schemas;
mod validator;
