//! The hold as an account of the network.

mod plc;
mod reconcile;
mod s3;
