//! A small fake PDS for tests.
