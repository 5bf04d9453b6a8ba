//! Reading and writing the fields of a body.

use std::collections::BTreeMap;
use std::str::FromStr;

use bytes::Bytes;

use super::FrameError;
use crate::data::{Cid, Ipld};

/// The fields of an object that is being read. Those that nobody asks for are passed over, since
/// the schema may grow.
pub(super) struct Fields(BTreeMap<String, Ipld>);

impl Fields {
    pub fn of(value: Ipld) -> Result<Self, FrameError> {
        match value {
            Ipld::Map(fields) => Ok(Self(fields)),
            _ => Err(FrameError::Shape),
        }
    }

    /// A field that may be missing or null.
    pub fn optional(&mut self, name: &'static str) -> Option<Ipld> {
        self.0.remove(name).filter(|value| *value != Ipld::Null)
    }

    fn required(&mut self, name: &'static str) -> Result<Ipld, FrameError> {
        self.optional(name).ok_or(FrameError::Field(name))
    }

    pub fn integer(&mut self, name: &'static str) -> Result<i64, FrameError> {
        let value = self.required(name)?;
        value.as_integer().ok_or(FrameError::Field(name))
    }

    pub fn boolean(&mut self, name: &'static str) -> Result<bool, FrameError> {
        match self.required(name)? {
            Ipld::Bool(value) => Ok(value),
            _ => Err(FrameError::Field(name)),
        }
    }

    pub fn bytes(&mut self, name: &'static str) -> Result<Bytes, FrameError> {
        match self.required(name)? {
            Ipld::Bytes(bytes) => Ok(bytes.into()),
            _ => Err(FrameError::Field(name)),
        }
    }

    pub fn link(&mut self, name: &'static str) -> Result<Cid, FrameError> {
        self.optional_link(name)?.ok_or(FrameError::Field(name))
    }

    pub fn optional_link(&mut self, name: &'static str) -> Result<Option<Cid>, FrameError> {
        let value = self.optional(name);
        let link = |value: Ipld| value.as_link().ok_or(FrameError::Field(name));
        value.map(link).transpose()
    }

    pub fn list(&mut self, name: &'static str) -> Result<Vec<Ipld>, FrameError> {
        match self.required(name)? {
            Ipld::List(values) => Ok(values),
            _ => Err(FrameError::Field(name)),
        }
    }

    /// Text of some syntax.
    pub fn text<T: FromStr>(&mut self, name: &'static str) -> Result<T, FrameError> {
        self.optional_text(name)?.ok_or(FrameError::Field(name))
    }

    pub fn optional_text<T: FromStr>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, FrameError> {
        let value = self.optional(name);
        let parse = |value: Ipld| value.as_str().and_then(|text| text.parse().ok());
        value
            .map(|value| parse(value).ok_or(FrameError::Field(name)))
            .transpose()
    }
}

/// An object of the fields that have a value. A field that must be there though it is null has
/// [`Ipld::Null`].
pub(super) fn object<const N: usize>(fields: [(&str, Option<Ipld>); N]) -> Ipld {
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ipld::Map(fields.collect())
}

pub(super) fn text(value: &(impl ToString + ?Sized)) -> Ipld {
    Ipld::String(value.to_string())
}
