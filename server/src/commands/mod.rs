//! What the operator asks of the binary beside serving: each answers with the text to print.

pub mod hold;
pub mod oauth;
