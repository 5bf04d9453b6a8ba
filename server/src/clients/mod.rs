//! The world outside the process: PDSes, the PLC directory, holds.

pub mod hold;
pub mod local_hold;
