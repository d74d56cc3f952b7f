//! JSON values: owned in snapshots and contexts, borrowed while a flag is evaluated.

use std::fmt;

/// A JSON value. Numbers are doubles, as in JavaScript; objects keep the order in which they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number. Contexts may hold what JSON cannot: NaN and the infinities.
    Number(f64),
    /// A string.
    String(Box<str>),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// A JSON object in the order in which it was written, each key once.
#[derive(Clone, Default)]
pub struct Object(Vec<(Box<str>, Value)>);

/// What an expression yields for one context: a value that lives in the context or in the plan, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ValueRef<'a> {
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    String(&'a str),
    List(&'a [Value]),
    Object(&'a Object),
}

impl Value {
    pub(crate) fn borrow(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Bool(value) => ValueRef::Bool(*value),
            Value::Number(value) => ValueRef::Number(*value),
            Value::String(value) => ValueRef::String(value),
            Value::List(items) => ValueRef::List(items),
            Value::Object(object) => ValueRef::Object(object),
        }
    }
}

/// The texts as a list.
pub(crate) fn texts(texts: &[Box<str>]) -> Value {
    let mut list = Vec::with_capacity(texts.len());
    for text in texts {
        list.push(Value::String(text.clone()));
    }
    Value::List(list)
}

impl ValueRef<'_> {
    /// Whether the value is true for JavaScript.
    pub(crate) fn is_truthy(self) -> bool {
        match self {
            ValueRef::Missing | ValueRef::Null => false,
            ValueRef::Bool(value) => value,
            ValueRef::Number(number) => number != 0.0 && !number.is_nan(),
            ValueRef::String(text) => !text.is_empty(),
            ValueRef::List(_) | ValueRef::Object(_) => true,
        }
    }
}

impl Object {
    /// The value of `key`, if the object has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// Sets `key`, in its old place if the object had it already, else at the end.
    pub fn set(&mut self, key: impl Into<Box<str>>, value: impl Into<Value>) {
        self.set_value(key.into(), value.into());
    }

    fn set_value(&mut self, key: Box<str>, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// The entries in the order in which they were written.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For a reader that has seen to it that no key comes twice.
    pub(crate) fn from_unique(entries: Vec<(Box<str>, Value)>) -> Object {
        Object(entries)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Two objects are equal when they have the same keys with equal values, in whatever order.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Into<Box<str>>, V: Into<Value>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Object {
        let mut object = Object::default();
        for (key, value) in entries {
            object.set(key, value);
        }
        object
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Number(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::String(value.into())
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Value {
        Value::Object(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::List(items)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    /// `None` is `null`.
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// Numbers become the nearest doubles.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(value) => Value::Number(value.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(value) => value.into(),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(Value::from).collect()),
            serde_json::Value::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
                Value::Object(Object::from_unique(entries.collect()))
            }
        }
    }
}

/// NaN and the infinities become `null`, as in JavaScript's `JSON.stringify`.
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => serializer.serialize_f64(*value),
            Value::String(value) => serializer.serialize_str(value),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(object) => serializer.collect_map(object.iter()),
        }
    }
}
