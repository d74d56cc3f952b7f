//! Whom a flag is evaluated for: attributes, found by path.

use crate::plan::{Attribute, Root, Route, Skips};
use crate::text::count;
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
        let routes = attribute.routes.iter();
        routes.filter_map(|route| self.follow(route, attribute.into_lists)).next().unwrap_or(ValueRef::Missing)
    }

    /// The value that the route leads to.
    fn follow(&self, route: &Route, into_lists: bool) -> Option<ValueRef<'_>> {
        let barred = route.unless.as_ref().and_then(|key| self.attributes.get(key));
        if matches!(barred, Some(Value::Object(_))) {
            return None;
        }
        let value = self.at(&route.path, into_lists)?;
        let skipped = match route.skips {
            Skips::Nothing => false,
            Skips::Null => value == ValueRef::Null,
            Skips::Falsy => !value.is_truthy(),
        };
        (!skipped).then_some(value)
    }

    fn at(&self, path: &[Box<str>], into_lists: bool) -> Option<ValueRef<'_>> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.attributes.get(first)?.borrow(), |value, key| match value {
            ValueRef::Object(object) => object.get(key).map(Value::borrow),
            ValueRef::List(items) if into_lists => match &**key {
                "length" => Some(ValueRef::Number(items.len() as f64)),
                index => items.get(index_of(index)?).map(Value::borrow),
            },
            ValueRef::String(text) if into_lists => match &**key {
                "length" => Some(ValueRef::Number(text.encode_utf16().count() as f64)),
                index => unit_at(text, index_of(index)?).map(ValueRef::String),
            },
            _ => None,
        })
    }

    /// The context as one object.
    pub(crate) fn root(&self, root: &Root) -> Object {
        let kept = self.attributes.iter().filter(|(key, _)| !root.except.iter().any(|other| **other == **key));
        let mut object = Object::from_unique(kept.map(|(key, value)| (key.into(), value.clone())).collect());
        if let Some(Value::Object(overlay)) = self.attributes.get(&root.overlay) {
            overlay.iter().for_each(|(key, value)| object.set(key, value.clone()));
        }
        object
    }
}

/// An index as JavaScript writes it: no sign, no leading zero.
fn index_of(text: &str) -> Option<usize> {
    let index: usize = text.parse().ok()?;
    (count(index) == text).then_some(index)
}

/// The UTF-16 unit at an index, as text; half a character becomes U+FFFD, as it does where JavaScript text becomes UTF-8.
fn unit_at(text: &str, index: usize) -> Option<&str> {
    let mut units = 0;
    for (start, character) in text.char_indices() {
        let next = units + character.len_utf16();
        if index < next {
            return match character.len_utf16() {
                1 => text.get(start..start + character.len_utf8()),
                _ => Some("\u{FFFD}"),
            };
        }
        units = next;
    }
    None
}

impl From<Object> for Context {
    fn from(attributes: Object) -> Context {
        Context { attributes }
    }
}
