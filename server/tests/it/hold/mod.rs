//! The hold as an account of the network.

mod apart;
mod plc;
mod reconcile;
mod s3;
