//! Identifiers of the method `did:plc`: what their log of signed operations says, and operations of our own.
//! web.plc.directory/spec/v0.1/did-plc
//!
//! Sending operations to the directory and asking it for them is for others.

mod data;
mod operation;

pub use data::{PlcData, PlcService};
pub use operation::{PlcError, PlcOperation};
