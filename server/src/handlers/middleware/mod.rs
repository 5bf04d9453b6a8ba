//! What happens around every request, whatever it asks for.

pub mod access_log;
pub mod request_id;
pub mod security_headers;
