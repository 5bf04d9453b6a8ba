//! Tests of the binary as its operator and its clients meet it: a process of its own, real clients,
//! SIGKILL, real memory. What can be asked within one process is asked in the `it` tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod harness;

mod cli;
mod clients;
mod crash;
mod hold_alone;
mod hold_archive;
mod hold_commands;
mod hold_garbage;
mod memory;
mod operator;
mod refresh;
mod replicas;
