//! The manifests that clients push, and those they should not.
