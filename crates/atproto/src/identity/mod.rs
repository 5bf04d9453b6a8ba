//! What an account's DID document says about it.

mod account_description;
mod did_document;
mod service_endpoint;

pub use account_description::{AccountDescription, ServiceDescription};
pub(crate) use did_document::SIGNING_KEY_FRAGMENT;
pub use did_document::{DidDocument, DidDocumentError};
pub use service_endpoint::EndpointPolicy;
