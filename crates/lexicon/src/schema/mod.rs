//! Checks JSON against the schemas in `lexicons/`. atproto.com/specs/lexicon
//!
//! The schemas are part of the program ([`DOCUMENTS`]) and parsed once, strictly: what this module does not know in a
//! schema is an error, not passed over. What it does not know in *data* is legal, as the protocol has it: any object may
//! have fields that its schema does not name, and they are not looked at.
//!
//! What a schema cannot say is checked elsewhere: how large and deep a record may be, that numbers are whole and links
//! real in fields that no schema names ([`atproto::data`]), and what a method makes of its input.

mod catalogue;
mod check;
mod definition;
mod document;
mod documents;
mod error;
mod fields;
mod format;
mod json_form;
mod method;
mod params;
mod place;
mod rules;
mod types;

use std::sync::OnceLock;

use serde_json::{Map, Value};

pub use catalogue::Catalogue;
pub use document::DocumentError;
pub use documents::DOCUMENTS;
pub use error::SchemaError;
pub use method::{Method, Verb};

/// The schemas of `lexicons/`.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let mut catalogue = Catalogue::default();
        for (_, text) in DOCUMENTS {
            let document = serde_json::from_str(text).expect("tests parse every file");
            catalogue.add(&document).expect("tests parse every file");
        }
        catalogue
    })
}

/// Checks a record of the collection `nsid`, `$type` included.
pub fn validate_record(nsid: &str, record: &Value) -> Result<(), SchemaError> {
    catalogue().validate_record(nsid, record)
}

/// Checks that records of the collection `nsid` may have this key.
pub fn validate_record_key(nsid: &str, key: &str) -> Result<(), SchemaError> {
    catalogue().validate_record_key(nsid, key)
}

/// Checks the input of the procedure `nsid`. A method that takes no JSON takes any.
pub fn validate_input(nsid: &str, input: &Value) -> Result<(), SchemaError> {
    catalogue().validate_input(nsid, input)
}

/// Checks the output of the method `nsid`. A method that answers with no JSON answers with any.
pub fn validate_output(nsid: &str, output: &Value) -> Result<(), SchemaError> {
    catalogue().validate_output(nsid, output)
}

/// Reads the query parameters of the method `nsid`, in the order in which they were sent, as values of their types.
/// Defaults are filled in; parameters that the schema does not name are left out.
pub fn validate_params(
    nsid: &str,
    parameters: &[(String, String)],
) -> Result<Map<String, Value>, SchemaError> {
    catalogue().validate_params(nsid, parameters)
}

/// What the schema of a method says of it.
pub fn find_method(nsid: &str) -> Option<&'static Method> {
    catalogue().find_method(nsid)
}
