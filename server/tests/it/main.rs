//! Tests through the surface: real HTTP, real databases, the reference PDS and PLC directory.

mod harness;

mod oci;
