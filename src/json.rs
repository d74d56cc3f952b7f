//! Bytes to [`Value`]: JSON as RFC 8259 has it, with limits, and with duplicate keys seen.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::error::{Code, Issue, Issues, quoted};
use crate::limits;
use crate::value::{Object, Value};

/// A place in a document. It becomes a JSON pointer only when there is an issue.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    Root,
    Key(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = match self {
            Place::Root => return String::new(),
            Place::Key(parent, _) | Place::Item(parent, _) => parent.pointer(),
        };
        match self {
            Place::Root => {}
            Place::Key(_, key) => push_segment(&mut pointer, key),
            Place::Item(_, index) => push_segment(&mut pointer, &index.to_string()),
        }
        pointer
    }

    /// The flag that the place lies in, in a snapshot with its flags under `/flags`.
    fn flag(&self) -> Option<&str> {
        match self {
            Place::Key(Place::Key(Place::Root, "flags"), flag) => Some(flag),
            Place::Root => None,
            Place::Key(parent, _) | Place::Item(parent, _) => parent.flag(),
        }
    }
}

/// Adds a segment to a JSON pointer, escaped as RFC 6901 has it.
fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}

/// Reads a whole document. Without a value the reason is the only issue; with one there may still be issues, for
/// duplicate keys.
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
    if text.starts_with('\u{feff}') {
        return fail(Code::InvalidJson, String::new(), "invalid JSON: it starts with a byte order mark".into());
    }
    let state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = Reader { state: &state, depth: 1, place: Place::Root }.deserialize(&mut reader);
    let parsed = parsed.and_then(|value| reader.end().map(|()| value));
    let Found { duplicates, failed, too_deep } = state.into_inner();
    match parsed {
        Ok(value) => {
            *issues = duplicates;
            Some(value)
        }
        Err(_) if too_deep => {
            let message = format!("lists and objects lie more than {} deep", limits::DEPTH);
            fail(Code::TooDeep, failed.unwrap_or_default(), message)
        }
        Err(error) => fail(Code::InvalidJson, failed.unwrap_or_default(), format!("invalid JSON: {error}")),
    }
}

#[derive(Default)]
struct Found {
    duplicates: Issues,
    /// Where it went wrong.
    failed: Option<String>,
    too_deep: bool,
}

type State = RefCell<Found>;

#[derive(Clone, Copy)]
struct Reader<'s> {
    state: &'s State,
    depth: usize,
    place: Place<'s>,
}

impl Reader<'_> {
    /// For a list or an object: how deep what is in it lies.
    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth > limits::DEPTH {
            self.state.borrow_mut().too_deep = true;
            return Err(E::custom("too deep"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let read = deserializer.deserialize_any(self);
        if read.is_err() {
            // The innermost value comes first.
            self.state.borrow_mut().failed.get_or_insert_with(|| self.place.pointer());
        }
        read
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
        let depth = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Reader { depth, place: Place::Item(&self.place, items.len()), ..self })? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut entries: Vec<(Box<str>, Value)> = Vec::new();
        while let Some(key) = map.next_key::<Box<str>>()? {
            let value = map.next_value_seed(Reader { depth, place: Place::Key(&self.place, &key), ..self })?;
            entries.push((key, value));
        }
        self.report_duplicates(&mut entries);
        Ok(Value::Object(Object::from_unique(entries)))
    }
}

impl Reader<'_> {
    /// Of the entries of an object that have the same key the first one stays.
    fn report_duplicates(&self, entries: &mut Vec<(Box<str>, Value)>) {
        let is_first = first_of_their_kind(entries);
        if is_first.iter().all(|first| *first) {
            return;
        }
        let duplicates = &mut self.state.borrow_mut().duplicates;
        let mut is_first = is_first.into_iter();
        entries.retain(|(key, _)| {
            let first = is_first.next() == Some(true);
            if !first && !duplicates.is_full() {
                let place = Place::Key(&self.place, key);
                let message = format!("the key {} comes more than once", quoted(key));
                duplicates.push(Issue::new(Code::DuplicateKey, place.pointer(), place.flag().map(Box::from), message));
            }
            first
        });
    }
}

/// For each entry whether no entry before has its key: compared with each other while few, hashed when many, so that
/// time stays linear.
fn first_of_their_kind(entries: &[(Box<str>, Value)]) -> Vec<bool> {
    const FEW: usize = 16;
    if entries.len() <= FEW {
        let comes_before = |index, key: &str| entries.iter().take(index).any(|(other, _)| **other == *key);
        return entries.iter().enumerate().map(|(index, (key, _))| !comes_before(index, key)).collect();
    }
    let mut seen = HashSet::with_capacity(entries.len());
    entries.iter().map(|(key, _)| seen.insert(&**key)).collect()
}
