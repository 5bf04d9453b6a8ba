//! Tests of the binary as its operator and its clients meet it: a process of its own, real clients,
//! SIGKILL, real memory. What can be asked within one process is asked in the `it` tests.

mod harness;

mod cli;
mod clients;
mod crash;
mod memory;
