//! Names, digests, manifests and operations of the OCI specifications.
