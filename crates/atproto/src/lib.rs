//! AT Protocol syntax, data model and identity documents.
