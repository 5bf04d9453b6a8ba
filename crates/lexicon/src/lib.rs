//! Typed records of the `io.atcr` lexicons.
