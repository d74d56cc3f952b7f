//! Bytes to [`Value`]: JSON as RFC 8259 has it, with limits, and with duplicate keys seen.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::error::{Code, Issue, Issues, quoted};
use crate::limits;
use crate::value::{Object, Value};

/// Reads a whole document. Without a value the reason is the last of `issues`; with one there may still be
/// issues, for duplicate keys.
pub(crate) fn parse(bytes: &[u8], issues: &mut Issues) -> Option<Value> {
    let mut fail = |code, path, message| {
        issues.push(Issue::new(code, path, None, message));
        None
    };
    if bytes.len() > limits::SNAPSHOT_BYTES {
        let message = format!("{} bytes; a snapshot has at most {}", bytes.len(), limits::SNAPSHOT_BYTES);
        return fail(Code::TooLarge, String::new(), message);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("invalid UTF-8 at byte {}", error.valid_up_to());
            return fail(Code::InvalidUtf8, String::new(), message);
        }
    };
    let state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = Reader { state: &state, depth: 1 }.deserialize(&mut reader);
    let parsed = parsed.and_then(|value| reader.end().map(|()| value));
    let state = state.into_inner();
    match parsed {
        Ok(value) => {
            for path in &state.duplicates {
                let key = path.first().map_or("", |segment| segment);
                let path = pointer(path);
                let flag = flag_at(&path);
                let message = format!("the key {} comes more than once", quoted(key));
                issues.push(Issue::new(Code::DuplicateKey, path, flag, message));
            }
            Some(value)
        }
        Err(_) if state.too_deep => {
            let message = format!("lists and objects lie more than {} deep", limits::DEPTH);
            fail(Code::TooDeep, pointer(&state.failed), message)
        }
        Err(error) => fail(Code::InvalidJson, pointer(&state.failed), format!("invalid JSON: {error}")),
    }
}

/// The flag that a JSON pointer leads into, in a snapshot with its flags under `/flags`.
fn flag_at(path: &str) -> Option<Box<str>> {
    let key = path.strip_prefix("/flags/")?.split('/').next()?;
    Some(key.replace("~1", "/").replace("~0", "~").into())
}

/// A path, kept with its last segment first, because it is put together on the way out.
type Path = Vec<Box<str>>;

fn pointer(path: &[Box<str>]) -> String {
    let mut pointer = String::new();
    for segment in path.iter().rev() {
        push_segment(&mut pointer, segment);
    }
    pointer
}

/// Adds a segment to a JSON pointer, escaped as RFC 6901 has it.
pub(crate) fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}

#[derive(Default)]
struct Found {
    duplicates: Vec<Path>,
    failed: Path,
    too_deep: bool,
}

type State = RefCell<Found>;

#[derive(Clone, Copy)]
struct Reader<'s> {
    state: &'s State,
    depth: usize,
}

impl<'s> Reader<'s> {
    fn inner<E: serde::de::Error>(self) -> Result<Reader<'s>, E> {
        if self.depth > limits::DEPTH {
            self.state.borrow_mut().too_deep = true;
            return Err(E::custom("too deep"));
        }
        Ok(Reader { depth: self.depth + 1, ..self })
    }

    /// Notes on the way out where it went wrong, and where the duplicates found since `before` lie.
    fn leave<T, E>(self, segment: &str, before: usize, result: Result<T, E>) -> Result<T, E> {
        let mut found = self.state.borrow_mut();
        if result.is_err() {
            found.failed.push(segment.into());
        }
        for path in found.duplicates.iter_mut().skip(before) {
            path.push(segment.into());
        }
        result
    }

    fn duplicates(self) -> usize {
        self.state.borrow().duplicates.len()
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        loop {
            let before = self.duplicates();
            let next = list.next_element_seed(inner);
            let must_leave = next.is_err() || self.duplicates() > before;
            let next = if must_leave { self.leave(&items.len().to_string(), before, next)? } else { next? };
            match next {
                Some(item) => items.push(item),
                None => return Ok(Value::List(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut entries: Vec<(Box<str>, Value)> = Vec::new();
        let mut seen = Seen::default();
        while let Some(key) = map.next_key::<Box<str>>()? {
            let before = self.duplicates();
            let value = map.next_value_seed(inner);
            let value = self.leave(&key, before, value)?;
            if seen.has(&entries, &key) {
                if before < limits::ISSUES {
                    self.state.borrow_mut().duplicates.push(vec![key]);
                }
            } else {
                entries.push((key, value));
            }
        }
        Ok(Value::Object(Object::from_unique(entries)))
    }
}

/// The keys of one object so far: scanned while few, hashed when many, so that time stays linear.
#[derive(Default)]
struct Seen(HashSet<Box<str>>);

impl Seen {
    fn has(&mut self, entries: &[(Box<str>, Value)], key: &str) -> bool {
        const FEW: usize = 16;
        if entries.len() < FEW {
            return entries.iter().any(|(other, _)| **other == *key);
        }
        if self.0.is_empty() {
            self.0.extend(entries.iter().map(|(other, _)| other.clone()));
        }
        !self.0.insert(key.into())
    }
}
