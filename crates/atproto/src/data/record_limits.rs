//! How large a record may be. atproto.com/guides/data-validation

use super::Ipld;

/// The longest encoded record, in bytes.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// The most lists and maps inside each other.
pub const MAX_RECORD_DEPTH: usize = 32;
/// The largest whole number either side of zero: what JSON readers keep exactly.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Which limit a record passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordLimit {
    /// It is too long.
    #[error("the record has {0} bytes; {MAX_RECORD_BYTES} is the most")]
    Bytes(usize),
    /// It is nested too deep.
    #[error("the record is nested deeper than {MAX_RECORD_DEPTH} levels")]
    Depth,
    /// A number is too large.
    #[error("the number {0} does not fit into 53 bits")]
    Integer(i64),
    /// It is not a map.
    #[error("a record is an object")]
    NotAnObject,
}

/// Checks a record and its encoded length.
pub fn check(record: &Ipld, encoded_bytes: usize) -> Result<(), RecordLimit> {
    if !matches!(record, Ipld::Map(_)) {
        return Err(RecordLimit::NotAnObject);
    }
    if encoded_bytes > MAX_RECORD_BYTES {
        return Err(RecordLimit::Bytes(encoded_bytes));
    }
    if record.depth() > MAX_RECORD_DEPTH {
        return Err(RecordLimit::Depth);
    }
    check_integers(record)
}

fn check_integers(value: &Ipld) -> Result<(), RecordLimit> {
    match value {
        Ipld::Integer(value) if value.unsigned_abs() > MAX_INTEGER.unsigned_abs() => {
            Err(RecordLimit::Integer(*value))
        }
        Ipld::List(values) => values.iter().try_for_each(check_integers),
        Ipld::Map(fields) => fields.values().try_for_each(check_integers),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check_json(value: &Value, bytes: usize) -> Result<(), RecordLimit> {
        check(&Ipld::from_json(value).expect("a value"), bytes)
    }

    #[test]
    fn the_last_step_before_each_limit_is_allowed_and_the_next_is_not() {
        let nested = |depth| (1..depth).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(check_json(&nested(32), 10), Ok(()));
        assert_eq!(check_json(&nested(33), 10), Err(RecordLimit::Depth));
        assert_eq!(check_json(&json!({}), MAX_RECORD_BYTES), Ok(()));
        assert_eq!(
            check_json(&json!({}), MAX_RECORD_BYTES + 1),
            Err(RecordLimit::Bytes(MAX_RECORD_BYTES + 1))
        );
        assert_eq!(check_json(&json!({ "a": [MAX_INTEGER] }), 10), Ok(()));
        for number in [MAX_INTEGER + 1, -MAX_INTEGER - 1, i64::MIN] {
            assert_eq!(
                check_json(&json!({ "a": [number] }), 10),
                Err(RecordLimit::Integer(number))
            );
        }
        assert_eq!(check_json(&json!([]), 1), Err(RecordLimit::NotAnObject));
    }
}
