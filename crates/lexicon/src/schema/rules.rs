//! What a type asks of a value that has no others inside. Errors are the rest of a sentence: `is less than 1`.

use atproto::data::record_limits::MAX_INTEGER;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::json_form;
use super::types::{Blob, Boolean, Integer, Length, Text};

impl Boolean {
    pub(super) fn check(&self, value: bool) -> Result<(), String> {
        match self.constant {
            Some(only) => is(only == value, &only.to_string()),
            None => Ok(()),
        }
    }
}

impl Integer {
    pub(super) fn check(&self, value: i64) -> Result<(), String> {
        if let Some(only) = self.constant {
            return is(only == value, &only.to_string());
        }
        if value.unsigned_abs() > MAX_INTEGER.unsigned_abs() {
            return Err("does not fit into 53 bits".to_owned());
        }
        match (self.minimum, self.maximum) {
            (Some(minimum), _) if value < minimum => Err(format!("is less than {minimum}")),
            (_, Some(maximum)) if value > maximum => Err(format!("is more than {maximum}")),
            _ => is_one_of(&self.one_of, value),
        }
    }
}

impl Text {
    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        if let Some(only) = &self.constant {
            return is(only == value, &format!("`{only}`"));
        }
        self.length.check(value.len(), "bytes")?;
        if self.graphemes.needs_count(value.len()) {
            let graphemes = value.graphemes(true).count();
            self.graphemes.check(graphemes, "characters")?;
        }
        if let Some(format) = self.format {
            format.check(value).map_err(|error| format!("is {error}"))?;
        }
        if self.one_of.is_empty() || self.one_of.iter().any(|one| one == value) {
            return Ok(());
        }
        Err(format!("is none of {}", self.one_of.join(", ")))
    }
}

impl Length {
    /// Nothing has more characters than bytes, and most texts are far from the limit.
    const fn needs_count(&self, bytes: usize) -> bool {
        match self.maximum {
            Some(maximum) if bytes as u64 > maximum => true,
            _ => self.minimum.is_some(),
        }
    }

    pub(super) fn check(&self, count: usize, unit: &str) -> Result<(), String> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match (self.minimum, self.maximum) {
            (_, Some(most)) if count > most => {
                Err(format!("is longer than {most} {unit}: it has {count}"))
            }
            (Some(least), _) if count < least => {
                Err(format!("is shorter than {least} {unit}: it has {count}"))
            }
            _ => Ok(()),
        }
    }
}

impl Blob {
    pub(super) fn check(&self, value: &Value) -> Result<(), String> {
        let (media_type, size) = as_kind(json_form::blob(value), "a blob")?;
        if let Some(maximum) = self.max_size
            && size > maximum
        {
            return Err(format!("is a blob of {size} bytes; {maximum} is the most"));
        }
        if self.accept.is_empty() || self.accept.iter().any(|one| accepts(one, media_type)) {
            return Ok(());
        }
        Err(format!("is a blob and not of {}", self.accept.join(", ")))
    }
}

fn accepts(pattern: &str, media_type: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("*/") => true,
        Some(prefix) => media_type.starts_with(prefix),
        None => pattern == media_type,
    }
}

fn is_one_of(allowed: &[i64], value: i64) -> Result<(), String> {
    if allowed.is_empty() || allowed.contains(&value) {
        return Ok(());
    }
    let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    Err(format!("is none of {}", allowed.join(", ")))
}

/// Nothing, or that it is not what is wanted.
pub(super) fn is(holds: bool, wanted: &str) -> Result<(), String> {
    as_kind(holds.then_some(()), wanted)
}

/// The value, or that it is not what is wanted.
pub(super) fn as_kind<T>(value: Option<T>, wanted: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("is not {wanted}"))
}
