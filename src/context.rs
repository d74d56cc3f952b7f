//! Whom a flag is evaluated for: attributes, found by path.

use crate::plan::Attribute;
use crate::value::{Object, Value, ValueRef};

/// The attributes of a user or request, the targeting key among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    attributes: Object,
}

impl Context {
    /// A context with a targeting key: the text that stands for the user, or whatever gets one answer.
    pub fn new(targeting_key: impl Into<Box<str>>) -> Context {
        Context::anonymous().with("targetingKey", Value::String(targeting_key.into()))
    }

    /// A context without a targeting key.
    pub fn anonymous() -> Context {
        Context::default()
    }

    /// The context with one more attribute.
    #[must_use]
    pub fn with(mut self, attribute: impl Into<Box<str>>, value: impl Into<Value>) -> Context {
        self.attributes.set(attribute, value);
        self
    }

    pub(crate) fn get(&self, attribute: &Attribute) -> ValueRef<'_> {
        attribute.paths.iter().find_map(|path| self.at(path)).map_or(ValueRef::Missing, Value::borrow)
    }

    fn at(&self, path: &[Box<str>]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.attributes.get(first)?, |value, key| match value {
            Value::Object(object) => object.get(key),
            _ => None,
        })
    }
}

impl From<Object> for Context {
    fn from(attributes: Object) -> Context {
        Context { attributes }
    }
}
