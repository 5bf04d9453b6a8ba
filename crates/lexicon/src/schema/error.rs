//! Why JSON is not what a schema asks for.

/// Why JSON is refused. The message is for whoever sent it, and repeats nothing of what they sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// No schema has that name, or it is of another kind.
    #[error("there is no schema of a {wanted} {nsid} here")]
    Unknown {
        /// `record` or `method`.
        wanted: &'static str,
        /// The name that was asked for.
        nsid: String,
    },
    /// The schema does not allow it.
    #[error("{} {reason}", place(subject, path))]
    Violation {
        /// `record`, `record key`, `input`, `output` or `parameters`.
        subject: &'static str,
        /// Where, as a JSON pointer such as `/layers/3/digest`; empty for the whole.
        path: String,
        /// What is wrong there, as the rest of a sentence: `is missing`.
        reason: String,
    },
}

fn place(subject: &str, path: &str) -> String {
    if path.is_empty() {
        format!("the {subject}")
    } else {
        format!("`{path}` of the {subject}")
    }
}
