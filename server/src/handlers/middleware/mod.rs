//! What happens around every request, whatever it asks for.

pub mod access_log;
pub mod browser_session;
pub mod client_address;
pub mod client_limits;
pub mod cookies;
pub mod csrf;
pub mod own_host;
pub mod request_id;
pub mod security_headers;
