//! The world outside the process: PDSes, the PLC directory, holds.

pub mod dpop;
#[cfg(test)]
pub(crate) mod fake_dns;
pub mod handle_txt;
pub mod hold;
pub mod hold_admin;
pub mod hold_check;
pub mod holds;
pub mod local_hold;
pub mod outbound;
pub mod pds;
pub mod plc_directory;
pub mod relay;
pub mod remote_hold;
