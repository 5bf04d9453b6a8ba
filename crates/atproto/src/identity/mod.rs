//! What an account's DID document says about it.

mod did_document;
mod service_endpoint;

pub use did_document::{DidDocument, DidDocumentError};
pub use service_endpoint::EndpointPolicy;
